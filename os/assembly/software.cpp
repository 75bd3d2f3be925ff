#include "os/assembly/software.h"

#include "modules/enco/enco_api.h"
#include "os/assembly/health.h"
#include "os/assembly/module_list.h"

namespace arrouter {

namespace {
const FileName security_marker{"flash", "enabled.sec"};
}

Router::Software::Software(Router& router, const StartUp& how)
    : log(*router.wall_),
      users(router.surroundings_.clock, router.surroundings_.random, enco::password_digest),
      services{router.surroundings_.clock,
               *router.wall_,
               router.surroundings_.scheduler,
               router.surroundings_.reactor,
               router.surroundings_.jobs,
               router.surroundings_.random,
               router.pool_,
               log,
               router.files_,
               users,
               system,
               router.options_.model,
               router.ports_},
      router_(router) {
  system.name = router.options_.name;
  system.territory = router.options_.model.territory;
  // Modules ask while they are made: whether ENCO's keys survived hangs on it.
  users.set_security_mode(router.files_.exists(security_marker));
  users.on_security_mode_change([this](bool on) {
    if (on == router_.files_.exists(security_marker)) return;
    const auto kept = on ? router_.files_.write(security_marker, "\n") : router_.files_.remove(security_marker);
    if (kept) return;
    log.record({.severity = LogSeverity::urgent,
                .module = module_number::system,
                .type = "CONF",
                .subtype = "SAVE",
                .message = "Security mode marker: " + kept.error().text});
  });
  MadeModules made = make_modules(
      {services, router, table, sessions, router.stacks_, router.tcp(), router.options_.capture_directory, how});
  modules = std::move(made.modules);
  system_module = &made.system;
  modules.push_back(make_health(router));
  for (const auto& module : modules) {
    for (const CommandRow& row : module->commands()) table.add(module->name(), row);
  }
}

Router::Software::~Software() {
  while (!modules.empty()) modules.pop_back();
}

void Router::Software::let_go() {
  for (const auto& session : sessions.live()) session->hang_up();
  for (const auto& [name, port] : services.ports) {
    port->set_receiver({});
    port->set_link_listener({});
  }
}

void Router::Software::start() {
  for (const auto& module : modules) module->start();
}

void Router::Software::booted() {
  for (const auto& module : modules) module->booted();
}

void Router::Software::stop(Ending ending) {
  for (auto module = modules.rbegin(); module != modules.rend(); ++module) (*module)->stop(ending);
}

}  // namespace arrouter
