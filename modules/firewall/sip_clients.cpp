#include "modules/firewall/sip_clients.h"

#include <fmt/format.h>

#include "os/base/text.h"

namespace arrouter::firewall {
namespace {

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto address = parse_ipv4(text.substr(0, colon));
  const auto port = parse_number(text.substr(colon + 1), 65535);
  if (!address || !port || *port == 0) return std::nullopt;
  return Endpoint{*address, static_cast<std::uint16_t>(*port)};
}

std::string endpoint_words(const Endpoint& end) { return fmt::format("{}:{}", to_string(end.address), end.port); }

FileName file_name() { return {"flash", std::string(SipClients::file)}; }

std::uint64_t seconds_of(const WallClock& wall) {
  return static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(wall.now()).time_since_epoch().count());
}

}  // namespace

void SipClients::registered(SipClient client, std::size_t most) {
  const auto held = clients_.find(client.inside);
  const bool over = client.expires <= clock_.now();
  if (held == clients_.end() && (over || all().size() >= most)) return;
  // Whose end it was is not there any more: a lease that somebody else has now.
  if (const auto other = outsides_.find(client.outside); other != outsides_.end() && other->second != client.inside) {
    remove(clients_.find(other->second));
  }
  const bool known = held != clients_.end() && held->second.outside == client.outside && !over;
  if (held != clients_.end()) remove(held);
  if (!over) {
    outsides_.emplace(client.outside, client.inside);
    clients_.emplace(client.inside, std::move(client));
  }
  // A registration that is only renewed waits for the next change: the file is not written every minute.
  if (!known && !write_timer_.armed()) write_timer_.arm(clock_.now() + write_after);
}

const SipClient* SipClients::valid(Clients::iterator client) {
  if (client == clients_.end()) return nullptr;
  if (client->second.expires > clock_.now()) return &client->second;
  remove(client);
  return nullptr;
}

const SipClient* SipClients::inside(const Endpoint& end) { return valid(clients_.find(end)); }

const SipClient* SipClients::outside(const Endpoint& end) {
  const auto found = outsides_.find(end);
  return found == outsides_.end() ? nullptr : valid(clients_.find(found->second));
}

const SipClients::Clients& SipClients::all() {
  for (auto client = clients_.begin(); client != clients_.end();) valid(client++);
  return clients_;
}

void SipClients::remove(Clients::iterator client) {
  outsides_.erase(client->second.outside);
  clients_.erase(client);
}

void SipClients::clear() {
  clients_.clear();
  outsides_.clear();
  write_timer_.arm(clock_.now());
}

// A line for each: policy, private end, public end, registrar, when it expires in seconds of the calendar.

void SipClients::write() {
  std::string text;
  for (const auto& [inside, client] : all()) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(client.expires - clock_.now());
    text += fmt::format("{} {} {} {} {}\n", client.policy, endpoint_words(inside), endpoint_words(client.outside),
                        to_string(client.registrar), seconds_of(wall_) + static_cast<std::uint64_t>(left.count()));
  }
  // A full FLASH costs what comes after the next restart, nothing now.
  if (!text.empty()) {
    (void)files_.write(file_name(), text);
  } else if (files_.exists(file_name())) {
    (void)files_.remove(file_name());
  }
}

void SipClients::read() {
  constexpr std::size_t most_lines = 10000;  // MAXAUTOCLIENTS at most
  const auto text = files_.exists(file_name()) ? files_.read(file_name()) : Result<std::string>(std::string());
  if (!text) return;
  const std::uint64_t now = seconds_of(wall_);
  for (const std::string_view line : split(*text, '\n')) {
    const auto words = split(line, ' ');
    if (words.size() != 5 || clients_.size() >= most_lines) continue;
    const auto inside = parse_endpoint(words[1]), outside = parse_endpoint(words[2]);
    const auto registrar = parse_ipv4(words[3]);
    const auto expires = parse_number(words[4], UINT32_MAX);
    if (!inside || !outside || !registrar || !expires || *expires <= now || outsides_.contains(*outside)) continue;
    SipClient client{std::string(words[0]), *inside, *outside, *registrar,
                     clock_.now() + std::chrono::seconds(*expires - now)};
    if (clients_.emplace(*inside, std::move(client)).second) outsides_.emplace(*outside, *inside);
  }
}

}  // namespace arrouter::firewall
