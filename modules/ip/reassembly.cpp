#include "modules/ip/reassembly.h"
#include "os/base/limits.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace arrouter::ip {

Reassembly::Reassembly(PacketPool& pool, const Clock& clock, Scheduler& scheduler, IpCounters& counters,
                       Expired expired, GivenUp given_up)
    : pool_(pool),
      clock_(clock),
      counters_(counters),
      expired_(std::move(expired)),
      given_up_(std::move(given_up)),
      timer_(scheduler, [this] { expire(); }) {}

Packet Reassembly::add(Packet fragment) {
  ++counters_.reassembly_required;
  const auto ip = wire::view_ipv4(fragment->view(), false);
  Piece piece;
  if (ip) {
    piece.begin = ip->fragment_offset();
    piece.end = piece.begin + ip->payload().size();
    piece.last = !ip->more_fragments();
  }
  // Only the last fragment may have a length that is no multiple of 8, and nothing may end beyond 65535 bytes.
  const bool sound =
      ip && piece.end > piece.begin && (piece.last || piece.end % 8 == 0) && piece.end + ip->header_length() <= 65535;
  if (!sound) {
    counters_.drop(IpDrop::reassembly_failed);
    return {};
  }
  const std::size_t length = piece.end - piece.begin;
  Datagram* datagram = find(*ip, fragment->meta);
  if (!make_room(length, datagram)) return {};
  if (datagram == nullptr) datagram = &begin(*ip, fragment->meta);
  piece.packet = std::move(fragment);
  if (!place(*datagram, std::move(piece))) {
    drop(*datagram, true);
    return {};
  }
  if (!datagram->whole()) return {};
  Packet joined = join(*datagram);
  if (joined) {
    ++counters_.reassembled;
    forget(*datagram);
  } else {
    drop(*datagram);
  }
  return joined;
}

Reassembly::Datagram* Reassembly::find(const wire::Ipv4View& ip, const PacketMeta& meta) {
  Datagram* at = index_[bucket_of(ip.id(), ip.source())];
  while (at != nullptr && !at->belongs(ip, meta)) at = at->next_alike;
  return at;
}

Reassembly::Datagram& Reassembly::begin(const wire::Ipv4View& ip, const PacketMeta& meta) {
  if (idle_.empty()) idle_.emplace_back();
  datagrams_.splice(datagrams_.end(), idle_, idle_.begin());
  Datagram& fresh = datagrams_.back();
  fresh.self = std::prev(datagrams_.end());
  fresh.source = ip.source();
  fresh.destination = ip.destination();
  fresh.id = ip.id();
  fresh.protocol = ip.protocol();
  fresh.security = meta.ipsec_sa;
  fresh.interface = meta.interface;
  fresh.deadline = clock_.now() + limits::reassembly_time;
  fresh.bytes = 0;
  Datagram*& bucket = index_[bucket_of(fresh.id, fresh.source)];
  fresh.next_alike = std::exchange(bucket, &fresh);
  if (!timer_.armed()) timer_.arm(fresh.deadline);  // else it is set for an older one
  return fresh;
}

bool Reassembly::make_room(std::size_t bytes, const Datagram* keep) {
  if (keep != nullptr && keep->pieces.size() >= limits::fragments_per_datagram) {
    drop(*keep->self);
    return false;
  }
  // The oldest unfinished datagrams make room for new ones; the one in question is never its own victim.
  const auto full = [&] {
    return bytes_ + bytes > limits::reassembly_bytes || fragments_ >= limits::reassembly_fragments ||
           (keep == nullptr && datagrams_.size() >= limits::reassembly_queues);
  };
  while (full()) {
    auto victim = datagrams_.begin();
    if (victim != datagrams_.end() && &*victim == keep) ++victim;
    if (victim == datagrams_.end()) {
      counters_.drop(IpDrop::reassembly_failed);
      return false;
    }
    drop(*victim);
  }
  return true;
}

bool Reassembly::place(Datagram& datagram, Piece piece) {
  auto next = std::find_if(datagram.pieces.begin(), datagram.pieces.end(),
                           [&](const Piece& held) { return held.begin >= piece.begin; });
  if (next != datagram.pieces.end() && next->begin == piece.begin && next->end == piece.end &&
      next->last == piece.last) {
    counters_.drop(IpDrop::reassembly_failed);  // a repetition: the copy goes, the datagram stays
    return true;
  }
  if (next != datagram.pieces.end() && (next->begin < piece.end || piece.last)) return false;
  if (next != datagram.pieces.begin()) {
    const Piece& before = *std::prev(next);
    if (before.end > piece.begin || before.last) return false;
  }
  datagram.bytes += piece.end - piece.begin;
  bytes_ += piece.end - piece.begin;
  ++fragments_;
  datagram.pieces.insert(next, std::move(piece));
  return true;
}

bool Reassembly::Datagram::whole() const {
  if (pieces.front().begin != 0 || !pieces.back().last) return false;
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    if (pieces[i].begin != pieces[i - 1].end) return false;
  }
  return true;
}

Packet Reassembly::join(Datagram& datagram) {
  const PacketBuffer& first = *datagram.pieces.front().packet;
  const std::size_t header = static_cast<std::size_t>(first.data()[0] & 15) * 4;
  const std::size_t total = header + datagram.pieces.back().end;
  if (total > 65535) return {};
  Packet whole = pool_.allocate(total);
  if (!whole) return {};
  std::uint8_t* const at = whole->put(total);
  std::memcpy(at, first.data(), header);
  for (const Piece& piece : datagram.pieces) {
    const PacketBuffer& from = *piece.packet;
    const std::size_t from_header = static_cast<std::size_t>(from.data()[0] & 15) * 4;
    std::memcpy(at + header + piece.begin, from.data() + from_header, piece.end - piece.begin);
  }
  store_be16(at + 2, static_cast<std::uint16_t>(total));
  store_be16(at + 6, 0);
  wire::finish_ipv4(at);
  whole->meta = first.meta;
  whole->meta.segmentation = Segmentation::none;
  whole->meta.checksum = Checksum::complete;
  whole->meta.fragments = static_cast<std::uint8_t>(std::min<std::size_t>(datagram.pieces.size(), 255));
  return whole;
}

void Reassembly::drop(Datagram& datagram, bool overlap) {
  // The whole datagram is one loss, whatever number of pieces had come.
  counters_.drop(IpDrop::reassembly_failed);
  given_up_(*datagram.pieces.front().packet, overlap);
  forget(datagram);
}

void Reassembly::forget(Datagram& datagram) {
  fragments_ -= datagram.pieces.size();
  bytes_ -= datagram.bytes;
  datagram.pieces.clear();
  Datagram** link = &index_[bucket_of(datagram.id, datagram.source)];
  while (*link != &datagram) link = &(*link)->next_alike;
  *link = datagram.next_alike;
  idle_.splice(idle_.begin(), datagrams_, datagram.self);
}

void Reassembly::expire() {
  while (!datagrams_.empty() && datagrams_.front().deadline <= clock_.now()) {
    Datagram& datagram = datagrams_.front();
    ++counters_.reassembly_timeouts;
    const bool begun = datagram.pieces.front().begin == 0;
    given_up_(*datagram.pieces.front().packet, false);
    Packet first = std::move(datagram.pieces.front().packet);
    counters_.drop(IpDrop::reassembly_failed);
    forget(datagram);
    if (begun) expired_(std::move(first));
  }
  if (datagrams_.empty()) {
    timer_.disarm();
  } else {
    timer_.arm(datagrams_.front().deadline);
  }
}

void Reassembly::clear() {
  while (!datagrams_.empty()) forget(datagrams_.front());
  timer_.disarm();
}

}  // namespace arrouter::ip
