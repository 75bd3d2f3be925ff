// Makes the LOG module; for os/assembly only.
#pragma once

#include "modules/ip/ip_api.h"
#include "modules/log/log_api.h"
#include "modules/mail/mail_api.h"
#include "os/module.h"

namespace arrouter {

struct MadeLog {
  std::unique_ptr<Module> module;
  logging::LogApi& api;
};
MadeLog make_log(Services& services, IpApi& ip, MailApi& mail);

}  // namespace arrouter
