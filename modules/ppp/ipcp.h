// IPCP (RFC 1332) with the name servers of RFC 1877: which address each end of the link has.
#pragma once

#include "modules/ppp/control_protocol.h"
#include "modules/ppp/numbers.h"
#include "os/base/address.h"

namespace arrouter::ppp {

struct IpcpSettings {
  Ipv4Address address;        // ours; unset: we have none to tell
  bool ask_address = false;   // the peer shall give us one, and name servers
  Retries retries;
};

/// What IPCP agreed on; unset addresses were not spoken of.
struct Addresses {
  Ipv4Address own, peer, primary_dns, secondary_dns;
};

/// What a peer can be given.
class AddressSource {
 public:
  virtual ~AddressSource() = default;
  /// The address the peer shall have; unset: the one it says.
  virtual Ipv4Address address_for_peer() = 0;
  /// The name server a peer that asks is told of; unset: none.
  virtual Ipv4Address name_server(bool primary) = 0;
};

class Ipcp final : public ControlProtocol {
 public:
  Ipcp(ControlHost& host, AddressSource& source, const IpcpSettings& settings)
      : ControlProtocol(host, protocol::ipcp, settings.retries), source_(source), settings_(settings) {}

  const Addresses& addresses() const { return agreed_; }

 protected:
  void begin() override;
  void write_request(Bytes& options) override;
  Verdict judge(const Option& option, Bytes& suggestion) override;
  void peer_options(const std::vector<Option>& options) override;
  bool naked(const Option& option) override;
  bool rejected(const Option& option) override;

 private:
  AddressSource& source_;
  IpcpSettings settings_;
  bool tell_address_ = false, ask_primary_ = false, ask_secondary_ = false;
  Addresses agreed_;
};

}  // namespace arrouter::ppp
