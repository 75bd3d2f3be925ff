#include "cli/telnet/outgoing.h"

#include <utility>

namespace arrouter::telnet {

void Outgoing::start(const HostTarget& target) {
  endpoint_.address = target.address;
  tcp_.connect(target.source, endpoint_, weak_from_this(),
               [this](Result<std::unique_ptr<TcpStream>> stream) { connected(std::move(stream)); });
}

void Outgoing::connected(Result<std::unique_ptr<TcpStream>> stream) {
  if (!stream) return over(say(texts::no_connection, host_, stream.error().text));
  established_ = true;
  stream_ = std::move(*stream);
  stream_->start([this](std::string_view bytes) { received(bytes); },
                 [this] { over(say(texts::host_closed, host_)); });
}

void Outgoing::received(std::string_view bytes) {
  std::string reply;
  const std::string shown = protocol_.received(bytes, reply);
  stream_->send(reply);
  show(shown);
}

void Outgoing::typed(char key) {
  if (!stream_) return;
  stream_->send(protocol_.typed(key));
  if (!protocol_.host_echoes()) session_.show(key == '\r' ? "\n" : std::string(1, key));
}

}  // namespace arrouter::telnet
