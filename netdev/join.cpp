#include "netdev/join.h"

#include <cstring>

#include "netdev/segment.h"
#include "netdev/wire/ipv4.h"
#include "netdev/wire/tcp.h"
#include "netdev/wire/udp.h"

namespace arrouter {
namespace {

constexpr std::size_t fewest = 4;           // frames in a burst that is looked at
constexpr std::size_t longest = 65535;      // bytes of an IP packet
constexpr std::size_t most_datagrams = 64;  // in one super-frame: more some kernels refuse

bool equal_bytes(const std::uint8_t* a, const std::uint8_t* b, std::size_t length) {
  return std::memcmp(a, b, length) == 0;
}

/// A frame that could be part of a super-frame; offsets from its data().
struct Piece {
  bool tcp = false;
  std::size_t ip = 0, transport = 0, payload = 0;
  std::size_t length = 0;  // of the payload
};

/// Plain IPv4 with TCP data or a whole UDP datagram, and nothing behind it.
bool read_piece(const PacketBuffer& frame, const PortOffloads& can, Piece& piece) {
  piece.ip = frame.meta.network_offset;
  piece.transport = piece.ip + wire::ipv4_header;
  const std::size_t size = frame.size();
  if (frame.meta.segmentation != Segmentation::none || size < piece.transport + wire::udp_header) return false;
  const std::uint8_t* const ip = frame.data() + piece.ip;
  const std::uint8_t* const transport = frame.data() + piece.transport;
  if (ip[0] != 0x45 || (load_be16(ip + 6) & 0xbfff) != 0 || load_be16(ip + 2) != size - piece.ip) return false;
  piece.tcp = ip[9] == wire::protocol::tcp;
  if (piece.tcp) {
    if (!can.tcp4 || size < piece.transport + wire::tcp_header) return false;
    piece.payload = piece.transport + static_cast<std::size_t>(transport[12] >> 4) * 4;
    const std::uint8_t flags = transport[13] & static_cast<std::uint8_t>(~wire::tcp_flag::psh);
    if (piece.payload < piece.transport + wire::tcp_header || flags != wire::tcp_flag::ack) return false;
  } else {
    if (!can.udp4 || ip[9] != wire::protocol::udp || load_be16(transport + 4) != size - piece.transport) return false;
    piece.payload = piece.transport + wire::udp_header;
  }
  piece.length = size - std::min(size, piece.payload);
  return piece.length > 0;
}

bool has_checksum(const PacketBuffer& frame, const Piece& piece) {
  return piece.tcp || frame.meta.checksum == Checksum::partial || load_be16(frame.data() + piece.transport + 6) != 0;
}

bool checksum_good(const PacketBuffer& frame, const Piece& piece) {
  if (!has_checksum(frame, piece)) return frame.meta.ipsec_done;
  if (frame.meta.checksum != Checksum::complete) return true;
  const std::uint8_t* const ip = frame.data() + piece.ip;
  const ByteView covered = frame.view().subspan(piece.transport);
  const std::uint32_t pseudo = wire::pseudo_header(Ipv4Address(load_be32(ip + 12)), Ipv4Address(load_be32(ip + 16)),
                                                   ip[9], static_cast<std::uint32_t>(covered.size()));
  return wire::checksum_finish(wire::checksum_partial(covered, pseudo)) == 0;
}

class Joiner {
 public:
  Joiner(Burst& frames, const PortOffloads& can, PacketPool& pool) : frames_(frames), can_(can), pool_(pool) {}

  void run() {
    for (std::size_t i = 0; i < frames_.size(); ++i) offer(i);
    close_all();
    frames_.compact();
  }

 private:
  /// A frame that later ones may be joined to.
  struct Head {
    std::size_t index = 0;
    Piece piece;
    std::size_t pieces = 1;
    std::size_t payload = 0;  // bytes so far
  };

  void offer(std::size_t index) {
    const PacketBuffer& frame = *frames_[index];
    Piece piece;
    if (!read_piece(frame, can_, piece)) return close_all();
    for (std::size_t at = 0; at < open_; ++at) {
      if (!same_flow(heads_[at], frame, piece)) continue;
      if (continues(heads_[at], frame, piece) && append(heads_[at], frame, piece)) {
        if (!goes_on(heads_[at], frame, piece)) close(at);
        frames_[index].reset();
        return;
      }
      close(at);
      break;
    }
    if (open_ == heads_.size()) close(0);
    heads_[open_++] = {index, piece, 1, piece.length};
  }

  bool same_flow(const Head& head, const PacketBuffer& frame, const Piece& piece) const {
    const std::uint8_t* const ours = frames_[head.index]->data();
    const std::uint8_t* const theirs = frame.data();
    return head.piece.tcp == piece.tcp && head.piece.ip == piece.ip &&
           equal_bytes(ours + piece.transport, theirs + piece.transport, 4) &&  // ports
           equal_bytes(ours + piece.ip + 12, theirs + piece.ip + 12, 8) &&      // addresses
           equal_bytes(ours, theirs, piece.ip);                                 // Ethernet
  }

  bool continues(const Head& head, const PacketBuffer& frame, const Piece& piece) const {
    const PacketBuffer& first = *frames_[head.index];
    const std::uint8_t* const ours = first.data() + piece.ip;
    const std::uint8_t* const theirs = frame.data() + piece.ip;
    const bool counts_up = load_be16(theirs + 4) == static_cast<std::uint16_t>(load_be16(ours + 4) + head.pieces);
    const bool id_free = (ours[6] & 0x40) != 0 && load_be16(theirs + 4) == load_be16(ours + 4);
    if (ours[1] != theirs[1] || !equal_bytes(ours + 6, theirs + 6, 3) || (!counts_up && !id_free)) return false;
    if (head.piece.payload != piece.payload || piece.length > head.piece.length) return false;
    if (head.piece.payload - head.piece.ip + head.payload + piece.length > longest) return false;
    if (has_checksum(first, head.piece) != has_checksum(frame, piece)) return false;
    if (!piece.tcp) return head.pieces < most_datagrams;
    const std::uint8_t* const our_tcp = first.data() + piece.transport;
    const std::uint8_t* const their_tcp = frame.data() + piece.transport;
    constexpr std::uint8_t psh = wire::tcp_flag::psh;
    const auto next = static_cast<std::uint32_t>(load_be32(our_tcp + 4) + head.payload);
    return load_be32(their_tcp + 4) == next && (our_tcp[13] & psh) == 0 &&
           equal_bytes(our_tcp + 8, their_tcp + 8, 5) &&    // acknowledgement, header length
           equal_bytes(our_tcp + 14, their_tcp + 14, 2) &&  // window
           equal_bytes(our_tcp + wire::tcp_header, their_tcp + wire::tcp_header,
                       piece.payload - piece.transport - wire::tcp_header);
  }

  bool append(Head& head, const PacketBuffer& frame, const Piece& piece) {
    Packet& first = frames_[head.index];
    if (!checksum_good(frame, piece)) return false;
    if (head.pieces == 1) {
      if (!checksum_good(*first, head.piece)) return false;
      Packet roomy = pool_.allocate(limits::large_packet);
      if (!roomy) return false;
      std::memcpy(roomy->put(first->size()), first->data(), first->size());
      roomy->meta = first->meta;
      first = std::move(roomy);
    }
    if (first->tailroom() < piece.length) return false;
    std::memcpy(first->put(piece.length), frame.data() + piece.payload, piece.length);
    ++head.pieces;
    head.payload += piece.length;
    return true;
  }

  /// False: the piece was a last one. Its push is the super-frame's.
  bool goes_on(const Head& head, const PacketBuffer& frame, const Piece& piece) {
    const std::uint8_t pushed = piece.tcp ? frame.data()[piece.transport + 13] & wire::tcp_flag::psh : 0;
    if (pushed != 0) frames_[head.index]->data()[piece.transport + 13] |= pushed;
    return pushed == 0 && piece.length == head.piece.length;
  }

  void close(std::size_t at) {
    const Head& head = heads_[at];
    if (head.pieces > 1) finish(*frames_[head.index], head);
    for (std::size_t i = at + 1; i < open_; ++i) heads_[i - 1] = heads_[i];
    --open_;
  }
  void close_all() {
    while (open_ > 0) close(open_ - 1);
  }

  static void finish(PacketBuffer& frame, const Head& head) {
    const Piece& piece = head.piece;
    store_be16(frame.data() + piece.ip + 2, static_cast<std::uint16_t>(frame.size() - piece.ip));
    wire::finish_ipv4(frame.data() + piece.ip);
    if (!piece.tcp) {
      store_be16(frame.data() + piece.transport + 4, static_cast<std::uint16_t>(frame.size() - piece.transport));
    }
    frame.meta.segmentation = piece.tcp ? Segmentation::tcp4 : Segmentation::udp4;
    frame.meta.segment_size = static_cast<std::uint16_t>(piece.length);
    frame.meta.checksum = Checksum::verified;
    make_partial_checksum(frame, piece.ip);
  }

  Burst& frames_;
  const PortOffloads& can_;
  PacketPool& pool_;
  std::array<Head, 8> heads_;
  std::size_t open_ = 0;
};

}  // namespace

void join_frames(Burst& frames, const PortOffloads& can, PacketPool& pool) {
  frames.compact();
  if (frames.size() < fewest || !can.checksum || (!can.tcp4 && !can.udp4)) return;
  Joiner(frames, can, pool).run();
}

}  // namespace arrouter
