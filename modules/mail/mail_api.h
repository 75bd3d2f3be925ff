// What other modules may ask of MAIL.
#pragma once

#include <string>

namespace arrouter {

struct MailToSend {
  std::string to;  // "user@domain" or "user@[192.168.1.2]"
  std::string subject;
  std::string text;       // lines end in \n
  std::string etrn = {};  // a domain whose waiting mail the server is asked to send
};

class MailApi {
 public:
  virtual ~MailApi() = default;
  /// Queues a mail; false when it cannot be sent (no HOSTNAME, a bad address, the queue is full).
  virtual bool send(MailToSend mail) = 0;
};

}  // namespace arrouter
