// Several clients share one line editor and one session: everyone sees the same screen and may type. The router never
// waits for a client; one whose screen falls limits::terminal_backlog behind is cut off. A client that connects is
// shown the present line at once, so a reconnect never finds a mute console.
#include "cli/console/socket_console.h"

#include <array>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <list>

#include "cli/console/line_editor.h"
#include "cli/console/session_slot.h"
#include "cli/console/telnet_filter.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using StreamSocket = asio::generic::stream_protocol::socket;

constexpr std::chrono::milliseconds accept_pause{500};
constexpr std::string_view no_room = "This console has too many clients already.\r\n";

/// One connected client. Keeps itself alive while it reads or writes.
class Client : public std::enable_shared_from_this<Client> {
 public:
  using Typed = std::function<void(std::string_view)>;
  Client(StreamSocket socket, Typed typed) : socket_(std::move(socket)), typed_(std::move(typed)) {}

  void read() {
    socket_.async_read_some(asio::buffer(input_), [self = shared_from_this()](error_code error, std::size_t count) {
      if (self->gone_) return;
      if (error) return self->leave();
      std::string reply;
      const std::string typed = self->telnet_.typed({self->input_.data(), count}, reply);
      if (!reply.empty()) self->send(reply);
      if (!typed.empty()) self->typed_(typed);
      if (!self->gone_) self->read();
    });
  }
  void send(std::string_view bytes) {
    if (gone_ || bytes.empty()) return;
    if (waiting_.size() + sending_.size() + bytes.size() > limits::terminal_backlog) return leave();
    waiting_ += bytes;
    if (sending_.empty()) write();
  }
  void leave() {
    if (std::exchange(gone_, true)) return;
    error_code ignored;
    socket_.close(ignored);
  }
  bool gone() const { return gone_; }

 private:
  void write() {
    sending_ = std::exchange(waiting_, {});
    asio::async_write(socket_, asio::buffer(sending_), [self = shared_from_this()](error_code error, std::size_t) {
      self->sending_.clear();
      if (error) return self->leave();
      if (!self->gone_ && !self->waiting_.empty()) self->write();
    });
  }

  StreamSocket socket_;
  Typed typed_;
  TelnetFilter telnet_;
  std::array<char, 4096> input_{};
  std::string waiting_, sending_;
  bool gone_ = false;
};

template <class Protocol>
class SocketConsole final : public Console, private LineEditor::Owner {
 public:
  using Acceptor = typename Protocol::acceptor;
  SocketConsole(Acceptor acceptor, std::filesystem::path path, unsigned number, EventLoop& loop, SessionOpener opener)
      : acceptor_(std::make_shared<Acceptor>(std::move(acceptor))),
        path_(std::move(path)),
        loop_(loop),
        pause_(loop.scheduler(), [this] { accept(); }),
        editor_(*this),
        slot_(number, loop, loop.scheduler(), loop, std::move(opener), [this] { editor_.resume(); }) {
    accept();
  }
  ~SocketConsole() override {
    error_code ignored;
    acceptor_->close(ignored);
    for (const auto& client : clients_) client->leave();
    std::error_code unlink_error;
    if (!path_.empty()) std::filesystem::remove(path_, unlink_error);
  }

  void print(std::string_view text) override { editor_.write(text); }
  void start() override { slot_.open(editor_); }

 private:
  void accept() {
    acceptor_->async_accept([this, alive = std::weak_ptr<bool>(alive_)](error_code error, auto socket) {
      if (alive.expired()) return;
      if (!error) welcome(StreamSocket(std::move(socket)));
      // Out of descriptors: the next client waits until one is free, without a busy loop.
      if (error && error != asio::error::connection_aborted) return pause_.arm(loop_.now() + accept_pause);
      accept();
    });
  }
  void welcome(StreamSocket socket) {
    std::erase_if(clients_, [](const auto& client) { return client->gone(); });
    if (clients_.size() >= limits::sessions) return turn_away(std::move(socket));
    auto client = std::make_shared<Client>(std::move(socket), [this](std::string_view typed) { editor_.feed(typed); });
    clients_.push_back(client);
    client->send(editor_.redraw());
    client->read();
  }

  /// A new socket takes one line without waiting; then it closes.
  static void turn_away(StreamSocket socket) {
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.send(asio::buffer(no_room), 0, ignored);
  }

  void show(std::string_view bytes) override {
    for (const auto& client : clients_) client->send(bytes);
  }
  void line(std::string_view text) override {
    if (slot_.get() != nullptr) slot_.get()->line(text);
  }
  void key(char key) override {
    if (slot_.get() != nullptr) slot_.get()->key(key);
  }
  bool help(std::string_view typed) override { return slot_.get() != nullptr && slot_.get()->help(typed); }
  bool show_history() override { return slot_.get() != nullptr && slot_.get()->show_history(); }
  const std::deque<std::string>& history() const override { return slot_.history(); }
  void closed() override { slot_.closed(editor_); }

  std::shared_ptr<Acceptor> acceptor_;
  std::filesystem::path path_;
  EventLoop& loop_;
  Timer pause_;
  std::list<std::shared_ptr<Client>> clients_;
  LineEditor editor_;
  SessionSlot slot_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

template <class Protocol>
Result<typename Protocol::acceptor> listen(EventLoop& loop, const typename Protocol::endpoint& endpoint,
                                           const std::string& shown) {
  typename Protocol::acceptor acceptor(loop.context());
  error_code error;
  const auto step = [&error](auto action) {
    if (!error) action();
  };
  step([&] { acceptor.open(endpoint.protocol(), error); });
  step([&] { acceptor.set_option(asio::socket_base::reuse_address(true), error); });
  step([&] { acceptor.bind(endpoint, error); });
  step([&] { acceptor.listen(asio::socket_base::max_listen_connections, error); });
  if (error) return failure(fmt::format("console {}: {}", shown, error.message()));
  return acceptor;
}

/// A socket file left behind by a process that is gone refuses connections.
bool is_left_over(EventLoop& loop, const std::string& path) {
  std::error_code status_error;
  if (!std::filesystem::is_socket(path, status_error)) return false;
  asio::local::stream_protocol::socket probe(loop.context());
  error_code error;
  probe.connect({path}, error);
  return error == asio::error::connection_refused;
}

struct HostPort {
  asio::ip::address host;
  std::uint16_t port = 0;
};

std::optional<HostPort> parse_host_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto port = parse_number(text.substr(colon + 1), 65535);
  error_code error;
  const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : std::string(host), error);
  if (!port || *port == 0 || error) return std::nullopt;
  return HostPort{address, static_cast<std::uint16_t>(*port)};
}

}  // namespace

Result<std::unique_ptr<Console>> open_unix_console(const std::string& path, unsigned number, EventLoop& loop,
                                                   SessionOpener opener) {
  using Protocol = asio::local::stream_protocol;
  if (path.empty() || path.size() > 107) return failure(fmt::format("console unix:{}: the path is too long", path));
  std::error_code file_error;
  if (is_left_over(loop, path)) std::filesystem::remove(path, file_error);
  auto acceptor = listen<Protocol>(loop, Protocol::endpoint(path), "unix:" + path);
  if (!acceptor) return std::unexpected(acceptor.error());
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write,
                               file_error);
  return std::make_unique<SocketConsole<Protocol>>(std::move(*acceptor), path, number, loop, std::move(opener));
}

Result<std::unique_ptr<Console>> open_tcp_console(const std::string& address, unsigned number, EventLoop& loop,
                                                  SessionOpener opener) {
  using Protocol = asio::ip::tcp;
  const auto parsed = parse_host_port(address);
  if (!parsed) return failure(fmt::format("console tcp:{}: HOST:PORT with a numeric host is needed", address));
  auto acceptor = listen<Protocol>(loop, Protocol::endpoint(parsed->host, parsed->port), "tcp:" + address);
  if (!acceptor) return std::unexpected(acceptor.error());
  return std::make_unique<SocketConsole<Protocol>>(std::move(*acceptor), "", number, loop, std::move(opener));
}

}  // namespace arrouter
