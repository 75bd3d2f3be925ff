// The module's section of the configuration script, in the form of reference/isakmp-ipsec.md 2.20.
#include <fmt/format.h>

#include "modules/ipsec/ipsec.h"
#include "modules/ipsec/show.h"
#include "os/base/text.h"

namespace arrouter::ipsec {
namespace {

void word(std::string& line, std::string_view keyword, std::string_view value) {
  line += fmt::format(" {}={}", keyword, value);
}

template <class Number>
void number(std::string& line, std::string_view keyword, const std::optional<Number>& value) {
  if (value) word(line, keyword, std::to_string(*value));
}

std::string sa_line(std::uint8_t id, const SaSpecification& sa) {
  std::string line = fmt::format("create ipsec sas={} key={} prot={}", id, to_lower(to_string(sa.key_management)),
                                 to_lower(to_string(sa.protocol)));
  if (sa.mode != isakmp::Encapsulation::tunnel) word(line, "mod", "transport");
  if (sa.protocol == isakmp::Protocol::esp) word(line, "enc", to_lower(enco::traits(sa.cipher).name));
  if (sa.hash != enco::Hash::null) word(line, "hasha", to_lower(enco::traits(sa.hash).name));
  if (sa.compression == enco::Compression::deflate) word(line, "compa", "deflate");
  number(line, "enck", sa.cipher_key);
  number(line, "hashk", sa.hash_key);
  number(line, "insp", sa.in_spi);
  number(line, "outs", sa.out_spi);
  if (sa.anti_replay) word(line, "anti", "true");
  if (sa.replay_window != SaSpecification().replay_window) word(line, "rep", std::to_string(sa.replay_window));
  return line;
}

std::string bundle_line(std::uint8_t id, const BundleSpecification& bundle) {
  std::string line = fmt::format("create ipsec bund={} key={} string={}", id,
                                 to_lower(to_string(bundle.key_management)), arrouter::quoted(bundle.text));
  number(line, "expiryk", bundle.expiry_kbytes);
  if (bundle.expiry_seconds != BundleSpecification().expiry_seconds) {
    word(line, "expirys", std::to_string(bundle.expiry_seconds));
  }
  return line;
}

void address(std::string& line, std::string_view keyword, std::string_view mask_keyword,
             const AddressSelector& selector) {
  if (selector.kind == AddressSelector::Kind::any) return;
  word(line, keyword, address_text(selector));
  if (selector.kind == AddressSelector::Kind::subnet) word(line, mask_keyword, to_string(selector.second));
}

void selector(std::string& line, std::string_view keyword, const NumberSelector& selector, const std::string& text) {
  if (selector.kind != NumberSelector::Kind::any) word(line, keyword, text);
}

/// What follows "set ipsec pol=…" for the selectors; empty when all are ANY.
std::string selectors_part(const PolicySettings& policy) {
  std::string line;
  const Selectors& selectors = policy.selectors;
  address(line, "lad", "lma", selectors.local);
  address(line, "rad", "rma", selectors.remote);
  selector(line, "lp", selectors.local_port, port_text(selectors.local_port));
  selector(line, "rp", selectors.remote_port, port_text(selectors.remote_port));
  selector(line, "tra", selectors.protocol, protocol_text(selectors.protocol));
  if (!selectors.icmp_types.empty()) word(line, "ic", list_text(selectors.icmp_types));
  if (!policy.names.local.empty()) word(line, "lna", arrouter::quoted(policy.names.local));
  if (!policy.names.remote.empty()) word(line, "rna", arrouter::quoted(policy.names.remote));
  return line;
}

/// The rest that differs from the defaults.
std::string options_part(const PolicySettings& policy) {
  const PolicySettings defaults;
  std::string line;
  if (policy.df_bit != defaults.df_bit) word(line, "dfb", to_lower(to_string(policy.df_bit)));
  if (policy.use_pfs) word(line, "usepfsk", "true");
  if (policy.group != defaults.group) word(line, "gro", std::to_string(policy.group));
  if (!policy.source_interface.empty()) word(line, "srci", policy.source_interface);
  if (!policy.route_template.empty()) word(line, "iprou", arrouter::quoted(policy.route_template));
  if (policy.udp_tunnel) word(line, "udpt", "true");
  if (policy.udp_port != defaults.udp_port) word(line, "udpp", std::to_string(policy.udp_port));
  if (policy.udp_heartbeat) word(line, "udph", "true");
  if (policy.respond_bad_spi) word(line, "resp", "true");
  return line;
}

void dump_policy(const PolicySettings& policy, ConfigWriter& writer) {
  std::string line = fmt::format("create ipsec pol={} int={} ac={}", arrouter::quoted(policy.name), policy.interface,
                                 to_lower(to_string(policy.action)));
  if (policy.key_management) word(line, "key", to_lower(to_string(*policy.key_management)));
  number(line, "bund", policy.bundle_specification);
  if (policy.peer.kind != PeerAddress::Kind::none) word(line, "peer", to_lower(to_string(policy.peer)));
  if (!policy.isakmp_policy.empty()) word(line, "isa", arrouter::quoted(policy.isakmp_policy));
  if (policy.from_packet != FromPacket::none) word(line, "sase", to_lower(to_string(policy.from_packet)));
  writer.line(line);
  for (const std::string& part : {selectors_part(policy), options_part(policy)}) {
    if (!part.empty()) writer.line(fmt::format("set ipsec pol={}{}", arrouter::quoted(policy.name), part));
  }
}

}  // namespace

void IpsecModule::dump(ConfigWriter& writer) const {
  writer.section("IPSEC", {"ipsec"});
  for (const auto& [id, sa] : state_.specifications.sas) writer.line(sa_line(id, sa));
  for (const auto& [id, bundle] : state_.specifications.bundles) writer.line(bundle_line(id, bundle));
  for (const Policy* const policy : state_.policies.all()) dump_policy(*policy, writer);
  if (state_.udp_port != default_udp_port) writer.line(fmt::format("set ipsec udpp={}", state_.udp_port));
  if (state_.old_sas) writer.line("enable ipsec oldsa");
  if (state_.enabled) writer.line("enable ipsec");
}

}  // namespace arrouter::ipsec
