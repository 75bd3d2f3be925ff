#include "modules/firewall/session_table.h"

#include <bit>

namespace arrouter::firewall {

namespace {

/// Of the two sides of a session.
constexpr std::uint32_t private_side = 0, public_side = 1;

}  // namespace

SessionTable::SessionTable(const Clock& clock, Scheduler& scheduler, Random& random, std::size_t limit, Ended ended)
    : clock_(clock),
      seed_(random.u64()),
      ended_(std::move(ended)),
      ids_(small_ids),
      epoch_(clock.now()),
      wheel_(wheel_slots, nobody),
      timer_(scheduler, [this] { tick(); }) {
  set_limit(limit);
}

void SessionTable::set_limit(std::size_t limit) {
  remove_if([](const Session&) { return true; });
  limit_ = std::min(std::max<std::size_t>(limit, 1), most);
  // Two keys for each session, and the index never more than half full.
  index_.assign(std::bit_ceil(limit_ * 4), Entry{});
}

FlowKey SessionTable::key_of(std::uint32_t owner) const {
  const Session& session = at(owner / 2);
  return owner % 2 == private_side ? session.private_key : session.public_key.reversed();
}

void SessionTable::fetch_session(std::uint64_t hashed) const {
  const Entry& entry = index_[hashed & (index_.size() - 1)];
  if (entry.tag != static_cast<std::uint32_t>(hashed >> 32) || entry.owner == nobody) return;
  const auto* const bytes = reinterpret_cast<const char*>(&at(entry.owner / 2));
  for (std::size_t line = 0; line < sizeof(Session); line += 64) __builtin_prefetch(bytes + line, 1);
}

SessionTable::Found SessionTable::find(const FlowKey& key, std::uint64_t hashed) {
  const auto tag = static_cast<std::uint32_t>(hashed >> 32);
  const std::size_t mask = index_.size() - 1;
  for (std::size_t i = hashed & mask; index_[i].owner != nobody; i = (i + 1) & mask) {
    const std::uint32_t owner = index_[i].owner;
    if (index_[i].tag != tag || key_of(owner) != key) continue;
    Session& session = at(owner / 2);
    if (session.expires <= clock_.now()) {
      remove(session);
      return {};
    }
    return {&session, owner % 2 == private_side ? Direction::out : Direction::in};
  }
  return {};
}

SessionTable::Found SessionTable::find(std::uint32_t handle) {
  const std::size_t i = handle >> 1 & ((1U << index_bits) - 1);
  if (i >= used_) return {};
  Session& session = at(i);
  if (!session.live || session.generation != handle >> (index_bits + 1)) return {};
  return {&session, static_cast<Direction>(handle & 1)};
}

void SessionTable::index(std::uint32_t owner) {
  const std::uint64_t hashed = hash(key_of(owner));
  const std::size_t mask = index_.size() - 1;
  std::size_t i = hashed & mask;
  while (index_[i].owner != nobody) i = (i + 1) & mask;
  index_[i] = {static_cast<std::uint32_t>(hashed >> 32), owner};
}

/// Takes an entry out and closes the gap, so that searches still end at the first empty place.
void SessionTable::unindex(std::uint32_t owner) {
  const std::size_t mask = index_.size() - 1;
  std::size_t gap = hash(key_of(owner)) & mask;
  while (index_[gap].owner != owner) gap = (gap + 1) & mask;
  for (std::size_t i = (gap + 1) & mask; index_[i].owner != nobody; i = (i + 1) & mask) {
    const std::size_t home = hash(key_of(index_[i].owner)) & mask;
    if (((i - home) & mask) < ((i - gap) & mask)) continue;  // its search starts behind the gap
    index_[gap] = index_[i];
    gap = i;
  }
  index_[gap] = {};
}

std::uint32_t SessionTable::choose_id(std::uint32_t wanted) {
  if (wanted != 0 && wanted < small_ids && !ids_[wanted]) return wanted;
  if (size_ < small_ids / 2) {
    while (ids_[next_id_]) next_id_ = next_id_ % (small_ids - 1) + 1;
    return next_id_;
  }
  if (++next_large_id_ < small_ids) next_large_id_ = small_ids;
  return next_large_id_;
}

Session* SessionTable::add(const Session& values, std::uint32_t id) {
  if (size_ >= limit_) {
    const Young& most =
        young(Direction::in).size >= young(Direction::out).size ? young(Direction::in) : young(Direction::out);
    if (most.size == 0) return nullptr;
    remove(at(most.first));
  }
  if (idle_.empty()) {
    if (used_ % chunk == 0) chunks_.push_back(std::make_unique<Session[]>(chunk));
    idle_.push_back(static_cast<std::uint32_t>(used_++));
  }
  const std::uint32_t i = idle_.back();
  idle_.pop_back();
  Session& session = at(i);
  const std::uint32_t generation = session.generation % (generations - 1) + 1;
  session = values;
  session.index = i;
  session.generation = generation;
  session.live = true;
  session.id = choose_id(id);
  if (session.id < small_ids) ids_[session.id] = true;
  index(2 * i + private_side);
  index(2 * i + public_side);
  join_young(session);
  portless_ += firewall::portless(session.private_key.protocol) ? 1 : 0;
  if (size_++ == 0) {
    ticked_s_ = second_of(clock_.now());
    rearm();
  }
  peak_ = std::max(peak_, size_);
  schedule(session);
  return &session;
}

void SessionTable::join_young(Session& session) {
  Young& list = young(session.opened);
  session.established = false;
  session.young_next = nobody;
  session.young_previous = list.last;
  (list.last == nobody ? list.first : at(list.last).young_next) = session.index;
  list.last = session.index;
  ++list.size;
}

void SessionTable::leave_young(Session& session) {
  Young& list = young(session.opened);
  (session.young_previous == nobody ? list.first : at(session.young_previous).young_next) = session.young_next;
  (session.young_next == nobody ? list.last : at(session.young_next).young_previous) = session.young_previous;
  --list.size;
}

void SessionTable::establish(Session& session) {
  if (session.established) return;
  session.established = true;
  leave_young(session);
}

void SessionTable::remove(Session& session) {
  ended_(session);
  unindex(2 * session.index + private_side);
  unindex(2 * session.index + public_side);
  unschedule(session);
  if (!session.established) leave_young(session);
  if (session.id < small_ids) ids_[session.id] = false;
  session.live = false;
  idle_.push_back(session.index);
  portless_ -= firewall::portless(session.private_key.protocol) ? 1 : 0;
  if (--size_ == 0) timer_.disarm();
}

std::size_t SessionTable::remove_if(const std::function<bool(const Session&)>& doomed) {
  const std::size_t before = size_;
  for (std::size_t i = 0; i < used_; ++i) {
    if (at(i).live && doomed(at(i))) remove(at(i));
  }
  return before - size_;
}

void SessionTable::sweep() {
  const Instant now = clock_.now();
  remove_if([now](const Session& session) { return session.expires <= now; });
}

// The wheel. A session is looked at when its second comes (or at the wheel's horizon, when that is earlier); a deadline
// that has moved on meanwhile costs one more look, so packets do not touch the wheel.

std::uint32_t SessionTable::second_of(Instant when) const {
  return static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::seconds>(when - epoch_).count());
}

void SessionTable::schedule(Session& session) {
  const std::uint32_t earliest = ticked_s_ + 1, latest = ticked_s_ + wheel_slots - 1;
  session.due_s = std::clamp(second_of(session.expires), earliest, latest);
  std::uint32_t& first = wheel_[session.due_s % wheel_slots];
  session.wheel_previous = nobody;
  session.wheel_next = first;
  if (first != nobody) at(first).wheel_previous = session.index;
  first = session.index;
}

void SessionTable::unschedule(Session& session) {
  (session.wheel_previous == nobody ? wheel_[session.due_s % wheel_slots] : at(session.wheel_previous).wheel_next) =
      session.wheel_next;
  if (session.wheel_next != nobody) at(session.wheel_next).wheel_previous = session.wheel_previous;
}

void SessionTable::expire_at(Session& session, Instant expires) {
  session.expires = expires;
  if (second_of(expires) >= session.due_s) return;
  unschedule(session);
  schedule(session);
}

void SessionTable::tick() {
  const Instant now = clock_.now();
  const auto now_s = static_cast<std::uint32_t>(std::chrono::floor<std::chrono::seconds>(now - epoch_).count());
  // After a long sleep one turn of the wheel meets everybody.
  if (now_s - ticked_s_ > wheel_slots) ticked_s_ = now_s - wheel_slots;
  while (ticked_s_ < now_s) {
    ++ticked_s_;
    std::uint32_t i = std::exchange(wheel_[ticked_s_ % wheel_slots], nobody);
    while (i != nobody) {
      Session& session = at(i);
      i = session.wheel_next;
      schedule(session);
      if (session.expires <= now) remove(session);
    }
  }
  if (size_ != 0) rearm();
}

void SessionTable::rearm() { timer_.arm(epoch_ + std::chrono::seconds(ticked_s_ + 1)); }

}  // namespace arrouter::firewall
