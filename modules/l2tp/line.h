// An established call as PPP sees it: a line. Frames get the headers of L2TP, UDP and IP in the packet's headroom.
#pragma once

#include <string>

#include "modules/ip/ip_api.h"
#include "modules/l2tp/tunnel.h"
#include "modules/ppp/ppp_api.h"

namespace arrouter::l2tp {

struct DataCounters {
  std::uint64_t in_frames = 0, in_octets = 0, in_no_buffer = 0, out_frames = 0, out_octets = 0, out_no_room = 0;
  DataCounters& operator+=(const DataCounters& other);
};

class CallLine final : public ppp::Line {
 public:
  /// PPP has closed the line; the owner ends the call and, later, the line.
  using Closed = std::function<void(CallLine& line, std::string_view reason)>;
  CallLine(IpApi& ip, PacketPool& pool, Tunnel& tunnel, Call& call, Closed closed)
      : ip_(ip), pool_(pool), tunnel_(tunnel), call_(call), closed_(std::move(closed)) {}

  void transmit(Burst& frames) override;
  void close(std::string_view reason) override { closed_(*this, reason); }
  std::string over() const override;
  unsigned mru() const override;
  /// Takes a PPP frame that came by the call.
  void receive(ByteView frame);
  void down(std::string_view reason);

  Tunnel& tunnel() { return tunnel_; }
  Call& call() { return call_; }
  void set_user(ppp::LineUser* user) { user_ = user; }
  bool checksum = true;
  DataCounters counters;

 private:
  IpApi& ip_;
  PacketPool& pool_;
  Tunnel& tunnel_;
  Call& call_;
  Closed closed_;
  ppp::LineUser* user_ = nullptr;
};

}  // namespace arrouter::l2tp
