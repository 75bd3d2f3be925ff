#include "modules/load/tftp.h"

#include <algorithm>

namespace arrouter::load {

namespace {

constexpr std::size_t block_bytes = 512;

enum Opcode : std::uint16_t { read_request = 1, write_request = 2, data_block = 3, acknowledgement = 4, error = 5 };
enum ErrorCode : std::uint16_t { disk_full = 3, illegal_operation = 4, unknown_transfer = 5 };

Bytes header(std::uint16_t opcode, std::uint16_t second) {
  Bytes bytes(4);
  store_be16(bytes.data(), opcode);
  store_be16(bytes.data() + 2, second);
  return bytes;
}

void append_text(Bytes& bytes, std::string_view text) {
  bytes.insert(bytes.end(), text.begin(), text.end());
  bytes.push_back(0);
}

Bytes request(std::uint16_t opcode, const std::string& file) {
  Bytes bytes(2);
  store_be16(bytes.data(), opcode);
  append_text(bytes, file);
  append_text(bytes, "octet");
  return bytes;
}

Bytes error_datagram(std::uint16_t code, std::string_view why) {
  Bytes bytes = header(error, code);
  append_text(bytes, why);
  return bytes;
}

/// The text of an ERROR datagram, up to its zero byte.
std::string error_text(ByteView body) {
  std::string text;
  for (std::size_t i = 2; i < body.size() && body[i] != 0; ++i) text.push_back(static_cast<char>(body[i]));
  return text.empty() ? "error of the server" : text;
}

}  // namespace

TftpTransfer::TftpTransfer(bool writing, const std::string& file, std::string content, std::size_t longest)
    : writing_(writing),
      content_(std::move(content)),
      longest_(longest),
      last_(request(writing ? write_request : read_request, file)) {}

TftpTransfer TftpTransfer::get(std::string file, std::size_t longest) { return {false, file, {}, longest}; }

TftpTransfer TftpTransfer::put(std::string file, std::string content) { return {true, file, std::move(content), 0}; }

std::optional<TftpTransfer::Reply> TftpTransfer::receive(std::uint16_t port, ByteView datagram) {
  if (state_ != State::going || datagram.size() < 4) return std::nullopt;
  if (answered_ && port != server_port_) {
    // A stranger, or a late answer to a repeated request: this transfer goes on undisturbed (RFC 1350 4).
    return Reply{port, error_datagram(unknown_transfer, "Unknown transfer ID")};
  }
  const std::uint16_t opcode = load_be16(datagram.data());
  const ByteView body = datagram.subspan(2);
  if (opcode == error) {
    fail(error_text(body));
    return std::nullopt;
  }
  if (opcode != (writing_ ? acknowledgement : data_block)) {
    server_port_ = port;
    return refuse(illegal_operation, "Illegal TFTP operation");
  }
  server_port_ = port;
  answered_ = true;
  return writing_ ? acknowledged(body) : data(body);
}

std::optional<TftpTransfer::Reply> TftpTransfer::data(ByteView body) {
  const std::uint16_t number = load_be16(body.data());
  const ByteView bytes = body.subspan(2);
  if (number == block_ && number != 0) return pending();  // our acknowledgement was lost
  if (number != static_cast<std::uint16_t>(block_ + 1)) return std::nullopt;
  if (bytes.size() > block_bytes) return refuse(illegal_operation, "Illegal TFTP operation");
  if (content_.size() + bytes.size() > longest_) return refuse(disk_full, "Disk full or allocation exceeded");
  block_ = number;
  content_.append(bytes.begin(), bytes.end());
  moved_ = content_.size();
  if (bytes.size() < block_bytes) state_ = State::done;
  return send(header(acknowledgement, block_));
}

std::optional<TftpTransfer::Reply> TftpTransfer::acknowledged(ByteView body) {
  // Answering a second copy of an acknowledgement would double every block from there on.
  if (load_be16(body.data()) != block_) return std::nullopt;
  const bool first = last_.size() >= 2 && load_be16(last_.data()) == write_request;
  const std::size_t sent_now = first ? 0 : last_.size() - 4;
  moved_ += sent_now;
  if (!first && sent_now < block_bytes) {
    state_ = State::done;
    return std::nullopt;
  }
  ++block_;
  Bytes next = header(data_block, block_);
  const std::size_t length = std::min(block_bytes, content_.size() - moved_);
  next.insert(next.end(), content_.begin() + static_cast<std::ptrdiff_t>(moved_),
              content_.begin() + static_cast<std::ptrdiff_t>(moved_ + length));
  return send(std::move(next));
}

std::optional<TftpTransfer::Reply> TftpTransfer::send(Bytes datagram) {
  last_ = std::move(datagram);
  return pending();
}

std::optional<TftpTransfer::Reply> TftpTransfer::refuse(std::uint16_t code, std::string_view why) {
  fail(std::string(why));
  return Reply{server_port_, error_datagram(code, why)};
}

void TftpTransfer::fail(std::string why) {
  state_ = State::failed;
  failure_ = std::move(why);
}

}  // namespace arrouter::load
