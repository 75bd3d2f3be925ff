#include "tests/support/clear_isakmp.h"

#include <algorithm>
#include <unordered_set>

#include "os/base/limits.h"

namespace arrouter::test {

using namespace isakmp;

void demand(bool holds, std::source_location where) {
  if (holds) return;
  std::fprintf(stderr, "not held: %s line %u\n", where.file_name(), static_cast<unsigned>(where.line()));
  std::abort();
}

ClearSide::ClearSide(ClearWorld& world, std::size_t number, enco::EncoApi& enco, std::uint64_t seed)
    : address(address_of(number)), random(seed), engine(policies, enco, random), world_(world), number_(number) {}

bool ClearSide::send(const Endpoint& from, const Endpoint& to, ByteView datagram) {
  if (to.address != address_of(1 - number_)) return false;
  world_.sent(number_, from, to, datagram);
  return true;
}

void ClearSide::generate_dh(std::uint64_t serial, enco::Group group, unsigned) {
  enco::DhPair pair{group, {}, random.bytes(enco::group_bytes(group))};
  world_.done(number_, event::DhGenerated{serial, std::move(pair)});
}

// Both sides reach the same secret, as long as nobody changed a public value.
void ClearSide::compute_dh(std::uint64_t serial, const enco::DhPair& own, ByteView peer_public) {
  SecretBytes secret(own.public_value.begin(), own.public_value.end());
  for (std::size_t i = 0; i < secret.size() && i < peer_public.size(); ++i) secret[i] ^= peer_public[i];
  const bool usable = peer_public.size() == secret.size();
  world_.done(number_, event::DhShared{serial, usable ? std::optional(secret) : std::nullopt});
}

void ClearSide::authenticate(std::uint64_t serial, XauthType, const std::string& user, SecretBytes given) {
  const bool good = user == xauth_user && std::ranges::equal(given, as_bytes(xauth_password));
  world_.done(number_, event::Authenticated{serial, good ? "" : "unknown name or wrong password"});
}

std::expected<Selection, Refused> ClearSide::select(const Offer& offer) {
  for (std::size_t p = 0; p < offer.proposals.size(); ++p) {
    const auto& protocols = offer.proposals[p].protocols;
    if (std::ranges::any_of(protocols, [](const ProtocolOffer& each) { return each.transforms.empty(); })) continue;
    Selection selection{"vpn", 0, p, std::vector<std::size_t>(protocols.size()), {}, {}};
    for (std::size_t i = 0; i < protocols.size(); ++i) selection.spis.push_back(next_spi_++);
    return selection;
  }
  return std::unexpected(Refused{Refusal::no_proposal_chosen, "nothing fits"});
}

void ClearSide::install(const Bundle& bundle) {
  const Sa* const sa = engine.find_sa(bundle.isakmp_sa);
  demand(sa != nullptr && sa->active());
  demand(sa->policy->xauth == XauthMode::none || sa->xauth.passed);
}

Acquire ClearSide::acquire() const {
  Acquire wanted;
  wanted.ipsec_policy = "vpn";
  wanted.local = address;
  wanted.peer = address_of(1 - number_);
  wanted.local_id.first = Ipv4Address(192, 168, static_cast<std::uint8_t>(number_), 1);
  wanted.remote_id.first = Ipv4Address(192, 168, static_cast<std::uint8_t>(1 - number_), 1);
  ProtocolOffer offer;
  offer.spi = 500;
  offer.transforms = {{enco::Cipher::des, enco::Hash::sha, Encapsulation::tunnel, 1}};
  wanted.proposals = {{{offer}}};
  return wanted;
}

void ClearSide::check() const {
  demand(engine.sas().all().size() <= limits::isakmp_sas);
  demand(engine.exchanges().all().size() <= limits::isakmp_exchanges);
  std::unordered_set<std::uint32_t> busy;  // SAs with an exchange
  for (const auto& [id, exchange] : engine.exchanges().all()) {
    demand(engine.find_sa(exchange->sa_id) != nullptr || exchange->finished);
    demand(exchange->job_running || exchange->retransmits || exchange->ends_at);  // it will end
    busy.insert(exchange->sa_id);
  }
  for (const auto& [id, sa] : engine.sas().all()) {
    demand(!sa->active() || sa->policy->xauth == XauthMode::none || sa->xauth.passed);
    demand(sa->keyed() ? sa->due.has_value() : busy.contains(id));  // and so will it
  }
}

}  // namespace arrouter::test
