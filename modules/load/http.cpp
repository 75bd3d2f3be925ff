#include "modules/load/http.h"

#include <fmt/format.h>

#include <algorithm>

#include "os/base/text.h"

namespace arrouter::load {

namespace {

constexpr std::size_t longest_head = 16384;
constexpr std::uint64_t longest_length = std::uint64_t{1} << 40;

/// RFC 4648 4.
std::string base64(std::string_view text) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string coded;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) group = group << 8 | (at + i < text.size() ? static_cast<std::uint8_t>(text[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) coded += at + i > text.size() ? '=' : digits[group >> (18 - 6 * i) & 63];
  }
  return coded;
}

}  // namespace

std::string HttpRequest::text() const {
  const std::string server = port == http_port ? host : fmt::format("{}:{}", host, port);
  std::string text = fmt::format("GET {}{} HTTP/1.0\r\nHost: {}\r\nAccept: */*\r\n",
                                 through_proxy ? "http://" + server : std::string(), path, server);
  if (!user.empty()) text += fmt::format("Authorization: Basic {}\r\n", base64(user + ":" + password));
  return text + "\r\n";
}

void HttpTransfer::receive(std::string_view bytes) {
  if (state_ != TransferState::going) return;
  if (in_body_) return body(bytes);
  head_ += bytes;
  // Some servers end their lines with LF alone.
  const std::size_t crlf = head_.find("\r\n\r\n"), lf = head_.find("\n\n");
  const std::size_t end = std::min(crlf, lf);
  if (std::min(end, head_.size()) > longest_head) return fail("the server's answer has no end");
  if (end == head_.npos) return;
  const std::string rest = head_.substr(end + (end == crlf ? 4 : 2));
  head(std::string_view(head_).substr(0, end));
  head_.clear();
  in_body_ = true;
  if (state_ == TransferState::going) body(rest);
}

void HttpTransfer::head(std::string_view text) {
  const auto lines = split(text, '\n');
  const std::string_view status = trim(lines.front());
  const std::size_t blank = status.find(' ');
  if (!status.starts_with("HTTP/1.") || blank == status.npos) return fail("the server does not speak HTTP");
  const std::string_view answer = trim(status.substr(blank));
  if (!answer.starts_with("200")) return fail(printable(answer));
  for (std::size_t i = 1; i < lines.size() && state_ == TransferState::going; ++i) {
    const std::size_t colon = lines[i].find(':');
    if (colon != lines[i].npos) take_header(trim(lines[i].substr(0, colon)), trim(lines[i].substr(colon + 1)));
  }
}

void HttpTransfer::take_header(std::string_view name, std::string_view value) {
  // A server must not do this to HTTP/1.0.
  if (equal_ignoring_case(name, "Transfer-Encoding") && !equal_ignoring_case(value, "identity")) {
    return fail("the server sends in a form that was not asked for");
  }
  if (!equal_ignoring_case(name, "Content-Length")) return;
  length_ = parse_number(value, longest_length);
  if (!length_) return fail("the server gives no length that makes sense");
  if (*length_ > longest_) fail("the file is too long");
}

void HttpTransfer::body(std::string_view bytes) {
  if (length_) bytes = bytes.substr(0, *length_ - content_.size());
  if (content_.size() + bytes.size() > longest_) return fail("the file is too long");
  content_ += bytes;
  if (length_ && content_.size() == *length_) state_ = TransferState::done;
}

void HttpTransfer::ended() {
  if (state_ != TransferState::going) return;
  if (!in_body_ || length_) return fail("the server hung up before the end");
  state_ = TransferState::done;
}

void HttpTransfer::fail(std::string why) {
  state_ = TransferState::failed;
  failure_ = std::move(why);
}

}  // namespace arrouter::load
