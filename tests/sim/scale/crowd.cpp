#include "tests/sim/scale/crowd.h"

#include <cstring>
#include <stdexcept>

#include <fmt/format.h>

#include "netdev/wire/ethernet.h"
#include "netdev/wire/ipv4.h"
#include "netdev/wire/udp.h"

namespace arrouter::test {

isakmp::Policy crowd_policy() {
  isakmp::Policy policy;
  policy.name = "office";
  policy.peer = {isakmp::PeerSetting::Kind::address, Ipv4Address(200, 200, 200, 1)};
  policy.cipher = enco::Cipher::triple_des_outer;
  policy.key = 1;
  policy.nat_traversal = policy.send_deletes = policy.send_notify = true;
  policy.heartbeat = isakmp::HeartbeatMode::both;
  return policy;
}

CrowdTools::CrowdTools(VirtualTime& world_time, const isakmp::Policy& policy)
    : time(world_time),
      services{time,     base.wall,  time.scheduler, time,        time,       base.random, base.pool,
               base.log, base.files, base.users,     base.system, base.model, base.ports},
      enco(make_enco(services)) {
  CommandTable table;
  const std::vector<CommandRow> rows = enco.module->commands();
  for (const CommandRow& row : rows) table.add("enco", row);
  enco.module->start();
  const auto match = table.parse("create enco key=1 type=general value=\"sharedsecret\"");
  Screen screen;
  Caller caller;
  Invocation call{match->args, caller, screen, [](Question question) { question.answered("y"); }, [](Outcome) {}};
  if (match->row->run(call).failed()) throw std::runtime_error("no key for the crowd");
  policies.put(policy);
}

CrowdPeer::CrowdPeer(CrowdTools& tools, Ipv4Address own, Ipv4Address lan, Ipv4Address office, std::uint64_t seed,
                     Send send)
    : tools_(tools),
      own_(own),
      lan_(lan),
      office_(office),
      send_(std::move(send)),
      random_(seed),
      engine_(tools.policies, tools.enco.api, random_),
      timer_(tools.time.scheduler, [this] { handle(isakmp::event::Deadline{}); }) {
  handle(isakmp::event::Enable{});
}

void CrowdPeer::handle(isakmp::Event event) {
  engine_.handle(std::move(event), tools_.time.now(), *this);
  timer_.arm(engine_.next_deadline());
}

void CrowdPeer::connect() {
  const auto network = [](Ipv4Address address) {
    isakmp::TrafficId id;
    id.kind = isakmp::TrafficId::Kind::subnet;
    id.first = address;
    id.second = mask_of(24);
    return id;
  };
  isakmp::Acquire wanted;
  wanted.ipsec_policy = "office";
  wanted.local = own_;
  wanted.peer = office_;
  wanted.local_id = network(lan_);
  wanted.remote_id = network(Ipv4Address(192, 168, 2, 0));
  isakmp::ProtocolOffer offer;
  offer.spi = random_.u32() | 0x10000;
  offer.transforms = {{enco::Cipher::triple_des_outer, enco::Hash::sha, isakmp::Encapsulation::tunnel, 1}};
  wanted.proposals = {{{offer}}};
  handle(isakmp::event::Wanted{wanted});
}

void CrowdPeer::receive_udp(const isakmp::Endpoint& from, std::uint16_t port, ByteView payload) {
  handle(isakmp::event::Received{{own_, port}, from, Bytes(payload.begin(), payload.end())});
}

bool CrowdPeer::send(const isakmp::Endpoint& from, const isakmp::Endpoint& to, ByteView datagram) {
  send_(from, to, datagram);
  return true;
}

void CrowdPeer::generate_dh(std::uint64_t serial, enco::Group group, unsigned exponent_bits) {
  tools_.enco.api.dh_generate(group, exponent_bits, alive_, [this, serial](std::optional<enco::DhPair> pair) {
    handle(isakmp::event::DhGenerated{serial, std::move(pair)});
  });
}

void CrowdPeer::compute_dh(std::uint64_t serial, const enco::DhPair& own, ByteView peer_public) {
  tools_.enco.api.dh_shared(own, peer_public, alive_, [this, serial](std::optional<SecretBytes> secret) {
    handle(isakmp::event::DhShared{serial, std::move(secret)});
  });
}

Town::Town(CrowdTools& tools, Internet& internet, unsigned number, unsigned count, Ipv4Address office)
    : port_(fmt::format("town{}", number), MacAddress{{2, 0xcc, 0, 0, 0, static_cast<std::uint8_t>(number)}}, pool_,
            tools.time.scheduler, tools.time) {
  port_.set_receiver([this](Burst& frames) { receive(frames); });
  internet.connect(port_, fmt::format("20.0.{}.0", number), std::chrono::milliseconds(10));
  const auto third = static_cast<std::uint8_t>(number);
  for (unsigned i = 1; i <= count; ++i) {
    const auto last = static_cast<std::uint8_t>(i);
    peers.push_back(std::make_unique<CrowdPeer>(tools, Ipv4Address(20, 0, third, last), Ipv4Address(10, last, third, 0),
                                                office, number * 1000ULL + i,
                                                [this](const isakmp::Endpoint& from, const isakmp::Endpoint& to,
                                                       ByteView datagram) { send(from, to, datagram); }));
  }
}

void Town::send(const isakmp::Endpoint& from, const isakmp::Endpoint& to, ByteView datagram) {
  const std::size_t length = wire::ipv4_header + wire::udp_header + datagram.size();
  Packet frame = pool_.allocate(wire::ethernet_header + length);
  if (!frame) throw std::runtime_error("the town ran out of buffers");
  std::uint8_t* const at = frame->put(wire::ethernet_header + length);
  wire::write_ethernet(at, MacAddress::broadcast(), port_.mac(), wire::ether_type::ipv4);
  std::uint8_t* const ip = at + wire::ethernet_header;
  wire::write_ipv4(ip, {.source = from.address, .destination = to.address, .protocol = wire::protocol::udp},
                   static_cast<std::uint16_t>(length));
  std::memcpy(ip + wire::ipv4_header + wire::udp_header, datagram.data(), datagram.size());
  wire::write_udp(ip + wire::ipv4_header, from.port, to.port, datagram.size(), from.address, to.address);
  Burst burst;
  burst.add(std::move(frame));
  port_.send(burst);
}

void Town::receive(Burst& frames) {
  for (Packet& frame : frames) {
    const auto ip = wire::view_ipv4(frame->view().subspan(wire::ethernet_header));
    const std::size_t index = ip ? (ip->destination().value & 0xff) - std::size_t{1} : peers.size();
    if (index >= peers.size()) continue;
    if (ip->protocol() == wire::protocol::esp) peers[index]->receive_esp(load_be32(ip->payload().data()));
    const auto udp = ip->protocol() == wire::protocol::udp ? wire::view_udp(ip->payload()) : std::nullopt;
    if (udp) peers[index]->receive_udp({ip->source(), udp->source_port}, udp->destination_port, udp->payload);
  }
  frames.clear();
}

}  // namespace arrouter::test
