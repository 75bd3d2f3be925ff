// A compiled command row. compile_row() reads the notation of os/command.h; the parser, `?` help, the command reference
// and the tests' line generator walk the result.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "os/command.h"

namespace arrouter {

/// A keyword with its shortest form: "ENCalg" is ENCALG, at least "ENC".
struct Word {
  std::string text;      // upper case
  std::string shown;     // as the row writes it
  std::size_t shortest;  // characters of `text` that must be there

  std::string_view shortest_form() const { return std::string_view(text).substr(0, shortest); }
  /// How well typed text fits; a better fit wins over a worse one.
  enum class Fit : std::uint8_t { none, longer, shortest, exact };
  Fit fit(std::string_view typed) const;
};

/// One <type> of the notation.
struct Type {
  enum class Kind : std::uint8_t {
    number,
    name,
    text,
    ipv4,
    mask,
    ipv4_range,
    mac,
    interface,
    file,
    files,
    boolean,
    time,
    date,
    list,
    hex,
    filter
  };
  Kind kind;
  std::uint64_t low = 0;   // numbers and lists: smallest; texts: shortest; hex: fewest bytes
  std::uint64_t high = 0;  // the same, largest
};

/// What may stand behind '=': any of the keywords, else the first type that takes the text.
struct ValueSpec {
  std::vector<Word> choices;
  std::vector<Type> types;
  bool many = false;  // {A|B}[,...]: keywords joined by commas
};

struct Parameter {
  enum class Form : std::uint8_t { flag, value, optional_value };
  std::vector<Word> names;  // the first is its name in Args
  Form form = Form::flag;
  bool positional = false;  // directly after the fixed keywords the name may be left out
  ValueSpec value;
  const std::string& name() const { return names.front().text; }
};

/// The shape of a row's parameters: which must, may, or may not stand together.
struct Node {
  enum class Kind : std::uint8_t { parameter, optional, one_of };
  Kind kind;
  std::size_t parameter = 0;                  // index into Grammar::parameters
  std::vector<std::vector<Node>> branches{};  // optional: one; one_of: two or more
};

struct Grammar {
  std::string module;
  CommandRow row;
  std::vector<std::vector<Word>>
      head;  // the fixed keywords; one with several words is a choice, kept in Args as a flag
  std::vector<Parameter> parameters;
  std::vector<Node> body;
  bool identified = false;  // parameters[0] comes directly after the head and finds the row

  /// Keywords that find the row, in order: the head, then the names of the identifying parameter.
  std::size_t path_length() const { return head.size() + (identified ? 1 : 0); }
  const std::vector<Word>& path(std::size_t step) const {
    return step < head.size() ? head[step] : parameters.front().names;
  }
};

/// Throws std::logic_error, naming the row, when its notation is malformed, a parameter comes twice, two of its
/// parameters share a shortest form, or it has no summary.
Grammar compile_row(std::string_view module, const CommandRow& row);

}  // namespace arrouter
