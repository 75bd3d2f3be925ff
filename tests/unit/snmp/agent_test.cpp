#include <catch2/catch.hpp>

#include "modules/snmp/agent.h"
#include "os/base/limits.h"
#include "tests/support/virtual_time.h"

namespace arrouter::snmp {
namespace {

const Ipv4Address manager(192, 168, 1, 100), stranger(192, 168, 1, 200);

/// An agent with a small tree: two scalars, one writable, a table of `rows` rows with a 64-bit column, a last scalar.
struct Desk {
  test::VirtualTime time;
  Mib mib{time};
  Communities communities;
  SnmpFigures figures;
  Agent agent{mib, communities, figures};
  std::string name = "old";
  int gathered = 0;
  std::uint32_t rows = 2;

  Desk() {
    communities["public"] = {.open = true};
    communities["private"] = {.write = true, .managers = {manager}};
    mib.scalar("1.3.9", [] { return Value::of_text("last"); });
    mib.scalar("1.3.6.1.1", [] { return Value::of_integer(7); });
    mib.scalar(
        "1.3.6.1.2", [this] { return Value::of_text(name); },
        [this](const Instance&, const Value& value, bool really) {
          if (value.type != Type::octets) return ErrorStatus::wrong_type;
          if (value.octets.size() > 5) return ErrorStatus::wrong_length;
          if (really) name = value.octets;
          return ErrorStatus::none;
        });
    const auto table = std::make_shared<Table<std::uint32_t>>(
        [this] {
          ++gathered;
          Table<std::uint32_t>::Content content;
          for (std::uint32_t i = 1; i <= rows; ++i) content.emplace(Instance{i, 9}, i);
          return content;
        },
        std::chrono::seconds(1));
    mib.column<std::uint32_t>(table, "1.3.6.1.3.1", 1, [](const std::uint32_t& row) { return Value::of_integer(row); });
    mib.column<std::uint32_t>(table, "1.3.6.1.3.1", 2,
                              [](const std::uint32_t& row) { return Value::of_counter64(row); });
    mib.seal();
  }

  Message message(PduType type, Version version, std::vector<std::string_view> names) {
    Message request{.version = version, .community = "public", .pdu = {.type = type, .request_id = 42, .bindings = {}}};
    for (const std::string_view wanted : names) request.pdu.bindings.push_back({oid(wanted), {}});
    return request;
  }
  std::optional<Message> ask(const Message& request, Ipv4Address from = manager) {
    const Agent::Answer answer = agent.handle(encode(request), from);
    if (!answer.response) return std::nullopt;
    CHECK(answer.response->size() <= limits::snmp_response);
    auto response = decode(*answer.response);
    REQUIRE(response);
    CHECK(response->pdu.type == PduType::response);
    CHECK(response->pdu.request_id == request.pdu.request_id);
    return *response;
  }
};

void check_error(const std::optional<Message>& response, ErrorStatus status, std::int64_t index) {
  REQUIRE(response);
  CHECK(response->pdu.error_status == static_cast<std::int64_t>(status));
  CHECK(response->pdu.error_index == index);
}

TEST_CASE("GET tells values, and says in each version's way what there is not") {
  Desk desk;
  auto response = desk.ask(desk.message(PduType::get, Version::v1, {"1.3.6.1.1.0", "1.3.6.1.3.1.1.2.9"}));
  check_error(response, ErrorStatus::none, 0);
  CHECK(response->pdu.bindings[0].value == Value::of_integer(7));
  CHECK(response->pdu.bindings[1].value == Value::of_integer(2));

  response = desk.ask(desk.message(PduType::get, Version::v1, {"1.3.6.1.1.0", "1.3.6.1.1"}));
  check_error(response, ErrorStatus::no_such_name, 2);
  CHECK(response->pdu.bindings.size() == 2);

  response =
      desk.ask(desk.message(PduType::get, Version::v2c, {"1.3.6.1.1", "1.3.7", "1.3.6.1.3.1.1.3.9", "1.3.6.1.1.0"}));
  check_error(response, ErrorStatus::none, 0);
  CHECK(response->pdu.bindings[0].value.type == Type::no_such_instance);
  CHECK(response->pdu.bindings[1].value.type == Type::no_such_object);
  CHECK(response->pdu.bindings[2].value.type == Type::no_such_instance);
  CHECK(response->pdu.bindings[3].value == Value::of_integer(7));
}

TEST_CASE("GETNEXT walks the tree in order to its end") {
  Desk desk;
  const auto walk = [&](Version version) {
    std::string walked;
    Oid at = oid("1.3");
    for (int step = 0; step < 20; ++step) {
      Message request = desk.message(PduType::get_next, version, {});
      request.pdu.bindings = {{at, {}}};
      const auto response = desk.ask(request);
      if (response->pdu.error_status != 0 || response->pdu.bindings[0].value.exception()) return walked;
      at = response->pdu.bindings[0].name;
      for (const std::uint32_t part : at) walked += std::to_string(part) + ".";
      walked += " ";
    }
    return walked + "no end";
  };
  const std::string scalars = "1.3.6.1.1.0. 1.3.6.1.2.0. ", first_column = "1.3.6.1.3.1.1.1.9. 1.3.6.1.3.1.1.2.9. ",
                    wide_column = "1.3.6.1.3.1.2.1.9. 1.3.6.1.3.1.2.2.9. ", last = "1.3.9.0. ";
  CHECK(walk(Version::v2c) == scalars + first_column + wide_column + last);
  CHECK(walk(Version::v1) == scalars + first_column + last);  // it has no 64-bit counters
  desk.rows = 0;
  desk.time.advance(std::chrono::seconds(2));
  CHECK(walk(Version::v2c) == scalars + last);
}

TEST_CASE("GETNEXT of version 1 behind the last object names the binding") {
  Desk desk;
  check_error(desk.ask(desk.message(PduType::get_next, Version::v1, {"1.3", "1.3.9.0"})), ErrorStatus::no_such_name, 2);
  CHECK(desk.figures.out_no_such_names == 1);
}

TEST_CASE("GETBULK gives scalars once and rows by rounds") {
  Desk desk;
  Message request = desk.message(PduType::get_bulk, Version::v2c, {"1.3.6.1", "1.3.6.1.3.1.1", "1.3.6.1.3.1.2"});
  request.pdu.error_status = 1;  // non-repeaters
  request.pdu.error_index = 2;   // max-repetitions
  const auto response = desk.ask(request);
  check_error(response, ErrorStatus::none, 0);
  std::vector<Oid> names;
  for (const Binding& binding : response->pdu.bindings) names.push_back(binding.name);
  CHECK(names == std::vector<Oid>{oid("1.3.6.1.1.0"), oid("1.3.6.1.3.1.1.1.9"), oid("1.3.6.1.3.1.2.1.9"),
                                  oid("1.3.6.1.3.1.1.2.9"), oid("1.3.6.1.3.1.2.2.9")});
}

TEST_CASE("GETBULK ends where the response is full, with the end of the tree, and at once below zero") {
  Desk desk;
  desk.rows = 1000;
  Message request = desk.message(PduType::get_bulk, Version::v2c, {"1.3.6.1.3"});
  request.pdu.error_index = 2147483647;
  const auto full = desk.ask(request);
  CHECK(full->pdu.bindings.size() > 60);
  CHECK(desk.agent.handle(encode(request), manager).response->size() > limits::snmp_response - 80);
  request.pdu.bindings[0].name = oid("1.3.6.1.3.1.2.999.9");
  const auto end = desk.ask(request);
  REQUIRE(end->pdu.bindings.size() == 3);
  CHECK(end->pdu.bindings[1].name == oid("1.3.9.0"));
  CHECK(end->pdu.bindings[2].value.type == Type::end_of_view);
  request.pdu.error_index = -1;
  request.pdu.error_status = -1;
  CHECK(desk.ask(request)->pdu.bindings.empty());
}

TEST_CASE("A response that would not fit says so") {
  Desk desk;
  desk.name = std::string(400, 'x');
  const auto big = [&](Version version) {
    return desk.ask(desk.message(PduType::get, version, std::vector<std::string_view>(4, "1.3.6.1.2.0")));
  };
  check_error(big(Version::v1), ErrorStatus::too_big, 0);
  CHECK(big(Version::v1)->pdu.bindings.size() == 4);
  check_error(big(Version::v2c), ErrorStatus::too_big, 0);
  CHECK(big(Version::v2c)->pdu.bindings.empty());
  CHECK(desk.figures.out_too_bigs == 4);
}

TEST_CASE("SET changes everything or nothing") {
  Desk desk;
  Message request = desk.message(PduType::set, Version::v2c, {"1.3.6.1.2.0", "1.3.6.1.2.0"});
  request.community = "private";
  request.pdu.bindings[0].value = Value::of_text("new");
  request.pdu.bindings[1].value = Value::of_integer(1);
  check_error(desk.ask(request), ErrorStatus::wrong_type, 2);
  CHECK(desk.name == "old");
  request.version = Version::v1;
  check_error(desk.ask(request), ErrorStatus::bad_value, 2);
  request.pdu.bindings[1].value = Value::of_text("newest");
  request.version = Version::v2c;
  check_error(desk.ask(request), ErrorStatus::wrong_length, 2);
  request.pdu.bindings[1] = {oid("1.3.6.1.1.0"), Value::of_integer(1)};
  check_error(desk.ask(request), ErrorStatus::not_writable, 2);
  request.pdu.bindings[1] = {oid("1.3.8"), Value::of_integer(1)};
  check_error(desk.ask(request), ErrorStatus::no_creation, 2);
  CHECK(desk.name == "old");
  request.pdu.bindings.pop_back();
  check_error(desk.ask(request), ErrorStatus::none, 0);
  CHECK(desk.name == "new");
  CHECK(desk.figures.in_total_set == 1);
}

TEST_CASE("Who may do what") {
  Desk desk;
  Message set = desk.message(PduType::set, Version::v2c, {"1.3.6.1.2.0"});
  set.pdu.bindings[0].value = Value::of_text("new");
  check_error(desk.ask(set), ErrorStatus::no_access, 1);  // public may only read
  set.version = Version::v1;
  check_error(desk.ask(set), ErrorStatus::no_such_name, 1);
  CHECK(desk.figures.in_bad_community_uses == 2);
  CHECK(desk.name == "old");

  Message get = desk.message(PduType::get, Version::v1, {"1.3.6.1.1.0"});
  CHECK(desk.ask(get, stranger));
  get.community = "private";
  CHECK(desk.ask(get, manager));
  CHECK(desk.agent.handle(encode(get), stranger).not_authentic);
  get.community = "Public";  // case counts
  CHECK(desk.agent.handle(encode(get), manager).not_authentic);
  get.community = "public";
  desk.communities["public"].enabled = false;
  CHECK_FALSE(desk.ask(get));
  CHECK(desk.figures.in_bad_community_names == 3);
}

TEST_CASE("What is no request is counted and not answered") {
  Desk desk;
  CHECK_FALSE(desk.agent.handle(as_bytes("nonsense"), manager).response);
  CHECK(desk.figures.in_parse_errors == 1);
  CHECK_FALSE(desk.ask(desk.message(PduType::response, Version::v1, {})));
  CHECK(desk.figures.in_get_responses == 1);
  CHECK_FALSE(desk.ask(desk.message(PduType::trap_v2, Version::v2c, {})));
  CHECK(desk.figures.in_traps == 1);
  CHECK_FALSE(desk.ask(desk.message(PduType::inform, Version::v2c, {})));
  CHECK(desk.figures.in_packets == 4);
  CHECK(desk.figures.out_packets == 0);
}

TEST_CASE("A table is gathered once for a request, and again when it has aged") {
  Desk desk;
  Message request = desk.message(PduType::get, Version::v2c, {"1.3.6.1.3.1.1.1.9", "1.3.6.1.3.1.2.1.9"});
  desk.ask(request);
  CHECK(desk.gathered == 1);
  desk.ask(request);
  CHECK(desk.gathered == 1);
  desk.time.advance(std::chrono::milliseconds(1001));
  desk.ask(request);
  CHECK(desk.gathered == 2);
}

}  // namespace
}  // namespace arrouter::snmp
