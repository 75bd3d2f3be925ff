// A PPPoE host and an access concentrator on one cable, without a router around them.
#pragma once

#include "modules/ppp/concentrator.h"
#include "modules/ppp/discovery.h"
#include "tests/unit/ppp/fake_host.h"

namespace arrouter::test {

inline constexpr MacAddress client_mac{{0x02, 0, 0, 0, 0, 0x11}}, server_mac{{0x02, 0, 0, 0, 0, 0x22}};

/// A host and a concentrator on one cable.
struct Cable final : DiscoveryHost, ConcentratorHost {
  void send_discovery(const MacAddress& to, const Bytes& payload) override { sent.emplace_back(to, payload); }
  void session_opened(const MacAddress& peer, std::uint16_t session) override { opened = {peer, session}; }
  void session_failed(std::string_view reason) override { failed = reason; }
  void send_offer(const std::string&, const MacAddress& to, const Bytes& payload) override {
    if (to == client_mac) offers.push_back(payload);
  }
  unsigned sessions_of(const AcService&) const override { return static_cast<unsigned>(sessions.size()); }
  bool open_session(const AcService&, const MacAddress&, std::uint16_t session) override {
    sessions.push_back(session);
    return true;
  }
  bool session_taken(std::uint16_t session) const override {
    return std::find(sessions.begin(), sessions.end(), session) != sessions.end();
  }

  void settle() {
    while (!sent.empty() || !offers.empty()) {
      for (const auto& [to, payload] : std::exchange(sent, {})) {
        packets.push_back(payload);
        if (const auto packet = parse_discovery(payload)) concentrator.receive("eth0", client_mac, *packet);
      }
      for (const Bytes& payload : std::exchange(offers, {})) {
        packets.push_back(payload);
        if (const auto packet = parse_discovery(payload)) host.receive(server_mac, *packet, now);
      }
    }
  }
  void serve(std::string name, unsigned most = 5) {
    concentrator.enabled = true;
    concentrator.name = "isp";
    AcService service{name, 1, "eth0", most, false};
    concentrator.services[name] = service;
  }

  SeededRandom random{1};
  Md5 md5 = md5_of;
  Instant now{1000s};
  std::vector<std::pair<MacAddress, Bytes>> sent;
  std::vector<Bytes> offers, packets;
  std::optional<std::pair<MacAddress, std::uint16_t>> opened;
  std::optional<std::string> failed;
  std::vector<std::uint16_t> sessions;
  Concentrator concentrator{*this, md5, random};
  Discovery host{*this, "", 0x01020304, 15};
};

}  // namespace arrouter::test
