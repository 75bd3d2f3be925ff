#include "cli/telnet/outgoing.h"

#include <utility>

#include "cli/telnet/texts.h"
#include "os/base/limits.h"

namespace arrouter::telnet {

void Outgoing::start(const TelnetTarget& target) {
  destination_.address = target.address;
  tcp_.connect(target.source, destination_, weak_from_this(),
               [this](Result<std::unique_ptr<TcpStream>> stream) { connected(std::move(stream)); });
}

void Outgoing::look_up(const TelnetNames& names) {
  lookup_ = names.ask(host_, [this](std::optional<TelnetTarget> target) {
    if (!target) return over(say(texts::unknown_host, host_).line());
    if (target->source.unset()) return over(say(texts::no_route, host_).line());
    start(*target);
  });
}

void Outgoing::connected(Result<std::unique_ptr<TcpStream>> stream) {
  if (!stream) return over(say(texts::no_connection, host_, stream.error().text).line());
  stage_ = Stage::established;
  stream_ = std::move(*stream);
  stream_->start([this](std::string_view bytes) { received(bytes); },
                 [this] { over(say(texts::host_closed, host_).line()); });
}

void Outgoing::received(std::string_view bytes) {
  std::string reply;
  const std::string shown = protocol_.received(bytes, reply);
  stream_->send(reply);
  if (session_.has_keyboard(*this)) return session_.show(shown);
  unseen_.append(shown, 0, limits::terminal_backlog - std::min(limits::terminal_backlog, unseen_.size()));
}

void Outgoing::typed(char key) {
  if (stage_ != Stage::established) return;
  stream_->send(protocol_.typed(key));
  if (!protocol_.host_echoes()) session_.show(key == '\r' ? "\n" : std::string(1, key));
}

void Outgoing::resumed() { session_.show(std::exchange(unseen_, {})); }

void Outgoing::over(const std::string& how) {
  const auto alive = shared_from_this();  // the session may have been the last to hold it
  stage_ = Stage::closed;
  const bool watched = session_.has_keyboard(*this);
  if (watched) session_.show("\n" + how + "\n\n");
  session_.disconnect(*this);
  if (!watched) session_.print(how);
}

}  // namespace arrouter::telnet
