#include "modules/mail/smtp.h"

#include <algorithm>
#include <utility>

#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::mail {

namespace {

constexpr std::size_t longest_text_line = 998;  // RFC 5322 2.1.1

/// "250-text": three digits, then a hyphen when more lines follow. 0: no reply line.
unsigned code_of(std::string_view line) {
  const auto code = line.size() < 3 ? std::nullopt : parse_number(line.substr(0, 3), 599);
  const bool separated = line.size() == 3 || (line.size() > 3 && (line[3] == ' ' || line[3] == '-'));
  return code && *code >= 200 && separated ? static_cast<unsigned>(*code) : 0;
}

std::string printable(std::string_view text) {
  std::string clean(text);
  std::ranges::replace_if(
      clean, [](char c) { return c < ' ' || c > '~'; }, '.');
  return clean;
}

}  // namespace

std::string Smtp::receive(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    if (over()) break;
    if (c != '\n') {
      line_.push_back(c);
      if (line_.size() > limits::smtp_line) return go(State::done, refuse(0));
      continue;
    }
    if (line_.ends_with('\r')) line_.pop_back();
    const std::string line = std::exchange(line_, {});
    const unsigned code = code_of(line);
    if (result_ == Result::open) last_reply_ = printable(line);
    if (code == 0 || ++lines_ > limits::smtp_reply_lines) return go(State::done, refuse(0));
    if (line.size() > 3 && line[3] == '-') continue;
    lines_ = 0;
    out += reply(code);
  }
  return out;
}

void Smtp::hung_up() {
  if (result_ == Result::open) result_ = Result::postponed;
  state_ = State::done;
}

std::string Smtp::go(State next, std::string command) {
  state_ = next;
  return command;
}

/// Says goodbye: 5xx is for ever, everything else (what is no reply too) may be better next time.
std::string Smtp::refuse(unsigned code) {
  if (result_ == Result::open) result_ = code >= 500 ? Result::failed : Result::postponed;
  return go(State::quit, "QUIT\r\n");
}

std::string Smtp::reply(unsigned code) {
  const bool good = code >= 200 && code < 300;
  switch (state_) {
    case State::greeting:
      return good ? go(State::extended_hello, "EHLO " + envelope_.host + "\r\n") : refuse(code);
    case State::extended_hello:
      if (code >= 500) return go(State::hello, "HELO " + envelope_.host + "\r\n");
      [[fallthrough]];
    case State::hello:
      return good ? go(State::from, "MAIL FROM:<" + envelope_.from + ">\r\n") : refuse(code);
    case State::from:
      return good ? go(State::to, "RCPT TO:<" + envelope_.to + ">\r\n") : refuse(code);
    case State::to:
      return good ? go(State::data, "DATA\r\n") : refuse(code);
    case State::data:
      return code == 354 ? go(State::message, stuffed()) : refuse(code);
    case State::message:
      if (!good) return refuse(code);
      result_ = Result::sent;
      if (envelope_.etrn.empty()) return refuse(0);
      return go(State::etrn, "ETRN " + envelope_.etrn + "\r\n");
    case State::etrn:
      return refuse(0);  // whatever it said: the mail itself is sent
    case State::quit:
    case State::done:
      break;
  }
  return go(State::done, {});
}

/// The message with a dot before every line that begins with one, too long lines cut, and the dot that ends it.
std::string Smtp::stuffed() const {
  std::string out;
  std::string_view rest = envelope_.message;
  while (!rest.empty()) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    do {
      const std::string_view part = line.substr(0, longest_text_line);
      line.remove_prefix(part.size());
      if (part.starts_with('.')) out.push_back('.');
      out += part;
      out += "\r\n";
    } while (!line.empty());
  }
  return out + ".\r\n";
}

}  // namespace arrouter::mail
