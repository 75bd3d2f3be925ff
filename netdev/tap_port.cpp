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

/// A TAP is let go some time after its last process has gone, so "busy" is not believed at once.
bool set_interface(int fd, ifreq& request, int attempts) {
  while (ioctl(fd, TUNSETIFF, &request) != 0) {
    if (errno != EBUSY || --attempts <= 0) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return true;
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

Result<TapPort::Attached> TapPort::attach(const std::string& interface, int attempts) {
  ifreq request{};
  if (const auto named = name_request(request, interface); !named) return failure(named.error().text);
  Descriptor fd(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!fd) return failure(std::string("/dev/net/tun: ") + std::strerror(errno));
  request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
  if (!set_interface(fd.get(), request, attempts)) return failure(reason_of(errno));
  int header_size = sizeof(VnetHeader);
  if (ioctl(fd.get(), TUNSETVNETHDRSZ, &header_size) != 0) return failure(reason_of(errno));
  const PortOffloads offloads = set_offloads(fd.get());
  if (const auto up = set_interface_up(interface); !up) return failure(up.error().text);
  return Attached{std::move(fd), offloads};
}

Result<std::unique_ptr<Port>> TapPort::open(std::string name, MacAddress mac, const std::string& interface,
                                            const PortEnvironment& environment) {
  constexpr int attempts = 20;
  auto attached = attach(interface, attempts);
  if (!attached) return failure(attached.error().text);
  return std::unique_ptr<Port>(new TapPort(std::move(name), mac, interface, std::move(*attached), environment));
}

TapPort::TapPort(std::string name, MacAddress mac, std::string interface, Attached attached,
                 const PortEnvironment& environment)
    : Port(std::move(name), mac, environment.pool),
      interface_(std::move(interface)),
      attached_(std::move(attached)),
      reactor_(environment.reactor),
      clock_(environment.clock),
      slot_(environment.pool.allocate(limits::large_packet)),
      link_timer_(environment.scheduler, [this] { check_link(); }) {
  watch();
  check_link();
}

void TapPort::watch() {
  watch_ = reactor_.watch(attached_.fd.get(), [this] { receive(); });
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
  const ssize_t length = readv(attached_.fd.get(), parts, 2);
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
    if (writev(attached_.fd.get(), parts, 2) > 0) {
      count_sent(*frame);
    } else {
      ++counters_.out_discards;
    }
  }
  frames.clear();
}

void TapPort::check_link() {
  const bool up = device_up();
  if (up != std::exchange(up_, up)) link_changed(up);
  link_timer_.arm(clock_.now() + link_check_interval);
}

// A TAP is writable while its device is up, and in error once it is deleted: true in any network namespace, where
// asking for the interface by name would not be.
bool TapPort::device_up() {
  if (!attached_.fd) {
    if (if_nametoindex(interface_.c_str()) == 0) return false;
    auto again = attach(interface_, 1);
    if (!again) return false;
    attached_ = std::move(*again);
    watch();
  }
  pollfd state{attached_.fd.get(), POLLOUT, 0};
  if (poll(&state, 1, 0) != 1) return false;
  if ((state.revents & POLLERR) != 0) {
    watch_.reset();
    attached_.fd = Descriptor();
    return false;
  }
  return (state.revents & POLLOUT) != 0;
}

}  // namespace arrouter
