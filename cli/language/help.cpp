// `?` help: the words possible at the place where it was typed, as their rows write them (reference/cli.md 6). Where
// nothing is possible because of what stands before, it says what Enter would say of that.
#include <algorithm>
#include <map>

#include "cli/language/binding.h"
#include "cli/language/command_table.h"
#include "cli/language/errors.h"
#include "cli/language/line.h"
#include "cli/language/selection.h"
#include "cli/language/value.h"
#include "os/base/text.h"

namespace arrouter {
namespace {

constexpr std::size_t help_width = 79;

/// Sorted by the full word, each once.
class Options {
 public:
  explicit Options(std::string_view partial) : partial_(partial) {}
  void add(const Word& word) {
    if (starts_with_ignoring_case(word.text, partial_)) words_.try_emplace(word.text, word.shown);
  }
  void add(const std::vector<Word>& words) {
    for (const Word& word : words) add(word);
  }
  void describe_value(const std::string& text) {
    if (text.starts_with('<') || starts_with_ignoring_case(text, partial_)) words_.try_emplace(to_upper(text), text);
  }
  bool empty() const { return words_.empty(); }
  std::string text() const {
    std::string line = "Options :";
    for (const auto& [full, shown] : words_) line += " " + shown;
    std::string text;
    for (const std::string& part : wrap(line, help_width)) text += part + "\n";
    return text;
  }

 private:
  std::string_view partial_;
  std::map<std::string, std::string> words_;
};

void add_values(Options& options, const ValueSpec& spec) {
  options.add(spec.choices);
  for (const Type& type : spec.types) {
    for (const std::string& text : describe(type)) options.describe_value(text);
  }
}

/// What may follow `given`, whole words; what is wrong with them when they do not fit the row.
std::optional<Misfit> add_next(Options& options, const Grammar& grammar, std::span<const Token> given) {
  if (grammar.path_length() > given.size()) {
    options.add(grammar.path(given.size()));
    return std::nullopt;
  }
  Binding binding = bind_row(grammar, given, false);
  if (binding.misfit) return std::move(binding.misfit);
  for (const std::size_t index : open_parameters(grammar, binding.given)) {
    const Parameter& parameter = grammar.parameters[index];
    options.add(parameter.names);
    if (parameter.positional && index == given.size() - grammar.head.size()) add_values(options, parameter.value);
  }
  return std::nullopt;
}

/// What may follow "name=" as the last word.
std::optional<Misfit> add_values_of(Options& options, const Grammar& grammar, std::span<const Token> tokens) {
  if (tokens.size() < grammar.path_length() || tokens.size() <= grammar.head.size()) return std::nullopt;
  const bool identifies = grammar.identified && tokens.size() == grammar.path_length();
  const FoundParameter found =
      identifies ? FoundParameter{0, Word::Fit::exact, false} : find_parameter(grammar, tokens.back());
  const std::size_t last = tokens.size() - 1;
  if (!found.index) {
    const auto error = found.ambiguous ? CommandError::ambiguous_parameter : CommandError::unknown_parameter;
    return Misfit{last, error, tokens.back().shown()};
  }
  const Parameter& parameter = grammar.parameters[*found.index];
  add_values(options, parameter.value);
  return Misfit{last, CommandError::bad_value, std::string(parameter.name())};
}

void take_nearer(std::optional<Misfit>& nearest, std::optional<Misfit> misfit) {
  if (misfit && (!nearest || misfit->nearer_than(*nearest))) nearest = std::move(misfit);
}

}  // namespace

std::string CommandTable::help(std::string_view typed, Access allowed) const {
  const auto words = tokenize(typed);
  if (!words) return Options("").text();
  std::span<const Token> tokens = *words;
  const bool after_blank = typed.ends_with(' ') || typed.ends_with('\t');
  const bool in_value = !tokens.empty() && tokens.back().has_value && (tokens.back().value.empty() || !after_blank);
  const bool in_word = !tokens.empty() && !in_value && !after_blank;
  const std::string partial = in_value ? tokens.back().value : in_word ? tokens.back().word : std::string();
  if (in_word) tokens = tokens.first(tokens.size() - 1);

  std::vector<const Grammar*> rows, permitted;
  for (const auto& grammar : grammars_) {
    rows.push_back(grammar.get());
    if (grammar->row.access <= allowed) permitted.push_back(grammar.get());
  }
  Options options(partial);
  Selection selection = select_rows(std::move(permitted), tokens);
  std::optional<Misfit> wrong = std::move(selection.misfit);
  if (wrong && !select_rows(std::move(rows), tokens).misfit) wrong->error = CommandError::insufficient_privilege;
  for (const Grammar* grammar : selection.rows) {
    take_nearer(wrong, in_value ? add_values_of(options, *grammar, tokens) : add_next(options, *grammar, tokens));
  }
  if (!wrong && in_word) {
    const auto error = tokens.empty() ? CommandError::unknown_command : CommandError::unknown_parameter;
    wrong = Misfit{tokens.size(), error, partial};
  }
  if (!options.empty() || !wrong) return options.text();
  return command_error(wrong->error, wrong->subject).line() + "\n";
}

}  // namespace arrouter
