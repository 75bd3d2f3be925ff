#include "modules/ip/resolver.h"

#include <algorithm>

#include "os/base/text.h"

namespace arrouter::ip {

namespace {

constexpr std::uint16_t dns_port = 53;
constexpr unsigned most_aliases = 8;  // followed for one name
constexpr std::uint16_t internet = 1;
constexpr std::uint8_t standard_query = 0;

/// Follows the aliases that an answer holds, as far as it does.
std::string final_name(const DnsMessage& answer) {
  std::string name = answer.question.name;
  for (unsigned followed = 0; followed < most_aliases; ++followed) {
    const auto alias = std::ranges::find_if(
        answer.answers, [&](const DnsRecord& record) { return record.type == DnsType::alias && record.name == name; });
    if (alias == answer.answers.end()) break;
    name = alias->target;
  }
  return name;
}

std::vector<Ipv4Address> addresses_of(const DnsMessage& answer, const std::string& name) {
  std::vector<Ipv4Address> addresses;
  for (const DnsRecord& record : answer.answers) {
    if (record.type == DnsType::address && record.name == name) addresses.push_back(record.address);
  }
  return addresses;
}

}  // namespace

std::optional<Ipv4Address> known_address(const Hosts& hosts, std::string_view text) {
  if (const auto address = parse_ipv4(text)) return address;
  for (const auto& [name, address] : hosts) {
    if (equal_ignoring_case(name, text)) return address;
  }
  return std::nullopt;
}

/// What one look-up waits for; the caller's handle is the only owner.
struct Resolver::Question {
  Question(Resolver& asker, DnsType wanted, std::weak_ptr<Resolver*> asker_alive)
      : resolver(asker), type(wanted), alive(std::move(asker_alive)) {}
  Question(const Question&) = delete;
  ~Question() {
    if (key != 0 && !alive.expired()) resolver.exchanges_.cancel(key);
  }
  void end(std::optional<Ipv4Address> address) {
    if (found_address) std::exchange(found_address, {})(address);
    if (found_exchangers) std::exchange(found_exchangers, {})(std::nullopt);
  }

  Resolver& resolver;
  DnsType type;
  std::weak_ptr<Resolver*> alive;
  std::string name;
  unsigned aliases = 0;
  DnsExchanges::Key key = 0;
  FoundAddress found_address;
  FoundExchangers found_exchangers;
};

Resolver::Resolver(Services& services, IpApi& ip, const Hosts& hosts, Tcp* tcp)
    : services_(services),
      ip_(ip),
      hosts_(hosts),
      exchanges_(ip, tcp, services.clock, services.scheduler, services.random),
      alive_(std::make_shared<Resolver*>(this)) {}

Resolver::~Resolver() {
  if (settings_.relay) ip_.listen_udp(dns_port, {}, {});
}

bool Resolver::apply(DnsSettings settings) {
  if (settings.relay != settings_.relay) {
    IpApi::UdpListener listener;
    if (settings.relay) listener = [this](const UdpDatagram& datagram) { relay(datagram); };
    if (!ip_.listen_udp(dns_port, "DNS Relay", std::move(listener))) return false;
  }
  settings_ = std::move(settings);
  while (cache_.size() > settings_.cache_size) cache_.erase(cache_.begin());
  return true;
}

void Resolver::learnt(const std::string& interface, Ipv4Address primary, Ipv4Address secondary) {
  if (primary.unset() && secondary.unset()) {
    learnt_.erase(interface);
  } else {
    learnt_[interface] = {primary, secondary, {}};
  }
}

DnsServers Resolver::learnt_on(const std::string& interface) const {
  if (interface.empty()) return learnt_.empty() ? DnsServers() : learnt_.begin()->second;
  const auto found = learnt_.find(interface);
  return found == learnt_.end() ? DnsServers() : found->second;
}

DnsServers Resolver::resolved(const DnsServers& configured) const {
  return configured.interface.empty() ? configured : learnt_on(configured.interface);
}

/// Those of the longest domain that the name belongs to; without any, what some link has told.
DnsServers Resolver::of_name(std::string_view name) const {
  const DnsServers* best = nullptr;
  std::size_t longest = 0;
  for (const auto& [domain, servers] : settings_.domains) {
    const bool inside = domain.empty() || name == domain || name.ends_with("." + domain);
    if (!inside || (best != nullptr && domain.size() < longest)) continue;
    best = &servers;
    longest = domain.size();
  }
  return best == nullptr ? learnt_on({}) : resolved(*best);
}

std::vector<Ipv4Address> Resolver::list(const DnsServers& servers) {
  std::vector<Ipv4Address> list;
  for (const Ipv4Address server : {servers.primary, servers.secondary})
    if (!server.unset()) list.push_back(server);
  return list;
}

Ipv4Address Resolver::server(bool primary) const {
  const DnsServers servers = of_name({});
  return primary ? servers.primary : servers.secondary;
}

const Resolver::CacheEntry* Resolver::cached(const std::string& name) {
  const auto found = cache_.find(name);
  if (found == cache_.end()) return nullptr;
  if (found->second.expires > services_.clock.now()) return &found->second;
  cache_.erase(found);
  return nullptr;
}

void Resolver::keep(const DnsMessage& answer) {
  if (settings_.cache_size == 0 || answer.question.type != static_cast<std::uint16_t>(DnsType::address)) return;
  const std::vector<Ipv4Address> addresses = addresses_of(answer, final_name(answer));
  if (addresses.empty()) return;
  std::chrono::seconds life = std::chrono::minutes(settings_.cache_minutes);
  for (const DnsRecord& record : answer.answers) life = std::min(life, std::chrono::seconds(record.ttl_s));
  if (life == std::chrono::seconds(0)) return;
  if (cache_.size() >= settings_.cache_size && !cache_.contains(answer.question.name)) {
    cache_.erase(std::ranges::min_element(cache_, {}, [](const auto& entry) { return entry.second.expires; }));
  }
  cache_[answer.question.name] = {addresses, services_.clock.now() + life};
}

DnsApi::Lookup Resolver::find_address(std::string_view text, FoundAddress done) {
  const auto question = std::make_shared<Question>(*this, DnsType::address, alive_);
  question->found_address = std::move(done);
  auto known = known_address(hosts_, text);
  const auto name = dns_name(text);
  const CacheEntry* const entry = name && !known ? cached(*name) : nullptr;
  if (entry != nullptr) known = entry->addresses.front();
  question->name = name.value_or("");
  if (known || !name || !ask(question)) end_later(question, known);
  return question;
}

DnsApi::Lookup Resolver::find_mail_exchangers(std::string_view domain, FoundExchangers done) {
  const auto question = std::make_shared<Question>(*this, DnsType::mail_exchanger, alive_);
  question->found_exchangers = std::move(done);
  const auto name = dns_name(domain);
  question->name = name.value_or("");
  if (!name || !ask(question)) end_later(question, std::nullopt);
  return question;
}

void Resolver::end_later(const std::shared_ptr<Question>& question, std::optional<Ipv4Address> address) {
  services_.reactor.post([weak = std::weak_ptr(question), address] {
    if (const auto open = weak.lock()) open->end(address);
  });
}

bool Resolver::ask(const std::shared_ptr<Question>& question) {
  DnsMessage query;
  query.question = {question->name, static_cast<std::uint16_t>(question->type), internet};
  question->key = exchanges_.ask(encode_dns(query), query.question, list(of_name(question->name)), true,
                                 [this, weak = std::weak_ptr(question)](const DnsExchanges::Answer* answer) {
                                   if (const auto open = weak.lock()) answered(open, answer);
                                 });
  return question->key != 0;
}

void Resolver::answered(const std::shared_ptr<Question>& question, const DnsExchanges::Answer* answer) {
  question->key = 0;
  if (answer == nullptr) return question->end(std::nullopt);
  const DnsMessage& message = answer->message;
  keep(message);
  const std::string name = final_name(message);
  // That there is no such name is an answer: it has no records.
  if (question->type == DnsType::mail_exchanger) {
    std::vector<MailExchanger> exchangers;
    for (const DnsRecord& record : message.answers) {
      if (record.type != DnsType::mail_exchanger || record.name != name) continue;
      const auto place = std::ranges::upper_bound(exchangers, record.preference, {}, &MailExchanger::preference);
      exchangers.insert(place, {record.preference, record.target});
    }
    return std::exchange(question->found_exchangers, {})(std::move(exchangers));
  }
  const std::vector<Ipv4Address> addresses = addresses_of(message, name);
  if (!addresses.empty()) return question->end(addresses.front());
  // An alias whose own addresses the answer does not hold is asked for; who sends us round in a circle is left.
  const bool alias = name != question->name && ++question->aliases <= most_aliases;
  question->name = name;
  if (!alias || !ask(question)) question->end(std::nullopt);
}

// ---- the relay -------------------------------------------------------------------------------------------------

void Resolver::relay(const UdpDatagram& datagram) {
  ++relay_.requests;
  const auto query = decode_dns(datagram.payload);
  const Ipv4Address own = ip_.is_own(datagram.destination) ? datagram.destination : Ipv4Address();
  const Relayed to{datagram.source, own, datagram.source_port, query ? query->id : std::uint16_t{0}};
  // A host that asks again while its question is under way gets one answer.
  if (!query || query->response || query->opcode != standard_query ||
      std::ranges::find(relayed_, to) != relayed_.end()) {
    ++relay_.discarded;
    return;
  }
  DnsMessage reply = *query;
  reply.response = true;
  const bool address =
      query->question.type == static_cast<std::uint16_t>(DnsType::address) && query->question.record_class == internet;
  if (const CacheEntry* const entry = address ? cached(query->question.name) : nullptr) {
    ++relay_.from_cache;
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(entry->expires - services_.clock.now());
    for (const Ipv4Address each : entry->addresses)
      reply.answers.push_back(
          {query->question.name, DnsType::address, static_cast<std::uint32_t>(left.count()), each, {}, 0});
    return answer_relayed(to, encode_dns(reply));
  }
  auto done = [this, to, reply](const DnsExchanges::Answer* answer) mutable {
    std::erase(relayed_, to);
    if (answer != nullptr) {
      keep(answer->message);
      return answer_relayed(to, {answer->datagram.begin(), answer->datagram.end()});
    }
    reply.status = DnsStatus::server_failure;
    answer_relayed(to, encode_dns(reply));
  };
  std::vector<Ipv4Address> servers;
  if (!settings_.relay_interface.empty()) servers = list(learnt_on(settings_.relay_interface));
  if (servers.empty()) servers = list(of_name(query->question.name));
  if (exchanges_.ask({datagram.payload.begin(), datagram.payload.end()}, query->question, std::move(servers), false,
                     done) == 0) {
    return done(nullptr);
  }
  relayed_.push_back(to);
}

void Resolver::answer_relayed(const Relayed& to, Bytes reply) {
  store_be16(reply.data(), to.id);
  if (ip_.send_udp({to.own, to.client, dns_port, to.port, reply})) ++relay_.answered;
}

}  // namespace arrouter::ip
