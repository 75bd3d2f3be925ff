#include "os/main/readiness.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "netdev/descriptor.h"

namespace arrouter {

namespace {

constexpr std::chrono::seconds interval{1};

std::string status_text(const Health& health) {
  const auto count = [](const auto& list, auto up) { return std::ranges::count_if(list, up); };
  const std::size_t refused = health.refused.size();
  return fmt::format("{} of {} interfaces up, {} line{} refused, {} of {} tunnels up",
                     count(health.links, &Health::Link::up), health.links.size(), refused, refused == 1 ? "" : "s",
                     count(health.tunnels, &Health::Tunnel::up), health.tunnels.size());
}

}  // namespace

Readiness::Readiness(Router& router, const Clock& clock, Scheduler& scheduler, std::string file,
                     std::string notify_socket)
    : router_(router),
      clock_(clock),
      file_(std::move(file)),
      notify_socket_(std::move(notify_socket)),
      timer_(scheduler, [this] { look(); }) {
  if (file_.empty() && notify_socket_.empty()) return;
  router_.on_booted([this] { look(); });
  router_.on_going_down([this] { forget(); });
}

Readiness::~Readiness() { notify("STOPPING=1"); }

void Readiness::look() {
  const Health health = health_of(router_);
  Screen screen;
  health.show(screen);
  std::string told = screen.json().dump() + "\n";
  if (told != told_) {
    // A disk that is full for a while costs one report; the next change tries again.
    static_cast<void>(write(told));
    notify(fmt::format("{}STATUS={}", std::exchange(ready_, true) ? "" : "READY=1\n", status_text(health)));
    told_ = std::move(told);
  }
  timer_.arm(clock_.now() + interval);
}

void Readiness::forget() {
  timer_.disarm();
  told_.clear();
  if (!file_.empty()) ::unlink(file_.c_str());
}

Result<void> Readiness::try_file() const {
  const auto written = write("");
  if (!file_.empty()) ::unlink(file_.c_str());
  return written;
}

// Whoever waits for the file finds it whole.
Result<void> Readiness::write(const std::string& text) const {
  if (file_.empty()) return {};
  const std::string temporary = file_ + ".new";
  std::ofstream out(temporary, std::ios::trunc);
  out << text;
  out.close();
  if (out && ::rename(temporary.c_str(), file_.c_str()) == 0) return {};
  const int error = errno;
  ::unlink(temporary.c_str());
  return failure(fmt::format("{}: {}", file_, std::strerror(error)));
}

void Readiness::notify(const std::string& message) const {
  sockaddr_un address{};
  if (notify_socket_.empty() || notify_socket_.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::ranges::copy(notify_socket_, address.sun_path);
  if (notify_socket_.front() == '@') address.sun_path[0] = '\0';  // an abstract name
  const Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // Nobody is there to hear that nobody listens.
  static_cast<void>(::sendto(socket.get(), message.data(), message.size(), 0, reinterpret_cast<sockaddr*>(&address),
                             static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + notify_socket_.size())));
}

}  // namespace arrouter
