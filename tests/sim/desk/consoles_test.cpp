// A console with ten people at it for a week, one of whom never reads.
#include <catch2/catch.hpp>

#include <malloc.h>

#include <algorithm>

#include "cli/console/shared_console.h"
#include "os/base/limits.h"
#include "os/base/write_queue.h"
#include "tests/support/virtual_router.h"

using namespace arrouter;
using namespace std::chrono_literals;

namespace {

/// A client as the socket console has them: cut off when it falls too far behind.
class Client final : public SharedConsole::Viewer {
 public:
  void send(std::string_view bytes) override {
    if (!gone_ && !queue_.push(bytes)) gone_ = true;
  }
  bool gone() const override { return gone_; }
  /// Reads all there is.
  void read() {
    for (auto piece = queue_.next(); !piece.empty(); piece = queue_.next()) {
      screen_ += piece;
      queue_.written();
    }
    if (screen_.size() > 4096) screen_.erase(0, screen_.size() - 4096);
  }
  void leave() {
    gone_ = true;
    queue_ = WriteQueue(limits::terminal_backlog);
  }
  bool sees(std::string_view ending) const { return screen_.ends_with(ending); }
  const std::string& screen() const { return screen_; }
  std::size_t held() const { return queue_.held(); }

 private:
  WriteQueue queue_{limits::terminal_backlog};
  std::string screen_;
  bool gone_ = false;
};

}  // namespace

TEST_CASE("ten people at a console, one of them stuck, for a week: nobody goes mute, nothing piles up") {
  test::VirtualTime time;
  test::VirtualRouter router(time, "Peer1");
  router.boot();
  SharedConsole console(0, time, time.scheduler, time,
                        [&](Display& display, std::string device, std::string location, std::string port) {
                          return Session::make(router->session_host(), display, std::move(device), std::move(location),
                                               std::move(port));
                        });
  console.start();
  constexpr std::size_t people = 10;
  std::vector<std::shared_ptr<Client>> readers;
  while (readers.size() < people - 1) REQUIRE(console.welcome(readers.emplace_back(std::make_shared<Client>())));
  auto stuck = std::make_shared<Client>();
  REQUIRE(console.welcome(stuck));
  const auto everyone_reads = [&] {
    for (const auto& reader : readers) reader->read();
  };
  const auto everyone_sees = [&](std::string_view ending) {
    everyone_reads();
    return std::ranges::all_of(readers, [&](const auto& reader) { return reader->sees(ending); });
  };
  std::size_t cut_off = 0, most_held = 0;
  const auto at_work = [&](int hour) {
    for (int minute = 0; minute < 60; minute += 5) {
      time.advance(5min);
      router->broadcast("Info (1048270): File transfer successfully completed.\n", Privilege::manager);
      REQUIRE(everyone_sees("Manager Peer1> "));
      console.typed("show system\r");
      REQUIRE(everyone_sees("Q = quit)"));
      console.typed("c");
      INFO(readers.front()->screen());
      REQUIRE(everyone_sees("\r\n\r\nManager Peer1> "));
      most_held = std::max(most_held, stuck->held());
      if (!stuck->gone()) continue;
      ++cut_off;
      stuck = std::make_shared<Client>();
      REQUIRE(console.welcome(stuck));
    }
    // Somebody goes and comes back, and finds what the others see.
    auto& place = readers[static_cast<std::size_t>(hour) % readers.size()];
    console.typed("show ti");
    place->leave();
    place = std::make_shared<Client>();
    REQUIRE(console.welcome(place));
    REQUIRE(everyone_sees("Manager Peer1> show ti"));
    console.typed("me\r");
    REQUIRE(everyone_sees("\r\n\r\nManager Peer1> "));
  };
  constexpr int first_day = 2;  // of the comparison: the router has been restarted once by then
  std::size_t heap_before = 0, heap = 0;
  for (int day = 0; day < 7; ++day) {
    console.typed("manager\rfriend\r");
    REQUIRE(everyone_sees("Manager Peer1> "));
    for (int hour = 0; hour < 24; ++hour) at_work(hour);
    console.typed(day % 2 == 0 ? "logoff\r" : "restart router\r");
    time.advance(1s);
    REQUIRE(everyone_sees("Peer1 login: "));
    if (day != first_day && day != 6) continue;
    // What the stuck one has not read comes and goes; nothing else may grow.
    stuck->leave();
    stuck = std::make_shared<Client>();
    REQUIRE(console.welcome(stuck));
    (day == first_day ? heap_before : heap) = ::mallinfo2().uordblks;
  }
  CHECK(cut_off > 0);
  CHECK(most_held <= limits::terminal_backlog);
  for (const auto& reader : readers) CHECK(reader->held() == 0);
  INFO("heap on the third day " << heap_before << ", after a week " << heap);
  CHECK(heap < heap_before + (64U << 10));
}
