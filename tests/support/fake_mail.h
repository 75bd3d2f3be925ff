// A MAIL that only keeps what it is given.
#pragma once

#include <vector>

#include "modules/mail/mail_api.h"

namespace arrouter::test {

class FakeMail final : public MailApi {
 public:
  std::vector<MailToSend> sent;
  bool takes = true;
  bool send(MailToSend mail) override {
    if (takes) sent.push_back(std::move(mail));
    return takes;
  }
};

}  // namespace arrouter::test
