// INSTALL: the release that runs, licences, and the configuration as a file (Software Reference, chapter Operation,
// "Managing Configuration Files and Software Versions"; reference/operations.md 4 and 5).
//
// Invariants
// - Start-up tries the temporary install (used once, gone when used), then the preferred one, then the default. An
//   install whose release file is missing is skipped. Y at a cold start takes the default at once, and no patch.
// - In security mode nobody but a security officer sees the configuration or the feature list.
// - The saved configuration is exactly what SHOW CONFIG DYNAMIC prints.
//
// Not modelled: loading another release's code (the table is kept and shown; the software stays this program), the real
// routers' licence passwords (this program has its own), 30-day licences.
#include "modules/install/install.h"

#include "modules/install/install_module.h"
#include "os/base/text.h"

namespace arrouter {

MadeInstall make_install(Services& services, RouterControl& control, bool boot_block) {
  auto module = std::make_unique<install::InstallModule>(services, control, boot_block);
  install::InstallApi& api = *module;
  return {std::move(module), api};
}

namespace install {

namespace {

constexpr std::string_view table_key = "install";

std::string on_flash(const std::string& name) { return name.empty() ? name : "flash:" + name; }

}  // namespace

std::string_view slot_name(Slot slot) {
  switch (slot) {
    case Slot::temporary:
      return "Temporary";
    case Slot::preferred:
      return "Preferred";
    case Slot::fallback:
      break;
  }
  return "Default";
}

InstallModule::InstallModule(Services& services, RouterControl& control, bool boot_block)
    : services_(services), control_(control), boot_block_(boot_block) {
  load();
  load_licences();
}

void InstallModule::load() {
  at(Slot::preferred) = {on_flash(services_.model.release_file), "", services_.model.gui_file};
  const auto text = services_.files.read_private(table_key);
  if (!text) return;
  const auto lines = split(*text, '\n');
  for (const Slot slot : all_slots) {
    const auto number = static_cast<std::size_t>(slot);
    if (number >= lines.size()) return;
    const auto fields = split(lines[number], ' ');
    if (fields.size() == 3) at(slot) = {std::string(fields[0]), std::string(fields[1]), std::string(fields[2])};
  }
}

Outcome InstallModule::save() {
  std::string text;
  for (const Install& row : table_) text += fmt::format("{} {} {}\n", row.release, row.patch, row.gui);
  if (const auto written = services_.files.write_private(table_key, text); !written) {
    return say(texts::not_saved, written.error().text);
  }
  return Outcome::successful(module_number::install);
}

void InstallModule::start() {
  for (const Slot slot : all_slots) {
    if (boot_block_ && slot != Slot::fallback) continue;
    Install chosen = at(slot);
    if (boot_block_) chosen.patch.clear();
    const bool defined = slot == Slot::fallback || !chosen.release.empty();
    if (!defined) {
      history_.push_back(fmt::format("No {} install selected", slot_name(slot)));
      continue;
    }
    history_.push_back(fmt::format("{} install selected", slot_name(slot)));
    if (slot == Slot::temporary) {
      at(slot) = {};
      static_cast<void>(save());  // a full NVS makes it temporary once more, which is harmless
    }
    if (slot != Slot::fallback && chosen.release != eprom_release && !installable(chosen.release)) {
      history_.push_back(fmt::format("{} release could not be found", slot_name(slot)));
      continue;
    }
    history_.push_back(fmt::format("{} release successfully installed", slot_name(slot)));
    if (!chosen.patch.empty()) {
      const bool there = installable(chosen.patch).has_value();
      history_.push_back(
          fmt::format("{} patch {}", slot_name(slot), there ? "successfully installed" : "could not be found"));
      if (!there) chosen.patch.clear();
    }
    if (!installable(chosen.gui)) chosen.gui.clear();
    current_slot_ = slot;
    current_ = chosen;
    return;
  }
}

std::expected<std::string, Outcome> InstallModule::installable(const std::string& given) const {
  const auto name = parse_file_name(given);
  if (!name) return std::unexpected(say(texts::bad_file_name, given));
  if (!services_.files.exists(*name)) return std::unexpected(say(texts::unknown_file, name->name));
  return fmt::format("{}:{}", name->device, name->name);
}

bool InstallModule::hidden_from(const Caller& caller) const {
  return services_.users.security_mode() && caller.privilege != Privilege::security_officer;
}

std::vector<Feature> InstallModule::features() const {
  if (services_.model.encryption.empty()) return {};
  return {{1, "3des"}, {2, "aes"}};
}

std::vector<CommandRow> InstallModule::commands() {
  std::vector<CommandRow> rows = configuration_rows();
  for (auto more : {&InstallModule::install_rows, &InstallModule::licence_rows}) {
    for (CommandRow& row : (this->*more)()) rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace install
}  // namespace arrouter
