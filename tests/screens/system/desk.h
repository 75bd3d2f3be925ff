// A booted router whose owner types commands, at 11:19:24 on 2 February 2007.
#pragma once

#include "os/base/calendar.h"
#include "tests/support/virtual_router.h"

namespace arrouter::test {

struct SystemDesk {
  explicit SystemDesk(std::string name = "Peer1", std::string_view model = "AR415S")
      : router(time, std::move(name), model) {
    router.boot();
    time.advance(std::chrono::minutes(11) + std::chrono::seconds(37) + std::chrono::milliseconds(120));
    router.run("set time=11:19:24 date=02-feb-2007");
  }
  /// What a command of the owner prints.
  std::string operator()(std::string_view line) { return router.text(line); }
  std::string as(Privilege privilege, std::string_view line) {
    Caller caller;
    caller.user = "somebody";
    caller.privilege = privilege;
    const auto executed = router->execute(line, caller);
    return executed.screen.text() + executed.outcome.line();
  }
  VirtualTime time;
  VirtualRouter router;
};

}  // namespace arrouter::test
