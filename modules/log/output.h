// Output definitions: where messages go. Each has a queue and an ordered list of filters.
#pragma once

#include <deque>
#include <map>

#include "modules/log/filter.h"
#include "os/base/time.h"

namespace arrouter::logging {

/// TEMPORARY, PERMANENT, or 1 to 20; in the order in which screens and scripts list them.
enum class OutputId : int { temporary = -1, permanent = 0 };
std::string output_word(OutputId id);   // "temporary", "1": for scripts
std::string output_title(OutputId id);  // "Temporary", "1": for screens
/// The value of a parameter {TEmporary|PErmanent|<1-20>}.
OutputId output_id(const Args& args, std::string_view parameter);

/// The value of a parameter PASSword={NONE|<name>}; empty for NONE.
std::string password_of(const Args& args);

enum class Destination : std::uint8_t { email, memory, nvs, port, router, syslog };
enum class Format : std::uint8_t { full, msgonly, summary };

struct OutputSettings {
  Destination destination = Destination::memory;
  bool enabled = true;
  std::size_t messages = 200;  // kept at most; the oldest goes first
  Ipv4Address server;
  unsigned facility = 0;  // LOCAL1 to LOCAL7; 0: DEFAULT
  bool extended_syslog = false;
  Format format = Format::summary;
  bool queue_only = false;          // nothing is sent …
  unsigned max_queue_severity = 7;  // … until a message of this severity or a FLUSH
  bool secure = false;              // datagrams leave only where IPsec protects them
  std::string password, to, zone;
  unsigned asyn = 0;
  bool operator==(const OutputSettings&) const = default;
};

class Output {
 public:
  OutputSettings settings;
  std::vector<Filter> filters;
  std::deque<Entry> messages;
  std::optional<Instant> last_sent;      // when its latest datagram left
  std::optional<Instant> waiting_since;  // when the oldest of a mail's messages came

  /// The first filter that fits decides; no fit means no.
  bool wants(const Entry& entry) const;
  /// Keeps the message. True when an older one had to go.
  bool add(const Entry& entry);
  /// After settings.messages became smaller.
  void shrink();
  bool email() const { return settings.destination == Destination::email; }
  /// Messages leave it as datagrams.
  bool networked() const {
    return settings.destination == Destination::syslog || settings.destination == Destination::router;
  }
  /// Messages leave it one by one, as soon as they may.
  bool passes_on() const { return networked() || settings.destination == Destination::port; }
  /// Messages leave it.
  bool sends() const { return passes_on() || email(); }
  /// What is queued now should leave: at once, mail when MESSAGES are there; with QUEUEONLY only for a message of
  /// MAXQUEUESEVERITY.
  bool due(LogSeverity latest) const;
};

using Outputs = std::map<OutputId, Output>;

Output default_temporary();
Output default_permanent();

/// Takes over what a CREATE or SET command gives.
void apply(OutputSettings& settings, const Args& args);
/// " server=192.168.10.5 facility=local1": what differs from `usual`, for a script.
std::string parameters(const OutputSettings& settings, const OutputSettings& usual);
/// "severity=>2 action=ignore" or "all": for a script.
std::string parameters(const Filter& filter);

std::string_view title(Destination destination);  // "Syslog"
std::string_view word(Destination destination);   // "syslog"
std::string_view title(Format format);            // "Summary"

}  // namespace arrouter::logging
