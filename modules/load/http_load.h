// An HTTP transfer and its connection.
#pragma once

#include <functional>
#include <memory>

#include "modules/load/http.h"
#include "os/tcp.h"

namespace arrouter::load {

class HttpLoad final : public std::enable_shared_from_this<HttpLoad> {
 public:
  HttpLoad(const HttpRequest& request, std::size_t longest) : request_(request.text()), transfer_(longest) {}

  /// Connects and asks. `moved` runs after each step, while this lives; it may be the last to hold it.
  void start(Tcp& tcp, Ipv4Address source, const TcpEndpoint& server, std::function<void()> moved);
  const HttpTransfer& transfer() const { return transfer_; }
  /// Why there is no connection; empty while there may be one.
  const std::string& refused() const { return refused_; }

 private:
  void connected(Result<std::unique_ptr<TcpStream>> stream);

  std::string request_, refused_;
  HttpTransfer transfer_;
  std::function<void()> moved_;
  std::unique_ptr<TcpStream> stream_;
};

}  // namespace arrouter::load
