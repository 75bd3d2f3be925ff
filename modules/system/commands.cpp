// Rows and handlers of identity, restart and clock.
#include "modules/system/system.h"

#include "os/base/calendar.h"
#include "os/base/text.h"

namespace arrouter::system {

std::vector<CommandRow> SystemModule::identity_rows() {
  return {
      {"SET SYStem [NAme=<text:0-255>] [LOCation=<text:0-255>] [CONtact=<text:0-255>] "
       "[DIstinguishedname=<text:0-255>] [COUntry=<text:0-255>] "
       "[TERritory={AUStralia|CHIna|EURope|JApan|KOrea|NEWzealand|USA}]",
       Access::manager, "Sets the router's name, location, contact and territory.",
       [this](Invocation& invocation) { return set_system(invocation.args); }},
      {"SET HELP=<file>", Access::manager, "Sets the file whose text HELP displays.",
       [this](Invocation& invocation) { return set_help(invocation.args); }},
      {"ENAble SYStem SECurity_mode", Access::security, "Enters security mode.",
       [this](Invocation&) { return enable_security_mode(); }},
      {"DISable SYStem SECurity_mode", Access::security, "Leaves security mode and deletes all sensitive data.",
       [this](Invocation& invocation) { return disable_security_mode(invocation); }},
  };
}

std::vector<CommandRow> SystemModule::restart_rows() {
  const auto restarting = [this](RestartKind kind) {
    return [this, kind](Invocation& invocation) { return restart(invocation.args, kind); };
  };
  return {
      {"RESTART REBoot [CONfig={NONE|<file>}]", Access::manager, "Restarts the router as if its power had been cut.",
       restarting(RestartKind::reboot)},
      {"RESTART IMMediately [CONfig={NONE|<file>}]", Access::manager,
       "Restarts the router as if its power had been cut, at once.", restarting(RestartKind::reboot)},
      {"RESTART ROUter [CONfig={NONE|<file>}]", Access::manager, "Restarts the router's software.",
       restarting(RestartKind::router)},
      {"RESTART SWItch [CONfig={NONE|<file>}]", Access::manager, "Restarts the switch's software.",
       restarting(RestartKind::router)},
  };
}

std::vector<CommandRow> SystemModule::clock_rows() {
  const auto setting = [this](Invocation& invocation) { return set_clock(invocation.args); };
  return {
      {"SET TIme=<time> [DAte=<date>]", Access::manager, "Sets the clock.", setting},
      {"SET DAte=<date> [TIme=<time>]", Access::manager, "Sets the date.", setting},
  };
}

std::vector<CommandRow> SystemModule::show_rows() {
  return {
      {"SHow SYStem", Access::manager, "Displays the router's state.",
       [this](Invocation& invocation) { return show_system(invocation); }},
      {"SHow SYStem SERialnumber", Access::manager, "Displays the serial number.",
       [this](Invocation& invocation) {
         invocation.screen.field(0, 16, "Serial number", services_.model.serial);
         return Outcome::screen();
       }},
      {"SHow TIme", Access::user, "Displays the time.",
       [this](Invocation& invocation) { return show_time(invocation.screen); }},
      {"SHow BUFfer [SCAN[=<name:1-10>] [QUEuepointers]]", Access::manager, "Displays memory and packet buffers.",
       [this](Invocation& invocation) { return show_buffers(invocation.screen, invocation.args.has("SCAN")); },
       Coverage::partial,
       "SCAN counts the buffers in use but cannot tell their holders apart; an address or QUEUEPOINTERS adds nothing."},
      {"SHow EXCeption", Access::manager, "Displays unexpected ends of earlier runs.",
       [this](Invocation& invocation) { return show_exceptions(invocation.screen); }},
      {"SHow STARtup", Access::manager, "Displays how the router was started.",
       [this](Invocation& invocation) { return show_startup(invocation.screen); }},
      {"SHow DEBug [IPSec]", Access::manager, "Displays all that support asks for: of the system, or of its VPNs.",
       [this](Invocation& invocation) { return show_debug(invocation, invocation.args.has("IPSEC")); }},
  };
}

Outcome SystemModule::set_system(const Args& args) {
  SystemIdentity& identity = services_.system;
  const auto take = [&args](std::string_view name, std::string& value) {
    if (!args.has(name)) return;
    value = equal_ignoring_case(args.text(name), "NONE") ? std::string() : args.text(name);
  };
  take("NAME", identity.name);
  take("LOCATION", identity.location);
  take("CONTACT", identity.contact);
  take("DISTINGUISHEDNAME", identity.distinguished_name);
  take("COUNTRY", country_);
  if (args.has("TERRITORY")) identity.territory = to_lower(args.choice("TERRITORY"));
  return Outcome::successful(module_number::system);
}

Outcome SystemModule::set_help(const Args& args) {
  const auto name = parse_file_name(args.text("HELP"));
  // Anybody may read the help: it must not be a way to read configurations.
  if (!name || !name->name.ends_with(".hlp")) return say(texts::bad_file_name, args.text("HELP"));
  const bool own = name->device == "flash" && name->name == services_.model.help_file;
  if (!services_.files.exists(*name)) return say(texts::no_help_file);
  help_file_ = own ? std::string() : (name->device == "flash" ? "" : name->device + ":") + name->name;
  return Outcome::successful(module_number::system);
}

Outcome SystemModule::set_clock(const Args& args) {
  const WallTime now = services_.wall.now();
  WallTime midnight = std::chrono::floor<std::chrono::days>(now);
  WallTime::duration of_day = now - midnight;
  // The row has checked both forms.
  if (args.has("DATE")) midnight = *parse_date(args.text("DATE"));
  if (args.has("TIME")) of_day = *parse_time_of_day(args.text("TIME"));
  services_.wall.set(midnight + of_day);
  summer_time_.clock_was_set();
  return Outcome::successful(module_number::system);
}

}  // namespace arrouter::system
