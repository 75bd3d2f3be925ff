#include "modules/l2tp/channel.h"

#include <algorithm>
#include <utility>

namespace arrouter::l2tp {
namespace {

/// RFC 2661 5.8: of two sequence numbers, the one in the half of the circle behind the other came before it.
bool before(std::uint16_t a, std::uint16_t b) { return static_cast<std::int16_t>(a - b) < 0; }

/// How long the n-th sending of a message is waited for: doubled each time, up to eight times.
Duration patience(Duration timeout, unsigned times) {
  constexpr unsigned doublings = 3;
  return timeout * (1U << std::min(times - 1, doublings));
}

}  // namespace

bool Channel::send(Bytes message, Instant now) {
  if (queue_.size() == longest_queue) return false;
  queue_.push_back({std::move(message)});
  fill_window(now);
  return true;
}

void Channel::fill_window(Instant now) {
  const std::size_t room = std::min(std::max(peer_window_, 1U), congestion_window_);
  while (under_way_ < queue_.size() && under_way_ < room) {
    const auto ns = static_cast<std::uint16_t>(first_unacknowledged_ + under_way_);
    put_on_wire(queue_[under_way_++], ns, now);
  }
}

void Channel::put_on_wire(Queued& queued, std::uint16_t ns, Instant now) {
  set_sequence(queued.message, ns, next_received_);
  queued.sent = now;
  if (queued.times++ == 0) ++sent_;
  owes_acknowledgement_ = false;
  transmit_(queued.message);
}

Channel::Arrival Channel::received(const Header& header, Instant now) {
  acknowledged(header.nr, now);
  if (header.payload.empty()) return Arrival::repeated;
  if (header.ns == next_received_) {
    ++next_received_;
    owes_acknowledgement_ = true;
    return Arrival::next;
  }
  if (!before(header.ns, next_received_)) return Arrival::early;
  owes_acknowledgement_ = true;
  return Arrival::repeated;
}

void Channel::acknowledged(std::uint16_t nr, Instant now) {
  const auto count = static_cast<std::uint16_t>(nr - first_unacknowledged_);
  if (count == 0 || count > sent_) return;  // old, or of messages that were never sent
  for (std::uint16_t i = 0; i < count; ++i) {
    if (queue_.front().times == 1) measured(now - queue_.front().sent);
    queue_.pop_front();
    if (congestion_window_ < slow_start_limit_ || ++grown_ >= congestion_window_) {
      congestion_window_ = std::min(congestion_window_ + 1, std::max(peer_window_, 1U));
      grown_ = 0;
    }
  }
  first_unacknowledged_ = nr;
  sent_ -= count;
  under_way_ -= std::min<std::size_t>(count, under_way_);
  fill_window(now);
}

void Channel::measured(Duration sample) {
  if (!std::exchange(has_round_trip_, true)) {
    round_trip_ = sample;
    deviation_ = sample / 2;
  } else {
    const Duration difference = sample - round_trip_;
    round_trip_ += difference / 8;
    deviation_ += (std::chrono::abs(difference) - deviation_) / 4;
  }
  timeout_ = std::clamp<Duration>(round_trip_ + 4 * deviation_, shortest_timeout, longest_timeout);
}

void Channel::acknowledge() {
  if (!std::exchange(owes_acknowledgement_, false)) return;
  Bytes message = encode({}, peer_tunnel_, 0);
  set_sequence(message, next_sent(), next_received_);
  transmit_(message);
}

std::optional<Instant> Channel::deadline() const {
  if (under_way_ == 0) return std::nullopt;
  return queue_.front().sent + patience(timeout_, queue_.front().times);
}

bool Channel::poll(Instant now) {
  const auto due = deadline();
  if (!due || *due > now) return true;
  if (queue_.front().times > retransmissions) return false;
  // The network is full: start slowly again, with the oldest message only.
  slow_start_limit_ = std::max(congestion_window_ / 2, 1U);
  congestion_window_ = 1;
  under_way_ = 1;
  put_on_wire(queue_.front(), first_unacknowledged_, now);
  return true;
}

}  // namespace arrouter::l2tp
