// Datagrams for the SNMP agent, over a tree of its own: decoding, GET, GETNEXT, GETBULK and SET.
#include "modules/snmp/agent.h"
#include "os/base/limits.h"
#include "tests/support/virtual_time.h"

using namespace arrouter;
using namespace arrouter::snmp;

namespace {

struct Desk {
  test::VirtualTime time;
  Mib mib{time};
  Communities communities{{"public", {.write = true, .open = true}}};
  SnmpFigures figures;
  Agent agent{mib, communities, figures};
  std::string name;

  Desk() {
    mib.scalar("1.3.6.1.2.1.1.1", [] { return Value::of_text("router"); });
    mib.scalar(
        "1.3.6.1.2.1.1.5", [this] { return Value::of_text(name); },
        [this](const Instance&, const Value& value, bool really) {
          if (value.type != Type::octets || value.octets.size() > 255) return ErrorStatus::wrong_type;
          if (really) name = value.octets;
          return ErrorStatus::none;
        });
    const auto table = std::make_shared<Table<std::uint64_t>>(
        [] {
          Table<std::uint64_t>::Content rows;
          for (std::uint32_t i = 1; i < 30; ++i) rows.emplace(Instance{i, i * 7919}, std::uint64_t{i} << 40);
          return rows;
        },
        std::chrono::hours(1));
    for (std::uint32_t number = 1; number < 4; ++number) {
      mib.column<std::uint64_t>(table, "1.3.6.1.2.1.2.2.1", number,
                                [](const std::uint64_t& row) { return Value::of_counter64(row); });
    }
    mib.seal();
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static Desk desk;
  desk.name.clear();
  const ByteView datagram(bytes, size);
  const Agent::Answer answer = desk.agent.handle(datagram, Ipv4Address(10, 0, 0, 1));
  if (!answer.response) return 0;
  const auto response = decode(*answer.response);
  if (!response || response->pdu.type != PduType::response) __builtin_trap();
  // Only an error gives the request back, which may have been longer.
  if (response->pdu.error_status == 0 && answer.response->size() > std::max(limits::snmp_response, size + 64)) {
    __builtin_trap();
  }
  return 0;
}
