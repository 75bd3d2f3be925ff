// DNS messages (RFC 1035 4) as far as a resolver needs them: questions for addresses and mail exchangers, and what
// answers them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "os/base/address.h"
#include "os/base/bytes.h"

namespace arrouter::ip {

/// Numbers of resource records; others are passed over.
enum class DnsType : std::uint16_t { address = 1, alias = 5, mail_exchanger = 15 };

enum class DnsStatus : std::uint8_t { good = 0, format_error = 1, server_failure = 2, no_such_name = 3 };

struct DnsQuestion {
  std::string name;  // lower case, "" is the root
  std::uint16_t type = 0, record_class = 1;
  bool operator==(const DnsQuestion&) const = default;
};

struct DnsRecord {
  std::string name;
  DnsType type = DnsType::address;
  std::uint32_t ttl_s = 0;
  Ipv4Address address;           // of an address record
  std::string target;            // of an alias or a mail exchanger
  std::uint16_t preference = 0;  // of a mail exchanger
};

struct DnsMessage {
  std::uint16_t id = 0;
  bool response = false, truncated = false, recursion_desired = true;
  std::uint8_t opcode = 0;
  DnsStatus status = DnsStatus::good;
  DnsQuestion question;
  std::vector<DnsRecord> answers;  // of the answer section, in order
};

/// A name as people write it, in lower case without the last dot; nullopt when DNS has no such names (labels of 1 to 63
/// printable octets, 255 in all).
std::optional<std::string> dns_name(std::string_view text);

/// nullopt: cut short, more or less than one question, or a name that loops or points ahead.
std::optional<DnsMessage> decode_dns(ByteView datagram);
/// A query, or a response with its address records.
Bytes encode_dns(const DnsMessage& message);

}  // namespace arrouter::ip
