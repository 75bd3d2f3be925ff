// The packet buffer: one pooled block with room in front and behind, so that headers are pushed and pulled and the
// payload stays where it is. A burst of them moves from stage to stage.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "os/base/bytes.h"
#include "os/base/packet_limits.h"

namespace arrouter {

class PacketPool;

/// How a super-frame is to be cut when it must be (Linux virtio-net semantics).
enum class Segmentation : std::uint8_t { none, tcp4, udp4 };

/// State of the transport checksum.
enum class Checksum : std::uint8_t {
  complete,  // the bytes hold it; a receiver has to verify
  partial,   // the field holds the pseudo-header sum only; whoever needs the bytes completes it
  verified,  // checked by the sender's side of a TAP
};

/// Priorities of packets: P0 is the most urgent.
inline constexpr unsigned priorities = 8;
inline constexpr std::uint8_t normal_priority = 5;

/// What stages tell each other about a packet. Cleared when a buffer leaves the pool.
struct PacketMeta {
  std::uint16_t interface = 0;       // index of the IP interface it came in by; 0: made by the router itself
  std::uint16_t network_offset = 0;  // from data() to the IP header while the link header is still on
  Segmentation segmentation = Segmentation::none;
  Checksum checksum = Checksum::complete;
  std::uint16_t segment_size = 0;    // payload bytes in each piece of a super-frame
  std::uint16_t checksum_start = 0;  // from data(): where the partial sum begins (moves with push and pull)
  std::uint16_t checksum_offset = 0; // from checksum_start: the field
  std::uint32_t ipsec_sa = 0;        // 1 + id of the SA it was decrypted by; 0: came in clear
  std::uint32_t flow = 0;            // free for caches of the stages
  std::uint32_t session = 0;         // the firewall's session it belongs to; 0: none
  std::uint32_t next_hop = 0;        // IPv4 address the route names, while stages look at a packet that departs
  std::uint8_t fragments = 0;        // of how many it was put together; 0: it came whole
  std::uint16_t trace = 0;           // LAB TRACE follows it under this number; 0: nobody does
  bool link_broadcast = false;       // came to a group MAC address
  bool ipsec_done = false;           // already protected: IPsec policies are not asked again
  std::uint8_t policy = 0;           // 0..7: whose routes it prefers
  std::uint8_t priority = normal_priority;  // P0..P7: what leaves first when a burst is sent
};

/// The block itself. Owned through Packet; never copied.
class PacketBuffer {
 public:
  std::uint8_t* data() { return storage_.get() + begin_; }
  const std::uint8_t* data() const { return storage_.get() + begin_; }
  std::size_t size() const { return end_ - begin_; }
  std::size_t headroom() const { return begin_; }
  std::size_t tailroom() const { return capacity_ - end_; }
  ByteView view() const { return {data(), size()}; }
  ByteSpan span() { return {data(), size()}; }

  /// Grows in front; the caller has checked headroom(). Returns the new data().
  std::uint8_t* push(std::size_t bytes) {
    begin_ -= bytes;
    meta.checksum_start = static_cast<std::uint16_t>(meta.checksum_start + bytes);
    return data();
  }
  /// Shrinks in front; bytes <= size().
  std::uint8_t* pull(std::size_t bytes) {
    begin_ += bytes;
    meta.checksum_start = static_cast<std::uint16_t>(meta.checksum_start - bytes);
    return data();
  }
  /// Grows at the end; the caller has checked tailroom(). Returns where the new bytes begin.
  std::uint8_t* put(std::size_t bytes) {
    std::uint8_t* const at = storage_.get() + end_;
    end_ += bytes;
    return at;
  }
  /// Cuts to `length` bytes; length <= size().
  void trim(std::size_t length) { end_ = begin_ + length; }

  PacketMeta meta;

 private:
  friend class Packet;
  friend class PacketPool;
  std::unique_ptr<std::uint8_t[]> storage_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  PacketPool* pool_ = nullptr;
  bool large_ = false;
};

/// The only handle on a buffer: move it on or drop it; dropping gives the buffer back to its pool.
class Packet {
 public:
  Packet() = default;
  explicit Packet(PacketBuffer* buffer) noexcept : buffer_(buffer) {}
  Packet(Packet&& other) noexcept : buffer_(std::exchange(other.buffer_, nullptr)) {}
  Packet& operator=(Packet&& other) noexcept {
    if (this != &other) {
      reset();
      buffer_ = std::exchange(other.buffer_, nullptr);
    }
    return *this;
  }
  ~Packet() { reset(); }
  explicit operator bool() const noexcept { return buffer_ != nullptr; }
  PacketBuffer* operator->() const noexcept { return buffer_; }
  PacketBuffer& operator*() const noexcept { return *buffer_; }
  /// Most handles that go are empty, a whole burst of them behind its last packet: that is seen without a call.
  void reset() noexcept {
    if (buffer_ != nullptr) give_back();
  }
  PacketBuffer* release() noexcept { return std::exchange(buffer_, nullptr); }

 private:
  void give_back() noexcept;
  PacketBuffer* buffer_ = nullptr;
};

/// All packet buffers of one Router, made at start. An empty pool makes the caller drop and count.
class PacketPool {
 public:
  explicit PacketPool(std::size_t small = limits::small_buffers, std::size_t large = limits::large_buffers);
  PacketPool(const PacketPool&) = delete;
  PacketPool& operator=(const PacketPool&) = delete;
  ~PacketPool();
  /// An empty packet with packet_headroom in front and room for `length` bytes plus packet_tailroom; an empty handle
  /// when none is free or `length` exceeds large_packet.
  Packet allocate(std::size_t length = limits::small_packet);
  /// A packet that holds these bytes.
  Packet copy(ByteView bytes);
  /// A packet with the same bytes and meta.
  Packet clone(const PacketBuffer& original);
  std::size_t total() const { return total_; }
  std::size_t available() const { return small_.size() + large_.size(); }
  /// Of those, the buffers for ordinary packets: what SHOW BUFFER counts.
  std::size_t small_total() const { return small_total_; }
  std::size_t small_available() const { return small_.size(); }
  std::uint64_t exhausted() const { return exhausted_; }

 private:
  friend class Packet;
  void take_back(PacketBuffer* buffer) noexcept;
  void add(std::size_t count, bool large);
  std::vector<std::unique_ptr<PacketBuffer>> all_;
  std::vector<PacketBuffer*> small_;
  std::vector<PacketBuffer*> large_;
  std::size_t total_ = 0, small_total_ = 0;
  std::uint64_t exhausted_ = 0;
};

/// Up to limits::burst packets on their way together, in order.
class Burst {
 public:
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool full() const { return size_ == packets_.size(); }
  /// The caller has checked full().
  void add(Packet packet) { packets_[size_++] = std::move(packet); }
  Packet& operator[](std::size_t i) { return packets_[i]; }
  Packet* begin() { return packets_.data(); }
  Packet* end() { return packets_.data() + size_; }
  /// Drops whatever is still inside.
  void clear() {
    for (Packet& packet : *this) packet.reset();
    size_ = 0;
  }
  /// Closes the gaps that moved-out packets left; keeps the order.
  void compact() {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      if (!packets_[i]) continue;
      if (kept != i) packets_[kept] = std::move(packets_[i]);
      ++kept;
    }
    size_ = kept;
  }

 private:
  std::array<Packet, limits::burst> packets_;
  std::size_t size_ = 0;
};

}  // namespace arrouter
