#include "cli/session/edit.h"

#include <fmt/format.h>

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

constexpr unsigned most_rescued = 20;  // texts of one device and extension, before the first is replaced

/// The editor at the keyboard of a session.
class Editing final : public Relay {
 public:
  Editing(std::weak_ptr<Session> session, Services& services, FileName name, std::string_view text)
      : session_(std::move(session)),
        services_(services),
        name_(std::move(name)),
        held_(services.files.hold(name_)),
        editor_(name_.name, text, [this](const auto& now) { return services_.files.write(name_, now); }) {}
  ~Editing() override {
    if (!editor_.ended() && editor_.changed()) rescue();
  }

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

  /// The session has ended without a word about the changes: they are kept beside the file, or in NVS while FLASH takes
  /// nothing. The extension stays, since who may read a file hangs on it.
  void rescue() const {
    FileName place = rescue_place(name_.device);
    auto kept = services_.files.write(place, editor_.text());
    if (!kept && name_.device != "nvs") {
      place = rescue_place("nvs");
      kept = services_.files.write(place, editor_.text());
    }
    const std::string where = kept ? fmt::format("{} are in {}:{}", name_.name, place.device, place.name)
                                   : fmt::format("{}: {}", name_.name, kept.error().text);
    services_.log.record({.severity = LogSeverity::important,
                          .module = module_number::file,
                          .type = "FILE",
                          .subtype = "EDIT",
                          .message = "Session lost: changes to " + where,
                          .reference = name_.name});
  }
  /// A name that is free; the first one when they all are taken.
  FileName rescue_place(const std::string& device) const {
    const std::string extension = name_.name.substr(name_.name.find('.'));
    const FileName first{device, "editlost" + extension};
    if (!services_.files.exists(first)) return first;
    for (unsigned number = 1; number <= most_rescued; ++number) {
      FileName next{device, fmt::format("editlo{:02}{}", number, extension)};
      if (!services_.files.exists(next)) return next;
    }
    return first;
  }

  std::weak_ptr<Session> session_;
  Services& services_;
  FileName name_;
  std::shared_ptr<const FileName> held_;
  ScreenEditor editor_;
};

Outcome edit(Services& services, Invocation& call) {
  const auto session = std::dynamic_pointer_cast<Session>(call.caller.terminal.lock());
  if (!session) return say(no_session);
  if (session->settings.dumb) return say(no_screen);
  const std::string& given = call.args.text("FILE");
  const auto name = parse_file_name(given);
  if (!name) return say(bad_file_name, given);
  if (FileStore::reserved(*name)) return say(reserved, name->name);
  std::string text;
  if (services.files.exists(*name)) {
    auto content = services.files.read(*name);
    if (!content) return say(refused, content.error().text);
    if (content->size() > limits::edited_file) return say(too_long, name->name);
    text = std::move(*content);
  }
  session->connect(std::make_shared<Editing>(session, services, services.files.resolve(*name), text));
  return Outcome::screen();
}

}  // namespace

std::vector<CommandRow> edit_rows(Services& services) {
  return {{"EDit [FIle=]<file>", Access::security, "Edits a text file on the whole screen.",
           [&services](Invocation& call) { return edit(services, call); }}};
}

}  // namespace arrouter
