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

void add_text(std::string& out, std::string_view text) {
  for (const std::string& line : wrap(text, reference_width - 2)) out += fmt::format("  {}\n", line);
}

/// Breaks a row's text at blanks, and a choice too long for one line behind a '|'.
void add_syntax(std::string& out, std::string_view syntax) {
  constexpr std::string_view hanging = "    ";
  std::string_view margin;
  while (!syntax.empty()) {
    const std::size_t room = reference_width - margin.size();
    std::size_t cut = syntax.size();
    if (cut > room) {
      cut = syntax.rfind(' ', room);
      if (cut == std::string_view::npos || cut == 0) cut = syntax.rfind('|', room - 1) + 1;
      if (cut == 0) cut = room;
    }
    out += fmt::format("{}{}\n", margin, trim(syntax.substr(0, cut)));
    syntax = trim(syntax.substr(cut));
    margin = hanging;
  }
}

/// "3 commands: 1 full, 1 partial, 1 accepted without effect"
std::string coverage_summary(const std::vector<const CommandRow*>& rows) {
  std::string text = fmt::format("{} command{}", rows.size(), rows.size() == 1 ? "" : "s");
  std::string_view separator = ": ";
  for (const Coverage coverage : {Coverage::full, Coverage::partial, Coverage::no_effect}) {
    const auto count =
        std::count_if(rows.begin(), rows.end(), [&](const auto* row) { return row->coverage == coverage; });
    if (count == 0) continue;
    text += fmt::format("{}{} {}", separator, count, coverage_text(coverage));
    separator = ", ";
  }
  return text;
}

void add_row(std::string& out, const CommandRow& row) {
  add_syntax(out, row.syntax);
  add_text(out, row.summary);
  add_text(out, fmt::format("Access: {}. Coverage: {}.", access_text(row.access), coverage_text(row.coverage)));
  if (!row.note.empty()) add_text(out, fmt::format("Note: {}", row.note));
  out += '\n';
}

void add_words(std::set<std::string>& entries, const std::vector<Word>& words) {
  for (const Word& word : words) {
    entries.insert(word.text);
    entries.emplace(word.shortest_form());
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
    const std::string title = fmt::format("{} - {}", to_upper(module), coverage_summary(rows));
    out += fmt::format("{}\n{}\n\n", title, std::string(title.size(), '='));
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
