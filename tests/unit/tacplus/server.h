// A TACACS+ server as a test plays it, on the other end of a connection without a network.
#pragma once

#include "modules/enco/enco_module.h"
#include "modules/tacplus/packet.h"
#include "modules/tacplus/tacplus_module.h"
#include "os/login.h"
#include "tests/support/fake_ip.h"
#include "tests/support/fake_tcp.h"
#include "tests/support/module_desk.h"

namespace arrouter::test {

/// The module, and what its servers hear. Every server has the key "shared key".
struct TacplusDesk {
  TestServices base;
  MadeEnco enco = make_enco(base.services);
  FakeIp ip;
  FakeTcp tcp{base.time};
  std::unique_ptr<Module> module = make_tacplus(base.services, ip, enco.api, tcp);
  ModuleDesk desk{base, *module};
  SecretBytes key;
  std::shared_ptr<int> owner = std::make_shared<int>();
  std::vector<UserServers::Answer> answers;
  tacplus::Header last;  // of the packet heard() took apart

  explicit TacplusDesk(std::string_view extra = {}) {
    ip.routed = true;
    const ByteView text = as_bytes("shared key");
    key.assign(text.begin(), text.end());
    desk.run("add tacplus server=10.0.0.2 key=\"shared key\"" + std::string(extra) +
             "\nadd tacplus server=10.0.0.3 key=\"shared key\"\nenable tacplus\n");
  }

  /// Somebody logs in by Telnet.
  void ask(std::string name = "bob", std::string_view password = "secret") {
    LoginRequest request{
        .name = std::move(name), .password = {}, .device = "Telnet 1", .remote_from = Ipv4Address(192, 168, 1, 10)};
    request.password.assign(password.begin(), password.end());
    base.users.tacplus_servers->ask(request, owner, [this](const auto& answer) { answers.push_back(answer); });
    settle();
  }
  /// What has to happen at once happens.
  void settle() { base.time.advance(std::chrono::milliseconds(1)); }

  FakePeer& line(std::size_t place) { return *tcp.dialled.at(place); }
  /// The body of the packet that came over the last connection.
  std::string heard() { return heard(tcp.dialled.size() - 1); }
  std::string heard(std::size_t place) {
    const std::string packet = line(place).heard();
    if (packet.size() < tacplus::header_bytes) return {};
    last = tacplus::read_header(as_bytes(packet));
    const SecretBytes body = tacplus::obfuscated(enco.api, last, key, as_bytes(packet).subspan(tacplus::header_bytes));
    return {body.begin(), body.end()};
  }
  /// A figure of SHOW TACPLUS SERVER.
  bool counted(std::string_view name, unsigned value, std::string_view server = "10.0.0.2") {
    desk(fmt::format("show tacplus server={}", server));
    return desk.last_json.find(fmt::format("\"{}\":{}", name, value)) != std::string::npos;
  }
  /// The next packet of the server's.
  std::string packet(std::string_view body, tacplus::Header header) {
    ++header.sequence;
    const SecretBytes made = tacplus::make_packet(enco.api, header, key, as_bytes(body));
    return {made.begin(), made.end()};
  }
  void say(std::string_view body) {
    line(tcp.dialled.size() - 1).say(packet(body, last));
    settle();
  }
  /// An authentication reply without a message.
  void say(tacplus::AuthenStatus status) { say(std::string{static_cast<char>(status), 0, 0, 0, 0, 0}); }
  /// An authorization reply.
  void allow(tacplus::AuthorStatus status, const std::vector<std::string>& arguments) {
    std::string body{static_cast<char>(status), static_cast<char>(arguments.size()), 0, 0, 0, 0};
    for (const std::string& argument : arguments) body += static_cast<char>(argument.size());
    for (const std::string& argument : arguments) body += argument;
    say(body);
  }
  /// The server asks for the password and takes it.
  void authenticate() {
    heard();
    say(tacplus::AuthenStatus::get_password);
    heard();
    say(tacplus::AuthenStatus::pass);
  }
};

}  // namespace arrouter::test
