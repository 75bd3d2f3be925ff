// The consoles as a client finds them: a live event loop, real sockets, a whole router.
#include "cli/console/console.h"

#include <catch2/catch.hpp>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>

#include "os/assembly/router.h"
#include "os/base/limits.h"
#include "os/event_loop.h"

using namespace arrouter;
using namespace std::chrono_literals;

namespace {

struct Live {
  Live() : directory(make_directory()), path(directory + "/console") {
    RouterOptions options;
    options.model = *find_model("AR415S");
    options.name = "Peer1";
    router = *Router::make({loop, loop.scheduler(), loop, loop, random}, std::move(options));
    router->boot();
    console = *open();
    console->start();
  }
  ~Live() {
    console.reset();
    std::filesystem::remove_all(directory);
  }
  Result<std::unique_ptr<Console>> open() {
    return open_console(
        "unix:" + path, 0, loop,
        [this](Display& display, std::string device, std::string location, std::string port) {
          return router->running() ? Session::make(router->session_host(), display, device, location, port) : nullptr;
        },
        [] {});
  }
  /// Runs the loop until `done` holds; false after ten seconds.
  bool until(const std::function<bool()>& done) {
    const Instant end = loop.now() + 10s;
    Timer poll(loop.scheduler(), [&] {
      if (done() || loop.now() > end) return loop.quit();
      poll.arm(loop.now() + 5ms);
    });
    poll.arm(loop.now());
    loop.context().restart();
    loop.run();
    return done();
  }
  static std::string make_directory() {
    std::string name = std::filesystem::temp_directory_path() / "arrouter-console-XXXXXX";
    return ::mkdtemp(name.data());
  }

  std::string directory, path;
  SeededRandom random{1};
  EventLoop loop;
  std::unique_ptr<Router> router;
  std::unique_ptr<Console> console;
};

class Client {
 public:
  explicit Client(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  bool connected() const { return connected_; }
  void type(std::string_view bytes) const { REQUIRE(::write(fd_, bytes.data(), bytes.size()) > 0); }
  /// All that came so far ends with `text`.
  bool sees(std::string_view text) {
    char bytes[4096];
    for (ssize_t count = 0; (count = ::read(fd_, bytes, sizeof(bytes))) >= 0;) {
      if (count == 0) {
        closed_ = true;
        break;
      }
      screen.append(bytes, static_cast<std::size_t>(count));
    }
    return screen.ends_with(text);
  }
  bool closed() {
    sees({});
    return closed_;
  }
  std::string screen;

 private:
  int fd_;
  bool connected_ = false, closed_ = false;
};

}  // namespace

TEST_CASE("everyone on a socket console sees the same session, and a late-comer its prompt") {
  Live live;
  Client first(live.path);
  REQUIRE(live.until([&] { return first.sees("Peer1 login: "); }));
  first.type("manager\rfriend\r");
  REQUIRE(live.until([&] { return first.sees("Manager Peer1> "); }));
  first.type("show ti");
  REQUIRE(live.until([&] { return first.sees("show ti"); }));

  Client second(live.path);
  REQUIRE(live.until([&] { return second.sees("Manager Peer1> show ti"); }));
  CHECK(second.screen == "Manager Peer1> show ti");
  second.type("me\r");
  REQUIRE(live.until(
      [&] { return first.sees("Manager Peer1> ") && first.screen.find("System time") != std::string::npos; }));
  CHECK(live.until([&] { return second.screen.find("System time") != std::string::npos || second.sees("> "); }));
}

TEST_CASE("a console is never mute: after a logoff, a reconnect and a restart it shows a prompt") {
  Live live;
  {
    Client client(live.path);
    client.type("manager\r\nfriend\r\nlogoff\r\n");
    REQUIRE(live.until([&] { return client.sees("logoff\r\n\r\nPeer1 login: "); }));
    client.type("manager\r\nfriend\r\nset asyn page=4\r\nshow system\r\n");
    REQUIRE(live.until([&] { return client.sees("Q = quit)"); }));
  }
  Client again(live.path);
  REQUIRE(live.until(
      [&] { return again.sees("--More--  (<space> = next page, <CR> = one line, C = continuous, Q = quit)"); }));
  again.type("qrestart router\r");
  REQUIRE(live.until([&] { return again.sees("Peer1 login: "); }));
}

TEST_CASE("while a cold start waits, the keys of whoever looks are its own, and lines wait for the session") {
  Live live;
  std::string keys;
  const auto listen = [&] { return live.console->listen([&](char key) { keys += key; }); };
  CHECK_FALSE(listen());  // nobody looks
  live.console->listen({});
  Client client(live.path);
  REQUIRE(live.until([&] { return client.sees("Peer1 login: "); }));
  CHECK(listen());
  client.type("xN");
  REQUIRE(live.until([&] { return keys == "xN"; }));
  live.console->listen({});
  client.type("man");
  CHECK(live.until([&] { return client.sees("Peer1 login: man"); }));
}

TEST_CASE("telnet negotiation and odd bytes do no harm") {
  Live live;
  Client client(live.path);
  client.type(
      std::string_view("\xff\xfd\x01\xff\xfb\x1f\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0man\x00\xfe"
                       "ager\r\x00",
                       25));
  client.type("friend\r\n");
  CHECK(live.until([&] { return client.sees("Manager Peer1> "); }));
}

TEST_CASE("a client that does not read is cut off, the others go on") {
  Live live;
  Client stalled(live.path), reader(live.path);
  REQUIRE(live.until([&] { return reader.sees("Peer1 login: "); }));
  const std::string line(1000, 'x');
  std::size_t printed = 0;
  for (; printed < 4 * limits::terminal_backlog; printed += line.size()) {
    live.console->print(line + "\n");
    if (printed % (64 * line.size()) == 0) live.until([&] { return reader.sees("Peer1 login: "); });
  }
  CHECK(live.until([&] { return reader.sees("Peer1 login: "); }));
  CHECK(reader.screen.size() > printed);
  stalled.sees({});
  CHECK(live.until([&] { return stalled.closed(); }));
  CHECK(stalled.screen.size() < printed);
  reader.type("manager\rfriend\r");
  CHECK(live.until([&] { return reader.sees("Manager Peer1> "); }));
}

TEST_CASE("a client too many is told so and turned away") {
  Live live;
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < limits::sessions; ++i) {
    clients.push_back(std::make_unique<Client>(live.path));
    REQUIRE(live.until([&] { return clients.back()->sees("Peer1 login: "); }));
  }
  Client late(live.path);
  REQUIRE(live.until([&] { return late.closed(); }));
  CHECK(late.screen == "This console has too many clients already.\r\n");
  CHECK_FALSE(clients.back()->closed());
}

TEST_CASE("a left-over socket file is replaced, a live one is not") {
  Live live;
  const auto second = live.open();
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().text.find("Address already in use") != std::string::npos);
  Client still(live.path);
  CHECK(still.connected());
}

TEST_CASE("a console that cannot be opened says which and why") {
  EventLoop loop;
  const auto why = [&](const char* spec) {
    const auto console = open_console(spec, 0, loop, {}, [] {});
    return console ? std::string("opened") : console.error().text;
  };
  CHECK(why("serial") == "console serial: stdio, unix:PATH or tcp:HOST:PORT is needed");
  CHECK(why("tcp:localhost") == "console tcp:localhost: HOST:PORT with a numeric host is needed");
  CHECK(why("tcp:localhost:0") == "console tcp:localhost:0: HOST:PORT with a numeric host is needed");
  CHECK(why("tcp:localhost:65536") == "console tcp:localhost:65536: HOST:PORT with a numeric host is needed");
  CHECK(why("unix:/nowhere/at/all") == "console unix:/nowhere/at/all: No such file or directory");
}
