// Addresses of the host, as options give them.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <string_view>

namespace arrouter {

/// "HOST:PORT" with a numeric host, "localhost", or "[v6]".
std::optional<boost::asio::ip::tcp::endpoint> parse_endpoint(std::string_view text);

}  // namespace arrouter
