// The MAIL module at a desk, with a DNS and servers that tests speak for.
#pragma once

#include <catch2/catch.hpp>

#include "modules/mail/mail_module.h"
#include "tests/support/fake_ip.h"
#include "tests/support/fake_tcp.h"
#include "tests/support/module_desk.h"

namespace arrouter::test {

using namespace std::chrono_literals;

/// A DNS of two tables; what is in neither does not exist.
class FakeDns final : public DnsApi {
 public:
  explicit FakeDns(VirtualTime& time) : time_(time) {}
  std::map<std::string, Ipv4Address, std::less<>> addresses;
  std::map<std::string, std::vector<MailExchanger>, std::less<>> exchangers;
  bool silent = false;

  bool has_servers() const override { return true; }
  Lookup find_address(std::string_view text, FoundAddress done) override {
    auto found = parse_ipv4(text);
    if (const auto entry = addresses.find(text); !found && entry != addresses.end()) found = entry->second;
    return later([done = std::move(done), found] { done(found); });
  }
  Lookup find_mail_exchangers(std::string_view domain, FoundExchangers done) override {
    std::optional<std::vector<MailExchanger>> found;
    if (!silent) found.emplace();
    if (const auto entry = exchangers.find(domain); !silent && entry != exchangers.end()) found = entry->second;
    return later([done = std::move(done), found] { done(found); });
  }

 private:
  Lookup later(std::function<void()> end) {
    auto lookup = std::make_shared<std::function<void()>>(std::move(end));
    time_.post([weak = std::weak_ptr(lookup)] {
      if (const auto open = weak.lock()) (*open)();
    });
    return lookup;
  }
  VirtualTime& time_;
};

struct Desk {
  TestServices world;
  FakeIp ip;
  FakeDns dns{world.time};
  FakeTcp tcp{world.time};
  MadeMail made = make_mail(world.services, ip, dns, tcp);
  ModuleDesk desk{world, *made.module};

  Desk() {
    world.wall.set(std::chrono::sys_days(std::chrono::year(2007) / 2 / 2) + 11h + 5min + 21s);
    ip.routed = true;
  }
  std::string operator()(std::string_view line) { return desk(line); }
  void wait(Duration duration) { world.time.advance(duration); }
  /// The latest server takes the mail; what it was told.
  std::string accept() {
    REQUIRE_FALSE(tcp.dialled.empty());
    const auto server = tcp.dialled.back();
    REQUIRE(server);
    for (const std::string_view line :
         {"220 mx\r\n", "250 mx\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n", "250 queued\r\n"})
      server->say(line);
    std::string heard = server->heard();
    server->say("221 bye\r\n");
    return heard;
  }
  bool shows(std::string_view text) { return desk("show mail").find(text) != std::string::npos; }
};

}  // namespace arrouter::test
