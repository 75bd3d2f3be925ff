// SHOW ENCO and its channels and counters, switches and their configuration.
#include <catch2/catch.hpp>

#include "modules/enco/enco_module.h"
#include "tests/support/module_desk.h"
#include "tests/unit/enco/vector_file.h"

using namespace arrouter;
using namespace arrouter::enco;
using test::ModuleDesk;
using test::TestServices;

namespace {

const std::string done = "Info (1073003): Operation successful.\n";

ChannelSpec spec(std::uint32_t user_id, Cipher cipher, Hash hash) {
  ChannelSpec made{.user_id = user_id, .cipher = cipher, .hash = hash};
  made.out_key.assign(traits(cipher).key_bytes + traits(hash).key_bytes, 0x42);
  for (std::size_t i = 0; i < made.out_key.size(); ++i) made.out_key[i] = static_cast<std::uint8_t>(i * 7);
  made.in_key = made.out_key;
  return made;
}

/// Sends one packet of 8 + 8 + 64 + 12 bytes through both channels.
void run_one(EncoApi& api, TestServices& world, Direction direction, ChannelId cipher, ChannelId hash) {
  Packet packet = world.pool.copy(Bytes(92, 1));
  Job job{.packet = &*packet,
          .encryption = cipher,
          .authentication = hash,
          .cipher_begin = 16,
          .cipher_end = 80,
          .auth_begin = 0,
          .auth_end = 80,
          .icv_at = 80};
  api.run(direction, {&job, 1});
}

class Paper final : public Terminal {
 public:
  void print(std::string_view text) override { shown += text; }
  std::string shown;
};

}  // namespace

TEST_CASE("SHOW ENCO lists what is there") {
  TestServices world;
  MadeEnco made = make_enco(world.services);
  ModuleDesk desk(world, *made.module);
  std::string shown = desk("show enco");
  // Which engine does the work depends on the libraries; that each algorithm has one does not.
  const auto from = shown.find(" Processed by\n"), to = shown.find(" Diffie-Hellman\n");
  REQUIRE(from < to);
  const std::string engines = shown.substr(from, to - from);
  shown.erase(from, to - from);
  CHECK(std::count(engines.begin(), engines.end(), '\n') == 16);
  for (const std::string name : {"DES", "3DES2KEY", "3DESINNER", "3DESOUTER", "AES128", "AES192", "AES256", "HMAC-MD5",
                                 "HMAC-SHA", "DESMAC", "DH", "RSA", "LZS", "DEFLATE"})
    CHECK(engines.find("   " + name + " ....") != std::string::npos);
  CHECK(engines.find("not available") == std::string::npos);
  CHECK(desk.last_json.find("\"processedBy\":{\"DES\":\"OpenSSL\"") != std::string::npos);
  CHECK(shown == R"(
ENCO Module Configuration

 Hardware
   PAC card .................... not present
   MAC card .................... not present
   Built-in engine ............. present

 Software processes
   Compression
     STAC LZS
       Max channels ............ 4
       Active channels ......... 0
       Speed ................... 3
     Predictor
       Max channels ............ 4
       Active channels ......... 0
   Encryption .................. DES 3DES2KEY 3DESINNER 3DESOUTER AES128 AES192 AES256
   Authentication .............. MD5 SHA HMAC-MD5 HMAC-SHA DESMAC
   Key exchange ................ DH RSA

 Diffie-Hellman
   Priority .................... HIGH
   Padding ..................... ON

 Compression statistics ........ disabled
 Debugging ..................... disabled
 Channels in use ............... 0
)");
  CHECK(desk.last_json.find(R"("diffieHellman":{"priority":"HIGH","padding":"ON"})") != std::string::npos);
}

TEST_CASE("a switch has its encryption processor on a card") {
  TestServices world(1, "Rapier 24i");
  MadeEnco made = make_enco(world.services);
  ModuleDesk desk(world, *made.module);
  CHECK(desk("show enco").find("   PAC card .................... present\n") != std::string::npos);
  run_one(made.api, world, Direction::encode, made.api.open_channel(spec(0, Cipher::aes256, Hash::null)), 0);
  CHECK(desk("show enco counters=pac").find("commandsSent .........        1") != std::string::npos);
  CHECK(desk("show enco counters=hw").find("commandsSent .........        0") != std::string::npos);
}

TEST_CASE("channels are listed while they are open") {
  TestServices world;
  MadeEnco made = make_enco(world.services);
  ModuleDesk desk(world, *made.module);
  CHECK(desk("show enco channel") == R"(
 Channel  User    User Id  Compression   Encryption    Authentication  State
-----------------------------------------------------------------------------
-----------------------------------------------------------------------------
)");
  CHECK(desk("show enco channel counters") == "Info (1073265): No channels in use.\n");
  const ChannelId cipher = made.api.open_channel(spec(7, Cipher::triple_des_outer, Hash::null));
  const ChannelId hash = made.api.open_channel(spec(7, Cipher::null, Hash::sha));
  CHECK(desk("show enco channel") == R"(
 Channel  User    User Id  Compression   Encryption    Authentication  State
-----------------------------------------------------------------------------
 1        IPSEC   7        -             3DESOUTER     -               Open
 2        IPSEC   7        -             -             HMAC-SHA        Open
-----------------------------------------------------------------------------
)");
  CHECK(desk("show enco channel=1") == R"(
ENCO Channel 1
  User module ................. IPSEC
  User identifier ............. 7
  State ....................... Open
  Compression process ......... None
  Encryption process .......... 3DESOUTER
    Processed by .............. Hardware
    IV length ................. 8
  Authentication process ...... None
)");
  CHECK(desk("show enco channel=2") == R"(
ENCO Channel 2
  User module ................. IPSEC
  User identifier ............. 7
  State ....................... Open
  Compression process ......... None
  Encryption process .......... None
  Authentication process ...... HMAC-SHA
    Digest length ............. 12
)");
  run_one(made.api, world, Direction::encode, cipher, hash);
  run_one(made.api, world, Direction::decode, cipher, hash);  // its ICV is wrong
  CHECK(desk("show enco channel=2 counters") == R"(
ENCO Channel 2 Counters

 Encode                               Decode
   encodePackets ........        1      decodePackets ........        1
   encodeOctets .........       80      decodeOctets .........       80
   encodeGood ...........        1      decodeGood ...........        0
   encodeDiscards .......        0      decodeDiscards .......        0
   encodeErrors .........        0      decodeErrors .........        0
                                        authFailures .........        1
)");
  CHECK(desk("show enco channel=3") == "Error (3073264): Channel 3 does not exist.\n");
  made.api.close_channel(cipher);
  CHECK(desk("show enco channel=1") == "Error (3073264): Channel 1 does not exist.\n");
}

TEST_CASE("counters tell what was done, by group") {
  TestServices world;
  MadeEnco made = make_enco(world.services);
  ModuleDesk desk(world, *made.module);
  const ChannelId cipher = made.api.open_channel(spec(0, Cipher::aes256, Hash::null));
  CHECK(made.api.open_channel(spec(0, Cipher::aes256, Hash::sha)) == 0);  // one of the two
  run_one(made.api, world, Direction::encode, cipher, 0);
  CHECK(desk("show enco counters=aes") == R"(
AES Counters
   encodeJobs ...........        1      decodeJobs ...........        0
   encodeGood ...........        1      decodeGood ...........        0
   encodeFailed .........        0      decodeFailed .........        0
   badLength ............        0      badKey ...............        1
)");
  CHECK(desk("show enco counters=hw") == R"(
HW Counters
   commandsSent .........        1      responsesReceived ....        1
   failures .............        0
)");
  CHECK(desk("show enco counters=pac").find("commandsSent .........        0") != std::string::npos);
  CHECK(desk("show enco counters=user") == R"(
User Counters
   attachRequests .......        2      attachFailed .........        1
   detachRequests .......        0      channelsMax ..........        1
   configureFailed ......        1
)");
  const std::string all = desk("show enco counters");
  for (const std::string title : {"DH", "HMAC", "Job", "HW", "MAC", "PAC", "Predictor", "STAC", "RSA", "DES", "3DES", "AES",
                                  "MD5", "SHA", "Pseudo Random", "User", "Util"})
    CHECK(all.find("\n" + title + " Counters\n") != std::string::npos);
  CHECK(desk("reset enco counters") == done);
  CHECK(desk("show enco counters=aes").find("encodeJobs ...........        0") != std::string::npos);
}

TEST_CASE("COMPSTATISTICS keeps what compression gains, STACSPEED says how hard it is tried") {
  TestServices world;
  MadeEnco made = make_enco(world.services);
  ModuleDesk desk(world, *made.module);
  ChannelSpec lzs;
  lzs.compression = Compression::lzs;
  const ChannelId channel = made.api.open_channel(lzs);
  SeededRandom random(7);
  Bytes text;  // of two letters: the longer one looks, the longer the repetition that is found
  for (int i = 0; i < 3000; ++i) text.push_back(static_cast<std::uint8_t>('a' + random.below(2)));
  const auto packed = [&] {
    Bytes out(text.size());
    out.resize(made.api.compress(channel, text, out).value());
    return out;
  };
  packed();
  CHECK(desk("show enco channel=1 counters").find("ratio") == std::string::npos);
  CHECK(desk("enable enco compstatistics") == done);
  CHECK(desk("show enco channel=1 counters").find("   Compression ratio .......... -\n") != std::string::npos);
  const Bytes quick = packed();
  Bytes back(text.size());
  CHECK(made.api.expand(channel, quick, back) == text.size());
  const std::string ratio =
      fmt::format("{:.2f} : 1\n", static_cast<double>(text.size()) / static_cast<double>(quick.size()));
  const std::string shown = desk("show enco channel=1 counters");
  CHECK(shown.find("   Compression ratio .......... " + ratio) != std::string::npos);
  CHECK(shown.find("   Expansion ratio ............ " + ratio) != std::string::npos);
  CHECK(desk("set enco sw stacspeed=0") == done);
  CHECK(packed().size() < quick.size());
  CHECK(made.api.expand(channel, packed(), back) == text.size());
  CHECK(back == text);
  CHECK(desk("set enco sw stacspeed=3") == done);
  CHECK(packed() == quick);
  CHECK(desk("disable enco compstatistics") == done);
  CHECK(desk("show enco channel=1 counters").find("ratio") == std::string::npos);
}

TEST_CASE("STACCHANNELS limits how many channels compress by LZS, and nothing else") {
  TestServices world;
  MadeEnco made = make_enco(world.services);
  ModuleDesk desk(world, *made.module);
  const auto open = [&](Compression compression) { return made.api.open_channel({.compression = compression}); };
  std::vector<ChannelId> channels;
  for (int i = 0; i < 4; ++i) channels.push_back(open(Compression::lzs));
  CHECK(channels == std::vector<ChannelId>{1, 2, 3, 4});
  CHECK(open(Compression::lzs) == 0);
  CHECK(open(Compression::deflate) == 5);
  CHECK(desk("show enco").find("       Max channels ............ 4\n"
                               "       Active channels ......... 4\n") != std::string::npos);
  CHECK(desk("show enco counters=user").find("attachFailed .........        1") != std::string::npos);
  made.api.close_channel(2);
  CHECK(open(Compression::lzs) == 2);
  CHECK(desk("set enco sw stacchannels=1") == done);  // those there are stay
  CHECK(desk("show enco").find("       Max channels ............ 1\n"
                               "       Active channels ......... 4\n") != std::string::npos);
  for (const ChannelId channel : {1U, 2U, 3U}) made.api.close_channel(channel);
  CHECK(open(Compression::lzs) == 0);
  made.api.close_channel(4);
  CHECK(open(Compression::lzs) == 1);
  CHECK(desk("set enco sw stacchannels=0") == done);
  made.api.close_channel(1);
  CHECK(open(Compression::lzs) == 0);
}

TEST_CASE("LAB SET ENCO WORKERS and LAB SHOW ENCO") {
  TestServices world;
  MadeEnco made = make_enco(world.services);
  ModuleDesk desk(world, *made.module);
  const std::string none =
      "\n"
      "ENCO Worker Threads\n"
      "  Threads ..................... 0\n"
      "  Bursts split ................ 0\n"
      "  Packets by the datapath ..... 0\n";
  CHECK(desk("lab show enco") == none);
  CHECK(desk("lab set enco workers=2") == done);
  CHECK(desk("lab show enco") ==
        "\n"
        "ENCO Worker Threads\n"
        "  Threads ..................... 2\n"
        "  Bursts split ................ 0\n"
        "  Packets by the datapath ..... 0\n"
        "  Packets by worker 1 ......... 0\n"
        "  Packets by worker 2 ......... 0\n");
  CHECK(desk("lab set enco workers=16").starts_with("Error"));
  const ChannelId channel = made.api.open_channel(spec(1, Cipher::triple_des_outer, Hash::null));
  std::vector<Job> burst(64, Job{.encryption = channel, .cipher_begin = 16, .cipher_end = 1416});
  std::vector<Packet> packets;
  for (Job& job : burst) {
    packets.push_back(world.pool.copy(Bytes(1424, 1)));
    job.packet = &*packets.back();
  }
  made.api.run(Direction::encode, burst);
  CHECK(desk("lab show enco").find("  Bursts split ................ 1\n") != std::string::npos);
  CHECK(desk.configuration().empty());  // of the bench, not of the router
  CHECK(desk("reset enco counters") == done);
  CHECK(desk("lab set enco workers=0") == done);
  CHECK(desk("lab show enco") == none);
}

TEST_CASE("settings go into the script and come back from it") {
  TestServices world;
  MadeEnco made = make_enco(world.services);
  ModuleDesk desk(world, *made.module);
  CHECK(desk.configuration().empty());
  CHECK(desk("set enco dhpadding=off") == done);
  CHECK(desk("set enco dhpriority=med") == done);
  CHECK(desk("set enco sw stacc=2") == done);
  CHECK(desk("enable enco compstatistics") == done);
  const std::string script = desk.configuration();
  CHECK(script ==
        "set enco dhpadding=off\n"
        "set enco dhpriority=medium\n"
        "set enco sw predchannels=4 stacchannels=2 stacspeed=3\n"
        "enable enco compstatistics\n");
  TestServices other_world;
  MadeEnco other = make_enco(other_world.services);
  ModuleDesk other_desk(other_world, *other.module);
  CHECK(other_desk.run(script).empty());
  CHECK(other_desk.configuration() == script);
}

TEST_CASE("debugging prints events on the terminal that asked for it") {
  TestServices world;
  MadeEnco made = make_enco(world.services);
  ModuleDesk desk(world, *made.module);
  auto terminal = std::make_shared<Paper>();
  desk.caller.terminal = terminal;
  CHECK(desk("enable enco debugging") == done);
  made.api.close_channel(made.api.open_channel(spec(3, Cipher::des, Hash::null)));
  CHECK(terminal->shown == "ENCO: channel 1 attached by IPSEC 3\nENCO: channel 1 detached\n");
  CHECK(desk("disable enco debugging") == done);
  made.api.open_channel(spec(3, Cipher::des, Hash::null));
  CHECK(terminal->shown.find("IPSEC 3", 40) == std::string::npos);
}

TEST_CASE("DHPADDING=OFF cuts leading zeros of shared values") {
  TestServices world;
  MadeEnco made = make_enco(world.services);
  ModuleDesk desk(world, *made.module);
  auto owner = std::make_shared<int>(0);
  const auto vectors = test::read_vectors("dh.txt");
  const test::Vector& vector = vectors.back();  // its shared value begins with a zero byte
  DhPair own;
  own.group = static_cast<Group>(vector.number_or("group", 0));
  const Bytes exponent = vector.bytes("exponent");
  own.exponent.assign(exponent.begin(), exponent.end());
  const auto shared = [&] {
    std::string text;
    made.api.dh_shared(own, vector.bytes("peer"), owner, [&](auto value) { text = to_hex(value.value()); });
    world.time.advance(std::chrono::seconds(1));
    return text;
  };
  CHECK(shared() == vector.name("shared"));
  desk("set enco dhpadding=off");
  CHECK(shared() == vector.name("shared").substr(2));
}

TEST_CASE("DHPRIORITY sets how many jobs run side by side") {
  TestServices world;
  world.time.job_delay = std::chrono::seconds(1);
  MadeEnco made = make_enco(world.services);
  ModuleDesk desk(world, *made.module);
  auto owner = std::make_shared<int>(0);
  for (const auto& [word, side_by_side] : {std::pair("low", 1), {"medium", 2}, {"high", 4}}) {
    desk("set enco dhpriority=" + std::string(word));
    int answered = 0;
    for (int i = 0; i < 8; ++i) made.api.dh_generate(Group::modp512, 160, owner, [&](auto) { ++answered; });
    world.time.advance(std::chrono::milliseconds(1500));
    CHECK(answered == side_by_side);
    world.time.advance(std::chrono::seconds(8));
    CHECK(answered == 8);
  }
}
