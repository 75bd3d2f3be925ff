#include "netdev/capture_port.h"

#include "netdev/segment.h"
#include "netdev/wire/checksum.h"
#include "netdev/wire/ethernet.h"
#include "os/base/limits.h"

namespace arrouter {
namespace {
constexpr Duration flush_interval = std::chrono::seconds(1);
}

CapturePort::CapturePort(Port& inner, PacketPool& pool, Scheduler& scheduler, const Clock& clock,
                         const WallClock& wall)
    : Port(inner.name(), inner.mac(), pool),
      inner_(inner),
      clock_(clock),
      wall_(wall),
      flush_timer_(scheduler, [this] { flush(); }) {
  inner_.set_receiver([this](Burst& frames) {
    if (session_) record(PcapngWriter::Direction::in, frames);
    pass_up(frames);
  });
  inner_.set_link_listener([this](bool up) { link_changed(up); });
}

CapturePort::~CapturePort() { stop(); }

Result<void> CapturePort::start(const CaptureOptions& options) {
  std::optional<PacketFilter> filter;
  if (!options.filter.empty()) {
    auto compiled = PacketFilter::compile(options.filter);
    if (!compiled) return failure("filter: " + compiled.error().text);
    filter = std::move(*compiled);
  }
  if (options.file == status_.options.file) stop();  // the same file anew
  auto writer = PcapngWriter::create(options.file, {name(), options.comment, options.filter, options.snap_length});
  if (!writer) return failure(writer.error().text);
  stop();
  status_ = {options, 0, writer->bytes(), {}};
  session_ = Session{std::move(*writer), std::move(filter), wall_.now(), clock_.now()};
  return {};
}

void CapturePort::stop() {
  if (session_) end({});
}

void CapturePort::end(std::string reason) {
  if (!session_->writer.flush() && reason.empty()) reason = "the file could not be written";
  session_.reset();
  flush_timer_.disarm();
  status_.ended_because = std::move(reason);
}

void CapturePort::transmit(Burst& frames) {
  if (session_) record(PcapngWriter::Direction::out, frames);
  inner_.send(frames);
}

void CapturePort::record(PcapngWriter::Direction direction, Burst& frames) {
  const PcapngWriter::Time time = session_->wall_start + (clock_.now() - session_->start);
  for (const Packet& frame : frames) {
    if (!record_one(direction, *frame, time)) {
      end("the file could not be written");
      return;
    }
  }
  status_.bytes = session_->writer.bytes();
  if (status_.bytes >= limits::capture_bytes) {
    end("the file reached its limit");
  } else if (!flush_timer_.armed()) {
    flush_timer_.arm(clock_.now() + flush_interval);
  }
}

bool CapturePort::record_one(PcapngWriter::Direction direction, const PacketBuffer& frame, PcapngWriter::Time time) {
  if (frame.meta.segmentation == Segmentation::udp4 && frame.size() >= wire::ethernet_header) {
    if (auto cutter = Segmenter::make(frame, network_offset_of(frame.view()))) {
      bool good = true;
      while (good && !cutter->done()) {
        scratch_.resize(cutter->next_length());
        cutter->write_next(scratch_.data());
        good = write(direction, scratch_, time);
      }
      return good;
    }
  }
  return write(direction, completed(frame), time);
}

bool CapturePort::write(PcapngWriter::Direction direction, ByteView bytes, PcapngWriter::Time time) {
  if (session_->filter && !session_->filter->matches(bytes)) return true;
  ++status_.frames;
  return session_->writer.write(time, direction, bytes);
}

ByteView CapturePort::completed(const PacketBuffer& frame) {
  const PacketMeta& meta = frame.meta;
  const std::size_t field = std::size_t{meta.checksum_start} + meta.checksum_offset;
  if (meta.checksum != Checksum::partial || field + 2 > frame.size()) return frame.view();
  scratch_.assign(frame.view().begin(), frame.view().end());
  const ByteView covered = ByteView(scratch_).subspan(meta.checksum_start);
  const std::uint16_t sum = wire::checksum_finish(wire::checksum_partial(covered));
  store_be16(scratch_.data() + field, sum == 0 ? 0xffff : sum);
  return scratch_;
}

void CapturePort::flush() {
  if (session_ && !session_->writer.flush()) end("the file could not be written");
}

}  // namespace arrouter
