#include "netdev/port.h"

#include "netdev/offload.h"
#include "netdev/segment.h"
#include "netdev/wire/ethernet.h"

namespace arrouter {
namespace {

bool to_group(const PacketBuffer& frame) { return (frame.data()[0] & 1) != 0; }

void count(const PacketBuffer& frame, std::uint64_t& frames, std::uint64_t& octets, std::uint64_t& group_frames) {
  std::size_t pieces = 1;
  std::size_t repeated = 0;  // header bytes that the pieces of a super-frame say again
  if (frame.meta.segmentation != Segmentation::none) {
    if (const auto cutter = Segmenter::make(frame, network_offset_of(frame.view()))) {
      pieces = cutter->pieces();
      repeated = (pieces - 1) * cutter->header_length();
    }
  }
  frames += pieces;
  octets += frame.size() + repeated;
  if (to_group(frame)) group_frames += pieces;
}

}  // namespace

void Port::send(Burst& frames) {
  frames.compact();
  const std::size_t failed = prepare_frames(frames, offloads(), pool_, [this](Burst& ready) { transmit(ready); });
  counters_.out_discards += failed;
}

void Port::deliver(Burst& frames) {
  for (Packet& frame : frames) {
    if (frame->size() < wire::ethernet_header || frame->size() < network_offset_of(frame->view())) {
      ++counters_.in_errors;
      frame.reset();
      continue;
    }
    count(*frame, counters_.in_frames, counters_.in_octets, counters_.in_group_frames);
    frame->meta.link_broadcast = to_group(*frame);
    frame->meta.network_offset = static_cast<std::uint16_t>(network_offset_of(frame->view()));
  }
  frames.compact();
  const std::size_t handed = frames.size();
  if (!pass_up(frames)) counters_.in_discards += handed;
}

void Port::divert(std::uint16_t type, std::uint16_t other_type, Receiver receiver, LinkListener link) {
  diversion_ = {type, other_type, std::move(receiver), std::move(link)};
}

void Port::pass_diverted(Burst& frames) {
  Burst diverted;
  for (Packet& frame : frames) {
    const std::uint16_t type = load_be16(frame->data() + wire::ethernet_header - 2);
    if (type == diversion_.type || type == diversion_.other_type) diverted.add(std::move(frame));
  }
  if (diverted.empty()) return;
  frames.compact();
  diversion_.receiver(diverted);
}

bool Port::pass_up(Burst& frames) {
  if (diversion_.receiver) pass_diverted(frames);
  const bool heard = static_cast<bool>(receiver_);
  if (heard && !frames.empty()) receiver_(frames);
  frames.clear();
  return heard;
}

void Port::count_sent(const PacketBuffer& frame) {
  count(frame, counters_.out_frames, counters_.out_octets, counters_.out_group_frames);
}

}  // namespace arrouter
