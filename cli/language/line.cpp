#include "cli/language/line.h"

#include <algorithm>
#include <optional>

#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

/// Walks the line once, from left to right.
class Tokenizer {
 public:
  explicit Tokenizer(std::string_view line) : line_(line) {}

  std::expected<std::vector<Token>, CommandError> run() {
    std::vector<Token> tokens;
    for (skip_blanks(); !at_end(); skip_blanks()) {
      std::optional<Token> token = next();
      if (!token) return std::unexpected(CommandError::open_quote);
      tokens.push_back(std::move(*token));
    }
    return tokens;
  }

 private:
  std::optional<Token> next() {
    Token token;
    if (peek() == '"') {
      token.word_quoted = true;
      if (!quoted(token.word, token.malformed, true)) return std::nullopt;
    } else {
      token.word = up_to_blank(true);
    }
    const std::size_t after_word = at_;
    skip_blanks();
    if (peek() != '=') {
      at_ = after_word;
      return token;
    }
    ++at_;
    token.has_value = true;
    return read_value(token) ? std::optional(std::move(token)) : std::nullopt;
  }

  bool read_value(Token& token) {
    const std::size_t after_equals = at_;
    skip_blanks();
    if (at_ != after_equals && next_word_has_equals()) return true;
    if (peek() == '"') {
      token.value_quoted = true;
      return quoted(token.value, token.malformed, false);
    }
    token.value = up_to_blank(false);
    return true;
  }

  /// Whether the word here starts another "name=value", so that the value before it was left empty.
  bool next_word_has_equals() const {
    std::size_t i = at_;
    if (i < line_.size() && (line_[i] == '"' || line_[i] == '=')) return false;
    while (i < line_.size() && !is_blank(line_[i]) && line_[i] != '=') ++i;
    while (i < line_.size() && is_blank(line_[i])) ++i;
    return i < line_.size() && line_[i] == '=';
  }

  /// Reads a quoted string into `out`; false when the line ends first. Text after the closing quote, up to a blank (or
  /// '=' behind a word), makes the token malformed.
  bool quoted(std::string& out, bool& malformed, bool equals_may_follow) {
    for (++at_; at_ < line_.size(); ++at_) {
      const char c = line_[at_];
      const char following = at_ + 1 < line_.size() ? line_[at_ + 1] : '\0';
      if ((c == '"' && following == '"') || (c == '\\' && (following == '"' || following == '\\'))) {
        out += following;
        ++at_;
      } else if (c == '"') {
        ++at_;
        malformed = !up_to_blank(equals_may_follow).empty();
        return true;
      } else {
        out += c;
      }
    }
    return false;
  }

  std::string up_to_blank(bool stop_at_equals) {
    const std::size_t begin = at_;
    while (at_ < line_.size() && !is_blank(line_[at_]) && !(stop_at_equals && line_[at_] == '=')) ++at_;
    return std::string(line_.substr(begin, at_ - begin));
  }

  void skip_blanks() {
    while (at_ < line_.size() && is_blank(line_[at_])) ++at_;
  }
  bool at_end() const { return at_ >= line_.size(); }
  char peek() const { return at_end() ? '\0' : line_[at_]; }

  std::string_view line_;
  std::size_t at_ = 0;
};

}  // namespace

std::string Token::shown() const { return word.empty() && has_value ? "=" + value : word; }

std::expected<std::vector<Token>, CommandError> tokenize(std::string_view line) {
  line = trim(line);
  if (line.size() > limits::command_line) return std::unexpected(CommandError::line_too_long);
  if (std::any_of(line.begin(), line.end(), is_control)) return std::unexpected(CommandError::bad_character);
  return Tokenizer(line).run();
}

bool is_blank_or_comment(std::string_view line) {
  line = trim(line);
  return line.empty() || line.front() == '#';
}

}  // namespace arrouter
