#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <algorithm>

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
400-291a.hlp         flash         97864  16-Oct-2006 10:20:11        0
415s_291-00_en_d.rsc flash        792432  16-Oct-2006 10:20:11        0
54-291.rez           flash       4893228  16-Oct-2006 10:20:11        0
longname.lfn         flash            34  16-Oct-2006 10:20:11        0
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
files ...................... 5783558 bytes   (4 files)
garbage .................... 0 bytes
free ....................... 9814010 bytes
required free block ........ 131072 bytes
total ...................... 15728640 bytes

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
  for (const char* row : {"\nopen              5            0\n", "\nclose             6            0\n",
                          "\nwrite             1            0\n", "\ncreate            1            0\n",
                          "\ndelete            1            0\n", "\ncheck             5            0\n",
                          "\ngarbage .................... 48 bytes\n", "\nest compaction time ........ 45 seconds\n"}) {
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
400-291a.hlp            97864  c0b2       OK
415s_291-00_en_d.rsc   792432  514f       OK
54-291.rez            4893228  0ce6       OK
a.txt                       4  3b39       OK
longname.lfn               34  b751       OK
-------------------------------------------------------------------------------
5 files checked, 0 errors
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

TEST_CASE("FLASH is compacted in the background, once at a time, and cannot be changed meanwhile") {
  SystemDesk desk;
  desk("create file=a.txt command=\"show time\"");
  desk("copy a.txt b.txt");
  desk("delete file=a.txt");
  CHECK(desk("activate flash compaction") ==
        "Info (1031260): Flash compacting...\nDO NOT restart the router until compaction is completed.\n");
  CHECK(desk("show flash").find("global operation ........... compacting\ncompaction count ........... 0\n") !=
        std::string::npos);
  CHECK(desk("activate flash compaction") == "Error (3031262): Flash compaction is already in progress.");
  const std::string busy = "flash is being compacted.";
  CHECK(desk("delete file=b.txt") == "Error (3056260): File operation failed: cannot delete b.txt: " + busy);
  CHECK(desk("rename b.txt c.txt") == "Error (3056260): File operation failed: cannot rename b.txt: " + busy);
  CHECK(desk("copy b.txt c.txt") == "Error (3056260): File operation failed: cannot write c.txt: " + busy);
  CHECK(desk("create config=x.cfg") ==
        "Error (3049258): The configuration could not be saved: cannot write x.cfg: " + busy);
  CHECK(desk("add script=x.scp text=\"show time\"").find(busy) != std::string::npos);
  CHECK(desk("clear flash totally").find(busy) != std::string::npos);
  CHECK(desk("show file=b.txt").find("System time") != std::string::npos);
  CHECK(desk("copy b.txt nvs:c.txt") == "Info (1056003): Operation successful.");
  desk.time.advance(44s);
  CHECK(desk("show flash").find("global operation ........... compacting\n") != std::string::npos);
  desk.time.advance(1s);
  CHECK(desk("show flash")
            .find("global operation ........... none\ncompaction count ........... 1\n"
                  "est compaction time ........ 0 seconds\n") != std::string::npos);
  CHECK(desk("show flash").find("\ngarbage .................... 0 bytes\n") != std::string::npos);
  CHECK(desk("show flash").find("\nerase            45            0\ncompact           1            0\n") !=
        std::string::npos);
  const std::string log = desk("show log module=ffs");
  CHECK(log.find(" 4 FFS  FFS   COMP  Flash compaction started\n") != std::string::npos);
  CHECK(log.find(" 4 FFS  FFS   COMP  Flash compaction completed\n") != std::string::npos);
  CHECK(desk("delete file=b.txt") == "Info (1056003): Operation successful.");
}

TEST_CASE("a restart in the middle of a compaction leaves garbage and files") {
  SystemDesk desk;
  desk("create file=a.txt command=\"show time\"");
  desk("delete file=a.txt");
  desk("activate flash compaction");
  desk("restart router");
  desk.time.advance(60s);
  CHECK(desk("show flash").find("global operation ........... none\ncompaction count ........... 0\n") !=
        std::string::npos);
  CHECK(desk("show flash").find("\ngarbage .................... 48 bytes\n") != std::string::npos);
  CHECK(desk("create file=a.txt command=\"show time\"") == "Info (1056003): Operation successful.");
}

TEST_CASE("FLASH compacts itself when garbage stands in the way of a file") {
  SystemDesk desk;
  FileStore& files = desk.router->files();
  const std::uint64_t half = files.flash_use().free / 2 - 8;
  REQUIRE(files.write({"flash", "a.txt"}, std::string(half, 'a')));
  REQUIRE(files.write({"flash", "b.txt"}, std::string(half, 'b')));
  const std::string full = "Error (3056260): File operation failed: cannot write c.txt: flash full.";
  CHECK(desk("copy a.txt c.txt") == full);
  desk.time.advance(1s);
  CHECK(desk("show flash").find("global operation ........... none\n") != std::string::npos);  // nothing to win
  CHECK(desk("delete file=b.txt") == "Info (1056003): Operation successful.");
  desk.time.advance(1s);
  // Less than a quarter of FLASH may be garbage; b.txt was more.
  CHECK(desk("show flash").find("global operation ........... compacting\n") != std::string::npos);
  desk.time.advance(120s);
  CHECK(desk("copy a.txt c.txt") == "Info (1056003): Operation successful.");
  REQUIRE(files.write({"flash", "small.txt"}, "x"));
  CHECK(desk("delete file=small.txt") == "Info (1056003): Operation successful.");
  CHECK(desk("copy a.txt d.txt").find("flash full") != std::string::npos);
  desk.time.advance(1s);
  // One byte of garbage would not have helped.
  CHECK(desk("show flash").find("global operation ........... none\n") != std::string::npos);
}

TEST_CASE("a full FLASH is an error of every command that writes") {
  SystemDesk desk;
  FileStore& files = desk.router->files();
  desk("add script=a.scp text=\"show time\"");
  desk("create enco key=1 type=rsa length=512");
  desk.time.advance(60s);
  REQUIRE(files.write({"flash", "big.txt"}, std::string(files.flash_use().free - 5, 'a')));
  for (const char* line : {"create file=x.txt command=\"show time\"", "copy a.scp x.txt", "create config=x.cfg",
                           "rename nvs:n.txt x.txt", "add script=a.scp text=\"show cpu\"", "rename 54-291.rez x.rez",
                           "create enco key=1 file=x.key type=rsa format=hex", "create config=boot.cfg set"}) {
    INFO(line);
    if (std::string_view(line).starts_with("rename nvs")) REQUIRE(files.write({"nvs", "n.txt"}, "more than is free"));
    const std::string answer = desk(line);
    INFO(answer);
    CHECK(answer.starts_with("Error ("));
    CHECK(answer.find("flash full") != std::string::npos);
  }
  CHECK(desk("show file=a.scp") == "File : a.scp\n\n1:show time\n2:\n");
  CHECK(files.exists({"nvs", "n.txt"}));
  CHECK(files.exists({"flash", "54-291.rez"}));
  CHECK(desk("show config").starts_with("Boot configuration file: Not set\n"));
}

TEST_CASE("a long name has a short twin") {
  SystemDesk desk;
  constexpr std::string_view done = "Info (1056003): Operation successful.";
  CHECK(desk("create file=extralongfilenam.txt command=\"show time\"") == done);
  CHECK(desk("create file=extralonger.txt command=\"show time\"") == done);
  CHECK(desk("show file=longname.lfn") == R"(File : longname.lfn

1:415s_2~1.rsc 415s_291-00_en_d.rsc
2:extral~2.txt extralonger.txt
3:extral~1.txt extralongfilenam.txt
4:
)");
  CHECK(desk("show file").find("~") == std::string::npos);
  CHECK(desk("show file=extral~1.txt").find("System time") != std::string::npos);
  CHECK(desk("create file=extral~1.txt command=\"show time\"") == "Error (3056258): File extral~1.txt already exists.");
  CHECK(desk("copy extral~1.txt short.txt") == done);
  CHECK(desk("delete file=extral~1.txt") == done);
  CHECK(desk("delete file=extral~1.txt") == "Error (3056257): File extral~1.txt does not exist.");
  CHECK(desk("show file").find("extralongfilenam") == std::string::npos);
  // The other one keeps its own.
  CHECK(desk("rename extral~2.txt extra-long-name.txt") == done);
  CHECK(desk("delete file=extra-long-name.txt") == done);
  CHECK(desk("show file=longname.lfn") == "File : longname.lfn\n\n1:415s_2~1.rsc 415s_291-00_en_d.rsc\n2:\n");
  for (const char* line : {"delete file=longname.lfn", "copy longname.lfn x.lfn", "rename longname.lfn x.lfn",
                           "create file=longname.lfn command=\"show time\""}) {
    INFO(line);
    CHECK(desk(line) == "Error (3056262): File longname.lfn belongs to the system.");
  }
  // NVS knows no twins.
  CHECK(desk("create file=nvs:extralongfilenam.txt command=\"show time\"") == done);
  CHECK(desk("delete file=nvs:extral~1.txt") == "Error (3056257): File nvs:extral~1.txt does not exist.");
}

TEST_CASE("the files of the factory are files like others until somebody deletes them") {
  SystemDesk desk;
  CHECK(desk("show file=54-291.rez") == "Error (3056265): File 54-291.rez is not a text file.");
  CHECK(desk("dump file=54-291.rez length=16") ==
        "00000000  61 72 72 6f 75 74 65 72 3a 20 73 74 61 6e 64 73  arrouter: stands\n");
  CHECK(desk("copy 415s_2~1.rsc b.rsc") == "Info (1056003): Operation successful.");
  CHECK(desk.router->files().read({"flash", "b.rsc"}).value() ==
        desk.router->files().read({"flash", "415s_291-00_en_d.rsc"}).value());
  CHECK(desk("delete file=*.rsc") == "Info (1056003): Operation successful.");
  CHECK(desk("show file").find(".rsc") == std::string::npos);
  CHECK(desk("show flash").find("\ngarbage .................... 1584864 bytes\n") != std::string::npos);
  CHECK(desk("delete file=400-291a.hlp") == "Info (1056003): Operation successful.");
  CHECK(desk("help") == "Error (3036257): The help file was not found.");
  CHECK(desk("restart reboot").empty());
  desk.time.advance(5s);
  CHECK(desk("show file").find(".rsc") == std::string::npos);
}

TEST_CASE("SHOW FLASH PHYSICAL and SHOW NVS") {
  SystemDesk desk;
  CHECK(desk("show flash physical") == R"(total size ........ 16 MBytes
available to FFS .. 15 MBytes
device type ....... 28F640
devices ........... 2
location .......... built in
programming power . off
block erase time .. 1000 milliseconds
total erase blocks  128
FFS erase blocks .. 120
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

TEST_CASE("DUMP shows what is at an address of FLASH and NVS, and nothing elsewhere") {
  SystemDesk desk;
  REQUIRE(desk.router->files().write({"nvs", "a.txt"}, "abcd"));
  CHECK(desk("dump address=e0000000 length=8") ==
        "e0000000  61 62 63 64 ff ff ff ff                          abcd....\n");
  CHECK(desk("dump address=0xE0000002 length=2") == "e0000002  63 64                                            cd\n");
  // Behind the boot block begins the first file of the factory.
  CHECK(desk("dump address=f00ffff8 length=16") ==
        "f00ffff8  ff ff ff ff ff ff ff ff 61 72 72 6f 75 74 65 72  ........arrouter\n");
  const std::uint64_t used = desk.router->files().flash_use().files;
  REQUIRE(desk.router->files().write({"flash", "b.txt"}, "bb"));
  REQUIRE(desk.router->files().write({"flash", "b.txt"}, "cc"));
  const std::string at = fmt::format("{:08x}", 0xf0100000 + used);
  CHECK(desk("dump address=" + at + " length=6") == at + "  63 63 00 00 ff ff                                cc....\n");
  CHECK(desk("dump address=f0ffffff length=1").ends_with(" ff                                               .\n"));
  for (const char* beyond : {"0", "dfffffff", "e0080000", "e007ffff", "f0ffffff", "f1000000", "ffffffff"}) {
    INFO(beyond);
    CHECK(desk(std::string("dump address=") + beyond + " length=2").starts_with("Error (3056267): There is nothing"));
  }
  CHECK(desk("dump address=100000000") == "Error (3056266): 100000000 is not an address.");
  CHECK(desk("dump address=x1") == "Error (3056266): x1 is not an address.");
  CHECK(desk("dump address=0x") == "Error (3056266): 0x is not an address.");
  CHECK(std::ranges::count(desk("dump address=f0000000 length=65536"), '\n') == 4096);
  CHECK(desk("dump address=f0000000 length=65537").starts_with("Error (3035262)"));
  CHECK(desk("dump file=54-291.rez offset=4893226") ==
        "004aaa2a  00 00                                            ..\n");
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
