// ENABLE LOG RECEPTION; ADD, SET and DELETE LOG RECEIVE.
#include <algorithm>

#include "modules/log/log.h"
#include "modules/log/replies.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::logging {

namespace {

#define LOG_RECEIVER                                                                        \
  "RECeive={<ipv4>|ANY} [MASK=<mask>] [ALLow=<bool>] [PROTocol={ALL|BOTH|NEW|OLD|SYSlog}] " \
  "[PASSword={NONE|<name:1-16>}]"

constexpr std::string_view titles[] = {"All", "Both", "New", "Old", "Syslog"};
constexpr std::string_view own_form =
    "the datagrams of PROTOCOL=NEW have this program's own form; of OLD (Net Manage) none are received";

Ipv4Address address_of(const Args& args) {
  return args.holds<Choice>("RECEIVE") ? Ipv4Address() : args.address("RECEIVE");
}

/// Of a network of class A, B or C as large as its class makes it; else one host's.
Ipv4Address usual_mask(Ipv4Address address) {
  if (address.unset()) return {};
  const Ipv4Address by_class = address.value < 0x80000000   ? Ipv4Address(255, 0, 0, 0)
                               : address.value < 0xc0000000 ? Ipv4Address(255, 255, 0, 0)
                                                            : Ipv4Address(255, 255, 255, 0);
  const bool network = address.value < 0xe0000000 && (address.value & ~by_class.value) == 0;
  return network ? by_class : Ipv4Address(255, 255, 255, 255);
}

void apply(Receiver& receiver, const Args& args) {
  if (args.has("MASK")) receiver.mask = args.address("MASK");
  if (args.has("ALLOW")) receiver.allow = args.boolean("ALLOW");
  if (args.has("PROTOCOL")) {
    const auto chosen = std::ranges::find_if(
        titles, [&](std::string_view title) { return equal_ignoring_case(title, args.choice("PROTOCOL")); });
    receiver.protocol = static_cast<ReceiveProtocol>(chosen - std::begin(titles));
  }
  if (args.has("PASSWORD")) receiver.password = password_of(args);
}

}  // namespace

std::string_view title(ReceiveProtocol protocol) { return titles[static_cast<std::size_t>(protocol)]; }

std::string parameters(Ipv4Address address, const Receiver& receiver) {
  std::string text = to_string(address);
  if (!address.unset()) text += fmt::format(" mask={}", to_string(receiver.mask));
  if (!receiver.allow) text += " allow=no";
  if (receiver.protocol != ReceiveProtocol::all)
    text += fmt::format(" protocol={}", to_lower(title(receiver.protocol)));
  if (!receiver.password.empty()) text += " password=" + arrouter::quoted(receiver.password);
  return text;
}

std::vector<CommandRow> LogModule::receive_rows() {
  return {
      {"ENAble LOG RECeption", Access::manager, "Accepts messages of other routers",
       [this](Invocation&) { return set_reception(true); }},
      {"DISable LOG RECeption", Access::manager, "Refuses messages of other routers",
       [this](Invocation&) { return set_reception(false); }},
      {"ADD LOG " LOG_RECEIVER, Access::manager, "Adds a router whose messages are accepted",
       [this](Invocation& call) { return add_receiver(call); }, Coverage::partial, own_form},
      {"SET LOG " LOG_RECEIVER, Access::manager, "Changes a router whose messages are accepted",
       [this](Invocation& call) { return set_receiver(call); }, Coverage::partial, own_form},
      {"DELete LOG RECeive={<ipv4>|ANY}", Access::manager, "Deletes a router whose messages are accepted",
       [this](Invocation& call) { return delete_receiver(call); }},
  };
}

Outcome LogModule::listen_now() {
  const auto listening = listen();
  return listening ? success() : reply(message::port_taken, listening.error());
}

Outcome LogModule::set_reception(bool on) {
  reception_ = on;
  return listen_now();
}

Outcome LogModule::add_receiver(Invocation& call) {
  const Ipv4Address address = address_of(call.args);
  if (address.unset() && call.args.has("MASK")) return conflicting();
  if (receivers_.contains(address)) return reply(message::receiver_exists);
  if (receivers_.size() >= limits::log_receivers) return reply(message::receivers_full);
  Receiver& receiver = receivers_[address];
  receiver.mask = usual_mask(address);
  apply(receiver, call.args);
  return listen_now();
}

Outcome LogModule::set_receiver(Invocation& call) {
  const auto receiver = receivers_.find(address_of(call.args));
  if (receiver == receivers_.end()) return reply(message::receiver_unknown);
  if (receiver->first.unset() && call.args.has("MASK")) return conflicting();
  apply(receiver->second, call.args);
  return listen_now();
}

Outcome LogModule::delete_receiver(Invocation& call) {
  if (receivers_.erase(address_of(call.args)) == 0) return reply(message::receiver_unknown);
  return listen_now();
}

}  // namespace arrouter::logging
