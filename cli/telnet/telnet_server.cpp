#include "cli/telnet/telnet_server.h"

#include <utility>

namespace arrouter::telnet {

Result<void> TelnetServer::listen(std::uint16_t port) {
  listener_.reset();
  auto listener = tcp_.listen("telnet", port, [this](std::unique_ptr<TcpStream> stream) { accept(std::move(stream)); });
  if (!listener) return std::unexpected(listener.error());
  listener_ = std::move(*listener);
  return {};
}

void TelnetServer::accept(std::unique_ptr<TcpStream> stream) {
  const auto place = sessions_.emplace(sessions_.end(), std::move(stream), reactor_);
  const auto open = [this](Display& display, const std::string& location) -> std::shared_ptr<Session> {
    const auto names = host_.sessions.remote_names("Telnet");
    if (!names) return nullptr;
    return Session::make(host_, display, names->device, location, names->port_name);
  };
  place->start(open, [this, place] { sessions_.erase(place); });
}

}  // namespace arrouter::telnet
