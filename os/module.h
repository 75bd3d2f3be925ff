// What a module is, and what every module is given.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "netdev/port.h"
#include "os/base/random.h"
#include "os/base/reactor.h"
#include "os/base/scheduler.h"
#include "os/command.h"
#include "os/files.h"
#include "os/log.h"
#include "os/model.h"
#include "os/users.h"

namespace arrouter {

/// SET SYSTEM and what SHOW SYSTEM tells; no module owns it because prompts, logs and DHCP read it.
struct SystemIdentity {
  std::string name, location, contact, distinguished_name, territory;
};

/// Takes the configuration script that SHOW CONFIG DYNAMIC prints and CREATE CONFIG writes.
class ConfigWriter {
 public:
  /// Opens "# <title> configuration"; a heading is written even when nothing follows.
  void section(std::string_view title, std::vector<std::string_view> module_names);
  void line(std::string command);
  struct Section {
    std::string title;
    std::vector<std::string> names;  // what SHOW CONFIG DYNAMIC=<name> accepts for it
    std::vector<std::string> lines;
  };
  const std::vector<Section>& sections() const { return sections_; }

 private:
  std::vector<Section> sections_;
};
/// A value as a script needs it: always in double quotes, with inner quotes doubled, and so is a backslash where it
/// would otherwise escape what follows. The command language reads it back unchanged.
std::string quoted(std::string_view value);

class Router;

/// The services of one Router. Everything outlives the modules.
struct Services {
  const Clock& clock;
  WallClock& wall;
  Scheduler& scheduler;
  Reactor& reactor;
  JobRunner& jobs;
  Random& random;
  PacketPool& pool;
  Log& log;
  FileStore& files;
  UserDatabase& users;
  SystemIdentity& system;
  const Model& model;
  std::map<std::string, Port*, std::less<>>& ports;  // "eth0" -> the port IP may use
};

/// Why modules go: RESTART, or the end of the process.
enum class Ending : std::uint8_t { restart, process_end };

class Module {
 public:
  virtual ~Module() = default;
  virtual std::string_view name() const = 0;    // folder name: "isakmp"
  virtual std::vector<CommandRow> commands() = 0;
  /// Writes the module's sections of the configuration script, only what differs from a factory-fresh router.
  virtual void dump(ConfigWriter&) const {}
  /// After all modules exist and before the boot configuration runs.
  virtual void start() {}
  /// After the boot configuration has run.
  virtual void booted() {}
  /// Before destruction, while the other modules still exist. At the end of the process peers are told; a router that
  /// restarts cannot send Deletes any more (How-To Note, "Cause 1: Power failure").
  virtual void stop(Ending) {}
};

}  // namespace arrouter
