#include "tests/support/json_check.h"

#include <cctype>
#include <cstdint>
#include <set>
#include <string>

namespace arrouter::test {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  bool whole() { return value() && at_ == text_.size(); }

 private:
  bool take(char wanted) {
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  bool value() {
    if (at_ == text_.size()) return false;
    switch (text_[at_]) {
      case '{': return object();
      case '[': return array();
      case '"': return string();
      case 't': return take("true");
      case 'f': return take("false");
      case 'n': return take("null");
      default: return number();
    }
  }
  bool object() {
    std::set<std::string_view> keys;
    take('{');
    if (take('}')) return true;
    do {
      const std::size_t start = at_;
      if (!string() || !keys.insert(text_.substr(start, at_ - start)).second || !take(':') || !value()) return false;
    } while (take(','));
    return take('}');
  }
  bool array() {
    take('[');
    if (take(']')) return true;
    do {
      if (!value()) return false;
    } while (take(','));
    return take(']');
  }
  bool number() {
    take('-');
    if (take('0')) return true;
    const std::size_t start = at_;
    while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    return at_ > start;
  }
  bool string() {
    if (!take('"')) return false;
    while (at_ < text_.size() && text_[at_] != '"') {
      const auto byte = static_cast<std::uint8_t>(text_[at_++]);
      if (byte < 0x20 || (byte >= 0x80 && !rest_of_character(byte))) return false;
      if (byte == '\\' && !escape()) return false;
    }
    return take('"');
  }
  bool rest_of_character(std::uint8_t first) {
    std::size_t more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc2 ? 1 : 0;
    if (more == 0 || first > 0xf4) return false;
    for (; more > 0; --more, ++at_) {
      if (at_ == text_.size() || (static_cast<std::uint8_t>(text_[at_]) & 0xc0) != 0x80) return false;
    }
    return true;
  }
  bool escape() {
    if (at_ == text_.size()) return false;
    const char kind = text_[at_++];
    if (kind != 'u') return std::string_view("\"\\/bfnrt").contains(kind);
    for (int digit = 0; digit < 4; ++digit) {
      if (at_ == text_.size() || std::isxdigit(static_cast<unsigned char>(text_[at_++])) == 0) return false;
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

bool is_json(std::string_view text) { return Reader(text).whole(); }

}  // namespace arrouter::test
