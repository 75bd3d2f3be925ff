// The blocks with one line for each value: POLICY=name, SA=id, EXCHANGE=id.
#include <fmt/format.h>

#include "modules/isakmp/isakmp.h"
#include "modules/isakmp/show_words.h"
#include "os/base/calendar.h"

namespace arrouter::isakmp {

namespace {

constexpr int policy_column = 35, detail_column = 41;

std::string_view truth(bool value) { return value ? "TRUE" : "FALSE"; }
std::string_view yes(bool value) { return value ? "YES" : "NO"; }
Json number_or_dash(std::uint64_t value) { return value == 0 ? Json("-") : Json(value); }
Json number_or_none(std::uint64_t value) { return value == 0 ? Json("NONE") : Json(value); }
template <class T>
Json optional_number(const std::optional<T>& value) {
  return value ? Json(*value) : Json("-");
}
std::string_view backoff_word(Backoff backoff) { return backoff == Backoff::none ? "NONE" : "INCREMENTAL"; }
std::string_view heartbeat_word(HeartbeatMode mode) {
  switch (mode) {
    case HeartbeatMode::none: return "NONE";
    case HeartbeatMode::send: return "SEND";
    case HeartbeatMode::receive: return "RECEIVE";
    case HeartbeatMode::both: break;
  }
  return "BOTH";
}
std::string_view xauth_word(XauthMode mode) {
  return mode == XauthMode::none ? "NONE" : mode == XauthMode::client ? "CLIENT" : "SERVER";
}
std::string_view xauth_type_word(XauthType type) { return type == XauthType::radius ? "RADIUS" : "GENERIC"; }
std::string_view nat_word(const NatFound& nat) {
  return nat.local ? (nat.remote ? "BOTH" : "LOCAL") : nat.remote ? "REMOTE" : "NONE";
}
std::string cipher_with_bits(enco::Cipher cipher) {
  switch (cipher) {
    case enco::Cipher::des: return "DES - 56 bit";
    case enco::Cipher::triple_des_2key: return "3DES2KEY - 112 bit";
    case enco::Cipher::aes128: return "AES - 128 bit";
    case enco::Cipher::aes192: return "AES - 192 bit";
    case enco::Cipher::aes256: return "AES - 256 bit";
    default: return fmt::format("{} - 168 bit", short_cipher(cipher));
  }
}

std::string_view state_word(const Sa& sa) {
  if (!sa.active()) return "NEGOTIATING";
  return sa.life_bytes != 0 && sa.bytes >= sa.life_bytes ? "EXPIRED" : "ACTIVE";
}

void show_sa_messages(Screen& screen, const Policy& policy) {
  screen.field(2, detail_column, "Send notifies", truth(policy.send_notify));
  screen.field(2, detail_column, "Send deletes", truth(policy.send_deletes));
}

void show_sa_sections(Screen& screen, const Sa& sa) {
  const Policy& policy = *sa.policy;
  {
    screen.line();
    screen.line("Sa Definition Information:");
    const auto scope = screen.object("saDefinition");
    screen.field(2, detail_column, "Authentication Type", isakmp::name(policy.authentication));
    screen.field(2, detail_column, "Encryption Algorithm", cipher_with_bits(policy.cipher));
    screen.field(2, detail_column, "Hash Algorithm", enco::traits(policy.hash).name);
    screen.field(2, detail_column, "group Type", "MODP");
    screen.field(2, detail_column, "group Description", group_name(wire_group(policy.group)));
    screen.field(2, detail_column, "DH Private Exponent Bits", policy.dh_exponent_bits);
    screen.field(2, detail_column, "expiry seconds", policy.expiry_s);
    screen.field(2, detail_column, "expiry kilobytes", number_or_dash(policy.expiry_kbytes));
  }
  {
    screen.line();
    screen.line("XAuth Information:");
    const auto scope = screen.object("xauth");
    screen.field(2, detail_column, "Id", sa.xauth.identifier);
    screen.field(2, detail_column, "Next Message", isakmp::name(sa.xauth.next));
    screen.field(2, detail_column, "Type", xauth_type_word(policy.xauth_type));
    screen.field(2, detail_column, "Status", sa.xauth.passed ? "OK" : "FAIL");
  }
  {
    screen.line();
    screen.line("NAT-Traversal Information:");
    const auto scope = screen.object("natTraversal");
    screen.field(2, detail_column, "NAT-T enabled", yes(policy.nat_traversal));
    screen.field(2, detail_column, "Peer NAT-T capable", yes(sa.natt != NattVersion::none));
    screen.field(2, detail_column, "NAT discovered", nat_word(sa.nat));
  }
  screen.line();
  screen.line("Heartbeat information:");
  const auto scope = screen.object("heartbeat");
  screen.field(2, detail_column, "Send Heartbeats", yes(sa.heartbeat.send));
  screen.field(2, detail_column, "Next sequence number tx", sa.heartbeat.next_tx);
  screen.field(2, detail_column, "Receive Heartbeats", yes(sa.heartbeat.receive));
  screen.field(2, detail_column, "Last sequence number rx", sa.heartbeat.last_rx);
}

}  // namespace

std::string_view mode_name(ExchangeType mode) { return mode == ExchangeType::aggressive ? "AGGR" : "IDPROT"; }
std::string_view short_cipher(enco::Cipher cipher) {
  return cipher == enco::Cipher::triple_des_outer ? "3DES" : enco::traits(cipher).name;
}
std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

void show_policy_detail(Screen& screen, const Policy& policy) {
  const auto field = [&](std::string_view label, Json value) {
    screen.field(2, policy_column, label, std::move(value));
  };
  screen.line("ISAKMP Policy");
  field("Name", policy.name);
  field("Peer Address", to_string(policy.peer));
  field("Source Interface", or_dash(policy.source_interface));
  field("Mode", mode_name(policy.mode));
  field("Authentication Type", isakmp::name(policy.authentication));
  field("Encryption Algorithm", enco::traits(policy.cipher).name);
  field("Hash Algorithm", enco::traits(policy.hash).name);
  field("Pre-shared Key Id", optional_number(policy.key));
  field("Local RSA key", optional_number(policy.local_rsa_key));
  field("Local ID", or_dash(policy.local_id));
  field("Remote ID", or_dash(policy.remote_id));
  field("DH Group", static_cast<unsigned>(policy.group));
  field("DH Exponent Length", policy.dh_exponent_bits);
  field("Expiry Kbytes", number_or_dash(policy.expiry_kbytes));
  field("Expiry Seconds", policy.expiry_s);
  field("Pre-negotiate", truth(policy.prenegotiate));
  field("Phase 2 Exchange Limit", number_or_none(policy.phase2_limit));
  field("Set Commit Bit", truth(policy.set_commit_bit));
  field("Send Notify", truth(policy.send_notify));
  field("Send Deletes", truth(policy.send_deletes));
  field("Always Send ID", truth(policy.send_id_always));
  field("Message Retry Limit", policy.retransmit.retry_limit);
  field("Message Time Out", policy.retransmit.timeout_s);
  field("Message Back-off", backoff_word(policy.retransmit.backoff));
  field("Exchange Delete Delay", policy.delete_delay_s);
  field("Retry IKE Attempts",
        policy.retry_ike_attempts == retry_continuous ? Json("CONTINUOUS") : Json(policy.retry_ike_attempts));
  field("NAT Traversal", truth(policy.nat_traversal));
  field("Heartbeat Mode", heartbeat_word(policy.heartbeat));
  field("Policy Filename", or_dash(policy.policy_file));
  field("Hybrid Xauth", policy.hybrid_xauth ? "ON" : "OFF");
  field("Xauth", xauth_word(policy.xauth));
  field("Xauth Type", xauth_type_word(policy.xauth_type));
  field("Xauth Name", or_dash(policy.xauth_name));
  field("Xauth Password", policy.xauth_password.empty() ? "-" : "*****");  // a secret never shows
}

void Isakmp::show_sa_detail(Screen& screen, const Sa& sa) const {
  const Policy& policy = *sa.policy;
  const auto field = [&](std::string_view label, Json value) {
    screen.field(2, detail_column, label, std::move(value));
  };
  screen.field(0, detail_column, "SA Id", sa.id);
  field("Initiator Cookie", fmt::format("{:016x}", sa.initiator_cookie));
  field("Responder Cookie", fmt::format("{:016x}", sa.responder_cookie));
  field("DOI", "IPSEC");
  field("Policy name", policy.name);
  field("State", state_word(sa));
  field("Local address", to_string(sa.local.address));
  field("Remote Address", to_string(sa.peer.address));
  field("Time of establishment",
        sa.active() ? fmt::format("{} {}", date_text(sa.established_at), time_of_day_text(sa.established_at)) : "-");
  field("Commit bit set", truth(policy.set_commit_bit));
  show_sa_messages(screen, policy);
  field("Always send ID", truth(policy.send_id_always));
  field("Message Retry Limit", policy.retransmit.retry_limit);
  field("Initial Message Retry Timeout (s)", policy.retransmit.timeout_s);
  field("Message Back-off", backoff_word(policy.retransmit.backoff));
  field("Exchange Delete Delay (s)", policy.delete_delay_s);
  field("Do Xauth", truth(policy.xauth != XauthMode::none));
  screen.field(4, detail_column, "Xauth Finished", truth(policy.xauth == XauthMode::none || sa.xauth.passed));
  field("Expiry Limit (bytes)", number_or_dash(sa.life_bytes));
  field("Soft Expiry Limit (bytes)", number_or_dash(sa.soft_bytes()));
  field("Bytes seen", sa.bytes);
  field("Expiry Limit (seconds)", sa.active() ? sa.life_s : 0);
  field("Soft Expiry Limit (seconds)", sa.active() ? sa.soft_s() : 0);
  field("Seconds since creation", sa.active() ? whole_seconds(services_.clock.now() - sa.established) : 0);
  const std::uint32_t limit = policy.phase2_limit == 0 ? ~std::uint32_t{0} : policy.phase2_limit;
  field("Number of Phase 2 exchanges allowed", limit - std::min(limit, sa.phase2_exchanges));
  field("Number of acquires queued", sa.queued.size());
  show_sa_sections(screen, sa);
}

void Isakmp::show_exchange_detail(Screen& screen, const Exchange& exchange) const {
  const Sa* const sa = engine_.find_sa(exchange.sa_id);
  if (sa == nullptr) return;
  const Policy& policy = *sa->policy;
  const auto field = [&](std::string_view label, Json value) {
    screen.field(2, detail_column, label, std::move(value));
  };
  const bool repeats = exchange.retransmits;
  screen.line("ISAKMP Exchange");
  field("Id", exchange.id);
  field("Phase", phase_word(exchange));
  field("State", isakmp::name(exchange.state));
  field("Type", type_word(exchange.type));
  field("Initiator", truth(exchange.role == Role::initiator));
  field("DOI", "IPSEC");
  field("Policy name", policy.name);
  field("SA", sa->id);
  field("Peer IP Address", to_string(sa->peer.address));
  field("Local Address", to_string(sa->local.address));
  field("Encrypted", truth(!exchange.iv.empty()));
  field("Expecting message", truth(!exchange.job_running));
  field("Has SA", truth(true));
  field("Initiator Cookie", fmt::format("{:016x}", sa->initiator_cookie));
  field("Responder Cookie", fmt::format("{:016x}", sa->responder_cookie));
  field("Message Id", fmt::format("{:08x}", exchange.message_id));
  field("Set Commit bit", truth(exchange.commit_sent));
  field("Commit bit received", truth(exchange.commit_received));
  show_sa_messages(screen, policy);
  field("Message Retry Limit", policy.retransmit.retry_limit);
  field("Packet Retry Counter", repeats ? exchange.retransmission.left() : policy.retransmit.retry_limit);
  field("Initial Message Retry Timeout (s)", policy.retransmit.timeout_s);
  field("Packet Retry Interval (s)",
        repeats ? exchange.retransmission.interval_s() : std::uint64_t{policy.retransmit.timeout_s});
  field("Message Back-off", backoff_word(policy.retransmit.backoff));
}

}  // namespace arrouter::isakmp
