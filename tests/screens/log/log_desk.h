// The LOG module at a desk, with ways to make messages.
#pragma once

#include "modules/log/log_module.h"
#include "tests/support/fake_ip.h"
#include "tests/support/fake_mail.h"
#include "tests/support/module_desk.h"

namespace arrouter::test {

inline constexpr std::string_view done = "Info (1200003): Operation successful.\n";

struct LogDesk {
  explicit LogDesk(TestServices& services, FakeIp& sender)
      : world(services), module(make_log(services.services, sender, mail).module), desk(services, *module) {}

  std::string operator()(std::string_view line) { return desk(line); }

  void record(LogSeverity severity, std::uint16_t from, std::string_view type, std::string_view subtype,
              std::string message) {
    LogRecord record;
    record.severity = severity;
    record.module = from;
    record.type = type;
    record.subtype = subtype;
    record.message = std::move(message);
    record.file = "somewhere.cpp";
    record.line = 12;
    world.log.record(std::move(record));
  }
  void info(std::string message) { record(LogSeverity::info, module_number::user, "USER", "LON", std::move(message)); }
  void wait(Duration duration) { world.time.advance(duration); }

  TestServices& world;
  FakeMail mail;
  std::unique_ptr<Module> module;
  ModuleDesk desk;
};

}  // namespace arrouter::test
