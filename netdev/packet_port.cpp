#include "netdev/packet_port.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "netdev/interface.h"
#include "netdev/vnet_header.h"
#include "netdev/wire/ethernet.h"

namespace arrouter {
namespace {

constexpr Duration link_check_interval = std::chrono::milliseconds(500);
constexpr int socket_buffer = 8 << 20;  // bytes; a hundred super-frames each way

bool set_option(int fd, int level, int option, int value) {
  return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

/// Beyond the system's limit where the process may.
void set_buffer(int fd, int forced, int ordinary) {
  if (!set_option(fd, SOL_SOCKET, forced, socket_buffer)) set_option(fd, SOL_SOCKET, ordinary, socket_buffer);
}

/// The tag that the kernel took out of the frame, if it did.
const tpacket_auxdata* auxiliary(msghdr& message) {
  for (cmsghdr* item = CMSG_FIRSTHDR(&message); item != nullptr; item = CMSG_NXTHDR(&message, item)) {
    if (item->cmsg_level == SOL_PACKET && item->cmsg_type == PACKET_AUXDATA) {
      return reinterpret_cast<const tpacket_auxdata*>(CMSG_DATA(item));
    }
  }
  return nullptr;
}

void put_tag_back(PacketBuffer& frame, const tpacket_auxdata& auxiliary) {
  constexpr std::size_t addresses = 12;
  if (frame.size() < wire::ethernet_header || frame.headroom() < wire::vlan_tag) return;
  std::uint8_t* const at = frame.push(wire::vlan_tag);  // checksum_start moves along
  std::memmove(at, at + wire::vlan_tag, addresses);
  const bool named = (auxiliary.tp_status & TP_STATUS_VLAN_TPID_VALID) != 0;
  store_be16(at + addresses, named ? auxiliary.tp_vlan_tpid : wire::ether_type::vlan);
  store_be16(at + addresses + 2, auxiliary.tp_vlan_tci);
}

}  // namespace

Result<std::unique_ptr<Port>> PacketPort::open(std::string name, MacAddress mac, const std::string& interface,
                                               const PortEnvironment& environment) {
  ifreq request{};
  if (const auto named = name_request(request, interface); !named) return failure(named.error().text);
  // Protocol 0: nothing is received before the socket is bound to its interface.
  Descriptor fd(socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd && errno == EPERM) return failure("no permission for packet sockets (CAP_NET_RAW is needed)");
  if (!fd) return failure(std::strerror(errno));
  if (!set_option(fd.get(), SOL_PACKET, PACKET_VNET_HDR, 1) ||
      !set_option(fd.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, 1) ||
      !set_option(fd.get(), SOL_PACKET, PACKET_AUXDATA, 1)) {
    return failure(std::string("the kernel's packet sockets are too old: ") + std::strerror(errno));
  }
  set_buffer(fd.get(), SO_RCVBUFFORCE, SO_RCVBUF);
  set_buffer(fd.get(), SO_SNDBUFFORCE, SO_SNDBUF);
  std::unique_ptr<PacketPort> port(new PacketPort(std::move(name), mac, interface, std::move(fd), environment));
  if (const auto bound = port->bind_interface(); !bound) return failure(bound.error().text);
  if (const auto up = set_interface_up(interface); !up) return failure(up.error().text);
  port->check_link();
  return port;
}

PacketPort::PacketPort(std::string name, MacAddress mac, std::string interface, Descriptor fd,
                       const PortEnvironment& environment)
    : Port(std::move(name), mac, environment.pool),
      interface_(std::move(interface)),
      fd_(std::move(fd)),
      clock_(environment.clock),
      gate_(environment.clock, environment.scheduler, [this](const sock_fprog* program) { return filter(program); }),
      link_timer_(environment.scheduler, [this] { check_link(); }),
      watch_(environment.reactor.watch(fd_.get(), [this] { receive(); })) {
  for (Packet& slot : slots_) slot = pool().allocate(limits::large_packet);
}

bool PacketPort::filter(const sock_fprog* program) {
  const int nothing = 0;
  return program != nullptr ? setsockopt(fd_.get(), SOL_SOCKET, SO_ATTACH_FILTER, program, sizeof *program) == 0
                            : set_option(fd_.get(), SOL_SOCKET, SO_DETACH_FILTER, nothing);
}

PortCounters PacketPort::counters() const {
  PortCounters counters = counters_;
  counters.in_discards += gate_.refused();
  return counters;
}

Result<void> PacketPort::bind_interface() {
  ifreq request{};
  if (auto named = name_request(request, interface_); !named) return named;
  if (ioctl(fd_.get(), SIOCGIFINDEX, &request) != 0) return failure("there is no such interface");
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = request.ifr_ifindex;
  const int index = request.ifr_ifindex;
  if (ioctl(fd_.get(), SIOCGIFHWADDR, &request) != 0 || request.ifr_hwaddr.sa_family != ARPHRD_ETHER) {
    return failure("the interface is not an Ethernet");
  }
  const bool own_address = std::memcmp(request.ifr_hwaddr.sa_data, mac().octets.data(), mac().octets.size()) == 0;
  packet_mreq membership{};
  membership.mr_ifindex = index;
  membership.mr_type = own_address ? PACKET_MR_ALLMULTI : PACKET_MR_PROMISC;
  if (bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      setsockopt(fd_.get(), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership, sizeof membership) != 0) {
    return failure(std::strerror(errno));
  }
  index_ = index;
  return {};
}

void PacketPort::receive() {
  Burst burst;
  bool drained = false;
  for (std::size_t calls = 0; calls < limits::burst / slots && !drained; ++calls) {
    drained = receive_some(burst) < slots;
  }
  gate_.observe(burst, drained);
  if (!burst.empty()) deliver(burst);
}

std::size_t PacketPort::receive_some(Burst& burst) {
  std::array<mmsghdr, slots> messages{};
  std::array<VnetHeader, slots> headers{};
  std::array<std::array<iovec, 2>, slots> parts{};
  alignas(cmsghdr) std::array<std::array<std::uint8_t, CMSG_SPACE(sizeof(tpacket_auxdata))>, slots> controls{};
  std::uint8_t nowhere[1];  // no buffer at all: the frame is taken off the queue and lost
  for (std::size_t i = 0; i < slots; ++i) {
    Packet& slot = slots_[i];
    if (!slot) slot = pool().allocate(limits::large_packet);
    parts[i][0] = {&headers[i], sizeof headers[i]};
    parts[i][1] = slot ? iovec{slot->data(), slot->tailroom()} : iovec{nowhere, sizeof nowhere};
    messages[i].msg_hdr.msg_iov = parts[i].data();
    messages[i].msg_hdr.msg_iovlen = 2;
    messages[i].msg_hdr.msg_control = controls[i].data();
    messages[i].msg_hdr.msg_controllen = controls[i].size();
  }
  const int received = recvmmsg(fd_.get(), messages.data(), slots, 0, nullptr);
  for (int i = 0; i < received; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const std::size_t length = messages[at].msg_len;
    Packet frame;
    if (slots_[at] && length >= sizeof headers[at]) {
      frame = take_received(slots_[at], length - sizeof headers[at], pool());
    }
    if (!frame) {
      ++counters_.in_discards;
      continue;
    }
    if (!read_vnet_header(headers[at], *frame)) {
      ++counters_.in_errors;
      continue;
    }
    const tpacket_auxdata* extra = auxiliary(messages[at].msg_hdr);
    if (extra != nullptr && (extra->tp_status & TP_STATUS_VLAN_VALID) != 0) put_tag_back(*frame, *extra);
    burst.add(std::move(frame));
  }
  return received < 0 ? 0 : static_cast<std::size_t>(received);
}

void PacketPort::transmit(Burst& frames) {
  std::array<mmsghdr, limits::burst> messages;  // as many as there are frames get a value
  std::array<VnetHeader, limits::burst> headers;
  std::array<std::array<iovec, 2>, limits::burst> parts;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    headers[i] = make_vnet_header(*frames[i]);
    parts[i] = {iovec{&headers[i], sizeof headers[i]}, iovec{frames[i]->data(), frames[i]->size()}};
    messages[i] = {};
    messages[i].msg_hdr.msg_iov = parts[i].data();
    messages[i].msg_hdr.msg_iovlen = 2;
  }
  Burst again;  // UDP super-frames refused by an older kernel, to be cut
  std::size_t next = 0;
  while (next < frames.size()) {
    const int sent = sendmmsg(fd_.get(), &messages[next], static_cast<unsigned>(frames.size() - next), 0);
    for (int i = 0; i < sent; ++i) count_sent(*frames[next++]);
    if (next == frames.size() || sent > 0) continue;
    Packet& refused = frames[next++];  // the first that was left is what the error is about
    if (errno == EINVAL && refused->meta.segmentation == Segmentation::udp4) {
      udp4_ = false;
      again.add(std::move(refused));
    } else {
      ++counters_.out_discards;
    }
  }
  frames.clear();
  if (!again.empty()) send(again);
}

void PacketPort::check_link() {
  const bool up = running();
  if (up != std::exchange(up_, up)) link_changed(up);
  link_timer_.arm(clock_.now() + link_check_interval);
}

bool PacketPort::running() {
  ifreq request{};
  request.ifr_ifindex = index_;
  if (index_ < 0 || ioctl(fd_.get(), SIOCGIFNAME, &request) != 0) {
    index_ = -1;  // gone; perhaps another of the name has come
    if (!bind_interface()) return false;
    request.ifr_ifindex = index_;
    if (ioctl(fd_.get(), SIOCGIFNAME, &request) != 0) return false;
  }
  constexpr short wanted = IFF_UP | IFF_RUNNING;
  return ioctl(fd_.get(), SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & wanted) == wanted;
}

}  // namespace arrouter
