#include "os/event_loop_endpoint.h"

#include <string>

#include "os/base/text.h"

namespace arrouter {

namespace asio = boost::asio;

std::optional<asio::ip::tcp::endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto port = parse_number(text.substr(colon + 1), 65535);
  boost::system::error_code error;
  const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : std::string(host), error);
  if (!port || *port == 0 || error) return std::nullopt;
  return asio::ip::tcp::endpoint(address, static_cast<std::uint16_t>(*port));
}

}  // namespace arrouter
