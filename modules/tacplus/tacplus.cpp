// TACACS+: users known to servers of the newer kind, which also say what they may do (RFC 8907).
//
// The Software References of 2.9 have TACACS alone (modules/tacacs). ADD, SET, DELETE, SHOW TACPLUS SERVER, their
// parameters, ranges and delivered values are those of Allied Telesis' later chassis switches (SwitchBlade x3100,
// Software Reference, chapter Access and Security), which keep this command language. Two things differ: there
// AUTHENTICATION and AUTHORIZATION are delivered OFF, server by server; here ENABLE TACPLUS is the switch, so they are
// ON. And a server's user is what its priv-lvl says at once, without ENABLE SECURITYOFFICER and a second password.
//
// log_in() asks here last: whoever the database, RADIUS and TACACS know does not need TACACS+, and the router's own
// users get in while every server is away. Servers are asked in the order in which they were added. One that stays
// silent for TIMEOUT seconds is asked RETRIES times more; one that takes no connection, hangs up, reports an error or
// makes no sense is left for the next one. A yes or no is final.
//
// A login is a session of authentication, ASCII first and PAP when the server wants another way (RESTART), and then one
// of authorization for service=shell: priv-lvl 15 is a SECURITY OFFICER, 7 to 14 MANAGER, less or none USER. An
// argument that must be understood and is not keeps the user out (6.1). Each session has a TCP connection to itself;
// with SINGLECONNECTION one serves all, one login after the other, when the server agrees.
//
// Invariants
// - A packet counts only on the connection to the server that was asked, with the session's number and the next
//   sequence number, hidden when there is a key and in clear when there is none, its lengths in agreement.
// - The password goes out once in a session, to a server that asks for it or in a PAP START.
// - Passwords and keys are in no log, no screen and no debugging; a key is in the configuration script, as RADIUS'
//   secrets are on the real router.
// - Security officers of a server's come from where those of the database may come (RSO).
//
// Not modelled: accounting, authorization of single commands, CHAP and MS-CHAP, changing a password, TLS (RFC 9887).
#include "modules/tacplus/tacplus.h"

#include <utility>

#include "modules/tacplus/tacplus_module.h"
#include "os/base/text.h"

namespace arrouter {

std::unique_ptr<Module> make_tacplus(Services& services, IpApi& ip, enco::EncoApi& enco, Tcp& tcp) {
  return std::make_unique<tacplus::TacplusModule>(services, ip, enco, tcp);
}

namespace tacplus {

namespace {

std::string described(const Header& header) {
  const bool authentication = header.type == PacketType::authentication;
  return fmt::format("{}, session {:08x}, packet {}, {} bytes{}", authentication ? "authentication" : "authorization",
                     header.session, header.sequence, header.length,
                     (header.flags & flag::unencrypted) != 0 ? ", not hidden" : "");
}

}  // namespace

TacplusModule::TacplusModule(Services& services, IpApi& ip, enco::EncoApi& enco, Tcp& tcp)
    : services_(services), client_(services, ip, enco, tcp, *this) {
  services_.users.tacplus_servers = this;
}

TacplusModule::~TacplusModule() { services_.users.tacplus_servers = nullptr; }

void TacplusModule::ask(const LoginRequest& request, std::weak_ptr<void> owner,
                        std::function<void(const UserServers::Answer&)> answered) {
  Person person{.user = request.name,
                .password = request.password,
                .port = request.device.substr(0, longest_text),
                .remote = request.remote_from ? to_string(*request.remote_from) : std::string()};
  client_.ask(std::move(person), std::move(owner), [answered = std::move(answered)](const Decision& given) {
    UserServers::Answer answer;
    if (given.verdict == Verdict::accepted) answer.reply = Reply::accepted;
    if (given.verdict == Verdict::rejected) answer.reply = Reply::rejected;
    answer.privilege = given.privilege;
    if (!given.server.unset()) answer.server = fmt::format(fmt::runtime(texts::server_name), to_string(given.server));
    answered(answer);
  });
}

void TacplusModule::decided(const Server& server, const std::string& user, const Dialogue& dialogue) {
  const bool good = dialogue.verdict() == Verdict::accepted;
  std::string text = fmt::format(fmt::runtime(good ? texts::log_accepted : texts::log_rejected),
                                 to_string(server.address), printable(user));
  if (!dialogue.reason().empty()) text += ": " + dialogue.reason();
  tell(text);
  log(good ? LogSeverity::info : LogSeverity::notice, good ? "OK" : "FAIL", std::move(text));
}

void TacplusModule::gave_up(const Server& server, std::string_view why) {
  std::string text = fmt::format(fmt::runtime(texts::log_gave_up), to_string(server.address), why);
  tell(text);
  log(LogSeverity::important, "FAIL", std::move(text));
}

void TacplusModule::sent(const Server& server, ByteView packet) {
  tell(fmt::format("sent to {} port {}: {}", to_string(server.address), server.port, described(read_header(packet))));
}

void TacplusModule::received(const Server& server, ByteView bytes) {
  tell(
      fmt::format("received from {}: {}", to_string(server.address),
                  bytes.size() < header_bytes ? fmt::format("{} bytes", bytes.size()) : described(read_header(bytes))));
}

void TacplusModule::log(LogSeverity severity, std::string_view subtype, std::string message) const {
  services_.log.record({.severity = severity,
                        .module = module_number::tacplus,
                        .type = "AUTH",
                        .subtype = subtype,
                        .message = std::move(message)});
}

}  // namespace tacplus
}  // namespace arrouter
