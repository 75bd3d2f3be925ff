#include "netdev/tcp_table.h"

#include <bit>
#include <charconv>
#include <map>
#include <optional>

namespace arrouter {
namespace {

/// The states in the kernel's numbering, which begins at 1 (include/net/tcp_states.h).
constexpr TcpState states[] = {TcpState::established, TcpState::syn_sent,   TcpState::syn_received,
                               TcpState::fin_wait_1,  TcpState::fin_wait_2, TcpState::time_wait,
                               TcpState::closed,      TcpState::close_wait, TcpState::last_ack,
                               TcpState::listen,      TcpState::closing,    TcpState::syn_received};

std::string_view next_word(std::string_view& line) {
  const auto begin = line.find_first_not_of(' ');
  if (begin == std::string_view::npos) return line = {};
  const auto end = std::min(line.find(' ', begin), line.size());
  const std::string_view word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

std::string_view next_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::optional<std::uint64_t> number(std::string_view word, int base) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, base);
  if (word.empty() || error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return value;
}

/// "0101A8C0:0017": the address's bytes in the order of this machine, the port as a number.
std::optional<TcpEndpoint> endpoint(std::string_view word) {
  const auto colon = word.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto address = number(word.substr(0, colon), 16);
  const auto port = number(word.substr(colon + 1), 16);
  if (!address || !port || *address > 0xffffffff || *port > 0xffff) return std::nullopt;
  auto bytes = static_cast<std::uint32_t>(*address);
  if constexpr (std::endian::native == std::endian::little) bytes = __builtin_bswap32(bytes);
  return TcpEndpoint{Ipv4Address(bytes), static_cast<std::uint16_t>(*port)};
}

}  // namespace

std::vector<TcpConnection> parse_tcp_table(std::string_view text) {
  std::vector<TcpConnection> table;
  while (!text.empty()) {
    std::string_view line = next_line(text);
    next_word(line);  // "0:"
    const auto local = endpoint(next_word(line));
    const auto remote = endpoint(next_word(line));
    const auto state = number(next_word(line), 16);
    if (!local || !remote || !state || *state == 0 || *state > std::size(states)) continue;
    table.push_back({states[*state - 1], *local, *remote});
  }
  return table;
}

TcpCounters parse_tcp_counters(std::string_view text) {
  std::map<std::string_view, std::uint64_t> values;
  std::string_view names;
  while (!text.empty()) {
    std::string_view line = next_line(text);
    if (next_word(line) != "Tcp:") continue;
    if (names.empty()) {
      names = line;
      continue;
    }
    // MaxConn may be -1; nobody asks for it.
    while (!names.empty()) values[next_word(names)] = number(next_word(line), 10).value_or(0);
    break;
  }
  TcpCounters counters;
  counters.active_opens = values["ActiveOpens"];
  counters.passive_opens = values["PassiveOpens"];
  counters.attempt_fails = values["AttemptFails"];
  counters.established_resets = values["EstabResets"];
  counters.established = values["CurrEstab"];
  counters.in_segments = values["InSegs"];
  counters.out_segments = values["OutSegs"];
  counters.retransmitted = values["RetransSegs"];
  counters.in_errors = values["InErrs"];
  counters.out_resets = values["OutRsts"];
  return counters;
}

}  // namespace arrouter
