// Fits the words of a line to one row.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "cli/language/grammar.h"
#include "cli/language/line.h"

namespace arrouter {

/// Why a row does not fit a line.
struct Misfit {
  std::size_t token = 0;  // the first word that does not fit; the number of words when something is missing at the end
  CommandError error{};
  std::string subject;  // what the message names

  /// Whether this row came nearer to the line than another: it took more words, or failed over a detail.
  bool nearer_than(const Misfit& other) const;
};

struct Binding {
  Args args;
  std::vector<bool> given;       // one for each parameter of the row
  std::optional<Misfit> misfit;  // the first thing wrong
};

/// Binds all words. The caller has matched the row's path against the first of them (select_rows). `complete`: also
/// checks that nothing is missing and nothing excludes each other, which `?` help does not want.
Binding bind_row(const Grammar& grammar, std::span<const Token> tokens, bool complete);

/// The parameters that could still be added to `given`, in the row's order.
std::vector<std::size_t> open_parameters(const Grammar& grammar, const std::vector<bool>& given);

/// The parameter a word names, by best fit over all names of the row; `ambiguous` when several fit equally well.
struct FoundParameter {
  std::optional<std::size_t> index;
  Word::Fit fit = Word::Fit::none;
  bool ambiguous = false;
};
FoundParameter find_parameter(const Grammar& grammar, const Token& token);

}  // namespace arrouter
