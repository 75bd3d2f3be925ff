// Makes the LOG module; for os/assembly only.
#pragma once

#include <functional>

#include "modules/ip/ip_api.h"
#include "modules/log/log_api.h"
#include "modules/mail/mail_api.h"
#include "os/module.h"

namespace arrouter {

/// What messages need on their way besides IP and MAIL.
struct LogWays {
  /// HMAC-MD5 (RFC 2104).
  std::function<SecretBytes(ByteView key, ByteView data)> seal;
  /// Prints on the session of an asynchronous port; false when it has none.
  std::function<bool(unsigned asyn, std::string_view text)> to_port;
};

struct MadeLog {
  std::unique_ptr<Module> module;
  logging::LogApi& api;
};
MadeLog make_log(Services& services, IpApi& ip, MailApi& mail, LogWays ways);

}  // namespace arrouter
