// TCP: between IP and the stack that serves the router's own addresses (Software Reference, chapter "Internet
// Protocol"; RFC 9293, 4022; reference/ip.md 8).
//
// The router has no TCP of its own. A private network namespace of Linux holds its addresses (os/tcp.h); this module
// carries segments for those addresses from IP to the namespace, and what the namespace sends into IP's output path, so
// that routes, the firewall and IPsec policies hold for the router's own sessions as for everything else. shape.h makes
// the stack look like the real one.
//
// Invariants
// - The namespace has the addresses of IP's interfaces and the local address.
// - Only ports that somebody listens on or has connected from are the stack's; IP itself refuses the rest.
//
// Not modelled: the retransmission figures are the real router's, not Linux's; no limit of 64 connections is enforced
// here (front ends have theirs).
#include "modules/tcp/tcp_module.h"
#include <algorithm>

#include "modules/tcp/shape.h"
#include "netdev/wire/tcp.h"
#include "os/message.h"

namespace arrouter {
namespace tcp {
namespace {

namespace texts {
#define MESSAGE(name, message_class, number, text) \
  constexpr Message name{MessageClass::message_class, module_number::tcp, number, text};
#include "modules/tcp/texts.def"
#undef MESSAGE
}  // namespace texts

constexpr std::string_view algorithm = "VANJ";  // Van Jacobson's
constexpr unsigned least_rto_ms = 300, largest_rto_ms = 30000, most_connections = 64;

std::string_view state_word(TcpState state) {
  switch (state) {
    case TcpState::closed:
      return "CLOSED";
    case TcpState::listen:
      return "LISTEN";
    case TcpState::syn_sent:
      return "SYNSENT";
    case TcpState::syn_received:
      return "SYNRECEIVED";
    case TcpState::established:
      return "ESTABLISHED";
    case TcpState::fin_wait_1:
      return "FINWAIT1";
    case TcpState::fin_wait_2:
      return "FINWAIT2";
    case TcpState::close_wait:
      return "CLOSEWAIT";
    case TcpState::last_ack:
      return "LASTACK";
    case TcpState::closing:
      return "CLOSING";
    case TcpState::time_wait:
      break;
  }
  return "TIMEWAIT";
}

/// nmap's fingerprints: Rapier switches and the AR410 offer 265 whatever they are offered, routers of 2.9.1 at most
/// 1024.
SegmentSize segment_size(const Model& model) {
  const bool small = model.kind == "switch" || model.name.starts_with("AR410");
  return small ? SegmentSize{265, true} : SegmentSize{};
}

class TcpModule final : public Module {
 public:
  TcpModule(Services& services, IpApi& ip, Tcp& stack)
      : services_(services), ip_(ip), stack_(stack), shape_(segment_size(services.model)) {
    ip_.set_tcp([this](const PacketBuffer& segment) { return take(segment); });
    ip_.on_interface_change([this](const InterfaceChange&) { readdress(); });
    stack_.on_output([this](ByteView packet) { give(packet); });
  }
  ~TcpModule() override {
    ip_.set_tcp({});
    stack_.on_output({});
    stack_.set_addresses({});
  }
  TcpModule(const TcpModule&) = delete;

  std::string_view name() const override { return "tcp"; }
  std::vector<CommandRow> commands() override;
  void start() override { readdress(); }

 private:
  bool take(const PacketBuffer& segment);
  void give(ByteView packet);
  void readdress();
  std::vector<TcpConnection> table() const;
  Outcome show(const Args& args, Screen& screen) const;
  Outcome end(const Args& args);

  Services& services_;
  IpApi& ip_;
  Tcp& stack_;
  Shape shape_;
  std::set<Ipv4Address> addresses_;  // the namespace's
};

std::vector<CommandRow> TcpModule::commands() {
  return {
      {"SHow TCP[=<0-9999>]", Access::manager, "Displays TCP's counters and connections.",
       [this](Invocation& call) { return show(call.args, call.screen); }, Coverage::partial,
       "The retransmission parameters are the real router's; the stack is Linux's."},
      {"DELete TCP=<0-9999>", Access::manager, "Ends a TCP connection.",
       [this](Invocation& call) { return end(call.args); }},
  };
}

bool TcpModule::take(const PacketBuffer& segment) {
  const auto ip = wire::view_ipv4(segment.view(), false);
  const auto tcp = wire::view_tcp(ip->payload());
  if (!tcp || !stack_.serves(tcp->destination_port) || !ip_.is_own(ip->destination())) return false;
  // A change of a LOCAL interface is told to nobody.
  if (addresses_.insert(ip->destination()).second) readdress();
  Packet copy = services_.pool.copy(segment.view());
  if (!copy) {
    ip_.count_drop(IpDrop::no_buffer);
    return true;
  }
  if (!shape_.in(copy->span())) return false;
  stack_.input(copy->view());
  return true;
}

void TcpModule::give(ByteView packet) {
  Packet copy = services_.pool.copy(packet);
  if (!copy) return ip_.count_drop(IpDrop::no_buffer);
  const std::size_t length = shape_.out(copy->span(), ip_.next_id());
  if (length == 0) return;
  copy->trim(length);
  Burst burst;
  burst.add(std::move(copy));
  ip_.send(burst);
}

void TcpModule::readdress() {
  std::erase_if(addresses_, [this](Ipv4Address address) { return !ip_.is_own(address); });
  for (const IpInterfaceInfo& interface : ip_.interfaces()) {
    if (!interface.address.unset()) addresses_.insert(interface.address);
  }
  if (!ip_.local_address().unset()) addresses_.insert(ip_.local_address());
  stack_.set_addresses(addresses_);
}

/// Listeners first, then by local and remote end: the index of a connection stays the same while others come and go.
std::vector<TcpConnection> TcpModule::table() const {
  std::vector<TcpConnection> connections = stack_.connections();
  std::ranges::sort(connections, {}, [](const TcpConnection& connection) {
    return std::tuple(connection.state != TcpState::listen, connection.local, connection.remote);
  });
  return connections;
}

Outcome TcpModule::show(const Args& args, Screen& screen) const {
  std::vector<TcpConnection> connections = table();
  const std::size_t only = args.has_value("TCP") ? args.number("TCP") : connections.size();
  if (args.has_value("TCP") && only >= connections.size()) return say(texts::no_connection, only);
  const TcpCounters counters = stack_.counters();
  const auto line = [&screen](std::string_view left, const Json& left_value, std::string_view right,
                              std::uint64_t right_value) {
    screen.line(fmt::format("{:.<21} {:<14}{:.<20} {}", std::string(left) + " ", left_value.display(),
                            std::string(right) + " ", right_value));
    screen.set(left, left_value);
    screen.set(right, right_value);
  };
  screen.line("TCP MIB parameters and counters");
  screen.line();
  line("rtoAlgorithm", algorithm, "inSegs", counters.in_segments);
  line("rtoMin", least_rto_ms, "outSegs", counters.out_segments);
  line("rtoMax", largest_rto_ms, "retransSegs", counters.retransmitted);
  line("maxConn", most_connections, "inErrs", counters.in_errors);
  line("activeOpens", counters.active_opens, "outRsts", counters.out_resets);
  line("passiveOpens", counters.passive_opens, "attemptFails", counters.attempt_fails);
  line("currEstab", counters.established, "estabResets", counters.established_resets);
  screen.line();
  screen.line("TCP connections");
  screen.table("connections", {{"Index", 7}, {"State", 13}, {"Local port,address", 29}, {"Remote port,address", 0}});
  screen.rule(73);
  const auto shown = [](const TcpEndpoint& endpoint) {
    return fmt::format("{},{}", endpoint.port, to_string(endpoint.address));
  };
  for (std::size_t index = 0; index < connections.size(); ++index) {
    if (args.has_value("TCP") && index != only) continue;
    const TcpConnection& connection = connections[index];
    screen.row({index, state_word(connection.state), shown(connection.local), shown(connection.remote)});
  }
  return Outcome::screen();
}

Outcome TcpModule::end(const Args& args) {
  const std::vector<TcpConnection> connections = table();
  const std::size_t index = args.number("TCP");
  if (index >= connections.size()) return say(texts::no_connection, index);
  if (connections[index].state == TcpState::listen) return say(texts::a_listener, index);
  if (const auto ended = stack_.end(connections[index]); !ended)
    return say(texts::not_ended, index, ended.error().text);
  return Outcome::successful(module_number::tcp);
}

}  // namespace
}  // namespace tcp

std::unique_ptr<Module> make_tcp(Services& services, IpApi& ip, Tcp& tcp) {
  return std::make_unique<tcp::TcpModule>(services, ip, tcp);
}

}  // namespace arrouter
