// The modes that run no router of their own: ctl and health ask another process; check and reference use a router that
// is attached to nothing and never runs.
#include <fmt/format.h>

#include <cstdio>
#include <iostream>

#include "cli/control/control_client.h"
#include "os/assembly/router.h"
#include "os/base/text.h"
#include "os/event_loop.h"
#include "os/main/host_file.h"
#include "os/main/program.h"

namespace arrouter {

namespace {

constexpr std::size_t longest_shown = 200;  // characters of a refused line

class OfflineRouter {
 public:
  static Result<std::unique_ptr<OfflineRouter>> make(const std::string& model_name) {
    auto model = find_model(model_name);
    if (!model) return std::unexpected(model.error());
    auto offline = std::make_unique<OfflineRouter>();
    RouterOptions options;
    options.model = std::move(*model);
    const Surroundings surroundings{offline->loop, offline->loop.scheduler(), offline->loop, offline->loop,
                                    *offline->random};
    auto router = Router::make(surroundings, std::move(options));
    if (!router) return std::unexpected(router.error());
    offline->router = std::move(*router);
    if (const auto ports = offline->router->attach_ports({}, 0); !ports) return std::unexpected(ports.error());
    return offline;
  }
  EventLoop loop;
  std::unique_ptr<Random> random = make_random(std::nullopt);
  std::unique_ptr<Router> router;
};

// Module, access, coverage, syntax, summary, note: for programs that check or count the rows.
std::string reference_rows(const CommandTable& table) {
  constexpr std::string_view access[] = {"user", "manager", "security"};
  constexpr std::string_view coverage[] = {"full", "partial", "no_effect"};
  std::string text;
  for (const CommandTable::Entry& entry : table.entries()) {
    const CommandRow& row = *entry.row;
    text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\n", entry.module, access[static_cast<std::size_t>(row.access)],
                        coverage[static_cast<std::size_t>(row.coverage)], row.syntax, row.summary, row.note);
  }
  return text;
}

}  // namespace

void complain(std::string_view text) { fmt::print(stderr, "arrouter: {}\n", text); }

int run_ctl(const Options& options) {
  std::size_t next = 0;
  const auto next_line = [&]() -> std::optional<std::string> {
    if (!options.lines.empty())
      return next < options.lines.size() ? std::optional(options.lines[next++]) : std::nullopt;
    std::string line;
    return std::getline(std::cin, line) ? std::optional(line) : std::nullopt;
  };
  const auto print = [](std::string_view text) {
    std::cout << text;
    std::cout.flush();
  };
  return control::control(options.path, options.json, next_line, print, complain);
}

int run_health(const Options& options) {
  Options asked = options;
  asked.lines = {options.lines.empty() ? "lab show health" : "lab show health=" + options.lines.front()};
  return run_ctl(asked);
}

int run_reference(const Options& options) {
  const auto offline = OfflineRouter::make(options.model);
  if (!offline) {
    complain(offline.error().text);
    return exit_not_started;
  }
  (*offline)->router->boot();
  const CommandTable& table = (*offline)->router->table();
  std::cout << (options.rows ? reference_rows(table) : table.reference());
  return 0;
}

int run_check(const Options& options) {
  const auto text = read_host_file(options.path);
  const auto offline = OfflineRouter::make(options.model);
  if (!text || !offline) {
    complain(!text ? text.error().text : offline.error().text);
    return exit_not_started;
  }
  Router& router = *(*offline)->router;
  router.set_startup_script(options.path, *text);
  router.boot();
  for (const RefusedLine& refused : router.refused_at_boot()) {
    // The file may be anything, and what it holds must not reach a terminal as it is.
    std::cout << fmt::format("{}:{}: {}\n    {}\n", options.path, refused.number, printable(refused.outcome.line()),
                             printable(std::string_view(refused.line).substr(0, longest_shown)));
  }
  return router.refused_at_boot().empty() ? control::exit_info : control::exit_error;
}

}  // namespace arrouter
