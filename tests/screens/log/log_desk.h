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
      : world(services), module(make_log(services.services, sender, mail, ways()).module), desk(services, *module) {}

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

  /// Not HMAC: what depends on each byte of both will do here.
  static SecretBytes seal(ByteView key, ByteView data) {
    SecretBytes code(16, std::uint8_t{1});
    for (const ByteView part : {key, data})
      for (std::size_t i = 0; i < part.size(); ++i)
        code[i % 16] = static_cast<std::uint8_t>(code[i % 16] * 31 + part[i] + 1);
    return code;
  }

  TestServices& world;
  FakeMail mail;
  bool port_in_use = true;           // somebody is at port 0
  std::vector<std::string> printed;  // there
  std::unique_ptr<Module> module;
  ModuleDesk desk;

 private:
  LogWays ways() {
    return {.seal = seal, .to_port = [this](unsigned asyn, std::string_view text) {
              if (asyn != 0 || !port_in_use) return false;
              printed.emplace_back(text);
              return true;
            }};
  }
};

}  // namespace arrouter::test
