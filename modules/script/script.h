// The SCRIPT module's inside: shared by its commands and what runs scripts.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "modules/script/interpreter.h"
#include "modules/script/script_api.h"
#include "os/message.h"
#include "os/module.h"
#include "os/router_control.h"

namespace arrouter::script {

namespace texts {
#define MESSAGE(name, message_class, number, text) \
  inline constexpr Message name{MessageClass::message_class, module_number::script, number, text};
#include "modules/script/texts.def"
#undef MESSAGE
}  // namespace texts

class ScriptModule final : public Module, public ScriptApi {
 public:
  ScriptModule(Services& services, RouterControl& control)
      : services_(services), control_(control), alive_(std::make_shared<ScriptModule*>(this)) {}
  std::string_view name() const override { return "script"; }
  std::vector<CommandRow> commands() override;
  void stop(Ending) override { active_.clear(); }

  std::expected<unsigned, Outcome> activate(std::string_view file, std::vector<std::string> arguments,
                                            const Caller& caller) override;
  bool active(unsigned id) const override { return active_.contains(id); }

 private:
  /// A script in progress.
  struct Activation {
    Activation(Scheduler& scheduler, Scheduler::Action action) : timer(scheduler, std::move(action)) {}
    std::string file;
    std::shared_ptr<const FileName> held;
    std::unique_ptr<Interpreter> interpreter;
    Caller caller;
    Timer timer;  // armed while it waits
    std::size_t line = 0;
    bool begun = false;
  };
  void run_soon(unsigned id);
  void run(unsigned id);
  /// False when the script is to go on later or has ended.
  bool run_step(unsigned id, Activation& activation);
  void run_line(Activation& activation, const step::Command& command);
  void end(unsigned id, const Outcome& outcome);
  void log(LogSeverity severity, std::string_view type, std::string_view subtype, std::string message,
           const std::string& file) const;
  SystemValues values() const;

  std::vector<CommandRow> run_rows();
  std::vector<CommandRow> edit_rows();
  Outcome activate_command(Invocation& invocation);
  Outcome deactivate(const Args& args);
  Outcome add_line(const Args& args);
  Outcome set_line(const Args& args);
  Outcome delete_line(const Args& args);
  Outcome rename(const Args& args);
  Outcome show(Invocation& invocation) const;
  void show_file(Screen& screen, const FileName& file, const std::string& text) const;
  void show_scripts(Screen& screen) const;
  std::expected<FileName, Outcome> named(const Args& args, std::string_view parameter = "SCRIPT") const;
  Outcome write(const FileName& file, const std::vector<std::string>& lines);

  Services& services_;
  RouterControl& control_;
  std::map<unsigned, std::unique_ptr<Activation>> active_;
  std::shared_ptr<ScriptModule*> alive_;  // posted runs ask it
};

}  // namespace arrouter::script
