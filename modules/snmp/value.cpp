#include "modules/snmp/value.h"

#include <algorithm>

#include "os/base/text.h"

namespace arrouter::snmp {

Value Value::of_address(Ipv4Address value) {
  Value result{.type = Type::address};
  for (int shift = 24; shift >= 0; shift -= 8) result.octets.push_back(static_cast<char>(value.value >> shift));
  return result;
}

Value Value::of_mac(const MacAddress& value) {
  return of_text(std::string_view(reinterpret_cast<const char*>(value.octets.data()), value.octets.size()));
}

Oid oid(std::string_view dotted) {
  Oid result;
  for (const std::string_view part : split(dotted, '.'))
    result.push_back(static_cast<std::uint32_t>(parse_number(part, 0xffffffff).value_or(0)));
  return result;
}

Oid operator+(Oid left, std::span<const std::uint32_t> right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

bool starts_with(const Oid& whole, const Oid& beginning) {
  return whole.size() >= beginning.size() && std::equal(beginning.begin(), beginning.end(), whole.begin());
}

}  // namespace arrouter::snmp
