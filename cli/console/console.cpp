#include "cli/console/console.h"

#include <fmt/format.h>
#include <unistd.h>

#include "cli/console/plain_console.h"
#include "cli/console/readline_console.h"
#include "cli/console/socket_console.h"

namespace arrouter {

Result<std::unique_ptr<Console>> open_console(std::string_view spec, unsigned number, EventLoop& loop,
                                              SessionOpener opener, std::function<void()> ended) {
  if (spec == "stdio") {
    if (::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0) {
      return make_readline_console(number, loop, std::move(opener), std::move(ended));
    }
    return make_plain_console(STDIN_FILENO, STDOUT_FILENO, number, loop, std::move(opener));
  }
  if (spec.starts_with("unix:")) {
    return open_unix_console(std::string(spec.substr(5)), number, loop, std::move(opener));
  }
  if (spec.starts_with("tcp:")) {
    return open_tcp_console(std::string(spec.substr(4)), number, loop, std::move(opener));
  }
  return failure(fmt::format("console {}: stdio, unix:PATH or tcp:HOST:PORT is needed", spec));
}

}  // namespace arrouter
