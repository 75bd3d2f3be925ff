#include <catch2/catch.hpp>

#include <pcap/pcap.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "netdev/capture_port.h"
#include "tests/support/virtual_time.h"
#include "tests/unit/netdev/frames.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

/// A directory that goes away with the test.
struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "capture-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

struct Captured {
  std::uint64_t time_ns;
  std::uint32_t length;
  Bytes bytes;
};

std::vector<Captured> read_capture(const std::filesystem::path& file) {
  char error[PCAP_ERRBUF_SIZE];
  pcap_t* const capture = pcap_open_offline_with_tstamp_precision(file.c_str(), PCAP_TSTAMP_PRECISION_NANO, error);
  INFO(error);
  REQUIRE(capture != nullptr);
  CHECK(pcap_datalink(capture) == DLT_EN10MB);
  std::vector<Captured> frames;
  pcap_pkthdr* header = nullptr;
  const u_char* bytes = nullptr;
  int result = 0;
  while ((result = pcap_next_ex(capture, &header, &bytes)) == 1) {
    const auto time = static_cast<std::uint64_t>(header->ts.tv_sec) * 1'000'000'000 +
                      static_cast<std::uint64_t>(header->ts.tv_usec);
    frames.push_back({time, header->len, Bytes(bytes, bytes + header->caplen)});
  }
  CHECK(result == PCAP_ERROR_BREAK);
  pcap_close(capture);
  return frames;
}

struct Bench {
  Folder folder;
  VirtualTime time;
  WallClock wall{time, WallTime(1'700'000'000'000ms)};
  PacketPool pool{200, 8};
  TestPort driver{pool};
  CapturePort port{driver, pool, time.scheduler, time, wall};
  Received up{port};
  std::filesystem::path file = folder.path / "eth0.pcapng";
};

}  // namespace

TEST_CASE("a capture holds both directions with the time of the wall clock in nanoseconds") {
  Bench bench;
  REQUIRE(bench.port.start({bench.file, "", "", 0}));
  bench.time.advance(1500ms + 7ns);
  bench.driver.arrive(text_frame(router_mac, host_mac, "in"));
  bench.wall.set(WallTime(0ms));  // does not bend a running capture
  bench.time.advance(1ns);
  send_one(bench.port, bench.pool.copy(text_frame(host_mac, router_mac, "out")));
  bench.port.stop();
  CHECK(bench.driver.sent.size() == 1);
  CHECK(bench.up.frames.size() == 1);

  const auto frames = read_capture(bench.file);
  REQUIRE(frames.size() == 2);
  CHECK(frames[0].time_ns == 1'700'000'001'500'000'007);
  CHECK(frames[1].time_ns == 1'700'000'001'500'000'008);
  CHECK(frames[0].bytes == text_frame(router_mac, host_mac, "in"));
  CHECK(frames[1].bytes == text_frame(host_mac, router_mac, "out"));
  CHECK(bench.port.status().frames == 2);
  CHECK(bench.port.status().bytes == std::filesystem::file_size(bench.file));
}

TEST_CASE("a capture reaches the file within a second while it runs") {
  Bench bench;
  REQUIRE(bench.port.start({bench.file, "", "", 0}));
  bench.driver.arrive(text_frame(router_mac, host_mac, "in"));
  bench.time.advance(1s);
  CHECK(read_capture(bench.file).size() == 1);
  CHECK(bench.port.running());
}

TEST_CASE("only what the filter matches is written") {
  Bench bench;
  REQUIRE(bench.port.start({bench.file, "udp and port 2000", "", 0}));
  bench.driver.arrive(transport_frame(wire::protocol::tcp, 10));
  bench.driver.arrive(transport_frame(wire::protocol::udp, 10));
  bench.port.stop();
  const auto frames = read_capture(bench.file);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].bytes == transport_frame(wire::protocol::udp, 10));
  CHECK(bench.up.frames.size() == 2);
}

TEST_CASE("a bad filter or file is one line and changes nothing") {
  Bench bench;
  REQUIRE(bench.port.start({bench.file, "", "", 0}));
  const auto filter = bench.port.start({bench.folder.path / "b.pcapng", "port banana", "", 0});
  REQUIRE_FALSE(filter);
  CHECK(filter.error().text.starts_with("filter: "));
  CHECK(bench.port.running());
  CHECK_FALSE(std::filesystem::exists(bench.folder.path / "b.pcapng"));

  const auto missing = bench.port.start({bench.folder.path / "none" / "b.pcapng", "", "", 0});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().text.ends_with("No such file or directory"));
  CHECK(bench.port.running());

  const auto other = bench.folder.path / "precious.txt";
  std::ofstream(other) << "not a capture at all";
  const auto precious = bench.port.start({other, "", "", 0});
  REQUIRE_FALSE(precious);
  CHECK(precious.error().text == other.string() + ": exists and is not a capture file");
  CHECK(std::filesystem::file_size(other) == 20);
}

TEST_CASE("an earlier capture is replaced, also by its own successor") {
  Bench bench;
  for (int round = 0; round < 3; ++round) {
    REQUIRE(bench.port.start({bench.file, "", "", 0}));
    bench.driver.arrive(text_frame(router_mac, host_mac, std::to_string(round)));
  }
  bench.port.stop();
  const auto frames = read_capture(bench.file);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].bytes == text_frame(router_mac, host_mac, "2"));
}

TEST_CASE("the snap length cuts what is kept, not what is told") {
  Bench bench;
  REQUIRE(bench.port.start({bench.file, "", "", 60}));
  bench.driver.arrive(transport_frame(wire::protocol::udp, 100));
  bench.driver.arrive(text_frame(router_mac, host_mac, "short"));
  bench.port.stop();
  const auto frames = read_capture(bench.file);
  REQUIRE(frames.size() == 2);
  CHECK(frames[0].bytes.size() == 60);
  CHECK(frames[0].length == 142);
  CHECK(frames[1].bytes.size() == 19);
}

TEST_CASE("a super-frame of datagrams is written as the datagrams it stands for") {
  Bench bench;
  bench.driver.can = {true, true, true};
  REQUIRE(bench.port.start({bench.file, "", "", 0}));
  send_one(bench.port, super_frame(bench.pool, Segmentation::udp4, 2500, 1000));
  bench.port.stop();
  const auto frames = read_capture(bench.file);
  REQUIRE(frames.size() == 3);
  std::size_t payload = 0;
  for (const Captured& frame : frames) {
    const auto ip = wire::view_ipv4(ByteView(frame.bytes).subspan(wire::ethernet_header));
    REQUIRE(ip);
    CHECK(wire::udp_checksum_good(ip->payload(), ip->source(), ip->destination()));
    payload += wire::view_udp(ip->payload())->payload.size();
  }
  CHECK(payload == 2500);
  CHECK(bench.driver.sent.size() == 1);  // and goes on in one piece
}

TEST_CASE("TCP super-frames are written whole with the checksum their sender meant, and go on as they were") {
  Bench bench;
  bench.driver.can = {true, true, true};
  REQUIRE(bench.port.start({bench.file, "", "", 0}));
  send_one(bench.port, super_frame(bench.pool, Segmentation::tcp4, 30'000, 1000));
  bench.port.stop();
  REQUIRE(bench.driver.sent.size() == 1);
  CHECK(bench.driver.sent[0]->meta.checksum == Checksum::partial);
  const auto frames = read_capture(bench.file);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].bytes == transport_frame(wire::protocol::tcp, 30'000));
}

TEST_CASE("a capture ends by itself when the disk refuses, and frames go on") {
  Bench bench;
  REQUIRE(bench.port.start({bench.file, "", "", 0}));
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 100'000;
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  for (int i = 0; i < 20; ++i) {
    bench.driver.arrive(transport_frame(wire::protocol::udp, 50'000));
    bench.up.frames.clear();
  }
  bench.time.advance(1s);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);
  CHECK_FALSE(bench.port.running());
  CHECK(bench.port.status().ended_because == "the file could not be written");
  bench.driver.arrive(text_frame(router_mac, host_mac, "behind"));
  CHECK(bench.up.frames.size() == 1);
}

TEST_CASE("only an ordinary file is captured into") {
  CHECK_FALSE(PcapngWriter::create("/dev/full", {"eth0", "", "", 0}));
  CHECK_FALSE(PcapngWriter::create("/tmp", {"eth0", "", "", 0}));
}

TEST_CASE("tshark reads interface name, comment, filter and directions") {
  if (std::system("command -v tshark >/dev/null 2>&1") != 0) {
    WARN("skipped: tshark is not installed");
    return;
  }
  Bench bench;
  REQUIRE(bench.port.start({bench.file, "udp", "the lab's eth0", 0}));
  bench.driver.arrive(transport_frame(wire::protocol::udp, 10));
  send_one(bench.port, bench.pool.copy(transport_frame(wire::protocol::udp, 10)));
  bench.port.stop();
  const std::string list = (bench.folder.path / "list").string();
  const std::string command = "tshark -r " + bench.file.string() +
                              " -T fields -e frame.interface_name -e frame.packet_flags_direction -e udp.dstport"
                              " -o udp.check_checksum:TRUE -e udp.checksum.status > " + list + " 2>/dev/null";
  REQUIRE(std::system(command.c_str()) == 0);
  std::ifstream stream(list);
  std::string line;
  std::getline(stream, line);
  CHECK(line == "eth0\t0x00000001\t2000\t1");
  std::getline(stream, line);
  CHECK(line == "eth0\t0x00000002\t2000\t1");
}
