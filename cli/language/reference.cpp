// The command reference and the fuzzer's dictionary, both read off the rows.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "cli/language/command_table.h"
#include "cli/language/grammar.h"
#include "cli/language/value.h"
#include "os/base/text.h"

namespace arrouter {
namespace {

constexpr std::size_t reference_width = 100;

std::string_view access_text(Access access) {
  switch (access) {
    case Access::user:
      return "everybody";
    case Access::manager:
      return "manager";
    case Access::security:
      break;
  }
  return "manager; security officer in security mode";
}

std::string_view coverage_text(Coverage coverage) {
  switch (coverage) {
    case Coverage::full:
      return "full";
    case Coverage::partial:
      return "partial";
    case Coverage::no_effect:
      break;
  }
  return "accepted without effect";
}

void add_wrapped(std::string& out, std::string_view indent, std::string_view hanging, std::string_view text) {
  std::string_view margin = indent;
  for (const std::string& line : wrap(text, reference_width - hanging.size())) {
    out += fmt::format("{}{}\n", margin, line);
    margin = hanging;
  }
}

void add_row(std::string& out, const CommandRow& row) {
  add_wrapped(out, "", "    ", row.syntax);
  add_wrapped(out, "  ", "  ", row.summary);
  add_wrapped(out, "  ", "  ",
              fmt::format("Access: {}. Coverage: {}.", access_text(row.access), coverage_text(row.coverage)));
  if (!row.note.empty()) add_wrapped(out, "  ", "  ", fmt::format("Note: {}", row.note));
  out += '\n';
}

void add_words(std::set<std::string>& entries, const std::vector<Word>& words) {
  for (const Word& word : words) {
    entries.insert(word.text);
    entries.insert(word.text.substr(0, word.shortest));
  }
}

}  // namespace

std::string CommandTable::reference() const {
  std::map<std::string_view, std::vector<const CommandRow*>> modules;
  for (const auto& grammar : grammars_) modules[grammar->module].push_back(&grammar->row);
  std::string out;
  for (auto& [module, rows] : modules) {
    std::sort(rows.begin(), rows.end(), [](const CommandRow* left, const CommandRow* right) {
      return to_upper(left->syntax) < to_upper(right->syntax);
    });
    out += fmt::format("{}\n{}\n\n", to_upper(module), std::string(module.size(), '='));
    for (const CommandRow* row : rows) add_row(out, *row);
  }
  return out;
}

std::vector<std::string> CommandTable::dictionary() const {
  std::set<std::string> entries;
  for (const auto& grammar : grammars_) {
    for (const auto& words : grammar->head) add_words(entries, words);
    for (const Parameter& parameter : grammar->parameters) {
      add_words(entries, parameter.names);
      add_words(entries, parameter.value.choices);
      for (const Type& type : parameter.value.types) {
        if (std::string text = sample(type); !text.empty()) entries.insert(std::move(text));
      }
    }
  }
  return {entries.begin(), entries.end()};
}

}  // namespace arrouter
