// Screens of counters, all made from texts.def.
#include <string>
#include <utility>

#include "modules/ipsec/messages.h"
#include "modules/ipsec/show.h"

namespace arrouter::ipsec {
namespace {

using Pairs = std::vector<std::pair<std::string_view, std::uint64_t>>;

enum class Section : std::uint8_t { setup, outbound, inbound };
struct PolicyCounterName {
  PolicyCounter counter;
  Section section;
  std::string_view name;
};
constexpr PolicyCounterName policy_counters[] = {
#define POLICY_COUNTER(id, section, name) {PolicyCounter::id, Section::section, name},
#include "modules/ipsec/texts.def"
};

struct SectionName {
  Section section;
  std::string_view title, key;
};
constexpr SectionName sections[] = {{Section::setup, "Setup/Remove Counters", "setup"},
                                    {Section::outbound, "Outbound Packet Processing Counters", "outbound"},
                                    {Section::inbound, "Inbound Packet Processing Counters", "inbound"}};

struct GroupCounterName {
  GroupCounter counter;
  std::string_view group, name;
};
constexpr GroupCounterName group_counters[] = {
#define GROUP_COUNTER(id, group, name) {GroupCounter::id, #group, name},
#include "modules/ipsec/texts.def"
};

struct GroupName {
  std::string_view keyword, group, title;
};
constexpr GroupName groups[] = {
    {"MAIN", "main", "IPSEC Main Counters"},        {"SETUP", "setup", "IPSEC Setup Counters"},
    {"ESP", "esp", "IPSEC ESP Counters"},           {"AH", "ah", "IPSEC AH Counters"},
    {"COMP", "comp", "IPSEC Compression Counters"}, {"UDP", "udp", "IPSEC UDP Counters"}};

}  // namespace

void show_policy_counters(const PolicyTable::List& policies, Screen& screen) {
  screen.line("IPSEC Policy Counters");
  for (const Policy* const policy : policies) {
    const auto scope = screen.item("policies");
    screen.line();
    screen.field(0, 29, "Policy", policy->name);
    for (const SectionName& section : sections) {
      const auto one = screen.object(section.key);
      screen.line();
      screen.line(section.title);
      Pairs pairs;
      for (const PolicyCounterName& counter : policy_counters) {
        if (counter.section == section.section) pairs.emplace_back(counter.name, policy->counters[counter.counter]);
      }
      screen.counters(pairs);
    }
  }
}

Outcome show_counters(const State& state, const Args& args, Screen& screen) {
  const std::string wanted = args.has_value("COUNTERS") ? args.choice("COUNTERS") : "ALL";
  bool first = true;
  for (const GroupName& group : groups) {
    if (wanted != "ALL" && wanted != group.keyword) continue;
    if (!std::exchange(first, false)) screen.line();
    const auto scope = screen.object(group.group);
    screen.line(group.title);
    screen.line();
    Pairs pairs;
    for (const GroupCounterName& counter : group_counters) {
      if (counter.group == group.group) pairs.emplace_back(counter.name, state.counters[counter.counter]);
    }
    screen.counters(pairs);
  }
  return Outcome::screen();
}

void reset_group(GroupCounters& counters, std::string_view wanted) {
  for (const GroupName& group : groups) {
    if (wanted != "ALL" && wanted != group.keyword) continue;
    for (const GroupCounterName& counter : group_counters) {
      if (counter.group == group.group) counters.set(counter.counter, 0);
    }
  }
}

}  // namespace arrouter::ipsec
