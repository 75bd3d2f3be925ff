#include "modules/firewall/sip.h"

#include <algorithm>

#include <fmt/format.h>

#include "os/base/text.h"

namespace arrouter::firewall::sip {
namespace {

constexpr std::string_view digits = "0123456789";

struct Header {
  std::string_view name, compact;
  bool whole;  // an address without port means 5060 there, and somebody will send to it
};
constexpr Header with_addresses[] = {{"Via", "v", true},
                                     {"Contact", "m", true},
                                     {"From", "f", false},
                                     {"To", "t", false},
                                     {"Route", "", true},
                                     {"Record-Route", "", true},
                                     {"P-Asserted-Identity", "", false}};

bool is_header(std::string_view line, std::string_view name, std::string_view compact = {}) {
  const std::string_view found = trim(line.substr(0, line.find(':')));
  return equal_ignoring_case(found, name) || (!compact.empty() && equal_ignoring_case(found, compact));
}

/// "1.2.3.4" at `at`, not a part of something longer.
std::optional<Ipv4Address> address_at(std::string_view text, std::size_t at, std::size_t& end) {
  if (at > 0 && (digits.find(text[at - 1]) != std::string_view::npos || text[at - 1] == '.')) return std::nullopt;
  end = std::min(text.find_first_not_of("0123456789.", at), text.size());
  return parse_ipv4(text.substr(at, end - at));
}

/// ":5060" at `at`; without one `end` stays.
std::optional<std::uint16_t> port_at(std::string_view text, std::size_t at, std::size_t& end) {
  if (at >= text.size() || text[at] != ':') return std::nullopt;
  const std::size_t behind = std::min(text.find_first_not_of(digits, at + 1), text.size());
  const auto number = parse_number(text.substr(at + 1, behind - at - 1), 65535);
  if (!number) return std::nullopt;
  end = behind;
  return static_cast<std::uint16_t>(*number);
}

/// Every address of the map in a line; `whole` as in Header.
std::string with_addresses_of(std::string_view line, const Map& map, bool whole) {
  std::string text;
  std::size_t at = 0;
  while (at < line.size()) {
    const std::size_t begin = std::min(line.find_first_of(digits, at), line.size());
    text += line.substr(at, begin - at);
    at = begin;
    if (at == line.size()) break;
    std::size_t end = at;
    const auto address = address_at(line, begin, end);
    if (end == at) end = std::min(line.find_first_not_of(digits, at), line.size());
    at = end;
    const auto pair = std::find_if(map.ends.begin(), map.ends.end(),
                                   [&](const Map::Pair& p) { return address && p.from.address == *address; });
    if (pair == map.ends.end()) {
      text += line.substr(begin, end - begin);
      continue;
    }
    text += to_string(pair->to.address);
    const auto given = port_at(line, end, at);
    const bool own = given.value_or(port) == pair->from.port;
    const std::uint16_t now = own ? pair->to.port : given.value_or(port);
    if (given || (whole && now != port)) text += fmt::format(":{}", now);
  }
  return text;
}

/// The port from which a proxy says it heard the sender (RFC 3581).
void replace_rport(std::string& via, const Map& map) {
  constexpr std::string_view word = ";rport=";
  const std::size_t at = via.find(word);
  if (at == std::string::npos) return;
  const std::size_t begin = at + word.size(), end = std::min(via.find_first_not_of(digits, begin), via.size());
  const auto number = parse_number(std::string_view(via).substr(begin, end - begin), 65535);
  for (const Map::Pair& pair : map.ends) {
    if (number != pair.from.port) continue;
    via.replace(begin, end - begin, std::to_string(pair.to.port));
    return;
  }
}

/// The address of a "c=IN IP4 …" line.
std::optional<Ipv4Address> connection_of(std::string_view line) {
  constexpr std::string_view head = "c=IN IP4 ";
  if (!line.starts_with(head)) return std::nullopt;
  std::size_t end = 0;
  return address_at(line, head.size(), end);
}

/// "m=audio 49170 RTP/AVP 0": the second word.
struct MediaPort {
  std::size_t begin = 0, end = 0;
  std::uint16_t number = 0;
};
std::optional<MediaPort> media_port(std::string_view line) {
  const std::size_t blank = line.find(' ');
  if (!line.starts_with("m=") || blank == std::string_view::npos) return std::nullopt;
  const std::size_t begin = blank + 1, end = std::min(line.find_first_not_of(digits, begin), line.size());
  const auto number = parse_number(line.substr(begin, end - begin), 65534);
  if (!number || *number == 0) return std::nullopt;
  return MediaPort{begin, end, static_cast<std::uint16_t>(*number)};
}

std::string with_media(std::string_view body, const Map& map) {
  const auto lines = split(body, '\n');
  // Where each description of a medium says it is, or else the session.
  std::vector<Ipv4Address> places;
  Ipv4Address session_place;
  for (const std::string_view line : lines) {
    if (line.starts_with("m=")) places.push_back(session_place);
    if (const auto place = connection_of(line)) (places.empty() ? session_place : places.back()) = *place;
  }
  std::string text;
  std::size_t medium = 0;
  std::uint16_t control = 0, announced_control = 0;  // RTCP of the medium at work; 0: as the sender says
  for (const std::string_view line : lines) {
    if (line.data() != lines.front().data()) text += '\n';
    if (line.starts_with("o=") || line.starts_with("c=")) {
      text += with_addresses_of(line, map, false);
      continue;
    }
    if (line.starts_with("m=")) {
      control = 0;
      const auto own = media_port(line);
      const bool here = places[medium++] == map.ends[0].from.address;
      const auto announced = own && here && map.media ? map.media(own->number) : std::nullopt;
      if (announced) {
        control = static_cast<std::uint16_t>(own->number + 1);
        announced_control = static_cast<std::uint16_t>(*announced + 1);
        text += line.substr(0, own->begin);
        text += std::to_string(*announced);
        text += line.substr(own->end);
        continue;
      }
    }
    constexpr std::string_view rtcp = "a=rtcp:";
    if (control != 0 && line.starts_with(rtcp)) {
      const std::size_t end = std::min(line.find_first_not_of(digits, rtcp.size()), line.size());
      if (parse_number(line.substr(rtcp.size(), end - rtcp.size()), 65535) == control) {
        text += fmt::format("{}{}{}", rtcp, announced_control, with_addresses_of(line.substr(end), map, false));
        continue;
      }
    }
    text += line;
  }
  return text;
}

bool is_sip(std::string_view first_line) {
  constexpr std::string_view version = "SIP/2.0";
  return first_line.starts_with(version) || trim(first_line).ends_with(version);
}

}  // namespace

std::optional<std::string> translate(std::string_view message, const Map& map) {
  constexpr std::string_view separator = "\r\n\r\n";
  const std::size_t end = message.find(separator);
  if (end == std::string_view::npos || !is_sip(message.substr(0, message.find('\r')))) return std::nullopt;
  const auto lines = split(message.substr(0, end), '\n');
  const std::string_view old_body = message.substr(end + separator.size());
  const bool described = std::any_of(lines.begin(), lines.end(), [](std::string_view line) {
    return is_header(line, "Content-Type", "c") && to_lower(line).find("application/sdp") != std::string::npos;
  });
  const std::string body = described ? with_media(old_body, map) : std::string(old_body);
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = lines[i];
    if (i != 0) text += '\n';
    const auto* const header = std::find_if(std::begin(with_addresses), std::end(with_addresses),
                                            [&](const Header& h) { return is_header(line, h.name, h.compact); });
    if (i == 0) {
      text += with_addresses_of(line, map, true);
    } else if (header != std::end(with_addresses)) {
      std::string fresh = with_addresses_of(line, map, header->whole);
      if (header->name == "Via") replace_rport(fresh, map);
      text += fresh;
    } else if (map.call_id && is_header(line, "Call-ID", "i")) {
      text += with_addresses_of(line, map, false);
    } else if (is_header(line, "Content-Length", "l") && body.size() != old_body.size()) {
      text += fmt::format("{} {}{}", line.substr(0, line.find(':') + 1), body.size(), line.ends_with('\r') ? "\r" : "");
    } else {
      text += line;
    }
  }
  text += separator;
  text += body;
  return text == message ? std::nullopt : std::optional(std::move(text));
}

std::optional<std::chrono::seconds> registration(std::string_view message) {
  constexpr std::uint64_t usual = 3600, longest = 86400;
  constexpr std::string_view parameter = ";expires=";
  if (!message.starts_with("REGISTER ")) return std::nullopt;
  std::optional<std::uint64_t> by_header, by_contact;
  for (const std::string_view line : split(message.substr(0, message.find("\r\n\r\n")), '\n')) {
    if (is_header(line, "Expires")) by_header = parse_number(trim(line.substr(line.find(':') + 1)));
    const std::size_t at = is_header(line, "Contact", "m") ? to_lower(line).find(parameter) : std::string_view::npos;
    if (at == std::string_view::npos) continue;
    const std::string_view rest = line.substr(at + parameter.size());
    by_contact = parse_number(rest.substr(0, rest.find_first_not_of(digits)));
  }
  return std::chrono::seconds(std::min(by_contact.value_or(by_header.value_or(usual)), longest));
}

}  // namespace arrouter::firewall::sip
