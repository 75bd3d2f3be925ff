#include "modules/ipsec/policy_debug.h"

#include <algorithm>

#include <fmt/format.h>

#include "modules/ipsec/messages.h"

namespace arrouter::ipsec {
namespace {

struct Step {
  PolicyCounter counter;
  std::string_view section, name;
};
constexpr Step steps[] = {
#define POLICY_COUNTER(id, section, name) {PolicyCounter::id, #section, name},
#include "modules/ipsec/texts.def"
};

bool same(const std::weak_ptr<Terminal>& one, const std::weak_ptr<Terminal>& other) {
  return !one.owner_before(other) && !other.owner_before(one);
}

std::string_view word(Heading heading) { return heading == Heading::leaving ? "Out" : "In"; }

bool follows(const DebugOptions& options, Heading heading) {
  return heading == Heading::leaving ? options.out : options.in;
}

/// "192.168.1.100:1024 192.168.2.100:80 TCP": the router's side first.
std::string describe(const FlowKey& flow) {
  const auto end = [&](Ipv4Address address, std::uint16_t port) {
    const std::string text = to_string(address);
    return flow.ports == FlowKey::Ports::known ? fmt::format("{}:{}", text, port) : text;
  };
  return fmt::format("{} {} {}{}", end(flow.local, flow.local_port), end(flow.remote, flow.remote_port),
                     protocol_text({NumberSelector::Kind::number, flow.protocol}),
                     flow.ports == FlowKey::Ports::opaque ? " OPAQUE" : "");
}

/// The IP header.
ByteView header_of(ByteView packet) {
  return packet.empty() ? packet : packet.first(std::min<std::size_t>(packet.size(), (packet[0] & 15U) * 4));
}

}  // namespace

void PolicyDebug::enable(const Policy& policy, const std::weak_ptr<Terminal>& terminal, const DebugOptions& options) {
  auto& all = listeners_[&policy];
  const auto mine = std::ranges::find_if(all, [&](const Listener& one) { return same(one.terminal, terminal); });
  if (mine == all.end()) {
    all.push_back({terminal, options});
    return;
  }
  DebugOptions merged = options;
  merged.filter |= mine->options.filter;
  merged.packet |= mine->options.packet;
  merged.trace |= mine->options.trace;
  mine->options = merged;
}

void PolicyDebug::disable(const Policy& policy, const std::weak_ptr<Terminal>& terminal, const DebugOptions& what) {
  const auto found = listeners_.find(&policy);
  if (found == listeners_.end()) return;
  std::erase_if(found->second, [&](Listener& one) {
    if (same(one.terminal, terminal)) {
      one.options.filter &= !what.filter;
      one.options.packet &= !what.packet;
      one.options.trace &= !what.trace;
    }
    return !one.options.any();
  });
  forget_gone();
}

/// Terminals that are gone, and policies nobody listens to any more.
void PolicyDebug::forget_gone() {
  for (auto at = listeners_.begin(); at != listeners_.end();) {
    std::erase_if(at->second, [](const Listener& one) { return one.terminal.expired(); });
    at = at->second.empty() ? listeners_.erase(at) : std::next(at);
  }
}

std::string PolicyDebug::words(const Policy& policy) const {
  DebugOptions all;
  if (const auto found = listeners_.find(&policy); found != listeners_.end()) {
    for (const Listener& one : found->second) {
      if (one.terminal.expired()) continue;
      all.filter |= one.options.filter;
      all.packet |= one.options.packet;
      all.trace |= one.options.trace;
    }
  }
  std::string text;
  for (const auto& [on, name] : {std::pair(all.filter, "FILTER"), {all.packet, "PACKET"}, {all.trace, "TRACE"}}) {
    if (on) text += fmt::format("{}{}", text.empty() ? "" : ", ", name);
  }
  return text.empty() ? "NONE" : text;
}

template <class Wants>
void PolicyDebug::print(const Policy& policy, const std::string& line, Wants wants) {
  const auto found = listeners_.find(&policy);
  if (found == listeners_.end()) return;
  for (const Listener& one : found->second) {
    if (!wants(one.options)) continue;
    if (const auto terminal = one.terminal.lock()) terminal->print(line);
  }
}

void PolicyDebug::filter(const PolicyTable::List& list, const Policy* chosen, const FlowKey& flow, Heading heading,
                         ByteView packet) {
  for (const Policy* const policy : list) {
    const bool matched = policy == chosen;
    const auto wants = [&](const DebugOptions& options) {
      return options.filter && follows(options, heading) && (matched ? options.matches : options.mismatches);
    };
    print(*policy,
          debug_text(matched ? DebugText::filter_match : DebugText::filter_mismatch, policy->name, word(heading),
                     describe(flow)),
          [&](const DebugOptions& options) { return wants(options) && options.selectors; });
    print(*policy, debug_text(DebugText::filter_header, policy->name, word(heading), to_hex(header_of(packet))),
          [&](const DebugOptions& options) { return wants(options) && options.header; });
    if (matched) return;
  }
}

void PolicyDebug::packet(const Policy& policy, Heading heading, std::string_view stage, ByteView packet) {
  print(policy, debug_text(DebugText::packet, policy.name, word(heading), stage, packet.size(), to_hex(packet)),
        [&](const DebugOptions& options) { return options.packet && follows(options, heading); });
}

void PolicyDebug::trace(const Policy& policy, const std::string& text) {
  print(policy, debug_text(DebugText::trace, policy.name, text),
        [](const DebugOptions& options) { return options.trace; });
}

PolicyDebug::Watch::Watch(PolicyDebug& debug, Heading heading) : debug_(debug), heading_(heading) {
  debug_.forget_gone();
  for (const auto& [policy, listeners] : debug_.listeners_) before_.emplace_back(policy, policy->counters);
}

PolicyDebug::Watch::~Watch() {
  for (const auto& [policy, before] : before_) {
    std::string grown;
    for (const Step& step : steps) {
      // What was opened may leave by another tunnel before this returns: that is told as it happens.
      if (step.section != (heading_ == Heading::leaving ? "outbound" : "inbound")) continue;
      if (policy->counters[step.counter] > before[step.counter]) grown += fmt::format(" {}", step.name);
    }
    if (grown.empty()) continue;
    debug_.print(*policy, debug_text(DebugText::steps, policy->name, word(heading_), grown),
                 [&](const DebugOptions& options) { return options.trace && follows(options, heading_); });
  }
}

}  // namespace arrouter::ipsec
