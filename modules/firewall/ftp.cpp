#include "modules/firewall/ftp.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "os/base/text.h"

namespace arrouter::firewall::ftp {
namespace {

constexpr std::array<std::string_view, 4> commands{"PORT ", "EPRT ", "RETR ", "STOR "};
constexpr std::array<std::string_view, 2> replies{"227 ", "229 "};
constexpr std::string_view digits = "0123456789";
constexpr unsigned first_free_port = 1024;  // an offer below is an attempt to reach some service

bool begins(std::string_view line, std::string_view word) { return starts_with_ignoring_case(line, word); }

/// One of the words is the beginning of the line, or the line that of a word.
template <std::size_t count>
bool could_be(const std::array<std::string_view, count>& words, std::string_view beginning) {
  return std::any_of(words.begin(), words.end(), [beginning](std::string_view word) {
    const std::size_t known = std::min(word.size(), beginning.size());
    return equal_ignoring_case(word.substr(0, known), beginning.substr(0, known));
  });
}

std::optional<Offer> checked(Offer offer) {
  return offer.at.port >= first_free_port ? std::optional(offer) : std::nullopt;
}

/// Six numbers from `begin` on.
std::optional<Offer> read_commas(std::string_view line, std::size_t begin) {
  if (begin >= line.size()) return std::nullopt;
  const std::size_t end = std::min(line.find_first_not_of("0123456789,", begin), line.size());
  const auto parts = split(line.substr(begin, end - begin), ',');
  if (parts.size() != 6) return std::nullopt;
  std::array<std::uint32_t, 6> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto number = parse_number(parts[i], 255);
    if (!number) return std::nullopt;
    numbers[i] = static_cast<std::uint32_t>(*number);
  }
  Offer offer;
  offer.at.address = Ipv4Address(numbers[0] << 24 | numbers[1] << 16 | numbers[2] << 8 | numbers[3]);
  offer.at.port = static_cast<std::uint16_t>(numbers[4] << 8 | numbers[5]);
  offer.begin = begin;
  offer.end = end;
  return checked(offer);
}

/// <d>1<d>address<d>port<d>, or with `port_only` <d><d><d>port<d>, from `begin` on; <d> is the character there.
std::optional<Offer> read_extended(std::string_view line, std::size_t begin, bool port_only) {
  if (begin >= line.size() || line[begin] < 33 || line[begin] > 126) return std::nullopt;
  const auto parts = split(line.substr(begin), line[begin]);
  if (parts.size() < 5) return std::nullopt;
  const auto port = parse_number(parts[3], 65535);
  if (!port) return std::nullopt;
  Offer offer;
  offer.at.port = static_cast<std::uint16_t>(*port);
  offer.begin = begin;
  offer.end = static_cast<std::size_t>(parts[4].data() - line.data());
  if (port_only) {
    offer.form = Offer::Form::extended_port;
    return parts[1].empty() && parts[2].empty() ? checked(offer) : std::nullopt;
  }
  const auto address = parts[1] == "1" ? parse_ipv4(parts[2]) : std::nullopt;
  if (!address) return std::nullopt;
  offer.form = Offer::Form::extended;
  offer.at.address = *address;
  return checked(offer);
}

}  // namespace

std::optional<Offer> read_command(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(' ', 5);
  if (begins(line, "PORT ")) return read_commas(line, begin);
  return begins(line, "EPRT ") ? read_extended(line, begin, false) : std::nullopt;
}

std::optional<Offer> read_reply(std::string_view line) {
  std::optional<Offer> offer;
  if (line.starts_with("227 ")) offer = read_commas(line, line.find_first_of(digits, 4));
  if (line.starts_with("229 ")) {
    const std::size_t bracket = line.find('(');
    if (bracket != std::string_view::npos) offer = read_extended(line, bracket + 1, true);
  }
  if (offer) offer->passive = true;
  return offer;
}

std::string with_endpoint(std::string_view line, const Offer& offer, const Endpoint& at) {
  const auto text = [&]() -> std::string {
    const std::uint32_t a = at.address.value;
    const char mark = line[offer.begin];
    switch (offer.form) {
      case Offer::Form::commas:
        return fmt::format("{},{},{},{},{},{}", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255, at.port >> 8,
                           at.port & 255);
      case Offer::Form::extended:
        return fmt::format("{0}1{0}{1}{0}{2}{0}", mark, to_string(at.address), at.port);
      default:
        return fmt::format("{0}{0}{0}{1}{0}", mark, at.port);
    }
  };
  return std::string(line.substr(0, offer.begin)) + text() + std::string(line.substr(offer.end));
}

bool command_matters(std::string_view beginning) { return could_be(commands, beginning); }
bool reply_matters(std::string_view beginning) { return could_be(replies, beginning); }

std::optional<Transfer> transfer_of(std::string_view line) {
  if (begins(line, "RETR ")) return Transfer::get;
  return begins(line, "STOR ") ? std::optional(Transfer::put) : std::nullopt;
}

}  // namespace arrouter::firewall::ftp
