// All sessions of the router: found by either side's key, ended by a timer wheel. Nothing is allocated for a packet,
// and memory for sessions is taken in large pieces and kept.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "modules/firewall/session.h"
#include "os/base/random.h"
#include "os/base/scheduler.h"

namespace arrouter::firewall {

class SessionTable {
 public:
  static constexpr std::size_t most = (std::size_t{1} << 20) + (std::size_t{1} << 16);  // limit() at most
  /// Told before a session goes; it may not touch the table.
  using Ended = std::function<void(Session&)>;

  SessionTable(const Clock& clock, Scheduler& scheduler, Random& random, std::size_t limit, Ended ended);

  struct Found {
    Session* session = nullptr;
    Direction direction = Direction::out;
    explicit operator bool() const { return session != nullptr; }
  };
  /// The session a packet with this key belongs to: out when it is the private side's key, in when it is the reverse of
  /// the public side's. What has expired is removed, not found.
  Found find(const FlowKey& key) { return find(key, hash(key)); }
  /// A large table lies in memory, not in caches. Whoever has several keys to look for fetches for all of them what the
  /// searches will touch: the index, then the sessions.
  std::uint64_t hash(const FlowKey& key) const { return key.hash(seed_); }
  void fetch_index(std::uint64_t hashed) const { __builtin_prefetch(&index_[hashed & (index_.size() - 1)]); }
  void fetch_session(std::uint64_t hashed) const;
  Found find(const FlowKey& key, std::uint64_t hashed);
  bool free(const FlowKey& key) { return !find(key); }

  /// For PacketMeta::session: the session and which way the packet goes. The handle of a session that has ended finds
  /// nothing. Never 0.
  static std::uint32_t handle(const Session& session, Direction direction) {
    return session.generation << (index_bits + 1) | session.index << 1 | static_cast<std::uint32_t>(direction);
  }
  Found find(std::uint32_t handle);

  /// A session with these values, whose two keys must be free; its id is `id`, or the next free one when that is 0 or
  /// taken. A full table gives up the oldest of its sessions that were never established, of the direction that has
  /// more of them, so that a flood displaces itself; nullptr when there is none.
  Session* add(const Session& values, std::uint32_t id);
  /// Moves the deadline.
  void expire_at(Session& session, Instant expires);
  /// Both sides were heard: the session is no longer given up for a new one.
  void establish(Session& session);
  void remove(Session& session);
  /// Ends what `doomed` says yes to; how many.
  std::size_t remove_if(const std::function<bool(const Session&)>& doomed);
  /// Ends whatever has expired by now, so that a screen shows no dead session.
  void sweep();

  template <class Visit>
  void each(Visit visit) const {
    for (std::size_t i = 0; i < used_; ++i) {
      if (at(i).live) visit(at(i));
    }
  }
  std::size_t size() const { return size_; }
  std::size_t peak() const { return peak_; }
  /// Of them, those of protocols without ports.
  std::size_t portless() const { return portless_; }
  std::size_t limit() const { return limit_; }
  /// All sessions end.
  void set_limit(std::size_t limit);

 private:
  static constexpr unsigned index_bits = 21;
  static constexpr std::uint32_t generations = 1U << (32 - index_bits - 1);
  static constexpr std::uint32_t nobody = 0xffffffff;
  static constexpr std::size_t chunk = 1024;           // sessions allocated together
  static constexpr std::uint32_t wheel_slots = 1024;   // a second each; later deadlines are looked at again
  static constexpr std::uint32_t small_ids = 0x10000;  // ids that fit four hex digits

  /// A key's place in the open-addressed index: `owner` is 2 * index + side.
  struct Entry {
    std::uint32_t tag = 0, owner = nobody;
  };

  Session& at(std::size_t i) { return chunks_[i / chunk][i % chunk]; }
  const Session& at(std::size_t i) const { return chunks_[i / chunk][i % chunk]; }
  /// What a packet of that side carries.
  FlowKey key_of(std::uint32_t owner) const;
  void index(std::uint32_t owner);
  void unindex(std::uint32_t owner);
  std::uint32_t choose_id(std::uint32_t wanted);

  std::uint32_t second_of(Instant when) const;
  void schedule(Session& session);
  void unschedule(Session& session);
  void tick();
  void rearm();
  void join_young(Session& session);
  void leave_young(Session& session);

  const Clock& clock_;
  std::uint64_t seed_;
  std::size_t limit_ = 0;
  Ended ended_;
  std::vector<std::unique_ptr<Session[]>> chunks_;
  std::vector<std::uint32_t> idle_;
  std::vector<Entry> index_;
  std::vector<bool> ids_;  // small ids in use
  std::uint32_t next_id_ = 1, next_large_id_ = small_ids;
  std::size_t used_ = 0, size_ = 0, peak_ = 0, portless_ = 0;
  /// Sessions never established, oldest first.
  struct Young {
    std::uint32_t first = nobody, last = nobody;
    std::size_t size = 0;
  };
  Young& young(Direction opened) { return young_[static_cast<std::size_t>(opened)]; }
  std::array<Young, 2> young_;

  Instant epoch_;
  std::uint32_t ticked_s_ = 0;  // the wheel is done with this second
  std::vector<std::uint32_t> wheel_;
  Timer timer_;
};

}  // namespace arrouter::firewall
