#include "tests/support/example_network.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace arrouter::test {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view key = "create enco key=1 type=general value=\"sharedsecret\"";

class Collector final : public Terminal {
 public:
  void print(std::string_view text) override { printed += text; }
  std::string printed;
};

std::string host(std::string_view address, std::string_view gateway) {
  return fmt::format(
      "enable ip\nadd ip int=eth0 ip={} mask=255.255.255.0\nadd ip rou=0.0.0.0 mask=0.0.0.0 int=eth0 next={}\n",
      address, gateway);
}

}  // namespace

std::string source_file(std::string_view path) {
  std::ifstream file(fmt::format("{}/{}", ARROUTER_SOURCE_DIR, path));
  if (!file) throw std::runtime_error(fmt::format("no file {}", path));
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string changed(std::string text, std::initializer_list<std::pair<std::string_view, std::string_view>> changes) {
  for (const auto& [part, instead] : changes) {
    std::size_t at = text.find(part);
    if (at == std::string::npos) throw std::runtime_error(fmt::format("nothing to change: {}", part));
    for (; at != std::string::npos; at = text.find(part, at + instead.size())) text.replace(at, part.size(), instead);
  }
  return text;
}

std::string refusals(Router& router) {
  std::string text;
  for (const RefusedLine& refused : router.refused_at_boot()) {
    text += fmt::format("{}: {}: {}\n", refused.number, refused.line, refused.outcome.line());
  }
  return text;
}

ExampleNetwork::ExampleNetwork(std::uint64_t seed)
    : pc1(time, "PC1", "AR415S", seed),
      peer1(time, "Peer1", "AR415S", seed + 1),
      internet(time, "Internet", "AR450S", seed + 2),
      peer2(time, "Peer2", "AR415S", seed + 3),
      pc2(time, "PC2", "AR415S", seed + 4),
      lan1_(pc1.port("eth0"), peer1.port("vlan1"), 100us),
      wan1_(peer1.port("eth0"), internet.port("eth0"), 10ms),
      wan2_(internet.port("eth1"), peer2.port("eth0"), 10ms),
      lan2_(peer2.port("vlan1"), pc2.port("eth0"), 100us) {
  pc1.boot(host("192.168.1.100", "192.168.1.254"));
  pc2.boot(host("192.168.2.100", "192.168.2.254"));
  internet.boot(
      "enable ip\nadd ip int=eth0 ip=100.100.100.254 mask=255.255.255.0\n"
      "add ip int=eth1 ip=200.200.200.254 mask=255.255.255.0\n");
  peer1.boot(source_file("config/examples/peer1.cfg"));
  peer2.boot(source_file("config/examples/peer2.cfg"));
  peer1.run(key);
  peer2.run(key);
  time.advance(1s);
}

int ExampleNetwork::pings_answered(int count) {
  const auto collector = std::make_shared<Collector>();
  Caller caller;
  caller.terminal = collector;
  pc1->execute(fmt::format("ping 192.168.2.100 number={}", count), caller);
  time.advance(std::chrono::seconds(2 * count + 5));
  int answered = 0;
  for (std::size_t at = 0; (at = collector->printed.find("Echo reply", at)) != std::string::npos; ++at) ++answered;
  return answered;
}

}  // namespace arrouter::test
