// A live router: event loop, ports, consoles, control socket, and the end of it all.
#include <unistd.h>

#include <csignal>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <utility>

#include "cli/console/console.h"
#include "cli/control/control_client.h"
#include "cli/control/control_server.h"
#include "os/assembly/router.h"
#include "os/base/text.h"
#include "os/event_loop.h"
#include "os/event_loop_tcp.h"
#include "os/main/host_file.h"
#include "os/main/program.h"
#include "os/main/readiness.h"

namespace arrouter {

namespace {

WallTime wall_clock_of_host() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

/// What the process holds of the host's memory (proc(5), statm, the second figure in pages).
std::uint64_t memory_of_process_kb() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) / 1024;
}

class Program final : private Keyboard {
 public:
  explicit Program(const Options& options) : options_(options), random_(make_random(options.seed)) {
    if (!runs_lines() && options_.consoles.empty() && options_.control.empty()) options_.consoles = {"stdio"};
  }

  int run() {
    if (const auto started = start(); !started) {
      complain(started.error().text);
      return exit_not_started;
    }
    loop_.run();
    router_->shut_down();
    return status_;
  }

 private:
  bool runs_lines() const { return options_.script || !options_.commands.empty(); }
  bool console_on_stdio() const { return std::ranges::find(options_.consoles, "stdio") != options_.consoles.end(); }

  Result<void> start() {
    // A reader that went away is an error of one write, not the end of the router.
    std::signal(SIGPIPE, SIG_IGN);
    for (const auto step : {&Program::open_services, &Program::make_router, &Program::choose_config,
                            &Program::start_captures, &Program::open_consoles, &Program::open_control_socket,
                            &Program::read_lines, &Program::open_network, &Program::watch_readiness}) {
      if (const auto done = (this->*step)(); !done) return done;
    }
    loop_.on_terminate([this] { loop_.quit(); });
    loop_.on_fault([this](std::string_view what) { router_->report_fault(what); });
    router_->boot();
    return {};
  }

  /// Two routers on one machine are told apart by their names, or else by where their flash is.
  std::string identity() const {
    if (!options_.name.empty() || options_.flash.empty()) return options_.name;
    std::error_code error;
    return std::filesystem::weakly_canonical(options_.flash, error).string();
  }

  Result<void> open_services() {
    for (const auto& [service, where] : options_.services) {
      if (const auto opened = tcp_.also_at(service, where); !opened) return opened;
    }
    return {};
  }

  /// Without the right to a network of its own the router goes on, with consoles only.
  Result<void> open_network() {
    if (runs_lines()) return {};
    if (const auto opened = tcp_.open_network(); !opened) {
      complain(fmt::format("nobody can log in over the network: {}", opened.error().text));
    }
    return {};
  }

  Result<void> make_router() {
    auto model = find_model(options_.model);
    if (!model) return std::unexpected(model.error());
    RouterOptions options;
    options.model = std::move(*model);
    options.name = options_.name;
    options.identity = identity();
    options.wall_time = wall_clock_of_host();
    options.flash = options_.flash;
    const Surroundings surroundings{.clock = loop_,
                                    .scheduler = loop_.scheduler(),
                                    .reactor = loop_,
                                    .jobs = loop_,
                                    .random = *random_,
                                    .cpu_load = [this] { return loop_.cpu_load(); },
                                    .reset_cpu_load = [this] { loop_.reset_cpu_load(); },
                                    .memory_used_kb = memory_of_process_kb,
                                    .tcp = &tcp_};
    auto router = Router::make(surroundings, std::move(options));
    if (!router) return failure(fmt::format("flash: {}", router.error().text));
    router_ = std::move(*router);
    router_->on_boot_text([this](std::string_view text) {
      for (const auto& console : consoles_) console->print(text);
    });
    router_->on_booted([this] {
      if (!std::exchange(opened_, true)) open_up();
      if (control_) control_->resume();
    });
    if (!runs_lines()) router_->set_keyboard(*this);
    router_->on_going_down([this] {
      if (control_) control_->give_up();
      if (terminal_) terminal_->give_up();
    });
    return router_->attach_ports(options_.interfaces, options_.seed.value_or(random_->u64()));
  }

  /// A file of the host, or else a file in flash, for this run.
  Result<void> choose_config() {
    if (options_.config.empty()) return {};
    auto text = read_host_file(options_.config);
    std::string name = options_.config.substr(options_.config.find_last_of('/') + 1);
    if (!text) {
      const auto file = parse_file_name(options_.config, "cfg");
      auto in_flash = file ? router_->files().read(*file) : failure("");
      if (!in_flash) return failure(fmt::format("--config {}", text.error().text));
      name = file->name;
      text = std::move(in_flash);
    }
    router_->set_startup_script(std::move(name), std::move(*text));
    return {};
  }

  Result<void> start_captures() {
    for (const Options::Capture& capture : options_.captures) {
      const auto stack = router_->stacks().find(capture.interface);
      if (stack == router_->stacks().end()) {
        return failure(fmt::format("--capture {}: there is no such interface", capture.interface));
      }
      CaptureOptions wanted;
      wanted.file = capture.file;
      wanted.filter = capture.filter;
      if (const auto started = stack->second->capture().start(wanted); !started) {
        return failure(fmt::format("--capture {}: {}", capture.interface, started.error().text));
      }
    }
    return {};
  }

  Result<void> open_consoles() {
    const SessionOpener opener = [this](Display& display, std::string device, std::string location,
                                        std::string port_name) -> std::shared_ptr<Session> {
      if (!router_->running()) return nullptr;
      return Session::make(router_->session_host(), display, std::move(device), std::move(location),
                           std::move(port_name));
    };
    unsigned number = 0;
    for (const std::string& spec : options_.consoles) {
      auto console = open_console(spec, number++, loop_, opener, [this] { loop_.quit(); });
      if (!console) return std::unexpected(console.error());
      consoles_.push_back(std::move(*console));
    }
    return {};
  }

  control::Execute execute() {
    return [this](std::string_view line, const Caller& caller, std::function<void(const Outcome&)> later) {
      return router_->execute(line, caller, std::move(later));
    };
  }

  Result<void> open_control_socket() {
    if (options_.control.empty()) return {};
    auto server = control::open_control(options_.control, loop_, execute(), [this] { return router_->booted(); });
    if (!server) return std::unexpected(server.error());
    control_ = std::move(*server);
    return {};
  }

  Result<void> read_lines() {
    lines_ = options_.commands;
    if (!options_.script) return {};
    const auto text = read_host_file(*options_.script);
    if (!text) return failure(fmt::format("--script {}", text.error().text));
    for (const std::string_view line : split(*text, '\n')) lines_.emplace_back(trim(line));
    return {};
  }

  Result<void> watch_readiness() {
    const char* const notify_socket = std::getenv("NOTIFY_SOCKET");
    readiness_.emplace(*router_, loop_, loop_.scheduler(), options_.ready, notify_socket ? notify_socket : "");
    if (const auto good = readiness_->try_file(); !good) return failure("--ready " + good.error().text);
    return {};
  }

  /// The first start-up is over.
  void open_up() {
    for (const RefusedLine& refused : router_->refused_at_boot()) {
      if (console_on_stdio()) break;  // it is there already
      complain(fmt::format("{}:{}: {}", refused.script, refused.number, refused.outcome.line()));
    }
    const std::string name = options_.name.empty() ? std::string() : options_.name + " ";
    if (!runs_lines()) {
      // On the console's own terminal it stands between boot messages and login, set off like these.
      std::cout << fmt::format("arrouter: {}({}) ready\n{}", name, router_->model().name,
                               console_on_stdio() ? "\n" : "");
      std::cout.flush();
    }
    for (const auto& console : consoles_) console->start();
    if (runs_lines()) {
      terminal_ = control::ScriptTerminal::make(execute(), [this](const control::Frame& frame) { show(frame); });
      loop_.post([this] { next_line(); });
    }
  }

  bool listen(std::function<void(char)> pressed) override {
    bool attended = false;
    for (const auto& console : consoles_) attended = console->listen(pressed) || attended;
    return attended;
  }
  void hush() override { listen({}); }

  void next_line() {
    if (next_ == lines_.size()) {
      loop_.quit();
      return;
    }
    terminal_->run(lines_[next_++], options_.json);
  }

  void show(const control::Frame& frame) {
    if (frame.kind == control::FrameKind::end) {
      status_ = std::max(status_, control::exit_status_of(frame.payload));
      loop_.post([this] { next_line(); });
      return;
    }
    const bool line = frame.kind == control::FrameKind::outcome || frame.kind == control::FrameKind::json;
    std::cout << frame.payload << (line ? "\n" : "");
    std::cout.flush();
  }

  Options options_;
  EventLoop loop_;
  LiveTcp tcp_{loop_};
  std::unique_ptr<Random> random_;
  std::unique_ptr<Router> router_;
  std::optional<Readiness> readiness_;
  std::vector<std::unique_ptr<Console>> consoles_;
  std::unique_ptr<control::ControlServer> control_;
  std::shared_ptr<control::ScriptTerminal> terminal_;
  std::vector<std::string> lines_;
  std::size_t next_ = 0;
  bool opened_ = false;
  int status_ = 0;
};

}  // namespace

int run_router(const Options& options) { return Program(options).run(); }

}  // namespace arrouter
