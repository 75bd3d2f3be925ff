#include "os/assembly/factory.h"

#include <algorithm>

#include "os/base/calendar.h"

namespace arrouter {

namespace {

constexpr std::uint64_t boot_block = 1U << 20;  // bytes
constexpr std::chrono::seconds time_of_day =
    std::chrono::hours(10) + std::chrono::minutes(20) + std::chrono::seconds(11);

}  // namespace

std::uint64_t file_system_bytes(const Model& model) {
  const std::uint64_t bytes = std::uint64_t{model.flash_kb} * 1024;
  return bytes - std::min(bytes, boot_block);
}

FlashLayout factory_flash(const Model& model) {
  FlashLayout layout{.reserve = flash_erase_block, .delivered = {}};
  const auto built = parse_date(model.release.substr(model.release.find(' ') + 1));  // "2.9.1-00 16-Oct-2006"
  const WallTime created = WallTime(built.value_or(std::chrono::sys_days{})) + time_of_day;
  const auto add = [&](const std::string& name, unsigned bytes) {
    if (!name.empty()) layout.delivered.push_back({name, bytes, created});
  };
  add(model.release_file, model.release_bytes);
  add(model.gui_file, model.gui_bytes);
  add(model.help_file, model.help_bytes);
  return layout;
}

}  // namespace arrouter
