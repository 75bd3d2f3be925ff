// Command rows: the single truth about every command. Modules declare them; cli/language compiles them into the
// parser, ? help, error messages, the command reference and the fuzzer's grammar.
//
// Notation of `syntax` (the manual's own):
//   CREate ISAkmp POLicy=<name:1-24> PEer={<ipv4>|ANy|DYnamic} [ENCalg={DES|3DESOuter}] [KEY=<0-65535>]
//   CAPitals          the shortest form accepted; any longer prefix of the word works too. Case never matters.
//   A leading run of keywords is fixed in order; from the first keyword with a value on, parameters come in any order
//   (a row's first parameter identifies it and comes first).
//   [X]               optional;  {A|B}  one of;  [{A|B=<...>}] one of several optional parameters (exclusive);
//                     among the fixed keywords {A|B} means either word, and the one typed is kept as a flag.
//                     Brackets may hold several parameters: [A=<…> B=<…>] both or none, {A=<…> [C=<…>]|B=<…>}
//   NAME=<type>       value;  NAME[=<type>]  the value may be left out;  NAME[=]... never: write NAME=<text:0-80>
//   {FIle|SRCFile}=<file>   two names for one parameter; its name is the first
//   [NAME=]<type>     the keyword may be left out (PING); only directly after the keywords that find the row;
//                     [[NAME=]<type>] optional
//   NAME={A|B}[,...]  several keywords, joined by commas  -> text(): "A,B", full words in upper case
// Types:
//   <a-b>             number in a..b (decimal)               -> number()
//   <name:1-24>       printable text of that length, quoted when it has blanks      -> text()
//   <text:0-255>      any text of that length                -> text()
//   <ipv4> <mask>     address; contiguous mask               -> address()
//   <ipv4-range>      a or a-b                               -> range()
//   <mac>             xx-xx-xx-xx-xx-xx                      -> mac()
//   <interface>       eth0, vlan1-2, ppp0 …, lower-cased, "-0" dropped  -> text()
//   <file>            [device:]name.ext                      -> text()
//   <files>           the same; name, ext or both may be *   -> text()
//   <bool>            TRUE|FALSE|ON|OFF|YES|NO               -> boolean()
//   <time> <date>     hh:mm[:ss], dd-mmm-yyyy or -yy         -> text() (as given; already checked)
//   <list:a-b>        1,3-5                                  -> numbers()
//   <hex:0-64>        hex digits, that many bytes            -> text() (a leading 0x dropped)
//   <filter:TEXT>     a log filter value that may start with < > ! %  -> text()
// Choices give their full word in upper case through choice(). A value may mix: {<ipv4>|ANy}: holds() tells which; a
// keyword goes before a type unless it was typed in quotes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "os/base/address.h"
#include "os/outcome.h"
#include "os/screen.h"
#include "os/terminal.h"

namespace arrouter {

/// A keyword chosen from a list, in full and in upper case.
struct Choice {
  std::string word;
  bool operator==(const Choice&) const = default;
};
using NumberList = std::vector<std::pair<std::uint64_t, std::uint64_t>>;  // inclusive ranges
using Value = std::variant<std::monostate,  // present without a value: a flag, or NAME[=…] given bare
                           std::uint64_t, std::string, Ipv4Address, Ipv4Range, MacAddress, bool, Choice, NumberList>;

/// The parameters of one command, checked against its row. Names are the row's full keywords in upper case.
class Args {
 public:
  void set(std::string name, Value value) { values_.insert_or_assign(std::move(name), std::move(value)); }
  bool has(std::string_view name) const { return values_.contains(name); }
  /// Present with a value (not bare).
  bool has_value(std::string_view name) const {
    const Value* value = find(name);
    return value != nullptr && !std::holds_alternative<std::monostate>(*value);
  }
  template <class T>
  bool holds(std::string_view name) const {
    const Value* value = find(name);
    return value != nullptr && std::holds_alternative<T>(*value);
  }
  /// These throw std::logic_error when the row does not promise that type under that name: a mistake of the module.
  std::uint64_t number(std::string_view name) const { return get<std::uint64_t>(name); }
  const std::string& text(std::string_view name) const { return get<std::string>(name); }
  Ipv4Address address(std::string_view name) const { return get<Ipv4Address>(name); }
  const Ipv4Range& range(std::string_view name) const { return get<Ipv4Range>(name); }
  const MacAddress& mac(std::string_view name) const { return get<MacAddress>(name); }
  bool boolean(std::string_view name) const { return get<bool>(name); }
  const std::string& choice(std::string_view name) const { return get<Choice>(name).word; }
  const NumberList& numbers(std::string_view name) const { return get<NumberList>(name); }
  /// The named value, or `otherwise` when the parameter was not given.
  std::uint64_t number_or(std::string_view name, std::uint64_t otherwise) const {
    return has(name) ? number(name) : otherwise;
  }
  std::string text_or(std::string_view name, std::string otherwise) const {
    return has(name) ? text(name) : std::move(otherwise);
  }
  const std::map<std::string, Value, std::less<>>& all() const { return values_; }

 private:
  const Value* find(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : &found->second;
  }
  template <class T>
  const T& get(std::string_view name) const;
  std::map<std::string, Value, std::less<>> values_;
};

[[noreturn]] void throw_bad_argument(std::string_view name);

template <class T>
const T& Args::get(std::string_view name) const {
  const Value* value = find(name);
  const T* typed = value == nullptr ? nullptr : std::get_if<T>(value);
  if (typed == nullptr) throw_bad_argument(name);
  return *typed;
}

/// Everything a handler sees of one command.
struct Invocation {
  const Args& args;
  const Caller& caller;
  Screen& screen;
  /// Puts a question; the handler then returns Outcome::wait(). Without a person at the other end the answer "y" is
  /// given at once (scripts are run by the router's owner). `finish` reports the command's final outcome.
  std::function<void(Question)> ask;
  std::function<void(Outcome)> finish;
};

/// Who may give the command (reference/cli.md 10).
enum class Access : std::uint8_t {
  user,      // anybody logged in
  manager,   // MANAGER and SECURITY OFFICER
  security,  // a security command: in security mode SECURITY OFFICER only, and subject to SECUREDELAY
};

enum class Coverage : std::uint8_t { full, partial, no_effect };

struct CommandRow {
  std::string_view syntax;
  Access access = Access::manager;
  std::string_view summary;  // one line for HELP and the command reference
  std::function<Outcome(Invocation&)> run;
  Coverage coverage = Coverage::full;
  std::string_view note = {};  // what a partial row lacks, or why a row has no effect
};

}  // namespace arrouter
