// CREATE, SET, ADD, DELETE, DESTROY, ENABLE, DISABLE, RESET, ACTIVATE, PURGE PPP.
#include <fmt/format.h>

#include <algorithm>

#include "modules/ppp/discovery_packet.h"
#include "modules/ppp/ppp.h"

namespace arrouter::ppp {
namespace {

constexpr std::string_view stored =
    "BAP, callback, compression, encryption, fragmentation, LQR, NUMBER, TYPE, the rates and times of further links are "
    "kept and shown without effect; the first link of an interface alone is opened.";

}  // namespace

/// Hands a configured interface to `action`.
template <class Action>
Outcome PppModule::with_interface(const Args& args, Action action) {
  Interface* const interface = find(args.number("PPP"));
  if (interface == nullptr) return say(texts::interface_unknown, args.number("PPP"));
  return action(*interface);
}

std::vector<CommandRow> PppModule::interface_rows() {
  static const std::string all = notation_of(on_interface | on_link);
  static const std::string create_syntax = "CREate PPP=<0-511> OVER=<text:1-40>" + all;
  static const std::string add_syntax = "ADD PPP=<0-511> OVER=<text:1-40>" + notation_of(on_link);
  static const std::string set_syntax = "SET PPP=<0-511> [OVER=<text:1-40>]" + all;
  return {
      {create_syntax, Access::manager, "Makes a PPP interface over a physical interface.",
       [this](Invocation& call) { return create(call.args); }, Coverage::partial, stored},
      {set_syntax, Access::manager, "Changes a PPP interface, or one of its links.",
       [this](Invocation& call) { return set(call.args); }, Coverage::partial, stored},
      {add_syntax, Access::manager, "Adds a link to a PPP interface.",
       [this](Invocation& call) { return add_link(call.args); }, Coverage::no_effect,
       "There is no multilink: the link is kept and shown, and opened when it becomes the first."},
      {"DELete PPP=<0-511> OVER=<text:1-40>", Access::manager, "Takes a link from a PPP interface.",
       [this](Invocation& call) { return delete_link(call.args); }},
      {"DESTroy PPP=<0-511>", Access::manager, "Destroys a PPP interface.",
       [this](Invocation& call) { return destroy(call.args); }},
      {"ENAble PPP=<0-511>", Access::manager, "Lets a disabled PPP interface work again.",
       [this](Invocation& call) { return enable(call.args, true); }},
      {"DISable PPP=<0-511>", Access::manager, "Closes a PPP interface.",
       [this](Invocation& call) { return enable(call.args, false); }},
      {"RESET PPP=<0-511>", Access::manager, "Closes the links of a PPP interface and opens them again.",
       [this](Invocation& call) {
         return with_interface(call.args, [](Interface& interface) {
           interface.reset();
           return say(texts::done);
         });
       }},
      {"ACTivate PPP=<0-511>", Access::manager, "Opens the link of an interface that dials on demand.",
       [this](Invocation& call) {
         return with_interface(call.args, [](Interface& interface) {
           interface.activate();
           return say(texts::done);
         });
       }},
      {"PURge PPP", Access::manager, "Destroys all PPP interfaces, templates and services.",
       [this](Invocation&) { return purge(); }},
  };
}

std::optional<Outcome> PppModule::objection(const Args& args, std::string_view over, const Settings& link) const {
  const bool echo = args.has("ECHO") && link.text("ECHO") != "OFF", lqr = args.has("LQR") && link.text("LQR") != "OFF";
  if (echo && lqr) return say(texts::echo_and_lqr);
  const auto mru = args.holds<std::uint64_t>("MRU") ? args.number("MRU") : 0;
  const bool over_ethernet = !over.empty() && opener_of(over).first == nullptr;
  if (mru > pppoe_mru && over_ethernet) return say(texts::mru_too_large);
  return std::nullopt;
}

Outcome PppModule::create(const Args& args) {
  const auto number = static_cast<unsigned>(args.number("PPP"));
  if (find(number) != nullptr) return say(texts::interface_exists, number);
  const auto over = canonical(args.text("OVER"));
  if (!over) return say(texts::physical_unknown, args.text("OVER"));
  Settings settings;
  LinkSettings link{*over, {}};
  settings.read(args, on_interface);
  link.settings.read(args, on_link);
  if (const auto refused = objection(args, *over, link.settings)) return *refused;
  auto& made = interfaces_[number] =
      std::make_unique<Interface>(services_, ip_, *this, number, std::move(settings), false);
  made->links.push_back(std::move(link));
  made->set_enabled(true);
  return say(texts::done);
}

Outcome PppModule::set(const Args& args) {
  return with_interface(args, [&](Interface& interface) {
    if (interface.dynamic) return say(texts::dynamic_interface, interface.number);
    std::size_t at = 0;
    if (args.has("OVER")) {
      const auto over = canonical(args.text("OVER"));
      const auto found = std::ranges::find(interface.links, over.value_or(""), &LinkSettings::over);
      if (found == interface.links.end()) return say(texts::link_unknown, interface.number, args.text("OVER"));
      at = static_cast<std::size_t>(found - interface.links.begin());
    }
    Settings link = interface.links[at].settings;
    link.read(args, on_link);
    if (const auto refused = objection(args, interface.links[at].over, link)) return *refused;
    interface.links[at].settings = std::move(link);
    interface.settings.read(args, on_interface);
    interface.refresh();
    return say(texts::done);
  });
}

Outcome PppModule::add_link(const Args& args) {
  return with_interface(args, [&](Interface& interface) {
    if (interface.dynamic) return say(texts::dynamic_interface, interface.number);
    const auto over = canonical(args.text("OVER"));
    if (!over) return say(texts::physical_unknown, args.text("OVER"));
    if (std::ranges::find(interface.links, *over, &LinkSettings::over) != interface.links.end()) {
      return say(texts::link_exists, interface.number, *over);
    }
    LinkSettings link{*over, {}};
    link.settings.read(args, on_link);
    if (const auto refused = objection(args, *over, link.settings)) return *refused;
    interface.links.push_back(std::move(link));
    return say(texts::done);
  });
}

Outcome PppModule::delete_link(const Args& args) {
  return with_interface(args, [&](Interface& interface) {
    if (interface.dynamic) return say(texts::dynamic_interface, interface.number);
    const auto over = canonical(args.text("OVER"));
    const auto found = std::ranges::find(interface.links, over.value_or(""), &LinkSettings::over);
    if (found == interface.links.end()) return say(texts::link_unknown, interface.number, args.text("OVER"));
    if (interface.links.size() == 1) return say(texts::last_link, interface.number);
    const bool in_use = found == interface.links.begin();
    if (in_use) {
      interface.leave("link deleted");
      abandon_line(interface);
    }
    interface.links.erase(found);
    if (in_use) interface.reset();
    return say(texts::done);
  });
}

Outcome PppModule::destroy(const Args& args) {
  return with_interface(args, [&](Interface& interface) {
    if (interface.dynamic) return say(texts::dynamic_interface, interface.number);
    remove(interface.number);
    return say(texts::done);
  });
}

Outcome PppModule::enable(const Args& args, bool on) {
  return with_interface(args, [&](Interface& interface) {
    if (interface.enabled() == on) return say(on ? texts::already_enabled : texts::already_disabled, interface.number);
    interface.set_enabled(on);
    return say(texts::done);
  });
}

Outcome PppModule::purge() {
  pppoe_.concentrator.enabled = false;
  pppoe_.end_sessions({});
  pppoe_.concentrator.services.clear();
  remove_all();
  gone_.clear();
  templates_.clear();
  debug_.clear();
  template_debug_.clear();
  return say(texts::done);
}

}  // namespace arrouter::ppp
