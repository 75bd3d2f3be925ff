// SHOW IP DEBUG: the packets dropped last, with their first bytes.
#include <fmt/format.h>

#include "modules/ip/rows.h"

namespace arrouter::ip {
namespace {

constexpr std::size_t bytes_in_line = 16;

}  // namespace

void show_bad_packets(const Engine& engine, Screen& screen) {
  screen.line("IP Debug");
  screen.rule();
  screen.line("Interface           Age       Length    Reason");
  screen.rule();
  screen.set("packets", Json::array());
  for (const BadPacket& packet : engine.state.bad_packets.all()) {
    const Interface* const interface = engine.state.interfaces.find(packet.interface);
    const std::string_view name = interface == nullptr ? "-" : std::string_view(interface->name);
    const auto age = whole_seconds(engine.services.clock.now() - packet.dropped);
    const auto scope = screen.item("packets");
    screen.line(fmt::format("{:<20}{:<10}{:<10}{}", name, age, packet.length, to_string(packet.reason)));
    std::string all;
    for (std::size_t at = 0; at < packet.head.size(); at += bytes_in_line) {
      const ByteView line = ByteView(packet.head).subspan(at, std::min(bytes_in_line, packet.head.size() - at));
      const std::string hex = fmt::format("{:02x}", fmt::join(line, " "));
      screen.line("  " + hex);
      all += (all.empty() ? "" : " ") + hex;
    }
    screen.set("interface", name);
    screen.set("age", age);
    screen.set("length", packet.length);
    screen.set("reason", to_string(packet.reason));
    screen.set("head", all);
  }
  screen.rule();
}

}  // namespace arrouter::ip
