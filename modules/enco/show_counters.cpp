// SHOW ENCO COUNTERS (reference/enco.md 4.7). Groups, names and order are the table in texts.def.
#include <fmt/format.h>

#include "modules/enco/enco.h"
#include "modules/enco/show.h"

namespace arrouter::enco {

namespace {

/// Everything the counters of texts.def may name.
struct View {
  const JobCounters& jobs;
  const DhCounters& dh;
  const RsaCounters& rsa;
  const ChannelCounters& channels;
  const UtilityCounters& util;
  AlgorithmCounters des, triple_des, aes, hmac, lzs, deflate;
  /// Packets through the encryption processor, on the board or on a card; all work is counted for the one there is.
  FlowCounters board, card;
  std::uint64_t digests(Hash hash) const { return util.digests[static_cast<std::size_t>(hash)]; }
};

void add(FlowCounters& sum, const FlowCounters& part) {
  sum.octets += part.octets;
  sum.good += part.good;
  sum.discards += part.discards;
  sum.errors += part.errors;
  sum.bad_icv += part.bad_icv;
}

template <class Algorithm>
AlgorithmCounters total(const Channels& channels, std::initializer_list<Algorithm> algorithms) {
  AlgorithmCounters sum;
  for (const Algorithm algorithm : algorithms) {
    add(sum.encode, channels.of(algorithm).encode);
    add(sum.decode, channels.of(algorithm).decode);
    sum.bad_keys += channels.of(algorithm).bad_keys;
  }
  return sum;
}

struct CounterGroup {
  std::string_view word, title;
  std::vector<std::pair<std::string_view, std::uint64_t>> counters;
};

std::vector<CounterGroup> groups(const View& view) {
  std::vector<CounterGroup> made;
#define ENCO_GROUP(word, title) made.push_back({word, title, {}});
#define ENCO_COUNTER(name, value) made.back().counters.emplace_back(name, value);
#include "modules/enco/texts.def"
#undef ENCO_COUNTER
#undef ENCO_GROUP
  return made;
}

std::string dotted(std::string_view name, std::uint64_t value) {
  constexpr std::size_t name_width = 22;  // name, blank and dots
  std::string text(name);
  if (text.size() < name_width) text += ' ';
  text.append(name_width - std::min(name_width, text.size()), '.');
  return fmt::format("   {}{:>9}", text, value);
}

}  // namespace

void dotted_counters(Screen& screen, const std::vector<std::pair<std::string_view, std::uint64_t>>& counters) {
  constexpr std::size_t right_column = 37;
  for (std::size_t i = 0; i < counters.size(); i += 2) {
    std::string line;
    for (std::size_t side = i; side < std::min(i + 2, counters.size()); ++side) {
      const auto& [name, value] = counters[side];
      if (name.empty()) continue;
      if (side > i) line.append(right_column - std::min(right_column, line.size()), ' ');
      line += dotted(name, value);
      screen.set(name, value);
    }
    screen.line(line);
  }
}

Outcome Enco::show_counters(Invocation& call) const {
  View view{jobs_->counters,
            dh_.counters,
            rsa_.counters,
            channels_.counters(),
            utility_,
            total(channels_, {Cipher::des}),
            total(channels_, {Cipher::triple_des_2key, Cipher::triple_des_outer, Cipher::triple_des_inner}),
            total(channels_, {Cipher::aes128, Cipher::aes192, Cipher::aes256}),
            total(channels_, {Hash::md5, Hash::sha, Hash::des_mac}),
            total(channels_, {Compression::lzs}),
            total(channels_, {Compression::deflate}),
            {},
            {}};
  if (services_.model.encryption == "present") {
    FlowCounters& processor = on_card(services_.model) ? view.card : view.board;
    for (const AlgorithmCounters* part : {&view.des, &view.triple_des, &view.aes, &view.hmac}) {
      add(processor, part->encode);
      add(processor, part->decode);
    }
  }
  Screen& screen = call.screen;
  for (const CounterGroup& group : groups(view)) {
    if (call.args.has_value("COUNTERS") && call.args.choice("COUNTERS") != group.word) continue;
    screen.line();
    screen.line(group.title);
    const auto scope = screen.object(json_key(group.title));
    dotted_counters(screen, group.counters);
  }
  return Outcome::screen();
}

}  // namespace arrouter::enco
