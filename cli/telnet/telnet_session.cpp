#include "cli/telnet/telnet_session.h"

#include <utility>

#include "cli/telnet/texts.h"

namespace arrouter::telnet {

TelnetSession::~TelnetSession() {
  over_ = nullptr;
  if (session_) session_->hang_up();
}

void TelnetSession::start(const Opener& opener, std::function<void()> over) {
  over_ = std::move(over);
  session_ = opener(editor_, to_string(stream_->remote().address));
  if (!session_) return closed();
  stream_->send(filter_.greeting());
  stream_->send(texts::banner);
  session_->start();
  stream_->start([this](std::string_view bytes) { received(bytes); }, [this] { closed(); });
}

void TelnetSession::received(std::string_view bytes) {
  std::string reply;
  const std::string typed = filter_.typed(bytes, reply);
  stream_->send(reply);
  editor_.feed(typed);
}

void TelnetSession::show(std::string_view bytes) {
  // A byte 255 of the text is not the protocol's.
  std::string escaped(bytes);
  for (auto at = escaped.find('\xff'); at != std::string::npos; at = escaped.find('\xff', at + 2)) {
    escaped.insert(at, 1, '\xff');
  }
  stream_->send(escaped);
}

// Comes from the session (LOGOFF, a time-out) or from the stream; either may be in the middle of a call of ours.
void TelnetSession::closed() {
  if (!over_) return;
  reactor_.post([over = std::exchange(over_, nullptr), alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) over();
  });
}

}  // namespace arrouter::telnet
