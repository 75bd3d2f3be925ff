// One line editor and one session with any number of screens at it, as people at one serial line: everyone sees the same
// and may type. Sans-IO; how bytes travel is the Screens' business.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string_view>

#include "cli/console/line_editor.h"
#include "cli/console/session_slot.h"

namespace arrouter {

class SharedConsole final : private LineEditor::Owner {
 public:
  /// Somebody who looks at the console.
  class Viewer {
   public:
    virtual ~Viewer() = default;
    /// Takes bytes for its screen; never waits.
    virtual void send(std::string_view bytes) = 0;
    /// It has left, or was cut off because it did not keep up.
    virtual bool gone() const = 0;
  };

  SharedConsole(unsigned number, Reactor& reactor, Scheduler& scheduler, const Clock& clock, SessionOpener opener);

  /// Text outside any session.
  void print(std::string_view text) { editor_.write(text); }
  /// As Console::listen(): somebody is there while there is a viewer. What was typed before stays for the session.
  bool listen(std::function<void(char)> pressed);
  void start() { slot_.open(editor_); }
  /// Shows the present line, so that nobody who comes finds a mute console. False: limits::sessions look already.
  bool welcome(const std::shared_ptr<Viewer>& viewer);
  void typed(std::string_view bytes);

 private:
  void forget_gone();
  void show(std::string_view bytes) override;
  void line(std::string_view text) override;
  void key(char key) override;
  bool help(std::string_view typed) override { return slot_.get() != nullptr && slot_.get()->help(typed); }
  bool show_history() override { return slot_.get() != nullptr && slot_.get()->show_history(); }
  const std::deque<std::string>& history() const override { return slot_.history(); }
  void closed() override { slot_.closed(editor_); }

  std::list<std::shared_ptr<Viewer>> viewers_;
  std::function<void(char)> pressed_;  // while there is no session
  LineEditor editor_;
  SessionSlot slot_;
};

}  // namespace arrouter
