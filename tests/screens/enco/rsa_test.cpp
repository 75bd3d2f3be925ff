// RSA keys: CREATE ENCO KEY TYPE=RSA, files, screens, and keys over restarts.
#include <catch2/catch.hpp>

#include "modules/enco/enco_module.h"
#include "tests/support/module_desk.h"
#include "os/base/limits.h"

using namespace arrouter;
using test::ModuleDesk;
using test::TestServices;

namespace {

const std::string done = "Info (1073003): Operation successful.\n";
const std::string started = "Info (1073278): RSA Key Generation process started.\n";
const std::string completed = "\nInfo (1073279): RSA Key generation process completed.\n";

class Paper final : public Terminal {
 public:
  void print(std::string_view text) override { shown += text; }
  void hold() override { ++holds; }
  void release() override { --holds; }
  std::string shown;
  int holds = 0;
};

struct Enco {
  explicit Enco(TestServices& world) : made(make_enco(world.services)), desk(world, *made.module) {
    made.module->start();
    made.module->booted();
    desk.caller.terminal = terminal;
  }
  std::shared_ptr<Paper> terminal = std::make_shared<Paper>();
  MadeEnco made;
  ModuleDesk desk;
};

std::string file(TestServices& world, const std::string& name) {
  return world.files.read({"flash", name}).value_or("no such file");
}

}  // namespace

TEST_CASE("an RSA key is made in the background and announced on the terminal") {
  TestServices world;
  world.time.job_delay = std::chrono::seconds(3);
  Enco enco(world);
  CHECK(enco.desk("create enco key=0 type=rsa length=512 description=\"Host Key\" form=ssh") == started);
  CHECK(enco.desk("show enco key").find("RSA") == std::string::npos);
  CHECK(enco.desk("create enco key=0 type=rsa length=512") == "Error (3073267): Key 0 is being generated.\n");
  CHECK(enco.desk("create enco key=0 type=des random") == "Error (3073267): Key 0 is being generated.\n");
  CHECK(enco.terminal->holds == 1);
  world.time.advance(std::chrono::seconds(4));
  CHECK(enco.terminal->shown == completed);
  CHECK(enco.terminal->holds == 0);
  CHECK(world.records.back().message == "Key 0 created by secoff");
  CHECK(enco.desk("show enco key") == R"(
 ID     Type         Length Digest   Description               Mod  IP
------------------------------------------------------------------------------
 0      RSA-PRIVATE     512 CE100452 Host Key                  -    -
------------------------------------------------------------------------------
)");
  CHECK(enco.desk.last_json.find("\"lengthBits\":512") != std::string::npos);
  CHECK(enco.desk("show enco key=0") == R"(
Key 0
  Type ................ RSA-PRIVATE
  Length (bits) ....... 512
  Digest .............. CE100452
  Description ......... Host Key
  Module .............. -
  IP Address .......... -
  Value
    512 65537 )"
                                         "77837928857648756578962217822047169547700823787368588322297041962209192383900"
                                         "44896791611347753353252469004047958742523521795536918468411081417869602245863\n");
  enco.desk("create enco key=0 type=rsa file=host.key format=ssh");
  enco.desk("create enco key=5 type=rsa file=host.key format=ssh");
  enco.desk("create enco key=5 type=rsa file=hex.key format=hex");
  enco.desk("create enco key=6 type=rsa file=hex.key");
  CHECK(enco.desk("show enco key=6") == R"(
Key 6
  Type ................ RSA-PUBLIC
  Length (bits) ....... 512
  Digest .............. CE100452
  Description ......... -
  Module .............. -
  IP Address .......... -
  Value
    Exponent .......... 65537
    Modulus
      949e63187abaeffebaaa59a7863df5fb
      1e273cfa5b0cec33fb7878b9adbd4be8
      c99e3f6ef12b379e2a195527a9f25f6b
      6e3cb4fe2dcf8504f059ff6b8c0ecce7
)");
  CHECK(enco.desk("show enco counters=rsa") == R"(
RSA Counters
   keyGenStarted ........        1      keyGenCompleted ......        1
   keyGenFailed .........        0
   encryptStarted .......        0      encryptGood ..........        0
   encryptFailed ........        0
   decryptStarted .......        0      decryptGood ..........        0
   decryptFailed ........        0
)");
}

TEST_CASE("a key that is no longer wanted is not kept") {
  TestServices world;
  world.time.job_delay = std::chrono::seconds(3);
  Enco enco(world);
  enco.desk("create enco key=1 type=rsa length=512");
  CHECK(enco.desk("destroy enco key=1") == done);
  enco.desk("create enco key=2 type=rsa length=512");
  world.users.set_security_mode(true);
  world.users.set_security_mode(false);
  world.time.advance(std::chrono::seconds(10));
  CHECK(enco.made.api.find_key(1) == nullptr);
  CHECK(enco.made.api.find_key(2) == nullptr);
  CHECK(enco.terminal->shown.empty());
  CHECK(enco.terminal->holds == 0);
  enco.desk("create enco key=3 type=rsa length=512");
  CHECK(enco.terminal->holds == 1);
  enco.made.module.reset();
  world.time.advance(std::chrono::seconds(10));
  CHECK(enco.terminal->holds == 0);
}

TEST_CASE("the public part of a key goes to a file and into another router") {
  TestServices world;
  Enco enco(world);
  enco.desk("create enco key=10 type=rsa length=512");
  world.time.advance(std::chrono::seconds(1));
  const auto key = enco.made.api.rsa_public(10);
  REQUIRE(key);
  for (const std::string format : {"hex", "niq", "ssh"}) {
    const std::string name = format + ".key";
    CHECK(enco.desk("create enco key=10 type=rsa file=" + name + " format=" + format) == done);
    CHECK(enco.desk("create enco key=10 type=rsa file=" + name + " format=" + format) ==
          "Error (3073270): File " + name + " already exists.\n");
    TestServices other_world;
    Enco other(other_world);
    REQUIRE(other_world.files.write({"flash", name}, file(world, name)));
    CHECK(other.desk("create enco key=11 type=rsa file=" + name + " format=" + format +
                     " desc=\"router a\" ip=192.0.2.1") == done);
    CHECK(other.made.api.rsa_public(11) == key);
    CHECK_FALSE(other.made.api.rsa_private_pem(11));
    CHECK(other.desk("show enco key") == R"(
 ID     Type         Length Digest   Description               Mod  IP
------------------------------------------------------------------------------
 11     RSA-PUBLIC      512 CE100452 router a                  -    192.0.2.1
------------------------------------------------------------------------------
)");
    // A public key may be written out again.
    CHECK(other.desk("create enco key=11 type=rsa file=again.key format=hex") == done);
  }
  CHECK(file(world, "hex.key").starts_with("3048024100"));
  CHECK(file(world, "niq.key").starts_with("-----BEGIN PUBLIC KEY-----\n"));
  CHECK(file(world, "ssh.key").starts_with("512 65537 "));
  CHECK(enco.made.api.rsa_private_pem(10));
}

TEST_CASE("mistakes with RSA keys are told") {
  TestServices world;
  Enco enco(world);
  CHECK(enco.desk("create enco key=1 type=rsa") == "Error (3035261): Required parameter \"LENGTH\" missing.\n");
  CHECK(enco.desk("create enco key=1 type=rsa length=511") == "Error (3073260): Invalid key length.\n");
  CHECK(enco.desk("create enco key=1 type=rsa length=2049").starts_with("Error (3035262)"));
  CHECK(enco.desk("create enco key=1 type=rsa length=512 random") ==
        "Error (3073266): Parameter RANDOM does not go with this type of key.\n");
  CHECK(enco.desk("create enco key=1 type=des random file=x.key") ==
        "Error (3073266): Parameter FILE does not go with this type of key.\n");
  CHECK(enco.desk("create enco key=1 type=general value=x format=ssh") ==
        "Error (3073266): Parameter FORMAT does not go with this type of key.\n");
  CHECK(enco.desk("create enco key=1 type=rsa file=x.txt") == "Error (3073269): x.txt is not the name of a key file.\n");
  CHECK(enco.desk("create enco key=1 type=rsa file=x.key") == "Error (3073271): File x.key could not be read.\n");
  REQUIRE(world.files.write({"flash", "x.key"}, "nonsense"));
  for (const std::string format : {"hex", "niq", "ssh"})
    CHECK(enco.desk("create enco key=1 type=rsa file=x.key format=" + format) ==
          "Error (3073273): File x.key holds no public key in this format.\n");
  enco.desk("create enco key=2 type=general value=abc");
  CHECK(enco.desk("create enco key=2 type=rsa length=512") == "Error (3073256): Key 2 already exists.\n");
  CHECK(enco.desk("create enco key=2 type=rsa file=y.key") == "Error (3073268): Key 2 is not an RSA key.\n");
  CHECK(enco.made.api.find_key(1) == nullptr);
  CHECK(enco.terminal->shown.empty());
}

TEST_CASE("RSA keys outlive a restart in security mode") {
  TestServices world;
  std::optional<enco::RsaPublicKey> key;
  {
    Enco enco(world);
    world.users.set_security_mode(true);
    enco.desk("create enco key=1 type=rsa length=512 desc=mine format=ssh");
    world.time.advance(std::chrono::seconds(1));
    enco.desk("create enco key=1 type=rsa file=mine.key");
    enco.desk("create enco key=2 type=rsa file=mine.key format=ssh ip=9.8.7.6 module=ipsec");
    key = enco.made.api.rsa_public(1);
    REQUIRE(key);
  }
  Enco enco(world);
  CHECK(enco.made.api.rsa_public(1) == key);
  CHECK(enco.made.api.rsa_public(2) == key);
  CHECK(enco.made.api.find_key(1)->type == enco::KeyType::rsa_private);
  CHECK(enco.made.api.find_key(1)->format == enco::RsaFormat::ssh);
  CHECK(enco.made.api.find_key(2)->type == enco::KeyType::rsa_public);
  CHECK(enco.desk.configuration().empty());
}

TEST_CASE("keys under way count towards the number of keys") {
  TestServices world;
  world.time.job_delay = std::chrono::seconds(3);
  Enco enco(world);
  for (std::size_t id = 1; id < limits::enco_keys; ++id)
    REQUIRE(enco.desk("create enco key=" + std::to_string(id) + " type=general value=a") == done);
  CHECK(enco.desk("create enco key=0 type=rsa length=512") == started);
  CHECK(enco.desk("create enco key=2000 type=rsa length=512") == "Error (3073261): No more keys can be created.\n");
  CHECK(enco.desk("create enco key=2000 type=general value=a") == "Error (3073261): No more keys can be created.\n");
  world.time.advance(std::chrono::seconds(4));
  CHECK(enco.made.api.rsa_public(0));
}
