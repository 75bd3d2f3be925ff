#include <catch2/catch.hpp>

#include "os/base/text.h"
#include "tests/screens/system/desk.h"

using namespace arrouter;
using namespace arrouter::test;
using namespace std::chrono_literals;

TEST_CASE("SHOW CONFIG and the boot file") {
  SystemDesk desk;
  CHECK(desk("show config") == "Boot configuration file: Not set\nCurrent configuration: None\n");
  CHECK(desk("set config=boot.cfg") == "Error (3049257): File boot.cfg does not exist.");
  CHECK(desk("create config=boot.cfg") == "Info (1049003): Operation successful.");
  CHECK(desk("show config") == "Boot configuration file: Not set\nCurrent configuration: boot.cfg\n");
  CHECK(desk("set config=boot") == "Info (1049003): Operation successful.");
  CHECK(desk("show config") == "Boot configuration file: flash:boot.cfg (exists)\nCurrent configuration: boot.cfg\n");
  desk("delete file=boot.cfg");
  CHECK(desk("show config") ==
        "Boot configuration file: flash:boot.cfg (does not exist)\nCurrent configuration: boot.cfg\n");
  CHECK(desk("set config=none") == "Info (1049003): Operation successful.");
  CHECK(desk("show config").starts_with("Boot configuration file: Not set\n"));
}

TEST_CASE("what boots next is told to the log when it changes") {
  SystemDesk desk;
  desk("create config=boot.cfg");
  desk("set config=boot.cfg");
  desk("set config=none");
  const std::string log = desk("show log type=conf");
  CHECK(log.find(" 3 INST CONF  SAVE  Configuration saved in boot.cfg\n") != std::string::npos);
  CHECK(log.find(" 3 INST CONF  CHANG Boot configuration file set to boot.cfg\n") != std::string::npos);
  CHECK(log.find(" 3 INST CONF  CHANG No boot configuration file is set\n") != std::string::npos);
}

TEST_CASE("SHOW CONFIG DYNAMIC prints every heading, DYNAMIC=name only its own") {
  SystemDesk desk;
  desk("set user securedelay=600");
  const std::string all = desk("show config dynamic");
  CHECK(all.starts_with("# Command Handler configuration\n\n# System configuration\nset system name=\"Peer1\"\n\n"));
  CHECK(all.find("\n\n# User configuration\nset user securedelay=600\n\n# RADIUS configuration\n\n# TACACS configuration\n\n"
                 "# TTY configuration\n\n# ASYN configuration\n") != std::string::npos);
  CHECK(all.ends_with("\n\n# GUI configuration\n"));
  CHECK(desk("show config dynamic=user") == "# User configuration\nset user securedelay=600\n");
  CHECK(desk("show config dynam=sys") == "# System configuration\nset system name=\"Peer1\"\n");
  CHECK(desk("show config dynamic=45") == "# User configuration\nset user securedelay=600\n");
  CHECK(desk("show config dynamic=ip").find("IPSEC") == std::string::npos);
  CHECK(desk("show config dynamic=xyz") == "Error (3049259): Module \"xyz\" has no configuration.");
}

TEST_CASE("a saved configuration is what the screen shows, one blank line in front") {
  SystemDesk desk;
  desk("set asyn=0 page=off prompt=\"lab> \" idletime=600 history=10");
  desk("create config=a.cfg");
  CHECK(*desk.router->files().read({"flash", "a.cfg"}) == "\n" + desk("show config dynamic"));
  CHECK(desk("show config dynamic=asyn") ==
        "# ASYN configuration\nset asyn=0 page=off history=10 idletime=600 prompt=\"lab> \"\n");
}

TEST_CASE("SHOW INSTALL as delivered") {
  SystemDesk desk;
  CHECK(desk("show install") == R"(Install     Release                  Patch                 GUI
-------------------------------------------------------------------------------
Temporary   -                        -                     -
Preferred   flash:54-291.rez         -                     415s_291-00_en_d.rsc
Default     EPROM (2.0.0)            -                     -
-------------------------------------------------------------------------------

Current install
-------------------------------------------------------------------------------
Preferred   flash:54-291.rez         -                     415s_291-00_en_d.rsc
-------------------------------------------------------------------------------

Install history
-------------------------------------------------------------------------------
No Temporary install selected
Preferred install selected
Preferred release successfully installed
-------------------------------------------------------------------------------
)");
}

TEST_CASE("a temporary install is used once; one whose file is gone is passed over") {
  SystemDesk desk;
  CHECK(desk("set install=temporary release=54-999.rez") == "Error (3049257): File 54-999.rez does not exist.");
  CHECK(desk("set install=temporary patch=54291-01.paz") == "Error (3049260): A patch needs a release.");
  CHECK(desk("set install=default release=54-291.rez") ==
        "Error (3049261): The default install always loads the EPROM release.");
  REQUIRE(desk.router->files().write({"flash", "54-999.rez"}, "x"));
  REQUIRE(desk.router->files().write({"flash", "54291-01.paz"}, "x"));
  CHECK(desk("set install=temporary release=54-999.rez patch=54291-01.paz") == "Info (1049003): Operation successful.");
  const auto current = [&] {
    desk("restart router");
    desk.time.advance(1s);
    const std::string screen = desk("show install");
    const auto at = screen.find("Current install\n") + 16 + 80;
    return screen.substr(at, screen.find('\n', at) - at);
  };
  CHECK(current() == "Temporary   flash:54-999.rez         flash:54291-01.paz    -");
  CHECK(desk("show install").find("Temporary patch successfully installed") != std::string::npos);
  CHECK(desk("show system").find("\nPatch Installed : flash:54291-01.paz\n") != std::string::npos);
  CHECK(current() == "Preferred   flash:54-291.rez         -                     415s_291-00_en_d.rsc");
  desk("set install=preferred release=54-999.rez gui=");
  CHECK(current() == "Preferred   flash:54-999.rez         -                     -");
  desk("set install=preferred patch=54291-01.paz gui=415s_291-00_en_d.rsc");
  desk("delete file=*.paz");
  desk("delete file=*.rsc");
  CHECK(current() == "Preferred   flash:54-999.rez         -                     -");
  CHECK(desk("show install").find("Preferred patch could not be found") != std::string::npos);
  CHECK(desk("show system").find("\nPatch Installed : NONE\n") != std::string::npos);
  desk("delete file=54-999.rez");
  CHECK(current() == "Default     EPROM (2.0.0)            -                     -");
  CHECK(desk("show install").find("Preferred release could not be found") != std::string::npos);
}

TEST_CASE("SHOW RELEASE and SHOW FEATURE") {
  SystemDesk desk;
  CHECK(desk("show release") == R"(Release               Licence    Period
---------------------------------------------------
flash:54-291.rez      full       -
---------------------------------------------------
)");
  CHECK(desk("show feature") == R"(Index   Feature        Licence   Period
-------------------------------------------------------------------------------
1       3des           full      -
2       aes            full      -
-------------------------------------------------------------------------------
)");
  CHECK(desk("show feature=AES") == desk("show feature=2"));
  CHECK(desk("show feature=bgp") == "Error (3049263): Feature \"bgp\" does not exist.");
}

TEST_CASE("licences are enabled and disabled, and outlive a restart") {
  SystemDesk desk;
  constexpr std::string_view done = "Info (1049003): Operation successful.";
  const auto password = [&desk](std::string_view what) {
    const std::string text = desk(fmt::format("lab show licence {}", what));
    return text.substr(text.rfind(' ') + 1, 12);
  };
  // Another router's (reference/operations.md 4), one for another number, none.
  for (const std::string& wrong : {std::string("ce645398fbe"), password("rel=28-231.rel num=2.3.2"), std::string()}) {
    CHECK(desk(fmt::format("ena rel=28-231.rel pass=\"{}\" num=2.3.1", wrong)).starts_with("Error ("));
  }
  CHECK(desk("ena rel=28-231.rel num=2.3.1") == "Error (3049265): The licence password is not valid.");
  CHECK(desk(fmt::format("ena rel=28-231.rel pass={} num=2.3.1", to_upper(password("rel=28-231.rel num=2.3.1")))) == done);
  CHECK(desk("disable feature=aes") == done);
  CHECK(desk("enable release=28-231.rel number=2.3") == "Error (3049264): 2.3 is not a valid release number.");
  CHECK(desk("enable release=28-231.rel number=2.3.1 pass=xyz") ==
        "Error (3049265): The licence password is not valid.");
  CHECK(desk("disable release=x.rel") == "Error (3049266): Release x.rel has no licence.");
  desk.router->restart(RestartKind::reboot, std::nullopt);
  desk.time.advance(std::chrono::seconds(1));
  CHECK(desk("show release").find("\nflash:28-231.rel      full       -\n") != std::string::npos);
  CHECK(desk("show feature").find("aes") == std::string::npos);
  CHECK(desk("enable feature=2 password=0123456789ab") == "Error (3049265): The licence password is not valid.");
  CHECK(desk("enable feature=2 password=" + password("feature=aes")) == done);
  CHECK(desk("show feature").find("2       aes            full      -") != std::string::npos);
  CHECK(desk("enable feature=bgp password=00") == "Error (3049263): Feature \"bgp\" does not exist.");
  CHECK(desk("disable release=28-231.rel") == done);
  CHECK(desk("show release").find("28-231") == std::string::npos);
}

TEST_CASE("an install may name the release of the EPROM, and one whose file was deleted is passed over") {
  SystemDesk desk;
  CHECK(desk("set install=temporary release=eprom") == "Info (1049003): Operation successful.");
  CHECK(desk("show install").find("\nTemporary   EPROM (2.0.0)            -                     -\n") !=
        std::string::npos);
  CHECK(desk("delete file=54-291.rez") == "Info (1056003): Operation successful.");
  CHECK(desk("set install=preferred release=54-291.rez") == "Error (3049257): File 54-291.rez does not exist.");
  desk("restart reboot");
  desk.time.advance(1s);
  CHECK(desk("show install").find("\nCurrent install\n"
                                  "-------------------------------------------------------------------------------\n"
                                  "Temporary   EPROM (2.0.0) ") != std::string::npos);
  desk("restart reboot");
  desk.time.advance(1s);
  CHECK(desk("show install").ends_with(R"(Default     EPROM (2.0.0)            -                     -
-------------------------------------------------------------------------------

Install history
-------------------------------------------------------------------------------
No Temporary install selected
Preferred install selected
Preferred release could not be found
Default install selected
Default release successfully installed
-------------------------------------------------------------------------------
)"));
}
