#include "cli/session/pager.h"

#include <catch2/catch.hpp>

#include "tests/unit/session/world.h"

using namespace arrouter;
using namespace arrouter::test;

namespace {

std::string lines(int first, int last) {
  std::string text;
  for (int i = first; i <= last; ++i) text += std::to_string(i) + "\n";
  return text;
}

}  // namespace

TEST_CASE("output that fits is shown whole") {
  Pager pager;
  CHECK(pager.begin(lines(1, 21), 22) == lines(1, 21));
  CHECK(pager.begin(lines(1, 22), 22) == lines(1, 22));
  CHECK_FALSE(pager.active());
  CHECK(pager.begin(lines(1, 22) + "\n", 22) == lines(1, 22) + "\n");  // a last blank line alone is no page
  CHECK_FALSE(pager.active());
  CHECK(pager.begin(lines(1, 500), 0) == lines(1, 500));
  CHECK_FALSE(pager.active());
}

TEST_CASE("space shows a page, Enter a line, C the rest, Q nothing more") {
  Pager pager;
  CHECK(pager.begin(lines(1, 100), 22) == lines(1, 22));
  CHECK(pager.active());
  CHECK(pager.key(' ') == lines(23, 44));
  CHECK(pager.key('\r') == lines(45, 45));
  CHECK(pager.key('x').empty());
  CHECK(pager.active());
  SECTION("C") { CHECK(pager.key('c') == lines(46, 100)); }
  SECTION("Q") { CHECK(pager.key('Q').empty()); }
  CHECK_FALSE(pager.active());
}

TEST_CASE("the pager's line is taken away again") {
  World world;
  Person person(*world.router);
  person.log_in();
  person.type("set asyn page=4");
  person.shown();
  person.type("show cpu");
  const std::string more(Pager::more);
  const std::string erase = "\r" + std::string(more.size(), ' ') + "\r";
  CHECK(person.shown() ==
        "show cpu\n\nCPU Utilisation ( as a percentage )\n----------------------------------------\n"
        "Maximum since router restarted ..... 0\n" +
            more);
  person.press('\r');
  CHECK(person.shown() == erase + "Maximum over last 5 minutes ........ 0\n" + more);
  person.press('q');
  CHECK(person.shown() == erase + "\nManager > ");
}

TEST_CASE("the prompt of the pager is the router's, to the letter") {
  CHECK(Pager::more == "--More--  (<space> = next page, <CR> = one line, C = continuous, Q = quit)");
}
