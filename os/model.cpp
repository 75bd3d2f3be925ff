#include "os/model.h"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <optional>

#include "os/base/text.h"
#include "os/model_builtin.h"

namespace arrouter {

namespace {

constexpr std::size_t most_ports = 64;  // of one switch

using Setter = std::function<bool(Model&, std::string_view)>;

Setter text_of(std::string Model::*member) {
  return [member](Model& model, std::string_view value) {
    model.*member = value;
    return true;
  };
}

Setter number_of(unsigned Model::*member) {
  return [member](Model& model, std::string_view value) {
    const auto number = parse_number(value, 1U << 30);
    if (!number || *number == 0) return false;
    model.*member = static_cast<unsigned>(*number);
    return true;
  };
}

// "54-291.rez 4893228"
Setter file_of(std::string Model::*name, unsigned Model::*bytes) {
  return [name, size = number_of(bytes)](Model& model, std::string_view value) {
    const std::size_t blank = value.find(' ');
    model.*name = value.substr(0, blank);
    return blank != value.npos && size(model, trim(value.substr(blank)));
  };
}

bool set_kind(Model& model, std::string_view value) {
  model.kind = value;
  return value == "router" || value == "switch";
}

bool set_mac(Model& model, std::string_view value) {
  const auto mac = parse_mac(value);
  if (!mac || mac->group()) return false;
  model.base_mac = *mac;
  return true;
}

// "port1-4" -> port1 … port4; "port7" -> port7.
bool add_ports(ModelInterface& interface, std::string_view text) {
  if (!text.starts_with("port")) return false;
  const auto ends = split(text.substr(4), '-');
  const auto first = parse_number(ends.front(), most_ports);
  const auto last = parse_number(ends.back(), most_ports);
  if (ends.size() > 2 || !first || !last || *first == 0 || *last < *first) return false;
  for (auto number = *first; number <= *last; ++number) interface.ports.push_back(fmt::format("port{}", number));
  return true;
}

bool add_interface(Model& model, std::string_view value) {
  const std::size_t blank = value.find(' ');
  ModelInterface interface;
  interface.name = to_lower(value.substr(0, blank));
  if (blank != value.npos && !add_ports(interface, trim(value.substr(blank)))) return false;
  for (const ModelInterface& other : model.interfaces) {
    if (other.name == interface.name) return false;
  }
  model.interfaces.push_back(std::move(interface));
  return true;
}

// What is put together only when the whole profile has been read.
struct Profile {
  Model model;
  std::string vendor;
};

const std::map<std::string_view, Setter>& setters() {
  static const std::map<std::string_view, Setter> table = {
      {"title", text_of(&Model::name)},
      {"kind", set_kind},
      {"board-id", number_of(&Model::board_id)},
      {"board-name", text_of(&Model::board_name)},
      {"revision", text_of(&Model::revision)},
      {"serial", text_of(&Model::serial)},
      {"release", text_of(&Model::release)},
      {"release-file", file_of(&Model::release_file, &Model::release_bytes)},
      {"gui-file", file_of(&Model::gui_file, &Model::gui_bytes)},
      {"help-file", file_of(&Model::help_file, &Model::help_bytes)},
      {"boot-image", text_of(&Model::boot_image)},
      {"dram-kb", number_of(&Model::dram_kb)},
      {"flash-kb", number_of(&Model::flash_kb)},
      {"territory", text_of(&Model::territory)},
      {"encryption", text_of(&Model::encryption)},
      {"battery", text_of(&Model::battery)},
      {"mac", set_mac},
      {"interface", add_interface},
  };
  return table;
}

// nullopt when the line is fine, else what is wrong with it.
std::optional<std::string> apply_line(Profile& profile, std::string_view line) {
  const std::size_t equals = line.find('=');
  if (equals == line.npos) return "is not \"key = value\"";
  const std::string key = to_lower(trim(line.substr(0, equals)));
  const std::string_view value = trim(line.substr(equals + 1));
  if (value.empty()) return fmt::format("gives no value for {}", key);
  if (key == "vendor") {
    profile.vendor = value;
    return std::nullopt;
  }
  const auto setter = setters().find(key);
  if (setter == setters().end()) return fmt::format("has the unknown key {}", key);
  if (!setter->second(profile.model, value)) return fmt::format("has a bad value for {}", key);
  return std::nullopt;
}

std::optional<std::string> missing_key(const Profile& profile) {
  const Model& model = profile.model;
  if (model.board_id == 0) return "board-id";
  if (model.board_name.empty()) return "board-name";
  if (model.revision.empty()) return "revision";
  if (model.serial.empty()) return "serial";
  if (profile.vendor.empty()) return "vendor";
  if (model.release.empty()) return "release";
  if (model.base_mac == MacAddress{}) return "mac";
  if (model.interfaces.empty()) return "interface";
  return std::nullopt;
}

// Letters and digits alone, lower case: "Rapier 24i" and "rapier-24I" are the same model.
std::string plain(std::string_view name) {
  std::string text;
  for (const char character : to_lower(name)) {
    if ((character >= 'a' && character <= 'z') || (character >= '0' && character <= '9')) text += character;
  }
  return text;
}

}  // namespace

Result<Model> parse_model(std::string_view name, std::string_view text) {
  Profile profile;
  profile.model.name = name;
  std::size_t number = 0;
  for (const std::string_view raw : split(text, '\n')) {
    ++number;
    const std::string_view line = trim(raw.substr(0, raw.find('#')));
    if (line.empty()) continue;
    if (const auto wrong = apply_line(profile, line)) {
      return failure(fmt::format("model {}: line {} {}", name, number, *wrong));
    }
  }
  if (const auto key = missing_key(profile)) return failure(fmt::format("model {}: {} is missing", name, *key));
  profile.model.description = fmt::format("{} version {}", profile.vendor, profile.model.release);
  return std::move(profile.model);
}

Result<Model> find_model(std::string_view name) {
  for (const BuiltinModel& builtin : builtin_models()) {
    const auto model = parse_model(builtin.file, builtin.text);
    if (!model) return model;
    if (plain(model->name) == plain(name) || builtin.file == plain(name)) return model;
  }
  std::string known;
  for (const std::string& other : model_names()) known += (known.empty() ? "" : ", ") + other;
  return failure(fmt::format("unknown model {} (known: {})", name, known));
}

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const BuiltinModel& builtin : builtin_models()) {
    if (const auto model = parse_model(builtin.file, builtin.text)) names.push_back(model->name);
  }
  return names;
}

}  // namespace arrouter
