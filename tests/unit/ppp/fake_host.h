// One end of a PPP link without a router around it, and settings for both kinds of ends.
#pragma once

#include <deque>

#include "modules/enco/enco_api.h"
#include "modules/ppp/numbers.h"
#include "modules/ppp/session.h"

namespace arrouter::test {

using namespace std::chrono_literals;
using namespace arrouter::ppp;

/// MD5 of something: the digest of users' passwords is one over a byte and a text.
inline Bytes md5_of(std::span<const ByteView> parts) {
  std::string all;
  for (const ByteView part : parts) all.append(reinterpret_cast<const char*>(part.data()), part.size());
  const std::string digest = enco::password_digest(std::string_view(all).substr(1), static_cast<std::uint8_t>(all[0]));
  return *from_hex(std::string_view(digest).substr(2));
}

class End final : public SessionHost {
 public:
  explicit End(std::uint64_t seed) : random(seed) {}

  void begin(SessionSettings settings, Instant now) {
    session = std::make_unique<Session>(*this, std::move(settings), md5_of, random);
    session->start(now);
  }

  void send(std::uint16_t protocol, ByteView packet) override {
    sent.emplace_back(protocol, Bytes(packet.begin(), packet.end()));
  }
  void control_protocol(std::string_view name, bool up) override { news.push_back(std::string(name) + (up ? "+" : "-")); }
  void network_up(const Addresses& agreed) override { network = agreed; }
  void network_down() override { network.reset(); }
  void authenticated(bool peer, Method method, bool good, const std::string& user) override {
    news.push_back(std::string(peer ? "peer " : "own ") + std::string(to_string(method)) + (good ? " ok " : " bad ") +
                   user);
  }
  void verify(const Credentials& credentials) override {
    verified.push_back(credentials);
    if (answers) session->decide(right_password(md5_of, credentials, as_bytes(password)), now);
  }
  Ipv4Address address_for_peer() override { return peer_address; }
  Ipv4Address name_server(bool primary) override { return primary ? dns : Ipv4Address(); }
  void finished(std::string_view why) override { end = why; }

  SeededRandom random;
  std::unique_ptr<Session> session;
  std::deque<std::pair<std::uint16_t, Bytes>> sent;
  std::vector<std::string> news;
  std::vector<Credentials> verified;
  std::optional<Addresses> network;
  std::optional<std::string> end;
  std::string password = "secret";  // of whoever comes
  bool answers = true;
  Ipv4Address peer_address, dns;
  Instant now{};
};

inline SessionSettings dialler(std::string user = "user", std::string password = "secret") {
  SessionSettings settings;
  settings.username = std::move(user);
  settings.password.assign(password.begin(), password.end());
  settings.ipcp.ask_address = true;
  return settings;
}

inline SessionSettings provider(Demand demand) {
  SessionSettings settings;
  settings.lcp.demand = demand;
  settings.lcp.can_prove = false;
  settings.system_name = "isp";
  settings.ipcp.address = Ipv4Address(10, 0, 0, 1);
  return settings;
}

}  // namespace arrouter::test
