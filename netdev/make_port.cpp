#include "netdev/make_port.h"

#include <fmt/format.h>

#include "netdev/memory_port.h"
#include "netdev/null_port.h"
#include "netdev/packet_port.h"
#include "netdev/tap_port.h"
#include "netdev/udp_port.h"

namespace arrouter {
namespace {

Result<std::unique_ptr<Port>> open_port(std::string name, MacAddress mac, std::string_view kind,
                                        std::string_view where, const PortEnvironment& environment) {
  if (kind == "tap") return TapPort::open(std::move(name), mac, std::string(where), environment);
  if (kind == "packet") return PacketPort::open(std::move(name), mac, std::string(where), environment);
  if (kind == "udp") return UdpPort::open(std::move(name), mac, where, environment);
  return failure("wanted is tap:IFNAME, packet:IFNAME, udp:LPORT:HOST:RPORT or memory");
}

}  // namespace

Result<std::unique_ptr<Port>> make_port(std::string name, MacAddress mac, std::string_view spec,
                                        const PortEnvironment& environment) {
  if (spec.empty()) return std::make_unique<NullPort>(std::move(name), mac, environment.pool);
  if (spec == "memory") {
    return std::make_unique<MemoryPort>(std::move(name), mac, environment.pool, environment.scheduler,
                                        environment.clock);
  }
  const std::size_t colon = spec.find(':');
  const std::string_view where = colon == std::string_view::npos ? std::string_view() : spec.substr(colon + 1);
  auto port = open_port(std::move(name), mac, spec.substr(0, colon), where, environment);
  if (!port) return failure(fmt::format("{}: {}", spec, port.error().text));
  return port;
}

}  // namespace arrouter
