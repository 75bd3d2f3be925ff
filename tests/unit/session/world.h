// One booted router and the people at its terminals.
#pragma once

#include <fmt/format.h>

#include "tests/support/person.h"
#include "tests/support/virtual_router.h"

namespace arrouter::test {

struct World {
  explicit World(std::string name = {}) : router(time, std::move(name)) {
    router.boot();
    router->log().listen([this](const LogRecord& record) {
      log += fmt::format("{} {} {} {}\n", static_cast<int>(record.severity), record.type, record.subtype,
                         record.message);
    });
    log.clear();
  }
  VirtualTime time;
  VirtualRouter router;
  std::string log;  // every record since the boot was over
};

/// The account every security test uses.
inline constexpr std::string_view add_secoff =
    "add user=secoff password=sesame1 privilege=securityofficer login=yes telnet=yes";

}  // namespace arrouter::test
