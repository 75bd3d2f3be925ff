// A tap on the cable: writes what the router sends and receives into a pcapng file. Off, it costs one branch a burst.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "netdev/packet_filter.h"
#include "netdev/pcapng.h"
#include "netdev/port.h"
#include "os/base/result.h"
#include "os/base/scheduler.h"
#include "os/base/time.h"

namespace arrouter {

struct CaptureOptions {
  std::filesystem::path file;
  std::string filter;             // libpcap's language; empty: everything
  std::string comment;            // kept in the file
  std::uint32_t snap_length = 0;  // bytes of each frame; 0: all
};

/// TCP super-frames are written whole, as one long frame; UDP ones are cut, as their datagrams mean something one by one
/// (ESP in UDP). Partial checksums are written as the sender meant them. A capture ends
/// by itself when the disk refuses or the file reaches limits::capture_bytes; status() says so.
class CapturePort final : public Port {
 public:
  CapturePort(Port& inner, PacketPool& pool, Scheduler& scheduler, const Clock& clock, const WallClock& wall);
  ~CapturePort() override;

  /// Ends a running capture and begins a new one. One clear line when the filter or the file is no good; a running
  /// capture into another file then goes on.
  Result<void> start(const CaptureOptions& options);
  void stop();
  bool running() const { return session_.has_value(); }

  struct Status {
    CaptureOptions options;    // of the running or last capture
    std::uint64_t frames = 0;  // written
    std::uint64_t bytes = 0;   // of file
    std::string ended_because; // empty: running, or stopped by command
  };
  const Status& status() const { return status_; }

  bool link_up() const override { return inner_.link_up(); }
  PortOffloads offloads() const override { return inner_.offloads(); }
  PortCounters counters() const override { return inner_.counters(); }

 protected:
  void transmit(Burst& frames) override;

 private:
  struct Session {
    PcapngWriter writer;
    std::optional<PacketFilter> filter;
    PcapngWriter::Time wall_start;  // the wall clock when the capture began; SET TIME does not bend it
    Instant start;
  };
  void record(PcapngWriter::Direction direction, Burst& frames);
  bool record_one(PcapngWriter::Direction direction, const PacketBuffer& frame, PcapngWriter::Time time);
  bool write(PcapngWriter::Direction direction, ByteView bytes, PcapngWriter::Time time);
  ByteView completed(const PacketBuffer& frame);
  void flush();
  void end(std::string reason);

  Port& inner_;
  const Clock& clock_;
  const WallClock& wall_;
  std::optional<Session> session_;
  Status status_;
  Timer flush_timer_;
  Bytes scratch_;
};

}  // namespace arrouter
