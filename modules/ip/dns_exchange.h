// Questions on their way to DNS servers: each has a number and a port that nobody can guess, goes to one server after
// the other, and is over with the first answer. One that says it is cut short is asked for again by TCP.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "modules/ip/dns_message.h"
#include "modules/ip/dns_stream.h"
#include "modules/ip/ip_api.h"
#include "os/base/random.h"
#include "os/base/scheduler.h"

namespace arrouter::ip {

struct DnsCounters {
  std::uint64_t asked = 0, by_tcp = 0, answered = 0, timed_out = 0, strays = 0, full = 0;
};

class DnsExchanges {
 public:
  /// The answer as it came and as it was read; none when no server gave one.
  struct Answer {
    ByteView datagram;
    DnsMessage message;
  };
  using Done = std::function<void(const Answer*)>;
  using Key = std::uint64_t;  // never 0

  /// Without `tcp` answers that are cut short have to do.
  DnsExchanges(IpApi& ip, Tcp* tcp, const Clock& clock, Scheduler& scheduler, Random& random);
  ~DnsExchanges();
  DnsExchanges(const DnsExchanges&) = delete;

  /// Sends a query (its number is replaced). `done` runs once, later, unless the question is cancelled. 0: there are
  /// no servers, or too many questions are open. `whole`: an answer that is cut short is not enough.
  Key ask(Bytes query, DnsQuestion question, std::vector<Ipv4Address> servers, bool whole, Done done);
  void cancel(Key key);
  std::size_t open() const { return open_.size(); }

  DnsCounters counters;

 private:
  struct Open {
    std::uint16_t id = 0, port = 0;
    Bytes query;
    DnsQuestion question;
    std::vector<Ipv4Address> servers;
    std::size_t attempt = 0;
    Instant deadline{};
    bool whole = false;
    Bytes cut_short;                    // the answer so far, while TCP is asked
    std::shared_ptr<DnsStream> stream;  // TCP is asked
    Done done;

    Ipv4Address server() const { return servers[attempt % servers.size()]; }
  };
  void receive(Key key, const UdpDatagram& datagram);
  void send(Open& open);
  void ask_by_tcp(Key key, ByteView cut_short);
  /// What TCP said, or what there was before it.
  void heard_by_tcp(Key key, ByteView datagram);
  /// The next server, or the end.
  void go_on(Key key);
  void finish(Key key, const Answer* answer);
  void look();
  void arm();

  IpApi& ip_;
  Tcp* tcp_;
  const Clock& clock_;
  Random& random_;
  std::map<Key, Open> open_;
  Key last_key_ = 0;
  Timer timer_;
};

}  // namespace arrouter::ip
