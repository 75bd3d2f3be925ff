// The control socket against a real event loop; clients run on their own threads, as other processes would.
#include <catch2/catch.hpp>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "cli/control/control_client.h"
#include "cli/control/control_server.h"
#include "os/base/limits.h"
#include "os/event_loop.h"

namespace arrouter::control {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

// A router of four commands.
class FakeRouter {
 public:
  explicit FakeRouter(EventLoop& loop) : loop_(loop) {}
  std::weak_ptr<Terminal> last_terminal;
  std::function<void(const Outcome&)> finish;
  int commands = 0;

  RouterControl::Executed operator()(std::string_view line, const Caller& caller,
                                     std::function<void(const Outcome&)> later) {
    ++commands;
    last_terminal = caller.terminal;
    RouterControl::Executed executed;
    if (line == "show") {
      executed.screen.field(0, 10, "State", "up");
    } else if (line == "ping") {
      const auto terminal = caller.terminal.lock();
      terminal->hold();
      loop_.scheduler().at(loop_.now() + 10ms, [weak = caller.terminal] {
        const auto open = weak.lock();
        if (!open) return;
        open->print("Echo reply 1\n");
        open->release();
      });
    } else if (line == "wait") {
      executed.outcome = Outcome::wait();
      finish = std::move(later);
    } else if (line == "warn") {
      executed.outcome = Outcome::warning(module_number::ip, 1, "Careful.");
    } else if (line == "big") {
      executed.screen.line(std::string(3 * limits::terminal_backlog, 'x'));
    } else {
      executed.outcome = Outcome::error(module_number::command, 256, "Unknown command \"" + std::string(line) + "\".");
    }
    return executed;
  }

 private:
  EventLoop& loop_;
};

struct Answer {
  int status = 0;
  std::string text, complaint;
};

Answer ctl(const std::string& path, std::vector<std::string> lines, bool json = false) {
  Answer answer;
  std::size_t next = 0;
  answer.status = control(
      path, json,
      [&]() -> std::optional<std::string> { return next < lines.size() ? std::optional(lines[next++]) : std::nullopt; },
      [&](std::string_view text) { answer.text += text; }, [&](std::string_view text) { answer.complaint += text; });
  return answer;
}

class RawClient {
 public:
  explicit RawClient(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    connected = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~RawClient() { ::close(fd_); }
  void send(std::string_view text) {
    [[maybe_unused]] const auto sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
  }
  void end_of_input() { ::shutdown(fd_, SHUT_WR); }
  /// Everything until the server closes.
  std::string read_all() {
    std::string all;
    char chunk[4096];
    for (ssize_t got = 0; (got = ::recv(fd_, chunk, sizeof(chunk), 0)) > 0;)
      all.append(chunk, static_cast<std::size_t>(got));
    return all;
  }
  bool connected = false;

 private:
  int fd_;
};

struct Fixture {
  Fixture() {
    char name[] = "/tmp/arrouter-control-XXXXXX";
    folder = ::mkdtemp(name);
    path = folder / "ctl";
    server = std::move(*open_control(path, loop, std::ref(router), [this] { return running; }));
  }
  ~Fixture() { fs::remove_all(folder); }
  /// Runs the loop while `client` works on its thread.
  void serve(const std::function<void()>& client) {
    std::thread thread([&] {
      client();
      loop.post([this] { loop.quit(); });
    });
    loop.run();
    thread.join();
  }
  Answer ask(std::vector<std::string> lines, bool json = false) {
    Answer answer;
    serve([&] { answer = ctl(path, std::move(lines), json); });
    return answer;
  }

  EventLoop loop;
  FakeRouter router{loop};
  bool running = true;
  fs::path folder;
  std::string path;
  std::unique_ptr<ControlServer> server;
};

TEST_CASE("ctl prints screens and outcomes and ends with the worst class") {
  Fixture fixture;
  SECTION("info") {
    const Answer answer = fixture.ask({"show"});
    CHECK(answer.text == "State ... up\n");
    CHECK(answer.status == exit_info);
  }
  SECTION("warning") {
    const Answer answer = fixture.ask({"warn", "show"});
    CHECK(answer.text == "Warning (2005001): Careful.\nState ... up\n");
    CHECK(answer.status == exit_warning);
  }
  SECTION("error") {
    const Answer answer = fixture.ask({"show", "xyz", "warn"});
    CHECK(answer.text == "State ... up\nError (3035256): Unknown command \"xyz\".\nWarning (2005001): Careful.\n");
    CHECK(answer.status == exit_error);
  }
}

TEST_CASE("Background work belongs to the answer") {
  Fixture fixture;
  CHECK(fixture.ask({"ping", "show"}).text == "Echo reply 1\nState ... up\n");
}

TEST_CASE("A pending outcome is waited for") {
  Fixture fixture;
  fixture.loop.scheduler().at(fixture.loop.now() + 50ms, [&] {
    REQUIRE(fixture.router.finish);
    fixture.router.finish(Outcome::successful(module_number::load));
  });
  const Answer answer = fixture.ask({"wait"});
  CHECK(answer.text == "Info (1048003): Operation successful.\n");
}

TEST_CASE("While there is no router requests wait for it") {
  Fixture fixture;
  fixture.running = false;
  int early = 0;
  fixture.loop.scheduler().at(fixture.loop.now() + 50ms, [&] {
    early = fixture.router.commands;
    fixture.running = true;
    fixture.server->resume();
  });
  const Answer answer = fixture.ask({"show", "warn"});
  CHECK(answer.text == "State ... up\nWarning (2005001): Careful.\n");
  CHECK(early == 0);
}

TEST_CASE("A router that goes down completes the answers that wait for it") {
  Fixture fixture;
  fixture.loop.scheduler().at(fixture.loop.now() + 50ms, [&] { fixture.server->give_up(); });
  const Answer answer = fixture.ask({"wait", "show"});
  CHECK(answer.status == exit_warning);
  CHECK(answer.text.ends_with("State ... up\n"));
}

TEST_CASE("The JSON view has command, screen, later output and outcome, one object a line") {
  Fixture fixture;
  const Answer answer = fixture.ask({"show", "ping", "xyz"}, true);
  CHECK(answer.text ==
        R"({"command":"show","screen":{"state":"up"},"text":"State ... up\u000a","outcome":{"class":"info"}})"
        "\n"
        R"({"command":"ping","output":"Echo reply 1\u000a","outcome":{"class":"info"}})"
        "\n"
        R"({"command":"xyz","outcome":{"class":"error","module":35,"number":256,"text":"Unknown command \"xyz\"."}})"
        "\n");
  CHECK(answer.status == exit_error);
}

TEST_CASE("The socket is its owner's, replaces a dead one and not a live one or a file") {
  Fixture fixture;
  struct stat status {};
  REQUIRE(::stat(fixture.path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  const auto second = open_control(fixture.path, fixture.loop, std::ref(fixture.router));
  REQUIRE_FALSE(second);
  CHECK(second.error().text == "control socket " + fixture.path + ": another router listens there");

  fixture.server.reset();
  CHECK_FALSE(fs::exists(fixture.path));
  CHECK(ctl(fixture.path, {"show"}).status == exit_not_ready);

  const int stale = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  fixture.path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  REQUIRE(::bind(stale, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  ::close(stale);
  CHECK(ctl(fixture.path, {"show"}).status == exit_not_ready);
  CHECK(open_control(fixture.path, fixture.loop, std::ref(fixture.router)));

  std::ofstream(fixture.path) << "precious";
  CHECK_FALSE(open_control(fixture.path, fixture.loop, std::ref(fixture.router)));
  CHECK(fs::file_size(fixture.path) == 8);
  CHECK_FALSE(open_control(std::string(200, 'p'), fixture.loop, std::ref(fixture.router)));
}

TEST_CASE("Garbage costs its sender the connection and nobody else anything") {
  Fixture fixture;
  const std::string garbage = GENERATE(std::string("GET / HTTP/1.0\n"), std::string("\0\xff\n", 3),
                                       std::string(limits::command_line + 65, 'a'), std::string("text\n"));
  fixture.serve([&] {
    RawClient client(fixture.path);
    client.send(garbage);
    CHECK(client.read_all().empty());
    CHECK(ctl(fixture.path, {"show"}).text == "State ... up\n");
  });
  CHECK(fixture.router.commands == 1);
}

TEST_CASE("A request of any length and any bytes has its answer") {
  Fixture fixture;
  SECTION("too long for a command line") {
    const Answer answer = fixture.ask({std::string(1'000'000, 'a'), "show"});
    CHECK(answer.status == exit_error);
    CHECK(answer.text.ends_with("aaa\".\nState ... up\n"));
    CHECK(answer.text.size() < 3 * limits::command_line + 8192);
  }
  SECTION("no text at all, as JSON") {
    const Answer answer = fixture.ask({"\x01\xff\"\\ {}", "caf\xc3\xa9", ""}, true);
    CHECK(answer.status == exit_error);
    CHECK(answer.text.starts_with("{\"command\":\"\\u0001\\u00ff\\\"\\\\ {}\",\"outcome\":{\"class\":\"error\""));
    CHECK(answer.text.find("\n{\"command\":\"caf\xc3\xa9\",") != std::string::npos);
  }
}

TEST_CASE("Clients at the same time each get their own answers") {
  Fixture fixture;
  std::vector<Answer> answers(8);
  fixture.serve([&] {
    std::vector<std::thread> clients;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      clients.emplace_back([&, i] { answers[i] = ctl(fixture.path, {"ping", fmt::format("x{}", i), "show", "ping"}); });
    }
    for (std::thread& client : clients) client.join();
  });
  for (std::size_t i = 0; i < answers.size(); ++i) {
    CHECK(answers[i].text == fmt::format("Echo reply 1\nError (3035256): Unknown command \"x{}\".\nState ... up\n"
                                         "Echo reply 1\n",
                                         i));
  }
}

TEST_CASE("Lines sent ahead are answered in order, also after the sender's end of input") {
  Fixture fixture;
  std::string answers;
  fixture.serve([&] {
    RawClient client(fixture.path);
    client.send("text ping\ntext show\r\ntext warn\n");
    client.end_of_input();
    answers = client.read_all();
  });
  CHECK(answers ==
        "print 13\nEcho reply 1\nend 1\n1screen 13\nState ... up\nend 1\n1outcome 27\nWarning (2005001): "
        "Careful.end 1\n2");
}

TEST_CASE("Many lines sent ahead wait their turn in bounded memory") {
  Fixture fixture;
  std::string answers;
  fixture.serve([&] {
    RawClient client(fixture.path);
    std::string lines;
    for (int i = 0; i < 5000; ++i) lines += "text show\n";
    std::thread sender([&] {
      client.send(lines);
      client.end_of_input();
    });
    answers = client.read_all();
    sender.join();
  });
  CHECK(fixture.router.commands == 5000);
  CHECK(answers.size() == 5000 * std::string("screen 13\nState ... up\nend 1\n1").size());
}

TEST_CASE("A client that leaves in the middle takes its command's output with it") {
  Fixture fixture;
  fixture.serve([&] {
    {
      RawClient client(fixture.path);
      client.send("text ping\n");
    }
    std::this_thread::sleep_for(50ms);
    CHECK(ctl(fixture.path, {"show"}).text == "State ... up\n");
  });
}

TEST_CASE("What a client that has gone waited for ends with it") {
  Fixture fixture;
  // Asked on the loop's own thread, until it holds or ten seconds have passed.
  const auto comes_true = [&](const std::function<bool()>& question) {
    for (int i = 0; i < 1000; ++i) {
      std::promise<bool> answer;
      fixture.loop.post([&] { answer.set_value(question()); });
      if (answer.get_future().get()) return true;
      std::this_thread::sleep_for(10ms);
    }
    return false;
  };
  bool began = false, ended = false;
  fixture.serve([&] {
    {
      RawClient client(fixture.path);
      client.send("text wait\n");
      client.end_of_input();  // still listening
      began = comes_true([&] { return fixture.router.commands == 1 && !fixture.router.last_terminal.expired(); });
    }
    ended = comes_true([&] { return fixture.router.last_terminal.expired(); });
  });
  CHECK(began);
  CHECK(ended);
}

TEST_CASE("A screen of any size arrives; what a client never reads is not kept without end") {
  Fixture fixture;
  fixture.serve([&] {
    CHECK(ctl(fixture.path, {"big"}).text.size() == 3 * limits::terminal_backlog + 1);
    RawClient lazy(fixture.path);
    for (int i = 0; i < 20; ++i) lazy.send("text big\n");
    std::this_thread::sleep_for(50ms);
    CHECK(ctl(fixture.path, {"show"}).text == "State ... up\n");
  });
  CHECK(fixture.router.commands <= 4);
}

TEST_CASE("Clients beyond the limit are turned away") {
  Fixture fixture;
  fixture.serve([&] {
    std::vector<std::unique_ptr<RawClient>> clients;
    for (std::size_t i = 0; i < limits::control_clients; ++i) {
      clients.push_back(std::make_unique<RawClient>(fixture.path));
      CHECK(clients.back()->connected);
    }
    std::this_thread::sleep_for(20ms);
    CHECK(ctl(fixture.path, {"show"}).status == exit_not_ready);
    clients.pop_back();
    std::this_thread::sleep_for(20ms);
    CHECK(ctl(fixture.path, {"show"}).status == exit_info);
  });
}

}  // namespace
}  // namespace arrouter::control
