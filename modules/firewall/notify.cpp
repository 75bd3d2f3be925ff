#include "modules/firewall/notify.h"

#include <utility>

#include "modules/firewall/messages.h"
#include "os/base/calendar.h"

namespace arrouter::firewall {

Notifier::Notifier(Services& services, FirewallVoice voice)
    : clock_(services.clock),
      wall_(services.wall),
      voice_(std::move(voice)),
      timer_(services.scheduler, [this] { speak(); }) {}

void Notifier::tell(AttackNotice notice) {
  notice.trap = settings.snmp;
  if (settings.mail) notice.mail_to = settings.mail_to;
  waiting_.push_back({wall_.now(), std::move(notice)});
  timer_.arm(clock_.now());
}

void Notifier::speak() {
  for (const auto& [time, notice] : std::exchange(waiting_, {})) {
    const std::string text = say(texts::notice, date_text(time), time_of_day_text(time), notice.text).line() + "\n";
    if (settings.manager && voice_.to_managers) voice_.to_managers(text);
    if (settings.port && voice_.to_port) voice_.to_port(settings.asyn, text);
    for (const auto& listener : listeners_) listener(notice);
  }
}

}  // namespace arrouter::firewall
