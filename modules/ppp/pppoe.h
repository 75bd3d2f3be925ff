// PPPoE (RFC 2516) on the router's Ethernet ports: discovery for interfaces that are clients, the access concentrator,
// and session frames between both and PPP, a burst at a time.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "modules/ppp/concentrator.h"
#include "modules/ppp/discovery.h"
#include "modules/ppp/ppp_api.h"
#include "os/module.h"

namespace arrouter::ppp {

class Pppoe;

/// A PPPoE session as PPP sees it.
class EthernetLine : public Line {
 public:
  EthernetLine(Pppoe& pppoe, Port& port, std::string over) : pppoe_(pppoe), port_(port), over_(std::move(over)) {}
  ~EthernetLine() override;
  void transmit(Burst& frames) override;
  std::string over() const override { return over_; }
  unsigned mru() const override { return pppoe_mru; }

  Port& port() const { return port_; }
  const MacAddress& peer() const { return peer_; }
  std::uint16_t session() const { return session_; }
  bool registered() const { return session_ != 0; }
  LineUser* user = nullptr;

 protected:
  void enter(const MacAddress& peer, std::uint16_t session);
  void leave();
  Pppoe& pppoe_;

 private:
  Port& port_;
  std::string over_;
  MacAddress peer_;
  std::uint16_t session_ = 0;  // 0: there is none
};

/// The line of a CREATE PPP OVER=eth0-service.
class PppoeClient final : public EthernetLine, DiscoveryHost {
 public:
  PppoeClient(Pppoe& pppoe, Port& port, std::string over, std::string service, unsigned interface,
              unsigned padr_retries);
  void start();
  void close(std::string_view reason) override;
  bool receive(const MacAddress& from, const DiscoveryPacket& packet);
  void link_changed(bool up);

 private:
  void send_discovery(const MacAddress& to, const Bytes& payload) override;
  void session_opened(const MacAddress& peer, std::uint16_t session) override;
  void session_failed(std::string_view reason) override;
  void schedule() { timer_.arm(discovery_.next_deadline()); }

  unsigned interface_;
  Discovery discovery_;
  Timer timer_;
};

/// A session of the access concentrator.
class ServedLine final : public EthernetLine {
 public:
  ServedLine(Pppoe& pppoe, Port& port, std::string over, std::string service, const MacAddress& client,
             std::uint16_t session)
      : EthernetLine(pppoe, port, std::move(over)), service(std::move(service)) {
    enter(client, session);
  }
  void close(std::string_view reason) override;
  /// By a PADT of the client, or because its port is gone.
  void ended(std::string_view reason);
  const std::string service;  // key of the concentrator's

 private:
  void let_go();
};

class Pppoe final : ConcentratorHost {
 public:
  Pppoe(Services& services, PppApi& ppp, const Md5& md5);
  ~Pppoe() override;

  Concentrator concentrator;
  bool silent = false;  // the router restarts, and says nothing more
  /// "eth0-any" as it is shown; nullopt when it names no port of this router that can carry PPPoE.
  std::optional<std::string> canonical(std::string_view over) const;
  /// Looks for a session for a PPP interface; PppApi::opened() or failed() follows.
  void open(const std::string& over, unsigned interface, unsigned padr_retries);
  void abandon(unsigned interface);
  const PppoeClient* client(unsigned interface) const;
  /// Tells clients of a service that they are no longer served.
  void end_sessions(std::string_view service);
  unsigned sessions_of(const AcService& service) const override;
  /// The concentrator's interfaces have changed.
  void listen();

 private:
  friend class EthernetLine;
  friend class PppoeClient;
  friend class ServedLine;
  struct Key {
    const Port* port;
    MacAddress peer;
    std::uint16_t session;
    auto operator<=>(const Key&) const = default;
  };
  void attach(Port& port);
  void receive(Port& port, Burst& frames);
  EthernetLine* line_of(Port& port, Packet& frame, EthernetLine* last);
  void discover(Port& port, ByteView frame);
  void refuse(Port& port, const MacAddress& peer, std::uint16_t session);
  void link_changed(const Port& port, bool up);
  void send(Port& port, const MacAddress& to, const Bytes& payload);
  void bury(ServedLine& line);

  void send_offer(const std::string& interface, const MacAddress& to, const Bytes& payload) override;
  bool open_session(const AcService& service, const MacAddress& client, std::uint16_t session) override;
  bool session_taken(std::uint16_t session) const override;

  Services& services_;
  PppApi& ppp_;
  std::map<std::string, Port*, std::less<>> attached_;
  std::map<Key, EthernetLine*> sessions_;
  std::map<unsigned, std::unique_ptr<PppoeClient>> clients_;  // by PPP interface
  std::map<std::uint16_t, std::unique_ptr<ServedLine>> served_;
  std::vector<std::unique_ptr<ServedLine>> buried_;  // until nobody can be inside of them
  Timer burial_;
  Instant refusing_from_{};  // not before: a stranger's frames bring few answers
};

}  // namespace arrouter::ppp
