#include "tests/support/ipsec_fixture.h"

#include <algorithm>
#include <stdexcept>

#include "netdev/wire/udp.h"
#include "os/base/text.h"

namespace arrouter::test {

const std::string_view ipsec_howto = R"(
create ipsec sas=1 key=isakmp prot=esp enc=3desouter hasha=sha
create ipsec bund=1 key=isakmp string="1"
create ipsec pol="wiz_isakmp" int=eth0 ac=permit lp=500
create ipsec pol="wiz_natt" int=eth0 ac=permit lp=4500
create ipsec pol="vpn" int=eth0 ac=ipsec key=isakmp bund=1 peer=200.200.200.1 isa="vpn"
set ipsec pol="vpn" lad=192.168.1.0 lma=255.255.255.0 rad=192.168.2.0 rma=255.255.255.0
create ipsec pol="wiz_internet" int=eth0 ac=permit
enable ipsec
)";

Ipv4Address ip4(std::string_view text) { return *parse_ipv4(text); }

std::optional<IpInterfaceInfo> FixtureIp::interface(std::string_view name) const {
  for (const IpInterfaceInfo& info : known) {
    if (info.name == name) return info;
  }
  return std::nullopt;
}

std::optional<IpInterfaceInfo> FixtureIp::interface(InterfaceId id) const {
  for (const IpInterfaceInfo& info : known) {
    if (info.id == id) return info;
  }
  return std::nullopt;
}

bool FixtureIp::listen_udp(std::uint16_t port, std::string_view, UdpListener listener) {
  if (!listener) {
    std::erase(udp_ports, port);
    return true;
  }
  if (std::find(udp_ports.begin(), udp_ports.end(), port) != udp_ports.end()) return false;
  udp_ports.push_back(port);
  udp_listeners.push_back(std::move(listener));
  return true;
}

void FixtureIp::send(Burst& packets) {
  for (Packet& packet : packets) sent.push_back(std::move(packet));
  packets.clear();
}

void FixtureIp::receive_decrypted(InterfaceId, Burst& packets) {
  for (Packet& packet : packets) decrypted.push_back(std::move(packet));
  packets.clear();
}

void FixtureIp::readdress(std::string_view name, Ipv4Address address) {
  for (IpInterfaceInfo& info : known) {
    if (info.name != name) continue;
    info.address = address;
    for (const auto& listener : listeners) listener({info, false});
  }
}

IpsecFixture::IpsecFixture(std::uint64_t seed) : services(seed), enco(make_enco(services.services)) {
  ip.known = {{1, "eth0", ip4("100.100.100.1"), mask_of(24), 1500, true},
              {2, "vlan1", ip4("192.168.1.254"), mask_of(24), 1500, true}};
  module = std::make_unique<ipsec::IpsecModule>(services.services, ip, enco.api, isakmp);
  for (Module* const each : {enco.module.get(), static_cast<Module*>(module.get())}) {
    for (const CommandRow& row : each->commands()) table.add(each->name(), row);
  }
  enco.module->start();
  module->start();
}

IpsecFixture::~IpsecFixture() { module->stop(Ending::process_end); }

IpsecFixture::Reply IpsecFixture::run(std::string_view line) {
  const auto match = table.parse(line);
  if (!match) return {match.error().line() + "\n", match.error()};
  Screen screen;
  const Caller caller;
  Invocation invocation{match->args, caller, screen, [](Question question) { question.answered("y"); },
                        [](const Outcome&) {}};
  const Outcome outcome = match->row->run(invocation);
  std::string text = screen.text();
  if (!outcome.line().empty()) text += outcome.line() + "\n";
  return {text, outcome};
}

void IpsecFixture::configure(std::string_view lines) {
  for (const std::string_view line : split(lines, '\n')) {
    if (trim(line).empty()) continue;
    const Reply reply = run(trim(line));
    if (reply.outcome.failed()) throw std::runtime_error(std::string(line) + ": " + reply.text);
  }
}

std::string IpsecFixture::dump() const {
  ConfigWriter writer;
  module->dump(writer);
  std::string text;
  for (const ConfigWriter::Section& section : writer.sections()) {
    for (const std::string& line : section.lines) text += line + "\n";
  }
  return text;
}

Packet IpsecFixture::packet(std::string_view source, std::string_view destination, std::uint8_t protocol,
                            std::size_t length, std::uint16_t source_port, std::uint16_t destination_port) {
  Packet packet = services.pool.allocate(length);
  std::uint8_t* const at = packet->put(length);
  std::fill(at, at + length, std::uint8_t{0});
  wire::write_ipv4(at, {.source = ip4(source), .destination = ip4(destination), .protocol = protocol},
                   static_cast<std::uint16_t>(length));
  if (protocol == wire::protocol::udp || protocol == wire::protocol::tcp) {
    store_be16(at + 20, source_port);
    store_be16(at + 22, destination_port);
  }
  if (protocol == wire::protocol::udp) store_be16(at + 24, static_cast<std::uint16_t>(length - 20));
  if (protocol == wire::protocol::icmp) at[20] = 8;
  return packet;
}

Packet IpsecFixture::out(Packet packet) {
  Burst burst;
  burst.add(std::move(packet));
  ip.stage->outbound(1, burst);
  if (!burst.empty()) return std::move(burst[0]);
  if (ip.sent.empty()) return {};
  Packet sent = std::move(ip.sent.front());
  ip.sent.erase(ip.sent.begin());
  return sent;
}

std::vector<Packet> IpsecFixture::in(Packet packet) {
  Burst burst;
  burst.add(std::move(packet));
  ip.stage->inbound_protected(1, burst);
  return std::exchange(ip.decrypted, {});
}

bool IpsecFixture::in_clear(Packet packet) {
  Burst burst;
  burst.add(std::move(packet));
  ip.stage->inbound_clear(1, burst);
  return !burst.empty();
}

std::uint64_t IpsecFixture::counter(std::string_view policy, ipsec::PolicyCounter counter) {
  return module->state().policies.find(policy)->counters[counter];
}

isakmp::Bundle keyed_bundle(const isakmp::Acquire& acquire, std::uint32_t out_spi, std::uint8_t fill) {
  isakmp::Bundle bundle;
  bundle.ipsec_policy = acquire.ipsec_policy;
  bundle.isakmp_policy = acquire.isakmp_policy;
  bundle.bundle = acquire.bundle;
  bundle.initiator = true;
  bundle.local = acquire.local;
  bundle.peer = acquire.peer;
  bundle.local_id = acquire.local_id;
  bundle.remote_id = acquire.remote_id;
  bundle.lifetime = acquire.lifetime;
  for (const isakmp::ProtocolOffer& offer : acquire.proposals.front().protocols) {
    const isakmp::Transform& transform = offer.transforms.front();
    const std::size_t bytes = enco::traits(transform.cipher).key_bytes + enco::traits(transform.hash).key_bytes;
    isakmp::KeyedSa sa{offer.protocol, transform, offer.spi, out_spi, SecretBytes(bytes), SecretBytes(bytes)};
    for (std::size_t i = 0; i < bytes; ++i) {  // distinct thirds of a 3DES key, equal in both directions
      sa.out_key[i] = sa.in_key[i] = static_cast<std::uint8_t>(fill + 3 * i);
    }
    bundle.sas.push_back(std::move(sa));
  }
  return bundle;
}

}  // namespace arrouter::test
