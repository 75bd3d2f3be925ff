// The power goes at every system call of every command that writes: the next start finds the old files or the new.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

#include "tests/support/cutting_disk.h"
#include "tests/support/virtual_router.h"

using namespace arrouter;
using namespace std::chrono_literals;
using test::CuttingDisk;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Folder() {
    // In memory, where fsync costs nothing: what it promises is the CuttingDisk's business.
    const fs::path place = fs::is_directory("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
    std::string name = (place / "arrouter-power-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
  fs::path path;
};

/// A router whose FLASH and NVS are a directory.
struct Owner {
  Owner(const fs::path& flash, std::shared_ptr<Disk> disk) : random(7) {
    RouterOptions options;
    options.model = *find_model("AR415S");
    options.flash = flash;
    options.disk = std::move(disk);
    auto made = Router::make({time, time.scheduler, time, time, random}, std::move(options));
    if (!made) throw std::runtime_error(made.error().text);
    router = std::move(*made);
    if (!router->attach_ports({}, 1)) throw std::runtime_error("ports");
    router->boot();
  }
  std::string operator()(std::string_view line) {
    const auto answer = router->execute(line, Caller{});
    return answer.screen.text() + answer.outcome.line() + "\n";
  }
  /// What a start finds, thing by thing.
  std::map<std::string, std::string> state() {
    std::map<std::string, std::string> things;
    for (const char* line : {"show config", "show install", "show enco key", "show config dynamic=system", "show user"})
      things[line] = (*this)(line);
    for (const FileInfo& file : router->files().list()) {
      const bool delivered = file.size > 50000;
      things[file.name] = delivered ? std::to_string(file.size)
                                    : router->files().read({file.device, file.name}).value_or("unreadable");
    }
    const FlashUse use = router->files().flash_use();
    if (use.files + use.garbage + use.free + use.reserve != use.total) things["flash"] = "does not add up";
    for (const RefusedLine& refused : router->refused_at_boot()) things["refused"] += refused.line + "\n";
    return things;
  }

  test::VirtualTime time;
  SeededRandom random;
  std::unique_ptr<Router> router;
};

using State = std::map<std::string, std::string>;
using Files = std::map<fs::path, std::string>;

/// Starts a router on what a cut left; remembers what it found, since most cuts leave the same.
class Starts {
 public:
  explicit Starts(const Folder& folder) : flash_(folder.path / "flash"), copy_(folder.path / "after") {}
  const State& found(const Files& files) {
    const auto known = known_.find(files);
    if (known != known_.end()) return known->second;
    fs::remove_all(copy_);
    fs::create_directories(copy_ / "nvs");
    for (const auto& [path, content] : files) std::ofstream(copy_ / fs::relative(path, flash_)) << content;
    return known_[files] = Owner(copy_, nullptr).state();
  }

 private:
  fs::path flash_, copy_;
  std::map<Files, State> known_;
};

/// Things that are neither as before the command nor as after it.
std::string halves(const State& found, const State& before, const State& after) {
  std::string text;
  const auto of = [](const State& state, const std::string& name) {
    const auto thing = state.find(name);
    return thing == state.end() ? std::string() : thing->second;
  };
  std::set<std::string> names;
  for (const State* state : {&found, &before, &after})
    for (const auto& [name, thing] : *state) names.insert(name);
  for (const std::string& name : names) {
    const std::string thing = of(found, name);
    if (thing != of(before, name) && thing != of(after, name)) text += name + ":\n" + thing + "\n";
  }
  return text;
}

void prepare(Owner& owner) {
  for (const char* line : {"set system name=Old", "add user=secoff password=secoff1 privilege=securityofficer login=yes",
                           "create config=boot.cfg", "set config=boot.cfg", "enable system security_mode",
                           "create enco key=1 type=general value=\"first\"", "add script=a.scp text=\"show time\"",
                           "copy boot.cfg kept.cfg"}) {
    INFO(line);
    const std::string answer = owner(line);
    INFO(answer);
    REQUIRE(answer.find("Error") == std::string::npos);
  }
}

}  // namespace

TEST_CASE("whatever the power cut interrupts, the next start finds the old or the new, never half") {
  using Names = CuttingDisk::Names;
  using Contents = CuttingDisk::Contents;
  const char* command = GENERATE("create config=boot.cfg", "create config=new.cfg set", "set config=kept.cfg",
                                 "create enco key=2 type=general value=\"second\"", "destroy enco key=1",
                                 "create enco key=3 type=rsa length=512", "disable system security_mode",
                                 "set install=temporary release=54-291.rez", "add script=a.scp text=\"show cpu\"",
                                 "delete file=kept.cfg", "delete file=54-291.rez", "rename kept.cfg other.cfg",
                                 "copy kept.cfg other.cfg", "copy kept.cfg a-long-name.cfg",
                                 "create file=t.txt command=\"show file\"");
  INFO(command);
  const Folder folder;
  const fs::path flash = folder.path / "flash";
  Starts starts(folder);
  /// The command on a disk whose power goes at call number `cut`.
  const auto attempt = [&](std::optional<std::size_t> cut) {
    fs::remove_all(flash);
    const auto disk = std::make_shared<CuttingDisk>();
    Owner owner(flash, disk);
    prepare(owner);
    owner("set system name=New");
    if (cut) disk->cut_after(*cut);
    const std::string answer = owner(command);
    owner.time.advance(1min);
    INFO(answer);
    if (!cut) REQUIRE(answer.find("Error") == std::string::npos);
    return std::pair(disk, disk->survivors(Names::lost, Contents::lost));
  };
  const State before = starts.found(attempt(0).second);
  const State after = starts.found(attempt(std::nullopt).second);
  REQUIRE(before != after);
  bool complete = false;
  std::size_t cut = 0;
  for (; !complete; ++cut) {
    REQUIRE(cut < 200);
    INFO("system call " << cut);
    const auto disk = attempt(cut).first;
    complete = !disk->cut();
    for (const Names names : {Names::lost, Names::kept}) {
      for (const Contents contents : {Contents::lost, Contents::half, Contents::kept}) {
        const State& found = starts.found(disk->survivors(names, contents));
        CHECK(halves(found, before, after) == "");
        if (complete) CHECK(found == after);
      }
    }
  }
  CHECK(cut > 2);
}
