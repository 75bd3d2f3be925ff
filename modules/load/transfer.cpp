// LOAD: files from and to a server (Software Reference, chapter Operation, "Loading and Uploading Files";
// reference/operations.md 7).
//
// One transfer at a time, in the background: TFTP (RFC 1350) over the router's own UDP, so routes, policies and tunnels
// apply. What comes is kept in memory and becomes a file only when it is whole, so an interrupted LOAD leaves nothing.
//
// Not modelled: HTTP, LDAP, ZMODEM and option negotiation (RFC 2347).
#include <fmt/format.h>

#include "modules/load/load_module.h"
#include "modules/load/loader.h"
#include "os/base/limits.h"

namespace arrouter {

std::unique_ptr<Module> make_load(Services& services, IpApi& ip, DnsApi& dns) {
  return std::make_unique<load::LoadModule>(services, ip, dns);
}

namespace load {

namespace {

constexpr std::chrono::seconds answer_time{3};
constexpr unsigned most_attempts = 6;
constexpr std::uint16_t first_port = 49152, ports = 16384;

}  // namespace

Outcome LoadModule::begin(const Settings& settings, TftpTransfer transfer, const Caller& caller) {
  current_ = settings;
  transfer_ = std::move(transfer);
  terminal_ = caller.terminal;
  attempts_ = 0;
  if (const auto terminal = caller.terminal.lock()) terminal->hold();
  status_ = settings.delay_s != 0 ? Status::wait : Status::loading;
  timer_.arm(services_.clock.now() + std::chrono::seconds(settings.delay_s));
  return Outcome::screen();
}

/// The delay is over, the server's address was found, or the server did not answer.
void LoadModule::due() {
  status_ = Status::loading;
  if (server_.unset()) {
    lookup_ = dns_.find_address(current_.server, [this](std::optional<Ipv4Address> address) {
      if (!address || address->unset()) return finish(say(texts::failed, "the server is not known"), Status::reset);
      server_ = *address;
      due();
    });
    return;
  }
  if (port_ == 0) {
    do {
      port_ = static_cast<std::uint16_t>(first_port + services_.random.below(ports));
    } while (!ip_.listen_udp(port_, "LOAD", [this](const UdpDatagram& datagram) { receive(datagram); }));
  }
  if (attempts_++ == most_attempts) return finish(say(texts::failed, "the server does not answer"), Status::reset);
  timer_.arm(services_.clock.now() + answer_time);
  send(transfer_->pending());
}

void LoadModule::send(const TftpTransfer::Reply& reply) {
  UdpToSend datagram;
  datagram.destination = server_;
  datagram.source_port = port_;
  datagram.destination_port = reply.port;
  datagram.payload = reply.datagram;
  // Without a route the next attempt may have one; the attempts are counted.
  static_cast<void>(ip_.send_udp(datagram));
}

void LoadModule::receive(const UdpDatagram& datagram) {
  if (!transfer_ || datagram.source != server_) return;
  const std::size_t before = transfer_->moved();
  const auto reply = transfer_->receive(datagram.source_port, datagram.payload);
  if (transfer_->moved() != before) {
    attempts_ = 1;
    timer_.arm(services_.clock.now() + answer_time);
  }
  if (reply) send(*reply);
  settle();
}

void LoadModule::settle() {
  switch (transfer_->state()) {
    case TftpTransfer::State::going:
      break;
    case TftpTransfer::State::failed:
      return finish(say(texts::failed, transfer_->failure()), Status::reset);
    case TftpTransfer::State::done:
      return finish(keep(), Status::complete);
  }
}

/// Writes what was loaded.
Outcome LoadModule::keep() const {
  if (!target_) return say(texts::completed);
  if (services_.files.exists(*target_)) return say(texts::file_exists, target_->name);
  const auto written = services_.files.write(*target_, transfer_->content());
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
  server_ = {};
  transfer_.reset();
  target_.reset();
  terminal_.reset();
}

}  // namespace load
}  // namespace arrouter
