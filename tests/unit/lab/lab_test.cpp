#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "cli/language/command_table.h"
#include "modules/lab/lab_module.h"
#include "netdev/null_port.h"
#include "tests/support/test_services.h"

using namespace arrouter;
using namespace arrouter::test;
using Direction = ImpairPort::Direction;

namespace {

/// Keeps who listens for keys.
struct FakeIsakmp final : isakmp::IsakmpApi {
  isakmp::KeyObserver* observer = nullptr;
  bool enabled() const override { return true; }
  void set_user(isakmp::KeyUser*) override {}
  void acquire(const isakmp::Acquire&) override {}
  void deleted(const isakmp::PeerName&, const std::string&, isakmp::Protocol,
               const std::vector<std::uint32_t>&) override {}
  isakmp::BadSpiAnswer bad_spi(Ipv4Address, Ipv4Address, const std::string&) override {
    return isakmp::BadSpiAnswer::no_policy;
  }
  void peer_moved(const isakmp::PeerName&, Ipv4Address, std::uint16_t) override {}
  bool has_policy(std::string_view) const override { return false; }
  void observe_keys(isakmp::KeyObserver* given) override { observer = given; }
  void set_authenticator(isakmp::XauthAuthenticator*) override {}
};

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Two ports of the model, attached to nothing, behind a command line.
struct Bench {
  Bench() {
    std::string name = (std::filesystem::temp_directory_path() / "lab-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder = name;
    const PortEnvironment environment{world.pool, world.time.scheduler, world.time, world.time};
    for (const char* port : {"eth0", "port1"}) {
      auto driver = std::make_unique<NullPort>(port, *parse_mac("00-00-cd-00-00-01"), world.pool);
      const std::string attachment = std::string_view(port) == "eth0" ? "tap:wan" : "";
      stacks[port] = std::make_unique<PortStack>(std::move(driver), attachment, environment, world.wall, 5);
    }
    lab = make_lab(world.services, stacks, isakmp, folder);
    rows = lab->commands();
    for (const CommandRow& row : rows) table.add("lab", row);
  }
  ~Bench() {
    stacks.clear();
    std::filesystem::remove_all(folder);
  }

  /// The screen and the last line of a command.
  std::string run(std::string_view line) {
    auto match = table.parse(line);
    if (!match) return match.error().line();
    Screen screen;
    Invocation invocation{match->args, caller, screen, [](Question) {}, [](Outcome) {}};
    const Outcome outcome = match->row->run(invocation);
    json = screen.json().dump();
    return screen.text() + outcome.line();
  }
  PortStack& eth0() { return *stacks["eth0"]; }

  TestServices world;
  std::filesystem::path folder;
  PortStacks stacks;
  FakeIsakmp isakmp;
  std::unique_ptr<Module> lab;
  std::vector<CommandRow> rows;
  CommandTable table;
  Caller caller;
  std::string json;
};

const std::string success = "Info (1202003): Operation successful.";

}  // namespace

TEST_CASE("LAB IMPAIR changes what it names, in the direction it names") {
  Bench bench;
  CHECK(bench.run("lab impair port=eth0 loss=10 delay=20") == success);
  CHECK(bench.eth0().impairment().impairment(Direction::in).loss == 10);
  CHECK(bench.eth0().impairment().impairment(Direction::out).delay == std::chrono::milliseconds(20));
  CHECK(bench.run("lab imp po=ETH0 di=in loss=0 jit=5 dup=1 reo=2 cor=3 seed=99") == success);
  const Impairment& in = bench.eth0().impairment().impairment(Direction::in);
  CHECK(in.loss == 0);
  CHECK(in.delay == std::chrono::milliseconds(20));
  CHECK(in.jitter == std::chrono::milliseconds(5));
  CHECK(in.duplicate == 1);
  CHECK(in.reorder == 2);
  CHECK(in.corrupt == 3);
  CHECK(bench.eth0().impairment().seed() == 99);
  CHECK(bench.eth0().impairment().impairment(Direction::out).loss == 10);
  CHECK_FALSE(bench.stacks["port1"]->impairment().impairment(Direction::in).active());

  CHECK(bench.run("lab impair reset port=eth0") == success);
  CHECK_FALSE(bench.eth0().impairment().impairment(Direction::in).active());
  CHECK(bench.run("lab impair port=port1 loss=100") == success);
  CHECK(bench.run("lab impair reset") == success);
  CHECK_FALSE(bench.stacks["port1"]->impairment().impairment(Direction::in).active());
}

TEST_CASE("what is out of range or unknown changes nothing") {
  Bench bench;
  CHECK(bench.run("lab impair port=eth0 loss=101").starts_with("Error (3035"));
  CHECK(bench.run("lab impair port=eth0 delay=60001").starts_with("Error (3035"));
  CHECK_FALSE(bench.eth0().impairment().impairment(Direction::in).active());
  const std::string unknown = "Error (3202256): Port eth7 does not exist or cannot be reached by LAB commands.";
  CHECK(bench.run("lab impair port=eth7 loss=1") == unknown);
  CHECK(bench.run("lab impair reset port=eth7") == unknown);
  CHECK(bench.run("lab port=eth7 down") == unknown);
  CHECK(bench.run("lab capture start port=eth7 file=a") == unknown);
  CHECK(bench.run("lab capture stop port=eth7") == unknown);
  CHECK(bench.run("lab show ports=eth7") == unknown);
  CHECK(bench.run("lab show impair=eth7") == unknown);
}

TEST_CASE("LAB PORT takes the cable out and puts it in") {
  Bench bench;
  CHECK(bench.run("lab port=eth0 up") == "Warning (2202261): The cable of eth0 is in already.");
  CHECK(bench.run("lab port=eth0 down") == success);
  CHECK(bench.eth0().impairment().down());
  CHECK(bench.run("lab port=eth0 down") == "Warning (2202262): The cable of eth0 is out already.");
  CHECK(bench.run("lab port=eth0 up") == success);
  CHECK_FALSE(bench.eth0().impairment().down());
}

TEST_CASE("captures are started, shown and stopped") {
  Bench bench;
  CHECK(bench.run("lab show capture") == "Warning (2202260): No capture is running.");
  CHECK(bench.run("lab capture start port=eth0 file=wan filter=\"udp port 500 or esp\" comment=\"phase 1\"") ==
        "Info (1202263): Capturing eth0 into wan.pcapng.");
  CHECK(std::filesystem::exists(bench.folder / "wan.pcapng"));
  const std::string bytes = std::to_string(std::filesystem::file_size(bench.folder / "wan.pcapng"));
  CHECK(bench.run("lab show capture") ==
        "\n"
        "Port .......................... eth0\n"
        "  State ....................... Running\n"
        "  File ........................ wan.pcapng\n"
        "  Filter ...................... udp port 500 or esp\n"
        "  Frames ...................... 0\n"
        "  Bytes ....................... " + bytes + "\n");
  CHECK(bench.json == R"({"captures":[{"port":"eth0","state":"Running","file":"wan.pcapng",)"
                      R"("filter":"udp port 500 or esp","frames":0,"bytes":)" + bytes + "}]}");
  CHECK(bench.run("lab capture start port=port1 file=wan.pcapng") ==
        "Error (3202258): File wan.pcapng is being written by the capture of eth0.");
  CHECK(bench.run("lab capture stop") == success);
  CHECK(bench.run("lab capture stop port=eth0") == "Warning (2202260): No capture is running.");
  CHECK(bench.run("lab show capture").contains("State ....................... Stopped\n"));
}

TEST_CASE("a capture stays in its directory and off other files") {
  Bench bench;
  for (const char* name : {"../escape", "/tmp/escape", ".hidden", "a/b", "..", "a\\b"}) {
    const std::string line = fmt::format("lab capture start port=eth0 file=\"{}\"", name);
    CHECK(bench.run(line).starts_with("Error (3202257): "));
  }
  std::ofstream(bench.folder / "notes.pcapng") << "not a capture";
  CHECK(bench.run("lab capture start port=eth0 file=notes").ends_with("exists and is not a capture file."));
  CHECK(bench.run("lab capture start port=eth0 file=x filter=\"port banana\"").starts_with("Error (3202259): "));
  CHECK_FALSE(bench.eth0().capture().running());
}

TEST_CASE("LAB SHOW PORTS lists every port, and one with its counters") {
  Bench bench;
  bench.run("lab port=eth0 down");
  CHECK(bench.run("lab show ports") ==
        "\n"
        "Port    Link  Cable   In frames Out frames  Discards Attached to\n"
        "-------------------------------------------------------------------------------\n"
        "eth0    Down  Out             0          0         0 tap:wan\n"
        "port1   Down  In              0          0         0 nothing\n"
        "-------------------------------------------------------------------------------\n");
  CHECK(bench.run("lab show ports=port1") ==
        "\n"
        "Port .......................... port1\n"
        "  Attached to ................. nothing\n"
        "  MAC address ................. 00-00-cd-00-00-01\n"
        "  Link ........................ Down\n"
        "  Cable ....................... In\n"
        "  TCP super-frames ............ Cut\n"
        "  UDP super-frames ............ Cut\n"
        "\n"
        "  inFrames                         0    outFrames                        0\n"
        "  inOctets                         0    outOctets                        0\n"
        "  inDiscards                       0    outDiscards                      0\n"
        "  inErrors                         0    outErrors                        0\n"
        "  inForOthers                      0\n");
}

TEST_CASE("LAB SHOW IMPAIR tells settings and what they did") {
  Bench bench;
  bench.run("lab impair port=eth0 direction=out loss=100 delay=20 seed=7");
  Burst burst;
  burst.add(bench.world.pool.copy(Bytes(60)));
  bench.eth0().send(burst);
  CHECK(bench.run("lab show impair=eth0") ==
        "\n"
        "Port .......................... eth0\n"
        "  Cable ....................... In\n"
        "  Seed ........................ 7\n"
        "  In:\n"
        "    Loss ...................... 0 %\n"
        "    Delay ..................... 0 ms\n"
        "    Jitter .................... 0 ms\n"
        "    Duplicate ................. 0 %\n"
        "    Reorder ................... 0 %\n"
        "    Corrupt ................... 0 %\n"
        "  passed                           0    lost                             0\n"
        "  duplicated                       0    reordered                        0\n"
        "  corrupted                        0    heldBack                         0\n"
        "  overflowed                       0    lostWhileCableOut                0\n"
        "  Out:\n"
        "    Loss ...................... 100 %\n"
        "    Delay ..................... 20 ms\n"
        "    Jitter .................... 0 ms\n"
        "    Duplicate ................. 0 %\n"
        "    Reorder ................... 0 %\n"
        "    Corrupt ................... 0 %\n"
        "  passed                           0    lost                             1\n"
        "  duplicated                       0    reordered                        0\n"
        "  corrupted                        0    heldBack                         0\n"
        "  overflowed                       0    lostWhileCableOut                0\n");
}

TEST_CASE("LAB KEYS tells the keys of new SAs as tshark's tables, as long as it is asked to") {
  Bench bench;
  CHECK(bench.isakmp.observer == nullptr);
  CHECK(bench.run("lab keys stop") == "Warning (2202266): No keys are being written.");
  CHECK(bench.run("lab show keys") == "Warning (2202266): No keys are being written.");
  CHECK(bench.run("lab keys start file=wan.pcapng") ==
        "Warning (2202265): Keys are revealed: those of every new SA are written in clear to wan.keys until LAB KEYS "
        "STOP.");
  REQUIRE(bench.isakmp.observer != nullptr);
  const auto folder = bench.folder / "wan.keys";
  CHECK(std::filesystem::status(folder).permissions() == std::filesystem::perms::owner_all);
  CHECK(text_of(folder / "preferences") == "esp.enable_encryption_decode: TRUE\n");

  bench.isakmp.observer->isakmp_keys(0x0123456789abcdef, *from_hex("00112233445566778899aabbccddeeff"));
  CHECK(text_of(folder / "ikev1_decryption_table") == "0123456789abcdef,00112233445566778899aabbccddeeff\n");

  isakmp::Bundle bundle;
  bundle.local = Ipv4Address(100, 100, 100, 1);
  bundle.peer = Ipv4Address(200, 200, 200, 1);
  isakmp::KeyedSa sa;
  const auto add = [&](isakmp::Protocol protocol, enco::Cipher cipher, enco::Hash hash) {
    sa.protocol = protocol;
    sa.transform = {cipher, hash, isakmp::Encapsulation::tunnel, 1};
    sa.in_spi = 0x1001;
    sa.out_spi = 0x1002;
    sa.in_key.assign(enco::traits(cipher).key_bytes + enco::traits(hash).key_bytes, 0x11);
    sa.out_key.assign(sa.in_key.size(), 0x22);
    sa.in_key.back() = 0x33;
    bundle.sas = {sa};
    bench.isakmp.observer->bundle_keys(bundle);
  };
  add(isakmp::Protocol::esp, enco::Cipher::aes128, enco::Hash::md5);
  CHECK(text_of(folder / "esp_sa") ==
        "\"IPv4\",\"200.200.200.1\",\"100.100.100.1\",\"0x00001001\",\"AES-CBC [RFC3602]\","
        "\"0x11111111111111111111111111111111\",\"HMAC-MD5-96 [RFC2403]\",\"0x11111111111111111111111111111133\"\n"
        "\"IPv4\",\"100.100.100.1\",\"200.200.200.1\",\"0x00001002\",\"AES-CBC [RFC3602]\","
        "\"0x22222222222222222222222222222222\",\"HMAC-MD5-96 [RFC2403]\",\"0x22222222222222222222222222222222\"\n");
  add(isakmp::Protocol::esp, enco::Cipher::triple_des_2key, enco::Hash::null);  // three keys to Wireshark
  CHECK(text_of(folder / "esp_sa").ends_with("\"TripleDES-CBC [RFC2451]\",\"0x" + std::string(48, '2') + "\",\"NULL\",\"\"\n"));
  const std::string before = text_of(folder / "esp_sa");
  add(isakmp::Protocol::ah, enco::Cipher::null, enco::Hash::sha);  // nothing to decrypt
  add(isakmp::Protocol::esp, enco::Cipher::triple_des_inner, enco::Hash::sha);  // Wireshark does not know it
  CHECK(text_of(folder / "esp_sa") == before);
  CHECK(bench.run("lab show keys") ==
        "\n"
        "State ......................... Running\n"
        "Folder ........................ wan.keys\n"
        "ISAKMP SAs .................... 1\n"
        "IPsec SAs ..................... 2\n");

  CHECK(bench.run("lab keys stop") == success);
  CHECK(bench.isakmp.observer == nullptr);
  CHECK(text_of(folder / "esp_sa") == before);
  bench.run("lab keys start file=wan");
  bench.lab.reset();
  CHECK(bench.isakmp.observer == nullptr);
}

TEST_CASE("LAB KEYS writes into its own folder or not at all") {
  Bench bench;
  CHECK(bench.run("lab keys start file=../x").starts_with("Error (3202257)"));
  std::ofstream(bench.folder / "taken.keys") << "a file";
  CHECK(bench.run("lab keys start file=taken").starts_with("Error (3202264): Keys cannot be written: "));
  CHECK(bench.isakmp.observer == nullptr);
  std::filesystem::create_directory(bench.folder / "link.keys");
  std::filesystem::create_symlink(bench.folder / "taken.keys", bench.folder / "link.keys" / "esp_sa");
  CHECK(bench.run("lab keys start file=link").starts_with("Error (3202264): Keys cannot be written: "));
  CHECK(text_of(bench.folder / "taken.keys") == "a file");
}
