#include "modules/ipsec/specification.h"

#include <algorithm>

#include <fmt/format.h>

#include "os/base/text.h"

namespace arrouter::ipsec {
namespace {

constexpr std::size_t most_protocols = 3;  // ESP, AH, IPComp

/// Blank-separated words; commas stand alone.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == ' ') {
      ++i;
    } else if (text[i] == ',') {
      words.push_back(text.substr(i++, 1));
    } else {
      const std::size_t end = std::min(text.find_first_of(" ,", i), text.size());
      words.push_back(text.substr(i, end - i));
      i = end;
    }
  }
  return words;
}

}  // namespace

std::string_view to_string(KeyManagement management) {
  return management == KeyManagement::isakmp ? "ISAKMP" : "MANUAL";
}

std::string_view to_string(isakmp::Protocol protocol) {
  switch (protocol) {
    case isakmp::Protocol::isakmp:
      return "ISAKMP";
    case isakmp::Protocol::ah:
      return "AH";
    case isakmp::Protocol::esp:
      return "ESP";
    case isakmp::Protocol::ipcomp:
      return "COMP";
  }
  return {};
}

std::string_view mode_text(isakmp::Encapsulation encapsulation) {
  return encapsulation == isakmp::Encapsulation::tunnel ? "TUNNEL" : "TRANSPORT";
}

Result<BundleString> parse_bundle_string(std::string_view text) {
  BundleString alternatives{{{}}};
  bool number_expected = true;
  for (const std::string_view word : words_of(text)) {
    if (number_expected) {
      const auto number = parse_number(word, 255);
      if (!number) return failure(fmt::format("\"{}\" is not an SA specification", word));
      alternatives.back().back().push_back(static_cast<std::uint8_t>(*number));
    } else if (word == ",") {
      alternatives.push_back({{}});
    } else if (equal_ignoring_case(word, "AND")) {
      alternatives.back().push_back({});
    } else if (!equal_ignoring_case(word, "OR")) {
      return failure(fmt::format("\"{}\" is not AND, OR or a comma", word));
    }
    number_expected = !number_expected;
  }
  if (number_expected) return failure("an SA specification is missing at its end");
  return alternatives;
}

Result<void> Specifications::check(const BundleString& string, KeyManagement management) const {
  if (management == KeyManagement::manual &&
      (string.size() > 1 ||
       std::any_of(string[0].begin(), string[0].end(), [](const auto& or_list) { return or_list.size() > 1; }))) {
    return failure("manual keys leave no alternatives");
  }
  for (const auto& together : string) {
    if (together.size() > most_protocols) return failure("more than three protocols together");
    std::vector<isakmp::Protocol> seen;
    for (const auto& any_of : together) {
      for (const std::uint8_t id : any_of) {
        const auto found = sas.find(id);
        if (found == sas.end()) return failure(fmt::format("SA specification {} does not exist", id));
        const SaSpecification& sa = found->second;
        if (sa.key_management != management) {
          return failure(fmt::format("key management of SA specification {} differs", id));
        }
        if (sa.protocol != sas.at(any_of.front()).protocol) return failure("OR joins different protocols");
      }
      const isakmp::Protocol protocol = sas.at(any_of.front()).protocol;
      if (std::find(seen.begin(), seen.end(), protocol) != seen.end()) return failure("AND joins equal protocols");
      seen.push_back(protocol);
    }
  }
  return {};
}

std::optional<std::uint8_t> Specifications::user_of(std::uint8_t sa) const {
  for (const auto& [id, bundle] : bundles) {
    for (const auto& together : bundle.alternatives) {
      for (const auto& any_of : together) {
        if (std::find(any_of.begin(), any_of.end(), sa) != any_of.end()) return id;
      }
    }
  }
  return std::nullopt;
}

std::vector<isakmp::Proposal> Specifications::proposals(const BundleSpecification& bundle) const {
  std::vector<isakmp::Proposal> proposals;
  for (const auto& together : bundle.alternatives) {
    isakmp::Proposal& proposal = proposals.emplace_back();
    for (const auto& any_of : together) {
      isakmp::ProtocolOffer& offer = proposal.protocols.emplace_back();
      offer.protocol = sas.at(any_of.front()).protocol;
      for (const std::uint8_t id : any_of) {
        const SaSpecification& sa = sas.at(id);
        offer.transforms.push_back({sa.cipher, sa.hash, sa.mode, id, sa.compression});
      }
    }
  }
  return proposals;
}

}  // namespace arrouter::ipsec
