#include <catch2/catch.hpp>

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

#include "os/base/limits.h"
#include "os/files.h"
#include "tests/support/virtual_time.h"

namespace arrouter {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    char name[] = "/tmp/arrouter-files-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~Folder() { fs::remove_all(path); }
  fs::path path;
};

// Every write of this process beyond so many bytes of a file fails while it lives: a disk that fills up.
class WriteLimit {
 public:
  explicit WriteLimit(rlim_t bytes) {
    old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &old_);
    rlimit limited = old_;
    limited.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limited);
  }
  ~WriteLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit old_{};
  void (*old_handler_)(int) = nullptr;
};

struct Fixture {
  test::VirtualTime time;
  WallClock wall{time, WallTime(std::chrono::hours(24 * 365 * 37))};
  Folder folder;
  FileStore open(std::uint64_t flash_bytes = 1 << 20) {
    return std::move(*FileStore::open(folder.path, flash_bytes, &wall));
  }
};

const FileName boot{"flash", "boot.cfg"};

TEST_CASE("File names follow the rules of release 2.9") {
  const auto name = parse_file_name("Flash:BOOT.cfg");
  REQUIRE(name);
  CHECK(name->device == "flash");
  CHECK(name->name == "boot.cfg");
  CHECK(parse_file_name("nvs:a.b")->device == "nvs");
  CHECK(parse_file_name("boot", "cfg")->name == "boot.cfg");
  CHECK(parse_file_name("1234567890123456.cfg"));
  CHECK(parse_file_name("415s_291-00_en_d.rsc"));
  for (const char* bad :
       {"", ".", "..", "boot", "boot.", ".cfg", "12345678901234567.cfg", "boot.conf", "a/b.cfg", "../b.cfg", "a.b.cfg",
        "a b.cfg", "*.cfg", "cflash:a.cfg", "flash:", "a\\b.cfg", "a\n.cfg", "flash:nvs:a.cfg"}) {
    INFO(bad);
    CHECK_FALSE(parse_file_name(bad));
  }
}

TEST_CASE("A copy is another file") {
  Fixture fixture;
  auto store = fixture.open(10);
  REQUIRE(store.write(boot, "12345"));
  REQUIRE(store.copy(boot, {"flash", "b.cfg"}));
  CHECK(*store.read(boot) == *store.read({"flash", "b.cfg"}));
  CHECK_FALSE(store.copy(boot, {"flash", "c.cfg"}));  // full
  CHECK_FALSE(store.copy({"flash", "x.cfg"}, {"nvs", "x.cfg"}));
}

TEST_CASE("Files come back as written, on disk and in memory") {
  Fixture fixture;
  auto store = GENERATE(false, true) ? std::move(*FileStore::open({}, 1 << 20, &fixture.wall)) : fixture.open();
  CHECK_FALSE(store.exists(boot));
  CHECK_FALSE(store.read(boot));
  REQUIRE(store.write(boot, std::string_view("a\0b", 3)));
  REQUIRE(store.write(boot, "second"));
  CHECK(*store.read(boot) == "second");
  REQUIRE(store.write({"nvs", "old.log"}, "12345"));
  const auto files = store.list();
  REQUIRE(files.size() == 2);
  CHECK(files[0].name == "boot.cfg");
  CHECK(files[0].size == 6);
  CHECK(files[0].created == fixture.wall.now());
  CHECK(files[1].device == "nvs");
  CHECK(store.flash_use().files == 6);
  CHECK(store.flash_use().garbage == 3);

  REQUIRE(store.rename(boot, {"flash", "new.cfg"}));
  CHECK_FALSE(store.exists(boot));
  CHECK(*store.read({"flash", "new.cfg"}) == "second");
  CHECK_FALSE(store.rename({"flash", "new.cfg"}, {"nvs", "old.log"}));
  REQUIRE(store.rename({"flash", "new.cfg"}, {"nvs", "new.cfg"}));
  CHECK(store.flash_use().files == 0);
  CHECK(store.flash_use().garbage == 9);
  REQUIRE(store.remove({"nvs", "new.cfg"}));
  CHECK_FALSE(store.remove({"nvs", "new.cfg"}));
}

TEST_CASE("Private data is not listed and readable by its owner alone") {
  Fixture fixture;
  auto store = fixture.open();
  REQUIRE(store.write_private("enco-keys", "secret"));
  CHECK(*store.read_private("enco-keys") == "secret");
  CHECK(store.list().empty());
  for (const auto& entry : fs::directory_iterator(fixture.folder.path / "nvs")) {
    struct stat status {};
    REQUIRE(::stat(entry.path().c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
  }
  store = std::move(*FileStore::open({}, 1, &fixture.wall));  // lets go of the directory
  store = fixture.open();
  CHECK(store.read_private("enco-keys") == "secret");
  REQUIRE(store.remove_private("enco-keys"));
  CHECK_FALSE(store.read_private("enco-keys"));
  CHECK_FALSE(store.write_private("../boot", "x"));
}

TEST_CASE("The flash holds its size and not a byte more") {
  Fixture fixture;
  auto store = GENERATE(false, true) ? std::move(*FileStore::open({}, 100, &fixture.wall)) : fixture.open(100);
  REQUIRE(store.write(boot, std::string(49, 'a')));
  REQUIRE(store.write(boot, std::string(51, 'a')));  // the first 49 bytes are garbage now
  const auto full = store.write(boot, "b");
  REQUIRE_FALSE(full);
  CHECK(full.error().text == "cannot write boot.cfg: flash full");
  CHECK(*store.read(boot) == std::string(51, 'a'));
  CHECK_FALSE(store.write({"flash", "b.cfg"}, "b"));
  CHECK(store.write({"nvs", "b.cfg"}, "b"));
}

TEST_CASE("A write that fails at any byte leaves the old file and no trace") {
  Fixture fixture;
  auto store = fixture.open();
  REQUIRE(store.write(boot, "the old configuration"));
  for (const rlim_t room : {0, 1, 500, 999}) {
    {
      const WriteLimit limit(room);
      const auto written = store.write(boot, std::string(1000, 'n'));
      REQUIRE_FALSE(written);
      CHECK(written.error().text == "cannot write boot.cfg: flash full");
      const auto hidden = store.write_private("config", std::string(1000, 'n'));
      REQUIRE_FALSE(hidden);
      CHECK(hidden.error().text == "cannot write config: nvs full");
    }
    CHECK(*store.read(boot) == "the old configuration");
    std::size_t entries = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(fixture.folder.path)) ++entries;
    CHECK(entries == 2);  // boot.cfg and nvs
  }
  const WriteLimit limit(1000);
  CHECK(store.write(boot, std::string(1000, 'n')));
}

TEST_CASE("What a power cut left half-written is swept at the next start") {
  Fixture fixture;
  REQUIRE(fixture.open().write(boot, "whole"));
  std::ofstream(fixture.folder.path / ".new-boot.cfg") << "ha";
  const auto store = fixture.open();
  CHECK_FALSE(fs::exists(fixture.folder.path / ".new-boot.cfg"));
  CHECK(store.list().size() == 1);
  CHECK(*store.read(boot) == "whole");
}

TEST_CASE("A directory that cannot be used is refused with one line") {
  Fixture fixture;
  std::ofstream(fixture.folder.path / "plain") << "file";
  const auto store = FileStore::open(fixture.folder.path / "plain" / "flash", 100, &fixture.wall);
  REQUIRE_FALSE(store);
  CHECK(store.error().text.find("cannot make the directory") == 0);
  CHECK(store.error().text.find('\n') == std::string::npos);
}

TEST_CASE("Directories made for a start that failed go again") {
  Fixture fixture;
  const fs::path above = fixture.folder.path / "a", flash = above / "flash";
  const auto open = [&] { return std::move(*FileStore::open(flash, 100, &fixture.wall)); };
  open();
  CHECK_FALSE(fs::exists(above));
  // What has a file in it stays, and so does what was there before.
  REQUIRE(open().write(boot, "x"));
  CHECK(fs::exists(flash / "boot.cfg"));
  REQUIRE(open().remove(boot));
  CHECK(fs::is_directory(flash));
  fs::remove_all(above);
  open().keep();
  CHECK(fs::is_directory(flash / "nvs"));
}

TEST_CASE("One directory serves one router at a time") {
  Fixture fixture;
  {
    const auto store = fixture.open();
    const auto second = FileStore::open(fixture.folder.path, 100, &fixture.wall);
    REQUIRE_FALSE(second);
    CHECK(second.error().text == "another router uses the directory " + fixture.folder.path.string());
  }
  CHECK(FileStore::open(fixture.folder.path, 100, &fixture.wall));
}

TEST_CASE("What is free in FLASH is never more than the host's disk has") {
  Fixture fixture;
  const auto store = fixture.open(std::uint64_t{1} << 60);
  CHECK(store.flash_use().free < std::uint64_t{1} << 60);
  CHECK(store.flash_use().free > 0);
  auto small = std::move(*FileStore::open({}, 100, &fixture.wall));
  REQUIRE(small.write(boot, "12345"));
  CHECK(small.flash_use().free == 95);
}

TEST_CASE("Garbage, deleted files of the factory and twins outlive the store") {
  Fixture fixture;
  const FlashLayout layout{.reserve = 1000,
                           .delivered = {{"54-291.rez", 5000, WallTime{}}, {"a-long-name.txt", 10, WallTime{}}}};
  const auto open = [&] {
    auto store = fixture.open(1 << 16);
    store.lay_out(layout);
    return store;
  };
  const auto adds_up = [](const FlashUse& use) {
    return use.files + use.garbage + use.free + use.reserve == use.total && use.total == 1 << 16;
  };
  {
    auto store = open();
    CHECK(adds_up(store.flash_use()));
    CHECK_FALSE(fs::exists(fixture.folder.path / "nvs" / ".private-flash"));
    REQUIRE(store.write({"flash", "a-long-tale.txt"}, "12345"));
    REQUIRE(store.write({"flash", "a-long-tale.txt"}, "123"));
    REQUIRE(store.remove({"flash", "54-291.rez"}));
    CHECK_FALSE(store.remove({"flash", "54-291.rez"}));
    CHECK(store.flash_use().garbage == 5005);
    CHECK(adds_up(store.flash_use()));
  }
  {
    auto store = open();
    CHECK(store.flash_use().garbage == 5005);
    CHECK_FALSE(store.exists({"flash", "54-291.rez"}));
    CHECK(store.read({"flash", "a-long~2.txt"}) == "123");
    CHECK(store.resolve({"flash", "a-long~1.txt"}).name == "a-long-name.txt");
    store.begin_compaction();
    store.end_compaction(true);
    REQUIRE(store.write({"flash", "54-291.rez"}, "another"));
    // A file that the host puts there is known by its twin at once.
    std::ofstream(fixture.folder.path / "a-long-song.txt") << "la";
    CHECK(store.read({"flash", "a-long~3.txt"}) == "la");
  }
  auto store = open();
  CHECK(store.flash_use().garbage == 0);
  CHECK(store.compactions() == 1);
  CHECK(store.read({"flash", "54-291.rez"}) == "another");
  REQUIRE(store.remove({"flash", "54-291.rez"}));
  CHECK_FALSE(store.exists({"flash", "54-291.rez"}));
  CHECK(adds_up(store.flash_use()));
}

TEST_CASE("A book that was tampered with costs no file") {
  Fixture fixture;
  const std::string book =
      GENERATE(std::string("garbage 99999999999999999999\ndeleted\ntwin a b c\ntwin x.txt\n\0\xff", 60),
               std::string("garbage 18446744073709551615\ncompactions -1\n"),
               std::string("twin a-long-name.txt a.txt\ntwin gone-and-past.txt a-long~1.txt\n"));
  auto store = fixture.open(1 << 16);
  REQUIRE(store.write_private("flash", book));
  REQUIRE(store.write({"flash", "a.txt"}, "a"));
  store.lay_out({.reserve = 100, .delivered = {{"a-long-name.txt", 10, WallTime{}}}});
  CHECK(store.read({"flash", "a.txt"}) == "a");
  CHECK(store.exists({"flash", "a-long-name.txt"}));
  CHECK(store.flash_use().free <= store.flash_use().total);
  store.begin_compaction();
  store.end_compaction(true);
  CHECK(store.write({"flash", "b.txt"}, "b"));
}

TEST_CASE("A file of the factory whose deletion cannot be kept stays") {
  Fixture fixture;
  auto store = fixture.open(1 << 16);
  store.lay_out({.reserve = 0, .delivered = {{"54-291.rez", 5000, WallTime{}}}});
  {
    const WriteLimit limit(0);
    CHECK_FALSE(store.remove({"flash", "54-291.rez"}));
  }
  CHECK(store.exists({"flash", "54-291.rez"}));
  CHECK(store.flash_use().garbage == 0);
  CHECK(store.remove({"flash", "54-291.rez"}));
}

TEST_CASE("A disk without room is found at the start") {
  Fixture fixture;
  const WriteLimit limit(0);
  const auto store = FileStore::open(fixture.folder.path, 100, &fixture.wall);
  REQUIRE_FALSE(store);
  CHECK(store.error().text.find("cannot write into the directory " + fixture.folder.path.string()) == 0);
}

TEST_CASE("Files of the host that no command can name are left alone") {
  Fixture fixture;
  auto store = fixture.open();
  std::ofstream(fixture.folder.path / "README.md.bak") << "x";
  std::ofstream(fixture.folder.path / "UPPER.CFG") << "x";
  fs::create_directory(fixture.folder.path / "dir.cfg");
  CHECK(store.list().empty());
  CHECK_FALSE(store.read({"flash", "dir.cfg"}));
}

TEST_CASE("A file longer than the limit is not read into memory") {
  Fixture fixture;
  auto store = fixture.open();
  std::ofstream(fixture.folder.path / "big.txt") << 'x';
  fs::resize_file(fixture.folder.path / "big.txt", limits::file_size);
  CHECK(store.read({"flash", "big.txt"}));
  fs::resize_file(fixture.folder.path / "big.txt", limits::file_size + 1);
  CHECK_FALSE(store.read({"flash", "big.txt"}));
}

}  // namespace
}  // namespace arrouter
