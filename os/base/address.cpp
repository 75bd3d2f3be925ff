#include "os/base/address.h"

#include <bit>
#include <charconv>
#include <fmt/format.h>

namespace arrouter {

std::optional<Ipv4Address> parse_ipv4(std::string_view text) {
  std::uint32_t value = 0;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (int i = 0; i < 4; ++i) {
    if (i > 0 && (at == end || *at++ != '.')) return std::nullopt;
    unsigned octet = 0;
    const auto [next, error] = std::from_chars(at, end, octet);
    if (error != std::errc{} || octet > 255 || next - at > 3) return std::nullopt;
    value = value << 8 | octet;
    at = next;
  }
  if (at != end) return std::nullopt;
  return Ipv4Address(value);
}

std::string to_string(Ipv4Address address) {
  const std::uint32_t v = address.value;
  return fmt::format("{}.{}.{}.{}", v >> 24, v >> 16 & 255, v >> 8 & 255, v & 255);
}

Ipv4Address class_mask(Ipv4Address address) {
  if (address.unset()) return {};
  if (address.value >> 31 == 0) return mask_of(8);
  if (address.value >> 30 == 2) return mask_of(16);
  if (address.value >> 29 == 6) return mask_of(24);
  return mask_of(32);
}

std::optional<int> prefix_length(Ipv4Address mask) {
  const int ones = std::countl_one(mask.value);
  if (mask_of(ones) != mask) return std::nullopt;
  return ones;
}

std::optional<Ipv4Range> parse_ipv4_range(std::string_view text) {
  const auto dash = text.find('-');
  const auto first = parse_ipv4(text.substr(0, dash));
  if (!first) return std::nullopt;
  if (dash == std::string_view::npos) return Ipv4Range{*first, *first};
  const auto last = parse_ipv4(text.substr(dash + 1));
  if (!last || *last < *first) return std::nullopt;
  return Ipv4Range{*first, *last};
}

std::string to_string(const Ipv4Range& range) {
  if (range.first == range.last) return to_string(range.first);
  return to_string(range.first) + "-" + to_string(range.last);
}

std::optional<MacAddress> parse_mac(std::string_view text) {
  if (text.size() != 17) return std::nullopt;
  MacAddress address;
  for (std::size_t i = 0; i < 6; ++i) {
    const char* const at = text.data() + i * 3;
    const auto [next, error] = std::from_chars(at, at + 2, address.octets[i], 16);
    if (error != std::errc{} || next != at + 2) return std::nullopt;
    if (i < 5 && at[2] != '-' && at[2] != ':') return std::nullopt;
  }
  return address;
}

std::string to_string(const MacAddress& address) {
  return fmt::format("{:02x}", fmt::join(address.octets, "-"));
}

}  // namespace arrouter
