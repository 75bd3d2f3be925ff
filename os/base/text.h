// Small text helpers shared by parsers and screens. ASCII only, as the router is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include <cstdint>

namespace arrouter {

std::string to_upper(std::string_view text);
std::string to_lower(std::string_view text);
bool equal_ignoring_case(std::string_view left, std::string_view right);
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);
std::string_view trim(std::string_view text);
/// Splits at each separator; "a,,b" gives three parts.
std::vector<std::string_view> split(std::string_view text, char separator);
/// Decimal digits only, no sign, no blanks; nullopt when not a number or above `maximum`.
std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t maximum = ~std::uint64_t{0});
/// Control characters become dots, so that a file's content cannot play with a terminal.
std::string printable(std::string_view text);
/// Breaks at blanks so that no line is longer than `width`; a longer word is cut.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

}  // namespace arrouter
