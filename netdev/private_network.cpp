#include "netdev/private_network.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "netdev/interface.h"
#include "os/base/limits.h"

namespace arrouter {
namespace {

constexpr const char* here = "/proc/thread-self/ns/net";
constexpr const char* tun_name = "tcp0";
constexpr std::size_t longest_packet = 65535;
constexpr int backlog = 16;  // connections that wait to be taken

std::unexpected<Failure> system_failure(const char* what) {
  return failure(std::string(what) + ": " + std::strerror(errno));
}

sockaddr_in socket_address(Ipv4Address address, std::uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_addr.s_addr = htonl(address.value);
  result.sin_port = htons(port);
  return result;
}

/// One request and the kernel's verdict.
template <class Request>
Result<void> ask(int netlink, Request& request) {
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
  struct {
    nlmsghdr header;
    nlmsgerr verdict;
    std::array<char, 512> more;
  } answer{};
  if (::send(netlink, &request, sizeof request, 0) < 0 || ::recv(netlink, &answer, sizeof answer, 0) < 0) {
    return system_failure("netlink");
  }
  if (answer.header.nlmsg_type != NLMSG_ERROR || answer.verdict.error == 0) return {};
  errno = -answer.verdict.error;
  return system_failure("netlink");
}

}  // namespace

/// The calling thread is in the private namespace while one lives.
class PrivateNetwork::Visit {
 public:
  explicit Visit(const PrivateNetwork& network)
      : home_(network.home_.get()), there_(::setns(network.own_.get(), CLONE_NEWNET) == 0) {}
  /// Who may go there may come back: both need the same capability.
  ~Visit() {
    if (there_) ::setns(home_, CLONE_NEWNET);
  }
  Visit(const Visit&) = delete;
  explicit operator bool() const { return there_; }

 private:
  int home_;
  bool there_;
};

Result<std::unique_ptr<PrivateNetwork>> PrivateNetwork::open(Reactor& reactor) {
  std::unique_ptr<PrivateNetwork> network(new PrivateNetwork);
  network->home_ = Descriptor(::open(here, O_RDONLY | O_CLOEXEC));
  if (!network->home_) return system_failure(here);
  if (::unshare(CLONE_NEWNET) != 0) return system_failure("no right to make a network namespace (CAP_SYS_ADMIN)");
  const auto furnished = network->furnish();
  if (::setns(network->home_.get(), CLONE_NEWNET) != 0) return system_failure("cannot leave the network namespace");
  if (!furnished) return std::unexpected(furnished.error());
  network->packet_.resize(longest_packet);
  network->watch_ = reactor.watch(network->tun_.get(), [raw = network.get()] { raw->receive(); });
  return network;
}

// Runs inside the new namespace.
Result<void> PrivateNetwork::furnish() {
  own_ = Descriptor(::open(here, O_RDONLY | O_CLOEXEC));
  tun_ = Descriptor(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!own_ || !tun_) return system_failure("/dev/net/tun");
  ifreq request{};
  if (const auto named = name_request(request, tun_name); !named) return named;
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  if (::ioctl(tun_.get(), TUNSETIFF, &request) != 0) return system_failure("/dev/net/tun");
  tun_index_ = ::if_nametoindex(tun_name);
  for (const char* interface : {"lo", tun_name}) {
    if (auto up = set_interface_up(interface); !up) return up;
  }
  routing_ = Descriptor(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!routing_) return system_failure("netlink");
  diagnosis_ = Descriptor(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  return {};
}

void PrivateNetwork::input(ByteView packet) {
  // A full queue loses a packet, as any network may.
  [[maybe_unused]] const auto written = ::write(tun_.get(), packet.data(), packet.size());
}

void PrivateNetwork::receive() {
  for (std::size_t i = 0; i < limits::burst; ++i) {
    const ssize_t length = ::read(tun_.get(), packet_.data(), packet_.size());
    if (length <= 0) return;
    if (receiver_) receiver_({packet_.data(), static_cast<std::size_t>(length)});
  }
}

void PrivateNetwork::set_addresses(const std::set<Ipv4Address>& addresses) {
  for (const Ipv4Address address : addresses_) {
    if (!addresses.contains(address)) change_address(address, false);
  }
  for (const Ipv4Address address : addresses) {
    if (!addresses_.contains(address)) change_address(address, true);
  }
  addresses_ = addresses;
  if (!addresses_.empty()) restore_route();
}

// Everything that is not an address of the router is reached through the TUN. The kernel forgets that when the last
// address goes.
void PrivateNetwork::restore_route() {
  struct {
    nlmsghdr header;
    rtmsg message;
    rtattr attribute;
    std::uint32_t interface;
  } request{};
  request.header.nlmsg_type = RTM_NEWROUTE;
  request.header.nlmsg_flags = NLM_F_CREATE | NLM_F_REPLACE;
  request.message.rtm_family = AF_INET;
  request.message.rtm_table = RT_TABLE_MAIN;
  request.message.rtm_protocol = RTPROT_STATIC;
  request.message.rtm_scope = RT_SCOPE_LINK;
  request.message.rtm_type = RTN_UNICAST;
  request.attribute.rta_type = RTA_OIF;
  request.attribute.rta_len = RTA_LENGTH(sizeof request.interface);
  request.interface = tun_index_;
  [[maybe_unused]] const auto done = ask(routing_.get(), request);
}

void PrivateNetwork::change_address(Ipv4Address address, bool present) {
  struct {
    nlmsghdr header;
    ifaddrmsg message;
    rtattr attribute;
    std::uint32_t local;
  } request{};
  request.header.nlmsg_type = present ? RTM_NEWADDR : RTM_DELADDR;
  request.header.nlmsg_flags = present ? NLM_F_CREATE | NLM_F_REPLACE : 0;
  request.message.ifa_family = AF_INET;
  request.message.ifa_prefixlen = 32;
  request.message.ifa_index = tun_index_;
  request.attribute.rta_type = IFA_LOCAL;
  request.attribute.rta_len = RTA_LENGTH(sizeof request.local);
  request.local = htonl(address.value);
  // An address the kernel will not have (0.0.0.0) is one nobody can connect to.
  [[maybe_unused]] const auto done = ask(routing_.get(), request);
}

Result<Descriptor> PrivateNetwork::make_socket(const std::function<int(int)>& prepare) const {
  const Visit visit(*this);
  if (!visit) return system_failure("network namespace");
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket || prepare(socket.get()) != 0) return failure(std::strerror(errno));
  return socket;
}

Result<Descriptor> PrivateNetwork::listen(std::uint16_t port) {
  return make_socket([port](int socket) {
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const sockaddr_in address = socket_address({}, port);
    if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return -1;
    return ::listen(socket, backlog);
  });
}

Result<Descriptor> PrivateNetwork::connect(Ipv4Address source, const TcpEndpoint& destination) {
  return make_socket([&](int socket) {
    const sockaddr_in from = socket_address(source, 0);
    const sockaddr_in to = socket_address(destination.address, destination.port);
    if (::bind(socket, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) return -1;
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return 0;
    return errno == EINPROGRESS ? 0 : -1;
  });
}

std::string PrivateNetwork::read_here(const char* path) const {
  const Visit visit(*this);
  std::string text;
  const Descriptor file(visit ? ::open(path, O_RDONLY | O_CLOEXEC) : -1);
  std::array<char, 4096> part{};
  for (ssize_t count = 1; file && count > 0;) {
    count = ::read(file.get(), part.data(), part.size());
    if (count > 0) text.append(part.data(), static_cast<std::size_t>(count));
  }
  return text;
}

std::vector<TcpConnection> PrivateNetwork::connections() const {
  return parse_tcp_table(read_here("/proc/thread-self/net/tcp"));
}

TcpCounters PrivateNetwork::counters() const { return parse_tcp_counters(read_here("/proc/thread-self/net/snmp")); }

Result<void> PrivateNetwork::end(const TcpConnection& connection) {
  struct {
    nlmsghdr header;
    inet_diag_req_v2 body;
  } request{};
  request.header.nlmsg_type = SOCK_DESTROY;
  request.body.sdiag_family = AF_INET;
  request.body.sdiag_protocol = IPPROTO_TCP;
  request.body.idiag_states = ~0U;
  request.body.id.idiag_sport = htons(connection.local.port);
  request.body.id.idiag_dport = htons(connection.remote.port);
  request.body.id.idiag_src[0] = htonl(connection.local.address.value);
  request.body.id.idiag_dst[0] = htonl(connection.remote.address.value);
  request.body.id.idiag_cookie[0] = request.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  return ask(diagnosis_.get(), request);
}

}  // namespace arrouter
