// The faults of config/scenarios, as images/lab sets them up for people to find: each does to the example network what
// it says, shows what its solution points at, and is gone when it is mended.
#include <filesystem>
#include <fstream>
#include <regex>

#include <fmt/format.h>

#include "tests/sim/scenarios/desk.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

namespace {

struct Order {
  std::string router, line;
};

/// Where to look: a screen, and a text that it shows or lacks.
struct Picture {
  std::string router, screen, text;
  bool shown = true;
};

struct Training {
  std::string answered;
  bool tunnel_first = false;
  std::vector<Order> faults, repairs;
  std::vector<Picture> pictures;
};

/// A text without the line breaks that a screen puts into it.
std::string joined(const std::string& text) {
  return std::regex_replace(text, std::regex("\\s+"), " ");
}

/// Reads a scenario; images/lablib/scenario.py explains the format.
Training read_training(const std::filesystem::path& path) {
  static const std::regex entry(R"(^(\w+)(?: (\w+))?: (.*)$)"), picture(R"(^(.*) =(/?)> (.*)$)");
  Training training;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::smatch cells;
    INFO(line);
    REQUIRE(std::regex_match(line, cells, entry));
    const std::string kind = cells[1], router = cells[2], text = cells[3];
    if (kind == "answered") {
      training.answered = text;
    } else if (kind == "begin") {
      training.tunnel_first = text == "tunnel";
    } else if (kind == "fault" || kind == "mend") {
      (kind == "fault" ? training.faults : training.repairs).push_back({router, text});
    } else if (kind == "look") {
      std::smatch parts;
      REQUIRE(std::regex_match(text, parts, picture));
      training.pictures.push_back({router, parts[1], parts[3], parts[2].length() == 0});
    } else {
      CHECK((kind == "title" || kind == "complaint"));
    }
  }
  return training;
}

struct Classroom : ExampleNetwork {
  Classroom() : ExampleNetwork(chosen_seed(1)) {}

  void order(const std::vector<Order>& orders) {
    for (const Order& order : orders) {
      if (order.router != "peer2") give(peer1, {order.line});
      if (order.router != "peer1") give(peer2, {order.line});
    }
  }
  /// Step 7 of the Note.
  void reset_both() {
    order({{"both", "disable ipsec"}, {"both", "disable isakmp"}});
    time.advance(1s);
    order({{"both", "enable isakmp"}, {"both", "enable ipsec"}});
  }
  /// "both", "nobody", or the one whose pings are answered. `after_first` runs when PC1 has pinged.
  template <typename Action>
  std::string who_is_answered(Action after_first) {
    const bool first = pc1.reaches(pc2.address());
    after_first();
    const bool second = pc2.reaches(pc1.address());
    return first == second ? (first ? "both" : "nobody") : (first ? "pc1" : "pc2");
  }
};

std::vector<std::filesystem::path> scenario_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(ARROUTER_SOURCE_DIR "/config/scenarios")) {
    files.push_back(entry.path());
  }
  return files;
}

}  // namespace

TEST_CASE("Each fault for training does what it says, can be seen where it says, and is mended as it says") {
  const auto files = scenario_files();
  REQUIRE(files.size() >= 20);
  for (const auto& file : files) {
    INFO(file.filename().string());
    const Training training = read_training(file);
    Classroom room;
    if (training.tunnel_first) CHECK(room.pc1.reaches(room.pc2.address()));
    room.order(training.faults);
    const auto look = [&] {
      for (const Picture& picture : training.pictures) {
        VirtualRouter& router = picture.router == "peer1" ? room.peer1 : room.peer2;
        const std::string screen = joined(router.text(picture.screen));
        INFO(picture.router << ": " << picture.screen << ": " << picture.text << "\n" << screen);
        CHECK(screen.contains(joined(picture.text)) == picture.shown);
      }
    };
    CHECK(room.who_is_answered(look) == training.answered);
    room.order(training.repairs);
    room.reset_both();
    room.time.advance(5min);  // the firewall's sessions of the fault's time end
    CHECK(room.who_is_answered([] {}) == "both");
  }
}
