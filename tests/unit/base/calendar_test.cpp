#include <catch2/catch.hpp>

#include "os/base/calendar.h"

using namespace arrouter;
using namespace std::chrono_literals;

namespace {
WallTime at(std::string_view date, std::string_view time) { return *parse_date(date) + *parse_time_of_day(time); }
}  // namespace

TEST_CASE("dates and times print as the screens have them") {
  const WallTime time = at("18-apr-2007", "14:33:22") + 999ms;
  CHECK(date_text(time) == "18-Apr-2007");
  CHECK(time_of_day_text(time) == "14:33:22");
  CHECK(weekday_text(time) == "Wednesday");
  CHECK(elapsed_text(697s + 120ms) == "00:11:37");
  CHECK(elapsed_text(100h) == "100:00:00");
}

TEST_CASE("only real dates and times are taken") {
  CHECK(date_text(*parse_date("29-FEB-2004")) == "29-Feb-2004");
  for (const char* bad : {"29-feb-2005", "0-jan-2005", "32-jan-2005", "1-foo-2005", "1-jan-1969", "1-jan-2100",
                          "1-1-2005", "1-jan", "", "--", "1-jan-2005-"}) {
    INFO(bad);
    CHECK_FALSE(parse_date(bad).has_value());
  }
  CHECK(parse_time_of_day("23:59:59") == 86399s);
  CHECK(parse_time_of_day("7:05") == 25500s);
  for (const char* bad : {"24:00", "12:60", "12:00:60", "12", "", "1:2:3:4", "a:b"}) {
    INFO(bad);
    CHECK_FALSE(parse_time_of_day(bad).has_value());
  }
}
