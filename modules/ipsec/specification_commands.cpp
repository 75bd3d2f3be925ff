// Rows and handlers of SA specifications and bundle specifications.
#include <algorithm>

#include "modules/ipsec/ipsec.h"
#include "modules/ipsec/keywords.h"

namespace arrouter::ipsec {
namespace {

constexpr std::string_view only_esp = "PROTOCOL=ESP only; AH and COMP are refused.";
constexpr std::uint32_t lowest_spi = 256;

template <class Number>
void read_number(const Args& args, std::string_view name, std::optional<Number>& place) {
  if (args.has(name)) place = static_cast<Number>(args.number(name));
}

}  // namespace

std::vector<CommandRow> IpsecModule::rows_of_specifications() {
  return {
      {"CREate IPSec SASpecification=<0-255> KEYmanagement={ISakmp|MAnual} PROTocol={AH|ESP|COMP} "
       "[MODe={TRansport|TUnnel}] [ENCalg={DES|3DES2key|3DESInner|3DESOuter|AES128|AES192|AES256|NULL}] "
       "[ENCKey=<0-65535>] [HASHalg={DESMAC|MD5|NULL|SHA}] [HASHKey=<0-65535>] [COMPalg={LZS}] "
       "[INSPi=<0-4294967295>] [OUTSpi=<0-4294967295>] [ANTIreplayenabled=<bool>] [REPlaywindowsize={32|64|128|256}]",
       Access::security, "Creates an SA specification.",
       [this](Invocation& invocation) { return create_sa_specification(invocation.args); }, Coverage::partial,
       only_esp},
      {"SET IPSec SASpecification=<0-255> [KEYmanagement={ISakmp|MAnual}] [PROTocol={AH|ESP|COMP}] "
       "[MODe={TRansport|TUnnel}] [ENCalg={DES|3DES2key|3DESInner|3DESOuter|AES128|AES192|AES256|NULL}] "
       "[ENCKey=<0-65535>] [HASHalg={DESMAC|MD5|NULL|SHA}] [HASHKey=<0-65535>] [COMPalg={LZS}] "
       "[INSPi=<0-4294967295>] [OUTSpi=<0-4294967295>] [ANTIreplayenabled=<bool>] [REPlaywindowsize={32|64|128|256}]",
       Access::security, "Changes an SA specification.",
       [this](Invocation& invocation) { return set_sa_specification(invocation.args); }, Coverage::partial, only_esp},
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
  if (user && sa.key_management != found->second.key_management) {
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
  if (args.has("PROTOCOL") && args.choice("PROTOCOL") != "ESP") {
    return outcome(Message::protocol_unavailable, args.choice("PROTOCOL"));
  }
  if (args.has("COMPALG")) return outcome(Message::parameter_conflict, "COMPALG", "PROTOCOL=ESP");
  if (args.has("KEYMANAGEMENT")) sa.key_management = key_management_of(args.choice("KEYMANAGEMENT"));
  if (args.has("MODE")) sa.mode = mode_of(args.choice("MODE"));
  if (args.has("ENCALG")) sa.cipher = cipher_of(args.choice("ENCALG"));
  if (args.has("HASHALG")) sa.hash = hash_of(args.choice("HASHALG"));
  if (args.has("ANTIREPLAYENABLED")) sa.anti_replay = args.boolean("ANTIREPLAYENABLED");
  if (args.has("REPLAYWINDOWSIZE")) sa.replay_window = window_of(args.choice("REPLAYWINDOWSIZE"));
  read_number(args, "ENCKEY", sa.cipher_key);
  read_number(args, "HASHKEY", sa.hash_key);
  read_number(args, "INSPI", sa.in_spi);
  read_number(args, "OUTSPI", sa.out_spi);

  const bool no_cipher = sa.cipher == enco::Cipher::null, no_hash = sa.hash == enco::Hash::null;
  if (no_cipher && no_hash) return outcome(Message::no_algorithm);
  if (!no_cipher && !state_.enco.available(sa.cipher)) {
    return outcome(Message::algorithm_unavailable, enco::traits(sa.cipher).name);
  }
  if (!no_hash && !state_.enco.available(sa.hash)) {
    return outcome(Message::algorithm_unavailable, enco::traits(sa.hash).name);
  }
  if (sa.key_management == KeyManagement::isakmp) {
    for (const char* const manual_only : {"ENCKEY", "HASHKEY", "INSPI", "OUTSPI"}) {
      if (args.has(manual_only)) return outcome(Message::parameter_conflict, manual_only, "KEYMANAGEMENT=ISAKMP");
    }
    return std::nullopt;
  }
  if (!no_cipher && !sa.cipher_key) return outcome(Message::parameter_missing, "ENCKEY");
  if (!no_hash && !sa.hash_key) return outcome(Message::parameter_missing, "HASHKEY");
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
