#include <catch2/catch.hpp>

#include "tests/screens/system/desk.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view done = "Info (1034003): Operation successful.";

struct Desk : SystemDesk {
  void set_clock(std::string_view time, std::string_view date) {
    (*this)("set time=" + std::string(time) + " date=" + std::string(date));
  }
  std::string clock() { return (*this)("show time").substr(15, 8); }
};

}  // namespace

TEST_CASE("the clock goes ahead when summer begins and back when it ends") {
  Desk desk;
  desk.set_clock("01:59:30", "25-mar-2007");
  CHECK(desk("add summertime=CEST") == done);
  desk.time.advance(1min);
  CHECK(desk.clock() == "02:00:30");  // not before it is enabled
  desk.set_clock("01:59:30", "25-mar-2007");
  CHECK(desk("enable summertime") == done);
  desk.time.advance(29s);
  CHECK(desk.clock() == "01:59:59");
  desk.time.advance(1s);
  CHECK(desk.clock() == "03:00:00");
  CHECK(desk("show log module=sys").find("Summer time CEST begins") != std::string::npos);
  desk.set_clock("02:59:00", "28-oct-2007");
  desk.time.advance(59s);
  CHECK(desk.clock() == "02:59:59");
  desk.time.advance(1s);
  CHECK(desk.clock() == "02:00:00");
  desk.time.advance(2h);
  CHECK(desk.clock() == "04:00:00");  // once only
}

TEST_CASE("a summer over the turn of the year, and a clock that is right when it is enabled") {
  Desk desk;
  desk.set_clock("12:00", "15-jan-2007");
  CHECK(desk("add summertime=NZDT startm=oct startw=first startd=sun startt=02:00 endm=mar endw=third endd=sun "
             "endt=03:00 off=60") == done);
  desk("enable summertime");
  CHECK(desk.clock() == "12:00:00");
  CHECK(desk("show summertime") == R"(Summer time
-------------------------------------------------------------------------------
Status ........... Enabled
Zone ............. NZDT
Offset ........... 60 minutes
Start ............ first Sunday of October at 02:00
End .............. third Sunday of March at 03:00
In force ......... Yes
-------------------------------------------------------------------------------
)");
  desk.set_clock("02:59:59", "18-mar-2007");
  desk.time.advance(1s);
  CHECK(desk.clock() == "02:00:00");
  desk.set_clock("01:59", "7-oct-2007");
  desk.time.advance(1min);
  CHECK(desk.clock() == "03:00:00");
}

TEST_CASE("there is one summer time, and it is part of the configuration") {
  Desk desk;
  CHECK(desk("enable summertime") == "Error (3034264): There is no such summer time.");
  CHECK(desk("set summertime off=30") == "Error (3034264): There is no such summer time.");
  desk("add summertime=a off=30 startw=last");
  CHECK(desk("add summertime=b") == "Error (3034263): There is a summer time already.");
  CHECK(desk("set summertime=b off=20") == "Error (3034264): There is no such summer time.");
  CHECK(desk("set summertime=A off=20 endm=nov") == done);
  desk("enable summertime");
  CHECK(
      desk("show config dynamic=system")
          .find(
              "add summertime=\"a\" off=20 startd=sun startw=last startm=mar startt=02:00 endd=sun endw=last endm=nov "
              "endt=03:00\nenable summertime\n") != std::string::npos);
  CHECK(desk("add summertime=c off=181").starts_with("Error (3035"));
  CHECK(desk("delete summertime=a") == done);
  CHECK(desk("show config dynamic=system").find("summertime") == std::string::npos);
}
