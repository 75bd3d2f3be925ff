// The script language (reference/operations.md 8): one command a line, # comments, arguments, conditions, WAIT. It
// knows no clock and runs nothing: it says what comes next.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace arrouter::script {

/// What %D, %T, %N and %S stand for at the moment a line is read.
struct SystemValues {
  std::string date, time, name, serial;
};

/// Replaces %1 to %9 (nothing where no argument was given), %D, %T, %N, %S and %%; any other % stays.
std::string substitute(std::string_view line, const std::vector<std::string>& arguments, const SystemValues& values);

namespace step {
struct Command {
  std::size_t line;  // from 1
  std::string text;
};
struct Wait {
  unsigned seconds;
};
struct Mistake {
  std::size_t line;
  std::string text;  // the line
  std::string why;
};
struct End {};
}  // namespace step
using Step = std::variant<step::Command, step::Wait, step::Mistake, step::End>;

class Interpreter {
 public:
  Interpreter(std::string_view script, std::vector<std::string> arguments);

  /// The next thing to do. A mistake in the language ends the script.
  Step next(const SystemValues& values);

 private:
  /// One IF in progress: whether its present branch runs, and whether the IF around it does.
  struct Condition {
    bool holds, outer;
    bool in_else = false;
  };
  bool active() const { return conditions_.empty() || (conditions_.back().holds && conditions_.back().outer); }
  /// Handles IF, ELSE and ENDIF; false when the line is none of them. `why` tells a mistake.
  bool control(const std::string& line, std::string& why);

  std::vector<std::string> lines_;
  std::vector<std::string> arguments_;
  std::vector<Condition> conditions_;
  std::size_t at_ = 0;
};

}  // namespace arrouter::script
