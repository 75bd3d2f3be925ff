#include "netdev/tap_port.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "netdev/interface.h"

namespace arrouter {
namespace {

// In <linux/if_tun.h> since Linux 6.2; the kernel grants both or neither.
constexpr unsigned long offload_uso = 0x20 | 0x40;
// Frames that may wait for this process in a TAP of its own making. A window of TCP (some 6 MB at most on Linux) in
// full-sized packets, each in two fragments, is to fit: what does not is lost and sent again.
constexpr int queue_length = 10000;
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
    case EACCES:
      return "no permission to attach to a TAP (CAP_NET_ADMIN is needed, or a TAP made for this user)";
    case EBUSY:
      return "the TAP is in use by another process";
    case EINVAL:
      return "the interface is not a TAP that can be attached to";
    default:
      return std::strerror(error);
  }
}

}  // namespace

Result<TapPort::Attached> TapPort::attach(const std::string& interface, int attempts) {
  ifreq request{};
  if (const auto named = name_request(request, interface); !named) return failure(named.error().text);
  const bool made = if_nametoindex(interface.c_str()) == 0;
  Descriptor fd(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!fd) return failure(std::string("/dev/net/tun: ") + std::strerror(errno));
  request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
  if (!set_interface(fd.get(), request, attempts)) return failure(reason_of(errno));
  int header_size = sizeof(VnetHeader);
  if (ioctl(fd.get(), TUNSETVNETHDRSZ, &header_size) != 0) return failure(reason_of(errno));
  const PortOffloads offloads = set_offloads(fd.get());
  if (made) set_queue_length(interface, queue_length);
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
      ring_(Ring::make()),
      gate_(environment.clock, environment.scheduler, [this](const sock_fprog* program) { return filter(program); }),
      link_timer_(environment.scheduler, [this] { check_link(); }) {
  watch();
  check_link();
}

bool TapPort::filter(const sock_fprog* program) {
  const int request = program != nullptr ? TUNATTACHFILTER : TUNDETACHFILTER;
  return attached_.fd && ioctl(attached_.fd.get(), static_cast<unsigned long>(request), program) == 0;
}

PortCounters TapPort::counters() const {
  PortCounters counters = counters_;
  counters.in_discards += gate_.refused();
  return counters;
}

void TapPort::watch() {
  watch_ = reactor_.watch(attached_.fd.get(), [this] { receive(); });
}

// More has often come while a burst was worked on. To ask once more is one system call, to wait for it are two and a turn
// of the loop; other ports get theirs after a few bursts.
void TapPort::receive() {
  constexpr int most = 4;
  for (int bursts = 0; bursts < most && receive_burst(); ++bursts) {
  }
}

// False: there was nothing. Reads until nothing is left, the burst is full or as many bytes are in hand as stay in the
// processor's cache: a burst of 64 super-frames would become thousands of packets in a tunnel, more than the next queue
// holds.
bool TapPort::receive_burst() {
  constexpr std::size_t enough = 128 << 10;  // bytes
  // So many are read one by one: a quiet router gets no more, nor does one that passes acknowledgements on, and each
  // read by the ring that finds nothing costs about as much as one that does.
  constexpr std::size_t few = 3;
  Burst burst;
  std::size_t length = read_one(burst);
  bool drained = length == 0;
  for (std::size_t bytes = length; !drained && bytes < enough && !burst.full(); bytes += length) {
    if (ring_ && length <= limits::small_packet && burst.size() >= few) {
      drained = !read_some(burst);
    } else {
      length = read_one(burst);
      drained = length == 0;
    }
  }
  gate_.observe(burst, drained);
  if (burst.empty()) return false;
  deliver(burst);
  return true;
}

/// Length of the frame that was taken off the queue; 0: there was none.
std::size_t TapPort::read_one(Burst& burst) {
  VnetHeader header;
  Packet slot = pool().allocate(limits::large_packet);  // nobody knows a frame's length before
  std::uint8_t nowhere[1];                              // no buffer at all: the frame is lost
  iovec parts[2] = {{&header, sizeof header},
                    {slot ? slot->data() : nowhere, slot ? slot->tailroom() : sizeof nowhere}};
  const ssize_t length = readv(attached_.fd.get(), parts, 2);
  if (length <= static_cast<ssize_t>(sizeof header)) return 0;  // nothing more, or the device has gone
  const std::size_t frame = static_cast<std::size_t>(length) - sizeof header;
  take(header, slot, frame, burst);
  return frame;
}

/// False when the queue is empty now.
bool TapPort::read_some(Burst& burst) {
  constexpr std::size_t most = 16;  // large buffers in hand
  std::array<Packet, most> slots;
  std::array<VnetHeader, most> headers;
  std::array<Ring::Transfer, most> transfers;
  std::size_t count = 0;
  for (; count < std::min(most, limits::burst - burst.size()); ++count) {
    slots[count] = pool().allocate(limits::large_packet);
    if (!slots[count]) break;
    transfers[count].parts[0] = {&headers[count], sizeof headers[count]};
    transfers[count].parts[1] = {slots[count]->data(), slots[count]->tailroom()};
  }
  if (count == 0) return false;
  if (!ring_->read(attached_.fd.get(), std::span(transfers).first(count))) {
    ring_.reset();
    return true;
  }
  bool more = true;
  for (std::size_t i = 0; i < count; ++i) {
    const int length = transfers[i].result;
    if (length > static_cast<int>(sizeof(VnetHeader))) {
      take(headers[i], slots[i], static_cast<std::size_t>(length) - sizeof(VnetHeader), burst);
    } else {
      more = false;  // and yet a frame may have come in time for the next of these reads
    }
  }
  return more;
}

void TapPort::take(const VnetHeader& header, Packet& slot, std::size_t length, Burst& burst) {
  Packet frame = slot ? take_received(slot, length, pool()) : Packet();
  if (!frame) {
    ++counters_.in_discards;
  } else if (!read_vnet_header(header, *frame)) {
    ++counters_.in_errors;
  } else {
    burst.add(std::move(frame));
  }
}

void TapPort::transmit(Burst& frames) {
  if (!ring_ || frames.size() < 2 || !write_by_ring(frames)) {
    for (Packet& frame : frames) {
      VnetHeader header = make_vnet_header(*frame);
      const iovec parts[2] = {{&header, sizeof header}, {frame->data(), frame->size()}};
      sent(*frame, writev(attached_.fd.get(), parts, 2) > 0);
    }
  }
  frames.clear();
}

bool TapPort::write_by_ring(Burst& frames) {
  static_assert(Ring::depth >= limits::burst);
  std::array<VnetHeader, limits::burst> headers;
  std::array<Ring::Transfer, limits::burst> transfers;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    headers[i] = make_vnet_header(*frames[i]);
    transfers[i].parts[0] = {&headers[i], sizeof headers[i]};
    transfers[i].parts[1] = {frames[i]->data(), frames[i]->size()};
  }
  if (!ring_->write(attached_.fd.get(), std::span(transfers).first(frames.size()))) {
    ring_.reset();
    return false;
  }
  for (std::size_t i = 0; i < frames.size(); ++i) sent(*frames[i], transfers[i].result > 0);
  return true;
}

void TapPort::sent(const PacketBuffer& frame, bool good) {
  if (good) {
    count_sent(frame);
  } else {
    ++counters_.out_discards;
  }
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
    gate_.reset();
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
