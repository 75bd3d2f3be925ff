// Configurations of tests: from files of the tree, with changes, and booted by routers that have to take every line.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "tests/support/virtual_router.h"

namespace arrouter::test {

/// A file of the source tree.
std::string source_file(std::string_view path);
/// `text` with these parts replaced, in turn and wherever they are. Throws when one is not there, so that an example
/// that is changed cannot leave a test with less than it says.
std::string changed(std::string text, std::initializer_list<std::pair<std::string_view, std::string_view>> changes);
/// What `router` refused of its boot configuration, one line each.
std::string refusals(Router& router);
/// Boots; throws when a line is refused.
void boot_clean(VirtualRouter& router, std::string_view configuration);

}  // namespace arrouter::test
