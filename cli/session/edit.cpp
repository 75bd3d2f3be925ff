#include "cli/session/edit.h"

#include "cli/session/screen_editor.h"
#include "cli/session/session.h"
#include "os/base/limits.h"
#include "os/message.h"

namespace arrouter {

namespace {

constexpr Message bad_file_name{MessageClass::error, module_number::file, 256, "{} is not a valid file name."};
constexpr Message reserved{MessageClass::error, module_number::file, 262, "File {} belongs to the system."};
constexpr Message refused{MessageClass::error, module_number::file, 260, "File operation failed: {}."};
constexpr Message too_long{MessageClass::error, module_number::file, 263, "File {} is too long for the editor."};
constexpr Message no_screen{MessageClass::error, module_number::file, 264, "The editor needs a VT100 terminal."};
constexpr Message no_session{MessageClass::error, module_number::tty, 256, "There is no session to act on."};
constexpr std::string_view security_marker = "enabled.sec";

/// The editor at the keyboard of a session.
class Editing final : public Relay {
 public:
  Editing(std::weak_ptr<Session> session, FileStore& files, FileName name, std::string_view text)
      : session_(std::move(session)),
        name_(std::move(name)),
        editor_(name_.name, text, [this, &files](const auto& now) { return files.write(name_, now).has_value(); }) {}

  void resumed() override { show(editor_.redraw()); }
  void typed(char key) override {
    show(editor_.typed(key));
    if (!editor_.ended()) return;
    if (const auto session = session_.lock()) session->disconnect(*this);
  }
  std::string remote() const override { return "editor " + name_.name; }

 private:
  // The carriage return tells whoever remembers the present line that nothing of it is left.
  void show(const std::string& bytes) const {
    if (const auto session = session_.lock()) session->show("\r" + bytes);
  }

  std::weak_ptr<Session> session_;
  FileName name_;
  ScreenEditor editor_;
};

Outcome edit(Services& services, Invocation& call) {
  const auto session = std::dynamic_pointer_cast<Session>(call.caller.terminal.lock());
  if (!session) return say(no_session);
  if (session->settings.dumb) return say(no_screen);
  const std::string& given = call.args.text("FILE");
  const auto name = parse_file_name(given);
  if (!name) return say(bad_file_name, given);
  if (name->name == security_marker) return say(reserved, name->name);
  std::string text;
  if (services.files.exists(*name)) {
    auto content = services.files.read(*name);
    if (!content) return say(refused, content.error().text);
    if (content->size() > limits::edited_file) return say(too_long, name->name);
    text = std::move(*content);
  }
  session->connect(std::make_shared<Editing>(session, services.files, *name, text));
  return Outcome::screen();
}

}  // namespace

std::vector<CommandRow> edit_rows(Services& services) {
  return {{"EDit [FIle=]<file>", Access::security, "Edits a text file on the whole screen.",
           [&services](Invocation& call) { return edit(services, call); }}};
}

}  // namespace arrouter
