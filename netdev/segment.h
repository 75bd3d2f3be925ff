// Super-frames and partial checksums made into what a wire carries: TCP and UDP segmentation over IPv4 as a network
// card does it, and checksum completion.
#pragma once

#include <cstddef>
#include <optional>

#include "os/base/packet.h"

namespace arrouter {

/// Makes a partial checksum complete in the bytes and marks it verified; other packets are left alone. False (and
/// nothing changed) when the meta's offsets lie outside the packet.
bool complete_checksum(PacketBuffer& packet);
/// The other way round for a super-frame whose IP header is at `network_offset`: puts the pseudo-header sum into the
/// TCP or UDP checksum field, as segmentation downstream expects it. False when the headers are not such.
bool make_partial_checksum(PacketBuffer& super_frame, std::size_t network_offset);
/// Bytes in front of the network header of an Ethernet frame: 14, or 18 with a tag. The frame has at least 14.
std::size_t network_offset_of(ByteView frame);

/// Cuts one super-frame into the packets it stands for. Each piece repeats the bytes in front of the IP header and the
/// IP and transport headers, with its own total length, IP id (counting up), TCP sequence number (FIN and PSH on the
/// last piece only, CWR on the first only) or UDP length, and complete checksums. The frame must outlive this.
class Segmenter {
 public:
  /// nullopt unless meta.segmentation, segment_size and the headers at `network_offset` fit together: unfragmented
  /// IPv4 with that transport, whole headers.
  static std::optional<Segmenter> make(const PacketBuffer& super_frame, std::size_t network_offset);

  bool done() const { return sent_ >= payload_.size(); }
  std::size_t pieces() const { return (payload_.size() + segment_size_ - 1) / segment_size_; }
  /// From data() to the transport payload.
  std::size_t header_length() const { return headers_.size(); }
  /// Bytes of the next piece, headers included; only when not done().
  std::size_t next_length() const;
  /// Writes the next piece at `out`, next_length() bytes.
  void write_next(std::uint8_t* out);
  /// The next piece in a packet of its own, its checksum marked verified and interface, SA and flow marks kept; an
  /// empty handle (and no progress) when the pool has none left.
  Packet next(PacketPool& pool);

 private:
  Segmenter(const PacketBuffer& super_frame, std::size_t network_offset, std::size_t transport_offset,
            std::size_t header_length, std::size_t end);
  void finish_tcp(std::uint8_t* transport, bool first, bool last) const;

  PacketMeta meta_;
  ByteView headers_, payload_;
  std::size_t segment_size_, network_offset_, transport_offset_;
  std::size_t sent_ = 0;     // payload bytes written so far
  std::uint16_t index_ = 0;  // pieces written so far
};

}  // namespace arrouter
