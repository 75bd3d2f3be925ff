// Model profiles: what differs between an AR415S and a Rapier 24i, read from config/models/<name>.model.
//
// A profile is lines of "key = value"; '#' starts a comment. Keys: title, board-id, board-name, revision, serial,
// vendor ("Allied Telesis AR415S"), release ("2.9.1-00 16-Oct-2006"), release-file, gui-file, help-file (each with its
// size in bytes: "54-291.rez 4893228"), boot-image, dram-kb, flash-kb, territory, kind (router|switch), encryption
// (engine text for SHOW ENCO), battery ("present": NVS is battery-backed RAM), mac (base address), and one "interface = eth0" or "interface = vlan1 port1-4" line for each link.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "os/base/address.h"
#include "os/base/result.h"

namespace arrouter {

struct ModelInterface {
  std::string name;                // "eth0", "vlan1"
  std::vector<std::string> ports;  // "port1" …: members of a switch VLAN; empty for a port of its own
};

struct Model {
  std::string name;         // "AR415S"
  std::string kind = "router";  // or "switch": wording of screens
  std::string board_name, revision, serial;
  unsigned board_id = 0;
  std::string description;  // SysDescription: "Allied Telesis AR415S version 2.9.1-00 16-Oct-2006"
  std::string release;      // "2.9.1-00 16-Oct-2006"
  std::string release_file, gui_file, help_file, boot_image, territory = "europe";
  unsigned release_bytes = 0, gui_bytes = 0, help_bytes = 0;
  std::string battery;      // "present"
  unsigned dram_kb = 65536, flash_kb = 16384;
  std::string encryption;   // "present": built-in engine
  MacAddress base_mac;
  std::vector<ModelInterface> interfaces;
};

/// Parses a profile's text; the failure names the line.
Result<Model> parse_model(std::string_view name, std::string_view text);
/// The profiles built into the program (from config/models at build time), by name without regard to case and
/// punctuation: "Rapier 24i", "rapier24i".
Result<Model> find_model(std::string_view name);
std::vector<std::string> model_names();

}  // namespace arrouter
