#include "cli/language/selection.h"

#include <algorithm>
#include <set>

#include "os/base/text.h"

namespace arrouter {
namespace {

bool has_word(std::span<const Word> words, std::string_view text) {
  return std::any_of(words.begin(), words.end(), [&](const Word& word) { return word.text == text; });
}

/// The words a row could mean by the token at a place: its path there, or, when the path has ended, its parameter.
std::span<const Word> words_at(const Grammar& grammar, std::size_t place, const Token& token) {
  if (place < grammar.path_length()) return grammar.path(place);
  const FoundParameter found = find_parameter(grammar, token);
  if (!found.index) return {};
  return grammar.parameters[*found.index].names;
}

/// The best fitting keyword over all rows; `ambiguous` when several fit equally well.
struct BestWord {
  std::string_view text;
  Word::Fit fit = Word::Fit::none;
  bool ambiguous = false;
};

BestWord best_word(const std::vector<const Grammar*>& rows, std::size_t place, const Token& token) {
  BestWord best;
  if (token.word_quoted) return best;
  for (const Grammar* grammar : rows) {
    for (const Word& word : words_at(*grammar, place, token)) {
      const Word::Fit fit = word.fit(token.word);
      if (fit > best.fit) {
        best = {word.text, fit, false};
      } else if (fit != Word::Fit::none && fit == best.fit && word.text != best.text) {
        best.ambiguous = true;
      }
    }
  }
  return best;
}

/// Whether what was typed, too short for any, begins several words.
bool begins_several(const std::vector<const Grammar*>& rows, std::size_t place, const Token& token) {
  std::set<std::string_view> begun;
  if (token.word_quoted || token.word.empty()) return false;
  for (const Grammar* grammar : rows) {
    if (place >= grammar->path_length()) continue;
    for (const Word& word : grammar->path(place)) {
      if (starts_with_ignoring_case(word.text, token.word)) begun.insert(word.text);
    }
  }
  return begun.size() > 1;
}

/// Whether the row can take the token as it is written, with or without a value.
bool takes_form(const Grammar& grammar, std::size_t place, const Token& token) {
  if (place < grammar.head.size()) return !token.has_value;
  if (place >= grammar.path_length()) return true;
  const Parameter::Form form = grammar.parameters.front().form;
  return token.has_value || form != Parameter::Form::value;
}

/// "SET IP ARP=…" and "SET IP ARP TIMEOUT=…" part here. False when no row takes the form.
bool keep_fitting_form(std::vector<const Grammar*>& rows, std::size_t place, const Token& token) {
  std::erase_if(rows, [&](const Grammar* grammar) { return !takes_form(*grammar, place, token); });
  return !rows.empty();
}

}  // namespace

Selection select_rows(std::vector<const Grammar*> rows, std::span<const Token> tokens) {
  for (std::size_t place = 0; place < tokens.size(); ++place) {
    const auto ended = [place](const Grammar* grammar) { return grammar->path_length() <= place; };
    if (std::all_of(rows.begin(), rows.end(), ended) && place > 0) break;
    const Token& token = tokens[place];
    const BestWord best = best_word(rows, place, token);
    const Misfit ambiguous{place, place == 0 ? CommandError::ambiguous_command : CommandError::ambiguous_parameter,
                           token.word};
    if (best.ambiguous) return {{}, ambiguous};
    if (best.fit == Word::Fit::none) {
      const bool several = begins_several(rows, place, token);
      std::erase_if(rows, [&](const Grammar* grammar) { return !ended(grammar); });
      if (!rows.empty()) break;
      if (several) return {{}, ambiguous};
      const auto error = place == 0 ? CommandError::unknown_command : CommandError::unknown_parameter;
      return {{}, Misfit{place, error, token.shown()}};
    }
    std::erase_if(rows, [&](const Grammar* grammar) { return !has_word(words_at(*grammar, place, token), best.text); });
    if (!keep_fitting_form(rows, place, token)) {
      const auto error = token.has_value ? CommandError::bad_value : CommandError::value_missing;
      return {{}, Misfit{place, error, std::string(best.text)}};
    }
  }
  return {std::move(rows), std::nullopt};
}

}  // namespace arrouter
