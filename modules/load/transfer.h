// A file on its way from or to a server, whatever the protocol.
#pragma once

#include <cstdint>
#include <string>

namespace arrouter::load {

enum class TransferState : std::uint8_t { going, done, failed };

class Transfer {
 public:
  virtual ~Transfer() = default;
  virtual TransferState state() const = 0;
  /// Why it failed; the server's words where it gave some.
  virtual const std::string& failure() const = 0;
  /// What has been read, whole once it is done.
  virtual const std::string& content() const = 0;
  /// Bytes read or acknowledged.
  virtual std::size_t moved() const = 0;
  /// Bytes there will be; 0 when that is not known.
  virtual std::size_t size() const = 0;
};

}  // namespace arrouter::load
