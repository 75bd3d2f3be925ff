// The command language: rows in, typed parameters, help and reference out.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "os/command.h"

namespace arrouter {

/// A compiled row; see compile_row() in grammar.h for its inside.
struct Grammar;

class CommandTable {
 public:
  CommandTable();
  ~CommandTable();
  CommandTable(CommandTable&&) noexcept;
  CommandTable& operator=(CommandTable&&) noexcept;

  /// Throws std::logic_error for a row that is malformed or whose shortest forms clash with an earlier row.
  void add(std::string_view module, const CommandRow& row);

  struct Match {
    const CommandRow* row = nullptr;
    Args args;
  };
  /// Finds the row a line means and checks every parameter. The error is the router's numbered line (module 035,
  /// reference/cli.md 7.2), taken from the row that fits best. Never throws, whatever the line holds.
  std::expected<Match, Outcome> parse(std::string_view line) const;

  /// What `?` prints after `typed`: "Options : …" wrapped at 79 columns, keywords with their shortest form in
  /// capitals; after "name=" the choices or the value's description. `allowed` leaves out rows of higher access.
  std::string help(std::string_view typed, Access allowed) const;

  struct Entry {
    std::string module;
    const CommandRow* row;
  };
  std::vector<Entry> entries() const;
  /// The command reference of `arrouter reference`: every row with access, coverage and note, by module.
  std::string reference() const;
  /// Keywords and sample values of every row, for the fuzzer's dictionary.
  std::vector<std::string> dictionary() const;

 private:
  std::vector<std::unique_ptr<Grammar>> grammars_;
};

}  // namespace arrouter
