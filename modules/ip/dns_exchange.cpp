#include "modules/ip/dns_exchange.h"

#include <algorithm>

#include "modules/ip/udp_client_api.h"
#include "os/base/limits.h"

namespace arrouter::ip {

namespace {

constexpr std::uint16_t dns_port = 53;
constexpr std::chrono::seconds answer_time{2}, stream_time{5};
constexpr std::size_t rounds = 3;  // through the servers

/// The server cannot say; another may. That there is no such name is an answer.
bool another_may_know(DnsStatus status) { return status != DnsStatus::good && status != DnsStatus::no_such_name; }

}  // namespace

DnsExchanges::DnsExchanges(IpApi& ip, Tcp* tcp, const Clock& clock, Scheduler& scheduler, Random& random)
    : ip_(ip), tcp_(tcp), clock_(clock), random_(random), timer_(scheduler, [this] { look(); }) {}

DnsExchanges::~DnsExchanges() {
  for (const auto& [key, open] : open_) ip_.listen_udp(open.port, {}, {});
}

DnsExchanges::Key DnsExchanges::ask(Bytes query, DnsQuestion question, std::vector<Ipv4Address> servers, bool whole,
                                    Done done) {
  if (servers.empty() || query.size() < 2) return 0;
  if (open_.size() >= limits::dns_questions) {
    ++counters.full;
    return 0;
  }
  const Key key = ++last_key_;
  Open& open = open_[key];
  open.id = static_cast<std::uint16_t>(random_.u32());
  open.query = std::move(query);
  store_be16(open.query.data(), open.id);
  open.question = std::move(question);
  open.servers = std::move(servers);
  open.whole = whole;
  open.done = std::move(done);
  open.port = listen_udp_anywhere(ip_, random_, "DNS",
                                  [this, key](const UdpDatagram& datagram) { receive(key, datagram); });
  if (open.port == 0) {
    ++counters.full;
    open_.erase(key);
    return 0;
  }
  send(open);
  arm();
  return key;
}

void DnsExchanges::cancel(Key key) {
  const auto found = open_.find(key);
  if (found == open_.end()) return;
  ip_.listen_udp(found->second.port, {}, {});
  open_.erase(found);
  arm();
}

void DnsExchanges::send(Open& open) {
  // Without a route the time runs all the same: the link may be on its way up.
  open.deadline = clock_.now() + answer_time;
  if (ip_.send_udp({{}, open.server(), open.port, dns_port, open.query})) ++counters.asked;
}

void DnsExchanges::receive(Key key, const UdpDatagram& datagram) {
  Open& open = open_.at(key);
  auto message = decode_dns(datagram.payload);
  if (open.stream || !message || datagram.source != open.server() || datagram.source_port != dns_port ||
      !message->response || message->id != open.id || message->question != open.question) {
    ++counters.strays;
    return;
  }
  ++counters.answered;
  if (another_may_know(message->status)) return go_on(key);
  if (message->truncated && open.whole && tcp_ != nullptr && tcp_->usable()) return ask_by_tcp(key, datagram.payload);
  const Answer answer{datagram.payload, std::move(*message)};
  finish(key, &answer);
}

void DnsExchanges::ask_by_tcp(Key key, ByteView cut_short) {
  Open& open = open_.at(key);
  ++counters.by_tcp;
  open.cut_short.assign(cut_short.begin(), cut_short.end());
  open.deadline = clock_.now() + stream_time;
  open.stream = std::make_shared<DnsStream>();
  open.stream->start(*tcp_, ip_.source_towards(open.server()), {open.server(), dns_port}, open.query,
                     [this, key](ByteView answer) { heard_by_tcp(key, answer); });
  arm();
}

void DnsExchanges::heard_by_tcp(Key key, ByteView datagram) {
  const Open& open = open_.at(key);
  auto message = decode_dns(datagram);
  const bool good = message && message->response && message->id == open.id && message->question == open.question &&
                    !another_may_know(message->status);
  const Bytes kept = good ? Bytes(datagram.begin(), datagram.end()) : open.cut_short;
  if (!good) message = decode_dns(kept);
  const Answer answer{kept, std::move(*message)};
  finish(key, &answer);
}

void DnsExchanges::go_on(Key key) {
  Open& open = open_.at(key);
  if (++open.attempt >= open.servers.size() * rounds) return finish(key, nullptr);
  send(open);
  arm();
}

void DnsExchanges::finish(Key key, const Answer* answer) {
  const Done done = std::move(open_.at(key).done);
  cancel(key);
  done(answer);
}

void DnsExchanges::look() {
  const Instant now = clock_.now();
  std::vector<Key> due;
  for (const auto& [key, open] : open_) {
    if (open.deadline <= now) due.push_back(key);
  }
  for (const Key key : due) {
    if (!open_.contains(key)) continue;  // an earlier one's end cancelled it
    ++counters.timed_out;
    if (open_.at(key).stream) {
      heard_by_tcp(key, {});
    } else {
      go_on(key);
    }
  }
  arm();
}

void DnsExchanges::arm() {
  if (open_.empty()) return timer_.disarm();
  timer_.arm(
      std::ranges::min_element(open_, {}, [](const auto& entry) { return entry.second.deadline; })->second.deadline);
}

}  // namespace arrouter::ip
