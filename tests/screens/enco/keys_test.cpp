// CREATE, SET, DESTROY and SHOW ENCO KEY, and what becomes of keys over restarts.
#include <catch2/catch.hpp>

#include "modules/enco/enco_module.h"
#include "tests/support/module_desk.h"
#include "os/base/limits.h"

using namespace arrouter;
using test::ModuleDesk;
using test::TestServices;

namespace {

const std::string done = "Info (1073003): Operation successful.\n";

/// ENCO and a desk for it, started as assembly does.
struct Enco {
  explicit Enco(TestServices& world) : made(make_enco(world.services)), desk(world, *made.module) {
    made.module->start();
    made.module->booted();
  }
  MadeEnco made;
  ModuleDesk desk;
};

}  // namespace

TEST_CASE("the list of keys shows digests, never values") {
  TestServices world;
  Enco enco(world);
  CHECK(enco.desk("show enco key") == R"(
 ID     Type         Length Digest   Description               Mod  IP
------------------------------------------------------------------------------
------------------------------------------------------------------------------
)");
  CHECK(enco.desk.last_json == R"({"keys":[]})");
  CHECK(enco.desk("create enco key=2 type=general value=\"mySecretKey12345\" desc=\"VPN to branch\"") == done);
  CHECK(enco.desk("cre enc key=3 ty=des val=0x0022446688aaccee ip=10.0.0.1 mod=isakmp") == done);
  CHECK(enco.desk("show enco key") == R"(
 ID     Type         Length Digest   Description               Mod  IP
------------------------------------------------------------------------------
 2      GENERAL          16 E7F687D8 VPN to branch             -    -
 3      DES               8 A1CD1D1F -                         ISAK 10.0.0.1
------------------------------------------------------------------------------
)");
}

TEST_CASE("one key is shown with its value in the forms that can be typed") {
  TestServices world;
  Enco enco(world);
  enco.desk("create enco key=2 type=general value=\"mySecretKey12345\" desc=\"VPN to branch\"");
  CHECK(enco.desk("show enco key=2") == R"(
Key 2
  Type ................ GENERAL
  Length (bytes) ...... 16
  Digest .............. E7F687D8
  Description ......... VPN to branch
  Module .............. -
  IP Address .......... -
  Value
    Hex ............... 0x6d795365637265744b65793132333435
    String ............ mySecretKey12345
)");
  enco.desk("create enco key=4 type=aes128 value=0x000102030405060708090a0b0c0d0e0f");
  CHECK(enco.desk("show enco key=4") == R"(
Key 4
  Type ................ AES128
  Length (bytes) ...... 16
  Digest .............. 1AC1EF01
  Description ......... -
  Module .............. -
  IP Address .......... -
  Value
    Hex ............... 0x000102030405060708090a0b0c0d0e0f
    5-bit ASCII ....... aaasea2eawdaqcajbifs2diqb6
)");
  CHECK(enco.desk("show enco key=9") == "Error (3073257): Key 9 does not exist.\n");
}

TEST_CASE("what is read over the phone gives the same key") {
  TestServices world;
  Enco enco(world);
  for (const std::string type : {"des", "3des2key", "3desouter", "3desinner", "aes128", "aes192", "aes256"}) {
    CHECK(enco.desk("create enco key=1 type=" + type + " random") == done);
    const std::string shown = enco.desk("show enco key=1");
    const std::string spoken = shown.substr(shown.rfind(' ') + 1, shown.size() - shown.rfind(' ') - 2);
    CHECK(enco.desk("create enco key=2 type=" + type + " value=" + spoken) == done);
    CHECK(enco.made.api.find_key(1)->value == enco.made.api.find_key(2)->value);
    enco.desk("destroy enco key=1");
    enco.desk("destroy enco key=2");
  }
}

TEST_CASE("keys that do not fit their type are refused") {
  TestServices world;
  Enco enco(world);
  const std::string invalid = "Error (3073258): Invalid key value.\n";
  const std::string weak = "Error (3073259): Weak key value.\n";
  CHECK(enco.desk("create enco key=1 type=des value=0x0022446688aacc") == invalid);      // seven bytes
  CHECK(enco.desk("create enco key=1 type=des value=0x0022446688aacceeff") == invalid);  // nine
  CHECK(enco.desk("create enco key=1 type=des value=0x002244668") == invalid);           // half a byte
  CHECK(enco.desk("create enco key=1 type=des value=abcdefghijkmo") == invalid);         // no o in 5-bit ASCII
  CHECK(enco.desk("create enco key=1 type=des value=abcdefghijkm") == invalid);          // twelve symbols
  CHECK(enco.desk("create enco key=1 type=des value=0x0000000000000000") == weak);
  CHECK(enco.desk("create enco key=1 type=des value=0x01fe01fe01fe01fe") == weak);
  CHECK(enco.desk("create enco key=1 type=3desouter "
                  "value=0x112233445566778811223344556677887766554433221100") == weak);
  CHECK(enco.desk("create enco key=1 type=des") == "Error (3035261): Required parameter \"VALUE\" missing.\n");
  CHECK(enco.desk("create enco key=1 type=des random length=9") == "Error (3073260): Invalid key length.\n");
  CHECK(enco.desk("create enco key=1 type=general value=x module=nosuch") ==
        "Error (3073263): Module nosuch not recognised.\n");
  CHECK(enco.desk("create enco key=65536 type=des random").starts_with("Error (3035262)"));
  CHECK(enco.desk("create enco key=1 type=3des random").starts_with("Error (3035263)"));
  CHECK(enco.desk("create enco key=1 type=general value=0x") == invalid);
  CHECK(enco.made.api.find_key(1) == nullptr);
}

TEST_CASE("general keys take text, hex or random bytes") {
  TestServices world;
  Enco enco(world);
  CHECK(enco.desk("create enco key=0 type=general value=0x00ff") == done);
  CHECK(to_hex(enco.made.api.find_key(0)->value) == "00ff");
  CHECK(enco.desk("show enco key=0").find("String") == std::string::npos);
  CHECK(enco.desk("create enco key=1 type=gen random") == done);
  CHECK(enco.made.api.find_key(1)->value.size() == 16);
  CHECK(enco.desk("create enco key=2 type=gen random length=2048") == done);
  CHECK(enco.made.api.find_key(2)->value.size() == 2048);
  CHECK(enco.desk("create enco key=2 type=gen random") == "Error (3073256): Key 2 already exists.\n");
  CHECK(enco.made.api.find_key(1)->value != enco.made.api.find_key(2)->value);
}

TEST_CASE("what is noted about a key may change, its value not") {
  TestServices world;
  Enco enco(world);
  enco.desk("create enco key=5 type=general value=abc");
  CHECK(enco.desk("set enco key=5 description=new ipaddress=1.2.3.4 module=82") == done);
  CHECK(enco.made.api.find_key(5)->description == "new");
  CHECK(enco.made.api.find_key(5)->module == "ISAKMP");
  CHECK(enco.made.api.find_key(5)->address == Ipv4Address(1, 2, 3, 4));
  CHECK(enco.desk("set enco key=6 description=new") == "Error (3073257): Key 6 does not exist.\n");
  CHECK(enco.desk("destroy enco key=5") == done);
  CHECK(enco.desk("destroy enco key=5") == "Error (3073257): Key 5 does not exist.\n");
  REQUIRE(world.records.size() == 4);
  CHECK(world.records[0].message == "STAC SW Initialised");
  CHECK(world.records[1].message == "Key 5 created by secoff");
  CHECK(world.records[2].message == "Key 5 changed by secoff");
  CHECK(world.records[3].message == "Key 5 destroyed by secoff");
}

TEST_CASE("in normal mode keys last until the restart") {
  TestServices world;
  Enco(world).desk("create enco key=1 type=general value=abc");
  CHECK(Enco(world).made.api.find_key(1) == nullptr);
}

TEST_CASE("in security mode keys outlive a restart and die with the mode") {
  TestServices world;
  {
    Enco enco(world);
    enco.desk("create enco key=1 type=general value=abc description=\"two words\" ip=9.8.7.6 module=ipsec");
    world.users.set_security_mode(true);
    CHECK(enco.desk("create enco key=65535 type=3desinner random") == done);
  }
  SecretBytes random_key;
  {
    Enco enco(world);
    REQUIRE(enco.made.api.find_key(1) != nullptr);
    const enco::Key& key = *enco.made.api.find_key(1);
    CHECK(std::string(key.value.begin(), key.value.end()) == "abc");
    CHECK(key.description == "two words");
    CHECK(key.address == Ipv4Address(9, 8, 7, 6));
    CHECK(key.module == "IPSEC");
    REQUIRE(enco.made.api.find_key(65535) != nullptr);
    CHECK(enco.made.api.find_key(65535)->value.size() == 24);
    CHECK(enco.desk("destroy enco key=65535") == done);
    enco.desk.caller.privilege = Privilege::manager;
    CHECK(enco.desk("show enco key").find("GENERAL") != std::string::npos);
    CHECK(enco.desk("show enco key=1").starts_with("Error (30352"));
    CHECK(enco.desk("create enco key=7 type=des random").starts_with("Error (30352"));
    world.users.set_security_mode(false);
    CHECK(enco.made.api.find_key(1) == nullptr);
  }
  CHECK(world.records.back().message == "Security mode disabled, 1 keys destroyed");
  world.users.set_security_mode(true);
  CHECK(Enco(world).made.api.find_key(1) == nullptr);
}

TEST_CASE("a damaged key store is reported and left alone") {
  TestServices world;
  REQUIRE(world.files.write_private("enco-keys", "enco keys, version 1\n1 GENERAL 0.0.0.0 - - 616263\nnonsense\n"));
  world.users.set_security_mode(true);
  Enco enco(world);
  CHECK(world.records.back().message == "Stored keys could not be read");
  CHECK(world.records.back().severity == LogSeverity::urgent);
  CHECK(enco.desk("create enco key=2 type=general value=x") == done);
  CHECK(world.files.read_private("enco-keys").value().find("nonsense") != std::string::npos);
}

TEST_CASE("a configuration script never holds a key") {
  TestServices world;
  Enco enco(world);
  enco.desk("create enco key=1 type=general value=abc");
  CHECK(enco.desk.configuration().empty());
}

TEST_CASE("the number of keys has a limit") {
  TestServices world;
  Enco enco(world);
  for (std::size_t id = 0; id < limits::enco_keys; ++id)
    REQUIRE(enco.desk("create enco key=" + std::to_string(id) + " type=general value=a") == done);
  CHECK(enco.desk("create enco key=65535 type=general value=a") == "Error (3073261): No more keys can be created.\n");
  enco.desk("destroy enco key=0");
  CHECK(enco.desk("create enco key=65535 type=general value=a") == done);
}
