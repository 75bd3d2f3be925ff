// Consoles: what a serial cable is to the real router. `stdio` is the terminal the program runs on; `unix:PATH` and
// `tcp:HOST:PORT` are a terminal server's line: whoever connects shares one session.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "cli/session/session.h"
#include "os/base/result.h"

namespace arrouter {

class EventLoop;

/// Makes a session on the router as it runs now; used again after each logoff and restart. Null while there is no
/// router (it restarts); the console then tries again.
using SessionOpener = std::function<std::shared_ptr<Session>(Display& display, std::string device, std::string location,
                                                             std::string port_name)>;

class Console {
 public:
  virtual ~Console() = default;
  /// Text outside any session: the lines of a start-up. Several lines may come at once.
  virtual void print(std::string_view text) = 0;
  /// Until it is called again with nothing, every key goes to `pressed`, which may not do so itself; only while there
  /// is no session. False: nobody is there to press one.
  virtual bool listen(std::function<void(char key)> pressed) = 0;
  /// Opens the session and shows its first prompt.
  virtual void start() = 0;
};

/// Opens a console; `spec` as --console takes it, `number` that of its asynchronous port ("Asyn 0"). `ended` is called
/// when the person at the local terminal ends the program (Ctrl/\). The failure says which address or path could not be
/// opened and why.
Result<std::unique_ptr<Console>> open_console(std::string_view spec, unsigned number, EventLoop& loop,
                                              SessionOpener opener, std::function<void()> ended);

}  // namespace arrouter
