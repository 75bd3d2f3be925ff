#include <catch2/catch.hpp>

#include "tests/screens/system/desk.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

TEST_CASE("the loader at rest, and with defaults") {
  SystemDesk desk;
  CHECK(desk("show loader") == R"(
Loader Information
-------------------------------------------------------------------------------
Defaults:
Method ........................ TFTP
File ..........................
Server ........................
Destination ................... Flash
Delay (sec) ................... 0

Current Load:
Method ........................ TFTP
File ..........................
Server ........................
Destination ................... Flash
Delay (sec) ................... 0
Status ........................ Idle

Last Message: ""
-------------------------------------------------------------------------------

)");
  CHECK(desk("load file=x.cfg") == "Error (3035261): Required parameter \"SERVER\" missing.");
  CHECK(desk("set loader server=192.0.2.9 dest=nvs delay=5") == "Info (1048003): Operation successful.");
  CHECK(desk("load") == "Error (3035261): Required parameter \"FILE\" missing.");
  CHECK(desk("show config dynamic=loader").find("set loader server=192.0.2.9 destination=nvs delay=5") !=
        std::string::npos);
}

TEST_CASE("a server that does not answer is given up after six attempts") {
  SystemDesk desk;
  CHECK(desk("load file=dir/x.cfg server=192.0.2.9 delay=2") == "");
  CHECK(desk("show loader").find("Status ........................ Wait\n") != std::string::npos);
  CHECK(desk("load file=y.cfg server=192.0.2.9") == "Error (3048272): A file transfer is already in progress.");
  desk.time.advance(2s);
  CHECK(desk("show loader").find("Status ........................ Loading\n") != std::string::npos);
  desk.time.advance(17999ms);
  CHECK(desk("show loader").find("Status ........................ Loading\n") != std::string::npos);
  desk.time.advance(1ms);
  const std::string after = desk("show loader");
  CHECK(after.find("Status ........................ Reset\n") != std::string::npos);
  CHECK(after.find("Last Message: \"File transfer failed: the server does not answer.\"") != std::string::npos);
  CHECK(desk("show loader").find("Status ........................ Idle\n") != std::string::npos);
}

TEST_CASE("a transfer can be reset") {
  SystemDesk desk;
  desk("load file=x.cfg server=192.0.2.9");
  CHECK(desk("reset loader") == "Info (1048003): Operation successful.");
  CHECK(desk("show loader").find("Last Message: \"File transfer reset.\"") != std::string::npos);
  CHECK(desk("load file=x.cfg server=192.0.2.9") == "");
}

TEST_CASE("nothing is loaded over a file, nothing uploaded that is not there") {
  SystemDesk desk;
  desk("create file=x.txt command=\"show time\"");
  CHECK(desk("load file=sub/x.txt server=192.0.2.9") == "Error (3048274): File x.txt already exists.");
  CHECK(desk("load file=y.txt destfile=x.txt server=192.0.2.9") == "Error (3048274): File x.txt already exists.");
  CHECK(desk("load file=nonsense server=192.0.2.9").starts_with("Error (3048273)"));
  CHECK(desk("upload file=y.txt server=192.0.2.9") == "Error (3048275): File y.txt does not exist.");
}
