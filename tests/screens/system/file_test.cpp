#include <catch2/catch.hpp>

#include "tests/screens/system/desk.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

TEST_CASE("the output of a command becomes a file") {
  SystemDesk desk;
  CHECK(desk("create file=time.txt command=\"show time\"") == "Info (1056003): Operation successful.");
  CHECK(desk("create file=time.txt command=\"show time\"") == "Error (3056258): File time.txt already exists.");
  CHECK(desk("add file=none.txt command=\"show time\"") == "Error (3056257): File none.txt does not exist.");
  desk("add file=time.txt command=\"show release\"");
  CHECK(desk("show file=time.txt") == R"(File : time.txt

1:
2:System time is 11:19:24 on Friday 02-Feb-2007.
3:
4:Release               Licence    Period
5:---------------------------------------------------
6:flash:54-291.rez      full       -
7:---------------------------------------------------
8:
)");
  CHECK(desk("show file") == R"(Filename             Device      Size     Created                  Locks
-------------------------------------------------------------------------------
time.txt             flash           228  02-Feb-2007 11:19:24        0
-------------------------------------------------------------------------------
)");
}

TEST_CASE("only what shows can be recorded") {
  SystemDesk desk;
  CHECK(desk("create file=x.txt command=\"set system name=x\"") ==
        "Error (3056261): Only the output of SHOW commands can be written to a file.");
  CHECK(desk("create file=x.txt command=\"show nonsense\"").starts_with("Error (3035"));
  CHECK(desk("show file=x.txt") == "Error (3056257): File x.txt does not exist.");
}

TEST_CASE("files are copied, renamed and deleted, one or by pattern") {
  SystemDesk desk;
  desk("create file=a.txt command=\"show time\"");
  CHECK(desk("copy a.txt b.txt") == "Info (1056003): Operation successful.");
  CHECK(desk("copy a.txt b.txt") == "Error (3056258): File b.txt already exists.");
  CHECK(desk("copy c.txt d.txt") == "Error (3056257): File c.txt does not exist.");
  CHECK(desk("rename b.txt nvs:c.scp") == "Info (1056003): Operation successful.");
  CHECK(desk("show file device=nvs").find("c.scp                nvs") != std::string::npos);
  CHECK(desk("show file=*.txt").find("c.scp") == std::string::npos);
  CHECK(desk("show file=*:*.scp").find("c.scp") != std::string::npos);
  CHECK(desk("delete file=b.txt") == "Error (3056257): File b.txt does not exist.");
  CHECK(desk("delete file=*.cfg") == "Error (3056259): No file matches *.cfg.");
  CHECK(desk("delete file=a*.txt") == "Error (3056256): a*.txt is not a valid file name.");
  CHECK(desk("delete file=*.txt") == "Info (1056003): Operation successful.");
  CHECK(desk("delete file=nvs:c.scp") == "Info (1056003): Operation successful.");
}

TEST_CASE("in security mode scripts are the security officer's files") {
  SystemDesk desk;
  desk("add user=secoff pass=sesame1 privilege=securityofficer login=yes");
  desk("create config=boot.cfg");
  CHECK(desk.as(Privilege::manager, "show file=boot.cfg").starts_with("File : boot.cfg"));
  desk("enable system security_mode");
  for (const char* line :
       {"show file=boot.cfg", "copy boot.cfg x.txt", "rename boot.cfg x.txt", "delete file=boot.cfg"}) {
    INFO(line);
    CHECK(desk.as(Privilege::manager, line) == "Error (3035266): Insufficient privilege for this command.");
  }
  CHECK(desk.as(Privilege::manager, "show file").find("boot.cfg") != std::string::npos);
  CHECK(desk("show file=boot.cfg").starts_with("File : boot.cfg"));
}

TEST_CASE("control characters of a file do not reach the terminal") {
  SystemDesk desk;
  REQUIRE(desk.router->files().write({"flash", "x.txt"}, "a\x1b[2Jb\r\nc"));
  CHECK(desk("show file=x.txt") == "File : x.txt\n\n1:a.[2Jb\n2:c\n");
}

TEST_CASE("SHOW FLASH counts what was done and what is there") {
  SystemDesk desk;
  CHECK(desk("show flash") == R"(FFS info:
global operation ........... none
compaction count ........... 0
est compaction time ........ 0 seconds
files ...................... 0 bytes   (0 files)
garbage .................... 0 bytes
free ....................... 16777216 bytes
required free block ........ 131072 bytes
total ...................... 16777216 bytes

diagnostic counters:
event     successes     failures
--------------------------------------
get               0            0
open              0            0
read              0            0
close             0            0
complete          0            0
write             0            0
create            0            0
put               0            0
delete            0            0
check             0            0
erase             0            0
compact           0            0
verify            0            0
--------------------------------------
)");
  desk("create file=a.txt command=\"show time\"");
  desk("show ffile check");
  desk("delete file=a.txt");
  const std::string screen = desk("show flash");
  for (const char* row : {"\nopen              1            0\n", "\nclose             2            0\n",
                          "\nwrite             1            0\n", "\ncreate            1            0\n",
                          "\ndelete            1            0\n", "\ncheck             1            0\n"}) {
    INFO(row);
    CHECK(screen.find(row) != std::string::npos);
  }
}

TEST_CASE("SHOW FFILE CHECK reads every FLASH file") {
  SystemDesk desk;
  REQUIRE(desk.router->files().write({"flash", "a.txt"}, "abcd"));
  REQUIRE(desk.router->files().write({"nvs", "b.txt"}, "abcd"));
  CHECK(desk("show ffile check") == R"(Flash file check
-------------------------------------------------------------------------------
Filename             Size      Checksum   Result
-------------------------------------------------------------------------------
a.txt                       4  3b39       OK
-------------------------------------------------------------------------------
1 files checked, 0 errors
)");
}

TEST_CASE("CLEAR FLASH TOTALLY leaves NVS and the system's marker") {
  SystemDesk desk;
  auto& files = desk.router->files();
  REQUIRE(files.write({"flash", "boot.cfg"}, "x"));
  REQUIRE(files.write({"flash", "enabled.sec"}, "x"));
  REQUIRE(files.write({"nvs", "a.txt"}, "x"));
  CHECK(desk("clear flash totally") == "Info (1031003): Operation successful.");
  CHECK_FALSE(files.exists({"flash", "boot.cfg"}));
  CHECK(files.exists({"flash", "enabled.sec"}));
  CHECK(files.exists({"nvs", "a.txt"}));
}

TEST_CASE("SHOW FFILE and SHOW NFILE list one memory each") {
  SystemDesk desk;
  REQUIRE(desk.router->files().write({"flash", "a.txt"}, "in flash\n"));
  REQUIRE(desk.router->files().write({"nvs", "a.txt"}, "in nvs\n"));
  CHECK(desk("show ffile").find("\na.txt                flash ") != std::string::npos);
  CHECK(desk("show ffile").find(" nvs ") == std::string::npos);
  CHECK(desk("show nfile").find("\na.txt                nvs ") != std::string::npos);
  CHECK(desk("show ffile=a.txt").find("1:in flash\n") != std::string::npos);
  CHECK(desk("show nfile=a.txt").find("1:in nvs\n") != std::string::npos);
  CHECK(desk("show ffile check").find("2 files checked") == std::string::npos);
}

TEST_CASE("FLASH is compacted in the background, once at a time") {
  SystemDesk desk;
  CHECK(desk("activate flash compaction") ==
        "Info (1031260): Flash compacting...\nDO NOT restart the router until compaction is completed.\n");
  CHECK(desk("show flash").find("global operation ........... compacting\ncompaction count ........... 0\n") !=
        std::string::npos);
  CHECK(desk("activate flash compaction") == "Error (3031262): Flash compaction is already in progress.");
  desk.time.advance(1s);
  CHECK(desk("show flash").find("global operation ........... none\ncompaction count ........... 1\n") !=
        std::string::npos);
}

TEST_CASE("SHOW FLASH PHYSICAL and SHOW NVS") {
  SystemDesk desk;
  CHECK(desk("show flash physical") == R"(total size ........ 16 MBytes
available to FFS .. 16 MBytes
device type ....... 28F640
devices ........... 2
location .......... built in
programming power . off
block erase time .. 1000 milliseconds
total erase blocks  128
FFS erase blocks .. 128
erase block size .. 128 kBytes
)");
  REQUIRE(desk.router->files().write({"nvs", "b.txt"}, "abcd"));
  CHECK(desk("show nvs") == R"(NVS info:
files ...................... 4 bytes   (1 files)
free ....................... 524284 bytes
total ...................... 524288 bytes
)");
}

TEST_CASE("DUMP shows a file's bytes") {
  SystemDesk desk;
  desk("create file=time.txt command=\"show time\"");
  CHECK(desk("dump file=time.txt length=32") ==
        "00000000  0a 53 79 73 74 65 6d 20 74 69 6d 65 20 69 73 20  .System time is \n"
        "00000010  31 31 3a 31 39 3a 32 34 20 6f 6e 20 46 72 69 64  11:19:24 on Frid\n");
  CHECK(desk("dump file=time.txt offset=47") == "0000002f  0a                                               .\n");
  CHECK(desk("dump file=time.txt offset=48").empty());
  CHECK(desk("dump file=none.txt") == "Error (3056257): File none.txt does not exist.");
}

TEST_CASE("each memory's files are deleted by themselves, or all at once") {
  SystemDesk desk;
  constexpr std::string_view done = "Info (1056003): Operation successful.";
  desk("create file=a.txt command=\"show time\"");
  desk("create file=nvs:a.txt command=\"show time\"");
  desk("create file=nvs:b.txt command=\"show time\"");
  CHECK(desk("show nvs").find("files ...................... 96 bytes   (2 files)\n") != std::string::npos);
  CHECK(desk("show nvs free") == "NVS info:\nfree ....................... 524192 bytes\n");
  CHECK(desk("delete nfile=a.txt") == done);
  CHECK(desk("delete nfile=a.txt") == "Error (3056257): File a.txt does not exist.");
  CHECK(desk("show file").find("a.txt                flash") != std::string::npos);
  CHECK(desk("delete ffile=b.txt") == "Error (3056257): File b.txt does not exist.");
  CHECK(desk("delete ffile=*.txt") == done);
  CHECK(desk("show file").find("b.txt                nvs") != std::string::npos);
  CHECK(desk("clear nvs totally") == done);
  CHECK(desk("show file").find(".txt") == std::string::npos);
}
