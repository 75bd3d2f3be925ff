// Datagrams from strangers to port 500: header, payload chain, SA payload, identities, notifications, attributes,
// decoding for debug. What parses must survive being written again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "modules/isakmp/attributes.h"
#include "modules/isakmp/decode.h"
#include "modules/isakmp/identity.h"
#include "modules/isakmp/message.h"
#include "modules/isakmp/natt.h"
#include "modules/isakmp/transforms.h"

namespace {

using namespace arrouter;
using namespace arrouter::isakmp;

void sa_payload(ByteView body) {
  const auto sa = parse_sa(body);
  if (!sa) return;
  const auto again = parse_sa(encode_sa(*sa));
  if (!again || again->proposals.size() != sa->proposals.size()) std::abort();
  describe_phase1_offer(*sa);
  Policy policy;
  choose_phase1(*sa, policy, Role::responder);
  for (const NattVersion natt : {NattVersion::none, NattVersion::rfc3947, NattVersion::draft00}) {
    const Phase2Offer offer = read_phase2(*sa, natt, false);
    if (offer.proposals.size() != offer.origins.size()) std::abort();
    for (std::size_t i = 0; i < offer.proposals.size(); ++i) {
      const std::size_t count = offer.proposals[i].protocols.size();
      if (offer.origins[i].protocols.size() != count) std::abort();
      encode_sa(phase2_answer(*sa, offer.origins[i], std::vector<std::size_t>(count),
                              std::vector<std::uint32_t>(count, 1)));
    }
  }
}

void traffic_id(ByteView body) {
  const auto id = parse_traffic_id(body);
  if (!id) return;
  const auto again = parse_traffic_id(encode_traffic_id(*id));
  if (!again || *again != *id) std::abort();
}

void attribute_payload(ByteView body) {
  const auto payload = parse_attribute_payload(body);
  if (!payload) return;
  const auto again = parse_attribute_payload(encode_attribute_payload(*payload));
  if (!again || again->identifier != payload->identifier || again->attributes.size() != payload->attributes.size() ||
      again->number(XauthAttribute::status) != payload->number(XauthAttribute::status))
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView message(data, size);
  decode_message("Rx", message, true);
  const auto header = parse_header(message);
  if (!header) return 0;
  Bytes written;
  write_header(written, *header);
  if (!std::equal(written.begin(), written.end(), data)) std::abort();
  const auto chain = parse_chain(header->next_payload, message.subspan(header_bytes), true);
  if (!chain) return 0;
  for (const Payload& payload : chain->payloads) {
    switch (payload.type) {
      case PayloadType::sa: sa_payload(payload.body); break;
      case PayloadType::identification:
        if (const auto id = parse_identity(payload.body)) to_string(*id);
        traffic_id(payload.body);
        break;
      case PayloadType::notification: parse_notification(payload.body); break;
      case PayloadType::deletion: parse_deletion(payload.body); break;
      case PayloadType::attributes: attribute_payload(payload.body); break;
      case PayloadType::nat_oa:
      case PayloadType::nat_oa_draft: parse_nat_oa(payload.body); break;
      default: break;
    }
  }
  best_natt_version(*chain, natt_versions());
  return 0;
}
