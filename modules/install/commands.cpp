// The install table and its screen (reference/operations.md 4).
#include "modules/install/install.h"

#include <algorithm>

#include "os/base/text.h"

namespace arrouter::install {

namespace {

Slot slot_of(const std::string& word) {
  if (word == "TEMPORARY") return Slot::temporary;
  return word == "PREFERRED" ? Slot::preferred : Slot::fallback;
}

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

/// The boot block's own version, told by its file name: "415_20.fbr …" is 2.0.0.
std::string eprom_text(std::string_view boot_image) {
  const auto underscore = boot_image.find('_');
  if (underscore == std::string_view::npos || underscore + 2 >= boot_image.size()) return "EPROM";
  return fmt::format("EPROM ({}.{}.0)", boot_image[underscore + 1], boot_image[underscore + 2]);
}

const std::vector<Column> install_columns = {{"Install", 12}, {"Release", 25}, {"Patch", 22}, {"GUI", 0}};

}  // namespace

std::vector<CommandRow> InstallModule::install_rows() {
  return {
      {"SET INStall={TEMporary|PREFerred|DEFault} [RELease={EPRom|<file>}] [PATch=<text:0-28>] [GUI=<text:0-28>]",
       Access::security, "Sets which release, patch and GUI the router loads when it starts.",
       [this](Invocation& invocation) { return set_install(invocation.args); }, Coverage::partial,
       "The table is kept and shown; the software that runs stays the same."},
      {"DELete INStall={TEMporary|PREFerred|DEFault}", Access::security, "Clears an install.",
       [this](Invocation& invocation) { return delete_install(invocation.args); }},
      {"SHow INStall", Access::manager, "Displays the installs and what the last start-up chose.",
       [this](Invocation& invocation) { return show_install(invocation.screen); }},
  };
}

Outcome InstallModule::set_install(const Args& args) {
  const Slot slot = slot_of(args.choice("INSTALL"));
  Install row = at(slot);
  if (args.has("RELEASE")) {
    const bool eprom = args.holds<Choice>("RELEASE");
    if (slot == Slot::fallback && !eprom) return say(texts::default_is_fixed);
    row.release = eprom ? std::string(eprom_release) : std::string();
    if (!eprom) {
      const auto file = installable(args.text("RELEASE"));
      if (!file) return file.error();
      row.release = *file;
    }
    row.patch.clear();
  }
  if (slot != Slot::fallback && row.release.empty() && (args.has("PATCH") || args.has("GUI"))) {
    return args.has("PATCH") ? say(texts::patch_without_release) : say(texts::temporary_needs_release, slot_name(slot));
  }
  const auto take = [&](std::string_view name, std::string& value) -> Outcome {
    if (!args.has(name)) return {};
    const std::string& given = args.text(name);
    if (given.empty() || equal_ignoring_case(given, "NONE")) {
      value.clear();
      return {};
    }
    const auto file = installable(given);
    if (!file) return file.error();
    value = *file;
    return {};
  };
  if (const Outcome outcome = take("PATCH", row.patch); outcome.failed()) return outcome;
  if (const Outcome outcome = take("GUI", row.gui); outcome.failed()) return outcome;
  if (row.gui.starts_with("flash:")) row.gui.erase(0, 6);
  at(slot) = row;
  return save();
}

Outcome InstallModule::delete_install(const Args& args) {
  at(slot_of(args.choice("INSTALL"))) = {};
  return save();
}

std::string InstallModule::release_text(Slot slot, const Install& row) const {
  const bool eprom = slot == Slot::fallback || row.release == eprom_release;
  return eprom ? eprom_text(services_.model.boot_image) : or_dash(row.release);
}

Outcome InstallModule::show_install(Screen& screen) const {
  screen.table("installs", install_columns);
  screen.rule();
  for (const Slot slot : all_slots) {
    const Install& row = at(slot);
    screen.row({slot_name(slot), release_text(slot, row), or_dash(row.patch), or_dash(row.gui)});
  }
  screen.rule();
  screen.line();
  screen.line("Current install");
  screen.rule();
  screen.table("currentInstall", install_columns, true);
  screen.row({slot_name(current_slot_), release_text(current_slot_, current_), or_dash(current_.patch),
              or_dash(current_.gui)});
  screen.rule();
  screen.line();
  screen.line("Install history");
  screen.rule();
  Json history = Json::array();
  for (const std::string& line : history_) {
    screen.line(line);
    history.append(line);
  }
  screen.set("installHistory", std::move(history));
  screen.rule();
  return Outcome::screen();
}

}  // namespace arrouter::install
