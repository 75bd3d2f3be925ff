#include "modules/isakmp/counters.h"

namespace arrouter::isakmp {

std::vector<CounterGroup> counter_groups() {
  std::vector<CounterGroup> groups;
#define GROUP(word, key, title) groups.push_back({#word, #key, title, {}});
#define COUNTER(group, name) groups.back().members.push_back({Counter::group##_##name, #name});
#include "modules/isakmp/counters.def"
#undef GROUP
#undef COUNTER
  return groups;
}

}  // namespace arrouter::isakmp
