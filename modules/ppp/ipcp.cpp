#include "modules/ppp/ipcp.h"

#include "modules/ppp/numbers.h"

namespace arrouter::ppp {

void Ipcp::begin() {
  agreed_ = {};
  agreed_.own = settings_.address;
  tell_address_ = settings_.ask_address || !settings_.address.unset();
  ask_primary_ = ask_secondary_ = settings_.ask_address;
}

void Ipcp::write_request(Bytes& options) {
  if (tell_address_) add_option32(options, ipcp_option::address, agreed_.own.value);
  if (ask_primary_) add_option32(options, ipcp_option::primary_dns, agreed_.primary_dns.value);
  if (ask_secondary_) add_option32(options, ipcp_option::secondary_dns, agreed_.secondary_dns.value);
}

ControlProtocol::Verdict Ipcp::judge(const Option& option, Bytes& suggestion) {
  const bool dns = option.type == ipcp_option::primary_dns || option.type == ipcp_option::secondary_dns;
  if ((!dns && option.type != ipcp_option::address) || option.value.size() != 4) return Verdict::reject;
  const Ipv4Address said(load_be32(option.value.data()));
  const Ipv4Address wanted =
      dns ? source_.name_server(option.type == ipcp_option::primary_dns) : source_.address_for_peer();
  if (wanted.unset()) return dns || said.unset() ? Verdict::reject : Verdict::good;
  if (said == wanted) return Verdict::good;
  add_option32(suggestion, option.type, wanted.value);
  return Verdict::nak;
}

void Ipcp::peer_options(const std::vector<Option>& options) {
  agreed_.peer = {};
  for (const Option& option : options) {
    if (option.type == ipcp_option::address) agreed_.peer = Ipv4Address(load_be32(option.value.data()));
  }
}

bool Ipcp::naked(const Option& option) {
  if (option.value.size() != 4) return true;
  const Ipv4Address address(load_be32(option.value.data()));
  switch (option.type) {
    case ipcp_option::address:
      // An address of our own is not given up; whoever insists on another ends the negotiation.
      if (settings_.ask_address) agreed_.own = address;
      return true;
    case ipcp_option::primary_dns:
      if (ask_primary_) agreed_.primary_dns = address;
      return true;
    case ipcp_option::secondary_dns:
      if (ask_secondary_) agreed_.secondary_dns = address;
      return true;
    default:
      return true;
  }
}

bool Ipcp::rejected(const Option& option) {
  switch (option.type) {
    case ipcp_option::address:
      tell_address_ = false;
      return !settings_.ask_address;
    case ipcp_option::primary_dns:
      ask_primary_ = false;
      return true;
    case ipcp_option::secondary_dns:
      ask_secondary_ = false;
      return true;
    default:
      return true;
  }
}

}  // namespace arrouter::ppp
