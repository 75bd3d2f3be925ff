// A whole Router in virtual time, and the cables between several.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "netdev/memory_port.h"
#include "os/assembly/router.h"
#include "tests/support/virtual_time.h"

namespace arrouter::test {

/// Files in memory, every interface of the model on a memory port, a seeded random source.
class VirtualRouter {
 public:
  VirtualRouter(VirtualTime& time, std::string name, std::string_view model = "AR415S", std::uint64_t seed = 1,
                Tcp* tcp = nullptr);
  VirtualRouter(const VirtualRouter&) = delete;

  Router& operator*() { return *router; }
  Router* operator->() { return router.get(); }
  /// Boots with this configuration (as if it were flash:boot.cfg).
  void boot(std::string_view configuration = {});
  /// Gives one line with a security officer's rights.
  RouterControl::Executed run(std::string_view line);
  /// What the line printed and its message line.
  std::string text(std::string_view line);
  /// SHOW CONFIG DYNAMIC as a script.
  std::string configuration() const;
  /// The memory port of an interface, for a MemoryLink.
  MemoryPort& port(std::string_view interface);

  /// What SHOW CPU and SHOW BUFFER are told.
  RouterControl::CpuLoad cpu;
  std::uint64_t memory_used_kb = 0;

  SeededRandom random;
  std::unique_ptr<Router> router;
  std::string boot_text;  // all that consoles were told
};

}  // namespace arrouter::test
