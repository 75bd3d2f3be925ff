#include "netdev/udp_port.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "os/base/text.h"

namespace arrouter {
namespace {

constexpr int socket_buffer = 4 << 20;  // bytes

std::optional<std::uint16_t> parse_port(std::string_view text) {
  const auto number = parse_number(text, 65535);
  if (!number || *number == 0) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

Result<sockaddr_in> resolve(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error != 0) return failure(fmt::format("{}: {}", host, gai_strerror(error)));
  sockaddr_in address{};
  std::memcpy(&address, found->ai_addr, sizeof address);
  freeaddrinfo(found);
  address.sin_port = htons(port);
  return address;
}

}  // namespace

Result<std::unique_ptr<Port>> UdpPort::open(std::string name, MacAddress mac, std::string_view address,
                                            const PortEnvironment& environment) {
  const auto parts = split(address, ':');
  const auto local_port = parts.size() == 3 ? parse_port(parts[0]) : std::nullopt;
  const auto remote_port = parts.size() == 3 ? parse_port(parts[2]) : std::nullopt;
  if (!local_port || !remote_port || parts[1].empty()) return failure("wanted is udp:LPORT:HOST:RPORT");
  const auto remote = resolve(std::string(parts[1]), *remote_port);
  if (!remote) return failure(remote.error().text);

  Descriptor fd(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return failure(std::strerror(errno));
  for (const int option : {SO_RCVBUF, SO_SNDBUF}) {
    setsockopt(fd.get(), SOL_SOCKET, option, &socket_buffer, sizeof socket_buffer);
  }
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_port = htons(*local_port);
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) {
    return failure(fmt::format("local port {}: {}", *local_port, std::strerror(errno)));
  }
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&*remote), sizeof *remote) != 0) {
    return failure(fmt::format("{}: {}", parts[1], std::strerror(errno)));
  }
  return std::unique_ptr<Port>(new UdpPort(std::move(name), mac, std::move(fd), environment));
}

UdpPort::UdpPort(std::string name, MacAddress mac, Descriptor fd, const PortEnvironment& environment)
    : Port(std::move(name), mac, environment.pool),
      fd_(std::move(fd)),
      watch_(environment.reactor.watch(fd_.get(), [this] { receive(); })) {}

void UdpPort::receive() {
  Burst burst;
  for (std::size_t calls = 0; calls < limits::burst / slots; ++calls) {
    if (receive_some(burst) < slots) break;
  }
  if (!burst.empty()) deliver(burst);
}

std::size_t UdpPort::receive_some(Burst& burst) {
  std::array<mmsghdr, slots> messages{};
  std::array<iovec, slots> parts{};
  std::uint8_t nowhere[1];  // no buffer at all: the datagram is taken off the queue and lost
  for (std::size_t i = 0; i < slots; ++i) {
    if (!slots_[i]) slots_[i] = pool().allocate();
    parts[i] = slots_[i] ? iovec{slots_[i]->data(), limits::small_packet} : iovec{nowhere, sizeof nowhere};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  const int received = recvmmsg(fd_.get(), messages.data(), slots, 0, nullptr);
  if (received < 0) return errno == ECONNREFUSED ? slots : 0;  // the peer is away: try again, the error is consumed
  for (int i = 0; i < received; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (!slots_[at]) {
      ++counters_.in_discards;
    } else if ((messages[at].msg_hdr.msg_flags & MSG_TRUNC) != 0) {
      ++counters_.in_errors;
    } else {
      slots_[at]->put(messages[at].msg_len);
      burst.add(std::move(slots_[at]));
    }
  }
  return static_cast<std::size_t>(received);
}

void UdpPort::transmit(Burst& frames) {
  std::array<mmsghdr, limits::burst> messages;  // as many as there are frames get a value
  std::array<iovec, limits::burst> parts;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    parts[i] = {frames[i]->data(), frames[i]->size()};
    messages[i] = {};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  std::size_t next = 0;
  while (next < frames.size()) {
    const int sent = sendmmsg(fd_.get(), &messages[next], static_cast<unsigned>(frames.size() - next), 0);
    for (int i = 0; i < sent; ++i) count_sent(*frames[next++]);
    if (sent <= 0) {
      ++counters_.out_discards;
      ++next;
    }
  }
  frames.clear();
}

}  // namespace arrouter
