// What leaves the outputs: datagrams, lines on a port, mails.
#include <algorithm>

#include "modules/log/lines.h"
#include "modules/log/log.h"
#include "modules/log/srlp.h"
#include "modules/log/syslog.h"
#include "netdev/wire/ipv4.h"
#include "netdev/wire/udp.h"
#include "os/base/limits.h"
#include "os/base/zone.h"

namespace arrouter::logging {

namespace {

constexpr std::chrono::seconds retry_delay{10};
/// After a pause the server's address may have to be resolved, and IP holds one packet meanwhile: the first datagram
/// goes alone.
constexpr std::chrono::seconds long_pause{60};
constexpr std::chrono::milliseconds resolve_delay{20};
/// A mail is sent at last when its first message is so old.
constexpr std::chrono::hours oldest_mail{24};

}  // namespace

/// Sending waits for the event loop: the module that logs may be in the middle of its work.
void LogModule::send_soon() {
  if (send_posted_ || pace_.armed()) return;
  send_posted_ = true;
  services_.reactor.post([weak = std::weak_ptr(alive_)] {
    const auto alive = weak.lock();
    if (!alive) return;
    (*alive)->send_posted_ = false;
    (*alive)->send_due();
  });
}

void LogModule::send_due() {
  sending_ = true;
  for (auto due = due_.begin(); due != due_.end();) {
    const auto output = outputs_.find(*due);
    if (output != outputs_.end() && !drain(output->second)) blocked_.insert(*due);
    const bool more = output != outputs_.end() && !output->second.messages.empty() && !blocked_.contains(*due);
    due = more ? std::next(due) : due_.erase(due);
  }
  sending_ = false;
  if (!due_.empty()) pace_.arm(services_.clock.now() + resolve_delay);
  if (!blocked_.empty() && !retry_.armed()) retry_.arm(services_.clock.now() + retry_delay);
}

bool LogModule::drain(Output& output) {
  if (output.email()) return mail(output);
  if (!output.networked()) return print(output);
  std::deque<Entry>& queue = output.messages;
  while (!queue.empty()) {
    if (!send(output, queue.front())) return false;
    queue.pop_front();
    const bool pause_ends = !output.last_sent || services_.clock.now() - *output.last_sent > long_pause;
    output.last_sent = services_.clock.now();
    if (pause_ends) return true;
  }
  return true;
}

/// One mail with all that is queued, or as much of it as a mail may hold.
bool LogModule::mail(Output& output) {
  std::deque<Entry>& queue = output.messages;
  if (queue.empty()) return true;
  std::string text;
  auto rest = queue.begin();
  for (; rest != queue.end(); ++rest) {
    const std::string line = mail_line(in_zone(*rest, output.settings), output.settings.format) + "\n";
    if (text.size() + line.size() > limits::mail_bytes) break;
    text += line;
  }
  if (!mail_.send({output.settings.to, "Log messages from " + services_.system.name, std::move(text)})) return false;
  ++counters_.emails_sent;
  queue.erase(queue.begin(), rest);
  if (queue.empty()) output.waiting_since.reset();
  return true;
}

void LogModule::look_at_old_mail() {
  const Instant now = services_.clock.now();
  std::optional<Instant> next;
  for (auto& [id, output] : outputs_) {
    if (!output.email() || !output.waiting_since || output.settings.queue_only) continue;
    const Instant due = *output.waiting_since + oldest_mail;
    if (due <= now) due_.insert(id);
    if (due > now && (!next || due < *next)) next = due;
  }
  old_mail_.arm(next);
  if (!due_.empty()) send_soon();
}

/// All that waits, on the port's screen.
bool LogModule::print(Output& output) {
  if (output.messages.empty()) return true;
  std::string text;
  for (const Entry& entry : output.messages) text += port_text(in_zone(entry, output.settings), output.settings.format);
  if (!ways_.to_port(output.settings.asyn, text)) return false;
  output.messages.clear();
  return true;
}

bool LogModule::send(const Output& output, const Entry& entry) {
  const OutputSettings& settings = output.settings;
  const bool syslog = settings.destination == Destination::syslog;
  const std::uint16_t port = syslog ? syslog_port : srlp::port;
  Bytes payload;
  if (syslog) {
    const std::string text = syslog_text(in_zone(entry, settings), settings, services_.system.name);
    payload.assign(text.begin(), text.end());
  } else {
    Entry utc = entry;
    utc.time -= utc_offset_.value_or(std::chrono::seconds(0));
    payload = srlp::encode(utc, settings.password, ways_.seal);
  }
  const UdpToSend datagram{{}, settings.server, port, port, payload};
  if ((settings.secure && !protects(datagram)) || !ip_.send_udp(datagram)) return false;
  ++(syslog ? counters_.syslog_sent : counters_.router_sent);
  return true;
}

/// An IPsec policy will put it into an SA.
bool LogModule::protects(const UdpToSend& datagram) {
  const auto route = ip_.route(datagram.destination);
  const std::size_t length = wire::ipv4_header + wire::udp_header + datagram.payload.size();
  const Packet packet = services_.pool.allocate(length);
  if (!route || !packet) return false;
  std::uint8_t* const at = packet->put(length);
  const Ipv4Address source = ip_.source_towards(datagram.destination);
  wire::write_ipv4(at, {.source = source, .destination = datagram.destination, .protocol = wire::protocol::udp},
                   static_cast<std::uint16_t>(length));
  std::ranges::copy(datagram.payload, at + wire::ipv4_header + wire::udp_header);
  wire::write_udp(at + wire::ipv4_header, datagram.source_port, datagram.destination_port, datagram.payload.size(),
                  source, datagram.destination);
  return ip_.protects(route->interface, *packet);
}

Entry LogModule::in_zone(const Entry& entry, const OutputSettings& settings) const {
  Entry shifted = entry;
  if (const auto zone = parse_zone(settings.zone))
    shifted.time += *zone - utc_offset_.value_or(std::chrono::seconds(0));
  return shifted;
}

}  // namespace arrouter::logging
