#include "modules/ppp/lcp.h"

#include "modules/ppp/numbers.h"

namespace arrouter::ppp {
namespace {

constexpr unsigned most_unanswered = 3;  // echo requests (reference/links.md 5.3)
constexpr unsigned most_looped = 5;

Bytes authentication_value(Method method) {
  if (method == Method::pap) return {protocol::pap >> 8, protocol::pap & 0xff};
  return {protocol::chap >> 8, protocol::chap & 0xff, chap_md5};
}

/// The method an authentication option names; none: one that is not spoken here.
Method method_of(ByteView value) {
  if (value.size() == 2 && load_be16(value.data()) == protocol::pap) return Method::pap;
  if (value.size() == 3 && load_be16(value.data()) == protocol::chap && value[2] == chap_md5) return Method::chap;
  return Method::none;
}

}  // namespace

std::string_view to_string(Method method) {
  constexpr std::string_view names[] = {"NONE", "PAP", "CHAP"};
  return names[static_cast<std::size_t>(method)];
}

void Lcp::begin() {
  reason_.clear();
  ask_mru_ = settings_.mru.has_value();
  ask_magic_ = settings_.magic;
  mru_acked_ = false;
  mru_ = settings_.mru.value_or(default_mru);
  asked_ = settings_.demand == Demand::none   ? Method::none
           : settings_.demand == Demand::pap ? Method::pap
                                             : Method::chap;
  demanded_ = required_ = Method::none;
  peer_mru_ = default_mru;
  own_magic_ = settings_.magic ? new_magic() : 0;
  peer_magic_ = 0;
  looped_ = 0;
}

std::uint32_t Lcp::new_magic() {
  std::uint32_t magic = 0;
  while (magic == 0) magic = random_.u32();
  return magic;
}

void Lcp::write_request(Bytes& options) {
  if (ask_mru_) add_option16(options, lcp_option::mru, static_cast<std::uint16_t>(mru_));
  if (asked_ != Method::none) add_option(options, lcp_option::authentication, authentication_value(asked_));
  if (ask_magic_) add_option32(options, lcp_option::magic, own_magic_);
}

ControlProtocol::Verdict Lcp::judge(const Option& option, Bytes& suggestion) {
  switch (option.type) {
    case lcp_option::mru:
      if (option.value.size() != 2) return Verdict::reject;
      if (load_be16(option.value.data()) >= smallest_mru) return Verdict::good;
      add_option16(suggestion, lcp_option::mru, smallest_mru);
      return Verdict::nak;
    case lcp_option::authentication:
      return judge_authentication(option.value, suggestion);
    case lcp_option::magic:
      return option.value.size() == 4 ? judge_magic(option.value, suggestion) : Verdict::reject;
    default:
      return Verdict::reject;  // compression of headers is of no use over PPPoE and L2TP; LQR is not spoken
  }
}

ControlProtocol::Verdict Lcp::judge_authentication(ByteView value, Bytes& suggestion) const {
  if (!settings_.can_prove) return Verdict::reject;
  if (method_of(value) != Method::none) return Verdict::good;
  add_option(suggestion, lcp_option::authentication, authentication_value(Method::chap));
  return Verdict::nak;
}

ControlProtocol::Verdict Lcp::judge_magic(ByteView value, Bytes& suggestion) {
  const std::uint32_t magic = load_be32(value.data());
  if (magic != 0 && magic != own_magic_) return Verdict::good;
  if (magic != 0 && ++looped_ >= most_looped) set_reason("the line is looped back");
  add_option32(suggestion, lcp_option::magic, new_magic());
  return Verdict::nak;
}

void Lcp::peer_options(const std::vector<Option>& options) {
  peer_mru_ = default_mru;
  peer_magic_ = 0;
  required_ = Method::none;
  for (const Option& option : options) {
    if (option.type == lcp_option::mru) peer_mru_ = load_be16(option.value.data());
    if (option.type == lcp_option::magic) peer_magic_ = load_be32(option.value.data());
    if (option.type == lcp_option::authentication) required_ = method_of(option.value);
  }
}

bool Lcp::naked(const Option& option) {
  switch (option.type) {
    case lcp_option::mru:
      // Never more than the line takes; a peer that wants less gets it.
      if (ask_mru_ && option.value.size() == 2 && load_be16(option.value.data()) >= smallest_mru) {
        mru_ = std::min<unsigned>(settings_.line_mru, load_be16(option.value.data()));
      }
      return true;
    case lcp_option::authentication:
      if (asked_ == Method::none) return true;
      if (settings_.demand == Demand::either && method_of(option.value) != Method::none) {
        asked_ = method_of(option.value);
      }
      return true;
    case lcp_option::magic:
      if (ask_magic_) own_magic_ = new_magic();
      return looped_ < most_looped;
    default:
      return true;  // it would like an option of us that we do not have
  }
}

bool Lcp::rejected(const Option& option) {
  switch (option.type) {
    case lcp_option::mru:
      ask_mru_ = false;
      return true;
    case lcp_option::authentication:
      if (asked_ == Method::none) return true;
      if (settings_.demand == Demand::either && asked_ == Method::chap) {
        asked_ = Method::pap;
        return true;
      }
      set_reason("the peer refuses authentication");
      return false;
    case lcp_option::magic:
      ask_magic_ = false;
      own_magic_ = 0;
      return true;
    default:
      return true;
  }
}

void Lcp::on_open() {
  mru_acked_ = ask_mru_;
  demanded_ = asked_;
  set_echo(settings_.echo, now());
}

void Lcp::set_echo(Duration period, Instant now) {
  settings_.echo = period;
  unanswered_ = 0;
  echo_due_.reset();
  if (period > Duration::zero() && opened()) echo_due_ = now + period;
}

std::optional<Instant> Lcp::next_deadline() const {
  const auto restart = ControlProtocol::next_deadline();
  if (!echo_due_ || (restart && *restart < *echo_due_)) return restart;
  return echo_due_;
}

void Lcp::tick(Instant now) {
  ControlProtocol::tick(now);
  if (!echo_due_ || *echo_due_ > now) return;
  if (unanswered_ >= most_unanswered) {
    set_reason("no answer to echo requests");
    handle(Event::close, now);
    return;
  }
  ++unanswered_;
  echo_due_ = now + settings_.echo;
  std::uint8_t magic[4];
  store_be32(magic, own_magic_);
  send(code::echo_request, next_id(), magic);
}

bool Lcp::other_code(const ControlPacket& packet) {
  switch (packet.code) {
    case code::protocol_reject:
      if (packet.data.size() >= protocol_field && opened()) protocol_rejected_(load_be16(packet.data.data()));
      return true;
    case code::echo_request:
      answer_echo(packet);
      return true;
    case code::echo_reply:
      unanswered_ = 0;
      return true;
    case code::discard_request:
      return true;
    default:
      return false;
  }
}

void Lcp::answer_echo(const ControlPacket& packet) {
  if (!opened() || packet.data.size() < 4) return;
  const std::uint32_t magic = load_be32(packet.data.data());
  if (own_magic_ != 0 && magic == own_magic_) return;  // our own, from a line that is looped
  Bytes reply(packet.data.begin(), packet.data.end());
  store_be32(reply.data(), own_magic_);
  send(code::echo_reply, packet.id, reply);
}

void Lcp::reject_protocol(std::uint16_t protocol, ByteView information) {
  if (!opened()) return;
  Bytes data;
  ByteWriter writer(data);
  writer.u16(protocol);
  // The whole packet must fit the peer's MRU.
  const std::size_t room = std::min(peer_mru_, settings_.line_mru) - control_header - protocol_field;
  writer.bytes(information.first(std::min(information.size(), room)));
  send(code::protocol_reject, next_id(), data);
}

}  // namespace arrouter::ppp
