#include <catch2/catch.hpp>

#include "modules/ip/mss.h"
#include "modules/ip/pools.h"
#include "netdev/wire/checksum.h"
#include "netdev/wire/ipv4.h"
#include "netdev/wire/tcp.h"
#include "os/base/limits.h"

using namespace arrouter;
using namespace arrouter::ip;

TEST_CASE("a pool gives the lowest address, and a user his former one") {
  PoolTable pools;
  const Ipv4Range range{Ipv4Address(10, 0, 0, 1), Ipv4Address(10, 0, 0, 3)};
  REQUIRE(pools.create("Roaming", range) == PoolTable::Created::done);
  CHECK(pools.create("ROAMING", range) == PoolTable::Created::exists);
  CHECK(pools.create("other", {Ipv4Address(10, 0, 0, 3), Ipv4Address(10, 0, 0, 9)}) == PoolTable::Created::overlaps);
  CHECK(pools.create("huge", {Ipv4Address(20, 0, 0, 0), Ipv4Address(20, 1, 0, 0)}) == PoolTable::Created::full);
  CHECK(pools.create("large", {Ipv4Address(20, 0, 0, 0), Ipv4Address(20, 0, 255, 255)}) == PoolTable::Created::done);
  for (std::uint32_t i = 2; i < limits::ip_pools; ++i) {
    REQUIRE(pools.create(std::to_string(i), {Ipv4Address(i), Ipv4Address(i)}) == PoolTable::Created::done);
  }
  CHECK(pools.create("one more", {Ipv4Address(9999), Ipv4Address(9999)}) == PoolTable::Created::full);
  CHECK(pools.lease("roaming", "ppp0", "ann", {}) == Ipv4Address(10, 0, 0, 1));
  CHECK(pools.lease("roaming", "ppp1", "bob", {}) == Ipv4Address(10, 0, 0, 2));
  pools.release("roaming", Ipv4Address(10, 0, 0, 1), {});
  CHECK(pools.lease("roaming", "ppp2", "carl", {}) == Ipv4Address(10, 0, 0, 3));  // ann's is kept while others are free
  CHECK(pools.lease("roaming", "ppp3", "ann", {}) == Ipv4Address(10, 0, 0, 1));
  CHECK_FALSE(pools.lease("roaming", "ppp4", "dora", {}));
  pools.release("roaming", Ipv4Address(10, 0, 0, 2), {});
  CHECK(pools.lease("roaming", "ppp4", "dora", {}) == Ipv4Address(10, 0, 0, 2));
  CHECK_FALSE(pools.lease("nowhere", "ppp0", "ann", {}));
  CHECK(pools.destroy("roaming"));
}

TEST_CASE("a pool at the end of the numbers ends") {
  PoolTable pools;
  const Ipv4Address last(255, 255, 255, 255);
  pools.create("end", {last, last});
  CHECK(pools.lease("end", "ppp0", "", {}) == last);
  CHECK_FALSE(pools.lease("end", "ppp1", "", {}));
}

namespace {

/// A SYN with these options, checksum and all.
Packet syn(PacketPool& pool, ByteView options, std::uint8_t flags = wire::tcp_flag::syn) {
  const std::size_t tcp_length = wire::tcp_header + options.size();
  Packet packet = pool.allocate(200);
  std::uint8_t* const at = packet->put(wire::ipv4_header + tcp_length);
  const Ipv4Address from(10, 0, 0, 1), to(10, 0, 0, 2);
  std::uint8_t* const tcp = at + wire::ipv4_header;
  wire::write_tcp(tcp, {1000, 80, 1, 0, flags, 8192}, 0, from, to);
  std::copy(options.begin(), options.end(), tcp + wire::tcp_header);
  tcp[12] = static_cast<std::uint8_t>(tcp_length / 4 << 4);
  store_be16(tcp + 16, 0);
  store_be16(tcp + 16,
             wire::checksum_finish(wire::checksum_partial(
                 {tcp, tcp_length}, wire::pseudo_header(from, to, wire::protocol::tcp,
                                                        static_cast<std::uint32_t>(tcp_length)))));
  wire::write_ipv4(at, {.source = from, .destination = to, .protocol = wire::protocol::tcp},
                   static_cast<std::uint16_t>(wire::ipv4_header + tcp_length));
  return packet;
}

bool sound(const PacketBuffer& packet) {
  const auto ip = wire::view_ipv4(packet.view());
  return ip && wire::tcp_checksum_good(ip->payload(), ip->source(), ip->destination());
}

}  // namespace

TEST_CASE("the MSS of a SYN is lowered where the link wants that, and the checksum stays right") {
  PacketPool pool(20, 2);
  const Bytes aligned{2, 4, 0x05, 0xb4}, odd{1, 2, 4, 0x05, 0xb4, 1, 1, 0};
  for (const Bytes& options : {aligned, odd}) {
    Packet packet = syn(pool, options);
    REQUIRE(sound(*packet));
    const std::size_t at = wire::ipv4_header + wire::tcp_header + (options[0] == 1 ? 3 : 2);
    lower_mss(*packet, 1460);
    CHECK(load_be16(packet->data() + at) == 1460);  // what fits stays
    lower_mss(*packet, 1452);
    CHECK(load_be16(packet->data() + at) == 1452);
    CHECK(sound(*packet));
  }
  Packet data = syn(pool, aligned, wire::tcp_flag::ack);
  lower_mss(*data, 1000);
  CHECK(load_be16(data->data() + 42) == 1460);
  const Bytes broken{2, 0, 0, 0};
  Packet odd_one = syn(pool, broken);
  lower_mss(*odd_one, 1000);
  CHECK(sound(*odd_one));
}
