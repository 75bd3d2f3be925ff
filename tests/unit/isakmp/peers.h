// Whole ISAKMP modules with a real ENCO, joined by a channel in virtual time, with IP and IPsec played by fakes.
#pragma once

#include <catch2/catch.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/language/command_table.h"
#include "modules/enco/enco_module.h"
#include "modules/ip/ip_api.h"
#include "modules/isakmp/isakmp_module.h"
#include "tests/support/test_services.h"

namespace arrouter::test {

class ChannelIp;

/// One datagram on its way.
struct Flying {
  Instant at{};
  Ipv4Address source, destination;
  std::uint16_t source_port = 0, destination_port = 0;
  Bytes payload;
};

/// Joins ChannelIps by address. `hook` may change a datagram (NAT) or refuse it (loss).
class Channel {
 public:
  explicit Channel(VirtualTime& time) : time_(time) {}
  std::function<bool(Flying&)> hook = [](Flying&) { return true; };
  Duration delay = std::chrono::milliseconds(5);
  unsigned copies = 1;
  std::vector<Flying> sent;  // everything, lost or not
  void join(Ipv4Address address, ChannelIp& ip) { ends_[address] = &ip; }
  void send(Flying datagram);
  void deliver(const Flying& datagram);

 private:
  VirtualTime& time_;
  std::map<Ipv4Address, ChannelIp*> ends_;
};

class ChannelIp final : public IpApi {
 public:
  ChannelIp(Channel& channel, Ipv4Address own) : own(own), channel_(channel) { channel.join(own, *this); }
  Ipv4Address own;
  Ipv4Address local;  // SET IP LOCAL
  std::pair<std::uint16_t, std::uint16_t> encapsulation_ports;
  std::map<std::uint16_t, UdpListener> listeners;
  std::vector<std::function<void(const InterfaceChange&)>> change_listeners;

  bool enabled() const override { return true; }
  std::optional<IpInterfaceInfo> interface(std::string_view name) const override {
    return name == "eth0" ? std::optional(info()) : std::nullopt;
  }
  std::optional<IpInterfaceInfo> interface(InterfaceId) const override { return info(); }
  std::vector<IpInterfaceInfo> interfaces() const override { return {info()}; }
  bool is_own(Ipv4Address address) const override { return address == own || address == local; }
  Ipv4Address local_address() const override { return local; }
  void on_interface_change(std::function<void(const InterfaceChange&)> listener) override {
    change_listeners.push_back(std::move(listener));
  }
  std::optional<RouteInfo> route(Ipv4Address destination) const override { return RouteInfo{1, destination}; }
  Ipv4Address source_towards(Ipv4Address) const override { return local.unset() ? own : local; }
  bool listen_udp(std::uint16_t port, std::string_view, UdpListener listener) override {
    if (listener) {
      listeners[port] = std::move(listener);
    } else {
      listeners.erase(port);
    }
    return true;
  }
  bool send_udp(const UdpToSend& datagram) override {
    const Ipv4Address source = datagram.source.unset() ? source_towards(datagram.destination) : datagram.source;
    channel_.send({{}, source, datagram.destination, datagram.source_port, datagram.destination_port,
                   Bytes(datagram.payload.begin(), datagram.payload.end())});
    return true;
  }
  void send(Burst&) override {}
  void set_ipsec(IpsecStage*) override {}
  void set_firewall(FirewallStage*) override {}
  void set_udp_encapsulation_ports(std::uint16_t floated, std::uint16_t isakmp) override {
    encapsulation_ports = {floated, isakmp};
  }
  void receive_decrypted(InterfaceId, Burst&) override {}
  void send_too_big(const PacketBuffer&, unsigned) override {}
  void count_drop(IpDrop) override {}
  /// The address goes and another comes.
  void change_address(Ipv4Address address) {
    own = address;
    channel_.join(own, *this);
    for (const auto& listener : change_listeners) listener({info(), false});
  }

 private:
  IpInterfaceInfo info() const { return {1, "eth0", own, mask_of(24), 1500, true}; }
  Channel& channel_;
};

inline void Channel::send(Flying datagram) {
  datagram.at = time_.now();
  sent.push_back(datagram);
  if (!hook(datagram)) return;
  for (unsigned i = 0; i < copies; ++i)
    time_.scheduler.at(time_.now() + delay * (i + 1), [this, datagram] { deliver(datagram); });
}

inline void Channel::deliver(const Flying& datagram) {
  const auto end = ends_.find(datagram.destination);
  if (end == ends_.end()) return;
  const auto listener = end->second->listeners.find(datagram.destination_port);
  if (listener == end->second->listeners.end()) return;
  listener->second({datagram.source, datagram.destination, datagram.source_port, datagram.destination_port, 1, false,
                    datagram.payload});
}

/// IPsec as ISAKMP sees it: takes ESP with one transform between two networks.
class FakeUser final : public isakmp::KeyUser {
 public:
  isakmp::Transform transform{enco::Cipher::triple_des_outer, enco::Hash::sha, isakmp::Encapsulation::tunnel, 1};
  std::optional<enco::Group> pfs;
  isakmp::TrafficId local_id, remote_id;
  std::uint32_t next_spi = 1000;
  std::vector<isakmp::Bundle> bundles;
  std::vector<std::string> failures;
  std::vector<std::uint32_t> deleted_spis;
  std::vector<std::string> dropped;
  std::vector<Ipv4Address> hung_up;
  std::vector<isakmp::Offer> offers;
  unsigned moves = 0;
  Ipv4Address moved_to;

  std::expected<isakmp::Selection, isakmp::Refused> select(const isakmp::Offer& offer) override {
    offers.push_back(offer);
    if (offer.local_id != local_id || offer.remote_id != remote_id)
      return std::unexpected(isakmp::Refused{isakmp::Refusal::invalid_id, "no policy for these addresses"});
    for (std::size_t p = 0; p < offer.proposals.size() && offer.pfs == pfs; ++p) {
      const auto& transforms = offer.proposals[p].protocols.front().transforms;
      for (std::size_t t = 0; t < transforms.size(); ++t) {
        isakmp::Transform wanted = transform;
        wanted.specification = 0;
        if (transforms[t] == wanted) return isakmp::Selection{"vpn", 0, p, {t}, {next_spi++}, ""};
      }
    }
    return std::unexpected(isakmp::Refused{isakmp::Refusal::no_proposal_chosen, "no transform fits"});
  }
  void install(const isakmp::Bundle& bundle) override { bundles.push_back(bundle); }
  void failed(const std::string&, std::uint32_t, const std::string& reason) override { failures.push_back(reason); }
  void peer_deleted(Ipv4Address, isakmp::Protocol, std::uint32_t spi) override { deleted_spis.push_back(spi); }
  void drop_peer(const isakmp::PeerName&, const std::string& reason) override { dropped.push_back(reason); }
  void peer_hung_up(const isakmp::PeerName& peer) override { hung_up.push_back(peer.address); }
  void peer_moved(const isakmp::PeerName&, Ipv4Address after, std::uint16_t) override {
    ++moves;
    moved_to = after;
  }
};

class TestTerminal final : public Terminal {
 public:
  std::string text;
  void print(std::string_view printed) override { text += printed; }
};

/// A router as far as ISAKMP needs one.
class Peer {
 public:
  Peer(VirtualTime& time, Channel& channel, Ipv4Address address, std::uint64_t seed)
      : base(seed),
        wall(time, WallTime(std::chrono::sys_days(std::chrono::year(2006) / 6 / 13) + std::chrono::hours(11))),
        log(wall),
        services{time,     wall,       time.scheduler, time,        time,       base.random, base.pool, log,
                 base.files, base.users, base.system,    base.model, base.ports},
        ip(channel, address),
        enco(make_enco(services)),
        made(make_isakmp(services, ip, enco.api)),
        isakmp(made.api) {
    log.listen([this](const LogRecord& record) { records.push_back(record); });
    rows_.push_back(enco.module->commands());
    rows_.push_back(made.module->commands());
    for (const CommandRow& row : rows_[0]) table.add("enco", row);
    for (const CommandRow& row : rows_[1]) table.add("isakmp", row);
    enco.module->start();
    made.module->start();
    isakmp.set_user(&user);
  }

  /// Screen text and message line.
  std::string run(const std::string& line) {
    const auto match = table.parse(line);
    if (!match) return match.error().line();
    Screen screen;
    Caller caller;
    caller.terminal = terminal;
    Outcome last;
    Invocation call{match->args, caller, screen, [](Question question) { question.answered("y"); },
                    [&](Outcome outcome) { last = outcome; }};
    const Outcome outcome = match->row->run(call);
    return screen.text() + outcome.line();
  }
  std::string dump() const {
    ConfigWriter writer;
    made.module->dump(writer);
    std::string text;
    for (const auto& section : writer.sections()) {
      text += "# " + section.title + " configuration\n";
      for (const std::string& each : section.lines) text += each + "\n";
    }
    return text;
  }
  std::uint64_t counter(const std::string& name) {
    const std::string text = run("show isakmp counters");
    const auto at = text.find("  " + name + " ");
    if (at == std::string::npos) throw std::logic_error("no counter " + name);
    return std::stoull(text.substr(text.find_first_of("0123456789", at + 2 + name.size())));
  }
  bool logged(std::string_view part) const {
    for (const LogRecord& record : records)
      if (record.message.find(part) != std::string::npos) return true;
    return false;
  }

  TestServices base;
  WallClock wall;
  Log log;
  Services services;
  std::vector<LogRecord> records;
  ChannelIp ip;
  FakeUser user;
  CommandTable table;
  std::shared_ptr<TestTerminal> terminal = std::make_shared<TestTerminal>();
  MadeEnco enco;
  MadeIsakmp made;
  isakmp::IsakmpApi& isakmp;

 private:
  std::deque<std::vector<CommandRow>> rows_;
};

/// Two offices: 100.100.100.1 with 192.168.1.0/24 and 200.200.200.1 with 192.168.2.0/24.
class Offices {
 public:
  Offices() {
    a.user.local_id = b.user.remote_id = network(1);
    a.user.remote_id = b.user.local_id = network(2);
    b.user.next_spi = 2000;
  }
  static isakmp::TrafficId network(std::uint8_t number) {
    isakmp::TrafficId id;
    id.kind = isakmp::TrafficId::Kind::subnet;
    id.first = Ipv4Address(192, 168, number, 0);
    id.second = mask_of(24);
    return id;
  }
  /// Keys and policies as a wizard makes them; `extra` goes on both CREATE lines.
  void configure(const std::string& extra = "enc=3desouter gro=2", const std::string& key_b = "secret") {
    a.run("create enco key=1 type=general value=secret");
    b.run("create enco key=1 type=general value=" + key_b);
    REQUIRE(a.run("create isakmp pol=keys pe=200.200.200.1 key=1 " + extra) == "Info (1082003): Operation successful.");
    REQUIRE(b.run("create isakmp pol=keys pe=100.100.100.1 key=1 " + extra) == "Info (1082003): Operation successful.");
    a.run("enable isakmp");
    b.run("enable isakmp");
  }
  /// IPsec of `from` wants a bundle with the other side.
  void want(Peer& from, std::uint32_t bundle = 0, std::optional<Ipv4Address> peer = {}) {
    isakmp::Acquire wanted;
    wanted.ipsec_policy = "vpn";
    wanted.bundle = bundle;
    wanted.local = from.ip.own;
    wanted.peer = peer.value_or(&from == &a ? b.ip.own : a.ip.own);
    wanted.local_id = from.user.local_id;
    wanted.remote_id = from.user.remote_id;
    wanted.pfs = from.user.pfs;
    isakmp::ProtocolOffer offer;
    offer.spi = from.user.next_spi++;
    offer.transforms = {from.user.transform};
    wanted.proposals = {{{offer}}};
    from.isakmp.acquire(wanted);
  }
  /// The same, and `wait` goes by, whatever comes of it.
  void attempt(Peer& from, Duration wait) {
    want(from);
    time.advance(wait);
  }
  bool up(std::size_t bundles = 1) {
    return time.run_until([&] { return a.user.bundles.size() >= bundles && b.user.bundles.size() >= bundles; },
                          std::chrono::seconds(600));
  }

  VirtualTime time;
  Channel channel{time};
  Peer a{time, channel, Ipv4Address(100, 100, 100, 1), 11};
  Peer b{time, channel, Ipv4Address(200, 200, 200, 1), 22};
};

}  // namespace arrouter::test
