// A strict reader of JSON (RFC 8259), for tests that what the router writes is what any program reads.
#pragma once

#include <string_view>

namespace arrouter::test {

/// Whether the text is exactly one JSON value, UTF-8 included, with no key twice in an object.
bool is_json(std::string_view text);

}  // namespace arrouter::test
