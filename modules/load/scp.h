// One file by SCP (the protocol of rcp, as OpenSSH's scp speaks it), as client: bytes in, bytes out, no socket and no
// clock.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "modules/load/transfer.h"

namespace arrouter::load {

class ScpTransfer final : public Transfer {
 public:
  /// Reads `file` of the server, up to `longest` bytes.
  static ScpTransfer get(std::string_view file, std::size_t longest);
  /// Writes `content` to `file` of the server.
  static ScpTransfer put(std::string_view file, std::string content);

  /// What is to run at the server, for its shell.
  const std::string& command() const { return command_; }
  /// What to send first.
  std::string greeting() const { return writing_ ? std::string() : std::string(1, '\0'); }
  /// Bytes of the server, however they were cut; what to send in return.
  std::string receive(std::string_view bytes);
  /// The command has ended there; `why` is empty when it succeeded.
  void ended(const std::string& why);

  TransferState state() const override { return state_; }
  const std::string& failure() const override { return failure_; }
  const std::string& content() const override { return content_; }
  std::size_t moved() const override { return writing_ ? (step_ > 1 ? content_.size() : 0) : content_.size(); }
  std::size_t size() const override { return writing_ ? content_.size() : length_.value_or(0); }

 private:
  ScpTransfer(bool writing, std::string_view file, std::string content, std::size_t longest);
  std::string acknowledged();
  std::string line_ended();
  void begin_file(std::string_view header);
  void body(std::string_view& bytes);
  void fail(std::string why);

  bool writing_;
  std::string name_, command_, content_;
  std::size_t longest_;
  TransferState state_ = TransferState::going;
  std::string failure_;
  std::string line_;                   // of the server, so far
  std::optional<std::size_t> length_;  // of the file that is being read
  unsigned step_ = 0;                  // acknowledgements of what is written
};

}  // namespace arrouter::load
