// Makes the MAIL module; for os/assembly only.
#pragma once

#include "modules/ip/dns_api.h"
#include "modules/ip/ip_api.h"
#include "modules/mail/mail_api.h"
#include "os/module.h"
#include "os/tcp.h"

namespace arrouter {

struct MadeMail {
  std::unique_ptr<Module> module;
  MailApi& api;
};
MadeMail make_mail(Services& services, IpApi& ip, DnsApi& dns, Tcp& tcp);

}  // namespace arrouter
