// Reads the notation of a command row: a recursive descent over
//
//   row      = element { element }
//   element  = word | word "[=" value "]" | word "=" value
//            | "{" names "}" ( "=" value | "[=" value "]" )      several names of one parameter
//            | "{" row { "|" row } "}"                           one of
//            | "[" word "=]" value                               a value whose name may be left out
//            | "[" row "]"                                       optional
//   value    = word | type | "{" ( word | type ) { "|" ( word | type ) } "}" [ "[,...]" ]
//   type     = "<" name [ ":" number "-" number ] ">" | "<" number "-" number ">"
//
// The rows are part of the program, so a mistake is a broken promise of a module and throws.
#include <algorithm>
#include <cctype>
#include <optional>
#include <stdexcept>

#include "cli/language/grammar.h"
#include "os/base/text.h"

namespace arrouter {
namespace {

bool is_word_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("-_.+/").find(c) != std::string_view::npos;
}
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

struct TypeName {
  std::string_view name;
  Type::Kind kind;
  std::uint64_t low, high;
  bool bounded;  // may carry ":low-high"
};

constexpr std::uint64_t any_length = 255;
constexpr TypeName type_names[] = {
    {"name", Type::Kind::name, 1, any_length, true},
    {"text", Type::Kind::text, 0, any_length, true},
    {"hex", Type::Kind::hex, 0, any_length, true},
    {"list", Type::Kind::list, 0, ~std::uint64_t{0}, true},
    {"ipv4", Type::Kind::ipv4, 0, 0, false},
    {"mask", Type::Kind::mask, 0, 0, false},
    {"ipv4-range", Type::Kind::ipv4_range, 0, 0, false},
    {"mac", Type::Kind::mac, 0, 0, false},
    {"interface", Type::Kind::interface, 0, 0, false},
    {"file", Type::Kind::file, 0, 0, false},
    {"files", Type::Kind::files, 0, 0, false},
    {"bool", Type::Kind::boolean, 0, 0, false},
    {"time", Type::Kind::time, 0, 0, false},
    {"date", Type::Kind::date, 0, 0, false},
};

class Notation {
 public:
  explicit Notation(Grammar& grammar, std::string_view syntax) : grammar_(grammar), syntax_(syntax) {}

  void read() {
    skip_blanks();
    while (!at_end() && head_element()) skip_blanks();
    if (grammar_.head.empty()) fail("it does not begin with a keyword");
    grammar_.body = sequence("");
    grammar_.identified = !grammar_.body.empty() && grammar_.body.front().kind == Node::Kind::parameter &&
                          !grammar_.parameters.front().positional;
    check_positions();
    check_names();
  }

 private:
  [[noreturn]] void fail(std::string_view why) const {
    throw std::logic_error("command row \"" + std::string(syntax_) + "\": " + std::string(why) + " (at column " +
                           std::to_string(at_ + 1) + ")");
  }

  /// Takes one fixed keyword, or several words of which any may stand there; false where the parameters begin.
  bool head_element() {
    const std::size_t begin = at_;
    std::vector<Word> words;
    if (peek() == '{') {
      words = names_in_braces();
    } else if (is_word_char(peek())) {
      words.push_back(word());
    }
    if (words.empty() || peek() == '=' || peek() == '[') {
      at_ = begin;
      return false;
    }
    grammar_.head.push_back(std::move(words));
    return true;
  }

  std::vector<Node> sequence(std::string_view stops) {
    std::vector<Node> nodes;
    for (skip_blanks(); !at_end() && stops.find(peek()) == std::string_view::npos; skip_blanks())
      nodes.push_back(element());
    if (nodes.empty() && !stops.empty()) fail("brackets around nothing");
    return nodes;
  }

  Node element() {
    if (peek() == '[') return bracket();
    if (peek() != '{') return parameter({word()}, false);
    const std::size_t begin = at_;
    std::vector<Word> names = names_in_braces();
    if (!names.empty() && (peek() == '=' || next_is("[="))) return parameter(std::move(names), false);
    at_ = begin;
    return one_of();
  }

  Node bracket() {
    expect('[');
    if (std::optional<Word> name = positional_name()) return parameter({*std::move(name)}, true);
    Node node{Node::Kind::optional};
    node.branches.push_back(sequence("]"));
    expect(']');
    return node;
  }

  /// "NAME=]" behind '['.
  std::optional<Word> positional_name() {
    const std::size_t begin = at_;
    if (!at_end() && is_word_char(peek())) {
      Word name = word();
      if (next_is("=]")) {
        at_ += 2;
        return name;
      }
    }
    at_ = begin;
    return std::nullopt;
  }

  Node one_of() {
    expect('{');
    Node node{Node::Kind::one_of};
    node.branches.push_back(sequence("|}"));
    while (peek() == '|') {
      ++at_;
      node.branches.push_back(sequence("|}"));
    }
    expect('}');
    return node;
  }

  Node parameter(std::vector<Word> names, bool positional) {
    const std::size_t index = grammar_.parameters.size();
    grammar_.parameters.push_back({std::move(names), Parameter::Form::flag, positional, {}});
    if (positional) {
      grammar_.parameters[index].form = Parameter::Form::value;
      grammar_.parameters[index].value = value();
    } else if (next_is("[=")) {
      at_ += 2;
      grammar_.parameters[index].form = Parameter::Form::optional_value;
      grammar_.parameters[index].value = value();
      expect(']');
    } else if (peek() == '=') {
      ++at_;
      grammar_.parameters[index].form = Parameter::Form::value;
      grammar_.parameters[index].value = value();
    }
    return Node{Node::Kind::parameter, index};
  }

  ValueSpec value() {
    ValueSpec spec;
    if (peek() != '{') {
      alternative(spec);
      return spec;
    }
    do {
      ++at_;
      skip_blanks();
      alternative(spec);
      skip_blanks();
    } while (peek() == '|');
    expect('}');
    if (next_is("[,...]")) {
      if (!spec.types.empty()) fail("only keywords can be listed with commas");
      at_ += 6;
      spec.many = true;
    }
    return spec;
  }

  void alternative(ValueSpec& spec) {
    if (peek() == '<') {
      spec.types.push_back(type());
    } else {
      spec.choices.push_back(word());
    }
  }

  Type type() {
    expect('<');
    const std::size_t end = syntax_.find('>', at_);
    if (end == std::string_view::npos) fail("'<' without '>'");
    const std::string_view inside = syntax_.substr(at_, end - at_);
    at_ = end + 1;
    if (std::optional<Type> number = bounds(Type::Kind::number, inside)) return *number;
    const auto colon = std::min(inside.find(':'), inside.size());
    const std::string_view name = inside.substr(0, colon);
    if (name == "filter") return {Type::Kind::filter, 1, any_length};
    for (const TypeName& entry : type_names) {
      if (entry.name != name) continue;
      if (colon == inside.size()) return {entry.kind, entry.low, entry.high};
      const std::optional<Type> bounded = bounds(entry.kind, inside.substr(colon + 1));
      if (!entry.bounded || !bounded) break;
      return *bounded;
    }
    fail("unknown type <" + std::string(inside) + ">");
  }

  static std::optional<Type> bounds(Type::Kind kind, std::string_view text) {
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto low = parse_number(text.substr(0, dash));
    const auto high = parse_number(text.substr(dash + 1));
    if (!low || !high || *low > *high) return std::nullopt;
    return Type{kind, *low, *high};
  }

  /// "{A|B}" of bare words; empty, with nothing taken, when there is anything else inside.
  std::vector<Word> names_in_braces() {
    const std::size_t begin = at_;
    std::vector<Word> words;
    do {
      ++at_;
      skip_blanks();
      if (at_end() || !is_word_char(peek())) break;
      words.push_back(word());
      skip_blanks();
    } while (peek() == '|');
    if (!words.empty() && peek() == '}') {
      ++at_;
      return words;
    }
    at_ = begin;
    return {};
  }

  Word word() {
    const std::size_t begin = at_;
    while (!at_end() && is_word_char(peek())) ++at_;
    const std::string_view shown = syntax_.substr(begin, at_ - begin);
    if (shown.empty()) fail("a keyword is missing");
    const auto first_lower = std::find_if(shown.begin(), shown.end(), is_lower);
    if (first_lower == shown.begin()) fail("a keyword without capitals");
    return {to_upper(shown), std::string(shown), static_cast<std::size_t>(first_lower - shown.begin())};
  }

  /// A value without its name is known by its place, so nothing else may stand between it and what finds the row.
  void check_positions() const {
    bool named_before = false;
    for (std::size_t i = 0; i < grammar_.parameters.size(); ++i) {
      const bool positional = grammar_.parameters[i].positional;
      if (positional && named_before) fail("a value without name must follow the keywords that find the row");
      named_before = named_before || (!positional && !(i == 0 && grammar_.identified));
    }
  }

  void check_names() const {
    std::vector<const Word*> all;
    for (const Parameter& parameter : grammar_.parameters) {
      for (const Word& name : parameter.names) all.push_back(&name);
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        if (all[i]->text == all[k]->text) fail("parameter " + all[i]->text + " comes twice");
        if (all[i]->shortest_form() == all[k]->shortest_form()) {
          fail(all[k]->shown + " and " + all[i]->shown + " have the same shortest form");
        }
      }
    }
  }

  void skip_blanks() {
    while (!at_end() && peek() == ' ') ++at_;
  }
  void expect(char c) {
    if (peek() != c) fail(std::string("'") + c + "' expected");
    ++at_;
  }
  bool next_is(std::string_view text) const { return syntax_.substr(std::min(at_, syntax_.size())).starts_with(text); }
  bool at_end() const { return at_ >= syntax_.size(); }
  char peek() const { return at_end() ? '\0' : syntax_[at_]; }

  Grammar& grammar_;
  std::string_view syntax_;
  std::size_t at_ = 0;
};

}  // namespace

Word::Fit Word::fit(std::string_view typed) const {
  if (typed.size() < shortest || !starts_with_ignoring_case(text, typed)) return Fit::none;
  if (typed.size() == text.size()) return Fit::exact;
  return typed.size() == shortest ? Fit::shortest : Fit::longer;
}

Grammar compile_row(std::string_view module, const CommandRow& row) {
  if (row.summary.empty()) throw std::logic_error("command row \"" + std::string(row.syntax) + "\": no summary");
  Grammar grammar;
  grammar.module = module;
  grammar.row = row;
  Notation(grammar, row.syntax).read();
  return grammar;
}

}  // namespace arrouter
