// Rows themselves: what the notation takes, what `?` and the reference make of it.
#include <catch2/catch.hpp>

#include "tests/unit/language/sample_rows.h"

namespace arrouter::test {
namespace {

CommandRow row(std::string_view syntax, Access access = Access::user) { return {syntax, access, "A row", {}}; }

CommandTable table_of(std::initializer_list<std::string_view> syntaxes) {
  CommandTable table;
  for (const std::string_view syntax : syntaxes) table.add("test", row(syntax));
  return table;
}

std::string answer(const CommandTable& table, std::string_view line) {
  const auto match = table.parse(line);
  return match ? std::string(match->row->syntax) : match.error().text;
}

}  // namespace

TEST_CASE("malformed rows are a mistake of the program") {
  for (const char* syntax : {"",
                             "   ",
                             "show",
                             "SHow [",
                             "SHow []",
                             "SHow {A|",
                             "SHow {A=<1-2>|}",
                             "SHow X=",
                             "SHow X=<",
                             "SHow X=<2-1>",
                             "SHow X=<nothing>",
                             "SHow X=<ipv4:1-2>",
                             "SHow X=<name:a-b>",
                             "SHow X=y",
                             "SHow X[=<1-2>",
                             "SHow [X=<1-2>] [X=<1-2>]",
                             "SHow [ABcd] [ABef]",
                             "SHow X=<1-2> ]",
                             "SHow X=<1-2> Z=<1-2> [Y=]<1-2>",
                             "SHow [Y=]",
                             "SHow X={<1-2>|A}[,...]",
                             "SHow | X",
                             "=<1-2>",
                             "SHow ?",
                             "[SHow]"}) {
    CommandTable table;
    INFO(syntax);
    CHECK_THROWS_AS(table.add("test", row(syntax)), std::logic_error);
  }
  CommandTable table;
  CHECK_THROWS_AS(table.add("test", {"SHow X", Access::user, "", {}}), std::logic_error);
}

TEST_CASE("rows that could not be told apart") {
  CommandTable table = table_of({"SHow ALpha", "SHow BEta=<1-2>"});
  CHECK_THROWS_AS(table.add("test", row("SHow ALpha")), std::logic_error);
  CHECK_THROWS_AS(table.add("test", row("SHow ALways")), std::logic_error);
  CHECK_THROWS_AS(table.add("test", row("SHow {GAmma|BEnd}")), std::logic_error);
  CHECK_THROWS_AS(table.add("test", row("SHut ALpha")), std::logic_error);
  table.add("test", row("SET ALways"));
  table.add("test", row("SHow BEta=<1-2> [ALways]"));
  CHECK(table.entries().size() == 4);
}

TEST_CASE("ambiguous words") {
  const CommandTable table =
      table_of({"DISable Me", "Disconnect Me", "RUn ABcdef", "RUn ABCdeg", "RUn One [XYzab] [XYZac]"});
  CHECK(answer(table, "dis me") == "DISable Me");  // exactly its shortest form
  CHECK(answer(table, "di me") == "Disconnect Me");
  CHECK(answer(table, "disc me") == "Disconnect Me");
  CHECK(answer(table, "run abc") == "RUn ABCdeg");
  CHECK(answer(table, "run abcd") == "Parameter \"abcd\" is ambiguous.");
  CHECK(answer(table, "run abcdef") == "RUn ABcdef");
  CHECK(answer(table, "run one xyza") == "Parameter \"xyza\" is ambiguous.");
  const CommandTable verbs = table_of({"COpyxy A", "COPyxz A"});
  CHECK(answer(verbs, "copyx a") == "Ambiguous command \"copyx\".");
  CHECK(answer(verbs, "copyxz a") == "COPyxz A");
  // Too short for any of them, but begins several.
  CHECK(answer(verbs, "c a") == "Ambiguous command \"c\".");
  CHECK(answer(table, "r one") == "Unknown command \"r\".");
  CHECK(answer(table, "run a") == "Parameter \"a\" is ambiguous.");
  CHECK(answer(table, "run o") == "RUn One [XYzab] [XYZac]");
  CHECK(answer(table, "run one x") == "Parameter \"x\" is ambiguous.");
  CHECK(answer(table, "run one z") == "Parameter \"z\" not recognised.");
}

TEST_CASE("the longest fixed beginning wins") {
  const CommandTable table = table_of({"SHow LOG [COUnters]", "SHow LOG COUnters", "SHow LOG[={X|Y}] [FULL]"});
  CHECK(answer(table, "show log cou") == "SHow LOG COUnters");
  CHECK(answer(table, "show log=x full") == "SHow LOG[={X|Y}] [FULL]");
}

TEST_CASE("? help") {
  const CommandTable table = sample_table();
  const auto help = [&](std::string_view typed) { return table.help(typed, Access::security); };
  CHECK(help("") ==
        "Options : ACTivate ADD CREate DELete DESTroy DISable ENAble LOAd LOGIN LOgoff\n"
        "LOGOUt PING PURge REName RESET SET SHow STop TRAce\n");
  CHECK(help("reset\tipsec\t") == "Options : COUnter POLicy SA\n");
  CHECK(help("de") == "Options : DELete DESTroy\n");
  CHECK(help("reset ipsec ") == "Options : COUnter POLicy SA\n");
  CHECK(help("reset ipsec p") == "Options : POLicy\n");
  CHECK(help("show ipsec pol=x ") == "Options : COUnters SABundle\n");
  CHECK(help("show ipsec pol=x cou ") == "Options : SABundle\n");
  CHECK(help("create isakmp pol=x mode=") == "Options : AGGRessive MAIN\n");
  CHECK(help("create isakmp pol=x mode=a") == "Options : AGGRessive\n");
  CHECK(help("create isakmp pol=x peer= ") == "Options : <ipadd> ANy DYnamic\n");
  CHECK(help("create isakmp pol=") == "Options : <string>\n");
  CHECK(help("create isakmp pol=x key=") == "Options : <0-65535>\n");
  CHECK(help("set isakmp pol=x sendn=") == "Options : False No OFf ON True Yes\n");
  CHECK(help("create enco key=1 random ") == "Options : TYpe\n");  // VALUE and LENGTH exclude RANDOM
  CHECK(help("rename ") == "Options : <filename> DESTfile SRCfile\n");
  CHECK(help("show ipsec pol=x nonsense ") == "Error (3035258): Parameter \"nonsense\" not recognised.\n");
  CHECK(help("show ipsec pol=x nonsense") == "Error (3035258): Parameter \"nonsense\" not recognised.\n");
  CHECK(help("xyz ") == "Error (3035256): Unknown command \"xyz\".\n");
  CHECK(help("xyz") == "Error (3035256): Unknown command \"xyz\".\n");
  CHECK(help("d ipsec ") == "Error (3035257): Ambiguous command \"d\".\n");
  CHECK(help("create isakmp pol=x mode=z") == "Error (3035263): Parameter \"MODE\" has an invalid value.\n");
  CHECK(help("create isakmp pol=x mode=z ") == "Error (3035263): Parameter \"MODE\" has an invalid value.\n");
  CHECK(help("create isakmp pol=x foo=") == "Error (3035258): Parameter \"foo\" not recognised.\n");
  CHECK(help("create isakmp pol=x key=65536 ") == "Error (3035262): Value out of range on parameter \"KEY\".\n");
  CHECK(help("set system name=\"open") == "Options :\n");
  for (const auto& entry : table.entries()) {
    std::string typed(entry.row->syntax.substr(0, entry.row->syntax.find(' ') + 1));
    CHECK(help(typed).starts_with("Options : "));
  }
}

TEST_CASE("? help leaves out what the person may not do") {
  CommandTable table;
  table.add("test", row("SHow One", Access::user));
  table.add("test", row("SHow Two", Access::manager));
  table.add("test", row("SHow THree", Access::security));
  table.add("test", row("RESET All", Access::manager));
  CHECK(table.help("", Access::user) == "Options : SHow\n");
  CHECK(table.help("show ", Access::user) == "Options : One\n");
  CHECK(table.help("show two ", Access::user) == "Error (3035266): Insufficient privilege for this command.\n");
  CHECK(table.help("show ", Access::manager) == "Options : One Two\n");
  CHECK(table.help("show ", Access::security) == "Options : One THree Two\n");
}

TEST_CASE("the reference names every row with access, coverage and note") {
  CommandTable table;
  table.add("zebra", {"SHow ZEbra", Access::user, "Shows the zebra.", {}, Coverage::partial, "No stripes."});
  table.add("ant", {"SET ANt=<1-5>", Access::security, "Sets the ant.", {}, Coverage::no_effect});
  table.add("ant", {"ADD ANt=<1-5>", Access::manager, "Adds an ant.", {}});
  CHECK(table.reference() ==
        "ANT - 2 commands: 1 full, 1 accepted without effect\n"
        "===================================================\n\n"
        "ADD ANt=<1-5>\n  Adds an ant.\n  Access: manager. Coverage: full.\n\n"
        "SET ANt=<1-5>\n  Sets the ant.\n  Access: manager; security officer in security mode. Coverage: accepted "
        "without effect.\n\n"
        "ZEBRA - 1 command: 1 partial\n"
        "============================\n\n"
        "SHow ZEbra\n  Shows the zebra.\n  Access: everybody. Coverage: partial.\n  Note: No stripes.\n\n");
}

TEST_CASE("long rows are broken at blanks, long choices behind a bar") {
  const std::string choice(40, 'X');
  const std::string syntax = "SHow Me ONE={" + choice + "|Y" + choice + "|Z" + choice + "} TWo";
  CommandTable table;
  table.add("x", row(syntax));
  CHECK(table.reference().find("SHow Me\n    ONE={" + choice + "|Y" + choice + "|\n    Z" + choice +
                               "} TWo\n  A row") != std::string::npos);
}

TEST_CASE("the dictionary holds keywords, their shortest forms and sample values") {
  const auto words = table_of({"SHow ANt[={<ipv4>|ALl}]"}).dictionary();
  CHECK(words == std::vector<std::string>{"192.168.1.1", "AL", "ALL", "AN", "ANT", "SH", "SHOW"});
}

}  // namespace arrouter::test
