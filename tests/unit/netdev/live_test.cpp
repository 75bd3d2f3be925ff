// The drivers against this host's kernel: two namespaces as hosts, frames passed between two stacks by this process.
// Needs root; says so and passes when it may not make namespaces.
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>

#include "netdev/make_port.h"
#include "netdev/port_stack.h"
#include "os/event_loop.h"

using namespace arrouter;
using namespace std::chrono_literals;

namespace {

bool shell(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()) == 0; }

/// Why live tests cannot run here; empty when they can.
std::string obstacle() {
  if (geteuid() != 0) return "not root";
  if (!shell("command -v ip") || !shell("command -v python3")) return "ip or python3 is not installed";
  if (access("/dev/net/tun", R_OK | W_OK) != 0) return "/dev/net/tun cannot be opened";
  const std::string name = "arprobe" + std::to_string(getpid());
  if (!shell("ip netns add " + name)) return "namespaces cannot be made";
  shell("ip netns del " + name);
  return {};
}

constexpr std::string_view receive_tcp = R"(
import hashlib, socket
listener = socket.create_server(("", 5001))
print("listening", flush=True)
link, _ = listener.accept()
digest = hashlib.sha256()
while data := link.recv(1 << 16):
    digest.update(data)
print(digest.hexdigest())
)";
constexpr std::string_view send_tcp = R"(
import hashlib, os, socket
data = os.urandom(1 << 20)
digest = hashlib.sha256()
link = socket.create_connection(("10.9.0.2", 5001), 10)
link.settimeout(30)
for _ in range(16):
    digest.update(data)
    link.sendall(data)
print(digest.hexdigest())
)";
// One call gives the kernel 20 datagrams of 1000 bytes (UDP_SEGMENT).
constexpr std::string_view receive_udp = R"(
import socket
link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
link.bind(("", 5002))
link.settimeout(5)
print("listening", flush=True)
print(" ".join(sorted({str(len(link.recv(65535))) for _ in range(200)})))
)";
constexpr std::string_view send_udp = R"(
import socket, time
link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
link.setsockopt(17, 103, 1000)
for _ in range(10):
    link.sendto(bytes(20000), ("10.9.0.2", 5002))
    time.sleep(0.02)
print("1000")
)";

class Hosts {
 public:
  Hosts() {
    folder_ = std::filesystem::temp_directory_path() / ("live" + id_);
    std::filesystem::create_directory(folder_);
    for (const char* side : {"A", "B"}) REQUIRE(shell("ip netns add " + space(side)));
  }
  ~Hosts() {
    stacks_[0].reset();
    stacks_[1].reset();
    for (const char* side : {"A", "B"}) shell("ip netns del " + space(side));
    std::filesystem::remove_all(folder_);
  }

  std::string space(std::string_view side) const { return "arlive" + id_ + std::string(side); }
  std::string device(std::string_view side) const { return "al" + id_ + std::string(side); }

  /// A veth pair: one end in the host, the other ("…p") for the router.
  std::string veth(std::string_view side) {
    REQUIRE(shell("ip link add " + device(side) + " type veth peer name " + device(side) + "p"));
    return "packet:" + device(side) + "p";
  }
  std::string tap(std::string_view side) { return "tap:" + device(side); }

  std::unique_ptr<PortStack> stack(const std::string& spec) {
    const PortEnvironment environment{pool_, loop_.scheduler(), loop_, loop_};
    auto port = make_port("eth0", *parse_mac("00-00-cd-00-00-01"), spec, environment);
    INFO((port ? "" : port.error().text));
    REQUIRE(port);
    return std::make_unique<PortStack>(std::move(*port), spec, environment, wall_, 1, true);
  }
  /// Attaches both sides, joins them, and gives the hosts their addresses.
  void connect(const std::string& left, const std::string& right) {
    stacks_[0] = stack(left);
    stacks_[1] = stack(right);
    join(*stacks_[0], *stacks_[1]);
    configure("A", "10.9.0.1/24");
    configure("B", "10.9.0.2/24");
  }
  static void join(PortStack& left, PortStack& right) {
    left.set_receiver([&right](Burst& burst) { right.send(burst); });
    right.set_receiver([&left](Burst& burst) { left.send(burst); });
  }
  void configure(std::string_view side, const std::string& address) {
    const std::string in = "ip -n " + space(side) + " ";
    REQUIRE(shell("ip link set " + device(side) + " netns " + space(side)));
    REQUIRE(shell(in + "addr add " + address + " dev " + device(side)));
    REQUIRE(shell(in + "link set " + device(side) + " up"));
  }

  /// Runs the loop while another thread does what a host does.
  template <class Work>
  void during(Work work) {
    std::thread host([&] {
      work();
      loop_.post([&] { loop_.quit(); });
    });
    run_loop();
    host.join();
  }
  void run_for(Duration duration) {
    Timer end(loop_.scheduler(), [&] { loop_.quit(); });
    end.arm(loop_.now() + duration);
    run_loop();
  }

  void check_ping() {
    bool answered = false;
    during([&] { answered = shell("ip netns exec " + space("A") + " ping -c 3 -i 0.1 -w 5 10.9.0.2"); });
    CHECK(answered);
  }
  /// Both programs' last lines must agree.
  void check_transfer(std::string_view receiver, std::string_view sender) {
    std::string received, sent;
    during([&] {
      const std::string out = script("receive", receiver);
      const std::string in = script("send", sender);
      // The sender starts once the receiver listens.
      const std::string line = fmt::format(
          "ip netns exec {0} timeout 40 python3 {1} > {1}.out & "
          "for i in $(seq 100); do grep -q listening {1}.out && break; sleep 0.05; done; "
          "timeout 40 ip netns exec {2} python3 {3} > {3}.out; wait",
          space("B"), out, space("A"), in);
      if (std::system(line.c_str()) != 0) return;
      received = last_line(out + ".out");
      sent = last_line(in + ".out");
    });
    CHECK_FALSE(sent.empty());
    CHECK(received == sent);
  }

  PortStack& left() { return *stacks_[0]; }
  PortStack& right() { return *stacks_[1]; }
  std::size_t missing_buffers() const { return pool_.total() - pool_.available(); }

 private:
  void run_loop() {
    loop_.context().restart();
    loop_.run();
  }
  std::string script(std::string_view name, std::string_view text) {
    const auto path = folder_ / name;
    std::ofstream(path) << text;
    std::ofstream(path.string() + ".out");
    return path.string();
  }
  static std::string last_line(const std::string& file) {
    std::ifstream stream(file);
    std::string line, last;
    while (std::getline(stream, line)) last = line;
    return last;
  }

  std::string id_ = std::to_string(getpid() % 100000);
  std::filesystem::path folder_;
  EventLoop loop_;
  WallClock wall_{loop_, {}};
  PacketPool pool_;
  std::unique_ptr<PortStack> stacks_[2];
};

#define NEEDS_ROOT()                               \
  if (const auto why = obstacle(); !why.empty()) { \
    WARN("skipped: " + why);                       \
    return;                                        \
  }

}  // namespace

TEST_CASE("hosts talk through two TAPs, super-frames crossing whole") {
  NEEDS_ROOT();
  Hosts hosts;
  hosts.connect(hosts.tap("A"), hosts.tap("B"));
  hosts.run_for(600ms);
  CHECK(hosts.left().link_up());
  hosts.check_ping();
  std::size_t longest = 0;
  hosts.left().set_receiver([&](Burst& burst) {
    for (Packet& frame : burst) longest = std::max(longest, frame->size());
    hosts.right().send(burst);
  });
  hosts.check_transfer(receive_tcp, send_tcp);
  CHECK(longest > 10'000);
  if (hosts.left().offloads().udp4) {
    longest = 0;
    hosts.check_transfer(receive_udp, send_udp);
    CHECK(longest == 14 + 20 + 8 + 20'000);
  }
  CHECK(hosts.left().counters().in_errors == 0);
  CHECK(hosts.left().counters().in_octets > (16U << 20));
}

TEST_CASE("hosts talk through a veth pair and a TAP with their checksums left to us") {
  NEEDS_ROOT();
  Hosts hosts;
  const std::string left = hosts.veth("A");
  hosts.connect(left, hosts.tap("B"));
  hosts.run_for(600ms);
  CHECK(hosts.left().link_up());
  hosts.check_ping();
  hosts.check_transfer(receive_tcp, send_tcp);
  hosts.check_transfer(receive_udp, send_udp);
  CHECK(hosts.left().counters().in_errors == 0);
}

TEST_CASE("what is cut and completed here is good to the kernel") {
  NEEDS_ROOT();
  Hosts hosts;
  const std::string left = hosts.veth("A");
  hosts.connect(left, hosts.tap("B"));
  Impairment impairment;
  impairment.delay = 1ms;  // an impaired cable carries frames as a wire does
  hosts.right().impairment().set(ImpairPort::Direction::out, impairment);
  hosts.run_for(600ms);
  hosts.check_transfer(receive_tcp, send_tcp);
  hosts.check_transfer(receive_udp, send_udp);
  CHECK(hosts.right().impairment().impair_counters(ImpairPort::Direction::out).passed > (16U << 20) / 1500);
}

TEST_CASE("frames cross a UDP cable") {
  NEEDS_ROOT();
  Hosts hosts;
  const auto port = [](int i) { return std::to_string(30000 + getpid() % 10000 * 2 + i); };
  auto near = hosts.stack("udp:" + port(0) + ":127.0.0.1:" + port(1));
  auto far = hosts.stack("udp:" + port(1) + ":127.0.0.1:" + port(0));
  hosts.connect(hosts.tap("A"), hosts.tap("B"));
  Hosts::join(hosts.left(), *near);
  Hosts::join(*far, hosts.right());
  hosts.run_for(600ms);
  hosts.check_ping();
  hosts.check_transfer(receive_tcp, send_tcp);
}

TEST_CASE("the link follows the device, and a vanished interface is attached again") {
  NEEDS_ROOT();
  Hosts hosts;
  const std::string left = hosts.veth("A");
  hosts.connect(left, hosts.tap("B"));
  std::vector<bool> left_changes, right_changes;
  hosts.left().set_link_listener([&](bool up) { left_changes.push_back(up); });
  hosts.run_for(1100ms);
  hosts.right().set_link_listener([&](bool up) { right_changes.push_back(up); });
  CHECK(hosts.left().link_up());
  CHECK(hosts.right().link_up());
  REQUIRE(shell("ip -n " + hosts.space("A") + " link set " + hosts.device("A") + " down"));
  REQUIRE(shell("ip -n " + hosts.space("B") + " link set " + hosts.device("B") + " down"));
  hosts.run_for(1100ms);
  CHECK_FALSE(hosts.left().link_up());
  CHECK(right_changes == std::vector<bool>{false});
  REQUIRE(shell("ip link del " + hosts.device("A") + "p"));
  hosts.run_for(1100ms);
  CHECK_FALSE(hosts.left().link_up());
  hosts.veth("A");
  hosts.configure("A", "10.9.0.1/24");
  REQUIRE(shell("ip -n " + hosts.space("B") + " link set " + hosts.device("B") + " up"));
  REQUIRE(shell("ip link set " + hosts.device("A") + "p up"));
  hosts.run_for(1100ms);
  CHECK(hosts.left().link_up());
  CHECK(left_changes.back() == true);
  CHECK(right_changes == std::vector<bool>{false, true});
  hosts.check_ping();
}

TEST_CASE("a TAP that is deleted and made again is attached to again") {
  NEEDS_ROOT();
  Hosts hosts;
  hosts.connect(hosts.tap("A"), hosts.tap("B"));
  hosts.run_for(600ms);
  REQUIRE(shell("ip -n " + hosts.space("B") + " link del " + hosts.device("B")));
  hosts.run_for(1100ms);
  CHECK_FALSE(hosts.right().link_up());
  REQUIRE(shell("ip tuntap add mode tap name " + hosts.device("B")));
  hosts.run_for(1100ms);
  CHECK(hosts.right().link_up());
  hosts.configure("B", "10.9.0.2/24");
  hosts.check_ping();
  hosts.check_transfer(receive_tcp, send_tcp);
}

TEST_CASE("what cannot be attached to is one clear line") {
  NEEDS_ROOT();
  Hosts hosts;
  EventLoop loop;
  PacketPool pool(50, 20);
  const PortEnvironment environment{pool, loop.scheduler(), loop, loop};
  const auto reason = [&](const std::string& spec) {
    const auto port = make_port("eth0", *parse_mac("00-00-cd-00-00-01"), spec, environment);
    REQUIRE_FALSE(port);
    return port.error().text;
  };
  CHECK(reason("packet:nosuch0") == "packet:nosuch0: there is no such interface");
  CHECK(reason("packet:lo") == "packet:lo: the interface is not an Ethernet");
  CHECK(reason("tap:lo") == "tap:lo: the interface is not a TAP that can be attached to");
  const auto first = hosts.stack(hosts.tap("A"));
  CHECK(reason(hosts.tap("A")) == hosts.tap("A") + ": the TAP is in use by another process");
  const auto udp = hosts.stack("udp:29999:127.0.0.1:29998");
  CHECK(reason("udp:29999:127.0.0.1:29998") == "udp:29999:127.0.0.1:29998: local port 29999: Address already in use");
}
