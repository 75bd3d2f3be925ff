// Runs a fuzz target over its corpus: every file of the given folders and files, plus seeded mutations of each, so
// that an ordinary test run walks the same code as the fuzzer, with any compiler.
//
// usage: fuzz_<name> [--mutations N] FILE|FOLDER…
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "os/base/random.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using arrouter::Bytes;

/// One random edit: flip, overwrite, insert, erase, cut or double.
void mutate(Bytes& bytes, arrouter::Random& random) {
  const std::size_t at = bytes.empty() ? 0 : random.below(bytes.size());
  const auto byte = static_cast<std::uint8_t>(random.below(256));
  switch (bytes.empty() ? 2 : random.below(6)) {
    case 0: bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ (1U << random.below(8))); break;
    case 1: bytes[at] = byte; break;
    case 2: bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), byte); break;
    case 3: bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(at)); break;
    case 4: bytes.resize(at); break;
    default:
      if (bytes.size() < 65536) bytes.insert(bytes.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
  }
}

void replay(const Bytes& original, unsigned mutations, arrouter::Random& random) {
  LLVMFuzzerTestOneInput(original.data(), original.size());
  for (unsigned i = 0; i < mutations; ++i) {
    Bytes bytes = original;
    for (std::uint64_t edits = 1 + random.below(4); edits > 0; --edits) mutate(bytes, random);
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
}

Bytes read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

int main(int argc, char** argv) {
  unsigned mutations = 0;
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) == "--mutations" && i + 1 < argc) {
      mutations = static_cast<unsigned>(std::strtoul(argv[++i], nullptr, 10));
    } else if (std::filesystem::is_directory(argv[i])) {
      for (const auto& entry : std::filesystem::directory_iterator(argv[i])) files.push_back(entry.path());
    } else {
      files.emplace_back(argv[i]);
    }
  }
  std::sort(files.begin(), files.end());
  arrouter::SeededRandom random(1);
  for (const auto& file : files) replay(read_file(file), mutations, random);
  std::printf("%zu inputs, each with %u mutations\n", files.size(), mutations);
  return files.empty() ? 1 : 0;
}
