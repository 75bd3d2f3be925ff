// The INSTALL module's inside: shared by its commands and its screens.
#pragma once

#include <array>
#include <expected>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "modules/install/install_api.h"
#include "os/message.h"
#include "os/module.h"
#include "os/router_control.h"

namespace arrouter::install {

namespace texts {
#define MESSAGE(name, message_class, number, text) \
  inline constexpr Message name{MessageClass::message_class, module_number::install, number, text};
#include "modules/install/texts.def"
#undef MESSAGE
}  // namespace texts

inline constexpr std::string_view eprom_release = "eprom";

/// One row of the install table. File names are "device:name"; empty: none. The release may be that of the EPROM.
struct Install {
  std::string release, patch, gui;
};

enum class Slot : std::uint8_t { temporary, preferred, fallback };
inline constexpr std::array all_slots = {Slot::temporary, Slot::preferred, Slot::fallback};
std::string_view slot_name(Slot slot);  // "Temporary", "Preferred", "Default"

/// One licensed feature of this model.
struct Feature {
  unsigned index;
  std::string_view name;
};

class InstallModule final : public Module, public InstallApi {
 public:
  InstallModule(Services& services, RouterControl& control, bool boot_block);
  std::string_view name() const override { return "install"; }
  std::vector<CommandRow> commands() override;
  void start() override;
  bool licensed(std::string_view feature) const override;
  const std::string& running_patch() const override { return current_.patch; }

 private:
  std::vector<CommandRow> configuration_rows();
  std::vector<CommandRow> install_rows();
  std::vector<CommandRow> licence_rows();

  Outcome create_config(const Args& args);
  Outcome set_config(const Args& args);
  void log_change(std::string_view subtype, std::string message) const;
  Outcome show_config(Screen& screen) const;
  Outcome show_dynamic(Invocation& invocation) const;

  Outcome set_install(const Args& args);
  Outcome delete_install(const Args& args);
  Outcome show_install(Screen& screen) const;
  Outcome enable_release(const Args& args);
  Outcome disable_release(const Args& args);
  Outcome enable_feature(const Args& args);
  Outcome disable_feature(const Args& args);
  Outcome show_passwords(const Args& args, Screen& screen) const;
  std::optional<Feature> find_feature(std::string_view asked) const;  // by name or index
  Outcome show_release(Screen& screen) const;
  Outcome show_feature(Invocation& invocation) const;

  /// "device:name" of a file that exists; an error outcome otherwise.
  std::expected<std::string, Outcome> installable(const std::string& given) const;
  std::vector<Feature> features() const;
  bool hidden_from(const Caller& caller) const;
  void load();
  Outcome save();
  void load_licences();
  Outcome save_licences();
  std::string release_text(Slot slot, const Install& row) const;
  Install& at(Slot slot) { return table_[static_cast<std::size_t>(slot)]; }
  const Install& at(Slot slot) const { return table_[static_cast<std::size_t>(slot)]; }

  Services& services_;
  RouterControl& control_;
  const bool boot_block_;
  std::array<Install, 3> table_;
  Slot current_slot_ = Slot::preferred;
  Install current_;
  std::set<std::string, std::less<>> licensed_releases_;  // "flash:54-291.rez"
  std::set<std::string, std::less<>> disabled_features_;
  std::vector<std::string> history_;  // what the start-up did, line by line
};

}  // namespace arrouter::install
