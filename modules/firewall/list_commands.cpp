// Rows and handlers of lists and dynamic templates (reference/firewall.md 2.6).
#include <algorithm>

#include "modules/firewall/firewall.h"
#include "modules/firewall/messages.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::firewall {
namespace {

std::string_view without_comment(std::string_view line) { return trim(line.substr(0, line.find('#'))); }

/// "a", "a-b", "a - b", perhaps followed by a name.
std::optional<Ipv4Range> range_of(std::string_view line) {
  constexpr std::string_view numbers = "0123456789.- \t";
  std::string text;
  for (const char c : line.substr(0, line.find_first_not_of(numbers))) {
    if (c != ' ' && c != '\t') text += c;
  }
  return parse_ipv4_range(text);
}

/// nullopt when all is well, else the number of the first line that is not.
std::optional<std::size_t> read_list(std::string_view content, AccessList& list) {
  std::size_t number = 0;
  for (const std::string_view raw : split(content, '\n')) {
    ++number;
    const std::string_view line = without_comment(raw);
    if (line.empty()) continue;
    if (list.ranges.size() + list.macs.size() >= limits::firewall_list_entries) return number;
    if (list.type == AccessList::Type::ip) {
      const auto range = range_of(line);
      if (!range) return number;
      list.ranges.push_back(*range);
    } else {
      const auto mac = parse_mac(line.substr(0, line.find_first_of(" \t")));
      if (!mac) return number;
      list.macs.insert(*mac);
    }
  }
  return std::nullopt;
}

}  // namespace

void FirewallModule::add_list_rows(std::vector<CommandRow>& rows) {
  rows.push_back({"ADD FIREwall POLIcy=<name:1-15> LIst=<name:1-15> FIle=<file> TYpe={ADDress|IP}", Access::security,
                  "Adds a list of hosts, read from a file, to a firewall policy.",
                  with_policy([this](Policy& policy, const Args& args) { return add_list(policy, args); })});
  rows.push_back({"DELete FIREwall POLIcy=<name:1-15> LIst=<name:1-15>", Access::security,
                  "Deletes a list of a firewall policy.",
                  with_policy([this](Policy& policy, const Args& args) { return delete_list(policy, args); })});
  rows.push_back({"CREate FIREwall POLIcy=<name:1-15> DYnamic=<name:1-15>", Access::security,
                  "Creates a template for dynamic interfaces.", with_policy([](Policy& policy, const Args& args) {
                    const bool fresh = policy.templates.try_emplace(to_lower(args.text("DYNAMIC"))).second;
                    return say(fresh ? texts::done : texts::template_exists);
                  })});
  rows.push_back({"DEStroy FIREwall POLIcy=<name:1-15> DYnamic=<name:1-15>", Access::security,
                  "Destroys a template for dynamic interfaces.", with_policy([](Policy& policy, const Args& args) {
                    const std::string name = to_lower(args.text("DYNAMIC"));
                    if (!policy.templates.contains(name)) return say(texts::template_not_found);
                    if (policy.find("dyn-" + name) != nullptr) return say(texts::template_in_use);
                    policy.templates.erase(name);
                    return say(texts::done);
                  })});
  const auto change = [this](bool add) {
    return with_policy([this, add](Policy& policy, const Args& args) { return change_template(policy, args, add); });
  };
  rows.push_back({"ADD FIREwall POLIcy=<name:1-15> DYnamic=<name:1-15> {FIle=<file>|USEr={ANY|NONE|<name:1-64>}}",
                  Access::security, "Adds users to a template for dynamic interfaces.", change(true)});
  rows.push_back({"DELete FIREwall POLIcy=<name:1-15> DYnamic=<name:1-15> {FIle=<file>|USEr={ANY|NONE|<name:1-64>}}",
                  Access::security, "Takes users out of a template for dynamic interfaces.", change(false)});
}

Outcome FirewallModule::add_list(Policy& policy, const Args& args) {
  const std::string name = to_lower(args.text("LIST"));
  if (name == "radius") return say(texts::name_bad, args.text("LIST"));
  if (policy.lists.contains(name)) return say(texts::list_exists);
  if (policy.lists.size() >= limits::firewall_lists) return say(texts::lists_full);
  AccessList list;
  list.file = args.text("FILE");
  list.type = args.choice("TYPE") == "IP" ? AccessList::Type::ip : AccessList::Type::address;
  const auto file = parse_file_name(list.file, "txt");
  const auto content = file ? state_.services.files.read(*file) : Result<std::string>(std::unexpected(file.error()));
  if (!content) return say(texts::file_not_found, list.file);
  if (const auto line = read_list(*content, list)) return say(texts::file_bad, list.file, *line);
  policy.lists.emplace(name, std::move(list));
  return say(texts::done);
}

Outcome FirewallModule::delete_list(Policy& policy, const Args& args) {
  const std::string name = to_lower(args.text("LIST"));
  if (!policy.lists.contains(name)) return say(texts::list_not_found);
  for (const auto& [number, rule] : policy.rules) {
    if (rule.list == name) return say(texts::list_in_use, number);
  }
  policy.lists.erase(name);
  return say(texts::done);
}

/// The users that files name, one in a line; nullopt when a file cannot be read.
std::optional<std::set<std::string, std::less<>>> FirewallModule::read_users(
    const std::vector<std::string>& files) const {
  std::set<std::string, std::less<>> users;
  for (const std::string& name : files) {
    const auto file = parse_file_name(name, "txt");
    const auto content = file ? state_.services.files.read(*file) : Result<std::string>(std::unexpected(file.error()));
    if (!content) return std::nullopt;
    for (const std::string_view line : split(*content, '\n')) {
      if (const std::string_view user = without_comment(line); !user.empty()) users.emplace(user);
    }
  }
  return users;
}

Outcome FirewallModule::change_template(Policy& policy, const Args& args, bool add) {
  const auto found = policy.templates.find(to_lower(args.text("DYNAMIC")));
  if (found == policy.templates.end()) return say(texts::template_not_found);
  const bool file = args.has("FILE");
  std::vector<std::string>& entries = file ? found->second.files : found->second.users;
  const std::string entry = file                         ? args.text("FILE")
                            : args.holds<Choice>("USER") ? args.choice("USER")
                                                         : args.text("USER");
  const auto held = std::find(entries.begin(), entries.end(), entry);
  if (add) {
    if (held != entries.end()) return say(texts::entry_exists);
    if (file && !read_users({entry})) return say(texts::file_not_found, entry);
    entries.push_back(entry);
  } else {
    if (held == entries.end()) return say(texts::entry_not_found);
    entries.erase(held);
  }
  if (file) found->second.file_users = read_users(entries).value_or(std::set<std::string, std::less<>>());
  return say(texts::done);
}

}  // namespace arrouter::firewall
