// What other modules may ask of the RADIUS client: whether a name and a password are good.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "os/base/address.h"
#include "os/base/bytes.h"

namespace arrouter::radius {

/// RFC 2865 5, RFC 2869 5.14.
enum class Type : std::uint8_t {
  user_name = 1,
  user_password = 2,
  nas_ip_address = 4,
  service_type = 6,
  reply_message = 18,
  calling_station_id = 31,
  nas_identifier = 32,
  nas_port_type = 61,
  message_authenticator = 80,
};

struct Attribute {
  Type type = Type::user_name;
  Bytes value;  // up to 253 bytes
  Attribute() = default;
  Attribute(Type of, std::uint32_t number);
  Attribute(Type of, std::string_view text);
  Attribute(Type of, ByteView bytes) : type(of), value(bytes.begin(), bytes.end()) {}
  /// nullopt when the value is not four bytes.
  std::optional<std::uint32_t> number() const;
};

struct Query {
  std::string user;
  SecretBytes password;
  std::vector<Attribute> attributes = {};  // besides those of the client: name, password, NAS
};

enum class Verdict : std::uint8_t { accepted, rejected, unanswered, no_server };

struct Answer {
  Verdict verdict = Verdict::no_server;
  Ipv4Address server = {};                 // that answered
  std::vector<Attribute> attributes = {};  // of its answer
  const Attribute* find(Type type) const;
};

class RadiusApi {
 public:
  virtual ~RadiusApi() = default;
  /// A server is configured for authentication.
  virtual bool any() const = 0;
  /// Asks the servers in their order until one answers. `answered` runs once, maybe inside the call; not once `owner`
  /// has expired, and never when the router goes down.
  virtual void ask(Query query, std::weak_ptr<void> owner, std::function<void(const Answer&)> answered) = 0;
};

}  // namespace arrouter::radius
