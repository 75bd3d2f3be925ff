// The NTP module at a desk.
#pragma once

#include <catch2/catch.hpp>

#include "modules/ntp/ntp_module.h"
#include "modules/ntp/packet.h"
#include "os/base/calendar.h"
#include "tests/support/fake_ip.h"
#include "tests/support/module_desk.h"

namespace arrouter::test {

struct FakeSystem final : SystemApi {
  std::chrono::minutes summer{0};
  std::string no_help;
  bool crashed_before() const override { return false; }
  void record_exception(std::string_view) override {}
  bool warm_start() const override { return false; }
  std::chrono::minutes summer_offset() const override { return summer; }
  const std::string& help_file() const override { return no_help; }
};

struct Desk {
  TestServices world;
  FakeIp ip;
  FakeSystem system;
  std::unique_ptr<Module> module = make_ntp(world.services, system, ip);
  ModuleDesk desk{world, *module};

  std::string operator()(std::string_view line) { return desk(line); }
  /// The server at `address` answers the latest question; its clock shows `utc`.
  void answer(Ipv4Address address, WallTime utc, std::uint8_t stratum = 2) {
    for (auto sent = ip.sent.rbegin(); sent != ip.sent.rend(); ++sent) {
      if (sent->destination != address || sent->destination_port != 123) continue;
      const auto request = ntp::decode(as_bytes(sent->text));
      REQUIRE(request);
      CHECK(request->mode == ntp::Mode::client);
      ntp::Packet packet;
      packet.mode = ntp::Mode::server;
      packet.stratum = stratum;
      packet.origin = request->transmit;
      packet.receive = packet.transmit = ntp::to_timestamp(utc);
      ip.deliver(address, 123, 123, ntp::encode(packet));
      return;
    }
    FAIL("nobody was asked");
  }
  std::string now() { return time_of_day_text(world.wall.now()) + " " + date_text(world.wall.now()); }
};

}  // namespace arrouter::test
