// Which rows a line may mean: follows the fixed keywords and the identifying parameter of all rows at once.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "cli/language/binding.h"
#include "cli/language/grammar.h"
#include "cli/language/line.h"

namespace arrouter {

struct Selection {
  std::vector<const Grammar*> rows;  // those the words lead to, as far as the words go
  std::optional<Misfit> misfit;      // why there is none
};

/// Keyword by keyword, as the router does it: at each place the best fitting keyword of all rows still possible wins
/// (exact, then its shortest form, then any longer prefix); two that fit equally well are ambiguous.
Selection select_rows(std::vector<const Grammar*> rows, std::span<const Token> tokens);

}  // namespace arrouter
