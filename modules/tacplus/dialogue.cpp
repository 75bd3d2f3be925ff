#include "modules/tacplus/dialogue.h"

#include <utility>

#include <fmt/format.h>

#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::tacplus {

namespace {

constexpr std::uint8_t version_default = 0xc0, version_one = 0xc1, major_version = 0xf0;
constexpr std::uint64_t highest_level = 15, officer_level = 15, manager_level = 7;

Privilege privilege_at(std::uint64_t level) {
  if (level >= officer_level) return Privilege::security_officer;
  return level >= manager_level ? Privilege::manager : Privilege::user;
}

}  // namespace

Dialogue::Dialogue(enco::EncoApi& enco, Random& random, const Person& person, Terms terms)
    : enco_(enco), random_(random), person_(person), terms_(std::move(terms)) {
  open(PacketType::authentication);
}

void Dialogue::open(PacketType type) {
  const bool pap_start = type == PacketType::authentication && type_ == AuthenType::pap;
  sent_ = Header{.version = pap_start ? version_one : version_default, .type = type, .session = random_.u32()};
  sent_.flags = static_cast<std::uint8_t>((terms_.key.empty() ? flag::unencrypted : 0) |
                                          (terms_.single_connection ? flag::single_connection : 0));
  if (type == PacketType::authorization) return say(authorization_body(person_, type_));
  password_given_ = type_ == AuthenType::pap;
  user_given_ = false;
  say(start_body(person_, type_));
}

void Dialogue::say(ByteView body) {
  const SecretBytes packet = make_packet(enco_, sent_, terms_.key, body);
  output_.assign(packet.begin(), packet.end());
}

Dialogue::Turn Dialogue::receive(std::string_view bytes) {
  heard_ += bytes;
  if (heard_.size() < header_bytes) return Turn::listen;
  const Header header = read_header(as_bytes(heard_));
  if (std::string flaw = flaw_of(header); !flaw.empty()) return end_garbled(std::move(flaw));
  const std::size_t whole = header_bytes + header.length;
  if (heard_.size() < whole) return Turn::listen;
  if (heard_.size() > whole) return end_garbled("it says more than it was asked");
  const SecretBytes body = obfuscated(enco_, header, terms_.key, as_bytes(heard_).subspan(header_bytes));
  heard_.clear();
  kept_ = kept_ || (terms_.single_connection && (header.flags & flag::single_connection) != 0);
  sent_.sequence = static_cast<std::uint8_t>(header.sequence + 1);
  if (header.type == PacketType::authentication) {
    const auto reply = read_authentication(body);
    return reply ? authentication(*reply) : end_garbled("the keys differ, or the packet is damaged");
  }
  const auto reply = read_authorization(body);
  return reply ? authorization(*reply) : end_garbled("the keys differ, or the packet is damaged");
}

std::string Dialogue::flaw_of(const Header& header) const {
  if ((header.version & major_version) != (version_default & major_version)) return "it speaks another protocol";
  if (header.type != sent_.type || header.session != sent_.session || header.sequence != sent_.sequence + 1)
    return "the packet is not of this session";
  if ((header.flags & flag::unencrypted) != (sent_.flags & flag::unencrypted))
    return terms_.key.empty() ? "it has a key, and this router none" : "it does not hide what it says";
  return header.length > limits::tacplus_packet ? "the packet is too long" : "";
}

Dialogue::Turn Dialogue::authentication(const AuthenReply& reply) {
  switch (reply.status) {
    case AuthenStatus::pass:
      if (!terms_.authorize) return end(Verdict::accepted);
      open(PacketType::authorization);
      return Turn::reopen;
    case AuthenStatus::get_user:
      return answer(as_bytes(person_.user), user_given_);
    case AuthenStatus::get_password:
      return answer(person_.password, password_given_);
    case AuthenStatus::restart:
      // The other way of the two; there is no third.
      if (std::exchange(type_, AuthenType::pap) == AuthenType::pap) return end(Verdict::rejected);
      open(PacketType::authentication);
      return Turn::reopen;
    case AuthenStatus::error:
      return end(Verdict::failed, "it reports an error: " + printable(reply.message));
    case AuthenStatus::get_data:  // more than a name and a password is not at hand
      say(abort_body());
      return end(Verdict::rejected, "it asks for more than a name and a password");
    case AuthenStatus::fail:
    case AuthenStatus::follow:
      break;  // other servers are those of this router's configuration (10.5.5)
  }
  return end(Verdict::rejected);
}

/// Gives what the server asks for; once each, or a server could try what else this client would say.
Dialogue::Turn Dialogue::answer(ByteView text, bool& given) {
  if (std::exchange(given, true)) {
    say(abort_body());
    return end(Verdict::rejected, "it asks for more than a name and a password");
  }
  say(continue_body(text));
  return Turn::speak;
}

Dialogue::Turn Dialogue::authorization(const AuthorReply& reply) {
  if (reply.status == AuthorStatus::error)
    return end(Verdict::failed, "it reports an error: " + printable(reply.message));
  const bool pass = reply.status == AuthorStatus::pass_add || reply.status == AuthorStatus::pass_replace;
  if (!pass) return end(Verdict::rejected, "no authorization");
  const auto privilege = privilege_of(reply.arguments);
  if (!privilege) return end(Verdict::rejected, privilege.error());
  privilege_ = *privilege;
  return end(Verdict::accepted);
}

/// "name=value" must be understood or the person may not come in, "name*value" may be passed over (6.1).
std::expected<Privilege, std::string> Dialogue::privilege_of(const std::vector<std::string>& arguments) const {
  Privilege privilege = Privilege::user;
  for (const std::string_view argument : arguments) {
    const std::size_t separator = argument.find_first_of("=*");
    const std::string_view name = argument.substr(0, separator);
    const bool mandatory = separator != std::string_view::npos && argument[separator] == '=';
    const std::string_view value = separator == std::string_view::npos ? "" : argument.substr(separator + 1);
    const auto level = name == "priv-lvl" ? parse_number(value, highest_level) : std::nullopt;
    if (level) privilege = privilege_at(*level);
    const bool understood = level || (name == "service" && value == "shell") || (name == "cmd" && value.empty());
    if (mandatory && !understood) return std::unexpected(fmt::format("argument {} is not known", printable(argument)));
  }
  return privilege;
}

Dialogue::Turn Dialogue::end(Verdict verdict, std::string reason) {
  verdict_ = verdict;
  reason_ = std::move(reason);
  return Turn::over;
}

Dialogue::Turn Dialogue::end_garbled(std::string reason) {
  garbled_ = true;
  return end(Verdict::failed, std::move(reason));
}

}  // namespace arrouter::tacplus
