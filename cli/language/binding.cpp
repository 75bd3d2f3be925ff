#include "cli/language/binding.h"

#include <algorithm>

#include "cli/language/value.h"
#include "os/base/text.h"

namespace arrouter {
namespace {

/// How much an error tells: a wrong value in a known parameter more than a word the row does not know.
int detail(CommandError error) {
  switch (error) {
    case CommandError::unknown_command:
    case CommandError::unknown_parameter:
      return 0;
    case CommandError::ambiguous_command:
    case CommandError::ambiguous_parameter:
    case CommandError::incomplete:
    case CommandError::required_missing:
      return 1;
    default:
      return 2;
  }
}

bool any_given(const std::vector<Node>& nodes, const std::vector<bool>& given) {
  return std::any_of(nodes.begin(), nodes.end(), [&](const Node& node) {
    if (node.kind == Node::Kind::parameter) return bool{given[node.parameter]};
    return std::any_of(node.branches.begin(), node.branches.end(),
                       [&](const auto& branch) { return any_given(branch, given); });
  });
}

const Parameter& first_parameter(const Grammar& grammar, const std::vector<Node>& nodes) {
  const Node& first = nodes.front();
  return first.kind == Node::Kind::parameter ? grammar.parameters[first.parameter]
                                             : first_parameter(grammar, first.branches.front());
}

class Binder {
 public:
  Binder(const Grammar& grammar, std::span<const Token> tokens) : grammar_(grammar), tokens_(tokens) {
    result_.given.resize(grammar.parameters.size());
  }

  Binding run(bool complete) {
    take_head();
    const std::size_t first = std::min(grammar_.head.size(), tokens_.size());
    for (std::size_t i = first; i < tokens_.size() && !result_.misfit; ++i) take_parameter(i);
    if (complete && !result_.misfit) check_sequence(grammar_.body);
    return std::move(result_);
  }

 private:
  /// Which of several fixed keywords was typed.
  void take_head() {
    const std::size_t count = std::min(grammar_.head.size(), tokens_.size());
    for (std::size_t i = 0; i < count; ++i) {
      const std::vector<Word>& words = grammar_.head[i];
      if (words.size() == 1) continue;
      const auto best = std::max_element(words.begin(), words.end(), [&](const Word& left, const Word& right) {
        return left.fit(tokens_[i].word) < right.fit(tokens_[i].word);
      });
      result_.args.set(best->text, std::monostate{});
    }
  }

  void take_parameter(std::size_t i) {
    const Token& token = tokens_[i];
    const bool identifies = grammar_.identified && i == grammar_.head.size();
    const FoundParameter found =
        identifies ? FoundParameter{0, Word::Fit::exact, false} : find_parameter(grammar_, token);
    const bool incomplete =
        found.index && grammar_.parameters[*found.index].form == Parameter::Form::value && !token.has_value;
    if ((!found.index || incomplete) && take_positional(i)) return;
    if (found.ambiguous) return fail(i, CommandError::ambiguous_parameter, token.word);
    if (!found.index) return fail(i, CommandError::unknown_parameter, token.shown());
    const Parameter& parameter = grammar_.parameters[*found.index];
    if (result_.given[*found.index]) return fail(i, CommandError::given_twice, parameter.name());
    result_.given[*found.index] = true;
    if (token.malformed) return fail(i, CommandError::bad_value, parameter.name());
    if (token.has_value) return take_value(i, parameter, token.value, token.value_quoted);
    if (parameter.form == Parameter::Form::value) return fail(i, CommandError::value_missing, parameter.name());
    result_.args.set(parameter.name(), std::monostate{});
  }

  /// A value without its name, in the row's order, directly behind the fixed keywords.
  bool take_positional(std::size_t i) {
    const Token& token = tokens_[i];
    const std::size_t place = i - grammar_.head.size();
    if (place >= grammar_.parameters.size()) return false;
    const Parameter& parameter = grammar_.parameters[place];
    if (!parameter.positional || result_.given[place] || token.has_value) return false;
    result_.given[place] = true;
    if (token.malformed) {
      fail(i, CommandError::bad_value, parameter.name());
    } else {
      take_value(i, parameter, token.word, token.word_quoted);
    }
    return true;
  }

  void take_value(std::size_t i, const Parameter& parameter, std::string_view text, bool quoted) {
    if (parameter.form == Parameter::Form::flag) return fail(i, CommandError::bad_value, parameter.name());
    auto value = parse_value(parameter.value, text, quoted);
    if (!value) return fail(i, value.error(), parameter.name());
    result_.args.set(parameter.name(), *std::move(value));
  }

  void check_sequence(const std::vector<Node>& nodes) {
    for (const Node& node : nodes) {
      if (result_.misfit) return;
      check_node(node);
    }
  }

  void check_node(const Node& node) {
    switch (node.kind) {
      case Node::Kind::parameter:
        if (!result_.given[node.parameter]) missing(grammar_.parameters[node.parameter]);
        break;
      case Node::Kind::optional:
        check_optional(node.branches.front());
        break;
      case Node::Kind::one_of:
        check_one_of(node);
        break;
    }
  }

  void check_optional(const std::vector<Node>& nodes) {
    if (!any_given(nodes, result_.given)) return;
    check_sequence(nodes);
  }

  void check_one_of(const Node& node) {
    const std::vector<Node>* chosen = nullptr;
    for (const auto& branch : node.branches) {
      if (!any_given(branch, result_.given)) continue;
      if (chosen != nullptr) return fail(tokens_.size(), CommandError::conflict, {});
      chosen = &branch;
    }
    if (chosen != nullptr) return check_sequence(*chosen);
    missing(first_parameter(grammar_, node.branches.front()));
  }

  void missing(const Parameter& parameter) { fail(tokens_.size(), CommandError::required_missing, parameter.name()); }

  void fail(std::size_t token, CommandError error, std::string_view subject) {
    result_.misfit = Misfit{token, error, std::string(subject)};
  }

  const Grammar& grammar_;
  std::span<const Token> tokens_;
  Binding result_;
};

void collect_open(const std::vector<Node>& nodes, const std::vector<bool>& given, std::vector<std::size_t>& open) {
  for (const Node& node : nodes) {
    if (node.kind == Node::Kind::parameter) {
      if (!given[node.parameter]) open.push_back(node.parameter);
      continue;
    }
    const auto chosen = std::find_if(node.branches.begin(), node.branches.end(),
                                     [&](const auto& branch) { return any_given(branch, given); });
    const bool one_left = node.kind == Node::Kind::one_of && chosen != node.branches.end();
    for (const auto& branch : node.branches) {
      if (!one_left || &branch == &*chosen) collect_open(branch, given, open);
    }
  }
}

}  // namespace

bool Misfit::nearer_than(const Misfit& other) const {
  if (token != other.token) return token > other.token;
  return detail(error) > detail(other.error);
}

FoundParameter find_parameter(const Grammar& grammar, const Token& token) {
  FoundParameter best;
  if (token.word_quoted) return best;
  std::size_t begun = 0;  // parameters that begin with what was typed, whatever their shortest form
  for (std::size_t i = 0; i < grammar.parameters.size(); ++i) {
    for (const Word& name : grammar.parameters[i].names) {
      const Word::Fit fit = name.fit(token.word);
      if (fit > best.fit) {
        best = {i, fit, false};
      } else if (fit != Word::Fit::none && fit == best.fit && best.index != i) {
        best.ambiguous = true;
      }
    }
    begun += std::ranges::any_of(grammar.parameters[i].names, [&](const Word& name) {
      return !token.word.empty() && starts_with_ignoring_case(name.text, token.word);
    });
  }
  if (!best.index && begun > 1) best.ambiguous = true;
  if (best.ambiguous) best.index.reset();
  return best;
}

Binding bind_row(const Grammar& grammar, std::span<const Token> tokens, bool complete) {
  return Binder(grammar, tokens).run(complete);
}

std::vector<std::size_t> open_parameters(const Grammar& grammar, const std::vector<bool>& given) {
  std::vector<std::size_t> open;
  collect_open(grammar.body, given, open);
  return open;
}

}  // namespace arrouter
