// The command language: rows in, typed parameters, help and reference out.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/language/aliases.h"
#include "os/command.h"

namespace arrouter {

/// A compiled row; see grammar.h for its inside.
struct Grammar;

class CommandTable {
 public:
  CommandTable();
  ~CommandTable();
  CommandTable(CommandTable&&) noexcept;
  CommandTable& operator=(CommandTable&&) noexcept;

  /// Throws std::logic_error for a row that is malformed (see compile_row() in grammar.h), is given twice, or has a
  /// keyword whose shortest form is that of another keyword an earlier row has at the same place.
  void add(std::string_view module, const CommandRow& row);

  struct Match {
    const CommandRow* row = nullptr;
    Args args;
  };
  /// Replaced in every line before it is parsed.
  Aliases aliases;

  /// Finds the row a line means and checks every parameter. The error is the router's numbered line (module 035,
  /// reference/cli.md 7.2), taken from the row that fits best. Never throws, whatever the line holds. A blank line or a
  /// comment ('#' first) matches a row for anybody that does nothing and prints nothing, so `row` is never null.
  std::expected<Match, Outcome> parse(std::string_view line) const;

  /// What `?` prints after `typed`: "Options : …" wrapped at 79 columns, keywords with their shortest form in
  /// capitals; after "name=" the choices or the value's description. `allowed` leaves out rows of higher access.
  std::string help(std::string_view typed, Access allowed) const;

  struct Entry {
    std::string module;
    const CommandRow* row;
  };
  std::vector<Entry> entries() const;
  /// The compiled rows, in the order they were added: what a generator of lines walks.
  const std::vector<std::unique_ptr<Grammar>>& grammars() const { return grammars_; }
  /// The command reference of `arrouter reference`: every row with access, coverage and note, by module.
  std::string reference() const;
  /// Keywords and sample values of every row, for the fuzzer's dictionary.
  std::vector<std::string> dictionary() const;

 private:
  std::vector<std::unique_ptr<Grammar>> grammars_;
};

}  // namespace arrouter
