// Two engines on a lossy wire in virtual time.
#include <catch2/catch.hpp>

#include <deque>

#include "modules/l2tp/engine.h"
#include "modules/l2tp/timing.h"
#include "os/base/limits.h"
#include "tests/support/virtual_time.h"

namespace arrouter::l2tp {
namespace {

const Ipv4Address left_address(0x0a000001), right_address(0x0a000002);

/// No hash, but what is answered depends on all of what is asked.
Bytes sum_of(std::initializer_list<ByteView> parts) {
  Bytes sum(16, 0);
  std::size_t at = 0;
  for (const ByteView part : parts) {
    for (const std::uint8_t byte : part) {
      sum[at % 16] = static_cast<std::uint8_t>(sum[at % 16] * 31 + byte + 1);
      ++at;
    }
  }
  return sum;
}

struct Wire;

struct Station final : Host {
  Station(Wire& w, Ipv4Address own, std::uint64_t seed)
      : wire(w), address(own), random(seed), engine(*this, random, sum_of, [] { return Identity{"host", "vendor", 1}; }) {}
  void send(const Tunnel& tunnel, ByteView message) override;
  std::optional<std::string> admits(Ipv4Address) const override { return admitted ? secret : std::nullopt; }
  bool accepts(const Tunnel&, Call& call) override {
    numbers.push_back(call.called_number);
    return accepting;
  }
  void up(Tunnel&, Call& call) override { ups.push_back(&call); }
  void down(Tunnel&, Call&, std::string_view reason) override { downs.emplace_back(reason); }
  void tunnel_up(const Tunnel&) override { ++tunnels_up; }
  void tunnel_down(const Tunnel&, std::string_view) override { ++tunnels_down; }
  WallTime wall_time() const override { return {}; }

  Wire& wire;
  Ipv4Address address;
  SeededRandom random;
  Engine engine;
  bool admitted = true, accepting = true;
  std::optional<std::string> secret = "";
  std::vector<Call*> ups;
  std::vector<std::string> downs, numbers;
  int tunnels_up = 0, tunnels_down = 0;
};

struct Wire {
  struct Frame {
    Instant when;
    Station* to;
    Bytes bytes;
  };
  void carry(Station& from, ByteView bytes) {
    ++sent;
    if (cut || random.below(100) < loss_percent) return;
    Station& to = &from == &left ? right : left;
    const auto delay = std::chrono::milliseconds(5 + random.below(jitter_ms + 1));
    frames.push_back({now + delay, &to, Bytes(bytes.begin(), bytes.end())});
    if (random.below(100) < repeat_percent) frames.push_back(frames.back());
  }
  /// Runs until nothing is due within `span`.
  void run(Duration span) {
    const Instant end = now + span;
    for (;;) {
      std::optional<Instant> next;
      const auto consider = [&next](std::optional<Instant> when) {
        if (when) next = std::min(next.value_or(*when), *when);
      };
      for (const Frame& frame : frames) consider(frame.when);
      consider(left.engine.next_deadline());
      consider(right.engine.next_deadline());
      if (!next || *next > end) break;
      now = std::max(now, *next);
      deliver();
      left.engine.poll(now);
      right.engine.poll(now);
    }
    now = end;
  }
  void deliver() {
    for (std::size_t i = 0; i < frames.size();) {
      if (frames[i].when > now) {
        ++i;
        continue;
      }
      const Frame frame = std::move(frames[i]);
      frames.erase(frames.begin() + static_cast<std::ptrdiff_t>(i));
      const auto header = read_header(frame.bytes);
      REQUIRE(header);
      Station& from = frame.to == &left ? right : left;
      frame.to->engine.receive(frame.to->address, {from.address}, *header, now);
    }
  }
  Call* call(const std::string& secret = "") {
    return left.engine.place_call(left_address, {right_address}, secret, "hq", "branch", now);
  }

  Instant now{};
  SeededRandom random{99};
  unsigned loss_percent = 0, repeat_percent = 0, jitter_ms = 0;
  bool cut = false;
  std::size_t sent = 0;
  std::deque<Frame> frames;
  Station left{*this, left_address, 1}, right{*this, right_address, 2};
};

void Station::send(const Tunnel&, ByteView message) { wire.carry(*this, message); }

}  // namespace

TEST_CASE("a call comes up, and both ends know each other's ids") {
  Wire wire;
  const Call* const call = wire.call();
  wire.run(std::chrono::seconds(2));
  REQUIRE(wire.left.ups.size() == 1);
  REQUIRE(wire.right.ups.size() == 1);
  const Call& answered = *wire.right.ups[0];
  CHECK(call->state == CallState::established);
  CHECK(call->remote_id == answered.id);
  CHECK(answered.remote_id == call->id);
  CHECK(answered.called_number == "branch");
  CHECK(wire.right.engine.find(wire.right.engine.tunnels().begin()->first, answered.id).call == &answered);
  CHECK(wire.left.engine.tunnels().begin()->second->remote_host == "host");
}

TEST_CASE("calls come up over a wire that loses, doubles and reorders") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Wire wire;
    wire.random = SeededRandom(seed);
    wire.loss_percent = 15;
    wire.repeat_percent = 20;
    wire.jitter_ms = 800;
    wire.call();
    wire.run(std::chrono::seconds(55));
    INFO("seed " << seed);
    CHECK(wire.left.ups.size() == 1);
    CHECK(wire.right.ups.size() == 1);
  }
}

TEST_CASE("a second call uses the tunnel there is") {
  Wire wire;
  wire.call();
  wire.run(std::chrono::seconds(1));
  wire.call();
  wire.run(std::chrono::seconds(1));
  CHECK(wire.left.ups.size() == 2);
  CHECK(wire.left.engine.tunnels().size() == 1);
}

TEST_CASE("routers that share a secret prove it, others are turned away") {
  Wire wire;
  wire.right.secret = "shared";
  SECTION("the same secret") {
    wire.call("shared");
    wire.run(std::chrono::seconds(2));
    CHECK(wire.left.ups.size() == 1);
  }
  SECTION("another secret") {
    wire.call("guessed");
    wire.run(std::chrono::seconds(2));
    CHECK(wire.left.ups.empty());
    CHECK(wire.left.downs == std::vector<std::string>{"wrong secret"});
  }
  SECTION("none") {
    wire.call();
    wire.run(std::chrono::seconds(2));
    CHECK(wire.left.ups.empty());
    CHECK(wire.left.downs == std::vector<std::string>{"no secret"});
  }
}

TEST_CASE("who is not admitted hears nothing") {
  Wire wire;
  wire.right.admitted = false;
  wire.call();
  wire.run(std::chrono::seconds(120));
  CHECK(wire.right.engine.tunnels().empty());
  CHECK(wire.right.engine.counters.out_control == 0);
  CHECK(wire.right.engine.counters.refused == 1 + Channel::retransmissions);
  CHECK(wire.left.downs == std::vector<std::string>{"no answer"});
  CHECK(wire.left.engine.tunnels().empty());
}

TEST_CASE("a call that is not wanted ends with the reason, the tunnel after it") {
  Wire wire;
  wire.right.accepting = false;
  wire.call();
  wire.run(std::chrono::seconds(2));
  CHECK(wire.left.downs == std::vector<std::string>{"not wanted"});
  wire.run(timing::without_calls + timing::closing + std::chrono::seconds(1));
  CHECK(wire.left.engine.tunnels().empty());
  CHECK(wire.right.engine.tunnels().empty());
}

TEST_CASE("hanging up ends the call at the other end") {
  Wire wire;
  Call* const call = wire.call();
  wire.run(std::chrono::seconds(1));
  wire.left.engine.hang_up(*wire.left.engine.tunnels().begin()->second, *call, {result::administrative, 0, "enough"},
                           wire.now);
  wire.run(std::chrono::seconds(1));
  CHECK(wire.right.downs == std::vector<std::string>{"enough"});
  CHECK(wire.left.downs.empty());
}

TEST_CASE("a silent peer is greeted, and given up when it does not answer") {
  Wire wire;
  wire.call();
  wire.run(std::chrono::seconds(1));
  wire.run(std::chrono::minutes(10));
  CHECK(wire.left.tunnels_down == 0);
  wire.cut = true;
  wire.run(timing::hello + std::chrono::seconds(60));
  CHECK(wire.left.tunnels_down == 1);
  CHECK(wire.left.downs == std::vector<std::string>{"no answer"});
  CHECK(wire.right.downs == std::vector<std::string>{"no answer"});
  CHECK(wire.left.engine.tunnels().empty());
}

TEST_CASE("a peer that restarts gets a new tunnel") {
  Wire wire;
  wire.call();
  wire.run(std::chrono::seconds(1));
  wire.left.engine.clear();
  wire.left.ups.clear();
  wire.call();
  wire.run(std::chrono::seconds(1));
  CHECK(wire.left.ups.size() == 1);
  CHECK(wire.right.engine.tunnels().size() == 2);
  wire.run(std::chrono::seconds(120));  // the old one greets in vain
  CHECK(wire.right.engine.tunnels().size() == 1);
}

TEST_CASE("a peer that begins again under its old number gets a new tunnel, a late copy of its request nothing") {
  Wire wire;
  wire.cut = true;  // the peer's messages are made by hand
  wire.now += std::chrono::minutes(1);
  Engine& engine = wire.right.engine;
  const auto say = [&](const Control& message, std::uint16_t tunnel, std::uint16_t ns, std::uint16_t nr) {
    Bytes bytes = encode(message, tunnel, 0);
    set_sequence(bytes, ns, nr);
    engine.receive(right_address, {left_address}, *read_header(bytes), wire.now);
  };
  Control request{.type = MessageType::sccrq};
  request.assigned_tunnel = 1;
  say(request, 0, 0, 0);
  const std::uint16_t old = engine.tunnels().begin()->first;
  say({.type = MessageType::scccn}, old, 1, 1);
  REQUIRE(wire.right.tunnels_up == 1);
  const auto begins = [&] {
    say(request, 0, 0, 0);
    engine.poll(wire.now);
    REQUIRE(engine.tunnels().size() == 1);
    return engine.tunnels().begin()->first != old;
  };
  SECTION("by its age") {
    wire.now += timing::closing - std::chrono::milliseconds(1);
    CHECK_FALSE(begins());
    CHECK(wire.right.tunnels_down == 0);
    wire.now += std::chrono::milliseconds(1);
    CHECK(begins());
    CHECK(wire.right.tunnels_down == 1);
  }
  SECTION("by the end of the old one") {
    Control stop{.type = MessageType::stopccn};
    stop.assigned_tunnel = 1;
    stop.result = Result{};
    say(stop, old, 2, 1);
    CHECK(begins());
  }
}

TEST_CASE("when both ends ask at once one tunnel stays") {
  Wire wire;
  wire.call();
  wire.right.engine.place_call(right_address, {left_address}, "", "branch", "hq", wire.now);
  wire.run(std::chrono::seconds(5));
  const auto living = [](const Engine& engine) {
    return std::ranges::count_if(engine.tunnels(),
                                 [](const auto& e) { return e.second->state == TunnelState::established; });
  };
  CHECK(living(wire.left.engine) == 1);
  CHECK(living(wire.right.engine) == 1);
  CHECK(wire.left.ups.size() + wire.left.downs.size() >= 1);
}

TEST_CASE("one source opens only so many tunnels halfway") {
  Wire wire;
  wire.cut = true;
  for (std::uint16_t id = 1; id <= limits::l2tp_half_open_per_source + 5; ++id) {
    Control request{.type = MessageType::sccrq};
    request.assigned_tunnel = id;
    const Bytes bytes = encode(request, 0, 0);
    wire.right.engine.receive(right_address, {left_address}, *read_header(bytes), wire.now);
  }
  CHECK(wire.right.engine.tunnels().size() == limits::l2tp_half_open_per_source);
  CHECK(wire.right.engine.counters.too_many == 5);
  wire.run(std::chrono::minutes(2));
  CHECK(wire.right.engine.tunnels().empty());
}

TEST_CASE("messages to other people's tunnels are counted only") {
  Wire wire;
  wire.call();
  wire.run(std::chrono::seconds(1));
  const std::uint16_t id = wire.right.engine.tunnels().begin()->first;
  Control stop{.type = MessageType::stopccn};
  stop.assigned_tunnel = 1;
  stop.result = Result{};
  Bytes bytes = encode(stop, id, 0);
  set_sequence(bytes, 4, 0);
  const std::size_t before = wire.sent;
  wire.right.engine.receive(right_address, {Ipv4Address(0x0a000009)}, *read_header(bytes), wire.now);
  CHECK(wire.right.engine.counters.in_unknown_tunnel == 1);
  CHECK(wire.sent == before);
  CHECK(wire.right.tunnels_down == 0);
}

}  // namespace arrouter::l2tp
