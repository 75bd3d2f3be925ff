#include "os/event_loop_tcp.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "os/base/limits.h"
#include "os/base/write_queue.h"
#include "os/event_loop_endpoint.h"

namespace arrouter {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds accept_pause{500};

TcpEndpoint endpoint_of(const tcp::endpoint& endpoint) {
  const asio::ip::address address = endpoint.address();
  if (address.is_v4()) return {Ipv4Address(address.to_v4().to_uint()), endpoint.port()};
  return {{}, endpoint.port()};
}

/// Keeps itself alive while it reads or writes; its TcpStream may be gone.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  explicit Connection(tcp::socket socket) : socket_(std::move(socket)) {
    error_code ignored;
    socket_.set_option(asio::socket_base::keep_alive(true), ignored);
    socket_.set_option(tcp::no_delay(true), ignored);
    local_ = endpoint_of(socket_.local_endpoint(ignored));
    remote_ = endpoint_of(socket_.remote_endpoint(ignored));
  }
  const TcpEndpoint& local() const { return local_; }
  const TcpEndpoint& remote() const { return remote_; }

  void start(std::function<void(std::string_view)> received, std::function<void()> ended) {
    received_ = std::move(received);
    ended_ = std::move(ended);
    read();
  }
  void send(std::string_view bytes) {
    if (gone_) return;
    if (!output_.push(bytes)) return fail();
    write();
  }
  /// The user has gone; what was sent still goes out.
  void let_go() {
    received_ = nullptr;
    ended_ = nullptr;
    if (output_.empty()) close();
  }
  Descriptor release() {
    error_code error;
    gone_ = true;
    const int socket = socket_.release(error);
    return Descriptor(error ? -1 : socket);
  }

 private:
  void read() {
    socket_.async_read_some(asio::buffer(input_), [self = shared_from_this()](error_code error, std::size_t count) {
      if (self->gone_) return;
      if (error) return self->fail();
      // A copy: the call-back may let go of this connection.
      if (const auto received = self->received_) received({self->input_.data(), count});
      if (!self->gone_) self->read();
    });
  }
  void write() {
    const std::string_view piece = output_.next();
    if (piece.empty()) return;
    asio::async_write(socket_, asio::buffer(piece), [self = shared_from_this()](error_code error, std::size_t) {
      self->output_.written();
      if (self->gone_) return;
      if (error) return self->fail();
      if (self->output_.empty() && !self->received_) return self->close();
      self->write();
    });
  }
  void close() {
    if (std::exchange(gone_, true)) return;
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    socket_.close(ignored);
  }
  void fail() {
    close();
    // Never inside a call of the stream's user.
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
      if (const auto ended = std::exchange(self->ended_, nullptr)) ended();
    });
  }

  tcp::socket socket_;
  TcpEndpoint local_, remote_;
  std::function<void(std::string_view)> received_;
  std::function<void()> ended_;
  std::array<char, 4096> input_{};
  WriteQueue output_{limits::terminal_backlog};
  bool gone_ = false;
};

class Stream final : public TcpStream {
 public:
  explicit Stream(tcp::socket socket) : connection_(std::make_shared<Connection>(std::move(socket))) {}
  ~Stream() override { connection_->let_go(); }
  TcpEndpoint local() const override { return connection_->local(); }
  TcpEndpoint remote() const override { return connection_->remote(); }
  void start(std::function<void(std::string_view)> received, std::function<void()> ended) override {
    connection_->start(std::move(received), std::move(ended));
  }
  void send(std::string_view bytes) override { connection_->send(bytes); }
  Descriptor release() override { return connection_->release(); }

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace

/// A listening socket; connections that come while nobody wants them are closed.
class LiveTcp::Door : public std::enable_shared_from_this<LiveTcp::Door> {
 public:
  Door(EventLoop& loop, tcp::acceptor acceptor) : acceptor_(std::move(acceptor)), pause_(loop.context()) {}
  void open() { accept(); }
  void set_visitor(Accepted accepted) { accepted_ = std::move(accepted); }
  void close() {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  }

 private:
  void accept() {
    acceptor_.async_accept([self = shared_from_this()](error_code error, tcp::socket socket) {
      if (!self->acceptor_.is_open()) return;
      if (!error && self->accepted_) self->accepted_(std::make_unique<Stream>(std::move(socket)));
      if (!error || error == asio::error::connection_aborted) return self->accept();
      // Out of descriptors: the next visitor waits until one is free, without a busy loop.
      self->pause_.expires_after(accept_pause);
      self->pause_.async_wait([self](error_code cancelled) {
        if (!cancelled) self->accept();
      });
    });
  }
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  Accepted accepted_;
};

class LiveTcp::Listener final : public TcpListener {
 public:
  Listener(std::shared_ptr<Door> own, std::vector<std::shared_ptr<Door>> of_host)
      : own_(std::move(own)), of_host_(std::move(of_host)) {}
  ~Listener() override {
    if (own_) own_->close();
    for (const auto& door : of_host_) door->set_visitor({});
  }

 private:
  std::shared_ptr<Door> own_;
  std::vector<std::shared_ptr<Door>> of_host_;
};

LiveTcp::LiveTcp(EventLoop& loop) : loop_(loop) {}

LiveTcp::~LiveTcp() {
  for (const auto& [service, door] : host_doors_) door->close();
}

Result<void> LiveTcp::open_network() {
  auto network = PrivateNetwork::open(loop_);
  if (!network) return std::unexpected(network.error());
  network_ = std::move(*network);
  return {};
}

Result<void> LiveTcp::also_at(std::string_view service, std::string_view where) {
  const auto endpoint = where.starts_with("tcp:") ? parse_endpoint(where.substr(4)) : std::nullopt;
  if (!endpoint) return failure(fmt::format("{} {}: tcp:HOST:PORT with a numeric host is needed", service, where));
  tcp::acceptor acceptor(loop_.context());
  error_code error;
  acceptor.open(endpoint->protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(*endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return failure(fmt::format("{} {}: {}", service, where, error.message()));
  const auto door = std::make_shared<Door>(loop_, std::move(acceptor));
  door->open();
  host_doors_.emplace(service, door);
  return {};
}

Result<std::unique_ptr<TcpListener>> LiveTcp::listen(std::string_view service, std::uint16_t port, Accepted accepted) {
  std::shared_ptr<Door> own;
  if (network_) {
    auto socket = network_->listen(port);
    if (!socket) return std::unexpected(socket.error());
    own = std::make_shared<Door>(loop_, tcp::acceptor(loop_.context(), tcp::v4(), socket->release()));
    own->set_visitor(accepted);
    own->open();
    ports_.set(port);
  }
  std::vector<std::shared_ptr<Door>> of_host;
  const auto [begin, end] = host_doors_.equal_range(service);
  for (auto door = begin; door != end; ++door) {
    door->second->set_visitor(accepted);
    of_host.push_back(door->second);
  }
  return std::make_unique<Listener>(std::move(own), std::move(of_host));
}

void LiveTcp::connect(Ipv4Address source, const TcpEndpoint& destination, std::weak_ptr<void> owner,
                      Connected connected) {
  auto made = network_ ? network_->connect(source, destination) : failure("the router has no TCP");
  if (!made) {
    loop_.post([owner = std::move(owner), connected = std::move(connected), error = made.error()] {
      if (!owner.expired()) connected(std::unexpected(error));
    });
    return;
  }
  const auto socket = std::make_shared<tcp::socket>(loop_.context(), tcp::v4(), made->release());
  error_code ignored;
  ports_.set(socket->local_endpoint(ignored).port());
  socket->async_wait(tcp::socket::wait_write,
                     [socket, owner = std::move(owner), connected = std::move(connected)](error_code error) {
                       if (owner.expired()) return;
                       if (!error) {
                         // What became of it (SO_ERROR), as Asio's own connect would ask.
                         int reason = 0;
                         socklen_t size = sizeof reason;
                         ::getsockopt(socket->native_handle(), SOL_SOCKET, SO_ERROR, &reason, &size);
                         if (reason != 0) error.assign(reason, boost::system::system_category());
                       }
                       if (error) return connected(failure(error.message()));
                       connected(std::make_unique<Stream>(std::move(*socket)));
                     });
}

void LiveTcp::set_addresses(const std::set<Ipv4Address>& addresses) {
  if (network_) network_->set_addresses(addresses);
}

void LiveTcp::on_output(std::function<void(ByteView)> receiver) {
  if (network_) network_->on_output(std::move(receiver));
}

void LiveTcp::input(ByteView packet) {
  if (network_) network_->input(packet);
}

std::vector<TcpConnection> LiveTcp::connections() const {
  return network_ ? network_->connections() : std::vector<TcpConnection>();
}

TcpCounters LiveTcp::counters() const { return network_ ? network_->counters() : TcpCounters(); }

Result<void> LiveTcp::end(const TcpConnection& connection) {
  return network_ ? network_->end(connection) : failure("the router has no TCP");
}

}  // namespace arrouter
