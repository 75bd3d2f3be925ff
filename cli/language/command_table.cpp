// The command language.
//
// A module writes a command once, as a row in the notation of the AlliedWare manuals (os/command.h). From it come the
// parser (here), `?` help (help.cpp) and the command reference (reference.cpp):
//
//   notation.cpp   the row's text       -> Grammar: fixed keywords, parameters, which of them exclude each other
//   line.cpp       the typed line       -> words, each perhaps with "=value"
//   selection.cpp  all rows, the words  -> the rows the line can mean
//   binding.cpp    one row, the words   -> typed parameters, or the first thing that is wrong
//   value.cpp      a type, a text       -> a typed value, or what is wrong with it
//
// Rules (reference/cli.md 6): case never matters; a keyword may be cut down to the capitals of its row and no further,
// even where less would be clear; an exact word wins over a shortest form, that over any other prefix; the fixed
// keywords and the identifying parameter come first and in order, all others in any order. Where several rows begin
// alike
// ("ADD IP ROUTE=… INTERFACE=…" or "… BLACKHOLE"), each is tried: the row that takes everything wins, the one with the
// longest fixed beginning when there are several; else the row that got furthest says what is wrong.
//
// Invariants: parse() terminates for every input in time linear in rows and words, throws nothing, and gives either a
// row with parameters its handler can rely on or exactly one numbered line of module 035.
//
// Not modelled: release 2.8.1 also took a blank instead of '='; no source says how it then told values from keywords.
#include "cli/language/command_table.h"

#include <algorithm>
#include <stdexcept>

#include "cli/language/binding.h"
#include "cli/language/errors.h"
#include "cli/language/grammar.h"
#include "cli/language/line.h"
#include "cli/language/selection.h"

namespace arrouter {
namespace {

Outcome outcome_of(const Misfit& misfit) { return command_error(misfit.error, misfit.subject); }

/// A blank line and a comment.
const CommandRow& nothing() {
  static const CommandRow row{"", Access::user, "Nothing", [](Invocation&) { return Outcome::screen(); }};
  return row;
}

/// The words end before the row's fixed beginning does. One next keyword is named, a choice of many is not.
Misfit unfinished(const std::vector<const Grammar*>& rows, std::size_t words) {
  std::string_view next;
  for (const Grammar* grammar : rows) {
    if (grammar->path_length() <= words) continue;
    const std::string_view text = grammar->path(words).front().text;
    if (!next.empty() && next != text) return {words, CommandError::incomplete, {}};
    next = text;
  }
  return {words, CommandError::required_missing, std::string(next)};
}

bool share_word(const std::vector<Word>& left, const std::vector<Word>& right) {
  return std::any_of(left.begin(), left.end(), [&](const Word& a) {
    return std::any_of(right.begin(), right.end(), [&](const Word& b) { return a.text == b.text; });
  });
}

/// Two different keywords that nobody could tell apart in their shortest form.
const Word* find_clash(const std::vector<Word>& left, const std::vector<Word>& right) {
  for (const Word& a : left) {
    for (const Word& b : right) {
      if (a.text != b.text && a.shortest_form() == b.shortest_form()) return &a;
    }
  }
  return nullptr;
}

void check_against(const Grammar& added, const Grammar& earlier) {
  if (added.row.syntax == earlier.row.syntax) {
    throw std::logic_error("command row given twice: " + std::string(added.row.syntax));
  }
  const std::size_t places = std::min(added.path_length(), earlier.path_length());
  for (std::size_t place = 0; place < places; ++place) {
    if (const Word* clash = find_clash(added.path(place), earlier.path(place))) {
      throw std::logic_error("the shortest form of " + clash->shown + " in \"" + std::string(added.row.syntax) +
                             "\" is taken by \"" + std::string(earlier.row.syntax) + "\"");
    }
    if (!share_word(added.path(place), earlier.path(place))) return;
  }
}

}  // namespace

CommandTable::CommandTable() = default;
CommandTable::~CommandTable() = default;
CommandTable::CommandTable(CommandTable&&) noexcept = default;
CommandTable& CommandTable::operator=(CommandTable&&) noexcept = default;

void CommandTable::add(std::string_view module, const CommandRow& row) {
  auto grammar = std::make_unique<Grammar>(compile_row(module, row));
  for (const auto& earlier : grammars_) check_against(*grammar, *earlier);
  grammars_.push_back(std::move(grammar));
}

std::expected<CommandTable::Match, Outcome> CommandTable::parse(std::string_view line) const {
  const std::string expanded = aliases.expand(line);
  if (is_blank_or_comment(expanded)) return Match{&nothing(), {}};
  const auto tokens = tokenize(expanded);
  if (!tokens) return std::unexpected(command_error(tokens.error()));

  std::vector<const Grammar*> all;
  all.reserve(grammars_.size());
  for (const auto& grammar : grammars_) all.push_back(grammar.get());
  const Selection selection = select_rows(std::move(all), *tokens);
  if (selection.misfit) return std::unexpected(outcome_of(*selection.misfit));

  const Grammar* chosen = nullptr;
  Args args;
  std::optional<Misfit> nearest;
  for (const Grammar* grammar : selection.rows) {
    if (grammar->path_length() > tokens->size()) continue;
    Binding binding = bind_row(*grammar, *tokens, true);
    if (binding.misfit) {
      if (!nearest || binding.misfit->nearer_than(*nearest)) nearest = std::move(binding.misfit);
    } else if (chosen == nullptr || grammar->path_length() > chosen->path_length()) {
      chosen = grammar;
      args = std::move(binding.args);
    }
  }
  if (chosen != nullptr) return Match{&chosen->row, std::move(args)};
  return std::unexpected(outcome_of(nearest ? *nearest : unfinished(selection.rows, tokens->size())));
}

std::vector<CommandTable::Entry> CommandTable::entries() const {
  std::vector<Entry> entries;
  entries.reserve(grammars_.size());
  for (const auto& grammar : grammars_) entries.push_back({grammar->module, &grammar->row});
  return entries;
}

}  // namespace arrouter
