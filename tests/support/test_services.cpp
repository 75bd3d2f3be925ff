#include "tests/support/test_services.h"

#include <stdexcept>

namespace arrouter::test {

namespace {
template <class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text);
  return std::move(*result);
}

// Not a real digest: module tests need users, not cryptography.
std::string plain_digest(std::string_view password, std::uint8_t salt) {
  std::string digest = to_hex(Bytes{salt});
  Bytes padded(16);
  for (std::size_t i = 0; i < password.size(); ++i)
    padded[i % 16] = static_cast<std::uint8_t>(padded[i % 16] * 31 + password[i]);
  return digest + to_hex(padded);
}
}  // namespace

TestServices::TestServices(std::uint64_t seed, std::string_view model_name)
    : wall(time, WallTime(std::chrono::sys_days(std::chrono::year(2007) / 2 / 2) + std::chrono::hours(11))),
      random(seed),
      log(wall),
      model(value_of(find_model(model_name))),
      files(value_of(FileStore::open({}, 16U << 20, &wall))),
      users(time, random, plain_digest),
      services{time, wall, time.scheduler, time, time, random, pool, log, files, users, system, model, ports} {
  log.listen([this](const LogRecord& record) { records.push_back(record); });
}

}  // namespace arrouter::test
