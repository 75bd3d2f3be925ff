#include "tests/sim/scenarios/desk.h"

#include <algorithm>
#include <regex>
#include <sstream>

#include <fmt/format.h>

#include "netdev/wire/ipv4.h"
#include "netdev/wire/udp.h"

namespace arrouter::test {
namespace {

using namespace std::chrono_literals;

/// The lines below the rule of a table.
std::vector<std::string> table_lines(const std::string& screen) {
  std::vector<std::string> lines;
  std::istringstream text(screen);
  bool below = false;
  for (std::string line; std::getline(text, line);) {
    if (below && !line.empty()) lines.push_back(line);
    below = below || line.starts_with("-----");
  }
  return lines;
}

std::vector<std::string> words(const std::string& line) {
  std::istringstream text(line);
  std::vector<std::string> found;
  for (std::string word; text >> word;) found.push_back(word);
  return found;
}

class Printed final : public Terminal {
 public:
  void print(std::string_view text) override { all += text; }
  std::string all;
};

}  // namespace

void give(VirtualRouter& router, Lines lines) {
  for (const std::string_view line : lines) {
    const auto executed = router.run(line);
    INFO(line << ": " << executed.outcome.line());
    CHECK_FALSE(executed.outcome.failed());
  }
}

std::string isakmp_sas(VirtualRouter& router) {
  std::string all;
  for (const std::string& line : table_lines(router.text("show isakmp sa"))) {
    const auto cells = words(line);
    if (!all.empty()) all += "; ";
    if (cells.size() != 6) return "unreadable: " + line;
    const std::string limits = cells[5] == "0/0/0" ? cells[5] : cells[5].substr(0, cells[5].rfind('/'));
    all += fmt::format("{} {} {} {} {}", cells[1], cells[2], cells[3], cells[4], limits);
  }
  return all;
}

std::size_t isakmp_sa_count(VirtualRouter& router) { return table_lines(router.text("show isakmp sa")).size(); }

std::string exchanges(VirtualRouter& router) {
  std::string all;
  for (const std::string& line : table_lines(router.text("show isakmp exchange"))) {
    const auto cells = words(line);
    if (!all.empty()) all += "; ";
    if (cells.size() != 5) return "unreadable: " + line;
    all += fmt::format("{} {} {} {}", cells[1], cells[2], cells[3], cells[4]);
  }
  return all;
}

unsigned newest_exchange(VirtualRouter& router) {
  unsigned newest = 0;
  for (const std::string& line : table_lines(router.text("show isakmp exchange"))) {
    newest = std::max(newest, static_cast<unsigned>(std::stoul(line)));
  }
  return newest;
}

std::vector<IpsecSa> ipsec_sas(VirtualRouter& router) {
  static const std::regex row(R"(^(\d+) +(.*?) +\d+ +(\w+) +ESP +(\d+) +(\d+) *$)");
  std::vector<IpsecSa> found;
  for (const std::string& line : table_lines(router.text("show ipsec sa"))) {
    std::smatch cells;
    const bool readable = std::regex_match(line, cells, row);
    INFO(line);
    REQUIRE(readable);
    found.push_back({static_cast<unsigned>(std::stoul(cells[1])), cells[2], cells[3],
                     static_cast<std::uint32_t>(std::stoul(cells[4])),
                     static_cast<std::uint32_t>(std::stoul(cells[5]))});
  }
  return found;
}

std::uint64_t counter(VirtualRouter& router, std::string_view screen, std::string_view name) {
  const std::string text = router.text(screen);
  std::smatch found;
  INFO(screen << ": " << name << "\n" << text);
  REQUIRE(std::regex_search(text, found, std::regex(fmt::format("\\b{} +(\\d+)", name))));
  return std::stoull(found[1]);
}

std::uint64_t policy_counter(VirtualRouter& router, std::string_view name, std::string_view policy) {
  return counter(router, fmt::format("show ipsec policy=\"{}\" counters", policy), name);
}

std::string log_of(VirtualRouter& router, std::string_view module) {
  std::string all;
  for (const std::string& word : words(router.text(fmt::format("show log module={}", module)))) all += word + " ";
  return all;
}

std::size_t times(const std::string& text, std::string_view wanted) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(wanted, at)) != std::string::npos; at += wanted.size()) ++count;
  return count;
}

bool shows(VirtualRouter& router, std::string_view screen, std::string_view wanted) {
  return router.text(screen).find(wanted) != std::string::npos;
}

bool ping_from(VirtualRouter& router, VirtualTime& time, std::string_view destination) {
  const auto printed = std::make_shared<Printed>();
  Caller caller;
  caller.terminal = printed;
  router->execute(fmt::format("ping {} number=1", destination), caller);
  time.advance(5s);
  return printed->all.find(fmt::format("Echo reply 1 from {}", destination)) != std::string::npos;
}

Scenario::Scenario(std::string_view extra) : HowToNetwork(chosen_seed(1), extra) {
  internet.watch([this](ByteView packet) { return watch_packet(packet); });
  CHECK(wan_answers());
  sightings.clear();
}

bool Scenario::watch_packet(ByteView packet) {
  const auto ip = *wire::view_ipv4(packet);
  Sighting sighting{time.now(), ip.source(), ip.destination(), ip.protocol()};
  if (const auto udp = ip.protocol() == wire::protocol::udp ? wire::view_udp(ip.payload()) : std::nullopt) {
    sighting.source_port = udp->source_port;
    sighting.destination_port = udp->destination_port;
  }
  sightings.push_back(sighting);
  return ip.source() != blocked_from_ ||
         std::ranges::find(blocked_ports_, sighting.destination_port) == blocked_ports_.end();
}

void Scenario::block_udp(std::string_view from, std::initializer_list<std::uint16_t> ports) {
  blocked_from_ = *parse_ipv4(from);
  blocked_ports_ = ports;
}

std::size_t Scenario::seen(std::string_view from, std::uint8_t protocol, std::uint16_t destination_port) const {
  const Ipv4Address source = *parse_ipv4(from);
  return static_cast<std::size_t>(std::ranges::count_if(sightings, [&](const Sighting& sighting) {
    return sighting.from == source && sighting.protocol == protocol &&
           (destination_port == 0 || sighting.destination_port == destination_port);
  }));
}

bool Scenario::wan_answers() { return ping_from(peer1, time, "200.200.200.1"); }

bool Scenario::ping12(Duration wait) { return pc1.reaches(pc2.address(), 1, wait); }
bool Scenario::ping21(Duration wait) { return pc2.reaches(pc1.address(), 1, wait); }

void Scenario::reset_both() {
  for (VirtualRouter* const peer : {&peer1, &peer2}) give(*peer, {"disable ipsec", "disable isakmp"});
  time.advance(1s);
  for (VirtualRouter* const peer : {&peer1, &peer2}) give(*peer, {"enable isakmp", "enable ipsec"});
}

void Scenario::check_healthy() {
  CHECK(ping12());
  CHECK(isakmp_sas(peer1) == "200.200.200.1 3DES SHA -/-/- 86400/82080");
  CHECK(isakmp_sas(peer2) == "100.100.100.1 3DES SHA -/-/- 86400/82080");
  CHECK(exchanges(peer1) == "");
  CHECK(exchanges(peer2) == "");
  const auto left = ipsec_sas(peer1), right = ipsec_sas(peer2);
  REQUIRE(left.size() == 1);
  REQUIRE(right.size() == 1);
  CHECK(left[0].policy == tunnel);
  CHECK(left[0].state == "Valid");
  CHECK(right[0].state == "Valid");
  CHECK(left[0].out_spi == right[0].in_spi);
  CHECK(left[0].in_spi == right[0].out_spi);
  const auto count = [&] {
    std::vector<std::uint64_t> counts;
    for (VirtualRouter* const peer : {&peer1, &peer2}) {
      for (const char* const name : {"outProcessDone", "inProcessDone"}) counts.push_back(policy_counter(*peer, name));
    }
    return counts;
  };
  const auto before = count();
  for (int i = 0; i < 3; ++i) CHECK(ping12(1s));
  CHECK(ping21(1s));
  const auto after = count();
  for (std::size_t i = 0; i < before.size(); ++i) CHECK(after[i] == before[i] + 4);
}

}  // namespace arrouter::test
