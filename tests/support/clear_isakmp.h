// One end of a negotiation that fuzz targets can see through: an ISAKMP engine with the cryptography of clear_enco.h and
// an IPsec that takes everything. What leaves it goes to the target, which decides what comes of it.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string>

#include "modules/isakmp/engine.h"
#include "tests/support/clear_enco.h"

namespace arrouter::test {

inline constexpr std::string_view xauth_user = "alice", xauth_password = "Wonderland";

/// An invariant of the fuzzed program.
void demand(bool holds, std::source_location where = std::source_location::current());

/// The fuzzer's bytes as decisions; zeros when they are used up.
class Script {
 public:
  explicit Script(ByteView bytes) : reader_(bytes) {}
  bool over() const { return reader_.remaining() == 0; }
  std::uint8_t u8() { return reader_.u8(); }
  std::uint32_t u32() { return reader_.u32(); }
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : u8() % bound; }
  bool flag() { return (u8() & 1) != 0; }
  ByteView bytes(std::size_t count) { return reader_.take(std::min(count, reader_.remaining())); }

 private:
  ByteReader reader_;
};

/// What is around the two ends.
class ClearWorld {
 public:
  virtual ~ClearWorld() = default;
  virtual void sent(std::size_t side, const isakmp::Endpoint& from, const isakmp::Endpoint& to, ByteView datagram) = 0;
  /// The result of a job of that side.
  virtual void done(std::size_t side, isakmp::Event result) = 0;
  virtual void shown(const std::string& text) const = 0;
  virtual bool debugging() const = 0;
};

class ClearSide final : public isakmp::Effects, public isakmp::KeyUser {
 public:
  /// `number` 0 or 1: its address is 10.0.0.1 or 10.0.0.2.
  ClearSide(ClearWorld& world, std::size_t number, enco::EncoApi& enco, std::uint64_t seed);

  static Ipv4Address address_of(std::size_t number) { return {10, 0, 0, static_cast<std::uint8_t>(number + 1)}; }
  /// What IPsec asks for when a packet to the other side's LAN comes.
  isakmp::Acquire acquire() const;
  /// Limits are kept, and whatever is under way will end.
  void check() const;

  Ipv4Address address;
  SeededRandom random;
  isakmp::PolicyStore policies;
  isakmp::Engine engine;

 private:
  bool send(const isakmp::Endpoint& from, const isakmp::Endpoint& to, ByteView datagram) override;
  void log(LogSeverity, std::string_view, std::string message, std::string) override { world_.shown(message); }
  bool debugging(isakmp::DebugFlag) const override { return world_.debugging(); }
  void debug(isakmp::DebugFlag, std::string text) override { world_.shown(text); }
  void generate_dh(std::uint64_t serial, enco::Group group, unsigned exponent_bits) override;
  void compute_dh(std::uint64_t serial, const enco::DhPair& own, ByteView peer_public) override;
  // No policy of theirs asks for signatures.
  void sign(std::uint64_t, std::uint16_t, ByteView) override {}
  void verify(std::uint64_t, const enco::RsaPublicKey&, ByteView, ByteView) override {}
  std::string_view system_name() const override { return {}; }
  void authenticate(std::uint64_t serial, isakmp::XauthType, const std::string& user, SecretBytes given) override;
  Ipv4Address source_for(const isakmp::Policy&, Ipv4Address, Ipv4Address) override { return address; }
  WallTime wall_now() const override { return {}; }
  isakmp::KeyUser* user() override { return this; }
  std::expected<isakmp::Selection, isakmp::Refused> select(const isakmp::Offer& offer) override;
  void install(const isakmp::Bundle& bundle) override;
  void failed(const std::string&, std::uint32_t, const std::string&) override {}
  void peer_deleted(Ipv4Address, isakmp::Protocol, std::uint32_t) override {}
  void drop_peer(const isakmp::PeerName&, const std::string&) override {}
  void peer_hung_up(const isakmp::PeerName&) override {}
  void peer_moved(const isakmp::PeerName&, Ipv4Address, std::uint16_t) override {}

  ClearWorld& world_;
  std::size_t number_;
  std::uint32_t next_spi_ = 1000;
};

}  // namespace arrouter::test
