// Rows and handlers of MAIL, its screen and its part of the configuration script.
#include <fmt/format.h>

#include <algorithm>

#include "modules/mail/mail.h"
#include "os/base/limits.h"

namespace arrouter::mail {

namespace {

constexpr int value_column = 20;

std::string shown(const std::string& text) { return text.empty() ? "Not set" : text; }

}  // namespace

std::vector<CommandRow> MailModule::commands() {
  return {
      {"SET MAIL [HOSTname=<text:0-100>] [SMTPserver=<text:0-100>]", Access::manager,
       "Sets the router's name in mail, and a server that takes all mail.",
       [this](Invocation& call) { return set(call.args); }},
      {"MAil TO=<name:1-131> {FIle=<file>|MEssage=<name:1-131>} [SUbject=<text:0-131>] [ETRN=<name:1-131>]",
       Access::manager, "Sends a mail.", [this](Invocation& call) { return write(call); }},
      {"DELete MAIL=<1-4294967295>", Access::manager, "Deletes a mail that waits to be sent.",
       [this](Invocation& call) { return remove(call.args); }},
      {"SHow MAIL", Access::manager, "Displays the mail configuration and the mails that wait.",
       [this](Invocation& call) {
         show(call.screen);
         return Outcome::screen();
       }},
  };
}

Outcome MailModule::set(const Args& args) {
  // Both become part of commands to a server or questions to DNS.
  for (const std::string_view parameter : {"HOSTNAME", "SMTPSERVER"}) {
    if (!args.has(parameter)) continue;
    const std::string& text = args.text(parameter);
    if (!text.empty() && !parse_address("x@" + text) && !parse_ipv4(text)) return say(texts::bad_address, text);
  }
  host_name_ = args.text_or("HOSTNAME", host_name_);
  server_ = args.text_or("SMTPSERVER", server_);
  return say(texts::done);
}

Outcome MailModule::write(Invocation& invocation) {
  const Args& args = invocation.args;
  std::string text = args.text_or("MESSAGE", "") + "\n";
  if (args.has("FILE")) {
    const auto name = parse_file_name(args.text("FILE"));
    auto content = name ? services_.files.read(*name) : failure("");
    if (!content) return say(texts::unknown_file, args.text("FILE"));
    text = std::move(*content);
  }
  return enqueue({args.text("TO"), args.text_or("SUBJECT", ""), std::move(text), args.text_or("ETRN", "")});
}

Outcome MailModule::remove(const Args& args) {
  const std::uint64_t id = args.number("MAIL");
  const auto mail = std::ranges::find_if(queue_, [&](const Queued& each) { return each.id == id; });
  if (mail == queue_.end()) return say(texts::unknown_mail, id);
  if (mail->id == delivering_) stop_delivery();
  queue_.erase(mail);
  arm();
  return say(texts::done);
}

void MailModule::show(Screen& screen) const {
  screen.line("Mail Configuration");
  screen.rule();
  screen.field(0, value_column, "Host Name", shown(host_name_));
  screen.field(0, value_column, "SMTP Server", shown(server_));
  screen.field(0, value_column, "Mails sent", sent_);
  screen.field(0, value_column, "Mails failed", failed_);
  screen.line();
  screen.table("queue", {{"Id", 6}, {"State", 9}, {"Tries", 7}, {"To", 28}, {"Last Reply", 0}});
  screen.rule();
  for (const Queued& mail : queue_) {
    screen.row({mail.id, mail.id == delivering_ ? "Sending" : "Waiting", mail.attempts, mail.to.text,
                mail.last_error.empty() ? "-" : mail.last_error});
  }
  screen.rule();
}

void MailModule::dump(ConfigWriter& writer) const {
  writer.section("MAIL", {"MAIL"});
  if (!host_name_.empty()) writer.line("set mail hostname=" + arrouter::quoted(host_name_));
  if (!server_.empty()) writer.line("set mail smtpserver=" + arrouter::quoted(server_));
}

}  // namespace arrouter::mail
