#include "netdev/open_gate.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "netdev/socket_program.h"
#include "netdev/wire/ethernet.h"
#include "netdev/wire/ipv4.h"
#include "netdev/wire/tcp.h"

namespace arrouter {
namespace {

constexpr std::uint32_t type_at = 12;  // of Ethernet
constexpr std::uint32_t pppoe_header = 6, ppp_protocol_at = wire::ethernet_header + pppoe_header;
constexpr std::uint32_t ppp_ipv4 = 0x0021;
constexpr std::uint32_t fragment_at = 6, protocol_at = 9, flags_at = 13;  // of IPv4, of TCP
constexpr std::uint32_t offset_mask = 0x1fff;
constexpr std::uint32_t kind_mask = wire::tcp_flag::syn | wire::tcp_flag::ack;

std::optional<std::size_t> ip_offset(ByteView frame) {
  if (frame.size() < wire::ethernet_header) return std::nullopt;
  const std::uint16_t type = load_be16(frame.data() + type_at);
  if (type == wire::ether_type::ipv4) return wire::ethernet_header;
  if (type != wire::ether_type::pppoe_session || frame.size() < ppp_protocol_at + 2) return std::nullopt;
  if (load_be16(frame.data() + ppp_protocol_at) != ppp_ipv4) return std::nullopt;
  return ppp_protocol_at + 2;
}

}  // namespace

bool opens_tcp(ByteView frame) {
  const auto ip = ip_offset(frame);
  if (!ip || frame.size() < *ip + wire::ipv4_header) return false;
  const std::uint8_t* const at = frame.data() + *ip;
  if (at[protocol_at] != wire::protocol::tcp || (load_be16(at + fragment_at) & offset_mask) != 0) return false;
  const std::size_t flags = *ip + (at[0] & 15U) * 4 + flags_at;
  return flags < frame.size() && (frame[flags] & kind_mask) == wire::tcp_flag::syn;
}

std::vector<sock_filter> open_filter(double share) {
  SocketProgram program;
  const auto pppoe = program.label(), at_ip = program.label(), accept = program.label(), drop = program.label();
  program.add(BPF_LD | BPF_H | BPF_ABS, type_at);
  program.jump_unless(BPF_JEQ, wire::ether_type::ipv4, pppoe);
  program.add(BPF_LDX | BPF_IMM, wire::ethernet_header);
  program.jump(at_ip);
  program.place(pppoe);
  program.jump_unless(BPF_JEQ, wire::ether_type::pppoe_session, accept);
  program.add(BPF_LD | BPF_H | BPF_ABS, ppp_protocol_at);
  program.jump_unless(BPF_JEQ, ppp_ipv4, accept);
  program.add(BPF_LDX | BPF_IMM, ppp_protocol_at + 2);
  program.place(at_ip);  // X is where the IP header begins
  program.add(BPF_LD | BPF_B | BPF_IND, protocol_at);
  program.jump_unless(BPF_JEQ, wire::protocol::tcp, accept);
  program.add(BPF_LD | BPF_H | BPF_IND, fragment_at);
  program.jump_if(BPF_JSET, offset_mask, accept);
  program.add(BPF_LD | BPF_B | BPF_IND, 0);
  program.add(BPF_ALU | BPF_AND | BPF_K, 15);
  program.add(BPF_ALU | BPF_LSH | BPF_K, 2);
  program.add(BPF_ALU | BPF_ADD | BPF_X);
  program.add(BPF_MISC | BPF_TAX);
  program.add(BPF_LD | BPF_B | BPF_IND, flags_at);
  program.add(BPF_ALU | BPF_AND | BPF_K, kind_mask);
  program.jump_unless(BPF_JEQ, wire::tcp_flag::syn, accept);
  program.add(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_RANDOM));
  program.jump_if(BPF_JGE, static_cast<std::uint32_t>(std::clamp(share, 0.0, 1.0) * 0xffffffff), drop);
  program.place(accept);
  program.add(BPF_RET | BPF_K, 0xffffffff);  // bytes: all there are
  program.place(drop);
  program.add(BPF_RET | BPF_K, 0);
  return program.finish();
}

OpenGate::OpenGate(const Clock& clock, Scheduler& scheduler, Attach attach)
    : clock_(clock), attach_(std::move(attach)), timer_(scheduler, [this] { end_period(); }) {}

void OpenGate::observe(Burst& frames, bool drained) {
  if (!timer_.armed()) {
    if (drained) return;
    timer_.arm(clock_.now() + period);
  }
  const auto opens = static_cast<std::size_t>(
      std::count_if(frames.begin(), frames.end(), [](const Packet& frame) { return opens_tcp(frame->view()); }));
  seen_.frames += frames.size();
  seen_.opens += opens;
  ++seen_.reads;
  seen_.drained += drained ? 1 : 0;
  refused_ += static_cast<double>(opens) * (1 / share_ - 1);
}

void OpenGate::end_period() {
  const auto seen = std::exchange(seen_, {});
  const bool flood = seen.opens * 4 >= seen.frames;
  if (seen.reads > 0 && seen.drained == 0 && flood) {
    set_share(std::max(least, share_ * narrower));
  } else if (share_ < 1 && seen.drained * 4 >= seen.reads) {
    set_share(std::min(1.0, share_ * wider));
  }
  if (share_ < 1 || seen.reads > seen.drained) timer_.arm(clock_.now() + period);
}

void OpenGate::set_share(double share) {
  const auto program = open_filter(share);
  const sock_fprog filter{static_cast<unsigned short>(program.size()), const_cast<sock_filter*>(program.data())};
  if (attach_(share < 1 ? &filter : nullptr)) share_ = share;
}

void OpenGate::reset() {
  share_ = 1;
  seen_ = {};
  timer_.disarm();
}

}  // namespace arrouter
