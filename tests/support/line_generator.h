// Random valid lines of a command row, walked off its grammar: what the parser must take, and what fuzzing starts from.
#pragma once

#include <string>
#include <vector>

#include "cli/language/command_table.h"
#include "cli/language/grammar.h"
#include "os/base/random.h"

namespace arrouter::test {

/// A line the row takes: keywords in full, in their shortest form or anything between, in any case; parameters after
/// the identifying one in any order; optional ones sometimes; blanks around '=' sometimes.
std::string random_line(const Grammar& grammar, Random& random);

/// The same line with a few characters changed, left out, doubled or swapped.
std::string mutated(std::string line, Random& random);

/// For each row, `rounds` random lines; the lines that did not parse to the row they were made from, with what came
/// instead. Empty when all is well.
std::vector<std::string> rows_that_do_not_parse(const CommandTable& table, Random& random, int rounds);

}  // namespace arrouter::test
