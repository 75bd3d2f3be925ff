#include "os/main/host_file.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "os/base/limits.h"

namespace arrouter {

Result<std::string> read_host_file(const std::string& path) {
  struct Close {
    void operator()(std::FILE* file) const {
      if (file != stdin) std::fclose(file);
    }
  };
  const std::unique_ptr<std::FILE, Close> file(path == "-" ? stdin : std::fopen(path.c_str(), "rbe"));
  if (!file) return failure(fmt::format("{}: {}", path, std::strerror(errno)));
  std::string text;
  std::array<char, 65536> chunk{};
  while (const std::size_t size = std::fread(chunk.data(), 1, chunk.size(), file.get())) {
    text.append(chunk.data(), size);
    if (text.size() > limits::file_size)
      return failure(fmt::format("{}: longer than {} bytes", path, limits::file_size));
  }
  if (std::ferror(file.get())) return failure(fmt::format("{}: {}", path, std::strerror(errno)));
  return text;
}

}  // namespace arrouter
