// Licences of releases and features: ENABLE and DISABLE RELEASE, ENABLE and DISABLE FEATURE, their screens. What was
// enabled or disabled is kept beside the configuration, as on the real router; the model's own release and features
// come with the hardware. A feature taken away is refused to what is configured from then on, so what is at work goes on
// until the restart.
#include <algorithm>

#include "modules/install/install.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::install {

namespace {

constexpr std::string_view licences_key = "licences";
constexpr std::string_view release_note = "A licence is kept and shown whatever its password; nothing depends on it.";
constexpr std::string_view feature_note = "A licence is given whatever its password.";

/// "2.9.1": numbers with dots between.
bool release_number(std::string_view text) {
  const auto parts = split(text, '.');
  return parts.size() == 3 && std::ranges::all_of(parts, [](std::string_view part) { return parse_number(part, 999).has_value(); });
}

/// Hex digits, in either case; where none is given there is none to be wrong.
bool good_password(const Args& args) {
  return std::ranges::all_of(args.text_or("PASSWORD", {}), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

}  // namespace

std::vector<CommandRow> InstallModule::licence_rows() {
  return {
      {"ENAble RELease=<file> [PASSword=<name:1-24>] NUMber=<name:1-11>", Access::security, "Licenses a release.",
       [this](Invocation& invocation) { return enable_release(invocation.args); }, Coverage::partial, release_note},
      {"DISable RELease=<file>", Access::security, "Takes a release's licence away.",
       [this](Invocation& invocation) { return disable_release(invocation.args); }},
      {"ENAble FEAture=<name:1-24> PASSword=<name:1-24>", Access::security, "Licenses a feature of this model.",
       [this](Invocation& invocation) { return switch_feature(invocation.args, true); }, Coverage::partial, feature_note},
      {"DISable FEAture=<name:1-24>", Access::security, "Takes a feature's licence away.",
       [this](Invocation& invocation) { return switch_feature(invocation.args, false); }},
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
  if (!good_password(args)) return say(texts::bad_licence_password);
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

Outcome InstallModule::switch_feature(const Args& args, bool on) {
  const auto feature = find_feature(args.text("FEATURE"));
  if (!feature) return say(texts::unknown_feature, args.text("FEATURE"));
  if (!good_password(args)) return say(texts::bad_licence_password);
  if (on) {
    disabled_features_.erase(std::string(feature->name));
  } else {
    disabled_features_.emplace(feature->name);
  }
  return save_licences();
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
