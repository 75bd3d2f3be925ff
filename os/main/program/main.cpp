#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "os/main/options.h"
#include "os/main/program.h"

int main(int argc, char** argv) {
  using namespace arrouter;
  try {
    const auto options = parse_options(std::vector<std::string>(argv + 1, argv + argc));
    if (!options) {
      complain(options.error().text);
      return exit_not_started;
    }
    switch (options->mode) {
      case Mode::run:
        return run_router(*options);
      case Mode::ctl:
        return run_ctl(*options);
      case Mode::health:
        return run_health(*options);
      case Mode::reference:
        return run_reference(*options);
      case Mode::check:
        return run_check(*options);
      case Mode::help:
        fmt::print("{}", usage());
        return 0;
      case Mode::version:
        fmt::print("arrouter 1.0\n");
        return 0;
    }
  } catch (const std::exception& exception) {
    complain(exception.what());
  }
  return exit_not_started;
}
