#include "cli/language/value.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "os/base/text.h"

namespace arrouter {
namespace {

using Parsed = std::expected<Value, CommandError>;
using Kind = Type::Kind;

const Parsed bad = std::unexpected(CommandError::bad_value);
const Parsed out_of_range = std::unexpected(CommandError::out_of_range);

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_printable(char c) { return c >= 0x20 && c < 0x7f; }
bool all_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

std::expected<std::uint64_t, CommandError> parse_in_range(const Type& type, std::string_view text) {
  if (!all_digits(text)) return std::unexpected(CommandError::bad_value);
  const auto number = parse_number(text, type.high);
  if (!number || *number < type.low) return std::unexpected(CommandError::out_of_range);
  return *number;
}

Parsed parse_list(const Type& type, std::string_view text) {
  NumberList list;
  for (const std::string_view part : split(text, ',')) {
    const auto dash = part.find('-');
    const auto first = parse_in_range(type, part.substr(0, dash));
    if (!first) return std::unexpected(first.error());
    const auto last = dash == std::string_view::npos ? first : parse_in_range(type, part.substr(dash + 1));
    if (!last) return std::unexpected(last.error());
    if (*last < *first) return bad;
    list.emplace_back(*first, *last);
  }
  return list;
}

Parsed parse_text(const Type& type, std::string_view text) {
  if (type.kind == Kind::name && !std::all_of(text.begin(), text.end(), is_printable)) return bad;
  if (text.size() < type.low || text.size() > type.high) return bad;
  return std::string(text);
}

Parsed parse_hex(const Type& type, std::string_view text) {
  const std::string_view digits = starts_with_ignoring_case(text, "0x") ? text.substr(2) : text;
  if (digits.size() % 2 != 0 || !std::all_of(digits.begin(), digits.end(), is_hex)) return bad;
  if (digits.size() / 2 < type.low || digits.size() / 2 > type.high) return bad;
  return std::string(digits);
}

/// "VLAN1", "eth0-1": letters, a number and perhaps a logical interface, which is 0 when left out.
Parsed parse_interface(std::string_view text) {
  constexpr std::size_t longest_kind = 8;
  constexpr std::uint64_t highest = 65535;
  const auto kind_end = std::find_if_not(text.begin(), text.end(), is_letter);
  const auto kind = text.substr(0, static_cast<std::size_t>(kind_end - text.begin()));
  const std::string_view numbers = text.substr(kind.size());
  const auto dash = numbers.find('-');
  const std::string_view instance = numbers.substr(0, dash);
  const std::string_view logical = dash == std::string_view::npos ? "0" : numbers.substr(dash + 1);
  if (kind.empty() || kind.size() > longest_kind || !all_digits(instance) || !all_digits(logical)) return bad;
  const auto number = parse_number(instance, highest);
  const auto sub_number = parse_number(logical, highest);
  if (!number || !sub_number) return bad;
  if (*sub_number == 0) return fmt::format("{}{}", to_lower(kind), *number);
  return fmt::format("{}{}-{}", to_lower(kind), *number, *sub_number);
}

/// A field of a file name, reference/operations.md 3.1; '*' alone where patterns are allowed.
bool is_file_field(std::string_view field, std::size_t longest, bool pattern) {
  if (pattern && field == "*") return true;
  constexpr std::string_view forbidden = "*+=\"|\\[];:?/,<>. ";
  return !field.empty() && field.size() <= longest &&
         std::all_of(field.begin(), field.end(), [&](char c) { return is_printable(c) && !forbidden.contains(c); });
}

/// "[device:]name[.ext]"; which extension a name without one gets is the module's business.
Parsed parse_file(std::string_view text, bool pattern) {
  constexpr std::size_t longest_device = 8, longest_name = 28, longest_extension = 3;
  std::string_view name = text;
  if (const auto colon = name.find(':'); colon != std::string_view::npos) {
    if (!is_file_field(name.substr(0, colon), longest_device, false)) return bad;
    name.remove_prefix(colon + 1);
  }
  const auto dot = name.rfind('.');
  if (!is_file_field(name.substr(0, dot), longest_name, pattern)) return bad;
  if (dot != std::string_view::npos && !is_file_field(name.substr(dot + 1), longest_extension, pattern)) return bad;
  return std::string(text);
}

Parsed parse_boolean(std::string_view text) {
  struct Entry {
    std::string_view word;
    bool value;
  };
  constexpr std::array<Entry, 6> entries{
      {{"TRUE", true}, {"FALSE", false}, {"ON", true}, {"OFF", false}, {"YES", true}, {"NO", false}}};
  // True, False, Yes and No may be cut down to one letter, OFf to two; "O" alone could be either.
  if (equal_ignoring_case(text, "O")) return bad;
  for (const Entry& entry : entries) {
    if (starts_with_ignoring_case(entry.word, text)) return entry.value;
  }
  return bad;
}

Parsed parse_time(std::string_view text) {
  constexpr std::array<std::uint64_t, 3> highest{23, 59, 59};
  const auto parts = split(text, ':');
  if (parts.size() < 2 || parts.size() > highest.size()) return bad;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!all_digits(parts[i]) || parts[i].size() > 2) return bad;
    if (!parse_number(parts[i], highest[i])) return out_of_range;
  }
  return std::string(text);
}

constexpr std::array<std::string_view, 12> month_names{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                       "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};

Parsed parse_date(std::string_view text) {
  const auto parts = split(text, '-');
  if (parts.size() != 3 || !all_digits(parts[0]) || parts[0].size() > 2 || !all_digits(parts[2]) ||
      (parts[2].size() != 2 && parts[2].size() != 4)) {
    return bad;
  }
  const auto month = std::find(month_names.begin(), month_names.end(), to_upper(parts[1]));
  if (month == month_names.end()) return bad;
  const int short_year = static_cast<int>(*parse_number(parts[2]));
  const int year = parts[2].size() == 4 ? short_year : 2000 + short_year;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month - month_names.begin()) + 1),
                                         std::chrono::day(static_cast<unsigned>(*parse_number(parts[0])))};
  if (!date.ok()) return out_of_range;
  return std::string(text);
}

Parsed parse_filter(const Type& type, std::string_view text) {
  const std::string_view operand = std::string_view("<>!%").contains(text.front()) ? text.substr(1) : text;
  if (operand.empty()) return std::unexpected(CommandError::value_missing);
  if (text.size() > type.high) return bad;
  return std::string(text);
}

template <class T>
Parsed when(const std::optional<T>& parsed) {
  return parsed ? Parsed(*parsed) : bad;
}

bool may_be_empty(const Type& type) {
  return (type.kind == Kind::name || type.kind == Kind::text || type.kind == Kind::hex) && type.low == 0;
}

/// The keyword meant, in full; nullptr when none fits or several fit equally well.
const Word* find_choice(const ValueSpec& spec, std::string_view text) {
  const Word* best = nullptr;
  auto best_fit = Word::Fit::none;
  for (const Word& word : spec.choices) {
    const Word::Fit fit = word.fit(text);
    if (fit > best_fit) {
      best = &word;
      best_fit = fit;
    } else if (fit != Word::Fit::none && fit == best_fit) {
      best = nullptr;
    }
  }
  return best;
}

Parsed parse_many(const ValueSpec& spec, std::string_view text) {
  std::string joined;
  for (const std::string_view part : split(text, ',')) {
    const Word* word = find_choice(spec, part);
    if (word == nullptr) return bad;
    if (!joined.empty()) joined += ',';
    joined += word->text;
  }
  return joined;
}

Parsed parse_types(const ValueSpec& spec, std::string_view text) {
  Parsed result = bad;
  for (const Type& type : spec.types) {
    Parsed parsed = parse_type(type, text);
    if (parsed) return parsed;
    if (parsed.error() != CommandError::bad_value) result = std::move(parsed);
  }
  return result;
}

}  // namespace

Parsed parse_type(const Type& type, std::string_view text) {
  if (text.empty() && !may_be_empty(type)) return std::unexpected(CommandError::value_missing);
  switch (type.kind) {
    case Kind::number: {
      const auto number = parse_in_range(type, text);
      return number ? Parsed(*number) : std::unexpected(number.error());
    }
    case Kind::name:
    case Kind::text:
      return parse_text(type, text);
    case Kind::ipv4:
      return when(parse_ipv4(text));
    case Kind::mask: {
      const auto mask = parse_ipv4(text);
      return mask && prefix_length(*mask) ? Parsed(*mask) : bad;
    }
    case Kind::ipv4_range:
      return when(parse_ipv4_range(text));
    case Kind::mac:
      return when(parse_mac(text));
    case Kind::interface:
      return parse_interface(text);
    case Kind::file:
      return parse_file(text, false);
    case Kind::files:
      return parse_file(text, true);
    case Kind::boolean:
      return parse_boolean(text);
    case Kind::time:
      return parse_time(text);
    case Kind::date:
      return parse_date(text);
    case Kind::list:
      return parse_list(type, text);
    case Kind::hex:
      return parse_hex(type, text);
    case Kind::filter:
      return parse_filter(type, text);
  }
  return bad;
}

Parsed parse_value(const ValueSpec& spec, std::string_view text, bool quoted) {
  if (text.empty() && std::none_of(spec.types.begin(), spec.types.end(), may_be_empty)) {
    return std::unexpected(CommandError::value_missing);
  }
  if (spec.many) return parse_many(spec, text);
  if (quoted && !spec.types.empty()) {
    if (Parsed typed = parse_types(spec, text)) return typed;
  }
  if (const Word* word = find_choice(spec, text)) return Choice{word->text};
  return parse_types(spec, text);
}

std::vector<std::string> describe(const Type& type) {
  switch (type.kind) {
    case Kind::number:
      return {fmt::format("<{}-{}>", type.low, type.high)};
    case Kind::name:
    case Kind::text:
      return {"<string>"};
    case Kind::ipv4:
    case Kind::mask:
      return {"<ipadd>"};
    case Kind::ipv4_range:
      return {"<ipadd[-ipadd]>"};
    case Kind::mac:
      return {"<macadd>"};
    case Kind::interface:
      return {"<interface>"};
    case Kind::file:
    case Kind::files:
      return {"<filename>"};
    case Kind::boolean:
      return {"True", "False", "ON", "OFf", "Yes", "No"};
    case Kind::time:
      return {"<hh:mm:ss>"};
    case Kind::date:
      return {"<dd-mmm-yyyy>"};
    case Kind::list:
      return {"<list>"};
    case Kind::hex:
      return {"<hex>"};
    case Kind::filter:
      return {"<[op]value>"};
  }
  return {};
}

std::string sample(const Type& type) {
  switch (type.kind) {
    case Kind::number:
      return std::to_string(type.high);
    case Kind::name:
    case Kind::text:
      return std::string(std::max<std::size_t>(1, static_cast<std::size_t>(type.low)), 'a');
    case Kind::ipv4:
      return "192.168.1.1";
    case Kind::mask:
      return "255.255.255.0";
    case Kind::ipv4_range:
      return "192.168.1.1-192.168.1.254";
    case Kind::mac:
      return "00-00-cd-00-11-22";
    case Kind::interface:
      return "vlan1-2";
    case Kind::file:
      return "flash:boot.cfg";
    case Kind::files:
      return "*.cfg";
    case Kind::boolean:
      return "TRUE";
    case Kind::time:
      return "23:59:59";
    case Kind::date:
      return "29-Feb-2008";
    case Kind::list:
      return fmt::format("{},{}-{}", type.low, type.low, type.high);
    case Kind::hex:
      return std::string(static_cast<std::size_t>(type.low) * 2, '0');
    case Kind::filter:
      return ">2";
  }
  return {};
}

}  // namespace arrouter
