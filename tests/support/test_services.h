// The services of a Router in virtual time, for tests of a single module.
#pragma once

#include <map>
#include <string>

#include "os/module.h"
#include "tests/support/virtual_time.h"

namespace arrouter::test {

/// Files in memory, a seeded random source, no ports (add your own to `ports` before making the module).
class TestServices {
 public:
  explicit TestServices(std::uint64_t seed = 1, std::string_view model = "AR415S");

  VirtualTime time;
  WallClock wall;
  SeededRandom random;
  PacketPool pool;
  Log log;
  Model model;
  FileStore files;
  UserDatabase users;
  SystemIdentity system;
  std::map<std::string, Port*, std::less<>> ports;
  std::vector<LogRecord> records;  // everything logged
  Services services;
};

}  // namespace arrouter::test
