// Names for addresses, for modules that are given one: the host table and the DNS servers (reference/ip.md 9).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "os/base/address.h"

namespace arrouter {

/// A host that takes the mail of a domain; the lowest preference first.
struct MailExchanger {
  unsigned preference = 0;
  std::string host;
};

class DnsApi {
 public:
  virtual ~DnsApi() = default;
  /// There are servers to ask at all.
  virtual bool has_servers() const = 0;
  /// The first or second server of all names, configured or else learnt, for hosts that are to be told of it; unset:
  /// none.
  virtual Ipv4Address server(bool) const { return {}; }
  /// What the link of an interface says the servers are; unset ones take back what was said.
  virtual void learnt(const std::string&, Ipv4Address, Ipv4Address) {}
  /// Holds a question open; without it `done` is never called.
  using Lookup = std::shared_ptr<void>;
  using FoundAddress = std::function<void(std::optional<Ipv4Address>)>;
  using FoundExchangers = std::function<void(std::optional<std::vector<MailExchanger>>)>;

  /// `text` is an address, a name of the host table, or a name that the servers are asked for. `done` runs once, later,
  /// with nothing when there is no such name or nobody answered.
  [[nodiscard]] virtual Lookup find_address(std::string_view text, FoundAddress done) = 0;
  /// The mail exchangers of a domain; an empty list when it has none of its own, nothing when nobody answered.
  [[nodiscard]] virtual Lookup find_mail_exchangers(std::string_view domain, FoundExchangers done) = 0;
};

}  // namespace arrouter
