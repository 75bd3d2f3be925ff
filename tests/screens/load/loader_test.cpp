#include <catch2/catch.hpp>

#include <fmt/format.h>

#include "tests/screens/system/desk.h"
#include "tests/support/fake_tcp.h"

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
HTTP Proxy ....................
Proxy Port .................... Default ( 80 )
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
  CHECK(desk("show config dynamic=loader").find("set loader server=\"192.0.2.9\" destination=nvs delay=5") !=
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

TEST_CASE("a file comes by HTTP, from the server or through a proxy") {
  VirtualTime time;
  FakeTcp tcp(time);
  VirtualRouter router(time, "", "AR415S", 1, &tcp);
  router.boot();
  CHECK(router.text("add ip host=www.example.com ip=192.0.2.80").starts_with("Info"));
  CHECK(router.text("load method=www file=update/x.txt server=nobody.example.com") == "");
  time.advance(1s);
  CHECK(router.text("show loader").find("Last Message: \"File transfer failed: the server is not known.\"") !=
        std::string::npos);
  CHECK(router.text("load method=http destfile=x.txt file=update/a/b server=www.example.com") == "");
  CHECK(router.text("show loader").find("Method ........................ HTTP\n") != std::string::npos);
  time.advance(0s);
  REQUIRE(tcp.dialled.size() == 1);
  FakePeer& server = *tcp.dialled.front();
  CHECK(server.remote == TcpEndpoint{Ipv4Address(192, 0, 2, 80), 80});
  CHECK(server.heard().starts_with("GET /update/a/b HTTP/1.0\r\nHost: www.example.com\r\n"));
  server.say("HTTP/1.0 200 OK\r\nContent-Length: 10\r\n\r\nhello");
  CHECK(router.text("show loader").find("Load Level .................... 50%\n") != std::string::npos);
  CHECK(router.text("load file=y.txt server=192.0.2.9") == "Error (3048272): A file transfer is already in progress.");
  server.say("world");
  CHECK(server.hung_up_on());
  CHECK(router->files().read({"flash", "x.txt"}).value_or("") == "helloworld");
  CHECK(router.text("show loader").find("Status ........................ Complete\n") != std::string::npos);

  CHECK(router.text("set loader method=http httpproxy=192.0.2.3 proxyport=3128 username=u password=p servport=8080")
            .starts_with("Info"));
  const std::string configured =
      "set loader method=http httpproxy=\"192.0.2.3\" proxyport=3128 servport=8080 username=\"u\" password=\"p\"";
  CHECK(router.text("show config dynamic=loader").find(configured) != std::string::npos);
  router.text("load file=/y.txt server=www.example.com");
  time.advance(0s);
  REQUIRE(tcp.dialled.size() == 2);
  CHECK(tcp.dialled[1]->remote == TcpEndpoint{Ipv4Address(192, 0, 2, 3), 3128});
  CHECK(tcp.dialled[1]->heard().starts_with("GET http://www.example.com:8080/y.txt HTTP/1.0\r\n"));
  SECTION("the server says no") {
    tcp.dialled[1]->say("HTTP/1.0 404 Not Found\r\n\r\n");
    CHECK(router.text("show loader").find("Last Message: \"File transfer failed: 404 Not Found.\"") != std::string::npos);
  }
  SECTION("the server says nothing") {
    time.advance(29s);
    CHECK(router.text("show loader").find("Status ........................ Loading\n") != std::string::npos);
    time.advance(1s);
    CHECK(router.text("show loader").find("the server does not answer") != std::string::npos);
  }
  SECTION("the transfer is reset") {
    CHECK(router.text("reset loader").starts_with("Info"));
    CHECK(tcp.dialled[1]->hung_up_on());
  }
  SECTION("the router restarts") {
    router.text("restart router");
    time.advance(1s);
    CHECK(tcp.dialled[1]->hung_up_on());
  }
  CHECK_FALSE(router->files().exists({"flash", "y.txt"}));
}

TEST_CASE("a file that comes while FLASH is full waits for the compaction that makes room, or is refused") {
  VirtualTime time;
  FakeTcp tcp(time);
  VirtualRouter router(time, "", "AR415S", 1, &tcp);
  router.boot();
  FileStore& files = router->files();
  const std::uint64_t room = files.flash_use().free;
  REQUIRE(files.write({"flash", "big.txt"}, std::string(room / 2, 'a')));
  REQUIRE(files.write({"flash", "more.txt"}, std::string(files.flash_use().free - 5, 'a')));
  const auto load = [&] {
    router.text("load method=http file=x.txt server=192.0.2.80");
    time.advance(0s);
    tcp.dialled.back()->say("HTTP/1.0 200 OK\r\nContent-Length: 10\r\n\r\nhello");
  };
  const auto message = [&](std::string_view text) {
    return router.text("show loader").find(fmt::format("Last Message: \"{}\"", text)) != std::string::npos;
  };
  load();
  SECTION("nothing is deleted") {
    tcp.dialled.back()->say("world");
    CHECK(message("The file could not be written: cannot write x.txt: flash full."));
    CHECK_FALSE(files.exists({"flash", "x.txt"}));
  }
  SECTION("a second console deletes enough for FLASH to begin at once") {
    CHECK(router.text("delete file=big.txt").starts_with("Info"));
    time.advance(1s);
    REQUIRE(files.compacting());
    tcp.dialled.back()->say("world");
    CHECK(router.text("show loader").find("Status ........................ Loading\n") != std::string::npos);
    time.advance(2min);
    CHECK(message("File transfer successfully completed."));
    CHECK(files.read({"flash", "x.txt"}).value_or("") == "helloworld");
  }
  SECTION("it deletes only a little") {
    REQUIRE(files.write({"flash", "s.txt"}, "12345"));
    CHECK(router.text("delete file=s.txt").starts_with("Info"));
    CHECK(router.text("delete file=400-291a.hlp").starts_with("Info"));
    time.advance(1s);
    REQUIRE_FALSE(files.compacting());
    tcp.dialled.back()->say("world");
    time.advance(2min);
    CHECK(message("File transfer successfully completed."));
    CHECK(files.read({"flash", "x.txt"}).value_or("") == "helloworld");
    CHECK(files.flash_use().garbage == 0);
  }
  SECTION("the transfer is given up while it waits") {
    files.begin_compaction();
    tcp.dialled.back()->say("world");
    time.advance(1s);
    CHECK(router.text("reset loader").starts_with("Info"));
    files.end_compaction(true);
    time.advance(2min);
    CHECK_FALSE(files.exists({"flash", "x.txt"}));
  }
}

TEST_CASE("nobody listens at the server's port") {
  VirtualTime time;
  FakeTcp tcp(time);
  tcp.refuse_dialling = true;
  VirtualRouter router(time, "", "AR415S", 1, &tcp);
  router.boot();
  router.text("load method=http file=x.txt server=192.0.2.80");
  time.advance(0s);
  CHECK(router.text("show loader").find("Last Message: \"File transfer failed: Connection refused.\"") != std::string::npos);
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
