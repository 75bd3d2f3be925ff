#include "modules/load/scp.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "os/base/text.h"

namespace arrouter::load {

namespace {

constexpr char good = '\0', warning = '\1', fatal = '\2';
constexpr std::size_t longest_line = 1024;

/// One word for a POSIX shell, whatever is in it.
std::string shell_word(std::string_view text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

std::string acknowledgement() { return std::string(1, good); }

}  // namespace

ScpTransfer::ScpTransfer(bool writing, std::string_view file, std::string content, std::size_t longest)
    : writing_(writing),
      name_(file.substr(file.find_last_of('/') + 1)),
      command_(fmt::format("scp -{} {}", writing ? 't' : 'f', shell_word(file))),
      content_(std::move(content)),
      longest_(longest) {}

ScpTransfer ScpTransfer::get(std::string_view file, std::size_t longest) { return {false, file, {}, longest}; }

ScpTransfer ScpTransfer::put(std::string_view file, std::string content) { return {true, file, std::move(content), 0}; }

std::string ScpTransfer::receive(std::string_view bytes) {
  std::string reply;
  while (state_ == TransferState::going && !bytes.empty()) {
    if (!writing_ && length_) {
      body(bytes);
      if (state_ == TransferState::done) reply += acknowledgement();
      continue;
    }
    const char byte = bytes.front();
    bytes.remove_prefix(1);
    if (line_.empty() && byte == good && writing_) {
      reply += acknowledged();
    } else if (byte == '\n') {
      reply += line_ended();
    } else if (line_.size() == longest_line) {
      fail("the server does not speak SCP");
    } else {
      line_ += byte;
    }
  }
  return reply;
}

/// The server is ready, has taken the header, has the file.
std::string ScpTransfer::acknowledged() {
  switch (step_++) {
    case 0: return fmt::format("C0644 {} {}\n", content_.size(), name_);
    case 1: return content_ + acknowledgement();
    default: state_ = TransferState::done; return {};
  }
}

std::string ScpTransfer::line_ended() {
  const std::string line = std::exchange(line_, {});
  const char kind = line.empty() ? '\n' : line.front();
  const std::string_view rest = std::string_view(line).substr(line.empty() ? 0 : 1);
  if (kind == warning || kind == fatal) {
    const std::string words = printable(trim(rest));
    fail(words.empty() ? "error of the server" : words);
    return {};
  }
  if (!writing_ && kind == 'T') return acknowledgement();  // times, which nobody asked for
  if (!writing_ && kind == 'C') {
    begin_file(rest);
    return state_ == TransferState::going ? acknowledgement() : std::string();
  }
  fail(kind == 'D' ? "that is a directory" : "the server does not speak SCP");
  return {};
}

/// "0644 1234 name"; the name is the server's business.
void ScpTransfer::begin_file(std::string_view header) {
  const auto words = split(header, ' ');
  const auto length = words.size() < 3 ? std::nullopt : parse_number(words[1], std::uint64_t{1} << 40);
  if (!length) return fail("the server gives no length that makes sense");
  if (*length > longest_) return fail("the file is too long");
  length_ = static_cast<std::size_t>(*length);
}

/// The file, and the byte after it that says whether the server could read it all.
void ScpTransfer::body(std::string_view& bytes) {
  const std::size_t wanted = std::min(*length_ - content_.size(), bytes.size());
  content_ += bytes.substr(0, wanted);
  bytes.remove_prefix(wanted);
  if (content_.size() < *length_ || bytes.empty()) return;
  if (bytes.front() == good) {
    state_ = TransferState::done;
  } else {
    length_.reset();  // its words follow
    content_.clear();
  }
}

void ScpTransfer::ended(const std::string& why) {
  if (state_ == TransferState::going) fail(why.empty() ? "the server hung up before the end" : why);
}

void ScpTransfer::fail(std::string why) {
  state_ = TransferState::failed;
  failure_ = std::move(why);
}

}  // namespace arrouter::load
