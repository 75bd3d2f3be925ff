#include "os/base/packet.h"

#include <cstring>

namespace arrouter {

void Packet::give_back() noexcept {
  buffer_->pool_->take_back(buffer_);
  buffer_ = nullptr;
}

PacketPool::PacketPool(std::size_t small, std::size_t large) : total_(small + large), small_total_(small) {
  all_.reserve(total_);
  small_.reserve(small);
  large_.reserve(large);
  add(small, false);
  add(large, true);
}

PacketPool::~PacketPool() = default;

void PacketPool::add(std::size_t count, bool large) {
  const std::size_t payload = large ? limits::large_packet : limits::small_packet;
  for (std::size_t i = 0; i < count; ++i) {
    auto buffer = std::make_unique<PacketBuffer>();
    buffer->capacity_ = limits::packet_headroom + payload + limits::packet_tailroom;
    // Left uninitialised on purpose: pages of buffers never used are never touched.
    buffer->storage_ = std::make_unique_for_overwrite<std::uint8_t[]>(buffer->capacity_);
    buffer->pool_ = this;
    buffer->large_ = large;
    (large ? large_ : small_).push_back(buffer.get());
    all_.push_back(std::move(buffer));
  }
}

Packet PacketPool::allocate(std::size_t length) {
  std::vector<PacketBuffer*>* shelf = length <= limits::small_packet ? &small_ : &large_;
  if (shelf->empty() && shelf == &small_) shelf = &large_;
  if (shelf->empty() || length > limits::large_packet) {
    ++exhausted_;
    return {};
  }
  PacketBuffer* const buffer = shelf->back();
  shelf->pop_back();
  buffer->begin_ = buffer->end_ = limits::packet_headroom;
  buffer->meta = {};
  return Packet(buffer);
}

Packet PacketPool::copy(ByteView bytes) {
  Packet packet = allocate(bytes.size());
  if (packet && !bytes.empty()) std::memcpy(packet->put(bytes.size()), bytes.data(), bytes.size());
  return packet;
}

Packet PacketPool::clone(const PacketBuffer& original) {
  Packet packet = copy(original.view());
  if (packet) packet->meta = original.meta;
  return packet;
}

void PacketPool::take_back(PacketBuffer* buffer) noexcept { (buffer->large_ ? large_ : small_).push_back(buffer); }

}  // namespace arrouter
