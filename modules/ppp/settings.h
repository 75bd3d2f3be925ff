// What CREATE PPP and CREATE PPP TEMPLATE may say. One table has every parameter: from it come the command rows, the
// defaults, the configuration script and the notes on what has no effect.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "os/command.h"

namespace arrouter::ppp {

/// Where a parameter may stand: CREATE PPP for the whole interface or for one of its links, CREATE PPP TEMPLATE.
enum Place : unsigned { on_interface = 1, on_link = 2, in_template = 4 };

struct Parameter {
  std::string_view name;      // "ECHO"
  std::string_view notation;  // "ECHO={ON|OFF|<1-65535>}"
  std::string_view standard;  // "OFF"
  unsigned places;
  bool quoted = false;        // free text
};
std::span<const Parameter> parameters();
/// Its keyword as the notation writes it: "MSSHeader".
std::string_view label_of(const Parameter& parameter);
/// The notations of all parameters of these places, each optional.
std::string notation_of(unsigned places);

/// Values in the words of the command line; the standard where nothing was said.
class Settings {
 public:
  /// Takes what a command says of parameters in these places.
  void read(const Args& args, unsigned places);
  const std::string& text(std::string_view name) const;
  bool on(std::string_view name) const { return text(name) == "ON"; }
  /// Of NONE, OFF, ON and CONTINUOUS: nothing.
  std::optional<unsigned> number(std::string_view name) const;
  /// A period in seconds: nothing when OFF, `when_on` when ON.
  std::optional<unsigned> period(std::string_view name, unsigned when_on) const;
  /// " bap=off echo=10": what differs from the standard, in these places.
  std::string script(unsigned places) const;

 private:
  std::map<std::string_view, std::string> values_;  // keys are names of the table
};

}  // namespace arrouter::ppp
