// The program's command line.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "os/base/result.h"

namespace arrouter {

enum class Mode : std::uint8_t { run, ctl, health, reference, check, help, version };

struct Options {
  Mode mode = Mode::run;
  std::string name;
  std::string model = "AR415S";
  std::string flash;   // empty: files in memory
  std::string config;  // a host file, or a file in flash; empty: as SET CONFIG says
  std::optional<std::uint64_t> seed;
  std::map<std::string, std::string> interfaces;  // "eth0" -> "tap:wan"
  struct Capture {
    std::string interface, file, filter;
  };
  std::vector<Capture> captures;
  std::vector<std::string> consoles;
  std::multimap<std::string, std::string> services;  // "telnet" -> "tcp:HOST:PORT", besides the router's own addresses
  std::string control;
  std::string ready;  // a file that says how far the router has come; empty: none
  std::optional<std::string> script;
  std::vector<std::string> commands;
  bool json = false;
  bool rows = false;  // reference: one line a row, fields separated by tabs
  // ctl, health and check
  std::string path;                // the socket, or the configuration
  std::vector<std::string> lines;  // of ctl (empty: from standard input); of health: the stage asked for
};

/// `words` without the program's name. The failure is one line.
Result<Options> parse_options(const std::vector<std::string>& words);
std::string_view usage();

}  // namespace arrouter
