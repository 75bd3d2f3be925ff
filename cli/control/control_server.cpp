#include "cli/control/control_server.h"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <set>

#include "os/base/limits.h"
#include "os/event_loop.h"

namespace arrouter::control {

namespace {

namespace asio = boost::asio;
using Protocol = asio::local::stream_protocol;
using Error = boost::system::error_code;

constexpr std::size_t longest_request = limits::command_line + 64;

class Client : public std::enable_shared_from_this<Client> {
 public:
  Client(Protocol::socket socket, Execute execute, std::function<bool()> running,
         std::function<void(const std::shared_ptr<Client>&)> gone)
      : socket_(std::move(socket)),
        execute_(std::move(execute)),
        running_(std::move(running)),
        gone_(std::move(gone)) {}

  void start() {
    terminal_ = ScriptTerminal::make(execute_, [weak = weak_from_this()](const Frame& frame) {
      if (const auto self = weak.lock()) self->send(frame);
    });
    read();
    // Complete once the peer has closed both ways; one that only stopped sending still listens.
    socket_.async_wait(Protocol::socket::wait_error, [self = shared_from_this()](const Error& error) {
      if (error) return;
      self->deaf_ = true;
      self->work();
    });
  }
  void give_up() { terminal_->give_up(); }
  void resume() { work(); }
  void close() {
    if (closed_) return;
    closed_ = true;
    Error ignored;
    socket_.close(ignored);
    gone_(shared_from_this());
  }

 private:
  void read() {
    socket_.async_read_some(asio::buffer(chunk_), [self = shared_from_this()](const Error& error, std::size_t size) {
      self->input_.append(self->chunk_.data(), size);
      self->ended_ = static_cast<bool>(error);
      self->work();
      if (!self->closed_ && !self->ended_) self->reading_on();
    });
  }
  // Reading stops while whole requests wait, so that a client cannot fill the memory with them.
  void reading_on() {
    paused_ = input_.size() > longest_request && input_.contains('\n');
    if (paused_) return;
    if (input_.size() > longest_request) {
      if (!parse_request(input_)) return close();
      // Too long for a command line: what is kept is enough to be told so.
      input_.resize(longest_request);
    }
    read();
  }

  void work() {
    // Answers that end at once come from inside run(); the loop, not recursion, takes the next line.
    if (working_) return;
    working_ = true;
    while (!closed_ && running_() && !terminal_->busy() && backlog_ < limits::terminal_backlog) {
      const std::size_t line_end = input_.find('\n');
      if (line_end == input_.npos) break;
      const std::string text = input_.substr(0, line_end);
      input_.erase(0, line_end + 1);
      const auto request = parse_request(text);
      if (!request) {
        close();
        break;
      }
      terminal_->run(request->line, request->json);
    }
    working_ = false;
    if (closed_) return;
    // Nobody waits for the answer in work, nor for what would follow it.
    if (ended_ && deaf_ && terminal_->busy()) return close();
    // Whoever stopped sending still gets the answers to what was sent.
    if (ended_ && !terminal_->busy() && output_.empty() && !input_.contains('\n')) return close();
    if (paused_) reading_on();
  }

  void send(const Frame& frame) {
    if (closed_) return;
    const bool answer_ends = frame.kind == FrameKind::end;
    if (backlog_ > limits::terminal_backlog && frame.kind == FrameKind::print) return close();
    output_.push_back(encode(frame));
    backlog_ += output_.back().size();
    if (output_.size() == 1) write();
    // Later, because the terminal is still inside the call that ended the answer.
    if (answer_ends) asio::post(socket_.get_executor(), [self = shared_from_this()] { self->work(); });
  }
  void write() {
    asio::async_write(socket_, asio::buffer(output_.front()),
                      [self = shared_from_this()](const Error& error, std::size_t) {
                        if (error) return self->close();
                        self->backlog_ -= self->output_.front().size();
                        self->output_.pop_front();
                        if (!self->output_.empty()) self->write();
                        self->work();
                      });
  }

  Protocol::socket socket_;
  Execute execute_;
  std::function<bool()> running_;
  std::function<void(const std::shared_ptr<Client>&)> gone_;
  std::shared_ptr<ScriptTerminal> terminal_;
  std::array<char, 4096> chunk_{};
  std::string input_;
  std::deque<std::string> output_;
  std::size_t backlog_ = 0;
  bool closed_ = false, ended_ = false, deaf_ = false, paused_ = false, working_ = false;
};

class Server final : public ControlServer {
 public:
  Server(Protocol::acceptor acceptor, std::string path, Execute execute, std::function<bool()> running)
      : acceptor_(std::move(acceptor)),
        retry_(acceptor_.get_executor()),
        path_(std::move(path)),
        execute_(std::move(execute)),
        running_(std::move(running)) {
    struct stat status {};
    if (::stat(path_.c_str(), &status) == 0) inode_ = status.st_ino;
    accept();
  }
  ~Server() override {
    *alive_ = false;
    for (const auto& client : std::set(clients_)) client->close();
    struct stat status {};
    if (::stat(path_.c_str(), &status) == 0 && status.st_ino == inode_) ::unlink(path_.c_str());
  }
  void give_up() override {
    for (const auto& client : std::set(clients_)) client->give_up();
  }
  void resume() override {
    for (const auto& client : std::set(clients_)) client->resume();
  }

 private:
  void accept() {
    acceptor_.async_accept([this, alive = alive_](const Error& error, Protocol::socket socket) {
      if (!*alive || error == asio::error::operation_aborted) return;
      if (!error && clients_.size() < limits::control_clients) {
        const auto client =
            std::make_shared<Client>(std::move(socket), execute_, running_,
                                     [this](const auto& gone) { clients_.erase(gone); });
        clients_.insert(client);
        client->start();
      }
      if (!error) return accept();
      // Out of descriptors: trying again at once would only burn time.
      retry_.expires_after(std::chrono::seconds(1));
      retry_.async_wait([this, alive](const Error& cancelled) {
        if (*alive && !cancelled) accept();
      });
    });
  }

  Protocol::acceptor acceptor_;
  asio::steady_timer retry_;
  std::string path_;
  Execute execute_;
  std::function<bool()> running_;
  ino_t inode_ = 0;
  std::set<std::shared_ptr<Client>> clients_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

// A path that a dead router left behind is freed; anything else that exists stays.
Result<void> make_room(asio::io_context& context, const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return {};
    return failure(fmt::format("control socket {}: {}", path, std::strerror(errno)));
  }
  if (!S_ISSOCK(status.st_mode)) return failure(fmt::format("control socket {}: exists and is not a socket", path));
  Protocol::socket probe(context);
  Error error;
  probe.connect(Protocol::endpoint(path), error);
  if (!error) return failure(fmt::format("control socket {}: another router listens there", path));
  if (error != asio::error::connection_refused) {
    return failure(fmt::format("control socket {}: {}", path, error.message()));
  }
  ::unlink(path.c_str());
  return {};
}

}  // namespace

Result<std::unique_ptr<ControlServer>> open_control(const std::string& path, EventLoop& loop, Execute execute,
                                                    std::function<bool()> running) {
  if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path)) {
    return failure(fmt::format("control socket {}: the path is too long", path));
  }
  asio::io_context& context = loop.context();
  if (const auto room = make_room(context, path); !room) return std::unexpected(room.error());
  Protocol::acceptor acceptor(context);
  Error error;
  acceptor.open(Protocol(), error);
  const mode_t mask = ::umask(0177);  // the socket is born with mode 0600
  if (!error) acceptor.bind(Protocol::endpoint(path), error);
  ::umask(mask);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return failure(fmt::format("control socket {}: {}", path, error.message()));
  return std::make_unique<Server>(std::move(acceptor), path, std::move(execute), std::move(running));
}

}  // namespace arrouter::control
