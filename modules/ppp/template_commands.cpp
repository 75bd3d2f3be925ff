// PPP templates, and the access concentrator's services that use them.
#include <fmt/format.h>

#include "modules/ppp/ppp.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::ppp {

std::vector<CommandRow> PppModule::template_rows() {
  static const std::string create_syntax =
      "CREate PPP TEMPLate=<0-31> [COPY=<0-31>]" + notation_of(in_template);
  static const std::string set_syntax = "SET PPP TEMPLate=<0-31>" + notation_of(in_template);
  constexpr std::string_view stored =
      "BAP, callback, compression, encryption, fragmentation, LQR, MAXLINKS, MULTILINK and VJC are kept and shown "
      "without effect.";
  return {
      {create_syntax, Access::manager, "Makes a template of dynamic PPP interfaces.",
       [this](Invocation& call) { return create_template(call.args); }, Coverage::partial, stored},
      {set_syntax, Access::manager, "Changes a PPP template; interfaces made from it before stay as they are.",
       [this](Invocation& call) { return set_template(call.args); }, Coverage::partial, stored},
      {"DESTroy PPP TEMPLate=<0-31>", Access::manager, "Destroys a PPP template.",
       [this](Invocation& call) { return destroy_template(call.args); }},
  };
}

Outcome PppModule::create_template(const Args& args) {
  const auto number = static_cast<unsigned>(args.number("TEMPLATE"));
  if (templates_.contains(number)) return say(texts::template_exists, number);
  Settings settings;
  if (args.has("COPY")) {
    const auto original = templates_.find(static_cast<unsigned>(args.number("COPY")));
    if (original == templates_.end()) return say(texts::template_unknown, args.number("COPY"));
    settings = original->second;
  }
  settings.read(args, in_template);
  if (const auto refused = objection(args, {}, settings)) return *refused;
  templates_.emplace(number, std::move(settings));
  return say(texts::done);
}

Outcome PppModule::set_template(const Args& args) {
  const auto found = templates_.find(static_cast<unsigned>(args.number("TEMPLATE")));
  if (found == templates_.end()) return say(texts::template_unknown, args.number("TEMPLATE"));
  Settings settings = found->second;
  settings.read(args, in_template);
  if (const auto refused = objection(args, {}, settings)) return *refused;
  found->second = std::move(settings);
  return say(texts::done);
}

Outcome PppModule::destroy_template(const Args& args) {
  const auto number = static_cast<unsigned>(args.number("TEMPLATE"));
  for (const auto& [key, service] : pppoe_.concentrator.services) {
    if (service.template_number == number) return say(texts::template_in_use, number, service.name);
  }
  if (templates_.erase(number) == 0) return say(texts::template_unknown, number);
  return say(texts::done);
}

std::vector<CommandRow> PppModule::concentrator_rows() {
  constexpr std::string_view no_radius = "ACRADIUS is kept and shown: MAC addresses are not asked about.";
  return {
      {"ADD PPP ACservice=<name:1-18> TEMPLate=<0-31> {ACInterface=<interface>|VLAN=<1-4094>} "
       "[MAXSessions=<1-512>] [ACRadius={ON|OFF}]",
       Access::manager, "Offers a PPPoE service to clients.",
       [this](Invocation& call) { return change_service(call.args, true); }, Coverage::partial, no_radius},
      {"SET PPP ACservice=<name:1-18> [TEMPLate=<0-31>] [{ACInterface=<interface>|VLAN=<1-4094>}] "
       "[MAXSessions=<1-512>] [ACRadius={ON|OFF}]",
       Access::manager, "Changes a PPPoE service.", [this](Invocation& call) { return change_service(call.args, false); },
       Coverage::partial, no_radius},
      {"DELete PPP ACservice=<name:1-18>", Access::manager, "Ends a PPPoE service and the sessions of its clients.",
       [this](Invocation& call) { return delete_service(call.args); }},
      {"ENAble PPP ACCessconcentrator", Access::manager, "Offers the PPPoE services.",
       [this](Invocation&) { return enable_concentrator(true); }},
      {"DISable PPP ACCessconcentrator", Access::manager, "Offers no PPPoE services and ends the sessions of clients.",
       [this](Invocation&) { return enable_concentrator(false); }},
  };
}

Outcome PppModule::change_service(const Args& args, bool make) {
  auto& services = pppoe_.concentrator.services;
  const std::string key = to_lower(args.text("ACSERVICE"));
  const auto found = services.find(key);
  if (make && found != services.end()) return say(texts::service_exists, args.text("ACSERVICE"));
  if (!make && found == services.end()) return say(texts::service_unknown, args.text("ACSERVICE"));
  if (make && services.size() >= limits::pppoe_services) return say(texts::service_limit);
  AcService service = make ? AcService{} : found->second;
  if (make) service.name = args.text("ACSERVICE");
  if (args.has("TEMPLATE")) service.template_number = static_cast<unsigned>(args.number("TEMPLATE"));
  if (!templates_.contains(service.template_number)) return say(texts::template_unknown, service.template_number);
  if (args.has("ACINTERFACE")) service.interface = args.text("ACINTERFACE");
  if (args.has("VLAN")) service.interface = fmt::format("vlan{}", args.number("VLAN"));
  if (!pppoe_.canonical(service.interface)) return say(texts::physical_unknown, service.interface);
  if (args.has("MAXSESSIONS")) service.max_sessions = static_cast<unsigned>(args.number("MAXSESSIONS"));
  if (args.has("ACRADIUS")) service.radius = args.choice("ACRADIUS") == "ON";
  services[key] = std::move(service);
  pppoe_.listen();
  return say(texts::done);
}

Outcome PppModule::delete_service(const Args& args) {
  const std::string key = to_lower(args.text("ACSERVICE"));
  if (pppoe_.concentrator.services.erase(key) == 0) return say(texts::service_unknown, args.text("ACSERVICE"));
  pppoe_.end_sessions(key);
  return say(texts::done);
}

Outcome PppModule::enable_concentrator(bool on) {
  if (pppoe_.concentrator.enabled == on) return say(on ? texts::concentrator_enabled : texts::concentrator_disabled);
  pppoe_.concentrator.enabled = on;
  if (!on) pppoe_.end_sessions({});
  return say(texts::done);
}

}  // namespace arrouter::ppp
