#include "tests/support/line_generator.h"

#include <algorithm>

#include <fmt/format.h>

#include "os/base/limits.h"
#include "os/base/text.h"

namespace arrouter::test {
namespace {

constexpr std::uint64_t longest_text = 12;
constexpr std::string_view text_characters = "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789_-./:@\"\\ ?#,";
constexpr std::string_view months[] = {"Jan", "feb", "MAR", "Apr", "may", "Jun",
                                       "Jul", "AUG", "Sep", "oct", "Nov", "Dec"};

class Generator {
 public:
  Generator(const Grammar& grammar, Random& random, std::uint64_t optional_percent)
      : grammar_(grammar), random_(random), optional_percent_(optional_percent) {}

  std::string line() {
    std::string line;
    for (const std::vector<Word>& words : grammar_.head) line += keyword(any(words)) + blanks();
    std::vector<std::size_t> chosen;
    choose(grammar_.body, chosen);
    const auto movable = std::find_if(chosen.begin(), chosen.end(), [&](std::size_t index) {
      return !grammar_.parameters[index].positional && !(grammar_.identified && index == 0);
    });
    const auto fixed = static_cast<std::size_t>(movable - chosen.begin());
    for (std::size_t i = chosen.size(); i > fixed + 1; --i)
      std::swap(chosen[i - 1], chosen[fixed + random_.below(i - fixed)]);
    bool in_place = true;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      in_place = in_place && chosen[i] == i;
      line += parameter(grammar_.parameters[chosen[i]], in_place) + blanks();
    }
    return line;
  }

 private:
  bool chance(std::uint64_t percent) { return random_.below(100) < percent; }
  template <class T>
  const T& any(const std::vector<T>& list) {
    return list[random_.below(list.size())];
  }
  std::uint64_t between(std::uint64_t low, std::uint64_t high) {
    const std::uint64_t span = high - low;
    return low + (span == ~std::uint64_t{0} ? random_.u64() : random_.below(span + 1));
  }
  std::string blanks() { return std::string(chance(90) ? 1 : 2, ' '); }

  std::string keyword(const Word& word) {
    const std::size_t length = chance(50) ? word.text.size() : between(word.shortest, word.text.size());
    std::string text = word.text.substr(0, length);
    if (chance(50)) text = to_lower(text);
    if (chance(20)) text[0] = to_lower(text.substr(0, 1))[0];
    return text;
  }

  void choose(const std::vector<Node>& nodes, std::vector<std::size_t>& chosen) {
    for (const Node& node : nodes) {
      if (node.kind == Node::Kind::parameter) {
        chosen.push_back(node.parameter);
      } else if (node.kind == Node::Kind::one_of || chance(optional_percent_)) {
        choose(any(node.branches), chosen);
      }
    }
  }

  std::string parameter(const Parameter& parameter, bool in_place) {
    if (parameter.positional && in_place && chance(70)) return value(parameter.value);
    std::string text = keyword(any(parameter.names));
    if (parameter.form == Parameter::Form::flag) return text;
    if (parameter.form == Parameter::Form::optional_value && chance(40)) return text;
    text += chance(90) ? "=" : chance(50) ? " =" : " = ";
    return text + value(parameter.value);
  }

  std::string value(const ValueSpec& spec) {
    if (spec.many) {
      std::string list = keyword(any(spec.choices));
      while (chance(40)) list += ',' + keyword(any(spec.choices));
      return list;
    }
    const std::uint64_t pick = random_.below(spec.choices.size() + spec.types.size());
    return pick < spec.choices.size() ? keyword(spec.choices[pick]) : typed(spec.types[pick - spec.choices.size()]);
  }

  std::string typed(const Type& type) {
    switch (type.kind) {
      case Type::Kind::number:
        return number(type);
      case Type::Kind::name:
      case Type::Kind::text:
        return text(type);
      case Type::Kind::ipv4:
        return to_string(Ipv4Address(random_.u32()));
      case Type::Kind::mask:
        return to_string(mask_of(static_cast<int>(random_.below(33))));
      case Type::Kind::ipv4_range:
        return range();
      case Type::Kind::mac:
        return to_string(MacAddress{{0, 0, 0xcd, 1, 2, static_cast<std::uint8_t>(random_.u32())}});
      case Type::Kind::interface:
        return fmt::format("{}{}{}", chance(50) ? "ETH" : "vlan", random_.below(100), chance(30) ? "-0" : "");
      case Type::Kind::file:
        return fmt::format("{}f{}.cfg", chance(50) ? "flash:" : "", random_.below(1000));
      case Type::Kind::files:
        return chance(50) ? "*.CFG" : "boot.*";
      case Type::Kind::boolean:
        return any<std::string>({"TRUE", "false", "on", "OFF", "Yes", "n"});
      case Type::Kind::time:
        return fmt::format("{:02}:{:02}{}", random_.below(24), random_.below(60), chance(50) ? ":59" : "");
      case Type::Kind::date:
        return fmt::format("{}-{}-{}", between(1, 28), months[random_.below(12)], between(2000, 2037));
      case Type::Kind::list:
        return number(type) + (chance(50) ? "," + number(type) : "");
      case Type::Kind::hex:
        return std::string(2 * length(type), "0123456789abcdefABCDEF"[random_.below(22)]);
      case Type::Kind::filter:
        return any<std::string>({">2", "<7", "!isakmp", "%text", "ipsec"});
    }
    return {};
  }

  std::string number(const Type& type) {
    if (chance(20)) return std::to_string(type.low);
    return std::to_string(chance(20) ? type.high : between(type.low, type.high));
  }
  std::uint64_t length(const Type& type) { return between(type.low, std::min(type.high, type.low + longest_text)); }

  std::string range() {
    const Ipv4Address first(random_.u32());
    if (chance(50)) return to_string(first);
    return to_string(first) + "-" +
           to_string(Ipv4Address(static_cast<std::uint32_t>(between(first.value, 0xffffffff))));
  }

  /// Quoted whenever it holds more than letters, digits and dots.
  std::string text(const Type& type) {
    const std::uint64_t size = length(type);
    if (size > 0 && chance(70)) {
      std::string plain;
      while (plain.size() < size) plain += text_characters[random_.below(26)];
      return plain;
    }
    std::string quoted = "\"";
    for (std::uint64_t i = 0; i < size; ++i) {
      const char c = text_characters[random_.below(text_characters.size())];
      if (c == '"') quoted += chance(50) ? '"' : '\\';
      if (c == '\\') quoted += '\\';
      quoted += c;
    }
    return quoted + '"';
  }

  const Grammar& grammar_;
  Random& random_;
  std::uint64_t optional_percent_;
};

}  // namespace

std::string random_line(const Grammar& grammar, Random& random) {
  for (std::uint64_t percent = 60;; percent /= 2) {
    std::string line = Generator(grammar, random, percent).line();
    if (line.size() <= limits::command_line) return line;
  }
}

std::string mutated(std::string line, Random& random) {
  for (std::uint64_t changes = 1 + random.below(4); changes > 0 && !line.empty(); --changes) {
    const std::size_t at = random.below(line.size());
    switch (random.below(5)) {
      case 0:
        line.erase(at, 1 + random.below(6));
        break;
      case 1:
        line.insert(at, 1, static_cast<char>(random.below(256)));
        break;
      case 2:
        line[at] = "= \"\\-,.0#?x"[random.below(11)];
        break;
      case 3:
        line.insert(at, line.substr(random.below(line.size()), 1 + random.below(20)));
        break;
      default:
        std::swap(line[at], line[random.below(line.size())]);
        break;
    }
  }
  return line;
}

std::vector<std::string> rows_that_do_not_parse(const CommandTable& table, Random& random, int rounds) {
  std::vector<std::string> wrong;
  for (const auto& grammar : table.grammars()) {
    for (int round = 0; round < rounds; ++round) {
      const std::string line = random_line(*grammar, random);
      const auto match = table.parse(line);
      if (match && match->row == &grammar->row) continue;
      wrong.push_back(fmt::format("{}\n  made: {}\n  came: {}", grammar->row.syntax, line,
                                  match ? match->row->syntax : std::string_view(match.error().text)));
      break;
    }
  }
  return wrong;
}

}  // namespace arrouter::test
