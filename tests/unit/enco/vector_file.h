// Reads tests/vectors/*.txt: blocks of "name: value" lines with a blank line between them; line 1 names the source.
#pragma once

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "os/base/bytes.h"

namespace arrouter::test {

class Vector {
 public:
  std::string name(const std::string& field) const { return fields_.at(field); }
  Bytes bytes(const std::string& field) const { return from_hex(fields_.at(field)).value(); }
  std::size_t number_or(const std::string& field, std::size_t otherwise) const {
    const auto found = fields_.find(field);
    return found == fields_.end() ? otherwise : std::stoul(found->second);
  }
  std::map<std::string, std::string> fields_;
};

inline std::vector<Vector> read_vectors(const std::string& file) {
  std::ifstream in(ARROUTER_SOURCE_DIR "/tests/vectors/" + file);
  std::vector<Vector> vectors;
  std::string line;
  std::getline(in, line);  // the source
  bool open = false;
  while (std::getline(in, line)) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) {
      open = false;
      continue;
    }
    if (!open) vectors.emplace_back();
    open = true;
    vectors.back().fields_[line.substr(0, colon)] = line.size() > colon + 2 ? line.substr(colon + 2) : "";
  }
  return vectors;
}

}  // namespace arrouter::test
