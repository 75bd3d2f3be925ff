// LOAD: files from and to a server (Software Reference, chapter Operation, "Loading and Uploading Files";
// reference/operations.md 7).
//
// One transfer at a time, in the background: TFTP (RFC 1350) over the router's own UDP, HTTP (RFC 1945) and SCP (over
// SSH) over its TCP, so routes, policies and tunnels apply. What comes is kept in memory and becomes a file only when it is whole, so an
// interrupted LOAD leaves nothing.
//
// While FLASH is compacted, or has to be for the file's sake, a loaded file waits.
//
// Not modelled: LDAP, ZMODEM, option negotiation of TFTP (RFC 2347), redirections of HTTP.
#include <fmt/format.h>

#include "modules/ip/udp_client_api.h"
#include "modules/load/load_module.h"
#include "modules/load/loader.h"
#include "os/base/limits.h"

namespace arrouter {

std::unique_ptr<Module> make_load(Services& services, IpApi& ip, DnsApi& dns, Tcp& tcp,
                                  std::shared_ptr<SecureShell> shell) {
  return std::make_unique<load::LoadModule>(services, ip, dns, tcp, std::move(shell));
}

namespace load {

namespace {

constexpr std::chrono::seconds answer_time{3}, silence{30};  // of TFTP; of HTTP and SCP
constexpr unsigned most_attempts = 6;
constexpr std::chrono::seconds next_look{1};  // at a FLASH that is being compacted

}  // namespace

const Transfer* LoadModule::transfer() const {
  if (http_) return &http_->transfer();
  if (scp_) return &scp_->transfer();
  return tftp_ ? &*tftp_ : nullptr;
}

Outcome LoadModule::begin(const Settings& settings, const Caller& caller) {
  current_ = settings;
  terminal_ = caller.terminal;
  attempts_ = 0;
  if (const auto terminal = caller.terminal.lock()) terminal->hold();
  status_ = settings.delay_s != 0 ? Status::wait : Status::loading;
  timer_.arm(services_.clock.now() + std::chrono::seconds(settings.delay_s));
  return Outcome::screen();
}

/// The delay is over, the server's address was found, the server did not answer, or FLASH may be ready.
void LoadModule::due() {
  if (transfer()->state() == TransferState::done) return store();
  const bool first = attempts_ == 0;
  status_ = Status::loading;
  if (partner_.unset()) return look_up();
  const bool by_tcp = current_.method != Method::tftp;
  if (attempts_++ == (by_tcp ? 1 : most_attempts)) {
    return finish(say(texts::failed, "the server does not answer"), Status::reset);
  }
  timer_.arm(services_.clock.now() + (by_tcp ? silence : answer_time));
  if (http_) return fetch();
  if (scp_) return call();
  if (first) {
    port_ = listen_udp_anywhere(ip_, services_.random, "LOAD",
                                [this](const UdpDatagram& datagram) { receive(datagram); });
    if (port_ == 0) return finish(say(texts::failed, "no UDP port is free"), Status::reset);
  }
  send(tftp_->pending());
}

void LoadModule::look_up() {
  lookup_ = dns_.find_address(partner(current_), [this](std::optional<Ipv4Address> address) {
    if (!address || address->unset()) return finish(say(texts::failed, "the server is not known"), Status::reset);
    partner_ = *address;
    due();
  });
}

void LoadModule::fetch() {
  const Ipv4Address source = ip_.route(partner_) ? ip_.source_towards(partner_) : Ipv4Address();
  const std::uint16_t port = current_.proxy.empty() ? current_.server_port.value_or(http_port) : current_.proxy_port;
  http_->start(tcp_, source, {partner_, port}, [this] { went_on(http_->refused()); });
}

void LoadModule::call() {
  SshHost server{.name = current_.server,
                 .address = {partner_, current_.server_port.value_or(scp_port)},
                 .source = ip_.route(partner_) ? ip_.source_towards(partner_) : Ipv4Address(),
                 .user = current_.user,
                 .password = SecretBytes(current_.password.begin(), current_.password.end()),
                 .key_id = current_.key_id};
  scp_->start(*shell_, std::move(server), [this] { went_on({}); });
}

void LoadModule::went_on(const std::string& refused) {
  timer_.arm(services_.clock.now() + silence);
  if (!refused.empty()) return finish(say(texts::failed, refused), Status::reset);
  settle();
}

void LoadModule::send(const TftpTransfer::Reply& reply) {
  UdpToSend datagram;
  datagram.destination = partner_;
  datagram.source_port = port_;
  datagram.destination_port = reply.port;
  datagram.payload = reply.datagram;
  // Without a route the next attempt may have one; the attempts are counted.
  static_cast<void>(ip_.send_udp(datagram));
}

void LoadModule::receive(const UdpDatagram& datagram) {
  if (!tftp_ || datagram.source != partner_) return;
  const std::size_t before = tftp_->moved();
  const auto reply = tftp_->receive(datagram.source_port, datagram.payload);
  if (tftp_->moved() != before) {
    attempts_ = 1;
    timer_.arm(services_.clock.now() + answer_time);
  }
  if (reply) send(*reply);
  settle();
}

void LoadModule::settle() {
  switch (transfer()->state()) {
    case TransferState::going: break;
    case TransferState::failed: return finish(say(texts::failed, transfer()->failure()), Status::reset);
    case TransferState::done: return store();
  }
}

void LoadModule::store() {
  const bool flash = target_ && target_->device == "flash";
  const FileStore& files = services_.files;
  if (flash && files.compacting()) return timer_.arm(services_.clock.now() + next_look);
  const Outcome kept = keep();
  if (kept.failed() && flash && files.compaction_due()) return timer_.arm(services_.clock.now() + next_look);
  finish(kept, Status::complete);
}

/// Writes what was loaded.
Outcome LoadModule::keep() const {
  if (!target_) return say(texts::completed);
  if (services_.files.exists(*target_)) return say(texts::file_exists, target_->name);
  const auto written = services_.files.write(*target_, transfer()->content());
  return written ? say(texts::completed) : say(texts::not_written, written.error().text);
}

void LoadModule::finish(const Outcome& outcome, Status status) {
  last_message_ = outcome.text;
  const std::string file = current_.file;
  const auto terminal = terminal_.lock();
  forget();
  status_ = outcome.failed() ? Status::reset : status;
  services_.log.record({.severity = outcome.failed() ? LogSeverity::important : LogSeverity::info,
                        .module = module_number::load,
                        .type = "LOAD",
                        .subtype = outcome.failed() ? "FAIL" : "OK",
                        .message = fmt::format("{}: {}", file, outcome.text)});
  if (!terminal) return;
  terminal->print(outcome.line() + "\n");
  terminal->release();
}

void LoadModule::forget() {
  timer_.disarm();
  if (port_ != 0) ip_.listen_udp(port_, "LOAD", {});
  port_ = 0;
  lookup_.reset();
  partner_ = {};
  tftp_.reset();
  http_.reset();
  scp_.reset();
  target_.reset();
  source_.reset();
  terminal_.reset();
}

}  // namespace load
}  // namespace arrouter
