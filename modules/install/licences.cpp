// Licences of releases and features: ENABLE and DISABLE RELEASE, ENABLE and DISABLE FEATURE, their screens. What was
// enabled or disabled is kept beside the configuration, as on the real router; the model's own release and features
// come with the hardware. A feature taken away is refused to what is configured from then on, so what is at work goes on
// until the restart.
#include <algorithm>
#include <cstdint>

#include "modules/install/install.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::install {

namespace {

constexpr std::string_view licences_key = "licences";
constexpr std::string_view release_note = "A licence is checked, kept and shown; nothing depends on it.";
constexpr std::string_view feature_note =
    "Passwords are this program's own, not those of real routers: LAB SHOW LICENCE tells them.";

/// "2.9.1": numbers with dots between.
bool release_number(std::string_view text) {
  const auto parts = split(text, '.');
  return parts.size() == 3 && std::ranges::all_of(parts, [](std::string_view part) { return parse_number(part, 999).has_value(); });
}

/// What licenses `item` on the router with this serial number: 12 hex digits. How the real ones are made nobody outside
/// knows; these are as good for learning, and keep nobody out (FNV-1a, 64 bits, of which 48 are used).
std::string licence_password(std::string_view serial, std::string_view item) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char byte : fmt::format("{} {}", serial, item)) {
    hash = (hash ^ static_cast<std::uint8_t>(byte)) * 1099511628211U;
  }
  return fmt::format("{:012x}", hash >> 16);
}

std::string release_item(const FileName& file, std::string_view number) {
  return fmt::format("release {} {}", file.name, number);
}

std::string feature_item(const Feature& feature) { return fmt::format("feature {}", feature.name); }

}  // namespace

std::vector<CommandRow> InstallModule::licence_rows() {
  return {
      {"ENAble RELease=<file> [PASSword=<name:1-24>] NUMber=<name:1-11>", Access::security, "Licenses a release.",
       [this](Invocation& invocation) { return enable_release(invocation.args); }, Coverage::partial, release_note},
      {"DISable RELease=<file>", Access::security, "Takes a release's licence away.",
       [this](Invocation& invocation) { return disable_release(invocation.args); }},
      {"ENAble FEAture=<name:1-24> PASSword=<name:1-24>", Access::security, "Licenses a feature of this model.",
       [this](Invocation& invocation) { return enable_feature(invocation.args); }, Coverage::partial, feature_note},
      {"DISable FEAture=<name:1-24>", Access::security, "Takes a feature's licence away.",
       [this](Invocation& invocation) { return disable_feature(invocation.args); }},
      {"LAB SHow LICence {FEAture=<name:1-24>|RELease=<file>} [NUMber=<name:1-11>]", Access::security,
       "Displays the password that licenses a feature or a release on this router.",
       [this](Invocation& invocation) { return show_passwords(invocation.args, invocation.screen); }},
      {"SHow RELease", Access::manager, "Displays the release licences.",
       [this](Invocation& invocation) { return show_release(invocation.screen); }},
      {"SHow FEAture[=<name:1-24>]", Access::manager, "Displays the feature licences.",
       [this](Invocation& invocation) { return show_feature(invocation); }},
  };
}

void InstallModule::load_licences() {
  const auto text = services_.files.read_private(licences_key);
  if (!text) return;
  for (const std::string_view line : split(*text, '\n')) {
    if (line.starts_with("release ")) licensed_releases_.emplace(line.substr(8));
    if (line.starts_with("no-feature ")) disabled_features_.emplace(line.substr(11));
  }
}

Outcome InstallModule::save_licences() {
  std::string text;
  for (const std::string& release : licensed_releases_) text += "release " + release + "\n";
  for (const std::string& feature : disabled_features_) text += "no-feature " + feature + "\n";
  const auto written = services_.files.write_private(licences_key, text);
  return written ? Outcome::successful(module_number::install) : say(texts::not_saved, written.error().text);
}

Outcome InstallModule::enable_release(const Args& args) {
  const auto name = parse_file_name(args.text("RELEASE"));
  if (!name) return say(texts::bad_file_name, args.text("RELEASE"));
  if (!release_number(args.text("NUMBER"))) return say(texts::bad_release_number, args.text("NUMBER"));
  const std::string right = licence_password(services_.model.serial, release_item(*name, args.text("NUMBER")));
  if (!equal_ignoring_case(args.text_or("PASSWORD", {}), right)) return say(texts::bad_licence_password);
  if (licensed_releases_.size() >= limits::release_licences) return say(texts::too_many_licences);
  licensed_releases_.insert(fmt::format("{}:{}", name->device, name->name));
  return save_licences();
}

Outcome InstallModule::disable_release(const Args& args) {
  const auto name = parse_file_name(args.text("RELEASE"));
  if (!name) return say(texts::bad_file_name, args.text("RELEASE"));
  if (licensed_releases_.erase(fmt::format("{}:{}", name->device, name->name)) == 0) {
    return say(texts::no_licence, name->name);
  }
  return save_licences();
}

Outcome InstallModule::enable_feature(const Args& args) {
  const auto feature = find_feature(args.text("FEATURE"));
  if (!feature) return say(texts::unknown_feature, args.text("FEATURE"));
  const std::string right = licence_password(services_.model.serial, feature_item(*feature));
  if (!equal_ignoring_case(args.text("PASSWORD"), right)) return say(texts::bad_licence_password);
  disabled_features_.erase(std::string(feature->name));
  return save_licences();
}

Outcome InstallModule::disable_feature(const Args& args) {
  const auto feature = find_feature(args.text("FEATURE"));
  if (!feature) return say(texts::unknown_feature, args.text("FEATURE"));
  disabled_features_.emplace(feature->name);
  return save_licences();
}

Outcome InstallModule::show_passwords(const Args& args, Screen& screen) const {
  std::string item;
  if (args.has("FEATURE")) {
    const auto feature = find_feature(args.text("FEATURE"));
    if (!feature) return say(texts::unknown_feature, args.text("FEATURE"));
    item = feature_item(*feature);
  } else {
    const auto name = parse_file_name(args.text("RELEASE"));
    if (!name) return say(texts::bad_file_name, args.text("RELEASE"));
    const std::string number = args.text_or("NUMBER", {});
    if (!release_number(number)) return say(texts::bad_release_number, number);
    item = release_item(*name, number);
  }
  screen.field(0, 16, "Password", licence_password(services_.model.serial, item));
  return Outcome::screen();
}

std::optional<Feature> InstallModule::find_feature(std::string_view asked) const {
  for (const Feature& feature : features()) {
    if (equal_ignoring_case(feature.name, asked) || std::to_string(feature.index) == asked) return feature;
  }
  return std::nullopt;
}

bool InstallModule::licensed(std::string_view feature) const {
  const auto found = find_feature(feature);
  return found && !disabled_features_.contains(found->name);
}

Outcome InstallModule::show_release(Screen& screen) const {
  constexpr int ruled = 51;
  screen.table("releases", {{"Release", 22}, {"Licence", 11}, {"Period", 0}});
  screen.rule(ruled);
  const std::string own = "flash:" + services_.model.release_file;
  screen.row({own, "full", "-"});
  for (const std::string& release : licensed_releases_) {
    if (release != own) screen.row({release, "full", "-"});
  }
  screen.rule(ruled);
  return Outcome::screen();
}

Outcome InstallModule::show_feature(Invocation& invocation) const {
  if (hidden_from(invocation.caller)) return Outcome::screen();
  std::vector<Feature> shown = features();
  if (invocation.args.has_value("FEATURE")) {
    const auto one = find_feature(invocation.args.text("FEATURE"));
    if (!one) return say(texts::unknown_feature, invocation.args.text("FEATURE"));
    shown = {*one};
  }
  std::erase_if(shown, [&](const Feature& feature) { return disabled_features_.contains(feature.name); });
  Screen& screen = invocation.screen;
  screen.table("features", {{"Index", 8}, {"Feature", 15}, {"Licence", 10}, {"Period", 0}});
  screen.rule();
  for (const Feature& feature : shown) screen.row({feature.index, feature.name, "full", "-"});
  screen.rule();
  return Outcome::screen();
}

}  // namespace arrouter::install
