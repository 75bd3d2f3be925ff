// Rows and handlers: running scripts, writing them line by line, showing them.
#include <algorithm>

#include <fmt/format.h>

#include "modules/script/script.h"
#include "os/base/calendar.h"
#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::script {

namespace {

constexpr std::string_view argument_names[] = {"ARG1", "ARG2", "ARG3", "ARG4", "ARG5", "ARG6", "ARG7", "ARG8", "ARG9"};

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.empty()) return lines;
  for (const std::string_view line : split(text, '\n')) lines.emplace_back(line);
  return lines;
}

}  // namespace

std::vector<CommandRow> ScriptModule::commands() {
  std::vector<CommandRow> rows = run_rows();
  for (CommandRow& row : edit_rows()) rows.push_back(std::move(row));
  return rows;
}

std::vector<CommandRow> ScriptModule::run_rows() {
  return {
      {"ACTivate SCRipt=<file> [[ARG1=]<text>] [[ARG2=]<text>] [[ARG3=]<text>] [[ARG4=]<text>] [[ARG5=]<text>] "
       "[[ARG6=]<text>] [[ARG7=]<text>] [[ARG8=]<text>] [[ARG9=]<text>]",
       Access::manager, "Runs a script; up to nine arguments stand for %1 to %9.",
       [this](Invocation& invocation) { return activate_command(invocation); }},
      {"DEACTivate SCRipt={ALL|<1-100>}", Access::manager, "Stops a script that runs, or all.",
       [this](Invocation& invocation) { return deactivate(invocation.args); }},
  };
}

std::vector<CommandRow> ScriptModule::edit_rows() {
  return {
      {"ADD SCRipt=<file> TEXT=<text:0-255> [LINE=<1-20000>]", Access::security,
       "Adds a line to a script, made when absent: at its end, or before a line.",
       [this](Invocation& invocation) { return add_line(invocation.args); }},
      {"SET SCRipt=<file> LINE=<1-20000> TEXT=<text:0-255>", Access::security, "Replaces a line of a script.",
       [this](Invocation& invocation) { return set_line(invocation.args); }},
      {"DELete SCRipt=<file> [LINE=<1-20000>]", Access::security, "Deletes a line of a script, or the script.",
       [this](Invocation& invocation) { return delete_line(invocation.args); }},
      {"REName SCRipt=<file> DESTFile=<file>", Access::security, "Gives a script another name.",
       [this](Invocation& invocation) { return rename(invocation.args); }},
      {"SHow SCRipt[=<file>]", Access::security, "Displays a script, or which there are and which run.",
       [this](Invocation& invocation) { return show(invocation); }},
  };
}

Outcome ScriptModule::activate_command(Invocation& invocation) {
  std::vector<std::string> arguments;
  for (const std::string_view name : argument_names)
    if (invocation.args.has(name)) arguments.push_back(invocation.args.text(name));
  const auto id = activate(invocation.args.text("SCRIPT"), std::move(arguments), invocation.caller);
  return id ? Outcome::successful(module_number::script) : id.error();
}

Outcome ScriptModule::deactivate(const Args& args) {
  std::vector<unsigned> ids;
  if (args.holds<Choice>("SCRIPT")) {
    for (const auto& [id, activation] : active_) ids.push_back(id);
  } else {
    const auto id = static_cast<unsigned>(args.number("SCRIPT"));
    if (!active_.contains(id)) return say(texts::unknown_script, id);
    ids.push_back(id);
  }
  for (const unsigned id : ids) {
    const auto terminal = active_.at(id)->caller.terminal.lock();
    const std::string file = active_.at(id)->file;
    log(LogSeverity::detail, "SCR", "END", fmt::format("Script {} stopped", file), file);
    active_.erase(id);
    if (terminal) terminal->release();
  }
  return Outcome::successful(module_number::script);
}

std::expected<FileName, Outcome> ScriptModule::named(const Args& args, std::string_view parameter) const {
  const auto name = parse_file_name(args.text(parameter), "scp");
  if (!name || FileStore::reserved(*name)) return std::unexpected(say(texts::bad_file_name, args.text(parameter)));
  return *name;
}

Outcome ScriptModule::write(const FileName& file, const std::vector<std::string>& lines) {
  if (lines.size() > limits::script_lines) return say(texts::too_long);
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  const auto written = services_.files.write(file, text);
  return written ? Outcome::successful(module_number::script) : say(texts::not_written, written.error().text);
}

Outcome ScriptModule::add_line(const Args& args) {
  const auto file = named(args);
  if (!file) return file.error();
  auto lines = lines_of(services_.files.read(*file).value_or(""));
  const std::size_t place = args.number_or("LINE", lines.size() + 1);
  if (place > lines.size() + 1) return say(texts::no_line, place);
  lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(place - 1), args.text("TEXT"));
  return write(*file, lines);
}

Outcome ScriptModule::set_line(const Args& args) {
  const auto file = named(args);
  if (!file) return file.error();
  const auto text = services_.files.read(*file);
  if (!text) return say(texts::unknown_file, file->name);
  auto lines = lines_of(*text);
  const std::size_t place = args.number("LINE");
  if (place > lines.size()) return say(texts::no_line, place);
  lines[place - 1] = args.text("TEXT");
  return write(*file, lines);
}

Outcome ScriptModule::delete_line(const Args& args) {
  const auto file = named(args);
  if (!file) return file.error();
  const auto text = services_.files.read(*file);
  if (!text) return say(texts::unknown_file, file->name);
  if (!args.has("LINE")) {
    const auto removed = services_.files.remove(*file);
    return removed ? Outcome::successful(module_number::script) : say(texts::not_written, removed.error().text);
  }
  auto lines = lines_of(*text);
  const std::size_t place = args.number("LINE");
  if (place > lines.size()) return say(texts::no_line, place);
  lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(place - 1));
  return write(*file, lines);
}

Outcome ScriptModule::rename(const Args& args) {
  const auto from = named(args);
  if (!from) return from.error();
  const auto to = named(args, "DESTFILE");
  if (!to) return to.error();
  if (!services_.files.exists(*from)) return say(texts::unknown_file, from->name);
  if (services_.files.exists(*to)) return say(texts::file_exists, to->name);
  const auto renamed = services_.files.rename(*from, *to);
  return renamed ? Outcome::successful(module_number::script) : say(texts::not_written, renamed.error().text);
}

Outcome ScriptModule::show(Invocation& invocation) const {
  if (!invocation.args.has_value("SCRIPT")) {
    show_scripts(invocation.screen);
    return Outcome::screen();
  }
  const auto file = named(invocation.args);
  if (!file) return file.error();
  const auto text = services_.files.read(*file);
  if (!text) return say(texts::unknown_file, file->name);
  show_file(invocation.screen, *file, *text);
  return Outcome::screen();
}

void ScriptModule::show_file(Screen& screen, const FileName& file, const std::string& text) const {
  screen.line(fmt::format("File : {}", file.name));
  screen.set("file", file.name);
  screen.line();
  std::size_t number = 0;
  for (const std::string& line : lines_of(text)) {
    const auto scope = screen.item("lines");
    screen.line(fmt::format("{}:{}", ++number, printable(line)));
    screen.set("line", number);
    screen.set("text", line);
  }
}

void ScriptModule::show_scripts(Screen& screen) const {
  screen.line("Filename             Device      Size     Created                  Active");
  screen.rule();
  for (const FileInfo& file : services_.files.list()) {
    if (!file.name.ends_with(".scp")) continue;
    std::vector<std::string> ids;
    for (const auto& [id, activation] : active_)
      if (activation->file == file.name) ids.push_back(std::to_string(id));
    const auto scope = screen.item("scripts");
    screen.line(fmt::format("{:<20} {:<6} {:>12}  {} {} {:>6}", file.name, file.device, file.size,
                            date_text(file.created), time_of_day_text(file.created),
                            ids.empty() ? "-" : fmt::format("{}", fmt::join(ids, ","))));
    screen.set("filename", file.name);
    screen.set("device", file.device);
    screen.set("size", file.size);
    screen.set("active", fmt::format("{}", fmt::join(ids, ",")));
  }
  screen.rule();
}

}  // namespace arrouter::script
