// NAT between two peers: which versions of NAT-T meet, what floats, and whom a change of address convinces.
#include "modules/isakmp/message.h"
#include "tests/unit/isakmp/peers.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

const Ipv4Address nat_address(203, 0, 113, 9);

// MD5 of "RFC 3947", "draft-ietf-ipsec-nat-t-ike-08", "…-03", "…-02\n", "…-02", "…-00".
constexpr auto rfc3947 = "4a131c81070358455c5728f20e95452f", draft08 = "8f8d83826d246b6fc7a8a6a428c11de8",
               draft03 = "7d9419a65310ca6f2c179d9215529d56", draft02_newline = "90cb80913ebb696e086381b5ec427b1f",
               draft02 = "cd60464335df21f87cfdb2fc68b6a448", draft00 = "4485152d18b6bbcd0be8a8469579ddcc";

/// A NAT in front of `inside`: another address and other ports to the world.
void put_behind_nat(Offices& net, Peer& inside) {
  net.channel.join(nat_address, inside.ip);
  net.channel.hook = [&](Flying& datagram) {
    if (datagram.source == inside.ip.own) {
      datagram.source = nat_address;
      datagram.source_port = static_cast<std::uint16_t>(datagram.source_port + 20000);
    } else if (datagram.destination == nat_address) {
      datagram.destination = inside.ip.own;
      datagram.destination_port = static_cast<std::uint16_t>(datagram.destination_port - 20000);
    } else {
      return false;  // nobody reaches the inside address
    }
    return true;
  };
}

Bytes vendor_payloads_cut(Bytes message, std::string_view kept_id) {
  using namespace arrouter::isakmp;
  const auto header = parse_header(message);
  if (!header || (header->flags & flag_encrypted) != 0) return message;
  const auto chain = parse_chain(header->next_payload, ByteView(message).subspan(header_bytes), false);
  if (!chain) return message;
  PayloadList left;
  for (const Payload& payload : chain->payloads)
    if (payload.type != PayloadType::vendor_id || to_hex(payload.body) == kept_id)
      left.push_back({payload.type, Bytes(payload.body.begin(), payload.body.end())});
  const Bytes body = encode_chain(left);
  Header changed = *header;
  changed.length = static_cast<std::uint32_t>(header_bytes + body.size());
  Bytes out;
  write_header(out, changed);
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

}  // namespace

TEST_CASE("a NAT in front of the initiator: ports float, ESP goes in UDP, keep-alives flow") {
  const auto version = GENERATE(as<std::string>{}, rfc3947, draft08, draft03, draft02_newline, draft02, draft00);
  const auto mode = GENERATE(as<std::string>{}, "mode=main", "mode=aggressive");
  CAPTURE(version, mode);
  Offices net;
  net.configure("enc=3desouter natt=true " + mode);
  net.b.run("set isakmp pol=keys pe=any");
  put_behind_nat(net, net.a);
  const auto nat = net.channel.hook;
  const bool floats = version != draft00;
  net.channel.hook = [&](Flying& datagram) {  // a peer that speaks one version only
    if (datagram.destination_port == 500) datagram.payload = vendor_payloads_cut(datagram.payload, version);
    return nat(datagram);
  };
  net.want(net.a);
  REQUIRE(net.up());
  const isakmp::NatInfo& nat_a = net.a.user.bundles[0].nat;
  const isakmp::NatInfo& nat_b = net.b.user.bundles[0].nat;
  CHECK(nat_a.udp_encapsulation);
  CHECK(nat_a.peer_port == (floats ? 4500 : 500));
  CHECK(nat_a.non_ike_marker == !floats);
  CHECK(nat_b.udp_encapsulation);
  CHECK(nat_b.peer_port == (floats ? 24500 : 20500));
  CHECK(nat_b.non_ike_marker == !floats);
  CHECK(net.b.user.bundles[0].peer == nat_address);
  CHECK(net.a.run("show isakmp sa=1").find("NAT discovered ....................... LOCAL") != std::string::npos);
  CHECK(net.b.run("show isakmp sa=1").find("NAT discovered ....................... REMOTE") != std::string::npos);
  net.time.advance(45s);
  CHECK(net.a.counter("natTKeepaliveTx") == 2);
  CHECK(net.b.counter("natTKeepaliveRx") == 2);
  CHECK(net.b.counter("natTKeepaliveTx") == 0);
  CHECK(net.channel.sent.back().payload == Bytes{0xff});
  CHECK(net.b.ip.encapsulation_ports == std::pair<std::uint16_t, std::uint16_t>{4500, 500});
}

TEST_CASE("a NAT in front of the responder") {
  Offices net;
  net.configure("enc=3desouter natt=true");
  net.a.run("set isakmp pol=keys rem=any");
  net.channel.hook = [&](Flying& datagram) {  // forwards inwards whatever the port
    if (datagram.source == net.b.ip.own) datagram.source = nat_address;
    if (datagram.destination == nat_address) datagram.destination = net.b.ip.own;
    return true;
  };
  net.a.run("set isakmp pol=keys pe=203.0.113.9");
  net.want(net.a, 0, nat_address);
  REQUIRE(net.up());
  CHECK(net.a.run("show isakmp sa=1").find("NAT discovered ....................... REMOTE") != std::string::npos);
  CHECK(net.b.run("show isakmp sa=1").find("NAT discovered ....................... LOCAL") != std::string::npos);
  CHECK(net.a.user.bundles[0].peer == nat_address);
}

TEST_CASE("without a NAT nothing floats, though both can") {
  Offices net;
  net.configure("enc=3desouter natt=true");
  net.want(net.a);
  REQUIRE(net.up());
  for (const Flying& datagram : net.channel.sent) CHECK(datagram.destination_port == 500);
  CHECK_FALSE(net.a.user.bundles[0].nat.udp_encapsulation);
  CHECK(net.a.run("show isakmp sa=1").find("Peer NAT-T capable ................... YES") != std::string::npos);
}

TEST_CASE("port 4500 is open only while a policy wants NAT traversal") {
  Offices net;
  net.configure();
  CHECK(net.a.ip.listeners.contains(500));
  CHECK_FALSE(net.a.ip.listeners.contains(4500));
  net.a.run("set isakmp pol=keys natt=true");
  CHECK(net.a.ip.listeners.contains(4500));
  net.a.run("disable isakmp");
  CHECK(net.a.ip.listeners.empty());
  CHECK(net.a.ip.encapsulation_ports == std::pair<std::uint16_t, std::uint16_t>{});
}

TEST_CASE("transport mode behind a NAT carries the original addresses: of both ends, in early drafts of the sender") {
  const auto [version, both] = GENERATE(table<std::string, bool>(
      {{rfc3947, true}, {draft08, true}, {draft03, false}, {draft02_newline, false}, {draft02, false}}));
  CAPTURE(version);
  Offices net;
  net.configure("enc=3desouter natt=true");
  net.b.run("set isakmp pol=keys pe=any");
  put_behind_nat(net, net.a);
  isakmp::TrafficId client{isakmp::TrafficId::Kind::address, net.a.ip.own, {}, 17, 1701};
  isakmp::TrafficId server{isakmp::TrafficId::Kind::address, net.b.ip.own, {}, 17, 1701};
  net.a.user.transform.encapsulation = net.b.user.transform.encapsulation = isakmp::Encapsulation::transport;
  net.a.user.local_id = client;
  net.a.user.remote_id = net.b.user.local_id = server;
  net.b.user.remote_id = client;
  net.b.user.remote_id.first = nat_address;  // as the responder sees the client
  const auto nat = net.channel.hook;
  net.channel.hook = [&, nat, kept = version](Flying& datagram) {
    if (datagram.destination_port == 500) datagram.payload = vendor_payloads_cut(datagram.payload, kept);
    return nat(datagram);
  };
  net.want(net.a);
  REQUIRE(net.up());
  CHECK(net.b.user.bundles[0].nat.peer_original_source == net.a.ip.own);
  CHECK(net.b.user.bundles[0].nat.peer_original_destination == (both ? net.b.ip.own : Ipv4Address()));
  CHECK(net.a.user.bundles[0].nat.peer_original_source == (both ? nat_address : net.b.ip.own));
  CHECK(net.a.user.bundles[0].nat.peer_original_destination == (both ? net.b.ip.own : Ipv4Address()));
  CHECK(net.b.user.bundles[0].sas[0].transform.encapsulation == isakmp::Encapsulation::transport);
}

TEST_CASE("of the NAT-T versions both speak the best is taken, and it alone is answered") {
  Offices net;
  net.configure("enc=3desouter natt=true");
  std::vector<std::string> offered, answered;
  net.channel.hook = [&](Flying& datagram) {
    const auto header = isakmp::parse_header(datagram.payload);
    const auto chain = isakmp::parse_chain(header->next_payload, ByteView(datagram.payload).subspan(28), false);
    if (chain && (header->flags & isakmp::flag_encrypted) == 0)
      for (const isakmp::Payload& payload : chain->payloads)
        if (payload.type == isakmp::PayloadType::vendor_id)
          (datagram.source == net.a.ip.own ? offered : answered).push_back(to_hex(payload.body));
    return true;
  };
  net.want(net.a);
  REQUIRE(net.up());
  CHECK(offered == std::vector<std::string>{rfc3947, draft08, draft03, draft02_newline, draft02, draft00});
  CHECK(answered == std::vector<std::string>{rfc3947});
}

TEST_CASE("behind a NAT the router does not follow its peer: nothing changes that one's address") {
  Offices net;
  net.configure("enc=3desouter natt=true heart=both");
  net.b.run("set isakmp pol=keys pe=any");
  put_behind_nat(net, net.a);
  net.want(net.a);
  REQUIRE(net.up());
  const auto nat = net.channel.hook;
  net.channel.hook = [&, nat](Flying& datagram) {  // somebody changes the port of what the peer sends
    if (!nat(datagram)) return false;
    if (datagram.source == net.b.ip.own) datagram.source_port = 31337;
    return true;
  };
  net.time.advance(45s);
  CHECK(net.a.counter("heartbeatRx") == 2);
  CHECK(net.a.user.moves == 0);
  CHECK(std::ranges::none_of(net.channel.sent, [](const Flying& each) { return each.destination_port == 31337; }));
}

TEST_CASE("a NAT that changes its mapping is followed once the peer proved itself") {
  Offices net;
  net.configure("enc=3desouter natt=true heart=both");
  net.b.run("set isakmp pol=keys pe=any");
  put_behind_nat(net, net.a);
  net.want(net.a);
  REQUIRE(net.up());
  const Ipv4Address other(203, 0, 113, 77);
  net.channel.join(other, net.a.ip);
  const auto nat = net.channel.hook;
  net.channel.hook = [&, nat](Flying& datagram) {
    if (datagram.destination == other) datagram.destination = nat_address;
    if (!nat(datagram)) return false;
    if (datagram.source == nat_address) datagram.source = other;
    return true;
  };
  net.time.advance(25s);  // the next heartbeat comes from the other address
  CHECK(net.b.user.moves == 1);
  CHECK(net.b.user.moved_to == other);
}
