#include "netdev/tap_port.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "netdev/interface.h"
#include "netdev/vnet_header.h"

namespace arrouter {
namespace {

// In <linux/if_tun.h> since Linux 6.2; the kernel grants both or neither.
constexpr unsigned long offload_uso = 0x20 | 0x40;
constexpr Duration link_check_interval = std::chrono::milliseconds(500);

/// A TAP is let go some time after its last process has gone, so "busy" is believed only after a second.
bool attach(int fd, ifreq& request) {
  for (int attempt = 0; attempt < 20; ++attempt) {
    if (ioctl(fd, TUNSETIFF, &request) == 0) return true;
    if (errno != EBUSY) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

/// What the kernel grants, the most useful set first. Flags of an earlier owner stay on a persistent TAP, so one of
/// the calls must succeed.
PortOffloads set_offloads(int fd) {
  if (ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | offload_uso) == 0) return {true, true, true};
  if (ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4) == 0) return {true, true, false};
  ioctl(fd, TUNSETOFFLOAD, 0);
  return {};
}

std::string reason_of(int error) {
  switch (error) {
    case EPERM:
    case EACCES: return "no permission to attach to a TAP (CAP_NET_ADMIN is needed, or a TAP made for this user)";
    case EBUSY: return "the TAP is in use by another process";
    case EINVAL: return "the interface is not a TAP that can be attached to";
    default: return std::strerror(error);
  }
}

}  // namespace

Result<std::unique_ptr<Port>> TapPort::open(std::string name, MacAddress mac, const std::string& interface,
                                            const PortEnvironment& environment) {
  ifreq request{};
  if (const auto named = name_request(request, interface); !named) return failure(named.error().text);
  Descriptor fd(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!fd) return failure(std::string("/dev/net/tun: ") + std::strerror(errno));
  request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
  if (!attach(fd.get(), request)) return failure(reason_of(errno));
  int header_size = sizeof(VnetHeader);
  if (ioctl(fd.get(), TUNSETVNETHDRSZ, &header_size) != 0) return failure(reason_of(errno));
  const PortOffloads offloads = set_offloads(fd.get());
  if (const auto up = set_interface_up(interface); !up) return failure(up.error().text);
  return std::unique_ptr<Port>(new TapPort(std::move(name), mac, std::move(fd), offloads, environment));
}

TapPort::TapPort(std::string name, MacAddress mac, Descriptor fd, PortOffloads offloads,
                 const PortEnvironment& environment)
    : Port(std::move(name), mac, environment.pool),
      fd_(std::move(fd)),
      offloads_(offloads),
      clock_(environment.clock),
      slot_(environment.pool.allocate(limits::large_packet)),
      link_timer_(environment.scheduler, [this] { check_link(); }),
      watch_(environment.reactor.watch(fd_.get(), [this] { receive(); })) {
  check_link();
}

void TapPort::receive() {
  Burst burst;
  for (std::size_t i = 0; i < limits::burst && read_one(burst); ++i) {
  }
  if (!burst.empty()) deliver(burst);
}

bool TapPort::read_one(Burst& burst) {
  VnetHeader header;
  if (!slot_) slot_ = pool().allocate(limits::large_packet);
  std::uint8_t nowhere[1];  // no buffer at all: the frame is taken off the queue and lost
  const std::size_t room = slot_ ? slot_->tailroom() : sizeof nowhere;
  iovec parts[2] = {{&header, sizeof header}, {slot_ ? slot_->data() : nowhere, room}};
  const ssize_t length = readv(fd_.get(), parts, 2);
  if (length < static_cast<ssize_t>(sizeof header)) return false;  // nothing more, or the device has gone
  Packet frame = slot_ ? take_received(slot_, static_cast<std::size_t>(length) - sizeof header, pool()) : Packet();
  if (!frame) {
    ++counters_.in_discards;
  } else if (!read_vnet_header(header, *frame)) {
    ++counters_.in_errors;
  } else {
    burst.add(std::move(frame));
  }
  return true;
}

void TapPort::transmit(Burst& frames) {
  for (Packet& frame : frames) {
    VnetHeader header = make_vnet_header(*frame);
    const iovec parts[2] = {{&header, sizeof header}, {frame->data(), frame->size()}};
    if (writev(fd_.get(), parts, 2) > 0) {
      count_sent(*frame);
    } else {
      ++counters_.out_discards;
    }
  }
  frames.clear();
}

// A TAP is writable while its device is up (and in error once it is deleted): true in any network namespace, where
// asking for the interface by name would not be.
void TapPort::check_link() {
  pollfd state{fd_.get(), POLLOUT, 0};
  const bool up = poll(&state, 1, 0) == 1 && (state.revents & POLLOUT) != 0 && (state.revents & POLLERR) == 0;
  if ((state.revents & POLLERR) != 0) watch_.reset();  // deleted: nothing will ever come
  if (up != std::exchange(up_, up)) link_changed(up);
  link_timer_.arm(clock_.now() + link_check_interval);
}

}  // namespace arrouter
