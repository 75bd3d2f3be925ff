// Network addresses as values: IPv4, masks and ranges, Ethernet.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace arrouter {

/// An IPv4 address or mask, held in host byte order.
struct Ipv4Address {
  std::uint32_t value = 0;

  constexpr Ipv4Address() = default;
  constexpr explicit Ipv4Address(std::uint32_t host_order) : value(host_order) {}
  constexpr Ipv4Address(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d)
      : value(static_cast<std::uint32_t>(a) << 24 | static_cast<std::uint32_t>(b) << 16 |
              static_cast<std::uint32_t>(c) << 8 | d) {}
  constexpr auto operator<=>(const Ipv4Address&) const = default;
  constexpr bool unset() const { return value == 0; }
  constexpr bool multicast() const { return value >> 28 == 0xe; }
  constexpr bool limited_broadcast() const { return value == 0xffffffff; }
  constexpr Ipv4Address masked(Ipv4Address mask) const { return Ipv4Address(value & mask.value); }
};

/// "192.168.1.1"; four decimal numbers 0-255, nothing else.
std::optional<Ipv4Address> parse_ipv4(std::string_view text);
std::string to_string(Ipv4Address address);
/// The mask of the address's class (A /8, B /16, C /24, else /32); 0.0.0.0 for 0.0.0.0, as the router assumes it.
Ipv4Address class_mask(Ipv4Address address);
/// Number of leading one bits, or nullopt when the ones are not contiguous.
std::optional<int> prefix_length(Ipv4Address mask);
constexpr Ipv4Address mask_of(int prefix_length) {
  return Ipv4Address(prefix_length <= 0 ? 0U : ~std::uint32_t{0} << (32 - prefix_length));
}

/// Inclusive address range; a single address has first == last.
struct Ipv4Range {
  Ipv4Address first;
  Ipv4Address last;
  constexpr bool contains(Ipv4Address address) const { return first <= address && address <= last; }
  constexpr auto operator<=>(const Ipv4Range&) const = default;
};
/// "a" or "a-b" with a <= b.
std::optional<Ipv4Range> parse_ipv4_range(std::string_view text);
std::string to_string(const Ipv4Range& range);

struct MacAddress {
  std::array<std::uint8_t, 6> octets{};
  constexpr auto operator<=>(const MacAddress&) const = default;
  constexpr bool group() const { return (octets[0] & 1) != 0; }
  static constexpr MacAddress broadcast() { return {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}; }
};
/// "00-00-cd-00-11-22" as the router writes it; colons are accepted too.
std::optional<MacAddress> parse_mac(std::string_view text);
std::string to_string(const MacAddress& address);

}  // namespace arrouter

template <>
struct std::hash<arrouter::Ipv4Address> {
  std::size_t operator()(arrouter::Ipv4Address address) const noexcept {
    return static_cast<std::size_t>(address.value * 0x9e3779b97f4a7c15ULL >> 16);
  }
};
template <>
struct std::hash<arrouter::MacAddress> {
  std::size_t operator()(const arrouter::MacAddress& address) const noexcept {
    std::uint64_t bits = 0;
    for (const std::uint8_t octet : address.octets) bits = bits << 8 | octet;
    return static_cast<std::size_t>(bits * 0x9e3779b97f4a7c15ULL >> 16);
  }
};
