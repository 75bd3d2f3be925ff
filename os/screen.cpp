#include "os/screen.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "os/base/text.h"

namespace arrouter {
namespace {

constexpr std::size_t counter_width = 34;  // name and right-aligned value of one counter
constexpr std::size_t counter_indent = 2;
constexpr std::size_t counter_gap = 4;

bool is_letter_or_digit(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }
bool is_upper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }
bool is_lower(char c) { return std::islower(static_cast<unsigned char>(c)) != 0; }
char upper(char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }
char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

/// Names come from peers and files: nothing in them may steer the terminal.
std::string harmless(std::string text) {
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) c = '.';
  }
  return text;
}

/// Length of the well-formed UTF-8 sequence that starts at `i`, 0 when there is none.
std::size_t utf8_length(std::string_view text, std::size_t i) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char first = byte(i);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
  if (length == 0 || i + length > text.size()) return 0;
  for (std::size_t k = 1; k < length; ++k) {
    if ((byte(i + k) & 0xc0) != 0x80) return 0;
  }
  if (length >= 3) {
    const unsigned char second = byte(i + 1);
    const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool surrogate = first == 0xed && second > 0x9f;
    const bool beyond = first == 0xf4 && second > 0x8f;
    if (overlong || surrogate || beyond) return 0;
  }
  return length;
}

void write_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    const std::size_t length = utf8_length(text, i);
    if (length == 0 || static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
      ++i;
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += text.substr(i, length);
    i += length;
  }
  out += '"';
}

/// One word of a key: an abbreviation becomes lower case, other words keep their inner capitals.
std::string key_word(std::string_view word, bool first) {
  const bool abbreviation = std::none_of(word.begin(), word.end(), is_lower);
  const bool leading_abbreviation = first && word.size() > 1 && is_upper(word[0]) && is_upper(word[1]);
  std::string out = abbreviation || leading_abbreviation ? to_lower(word) : std::string(word);
  out[0] = first ? lower(out[0]) : upper(out[0]);
  return out;
}

}  // namespace

Json Json::array() {
  Json json;
  json.value_ = Array{};
  return json;
}

Json Json::object() {
  Json json;
  json.value_ = Object{};
  return json;
}

Json& Json::set(std::string_view key, Json value) {
  Json& place = at(key);
  place = std::move(value);
  return place;
}

Json& Json::at(std::string_view key) {
  if (!std::holds_alternative<Object>(value_)) value_ = Object{};
  Object& object = std::get<Object>(value_);
  const auto found = std::find_if(object.begin(), object.end(), [&](const auto& entry) { return entry.first == key; });
  return found != object.end() ? found->second : object.emplace_back(std::string(key), Json()).second;
}

Json& Json::append(Json value) {
  if (!std::holds_alternative<Array>(value_)) value_ = Array{};
  return std::get<Array>(value_).emplace_back(std::move(value));
}

const Json* Json::find(std::string_view key) const {
  const auto* object = std::get_if<Object>(&value_);
  if (object == nullptr) return nullptr;
  const auto found = std::find_if(object->begin(), object->end(), [key](const auto& entry) { return entry.first == key; });
  return found == object->end() ? nullptr : &found->second;
}

const Json::Array& Json::elements(std::string_view key) const {
  static const Array none;
  const Json* const value = find(key);
  const auto* array = value == nullptr ? nullptr : std::get_if<Array>(&value->value_);
  return array == nullptr ? none : *array;
}

std::string Json::text(std::string_view key) const {
  const Json* const value = find(key);
  return value == nullptr ? std::string() : value->display();
}

std::string Json::dump() const {
  std::string out;
  write(out);
  return out;
}

std::string Json::display() const {
  if (const bool* flag = std::get_if<bool>(&value_)) return *flag ? "TRUE" : "FALSE";
  if (const auto* number = std::get_if<std::int64_t>(&value_)) return std::to_string(*number);
  if (const auto* number = std::get_if<std::uint64_t>(&value_)) return std::to_string(*number);
  if (const auto* text = std::get_if<std::string>(&value_)) return *text;
  return {};
}

void Json::write(std::string& out) const {
  if (const auto* text = std::get_if<std::string>(&value_)) {
    write_string(out, *text);
  } else if (const auto* array = std::get_if<Array>(&value_)) {
    out += '[';
    for (const Json& element : *array) {
      if (&element != array->data()) out += ',';
      element.write(out);
    }
    out += ']';
  } else if (const auto* object = std::get_if<Object>(&value_)) {
    out += '{';
    for (const auto& entry : *object) {
      if (&entry != object->data()) out += ',';
      write_string(out, entry.first);
      out += ':';
      entry.second.write(out);
    }
    out += '}';
  } else {
    out += empty() ? "null" : to_lower(display());
  }
}

std::string json_key(std::string_view label) {
  std::string key;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) key += key_word(word, key.empty());
    word.clear();
  };
  for (const char c : label) {
    if (is_letter_or_digit(c)) {
      word += c;
    } else if (c != '\'') {
      end_word();
    }
  }
  end_word();
  return key;
}

void Screen::line(std::string_view text) {
  text_ += text;
  text_ += '\n';
}

std::string Screen::body() const {
  const auto first = text_.find_first_not_of('\n');
  if (first == std::string::npos) return {};
  return text_.substr(first, text_.find_last_not_of('\n') - first + 1) + '\n';
}

void Screen::rule(int width) { line(std::string(static_cast<std::size_t>(std::max(width, 0)), '-')); }

void Screen::close_line() {
  while (!text_.empty() && text_.back() == ' ') text_.pop_back();
  text_ += '\n';
}

void Screen::field(int indent, int value_column, std::string_view label, Json value, std::string_view key) {
  text_.append(static_cast<std::size_t>(std::max(indent, 0)), ' ');
  text_ += label;
  const int room = value_column - 1 - std::max(indent, 0) - static_cast<int>(label.size());
  if (room > 0) {
    const bool abuts = room < 3 || label.ends_with('.');
    if (!abuts) text_ += ' ';
    text_.append(static_cast<std::size_t>(abuts ? room : room - 1), '.');
  }
  text_ += ' ';
  text_ += harmless(value.display());
  close_line();
  here().set(key.empty() ? json_key(label) : std::string(key), std::move(value));
}

void Screen::set(std::string_view key, Json value) { here().set(key, std::move(value)); }

Screen::Scope::~Scope() { screen_.path_.pop_back(); }

Screen::Scope Screen::object(std::string_view key) {
  Json& place = here().at(key);
  if (place.empty()) place = Json::object();
  path_.push_back(&place);
  return Scope(*this);
}

Screen::Scope Screen::item(std::string_view key) {
  path_.push_back(&here().at(key).append(Json::object()));
  return Scope(*this);
}

void Screen::table(std::string_view key, std::vector<Column> columns, bool quiet) {
  table_key_ = key;
  columns_ = std::move(columns);
  Json& place = here().at(key);
  if (place.empty()) place = Json::array();
  if (quiet) return;
  for (const Column& column : columns_) text_ += cell(column, column.heading);
  close_line();
}

void Screen::row(std::initializer_list<Json> cells) {
  Json object = Json::object();
  auto column = columns_.begin();
  for (const Json& value : cells) {
    if (column == columns_.end()) break;
    text_ += cell(*column, harmless(value.display()));
    object.set(column->key.empty() ? json_key(column->heading) : std::string(column->key), value);
    ++column;
  }
  close_line();
  here().at(table_key_).append(std::move(object));
}

std::string Screen::cell(const Column& column, std::string_view text) {
  if (column.width < 0) return fmt::format("{:>{}} ", text, -column.width);
  const auto width = static_cast<std::size_t>(column.width);
  return fmt::format("{:<{}}", text, std::max(width, text.size() + 1));
}

void Screen::counters(const std::vector<std::pair<std::string_view, std::uint64_t>>& pairs) {
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto& [name, value] = pairs[i];
    const bool left = i % 2 == 0;
    text_.append(left ? counter_indent : counter_gap, ' ');
    if (name.empty()) {
      text_.append(counter_width, ' ');
    } else {
      const std::string digits = std::to_string(value);
      const std::size_t used = name.size() + digits.size();
      text_ += name;
      text_.append(used < counter_width ? counter_width - used : 1, ' ');
      text_ += digits;
      here().set(name, value);
    }
    if (!left || i + 1 == pairs.size()) close_line();
  }
}

}  // namespace arrouter
