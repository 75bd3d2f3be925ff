#include "netdev/offload.h"

#include <algorithm>

#include "netdev/segment.h"
#include "netdev/wire/ethernet.h"

namespace arrouter {
namespace {

/// Collects single frames into bursts.
class Collector {
 public:
  explicit Collector(const std::function<void(Burst&)>& emit) : emit_(emit) {}
  void add(Packet frame) {
    frames_.add(std::move(frame));
    if (frames_.full()) flush();
  }
  void flush() {
    if (frames_.empty()) return;
    emit_(frames_);
    frames_.clear();
  }

 private:
  const std::function<void(Burst&)>& emit_;
  Burst frames_;
};

bool may_pass_whole(Segmentation segmentation, const PortOffloads& can) {
  return can.checksum && (segmentation == Segmentation::tcp4 ? can.tcp4 : can.udp4);
}

/// False when not every piece could be made.
bool prepare(Packet frame, const PortOffloads& can, PacketPool& pool, Collector& out) {
  if (frame->size() < wire::ethernet_header) return false;
  PacketMeta& meta = frame->meta;
  if (meta.segmentation != Segmentation::none && may_pass_whole(meta.segmentation, can)) {
    if (!make_partial_checksum(*frame, network_offset_of(frame->view()))) return false;
  } else if (meta.segmentation != Segmentation::none) {
    auto cutter = Segmenter::make(*frame, network_offset_of(frame->view()));
    if (!cutter) return false;
    while (!cutter->done()) {
      Packet piece = cutter->next(pool);
      if (!piece) return false;
      out.add(std::move(piece));
    }
    return true;
  } else if (meta.checksum == Checksum::partial && !can.checksum && !complete_checksum(*frame)) {
    return false;
  }
  out.add(std::move(frame));
  return true;
}

}  // namespace

bool allowed(const PacketMeta& meta, const PortOffloads& can) {
  if (meta.segmentation == Segmentation::none) return meta.checksum != Checksum::partial || can.checksum;
  return meta.checksum == Checksum::partial && may_pass_whole(meta.segmentation, can);
}

std::size_t prepare_frames(Burst& frames, const PortOffloads& can, PacketPool& pool,
                           const std::function<void(Burst&)>& emit) {
  if (std::all_of(frames.begin(), frames.end(), [&](const Packet& frame) { return allowed(frame->meta, can); })) {
    if (!frames.empty()) emit(frames);
    frames.clear();
    return 0;
  }
  std::size_t failed = 0;
  Collector out(emit);
  for (Packet& frame : frames) {
    if (!prepare(std::move(frame), can, pool, out)) ++failed;
  }
  out.flush();
  frames.clear();
  return failed;
}

}  // namespace arrouter
