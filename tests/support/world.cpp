#include "tests/support/world.h"

#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>

#include "netdev/wire/arp.h"
#include "netdev/wire/ethernet.h"
#include "netdev/wire/icmp.h"
#include "netdev/wire/ipv4.h"
#include "os/base/text.h"
#include "tests/support/configuration.h"

namespace arrouter::test {
namespace {

constexpr std::uint16_t echo_id = 1;
constexpr std::string_view preshared_key = "create enco key=1 type=general value=\"sharedsecret\"";

MacAddress mac_of(std::string_view name) {
  MacAddress mac{{0x02, 0, 0, 0, 0, 0}};
  for (std::size_t i = 0; i < name.size(); ++i) {
    mac.octets[1 + i % 5] = static_cast<std::uint8_t>(mac.octets[1 + i % 5] * 31 + static_cast<std::uint8_t>(name[i]));
  }
  return mac;
}

std::uint8_t* begin_frame(Packet& frame, const MacAddress& to, const MacAddress& from, std::uint16_t type,
                          std::size_t payload) {
  std::uint8_t* const at = frame->put(wire::ethernet_header + payload);
  wire::write_ethernet(at, to, from, type);
  return at + wire::ethernet_header;
}

void send(MemoryPort& port, Packet frame) {
  Burst burst;
  burst.add(std::move(frame));
  port.send(burst);
}

}  // namespace

Host::Host(VirtualTime& time, std::string name, std::string_view address, std::string_view gateway)
    : time_(time),
      port_(name, mac_of(name), pool_, time.scheduler, time),
      address_(*parse_ipv4(address)),
      gateway_(*parse_ipv4(gateway)) {
  port_.set_receiver([this](Burst& frames) { receive(frames); });
}

void Host::receive(Burst& frames) {
  for (Packet& frame : frames) {
    const auto ethernet = wire::view_ethernet(frame->view());
    if (!ethernet || (ethernet->destination != port_.mac() && !ethernet->destination.group())) continue;
    if (ethernet->type == wire::ether_type::arp) receive_arp(ethernet->payload);
    if (ethernet->type == wire::ether_type::ipv4) receive_ip(ethernet->payload);
  }
  frames.clear();
}

void Host::receive_arp(ByteView payload) {
  const auto arp = wire::parse_arp(payload);
  if (!arp) return;
  if (arp->sender == gateway_) {
    gateway_mac_ = arp->sender_mac;
    gateway_known_ = true;
    if (held_) {
      wire::write_ethernet(held_->data(), gateway_mac_, port_.mac(), wire::ether_type::ipv4);
      send(port_, std::move(held_));
    }
  }
  if (arp->operation == wire::arp_operation::request && arp->target == address_) {
    send_arp(wire::arp_operation::reply, arp->sender_mac, arp->sender);
  }
}

void Host::receive_ip(ByteView payload) {
  const auto ip = wire::view_ipv4(payload);
  if (!ip || ip->destination() != address_ || ip->protocol() != wire::protocol::icmp || ip->fragment()) return;
  const auto icmp = wire::view_icmp(ip->payload());
  if (!icmp) return;
  if (icmp->type == wire::icmp_type::echo) {
    ++requests_seen_;
    send_icmp(ip->source(), wire::icmp_type::echo_reply, icmp->rest, icmp->payload);
  } else if (icmp->type == wire::icmp_type::echo_reply && icmp->identifier() == echo_id) {
    if (seen_[icmp->sequence()]) {
      ++duplicates_;
      return;
    }
    seen_[icmp->sequence()] = true;
    ++answered_;
    last_answer_ = time_.now();
  }
}

void Host::ping(Ipv4Address destination, std::size_t payload) {
  ++sent_;
  ++sequence_;
  seen_[sequence_] = false;
  send_icmp(destination, wire::icmp_type::echo, static_cast<std::uint32_t>(echo_id) << 16 | sequence_,
            Bytes(payload, 0x61));
}

bool Host::reaches(Ipv4Address destination, int tries, Duration wait) {
  for (const std::uint64_t before = answered_; tries > 0; --tries) {
    ping(destination);
    time_.advance(wait);
    if (answered_ > before) return true;
  }
  return false;
}

void Host::send_arp(std::uint16_t operation, MacAddress to, Ipv4Address target) {
  Packet frame = pool_.allocate(64);
  wire::write_arp(begin_frame(frame, to, port_.mac(), wire::ether_type::arp, wire::arp_packet),
                  {operation, port_.mac(), address_, to, target});
  send(port_, std::move(frame));
}

void Host::send_icmp(Ipv4Address to, std::uint8_t type, std::uint32_t rest, ByteView payload) {
  const std::size_t length = wire::ipv4_header + wire::icmp_header + payload.size();
  Packet frame = pool_.allocate(wire::ethernet_header + length);
  std::uint8_t* const at = begin_frame(frame, gateway_mac_, port_.mac(), wire::ether_type::ipv4, length);
  wire::write_ipv4(at, {.source = address_, .destination = to, .protocol = wire::protocol::icmp},
                   static_cast<std::uint16_t>(length));
  std::memcpy(at + wire::ipv4_header + wire::icmp_header, payload.data(), payload.size());
  wire::write_icmp(at + wire::ipv4_header, type, 0, rest, payload.size());
  if (to.masked(mask_of(24)) == address_.masked(mask_of(24))) {
    return send_arp(wire::arp_operation::request, MacAddress::broadcast(), to);
  }
  if (gateway_known_) return send(port_, std::move(frame));
  held_ = std::move(frame);  // the latest one, while the gateway is asked for
  send_arp(wire::arp_operation::request, MacAddress::broadcast(), gateway_);
}

void Internet::connect(MemoryPort& neighbour, std::string_view network, Duration delay, Nat* nat) {
  auto leg = std::make_unique<Leg>();
  leg->pool = std::make_unique<PacketPool>();
  const std::string name = fmt::format("internet{}", legs_.size());
  leg->port = std::make_unique<MemoryPort>(name, mac_of(name), *leg->pool, time_.scheduler, time_);
  leg->link = std::make_unique<MemoryLink>(neighbour, *leg->port, delay);
  leg->network = *parse_ipv4(network);
  leg->neighbour = neighbour.mac();
  leg->nat = nat;
  Leg& connected = *legs_.emplace_back(std::move(leg));
  connected.port->set_receiver([this, &connected](Burst& frames) { receive(connected, frames); });
}

void Internet::receive(Leg& from, Burst& frames) {
  for (Packet& frame : frames) {
    const auto ethernet = wire::view_ethernet(frame->view());
    if (!ethernet) continue;
    if (ethernet->type == wire::ether_type::ipv4) forward(from, frame->view(), ethernet->header_length);
    const auto arp = ethernet->type == wire::ether_type::arp ? wire::parse_arp(ethernet->payload) : std::nullopt;
    const Ipv4Address own(from.network.value | 254);
    if (!arp || arp->operation != wire::arp_operation::request || arp->target != own) continue;
    Packet reply = from.pool->allocate(64);
    wire::write_arp(begin_frame(reply, arp->sender_mac, from.port->mac(), wire::ether_type::arp, wire::arp_packet),
                    {wire::arp_operation::reply, from.port->mac(), own, arp->sender_mac, arp->sender});
    send(*from.port, std::move(reply));
  }
  frames.clear();
}

void Internet::forward(const Leg& from, ByteView frame, std::size_t header) {
  const auto arrived = wire::view_ipv4(frame.subspan(header));
  if (!arrived || arrived->ttl() < 2) return;
  const ByteView whole = frame.subspan(header, arrived->total_length());
  Bytes packet(whole.begin(), whole.end());
  if (from.nat != nullptr && !from.nat->leave(packet)) return;
  if (watcher_ && !watcher_(packet)) return;
  const Ipv4Address called = wire::view_ipv4(packet)->destination();
  Nat* through = nullptr;
  for (const auto& leg : legs_) {
    if (leg->nat != nullptr && leg->nat->outside() == called) through = leg->nat;
  }
  if (through != nullptr && !through->enter(packet)) return;
  const Ipv4Address destination = wire::view_ipv4(packet)->destination();
  for (const auto& leg : legs_) {
    if (leg->nat != through || destination.masked(mask_of(24)) != leg->network) continue;
    Packet copy = leg->pool->allocate(wire::ethernet_header + packet.size());
    if (!copy) throw std::runtime_error("the Internet ran out of buffers");
    std::uint8_t* const at = begin_frame(copy, leg->neighbour, leg->port->mac(), wire::ether_type::ipv4, packet.size());
    std::memcpy(at, packet.data(), packet.size());
    --at[8];
    wire::finish_ipv4(at);
    ++forwarded_;
    send(*leg->port, std::move(copy));
    return;
  }
}

std::string site_configuration(const SiteSettings& site) {
  return fmt::format(R"(set system name="{0}"
enable ip
add ip int=vlan1 ip={2}.254 mask=255.255.255.0
add ip int=eth0 ip={1}.1 mask=255.255.255.0
add ip rou=0.0.0.0 mask=0.0.0.0 int=eth0 next={1}.254
create ipsec sas=1 key=isakmp prot=esp enc=3desouter hasha=sha
create ipsec bund=1 key=isakmp string="1"
create ipsec pol="wiz_isakmp" int=eth0 ac=permit lp=500
create ipsec pol="wiz_natt" int=eth0 ac=permit lp=4500
create ipsec pol="wiz_Peer1 to Peer2" int=eth0 ac=ipsec key=isakmp bund=1 peer={3} isa="wiz_Peer1 to Peer2"
set ipsec pol="wiz_Peer1 to Peer2" lad={2}.0 lma=255.255.255.0 rad={4}.0 rma=255.255.255.0
create ipsec pol="wiz_internet" int=eth0 ac=permit
enable ipsec
create isakmp pol="wiz_Peer1 to Peer2" pe={3} enc=3desouter key=1 natt=true
set isakmp pol="wiz_Peer1 to Peer2" sendd=true sendn=true hea=both
enable isakmp
{5}
)",
                     site.name, site.wan, site.lan, site.peer, site.peer_lan, site.extra);
}

void boot_site(VirtualRouter& router, const std::string& configuration) {
  boot_clean(router, configuration);
  // Keys are typed by hand; they are in no configuration.
  const auto key = router.run(preshared_key);
  if (key.outcome.failed()) throw std::runtime_error(key.outcome.line());
}

HowToNetwork::HowToNetwork(std::uint64_t world_seed, std::string_view extra)
    : HowToNetwork(world_seed,
                   site_configuration({"Peer1", "100.100.100", "192.168.1", "200.200.200.1", "192.168.2",
                                       std::string(extra)}),
                   site_configuration({"Peer2", "200.200.200", "192.168.2", "100.100.100.1", "192.168.1",
                                       std::string(extra)})) {}

HowToNetwork::HowToNetwork(std::uint64_t world_seed, const std::string& configuration1,
                           const std::string& configuration2)
    : seed(world_seed),
      pc1(time, "pc1", "192.168.1.100", "192.168.1.254"),
      pc2(time, "pc2", "192.168.2.100", "192.168.2.254"),
      internet(time),
      peer1(time, "Peer1", "AR415S", seed * 2 + 1),
      peer2(time, "Peer2", "AR415S", seed * 2 + 2) {
  internet.connect(peer1.port("eth0"), "100.100.100.0", std::chrono::milliseconds(10));
  internet.connect(peer2.port("eth0"), "200.200.200.0", std::chrono::milliseconds(10));
  links_.push_back(std::make_unique<MemoryLink>(pc1.port(), peer1.port("vlan1")));
  links_.push_back(std::make_unique<MemoryLink>(pc2.port(), peer2.port("vlan1")));
  boot_site(peer1, configuration1);
  boot_site(peer2, configuration2);
}

ExampleNetwork::ExampleNetwork(std::uint64_t world_seed)
    : HowToNetwork(world_seed, source_file("config/examples/peer1.cfg"), source_file("config/examples/peer2.cfg")) {}

void HowToNetwork::ping_for(Duration duration, Duration interval) {
  for (const Instant end = time.now() + duration; time.now() < end; time.advance(interval)) pc1.ping(pc2.address());
}

void HowToNetwork::power_cut(VirtualRouter& peer) {
  ImpairPort& cable = peer->stacks().find("eth0")->second->impairment();
  cable.set(ImpairPort::Direction::out, {.loss = 100});
  peer->restart(RestartKind::reboot, std::nullopt);
  time.advance(std::chrono::seconds(1));
  cable.set(ImpairPort::Direction::out, {});
  peer.run(preshared_key);
}

void HowToNetwork::impair(const Impairment& impairment) {
  for (VirtualRouter* const peer : {&peer1, &peer2}) {
    ImpairPort& cable = (*peer)->stacks().find("eth0")->second->impairment();
    cable.set(ImpairPort::Direction::in, impairment);
    cable.set(ImpairPort::Direction::out, impairment);
  }
}

std::uint64_t chosen_seed(std::uint64_t otherwise) {
  const char* const given = std::getenv("ARROUTER_SEED");
  return given == nullptr ? otherwise : parse_number(given).value_or(otherwise);
}

}  // namespace arrouter::test
