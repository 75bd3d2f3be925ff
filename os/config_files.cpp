#include "os/config_files.h"

#include <fmt/format.h>

namespace arrouter {

void show_config_files(Screen& screen, const RouterControl& control, const FileStore& files) {
  const std::string boot = control.boot_config();
  const std::string current = control.current_config();
  std::string boot_text = "Not set";
  if (!boot.empty()) {
    const auto name = parse_file_name(boot);
    const bool exists = name && files.exists(*name);
    boot_text =
        fmt::format("{} ({})", name ? name->device + ":" + name->name : boot, exists ? "exists" : "does not exist");
  }
  screen.line("Boot configuration file: " + boot_text);
  screen.line("Current configuration: " + (current.empty() ? "None" : current));
  screen.set("bootConfigurationFile", boot_text);
  screen.set("currentConfiguration", current);
}

}  // namespace arrouter
