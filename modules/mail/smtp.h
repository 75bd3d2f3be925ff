// One SMTP conversation as the client (RFC 5321, and RFC 821 for servers that know no EHLO; ETRN: RFC 1985). Pure: what
// the server sends goes in, what is to be sent comes out.
#pragma once

#include <string>
#include <string_view>

namespace arrouter::mail {

struct Envelope {
  std::string host;      // our own name, for EHLO
  std::string from, to;  // without <>
  std::string message;   // headers and body, lines end in \n
  std::string etrn;      // empty: not asked for
};

class Smtp {
 public:
  enum class State : std::uint8_t { greeting, extended_hello, hello, from, to, data, message, etrn, quit, done };
  enum class Result : std::uint8_t {
    open,
    sent,
    failed,     // the server will never take it
    postponed,  // it may later, or another one
  };

  explicit Smtp(Envelope envelope) : envelope_(std::move(envelope)) {}
  /// Takes what the server said; returns what is to be said to it.
  std::string receive(std::string_view bytes);
  /// The connection is gone.
  void hung_up();

  State state() const { return state_; }
  Result result() const { return result_; }
  bool over() const { return state_ == State::done; }
  /// The server's last line before the mail was sent or refused, for SHOW MAIL and the log.
  const std::string& last_reply() const { return last_reply_; }

 private:
  std::string reply(unsigned code);
  std::string refuse(unsigned code);
  std::string go(State next, std::string command);
  std::string stuffed() const;

  Envelope envelope_;
  State state_ = State::greeting;
  Result result_ = Result::open;
  std::string line_;  // not complete yet
  std::string last_reply_;
  std::size_t lines_ = 0;  // of one reply
};

}  // namespace arrouter::mail
