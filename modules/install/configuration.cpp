// CREATE, SET and SHOW CONFIG: the dynamic configuration as screen and as file.
#include "modules/install/install.h"

#include <algorithm>

#include "os/base/text.h"
#include "os/config_files.h"

namespace arrouter::install {

namespace {

bool named(const ConfigWriter::Section& section, std::string_view asked) {
  return std::ranges::any_of(section.names, [&](const std::string& name) { return equal_ignoring_case(name, asked); });
}

bool name_begins(const ConfigWriter::Section& section, std::string_view asked) {
  return std::ranges::any_of(section.names,
                             [&](const std::string& name) { return starts_with_ignoring_case(name, asked); });
}

bool has_number(const ConfigWriter::Section& section, std::string_view asked) {
  const std::uint16_t number = find_log_module(asked);
  return number != 0 &&
         std::ranges::any_of(section.names, [&](const std::string& name) { return find_log_module(name) == number; });
}

/// The sections of which DYNAMIC=<asked> speaks: by their name, else by its beginning, else by the module's number.
std::vector<const ConfigWriter::Section*> find_sections(const ConfigWriter& configuration, std::string_view asked) {
  for (const auto fits : {named, name_begins, has_number}) {
    std::vector<const ConfigWriter::Section*> found;
    for (const ConfigWriter::Section& section : configuration.sections()) {
      if (fits(section, asked)) found.push_back(&section);
    }
    if (!found.empty()) return found;
  }
  return {};
}

void print_section(Screen& screen, const ConfigWriter::Section& section) {
  const auto scope = screen.item("sections");
  screen.line(fmt::format("# {} configuration", section.title));
  Json lines = Json::array();
  for (const std::string& line : section.lines) {
    screen.line(line);
    lines.append(line);
  }
  screen.set("title", section.title);
  screen.set("lines", std::move(lines));
}

std::string stored_name(const FileName& name) {
  return name.device == "flash" ? name.name : fmt::format("{}:{}", name.device, name.name);
}

}  // namespace

std::vector<CommandRow> InstallModule::configuration_rows() {
  return {
      {"CREate CONfig=<file> [SET]", Access::security,
       "Saves the configuration as a script; SET makes it the boot script too.",
       [this](Invocation& invocation) { return create_config(invocation.args); }},
      {"SET CONfig={NONE|<file>}", Access::manager, "Sets the script that runs when the router starts.",
       [this](Invocation& invocation) { return set_config(invocation.args); }},
      {"SHow CONfig [DYNamic[=<name:1-32>]]", Access::manager,
       "Displays the boot script's name, or the present configuration.",
       [this](Invocation& invocation) {
         return invocation.args.has("DYNAMIC") ? show_dynamic(invocation) : show_config(invocation.screen);
       }},
  };
}

Outcome InstallModule::create_config(const Args& args) {
  const auto name = parse_file_name(args.text("CONFIG"), "cfg");
  if (!name || FileStore::reserved(*name)) return say(texts::bad_file_name, args.text("CONFIG"));
  std::string script;
  const ConfigWriter configuration = control_.configuration();
  for (const ConfigWriter::Section& section : configuration.sections()) {
    script += fmt::format("\n# {} configuration\n", section.title);
    for (const std::string& line : section.lines) script += line + "\n";
  }
  if (const auto written = services_.files.write(*name, script); !written) {
    return say(texts::not_saved, written.error().text);
  }
  control_.set_current_config(stored_name(*name));
  log_change("SAVE", fmt::format("Configuration saved in {}", stored_name(*name)));
  if (args.has("SET")) {
    if (const auto set = control_.set_boot_config(stored_name(*name)); !set) {
      return say(texts::not_saved, set.error().text);
    }
  }
  return Outcome::successful(module_number::install);
}

Outcome InstallModule::set_config(const Args& args) {
  std::string stored;
  if (args.holds<std::string>("CONFIG")) {
    const auto name = parse_file_name(args.text("CONFIG"), "cfg");
    if (!name) return say(texts::bad_file_name, args.text("CONFIG"));
    if (!services_.files.exists(*name)) return say(texts::unknown_file, name->name);
    stored = stored_name(*name);
  }
  if (const auto set = control_.set_boot_config(stored); !set) return say(texts::not_saved, set.error().text);
  log_change("CHANG", stored.empty() ? std::string("No boot configuration file is set")
                                     : fmt::format("Boot configuration file set to {}", stored));
  return Outcome::successful(module_number::install);
}

void InstallModule::log_change(std::string_view subtype, std::string message) const {
  services_.log.record({.severity = LogSeverity::info,
                        .module = module_number::install,
                        .type = "CONF",
                        .subtype = subtype,
                        .message = std::move(message)});
}

Outcome InstallModule::show_config(Screen& screen) const {
  show_config_files(screen, control_, services_.files);
  return Outcome::screen();
}

Outcome InstallModule::show_dynamic(Invocation& invocation) const {
  if (hidden_from(invocation.caller)) return Outcome::screen();
  const ConfigWriter configuration = control_.configuration();
  std::vector<const ConfigWriter::Section*> shown;
  if (invocation.args.has_value("DYNAMIC")) {
    const std::string& asked = invocation.args.text("DYNAMIC");
    shown = find_sections(configuration, asked);
    if (shown.empty()) return say(texts::unknown_module, asked);
  } else {
    for (const ConfigWriter::Section& section : configuration.sections()) shown.push_back(&section);
  }
  for (const ConfigWriter::Section* section : shown) {
    if (section != shown.front()) invocation.screen.line();
    print_section(invocation.screen, *section);
  }
  return Outcome::screen();
}

}  // namespace arrouter::install
