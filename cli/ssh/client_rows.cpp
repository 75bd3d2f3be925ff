#include "cli/ssh/client_rows.h"

#include "cli/ssh/outgoing.h"
#include "cli/ssh/texts.h"

namespace arrouter::ssh {
namespace {

constexpr std::uint16_t ssh_port = 22;

SshHost host_of(const Args& args, const Caller& caller) {
  SshHost host;
  host.name = args.text("HOST");
  host.address.port = static_cast<std::uint16_t>(args.number_or("PORT", ssh_port));
  host.user = args.text_or("USER", caller.user);
  if (args.has("KEYID")) host.key_id = static_cast<std::uint16_t>(args.number("KEYID"));
  return host;
}

void connect(const ClientContext& context, Session& session, SshHost host, std::string_view password,
             std::string command, const std::optional<HostTarget>& target) {
  const ByteView bytes = as_bytes(password);
  host.password.assign(bytes.begin(), bytes.end());
  std::make_shared<Outgoing>(*context.dialler, session, std::move(host), std::move(command))
      ->call(context.names, target);
}

Outcome ssh(const ClientContext& context, Invocation& invocation) {
  const Args& args = invocation.args;
  const Caller& caller = invocation.caller;
  const auto session = session_of(caller);
  if (!session) return say(texts::no_session);
  SshHost host = host_of(args, caller);
  const auto target = context.names.known(host.name);
  if (const auto refusal = connect_refusal(texts::connect, caller, context.users, *session, context.names, context.tcp,
                                           host.name, target)) {
    return *refusal;
  }
  const std::string command = args.text_or("COMMAND", {});
  const std::string name = host.name;
  if (host.key_id || args.has("PASSWORD")) {
    connect(context, *session, std::move(host), args.text_or("PASSWORD", {}), command, target);
    return say(texts::attempting, name);
  }
  Question question;
  question.prompt = "Password: ";
  question.echo = false;
  question.answered = [=, weak = std::weak_ptr(session), finish = invocation.finish](const std::string& password) {
    const auto alive = weak.lock();
    if (!alive) return;
    connect(context, *alive, host, password, command, target);
    finish(say(texts::attempting, name));
  };
  invocation.ask(std::move(question));
  return Outcome::wait();
}

Outcome show_hosts(const Dialler& dialler, Screen& screen) {
  screen.line("Keys of SSH hosts");
  screen.table("hosts", {{"Host", 34}, {"Kind", 22}, {"Key", 0}});
  screen.rule();
  for (const auto& [name, key] : dialler.host_keys()) {
    const auto blank = key.find(' ');
    const std::string blob = key.substr(blank + 1);
    constexpr std::size_t shown = 16;
    screen.row({name, key.substr(0, blank), ".." + blob.substr(blob.size() - std::min(shown, blob.size()))});
  }
  screen.rule();
  return Outcome::screen();
}

}  // namespace

std::vector<CommandRow> client_rows(const ClientContext& context) {
  return {
      {"SSH [HOst=]<name:1-60> [USer=<name:1-64>] [{PASSword=<text:1-60>|KEYid=<0-65535>}] [POrt=<1-65535>] "
       "[COMmand=<text:1-200>]",
       Access::user, "Connects to an SSH host; the attention key (Break or Ctrl/P) comes back.",
       [context](Invocation& call) { return ssh(context, call); }},
      {"LAB SHow SSH HOsts", Access::manager, "Displays the SSH hosts whose keys have been learned.",
       [context](Invocation& call) { return show_hosts(*context.dialler, call.screen); }},
      {"LAB SSH FORget=<name:1-66>", Access::security, "Forgets the key of an SSH host, so that another is accepted.",
       [context](Invocation& call) {
         const std::string& name = call.args.text("FORGET");
         return context.dialler->forget(name) ? Outcome::successful(module_number::ssh)
                                              : say(texts::unknown_host_key, name);
       }},
  };
}

}  // namespace arrouter::ssh
