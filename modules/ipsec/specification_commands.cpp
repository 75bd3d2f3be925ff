// Rows and handlers of SA specifications and bundle specifications.
#include <algorithm>

#include "modules/ipsec/ipsec.h"
#include "modules/ipsec/keywords.h"

namespace arrouter::ipsec {
namespace {

constexpr std::string_view deflate_too = "COMPALG=DEFLATE is for other peers; the real router has LZS alone.";
constexpr std::uint32_t lowest_spi = 256;
constexpr std::uint32_t highest_cpi = 0xffff, well_known_lzs = 3, well_known_deflate = 2;  // RFC 2395 4.1, RFC 2394 3.1

template <class Number>
void read_number(const Args& args, std::string_view name, std::optional<Number>& place) {
  if (args.has(name)) place = static_cast<Number>(args.number(name));
}

}  // namespace

std::vector<CommandRow> IpsecModule::rows_of_specifications() {
  return {
      {"CREate IPSec SASpecification=<0-255> KEYmanagement={ISakmp|MAnual} PROTocol={AH|ESP|COMP} "
       "[MODe={TRansport|TUnnel}] [ENCalg={DES|3DES2key|3DESInner|3DESOuter|AES128|AES192|AES256|NULL}] "
       "[ENCKey=<0-65535>] [HASHalg={DESMAC|MD5|NULL|SHA}] [HASHKey=<0-65535>] [COMPalg={DEFLATE|LZS}] "
       "[INSPi=<0-4294967295>] [OUTSpi=<0-4294967295>] [ANTIreplayenabled=<bool>] [REPlaywindowsize={32|64|128|256}]",
       Access::security, "Creates an SA specification.",
       [this](Invocation& invocation) { return create_sa_specification(invocation.args); }, Coverage::full,
       deflate_too},
      {"SET IPSec SASpecification=<0-255> [KEYmanagement={ISakmp|MAnual}] [PROTocol={AH|ESP|COMP}] "
       "[MODe={TRansport|TUnnel}] [ENCalg={DES|3DES2key|3DESInner|3DESOuter|AES128|AES192|AES256|NULL}] "
       "[ENCKey=<0-65535>] [HASHalg={DESMAC|MD5|NULL|SHA}] [HASHKey=<0-65535>] [COMPalg={DEFLATE|LZS}] "
       "[INSPi=<0-4294967295>] [OUTSpi=<0-4294967295>] [ANTIreplayenabled=<bool>] [REPlaywindowsize={32|64|128|256}]",
       Access::security, "Changes an SA specification.",
       [this](Invocation& invocation) { return set_sa_specification(invocation.args); }, Coverage::full, deflate_too},
      {"DEStroy IPSec SASpecification=<0-255>", Access::security, "Destroys an SA specification.",
       [this](Invocation& invocation) { return destroy_sa_specification(invocation.args); }},
      {"CREate IPSec BUNDlespecification=<0-255> KEYmanagement={ISakmp|MAnual} STRing=<name:1-100> "
       "[EXPIRYKbytes=<1-2000000000>] [EXPIRYSeconds=<300-31449600>]",
       Access::security, "Creates a bundle specification.",
       [this](Invocation& invocation) { return create_bundle_specification(invocation.args); }},
      {"SET IPSec BUNDlespecification=<0-255> [STRing=<name:1-100>] [EXPIRYKbytes=<1-2000000000>] "
       "[EXPIRYSeconds=<300-31449600>]",
       Access::security, "Changes a bundle specification.",
       [this](Invocation& invocation) { return set_bundle_specification(invocation.args); }},
      {"DEStroy IPSec BUNDlespecification=<0-255>", Access::security, "Destroys a bundle specification.",
       [this](Invocation& invocation) { return destroy_bundle_specification(invocation.args); }},
  };
}

// ---- SA specifications ----------------------------------------------------------------------------------------

Outcome IpsecModule::create_sa_specification(const Args& args) {
  const auto id = static_cast<std::uint8_t>(args.number("SASPECIFICATION"));
  if (state_.specifications.sas.contains(id)) return outcome(Message::sa_specification_exists, id);
  if (args.choice("PROTOCOL") == "ESP" && !args.has("ENCALG")) return outcome(Message::parameter_missing, "ENCALG");
  SaSpecification sa;
  if (const Refusal refusal = read_sa_specification(args, sa)) return *refusal;
  state_.specifications.sas[id] = sa;
  return Outcome::successful(module_number::ipsec);
}

Outcome IpsecModule::set_sa_specification(const Args& args) {
  const auto id = static_cast<std::uint8_t>(args.number("SASPECIFICATION"));
  const auto found = state_.specifications.sas.find(id);
  if (found == state_.specifications.sas.end()) return outcome(Message::sa_specification_not_found, id);
  SaSpecification sa = found->second;
  if (const Refusal refusal = read_sa_specification(args, sa)) return *refusal;
  const auto user = state_.specifications.user_of(id);
  if (user && (sa.key_management != found->second.key_management || sa.protocol != found->second.protocol)) {
    return outcome(Message::sa_specification_in_use, id, *user);
  }
  found->second = sa;
  follow();
  return Outcome::successful(module_number::ipsec);
}

Outcome IpsecModule::destroy_sa_specification(const Args& args) {
  const auto id = static_cast<std::uint8_t>(args.number("SASPECIFICATION"));
  if (!state_.specifications.sas.contains(id)) return outcome(Message::sa_specification_not_found, id);
  if (const auto user = state_.specifications.user_of(id)) {
    return outcome(Message::sa_specification_in_use, id, *user);
  }
  state_.specifications.sas.erase(id);
  return Outcome::successful(module_number::ipsec);
}

IpsecModule::Refusal IpsecModule::read_sa_specification(const Args& args, SaSpecification& sa) const {
  if (args.has("PROTOCOL")) sa.protocol = protocol_of(args.choice("PROTOCOL"));
  if (const Refusal refusal = check_parameters(args, sa)) return refusal;
  if (args.has("KEYMANAGEMENT")) sa.key_management = key_management_of(args.choice("KEYMANAGEMENT"));
  if (args.has("MODE")) sa.mode = mode_of(args.choice("MODE"));
  if (args.has("ENCALG")) sa.cipher = cipher_of(args.choice("ENCALG"));
  if (args.has("HASHALG")) sa.hash = hash_of(args.choice("HASHALG"));
  if (args.has("COMPALG")) {
    sa.compression = compression_of(args.choice("COMPALG"));
    for (auto* const cpi : {&sa.in_spi, &sa.out_spi}) {
      if (cpi->value_or(lowest_spi) < lowest_spi) cpi->reset();  // the other algorithm's well-known one
    }
  }
  if (args.has("ANTIREPLAYENABLED")) sa.anti_replay = args.boolean("ANTIREPLAYENABLED");
  if (args.has("REPLAYWINDOWSIZE")) sa.replay_window = window_of(args.choice("REPLAYWINDOWSIZE"));
  read_number(args, "ENCKEY", sa.cipher_key);
  read_number(args, "HASHKEY", sa.hash_key);
  read_number(args, "INSPI", sa.in_spi);
  read_number(args, "OUTSPI", sa.out_spi);
  if (const Refusal refusal = check_algorithms(sa)) return refusal;
  return sa.key_management == KeyManagement::manual ? check_manual(sa) : std::nullopt;
}

/// What does not go with the protocol or the key management; what PROTOCOL leaves behind is forgotten.
IpsecModule::Refusal IpsecModule::check_parameters(const Args& args, SaSpecification& sa) const {
  const auto refused = [&](std::initializer_list<std::string_view> names, std::string_view with) -> Refusal {
    for (const std::string_view name : names) {
      if (args.has(name)) return outcome(Message::parameter_conflict, name, with);
    }
    return std::nullopt;
  };
  Refusal refusal;
  switch (sa.protocol) {
    case isakmp::Protocol::ah:
      refusal = refused({"ENCALG", "ENCKEY", "COMPALG"}, "PROTOCOL=AH");
      sa.cipher = enco::Cipher::null;
      sa.cipher_key.reset();
      sa.compression = enco::Compression::none;
      break;
    case isakmp::Protocol::ipcomp:
      refusal =
          refused({"ENCALG", "ENCKEY", "HASHALG", "HASHKEY", "ANTIREPLAYENABLED", "REPLAYWINDOWSIZE"}, "PROTOCOL=COMP");
      sa.cipher = enco::Cipher::null;
      sa.hash = enco::Hash::null;
      sa.cipher_key.reset();
      sa.hash_key.reset();
      sa.anti_replay = false;
      if (sa.compression == enco::Compression::none) sa.compression = enco::Compression::lzs;
      break;
    default:
      refusal = refused({"COMPALG"}, "PROTOCOL=ESP");
      sa.compression = enco::Compression::none;
  }
  const bool manual = args.has("KEYMANAGEMENT")
                          ? key_management_of(args.choice("KEYMANAGEMENT")) == KeyManagement::manual
                          : sa.key_management == KeyManagement::manual;
  if (refusal || manual) return refusal;
  return refused({"ENCKEY", "HASHKEY", "INSPI", "OUTSPI"}, "KEYMANAGEMENT=ISAKMP");
}

IpsecModule::Refusal IpsecModule::check_algorithms(const SaSpecification& sa) const {
  const bool no_cipher = sa.cipher == enco::Cipher::null, no_hash = sa.hash == enco::Hash::null;
  if (sa.protocol == isakmp::Protocol::ah && no_hash) return outcome(Message::parameter_missing, "HASHALG");
  if (sa.protocol == isakmp::Protocol::esp && no_cipher && no_hash) return outcome(Message::no_algorithm);
  if (!no_cipher && !state_.enco.available(sa.cipher)) {
    return outcome(Message::algorithm_unavailable, enco::traits(sa.cipher).name);
  }
  if (!no_hash && !state_.enco.available(sa.hash)) {
    return outcome(Message::algorithm_unavailable, enco::traits(sa.hash).name);
  }
  if (!state_.enco.available(sa.compression)) {
    return outcome(Message::algorithm_unavailable, enco::name(sa.compression));
  }
  return std::nullopt;
}

/// Keys and SPIs of a manual SA; IPComp has its algorithm's well-known CPI when none is given.
IpsecModule::Refusal IpsecModule::check_manual(SaSpecification& sa) const {
  if (sa.protocol == isakmp::Protocol::ipcomp) {
    const std::uint32_t well_known = sa.compression == enco::Compression::lzs ? well_known_lzs : well_known_deflate;
    for (std::optional<std::uint32_t>* const cpi : {&sa.in_spi, &sa.out_spi}) {
      if (!*cpi) *cpi = well_known;
      if (**cpi > highest_cpi) return outcome(Message::cpi_too_long, **cpi);
      if (**cpi < lowest_spi && **cpi != well_known) return outcome(Message::spi_reserved);
    }
    return std::nullopt;
  }
  if (sa.cipher != enco::Cipher::null && !sa.cipher_key) return outcome(Message::parameter_missing, "ENCKEY");
  if (sa.hash != enco::Hash::null && !sa.hash_key) return outcome(Message::parameter_missing, "HASHKEY");
  if (!sa.in_spi) return outcome(Message::parameter_missing, "INSPI");
  if (!sa.out_spi) return outcome(Message::parameter_missing, "OUTSPI");
  if (*sa.in_spi < lowest_spi || *sa.out_spi < lowest_spi) return outcome(Message::spi_reserved);
  return std::nullopt;
}

// ---- bundle specifications ------------------------------------------------------------------------------------

Outcome IpsecModule::create_bundle_specification(const Args& args) {
  const auto id = static_cast<std::uint8_t>(args.number("BUNDLESPECIFICATION"));
  if (state_.specifications.bundles.contains(id)) return outcome(Message::bundle_specification_exists, id);
  BundleSpecification bundle;
  bundle.key_management = key_management_of(args.choice("KEYMANAGEMENT"));
  if (const Refusal refusal = read_bundle_specification(args, bundle)) return *refusal;
  state_.specifications.bundles[id] = std::move(bundle);
  return Outcome::successful(module_number::ipsec);
}

Outcome IpsecModule::set_bundle_specification(const Args& args) {
  const auto id = static_cast<std::uint8_t>(args.number("BUNDLESPECIFICATION"));
  const auto found = state_.specifications.bundles.find(id);
  if (found == state_.specifications.bundles.end()) return outcome(Message::bundle_specification_not_found, id);
  BundleSpecification bundle = found->second;
  if (const Refusal refusal = read_bundle_specification(args, bundle)) return *refusal;
  found->second = std::move(bundle);
  follow();
  return Outcome::successful(module_number::ipsec);
}

IpsecModule::Refusal IpsecModule::read_bundle_specification(const Args& args, BundleSpecification& bundle) const {
  if (args.has("STRING")) {
    auto string = parse_bundle_string(args.text("STRING"));
    if (!string) return outcome(Message::string_bad, string.error().text);
    if (const auto good = state_.specifications.check(*string, bundle.key_management); !good) {
      return outcome(Message::string_bad, good.error().text);
    }
    bundle.text = args.text("STRING");
    bundle.alternatives = std::move(*string);
  }
  if (bundle.key_management == KeyManagement::manual) {
    for (const char* const negotiated : {"EXPIRYKBYTES", "EXPIRYSECONDS"}) {
      if (args.has(negotiated)) return outcome(Message::parameter_conflict, negotiated, "KEYMANAGEMENT=MANUAL");
    }
  }
  read_number(args, "EXPIRYKBYTES", bundle.expiry_kbytes);
  bundle.expiry_seconds = static_cast<std::uint32_t>(args.number_or("EXPIRYSECONDS", bundle.expiry_seconds));
  return std::nullopt;
}

Outcome IpsecModule::destroy_bundle_specification(const Args& args) {
  const auto id = static_cast<std::uint8_t>(args.number("BUNDLESPECIFICATION"));
  if (!state_.specifications.bundles.contains(id)) return outcome(Message::bundle_specification_not_found, id);
  for (const Policy* const policy : state_.policies.all()) {
    if (policy->bundle_specification == id) return outcome(Message::bundle_specification_in_use, id, policy->name);
  }
  state_.specifications.bundles.erase(id);
  return Outcome::successful(module_number::ipsec);
}

}  // namespace arrouter::ipsec
