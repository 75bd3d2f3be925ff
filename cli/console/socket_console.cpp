// Clients of a SharedConsole behind a socket. The router never waits for a client; one whose screen falls
// limits::terminal_backlog behind is cut off.
#include "cli/console/socket_console.h"

#include <array>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "cli/console/shared_console.h"
#include "cli/console/telnet_filter.h"
#include "os/base/limits.h"
#include "os/base/write_queue.h"
#include "os/event_loop_endpoint.h"

namespace arrouter {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using StreamSocket = asio::generic::stream_protocol::socket;

constexpr std::chrono::milliseconds accept_pause{500};
constexpr std::string_view no_room = "This console has too many clients already.\r\n";

/// One connected client. Keeps itself alive while it reads or writes.
class Client final : public SharedConsole::Viewer, public std::enable_shared_from_this<Client> {
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
  void send(std::string_view bytes) override {
    if (gone_) return;
    if (!output_.push(bytes)) return leave();
    write();
  }
  bool gone() const override { return gone_; }
  void leave() {
    if (std::exchange(gone_, true)) return;
    error_code ignored;
    socket_.close(ignored);
  }
  /// Says one line without waiting, and closes.
  void turn_away(std::string_view text) {
    error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.send(asio::buffer(text), 0, ignored);
    leave();
  }

 private:
  void write() {
    const std::string_view piece = output_.next();
    if (piece.empty()) return;
    asio::async_write(socket_, asio::buffer(piece), [self = shared_from_this()](error_code error, std::size_t) {
      self->output_.written();
      if (error) return self->leave();
      if (!self->gone_) self->write();
    });
  }

  StreamSocket socket_;
  Typed typed_;
  TelnetFilter telnet_;
  std::array<char, 4096> input_{};
  WriteQueue output_{limits::terminal_backlog};
  bool gone_ = false;
};

template <class Protocol>
class SocketConsole final : public Console {
 public:
  using Acceptor = typename Protocol::acceptor;
  SocketConsole(Acceptor acceptor, std::filesystem::path path, unsigned number, EventLoop& loop, SessionOpener opener)
      : acceptor_(std::make_shared<Acceptor>(std::move(acceptor))),
        path_(std::move(path)),
        loop_(loop),
        pause_(loop.scheduler(), [this] { accept(); }),
        shared_(number, loop, loop.scheduler(), loop, std::move(opener)) {
    accept();
  }
  ~SocketConsole() override {
    error_code ignored;
    acceptor_->close(ignored);
    for (const auto& client : clients_) {
      if (const auto alive = client.lock()) alive->leave();
    }
    std::error_code unlink_error;
    if (!path_.empty()) std::filesystem::remove(path_, unlink_error);
  }

  void print(std::string_view text) override { shared_.print(text); }
  bool listen(std::function<void(char)> pressed) override { return shared_.listen(std::move(pressed)); }
  void start() override { shared_.start(); }

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
    auto client = std::make_shared<Client>(std::move(socket), [this](std::string_view typed) { shared_.typed(typed); });
    if (!shared_.welcome(client)) return client->turn_away(no_room);
    std::erase_if(clients_, [](const auto& other) { return other.expired(); });
    clients_.push_back(client);
    client->read();
  }

  std::shared_ptr<Acceptor> acceptor_;
  std::filesystem::path path_;
  EventLoop& loop_;
  Timer pause_;
  std::vector<std::weak_ptr<Client>> clients_;
  SharedConsole shared_;
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
  const auto endpoint = parse_endpoint(address);
  if (!endpoint) return failure(fmt::format("console tcp:{}: HOST:PORT with a numeric host is needed", address));
  auto acceptor = listen<Protocol>(loop, *endpoint, "tcp:" + address);
  if (!acceptor) return std::unexpected(acceptor.error());
  return std::make_unique<SocketConsole<Protocol>>(std::move(*acceptor), "", number, loop, std::move(opener));
}

}  // namespace arrouter
