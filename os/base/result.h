// Expected failures as values.
#pragma once

#include <expected>
#include <string>

namespace arrouter {

/// One clear line saying what could not be done and why.
struct Failure {
  std::string text;
};

template <class T>
using Result = std::expected<T, Failure>;

inline std::unexpected<Failure> failure(std::string text) { return std::unexpected(Failure{std::move(text)}); }

}  // namespace arrouter
