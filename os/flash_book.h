// What FLASH keeps beside the content of its files (reference/operations.md 3): garbage, the delivered files that were
// deleted, the short twins of long names. FileStore asks and tells it; it knows no files itself.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "os/files.h"

namespace arrouter {

class FlashBook {
 public:
  FlashLayout layout;
  std::uint64_t garbage = 0;  // bytes
  std::uint64_t compactions = 0;
  bool compacting = false;
  bool in_the_way = false;                          // a file had no room because of the garbage
  std::function<void()> changed;                    // whom FileStore tells
  std::vector<std::weak_ptr<const FileName>> held;  // files of any device that somebody works with

  /// The delivered file of that name, unless it was deleted.
  const DeliveredFile* delivered(std::string_view name) const;
  /// It is no more, or a file that was written has taken its place.
  void forget_delivered(std::string_view name);
  void bring_back(std::string_view name) { deleted_.erase(std::string(name)); }

  /// The present names of FLASH: long ones get a twin, twins of names that are gone go too.
  void note_names(const std::vector<std::string>& names);
  /// Of this short twin; empty when it is none.
  std::string long_name(std::string_view twin) const;
  /// The content of longname.lfn; empty without long names.
  std::string twin_table() const;
  WallTime twins_changed{};

  /// As NVS keeps it.
  std::string text() const;
  void read(std::string_view text);

 private:
  std::set<std::string, std::less<>> deleted_;
  std::map<std::string, std::string, std::less<>> twins_;  // long name -> twin
};

/// The content of a delivered file: a line that says what it stands for, then zeroes.
std::string delivered_content(const DeliveredFile& file);

}  // namespace arrouter
