// TCP without a network: connections are pairs of strings in virtual time.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "os/tcp.h"
#include "tests/support/virtual_time.h"

namespace arrouter::test {

/// What a peer of the router sees and does.
class FakePeer {
 public:
  /// What the router sent since the last call.
  std::string heard() { return std::exchange(heard_, {}); }
  void say(std::string_view bytes) {
    const auto received = received_;  // which may end it
    if (received) received(bytes);
  }
  void hang_up() {
    if (const auto ended = std::exchange(ended_, nullptr)) ended();
  }
  bool hung_up_on() const { return gone_; }
  TcpEndpoint local, remote;  // as the router sees them

 private:
  friend class FakeTcp;
  std::string heard_;
  std::function<void(std::string_view)> received_;
  std::function<void()> ended_;
  bool gone_ = false;
};

class FakeTcp final : public Tcp {
 public:
  explicit FakeTcp(VirtualTime& time) : time_(time) {}

  /// Somebody connects to a service; nullptr when it does not listen.
  std::shared_ptr<FakePeer> visit(std::string_view service, Ipv4Address from) {
    const auto found = accepting_.find(service);
    if (found == accepting_.end()) return nullptr;
    auto peer = std::make_shared<FakePeer>();
    peer->local = {Ipv4Address(192, 168, 7, 1), found->second.first};
    peer->remote = {from, 40000};
    const Accepted accepted = found->second.second;
    accepted(std::make_unique<Stream>(peer));
    return peer;
  }
  std::uint16_t port_of(std::string_view service) const { return accepting_.find(service)->second.first; }
  /// The router's own connections, in order; an entry is null when the connection was refused.
  std::vector<std::shared_ptr<FakePeer>> dialled;
  bool refuse_dialling = false;
  bool port_taken = false;
  std::vector<TcpConnection> table;
  TcpCounters figures;
  std::vector<TcpConnection> ended;
  std::set<Ipv4Address> addresses;
  std::vector<Bytes> inputs;
  std::function<void(ByteView)> output;

  Result<std::unique_ptr<TcpListener>> listen(std::string_view service, std::uint16_t port,
                                              Accepted accepted) override {
    if (port_taken) return failure("Address already in use");
    accepting_.insert_or_assign(std::string(service), std::pair(port, std::move(accepted)));
    return std::make_unique<Listener>(*this, std::string(service));
  }
  void connect(Ipv4Address source, const TcpEndpoint& destination, std::weak_ptr<void> owner,
               Connected connected) override {
    time_.post([this, source, destination, owner = std::move(owner), connected = std::move(connected)] {
      if (owner.expired()) return;
      if (refuse_dialling) return connected(failure("Connection refused"));
      dialled.push_back(std::make_shared<FakePeer>());
      dialled.back()->local = {source, 40001};
      dialled.back()->remote = destination;
      connected(std::make_unique<Stream>(dialled.back()));
    });
  }
  bool usable() const override { return true; }
  void set_addresses(const std::set<Ipv4Address>& wanted) override { addresses = wanted; }
  void on_output(std::function<void(ByteView)> receiver) override { output = std::move(receiver); }
  void input(ByteView packet) override { inputs.emplace_back(packet.begin(), packet.end()); }
  bool serves(std::uint16_t port) const override {
    for (const auto& [service, door] : accepting_) {
      if (door.first == port) return true;
    }
    return false;
  }
  std::vector<TcpConnection> connections() const override { return table; }
  TcpCounters counters() const override { return figures; }
  Result<void> end(const TcpConnection& connection) override {
    ended.push_back(connection);
    return {};
  }

 private:
  class Stream final : public TcpStream {
   public:
    explicit Stream(std::shared_ptr<FakePeer> peer) : peer_(std::move(peer)) {}
    ~Stream() override {
      peer_->gone_ = true;
      peer_->received_ = nullptr;
      peer_->ended_ = nullptr;
    }
    TcpEndpoint local() const override { return peer_->local; }
    TcpEndpoint remote() const override { return peer_->remote; }
    void start(std::function<void(std::string_view)> received, std::function<void()> ended) override {
      peer_->received_ = std::move(received);
      peer_->ended_ = std::move(ended);
    }
    void send(std::string_view bytes) override { peer_->heard_ += bytes; }
    Descriptor release() override { return {}; }

   private:
    std::shared_ptr<FakePeer> peer_;
  };
  class Listener final : public TcpListener {
   public:
    Listener(FakeTcp& tcp, std::string service) : tcp_(tcp), service_(std::move(service)) {}
    ~Listener() override { tcp_.accepting_.erase(service_); }

   private:
    FakeTcp& tcp_;
    std::string service_;
  };

  VirtualTime& time_;
  std::map<std::string, std::pair<std::uint16_t, Accepted>, std::less<>> accepting_;
};

}  // namespace arrouter::test
