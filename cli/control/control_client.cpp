#include "cli/control/control_client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <sys/un.h>

#include <algorithm>
#include <array>

#include "cli/control/frames.h"

namespace arrouter::control {

namespace {

namespace asio = boost::asio;
using Protocol = asio::local::stream_protocol;
using Error = boost::system::error_code;

// Reads one answer; nullopt when the connection ended before its end frame.
std::optional<int> read_answer(Protocol::socket& socket, FrameReader& reader,
                               const std::function<void(std::string_view)>& print) {
  std::array<char, 16384> chunk{};
  for (;;) {
    while (const auto frame = reader.next()) {
      if (frame->kind == FrameKind::end) return exit_status_of(frame->payload);
      print(frame->payload);
      const bool line = frame->kind == FrameKind::outcome || frame->kind == FrameKind::json;
      if (line) print("\n");
    }
    Error error;
    const std::size_t size = socket.read_some(asio::buffer(chunk), error);
    if (error || reader.broken()) return std::nullopt;
    reader.add({chunk.data(), size});
  }
}

}  // namespace

int exit_status_of(std::string_view message_class) {
  if (message_class == "1") return exit_info;
  return message_class == "2" ? exit_warning : exit_error;
}

int control(const std::string& path, bool json, const std::function<std::optional<std::string>()>& next_line,
            const std::function<void(std::string_view)>& print, const std::function<void(std::string_view)>& complain) {
  asio::io_context context;
  Protocol::socket socket(context);
  Error error;
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    complain(fmt::format("{}: the path is too long", path));
    return exit_not_ready;
  }
  socket.connect(Protocol::endpoint(path), error);
  if (error) {
    complain(fmt::format("{}: no router answers there ({})", path, error.message()));
    return exit_not_ready;
  }
  FrameReader reader;
  int worst = exit_info;
  while (auto line = next_line()) {
    std::ranges::replace(*line, '\n', ' ');  // one argument is one command
    asio::write(socket, asio::buffer(fmt::format("{} {}\n", json ? "json" : "text", *line)), error);
    const auto status = error ? std::nullopt : read_answer(socket, reader, print);
    if (!status) {
      complain(fmt::format("{}: the router closed the connection", path));
      return exit_not_ready;
    }
    worst = std::max(worst, *status);
  }
  return worst;
}

}  // namespace arrouter::control
