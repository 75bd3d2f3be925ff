// A screen under construction. What is printed and what goes into JSON come from the same calls, so they agree.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace arrouter {

/// A JSON value built in order; objects keep the order in which keys were set.
class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;
  Json() = default;
  Json(bool value) : value_(value) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(const char* value) : value_(std::string(value)) {}
  template <class T>
    requires std::is_integral_v<T>
  Json(T value) {
    if constexpr (std::is_unsigned_v<T>) {
      value_ = static_cast<std::uint64_t>(value);
    } else {
      value_ = static_cast<std::int64_t>(value);
    }
  }
  /// Empty, but already [] or {} rather than null.
  static Json array();
  static Json object();

  bool empty() const { return std::holds_alternative<std::monostate>(value_); }
  /// Sets a key of an object (made from null when needed).
  Json& set(std::string_view key, Json value);
  /// The value under a key, made as null when absent.
  Json& at(std::string_view key);
  /// Appends to an array (made from null when needed) and returns the new element.
  Json& append(Json value = {});
  /// The elements of the array under a key; none when there is no such array.
  const Array& elements(std::string_view key) const;
  /// display() of the value under a key; empty when there is none.
  std::string text(std::string_view key) const;
  /// JSON on one line. Text that is not UTF-8 is read as Latin-1, so the result always parses.
  std::string dump() const;
  /// As a screen shows the value: TRUE, FALSE, decimal numbers, the text itself; empty for null and containers.
  std::string display() const;

 private:
  const Json* find(std::string_view key) const;
  void write(std::string& out) const;
  std::variant<std::monostate, bool, std::int64_t, std::uint64_t, std::string, Array, Object> value_;
};

/// "SA Id" -> "saId", "Expiry Limit (bytes)" -> "expiryLimitBytes", "PeerAddress" -> "peerAddress": the JSON key of a
/// screen's label.
std::string json_key(std::string_view label);

struct Column {
  std::string_view heading;
  int width;           // characters up to the next column; negative: right-aligned in -width, then one blank
  std::string_view key = {};  // JSON key; made from the heading when empty
};

class Screen {
 public:
  /// Text only a reader needs; may be empty. Not in JSON.
  void line(std::string_view text = {});
  void rule(int width = 79);  // a line of dashes

  /// One fact: indent blanks, the label, a blank, dots, a blank, and the value after exactly `value_column` characters.
  /// A label that leaves no room for a blank and two dots abuts the dots, and so does one that itself ends in a dot
  /// ("Hash ENCO channel."), as the real screens do (reference/isakmp-ipsec.md 2). Also object key json_key(label).
  void field(int indent, int value_column, std::string_view label, Json value, std::string_view key = {});
  /// A fact for JSON alone, where the printed line is made with line().
  void set(std::string_view key, Json value);

  /// What is set while it lives goes into one object. Scopes nest and end in reverse order.
  class Scope {
   public:
    ~Scope();
    Scope(const Scope&) = delete;

   private:
    friend class Screen;
    explicit Scope(Screen& screen) : screen_(screen) {}
    Screen& screen_;
  };
  /// The object under `key`.
  [[nodiscard]] Scope object(std::string_view key);
  /// A new element (an object) of the array under `key`.
  [[nodiscard]] Scope item(std::string_view key);

  /// Prints the line of headings (not when `quiet`) and remembers the columns; a rule() and rows follow with row().
  /// The rows become objects of the array under `key`, which is there even when no row follows. A cell too long for its
  /// column is printed whole with one blank after it.
  void table(std::string_view key, std::vector<Column> columns, bool quiet = false);
  void row(std::initializer_list<Json> cells);

  /// Two columns of "  name  value": the router's counter screens. Pairs are printed left, right, left, right; an
  /// empty name leaves its place blank. Values end at columns 36 and 74. Each name is also a JSON key.
  void counters(const std::vector<std::pair<std::string_view, std::uint64_t>>& pairs);

  const std::string& text() const { return text_; }
  /// text() without blank lines at either end: whoever shows a screen frames it with its own.
  std::string body() const;
  const Json& json() const { return root_; }
  bool empty() const { return text_.empty(); }

 private:
  Json& here() { return path_.empty() ? root_ : *path_.back(); }
  void close_line();
  static std::string cell(const Column& column, std::string_view text);
  std::string text_;
  Json root_;
  std::vector<Json*> path_;
  std::string table_key_;
  std::vector<Column> columns_;
};

}  // namespace arrouter
