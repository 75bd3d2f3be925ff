// IPCP (RFC 1332) with the name servers of RFC 1877: which address each end of the link has.
#pragma once

#include "modules/ppp/control_protocol.h"
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

class Ipcp final : public ControlProtocol {
 public:
  class Host {
   public:
    virtual ~Host() = default;
    virtual void send_ipcp(const Bytes& packet) = 0;
    virtual void ipcp_up() = 0;
    virtual void ipcp_down() = 0;
    virtual void ipcp_finished() = 0;
    /// The address the peer shall have; unset: the one it says.
    virtual Ipv4Address address_for_peer() = 0;
    /// The name server a peer that asks is told of; unset: none.
    virtual Ipv4Address name_server(bool primary) = 0;
  };
  Ipcp(Host& host, const IpcpSettings& settings) : ControlProtocol(settings.retries), host_(host), settings_(settings) {}

  const Addresses& addresses() const { return agreed_; }

 protected:
  void transmit(const Bytes& packet) override { host_.send_ipcp(packet); }
  void layer_up() override { host_.ipcp_up(); }
  void layer_down() override { host_.ipcp_down(); }
  void layer_finished() override { host_.ipcp_finished(); }
  void begin() override;
  void write_request(Bytes& options) override;
  Verdict judge(const Option& option, Bytes& suggestion) override;
  void peer_options(const std::vector<Option>& options) override;
  bool naked(const Option& option) override;
  bool rejected(const Option& option) override;

 private:
  Host& host_;
  IpcpSettings settings_;
  bool tell_address_ = false, ask_primary_ = false, ask_secondary_ = false;
  Addresses agreed_;
};

}  // namespace arrouter::ppp
