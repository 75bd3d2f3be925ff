#include "modules/l2tp/line.h"

#include <string>
#include <utility>

#include "netdev/wire/udp.h"

namespace arrouter::l2tp {
namespace {

constexpr std::size_t headers = wire::ipv4_header + wire::udp_header + data_header;
constexpr unsigned ppp_protocol = 2;
constexpr std::uint8_t ppp_address = 0xff, ppp_control = 0x03;
constexpr unsigned ethernet_mtu = 1500;

}  // namespace

DataCounters& DataCounters::operator+=(const DataCounters& other) {
  in_frames += other.in_frames;
  in_octets += other.in_octets;
  in_no_buffer += other.in_no_buffer;
  out_frames += other.out_frames;
  out_octets += other.out_octets;
  out_no_room += other.out_no_room;
  return *this;
}

std::string CallLine::over() const { return "TNL-" + (call_.name.empty() ? std::to_string(call_.id) : call_.name); }

unsigned CallLine::mru() const { return ethernet_mtu - static_cast<unsigned>(headers) - ppp_protocol; }

void CallLine::transmit(Burst& frames) {
  for (Packet& frame : frames) {
    if (!frame) continue;
    if (frame->headroom() < headers) {
      ++counters.out_no_room;
      frame.reset();
      continue;
    }
    ++counters.out_frames;
    counters.out_octets += frame->size();
    const std::size_t payload = data_header + frame->size();
    std::uint8_t* const at = frame->push(headers);
    write_data_header(at + wire::ipv4_header + wire::udp_header, tunnel_.remote_id, call_.remote_id);
    wire::write_udp(at + wire::ipv4_header, well_known_port, tunnel_.peer.port, payload, tunnel_.local,
                    tunnel_.peer.address, checksum);
    wire::write_ipv4(at,
                     {.source = tunnel_.local,
                      .destination = tunnel_.peer.address,
                      .protocol = wire::protocol::udp,
                      .id = ip_.next_id()},
                     static_cast<std::uint16_t>(frame->size()));
    frame->meta = {};
  }
  frames.compact();
  if (!frames.empty()) ip_.send(frames);
  frames.clear();
}

void CallLine::receive(ByteView frame) {
  // A peer that did not negotiate address and control field compression sends both (RFC 1662 3.1).
  if (frame.size() >= 2 && frame[0] == ppp_address && frame[1] == ppp_control) frame = frame.subspan(2);
  ++counters.in_frames;
  counters.in_octets += frame.size();
  Packet packet = pool_.copy(frame);
  if (!packet) {
    ++counters.in_no_buffer;
    return;
  }
  Burst burst;
  burst.add(std::move(packet));
  if (user_ != nullptr) user_->receive(burst);
}

void CallLine::down(std::string_view reason) {
  if (ppp::LineUser* const user = std::exchange(user_, nullptr)) user->down(reason);
}

}  // namespace arrouter::l2tp
