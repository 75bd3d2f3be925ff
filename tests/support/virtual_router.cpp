#include "tests/support/virtual_router.h"

#include <stdexcept>

namespace arrouter::test {

namespace {

template <class T>
void must(const Result<T>& result) {
  if (!result) throw std::runtime_error(result.error().text);
}

}  // namespace

VirtualRouter::VirtualRouter(VirtualTime& time, std::string name, std::string_view model_name, std::uint64_t seed,
                             Tcp* tcp)
    : random(seed) {
  auto model = find_model(model_name);
  must(model);
  std::map<std::string, std::string> specs;
  for (const ModelInterface& interface : model->interfaces) specs[interface.name] = "memory";
  RouterOptions options;
  options.model = std::move(*model);
  options.identity = name;
  options.name = std::move(name);
  options.wall_time = WallTime(std::chrono::sys_days(std::chrono::year(2007) / 2 / 2) + std::chrono::hours(11));
  Surroundings surroundings{time, time.scheduler, time, time, random};
  surroundings.cpu_load = [this] { return cpu; };
  surroundings.reset_cpu_load = [this] { cpu = {}; };
  surroundings.memory_used_kb = [this] { return memory_used_kb; };
  surroundings.tcp = tcp;
  auto made = Router::make(surroundings, std::move(options));
  must(made);
  router = std::move(*made);
  must(router->attach_ports(specs, seed));
  router->on_boot_text([this](std::string_view text) { boot_text += text; });
}

void VirtualRouter::boot(std::string_view configuration) {
  if (!configuration.empty()) must(router->files().write({"flash", "boot.cfg"}, configuration));
  router->boot();
}

RouterControl::Executed VirtualRouter::run(std::string_view line) { return router->execute(line, Caller{}); }

std::string VirtualRouter::text(std::string_view line) {
  const auto executed = run(line);
  return executed.screen.text() + executed.outcome.line();
}

std::string VirtualRouter::configuration() const {
  std::string script;
  const ConfigWriter written = router->configuration();
  for (const auto& section : written.sections()) {
    script += "# " + section.title + " configuration\n";
    for (const std::string& line : section.lines) script += line + "\n";
    script += "\n";
  }
  return script;
}

MemoryPort& VirtualRouter::port(std::string_view interface) {
  return dynamic_cast<MemoryPort&>(router->stacks().find(interface)->second->driver());
}

}  // namespace arrouter::test
