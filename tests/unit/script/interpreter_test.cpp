#include <catch2/catch.hpp>

#include "modules/script/interpreter.h"

using namespace arrouter::script;

namespace {

const SystemValues values{"02-Feb-2007", "11:19:24", "Peer1", "12345678"};

/// What a script does, one word a step.
std::string trace(std::string_view text, std::vector<std::string> arguments = {}) {
  Interpreter interpreter(text, std::move(arguments));
  std::string done;
  for (;;) {
    const Step next = interpreter.next(values);
    if (const auto* command = std::get_if<step::Command>(&next)) done += std::to_string(command->line) + ":" + command->text + "|";
    if (const auto* wait = std::get_if<step::Wait>(&next)) done += "wait " + std::to_string(wait->seconds) + "|";
    if (const auto* mistake = std::get_if<step::Mistake>(&next))
      done += "mistake " + std::to_string(mistake->line) + ": " + mistake->why + "|";
    if (std::holds_alternative<step::End>(next)) return done;
  }
}

}  // namespace

TEST_CASE("arguments and system values are put in") {
  CHECK(substitute("%1-%2-%9", {"a", "b"}, values) == "a-b-");
  CHECK(substitute("%D %T %N %S %%1 50% %q", {"a"}, values) == "02-Feb-2007 11:19:24 Peer1 12345678 %1 50% %q");
}

TEST_CASE("comments and blank lines are passed over, lines keep their numbers") {
  CHECK(trace("# a\n\n  show time  \r\nshow ip route\n") == "3:show time|4:show ip route|");
  CHECK(trace("") == "");
}

TEST_CASE("conditions choose what runs") {
  const std::string_view script = "if \"%1\" EQ \"up\" then\na\nelse\nb\nendif\nc";
  CHECK(trace(script, {"UP"}) == "2:a|6:c|");
  CHECK(trace(script, {"down"}) == "4:b|6:c|");
  CHECK(trace(script) == "4:b|6:c|");
  CHECK(trace("if 9 LT 10 THEN\na\nendif") == "2:a|");
  CHECK(trace("if \"b\" GT \"a\" THEN\na\nendif") == "2:a|");
  CHECK(trace("if 1 NE 1 THEN\nif 1 EQ 1 THEN\na\nelse\nb\nendif\nelse\nc\nendif") == "8:c|");
}

TEST_CASE("WAIT is told, within its bounds") {
  CHECK(trace("wait=3\na") == "wait 3|2:a|");
  CHECK(trace("WAIT=65535") == "wait 65535|");
  for (const char* bad : {"wait=0", "wait=65536", "wait=x", "wait="}) {
    INFO(bad);
    CHECK(trace(bad) == "mistake 1: WAIT needs a number of seconds from 1 to 65535|");
  }
}

TEST_CASE("a mistake in the language ends the script") {
  CHECK(trace("if 1 EQ 1\na") == "mistake 1: IF needs two values, EQ, NE, LT or GT between them, and THEN|");
  CHECK(trace("if 1 LE 1 THEN\na\nendif").starts_with("mistake 1: IF needs"));
  CHECK(trace("else\na") == "mistake 1: ELSE without IF|");
  CHECK(trace("endif\na") == "mistake 1: ENDIF without IF|");
  CHECK(trace("if 1 EQ 1 THEN\nelse\nelse\nendif") == "mistake 3: ELSE without IF|");
  CHECK(trace("if 1 EQ 1 THEN\na\n") == "2:a|mistake 3: IF without ENDIF|");
}
