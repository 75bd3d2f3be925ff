#include "netdev/interface.h"

#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "netdev/descriptor.h"

namespace arrouter {

Result<void> name_request(ifreq& request, const std::string& interface) {
  if (interface.empty()) return failure("an interface name is missing");
  if (interface.size() >= IFNAMSIZ) return failure("an interface name has at most 15 characters");
  if (interface.find_first_of("%/: \t") != std::string::npos) return failure("that is no interface name");
  std::memcpy(request.ifr_name, interface.data(), interface.size());
  return {};
}

Result<void> set_interface_up(const std::string& interface) {
  ifreq request{};
  if (auto named = name_request(request, interface); !named) return named;
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket || ioctl(socket.get(), SIOCGIFFLAGS, &request) != 0) return failure(std::strerror(errno));
  if ((request.ifr_flags & IFF_UP) != 0) return {};
  request.ifr_flags |= IFF_UP;
  if (ioctl(socket.get(), SIOCSIFFLAGS, &request) == 0) return {};
  return failure(std::string("the interface is down and cannot be set up: ") + std::strerror(errno));
}

void set_queue_length(const std::string& interface, int frames) {
  ifreq request{};
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket || !name_request(request, interface)) return;
  request.ifr_qlen = frames;
  ioctl(socket.get(), SIOCSIFTXQLEN, &request);
}

}  // namespace arrouter
