// The codec at its bounds: what a message may be, and what each refusal says.
#include <catch2/catch.hpp>

#include "modules/isakmp/exchange.h"
#include "modules/isakmp/identity.h"
#include "modules/isakmp/message.h"
#include "modules/isakmp/proposal.h"
#include "os/base/limits.h"

using namespace arrouter;
using namespace arrouter::isakmp;

namespace {

Bytes message_of(const PayloadList& payloads) {
  const Bytes body = encode_chain(payloads);
  Header header;
  header.initiator_cookie = 1;
  header.next_payload = payloads.front().type;
  header.length = static_cast<std::uint32_t>(header_bytes + body.size());
  Bytes message;
  write_header(message, header);
  message.insert(message.end(), body.begin(), body.end());
  return message;
}

SaPayload proposals(std::size_t count) {
  WireTransform transform;
  transform.id = transform_key_ike;
  transform.add(1, 5);
  transform.add(12, 86400);
  SaPayload sa;
  for (std::size_t i = 0; i < count; ++i) {
    WireProposal proposal;
    proposal.transforms = {transform, transform};
    sa.proposals.push_back(proposal);
  }
  return sa;
}

}  // namespace

TEST_CASE("a header is refused for its length, version and cookie") {
  const Bytes good = message_of({{PayloadType::nonce, Bytes(20)}});
  REQUIRE(parse_header(good));
  CHECK_FALSE(parse_header(ByteView(good).first(header_bytes - 1)));
  Bytes longer = good;
  longer.push_back(0);
  CHECK(parse_header(longer).error().notify == NotifyType::payload_malformed);
  Bytes version = good;
  version[17] = 0x20;
  CHECK(parse_header(version).error().notify == NotifyType::invalid_major_version);
  version[17] = 0x1f;  // a higher minor version is no reason
  CHECK(parse_header(version));
  Bytes cookie = good;
  cookie[7] = 0;
  CHECK(parse_header(cookie).error().notify == NotifyType::invalid_cookie);
  CHECK(parse_header(message_of({{PayloadType::nonce, Bytes(limits::isakmp_message - header_bytes - 4)}})));
  CHECK_FALSE(parse_header(message_of({{PayloadType::nonce, Bytes(limits::isakmp_message - header_bytes - 3)}})));
}

TEST_CASE("payload chains: number, lengths, reserved byte, padding") {
  for (const std::size_t count : {limits::isakmp_payloads - 1, limits::isakmp_payloads, limits::isakmp_payloads + 1}) {
    const Bytes chain = encode_chain(PayloadList(count, PayloadOut{PayloadType::vendor_id, Bytes(2)}));
    CHECK(parse_chain(PayloadType::vendor_id, chain, false).has_value() == (count <= limits::isakmp_payloads));
  }
  Bytes chain = encode_chain({{PayloadType::nonce, Bytes(8)}, {PayloadType::hash, Bytes(3)}});
  REQUIRE(parse_chain(PayloadType::nonce, chain, false));
  CHECK(parse_chain(PayloadType::nonce, chain, false)->after_first().size() == 7);
  for (std::size_t length = 0; length < chain.size(); ++length)
    CHECK_FALSE(parse_chain(PayloadType::nonce, ByteView(chain).first(length), false));
  Bytes padded = chain;
  padded.resize(chain.size() + 5);
  CHECK_FALSE(parse_chain(PayloadType::nonce, padded, false));
  CHECK(parse_chain(PayloadType::nonce, padded, true)->bytes.size() == chain.size());
  for (std::size_t filler = 1; filler <= 4; ++filler) {
    padded.resize(chain.size() + filler);
    const auto clear = parse_chain(PayloadType::nonce, padded, false);
    CHECK(clear.has_value() == (filler < 4));
    CHECK((!clear || clear->bytes.size() == chain.size()));
  }
  padded.resize(chain.size() + 1);
  padded.back() = 1;
  CHECK_FALSE(parse_chain(PayloadType::nonce, padded, false));
  chain[1] = 1;
  CHECK_FALSE(parse_chain(PayloadType::nonce, chain, false));
  chain[1] = 0;
  chain[3] = 3;  // shorter than its own header
  CHECK_FALSE(parse_chain(PayloadType::nonce, chain, false));
}

TEST_CASE("SA payloads: round trip, cut anywhere, limits, DOI and situation") {
  const Bytes body = encode_sa(proposals(2));
  const auto sa = parse_sa(body);
  REQUIRE(sa);
  CHECK(encode_sa(*sa) == body);
  CHECK(sa->proposals[1].transforms[1].attributes[1].number() == 86400);
  CHECK_FALSE(sa->proposals[1].transforms[1].attributes[1].is_short);
  for (std::size_t length = 0; length < body.size(); ++length) CHECK_FALSE(parse_sa(ByteView(body).first(length)));
  CHECK(parse_sa(encode_sa(proposals(limits::isakmp_payloads))));
  CHECK_FALSE(parse_sa(encode_sa(proposals(limits::isakmp_payloads + 1))));
  CHECK_FALSE(parse_sa(encode_sa(proposals(0))));
  SaPayload other = proposals(1);
  other.doi = 2;
  CHECK(parse_sa(encode_sa(other)).error().notify == NotifyType::doi_not_supported);
  other.doi = doi_ipsec;
  other.situation = 2;
  CHECK(parse_sa(encode_sa(other)).error().notify == NotifyType::situation_not_supported);
}

TEST_CASE("identities take their type from their form") {
  CHECK(identity_from_text("10.1.2.3").type == IdType::ipv4_address);
  CHECK(identity_from_text("ARRouter1").type == IdType::fqdn);
  CHECK(identity_from_text("joe@example.com").type == IdType::user_fqdn);
  const Identity name = identity_from_text("cn=r1, o=Example");
  CHECK(name.type == IdType::der_dn);
  CHECK(to_hex(name.data) == "301f310b30090603550403130272313110300e060355040a13074578616d706c65");
  CHECK(same_identity(identity_from_text("Branch.Example"), identity_from_text("branch.example")));
  CHECK_FALSE(same_identity(identity_from_text("a@b"), Identity{IdType::fqdn, identity_from_text("a@b").data}));
  const Identity group{IdType::key_id, {'l', 'a', 'b'}};  // the group name of vpnc
  CHECK(same_identity(identity_from_text("lab"), group));
  CHECK(same_identity(group, identity_from_text("lab")));
  CHECK_FALSE(same_identity(identity_from_text("LAB"), group));
  CHECK_FALSE(same_identity(identity_from_text("lab@"), group));
  const Bytes body = encode_identity(identity_from_text("branch"));
  CHECK(parse_identity(body));
  Bytes port = body;
  port[1] = 17;
  port[2] = 1;
  port[3] = 0xf4;
  CHECK(parse_identity(port));
  port[3] = 0xf5;
  CHECK_FALSE(parse_identity(port));
}

TEST_CASE("behind a NAT a host name may stand for the address it is seen at, as Windows XP has it") {
  const Bytes laptop{2, 17, 0x06, 0xa5, 'p', 'c'};
  CHECK_FALSE(parse_traffic_id(laptop));
  const Ipv4Address seen_at(150, 0, 0, 1);
  const auto id = parse_traffic_id(laptop, seen_at);
  REQUIRE(id);
  CHECK(*id == TrafficId{TrafficId::Kind::address, seen_at, {}, 17, 1701});
  CHECK_FALSE(parse_traffic_id(ByteView(laptop).first(4), seen_at));
  CHECK_FALSE(parse_traffic_id(ByteView(laptop).first(3), seen_at));
  const auto own = parse_traffic_id(Bytes{1, 17, 0x06, 0xa5, 192, 168, 5, 1}, seen_at);
  REQUIRE(own);
  CHECK(own->first == Ipv4Address(192, 168, 5, 1));
}

TEST_CASE("every state that waits for a message has one row, and every row leads on") {
  for (const Row& row : exchange_rows()) {
    // A transaction exchange may expect several kinds of messages in one state.
    const ExchangeState kind = row.type == ExchangeType::transaction ? row.received : ExchangeState::same;
    CHECK(find_row(row.type, row.role, row.from, kind) == &row);  // no second one
    const bool starts = row.protection == Protection::starting;
    CHECK((row.check == nullptr) == starts);
    CHECK((row.then == Then::finish || find_row(row.type, row.role, row.to) != nullptr));
    CHECK((row.build != nullptr || row.then == Then::finish));
  }
}
