// CREATE, SET and DESTROY ISAKMP POLICY, and the script that makes a policy again.
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "modules/isakmp/isakmp.h"
#include "modules/isakmp/texts.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::isakmp {

namespace {

using enco::Cipher;
using enco::Group;
using enco::Hash;

template <class T>
struct Word {
  std::string_view word;
  T value;
};
constexpr std::array<Word<Cipher>, 7> cipher_words{{{"DES", Cipher::des},
                                                    {"3DESOUTER", Cipher::triple_des_outer},
                                                    {"3DES2KEY", Cipher::triple_des_2key},
                                                    {"3DESINNER", Cipher::triple_des_inner},
                                                    {"AES128", Cipher::aes128},
                                                    {"AES192", Cipher::aes192},
                                                    {"AES256", Cipher::aes256}}};
constexpr std::array<Word<Hash>, 2> hash_words{{{"SHA", Hash::sha}, {"MD5", Hash::md5}}};
constexpr std::array<Word<HeartbeatMode>, 4> heartbeat_words{{{"NONE", HeartbeatMode::none},
                                                              {"SEND", HeartbeatMode::send},
                                                              {"RECEIVE", HeartbeatMode::receive},
                                                              {"BOTH", HeartbeatMode::both}}};
constexpr std::array<Word<XauthMode>, 3> xauth_words{
    {{"NONE", XauthMode::none}, {"CLIENT", XauthMode::client}, {"SERVER", XauthMode::server}}};

template <class Table>
auto value_of(const Table& table, std::string_view word) {
  return std::ranges::find(table, word, &Table::value_type::word)->value;
}
template <class Table, class T>
std::string lower_word(const Table& table, T value) {
  return to_lower(std::ranges::find(table, value, &Table::value_type::value)->word);
}

PeerSetting peer_of(const Args& args) {
  if (args.holds<Ipv4Address>("PEER")) return {PeerSetting::Kind::address, args.address("PEER")};
  return {args.choice("PEER") == "ANY" ? PeerSetting::Kind::any : PeerSetting::Kind::dynamic, {}};
}

void apply_algorithms(const Args& args, Policy& policy) {
  if (args.has("AUTHTYPE"))
    policy.authentication = args.choice("AUTHTYPE") == "RSASIG" ? AuthMethod::rsa_signature : AuthMethod::preshared;
  if (args.has("ENCALG")) policy.cipher = value_of(cipher_words, args.choice("ENCALG"));
  if (args.has("HASHALG")) policy.hash = value_of(hash_words, args.choice("HASHALG"));
  if (args.has("GROUP")) policy.group = static_cast<Group>(args.number("GROUP"));
  if (args.has("DHEXPONENTLENGTH"))
    policy.dh_exponent_bits = static_cast<std::uint32_t>(args.number("DHEXPONENTLENGTH"));
  if (args.has("KEY")) policy.key = static_cast<std::uint16_t>(args.number("KEY"));
  if (args.has("LOCALRSAKEY")) policy.local_rsa_key = static_cast<std::uint16_t>(args.number("LOCALRSAKEY"));
  if (args.has("MODE")) policy.mode = args.choice("MODE") == "MAIN" ? ExchangeType::main : ExchangeType::aggressive;
}

void apply_numbers(const Args& args, Policy& policy) {
  const auto number = [&](std::string_view name, std::uint32_t& field) {
    if (args.has(name)) field = static_cast<std::uint32_t>(args.number(name));
  };
  number("DELETEDELAY", policy.delete_delay_s);
  number("EXPIRYKBYTES", policy.expiry_kbytes);
  number("EXPIRYSECONDS", policy.expiry_s);
  number("MSGRETRYLIMIT", policy.retransmit.retry_limit);
  number("MSGTIMEOUT", policy.retransmit.timeout_s);
  if (args.has("MSGBACKOFF"))
    policy.retransmit.backoff = args.choice("MSGBACKOFF") == "NONE" ? Backoff::none : Backoff::incremental;
  if (args.has("PHASE2XCHGLIMIT"))
    policy.phase2_limit = args.holds<Choice>("PHASE2XCHGLIMIT")
                              ? 0
                              : static_cast<std::uint32_t>(args.number("PHASE2XCHGLIMIT"));
  if (args.has("RETRYIKEATTEMPTS"))
    policy.retry_ike_attempts = args.holds<Choice>("RETRYIKEATTEMPTS")
                                    ? retry_continuous
                                    : static_cast<std::uint32_t>(args.number("RETRYIKEATTEMPTS"));
}

void apply_switches(const Args& args, Policy& policy) {
  const auto boolean = [&](std::string_view name, bool& field) {
    if (args.has(name)) field = args.boolean(name);
  };
  boolean("NATTRAVERSAL", policy.nat_traversal);
  boolean("PRENEGOTIATE", policy.prenegotiate);
  boolean("SENDDELETES", policy.send_deletes);
  boolean("SENDNOTIFY", policy.send_notify);
  boolean("SENDIDALWAYS", policy.send_id_always);
  boolean("SETCOMMITBIT", policy.set_commit_bit);
  boolean("HYBRIDXAUTH", policy.hybrid_xauth);
  if (args.has("HEARTBEATMODE")) policy.heartbeat = value_of(heartbeat_words, args.choice("HEARTBEATMODE"));
  if (args.has("XAUTH")) policy.xauth = value_of(xauth_words, args.choice("XAUTH"));
  if (args.has("XAUTHTYPE"))
    policy.xauth_type = args.choice("XAUTHTYPE") == "RADIUS" ? XauthType::radius : XauthType::generic;
}

void apply_texts(const Args& args, Policy& policy) {
  const auto text = [&](std::string_view name, std::string& field) {
    if (args.has(name)) field = args.text(name);
  };
  text("LOCALID", policy.local_id);
  text("REMOTEID", policy.remote_id);
  text("POLICYFILENAME", policy.policy_file);
  text("SRCINTERFACE", policy.source_interface);
  text("XAUTHNAME", policy.xauth_name);
  if (args.has("XAUTHPASSWORD")) {
    const ByteView password = as_bytes(args.text("XAUTHPASSWORD"));
    policy.xauth_password.assign(password.begin(), password.end());
  }
}

void apply(const Args& args, Policy& policy) {
  if (args.has("PEER")) policy.peer = peer_of(args);
  apply_algorithms(args, policy);
  apply_numbers(args, policy);
  apply_switches(args, policy);
  apply_texts(args, policy);
}

// One line of a script: parameters that differ from the default, in the order they are asked for.
class Line {
 public:
  explicit Line(std::string start) : start_(std::move(start)) {}
  template <class T>
  Line& add(std::string_view name, const T& value, const T& otherwise, const std::string& text) {
    if (!(value == otherwise)) parameters_ += fmt::format(" {}={}", name, text);
    return *this;
  }
  Line& add(std::string_view name, bool value) { return add(name, value, false, "true"); }
  Line& add(std::string_view name, std::uint32_t value, std::uint32_t otherwise) {
    return add(name, value, otherwise, fmt::format("{}", value));
  }
  Line& add(std::string_view name, const std::optional<std::uint16_t>& value) {
    return add(name, value, {}, fmt::format("{}", value.value_or(0)));
  }
  Line& add_text(std::string_view name, const std::string& value) {
    return add(name, value, std::string(), arrouter::quoted(value));
  }
  void write(std::vector<std::string>& out) const {
    if (!parameters_.empty()) out.push_back(start_ + parameters_);
  }

 private:
  std::string start_, parameters_;
};

}  // namespace

std::vector<std::string> policy_script(const Policy& policy) {
  const Policy standard;
  std::vector<std::string> out;
  const std::string name = arrouter::quoted(policy.name);
  const auto set = [&] { return Line(fmt::format("set isakmp pol={}", name)); };
  Line create(fmt::format("create isakmp pol={} pe={}", name, to_lower(to_string(policy.peer))));
  create.add("mode", policy.mode, standard.mode, "aggressive")
      .add("auth", policy.authentication, standard.authentication, "rsasig")
      .add("enc", policy.cipher, standard.cipher, lower_word(cipher_words, policy.cipher))
      .add("hasha", policy.hash, standard.hash, lower_word(hash_words, policy.hash))
      .add("key", policy.key)
      .add("natt", policy.nat_traversal);
  create.write(out);
  if (out.empty()) out.push_back(fmt::format("create isakmp pol={} pe={}", name, to_lower(to_string(policy.peer))));
  set().add_text("locali", policy.local_id).write(out);
  set().add_text("rem", policy.remote_id).write(out);
  set()
      .add("gro", policy.group, standard.group, fmt::format("{}", static_cast<unsigned>(policy.group)))
      .add("dhe", policy.dh_exponent_bits, standard.dh_exponent_bits)
      .add("expirys", policy.expiry_s, standard.expiry_s)
      .add("expiryk", policy.expiry_kbytes, standard.expiry_kbytes)
      .add("localr", policy.local_rsa_key)
      .add("src", policy.source_interface, standard.source_interface, policy.source_interface)
      .write(out);
  set()
      .add("sendd", policy.send_deletes)
      .add("sendn", policy.send_notify)
      .add("sendi", policy.send_id_always)
      .add("setc", policy.set_commit_bit)
      .add("pre", policy.prenegotiate)
      .write(out);
  set()
      .add("heart", policy.heartbeat, standard.heartbeat, lower_word(heartbeat_words, policy.heartbeat))
      .add("msgb", policy.retransmit.backoff, standard.retransmit.backoff, "none")
      .add("msgr", policy.retransmit.retry_limit, standard.retransmit.retry_limit)
      .add("msgt", policy.retransmit.timeout_s, standard.retransmit.timeout_s)
      .add("dele", policy.delete_delay_s, standard.delete_delay_s)
      .add("pha", policy.phase2_limit, standard.phase2_limit)
      .add("ret", policy.retry_ike_attempts, standard.retry_ike_attempts,
           policy.retry_ike_attempts == retry_continuous ? "continuous"
                                                         : fmt::format("{}", policy.retry_ike_attempts))
      .write(out);
  set()
      .add("hyb", policy.hybrid_xauth)
      .add("xauth", policy.xauth, standard.xauth, lower_word(xauth_words, policy.xauth))
      .add("xautht", policy.xauth_type, standard.xauth_type, "radius")
      .add_text("xauthn", policy.xauth_name)
      .add_text("xauthp", std::string(policy.xauth_password.begin(), policy.xauth_password.end()))
      .add("policyf", policy.policy_file, standard.policy_file, policy.policy_file)
      .write(out);
  return out;
}

void Isakmp::policy_stored(Policy policy) {
  const std::string name = policy.name;
  policies_.put(std::move(policy));
  listen_floated();
  submit(event::PolicyChanged{name});
}

Outcome Isakmp::create_policy(Invocation& call) {
  Policy policy;
  policy.name = call.args.text("POLICY");
  const bool exists = policies_.find(policy.name) != nullptr;
  if (exists || policies_.all().size() >= limits::isakmp_policies) {
    engine_.count(Counter::spd_addPolicyFailed);
    return exists ? say(message::policy_exists, policy.name) : say(message::too_many_policies);
  }
  apply(call.args, policy);
  if (!enco_.available(policy.cipher)) {
    engine_.count(Counter::spd_addPolicyFailed);
    return say(message::algorithm_unavailable, enco::traits(policy.cipher).name);
  }
  engine_.count(Counter::spd_addPolicyGood);
  policy_stored(std::move(policy));
  return Outcome::successful(module_number::isakmp);
}

Outcome Isakmp::set_policy(Invocation& call) {
  const std::string& name = call.args.text("POLICY");
  const PolicyPtr found = policies_.find(name);
  engine_.count(found ? Counter::spd_getPolicyGood : Counter::spd_getPolicyFailed);
  if (!found) return say(message::policy_not_found, name);
  Policy policy = *found;
  apply(call.args, policy);
  if (call.args.has("ENCALG") && !enco_.available(policy.cipher))
    return say(message::algorithm_unavailable, enco::traits(policy.cipher).name);
  policy_stored(std::move(policy));
  return Outcome::successful(module_number::isakmp);
}

Outcome Isakmp::destroy_policy(Invocation& call) {
  const std::string name = call.args.text("POLICY");
  std::vector<std::string> names;
  if (policies_.find(name)) {
    names.push_back(name);
  } else if (equal_ignoring_case(name, "all")) {
    for (const auto& [each, policy] : policies_.all()) names.push_back(each);
  } else {
    engine_.count(Counter::spd_deletePolicyFailed);
    return say(message::policy_not_found, name);
  }
  for (const std::string& each : names) {
    submit(event::PolicyReset{each});
    policies_.remove(each);
    engine_.count(Counter::spd_deletePolicyGood);
  }
  listen_floated();
  return Outcome::successful(module_number::isakmp);
}

}  // namespace arrouter::isakmp
