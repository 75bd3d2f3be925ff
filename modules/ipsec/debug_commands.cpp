// Rows and handlers of ENABLE and DISABLE IPSEC POLICY DEBUG, and of the SA module that was there before IPsec.
#include "modules/ipsec/ipsec.h"
#include "os/base/text.h"

namespace arrouter::ipsec {
namespace {

constexpr std::string_view no_old_sas = "Kept and written to the configuration; SAs of the older module do not exist.";

DebugOptions what_of(const Args& args) {
  DebugOptions options;
  for (const std::string_view word : split(args.text("DEBUG"), ',')) {
    options.filter |= word == "FILTER" || word == "ALL";
    options.packet |= word == "PACKET" || word == "ALL";
    options.trace |= word == "TRACE" || word == "ALL";
  }
  return options;
}

DebugOptions options_of(const Args& args) {
  DebugOptions options = what_of(args);
  const auto pick = [&](std::string_view name, std::string_view first, bool& one, bool& other) {
    if (!args.has(name) || args.choice(name) == "ALL") return;
    one = args.choice(name) == first;
    other = !one;
  };
  pick("DIRECTION", "IN", options.in, options.out);
  pick("DISPLAY", "SELECTOR", options.selectors, options.header);
  pick("WHERE", "MATCH", options.matches, options.mismatches);
  return options;
}

}  // namespace

std::vector<CommandRow> IpsecModule::rows_of_debugging() {
  const auto keep_old_sas = [this](bool on) {
    return [this, on](Invocation&) {
      state_.old_sas = on;
      return Outcome::successful(module_number::ipsec);
    };
  };
  return {
      {"ENAble IPSec POLicy=<name:1-23> DEBug={ALL|FILter|PACket|TRAce}[,...] [DIRection={ALL|IN|OUT}] "
       "[DISPlay={ALL|HEAder|SELector}] [WHEre={ALL|MATch|MISmatch}]",
       Access::security, "Prints what happens to the packets of a policy on this terminal.",
       [this](Invocation& call) { return set_debug(call, true); }},
      {"DISable IPSec POLicy=<name:1-23> DEBug={ALL|FILter|PACket|TRAce}[,...]", Access::security,
       "Ends debugging of a policy on this terminal.", [this](Invocation& call) { return set_debug(call, false); }},
      {"ENAble IPSec OLDSA", Access::security, "Enables SAs of the module before IPsec.", keep_old_sas(true),
       Coverage::no_effect, no_old_sas},
      {"DISable IPSec OLDSA", Access::security, "Disables SAs of the module before IPsec.", keep_old_sas(false),
       Coverage::no_effect, no_old_sas},
      {"ACTivate IPSec CONVertoldsa", Access::security, "Makes IPsec objects of SAs of the module before IPsec.",
       [](Invocation&) { return Outcome::successful(module_number::ipsec); }, Coverage::no_effect, no_old_sas},
  };
}

Outcome IpsecModule::set_debug(Invocation& call, bool on) {
  const std::string& name = call.args.text("POLICY");
  const Policy* const policy = state_.policies.find(name);
  if (policy == nullptr) return outcome(Message::policy_not_found, name);
  if (!on) {
    state_.debug.disable(*policy, call.caller.terminal, what_of(call.args));
  } else if (call.caller.terminal.expired()) {
    return outcome(Message::no_terminal);
  } else {
    state_.debug.enable(*policy, call.caller.terminal, options_of(call.args));
  }
  return Outcome::successful(module_number::ipsec);
}

}  // namespace arrouter::ipsec
