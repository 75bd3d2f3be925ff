// Telnet as a client speaks it to a host (RFC 854, 855, 857, 858, 1091). Sans-IO.
#pragma once

#include <string>
#include <string_view>

#include "cli/console/telnet_decoder.h"

namespace arrouter::telnet {

class HostProtocol {
 public:
  /// `terminal_type` is told to a host that asks; `insert_null` ends lines with CR NUL instead of CR LF.
  HostProtocol(std::string terminal_type, bool insert_null)
      : terminal_type_(std::move(terminal_type)), insert_null_(insert_null) {}

  /// What the host shows, out of what it sent; answers for it are appended to `reply`.
  std::string received(std::string_view bytes, std::string& reply);
  /// A key as the host wants it.
  std::string typed(char key) const;
  /// The host shows what is typed; else whoever types has to.
  bool host_echoes() const { return echoes_; }

 private:
  void negotiate(unsigned char verb, unsigned char option, std::string& reply);
  void answer_sub(std::string& reply);

  std::string terminal_type_;
  bool insert_null_;
  Decoder decoder_;
  bool after_cr_ = false;
  bool echoes_ = false, host_suppresses_ = false, suppresses_ = false, tells_type_ = false;
  unsigned refusals_ = 0;
};

}  // namespace arrouter::telnet
