#include "modules/load/http_load.h"

namespace arrouter::load {

void HttpLoad::start(Tcp& tcp, Ipv4Address source, const TcpEndpoint& server, std::function<void()> moved) {
  moved_ = std::move(moved);
  tcp.connect(source, server, weak_from_this(),
              [this](Result<std::unique_ptr<TcpStream>> stream) { connected(std::move(stream)); });
}

void HttpLoad::connected(Result<std::unique_ptr<TcpStream>> stream) {
  const auto self = shared_from_this();
  if (!stream) {
    refused_ = stream.error().text;
    return moved_();
  }
  stream_ = std::move(*stream);
  stream_->start(
      [this](std::string_view bytes) {
        const auto alive = shared_from_this();
        transfer_.receive(bytes);
        moved_();
      },
      [this] {
        const auto alive = shared_from_this();
        transfer_.ended();
        moved_();
      });
  stream_->send(request_);
}

}  // namespace arrouter::load
