// What FTP's control connection says about data connections: PORT and PASV (RFC 959), EPRT and EPSV (RFC 2428).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "modules/firewall/flow.h"

namespace arrouter::firewall::ftp {

inline constexpr std::uint16_t control_port = 21;

/// A line that names where the one who sends it waits for the data connection.
struct Offer {
  enum class Form : std::uint8_t { commas, extended, extended_port };  // h1,h2,h3,h4,p1,p2; |1|address|port|; |||port|
  Form form = Form::commas;
  bool passive = false;            // the reply of a server: the client opens the connection
  Endpoint at;                     // extended_port names no address
  std::size_t begin = 0, end = 0;  // of the endpoint's text in the line
};

/// nullopt: the line is none of these, or not well formed.
std::optional<Offer> read_command(std::string_view line);
std::optional<Offer> read_reply(std::string_view line);
/// The same line with another endpoint.
std::string with_endpoint(std::string_view line, const Offer& offer, const Endpoint& at);

/// The beginning of a line may become one of these.
bool command_matters(std::string_view beginning);
bool reply_matters(std::string_view beginning);

/// GET and PUT of ADD FIREWALL POLICY APPRULE.
enum class Transfer : std::uint8_t { get, put };
std::optional<Transfer> transfer_of(std::string_view line);

}  // namespace arrouter::firewall::ftp
