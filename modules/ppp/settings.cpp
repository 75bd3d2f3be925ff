#include "modules/ppp/settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "os/base/text.h"
#include "os/module.h"

namespace arrouter::ppp {
namespace {

constexpr unsigned both = on_interface | in_template;
constexpr unsigned link_or_template = on_link | in_template;

// Syntax and defaults: reference/links.md 5.1, 5.2.
constexpr Parameter table[] = {
    {"BAP", "BAP={ON|OFF}", "ON", both},
    {"BAPMODE", "BAPMode={CALL|CALLBack}", "CALL", both},
    {"COMPALGORITHM", "COMPAlgorithm={PREDictor|STAClzs}", "STACLZS", both},
    {"COMPRESSION", "COMPRession={ON|OFF|LINK}", "OFF", both},
    {"DEBUGMAXBYTES", "DEBUGMaxbytes=<16-256>", "32", both},
    {"DESCRIPTION", "DESCription=<text:0-70>", "", both, true},
    {"DOWNRATE", "DOWNRate=<0-100>", "20", on_interface},
    {"DOWNTIME", "DOWNTime=<0-65535>", "60", on_interface},
    {"ENCRYPTION", "ENCryption={ON|OFF}", "OFF", both},
    {"FRAGMENT", "FRAGment={ON|OFF}", "OFF", both},
    {"FRAGOVERHEAD", "FRAGOverhead=<0-100>", "10", both},
    {"IDLE", "IDLE={ON|OFF|<1-999999>}", "OFF", both},
    {"INDATALIMIT", "INDatalimit={NONE|<1-65535>}", "NONE", both},
    {"IPPOOL", "IPPool={NONE|<name:1-15>}", "NONE", both, true},
    {"IPREQUEST", "IPRequest={ON|OFF}", "OFF", both},
    {"MAXLINKS", "MAXLinks=<1-64>", "64", in_template},
    {"MRU", "MRU={ON|OFF|<256-1656>}", "OFF", both},
    {"MSSHEADER", "MSSHeader=<40-200>", "40", both},
    {"MTU", "MTU=<256-1500>", "1500", in_template},
    {"MULTILINK", "MULTilink={ON|OFF}", "ON", in_template},
    {"NULLFRAGTIMER", "NULLfragtimer=<0-65535>", "3", both},
    {"ONLINELIMIT", "ONLinelimit={NONE|<1-65535>}", "NONE", both},
    {"OUTDATALIMIT", "OUTDatalimit={NONE|<1-65535>}", "NONE", both},
    {"PADRRETRY", "PADRretry=<0-15>", "15", on_interface},
    {"PREDCHECK", "PREDCheck={CRC16|CRCCCITT}", "CRC16", both},
    {"STACCHECK", "STACCheck={LCB|SEQuence}", "LCB", both},
    {"STARENTITY", "STARentity=<1-255>", "1", both},
    {"TOTALDATALIMIT", "TOTaldatalimit={NONE|<1-65535>}", "NONE", both},
    {"UPRATE", "UPRate=<0-100>", "80", on_interface},
    {"UPTIME", "UPTime=<0-65535>", "30", on_interface},
    {"USERNAME", "USERname=<text:0-64>", "", both, true},
    {"PASSWORD", "PASSword=<text:0-64>", "", both, true},
    {"LOGIN", "LOGin={ALL|RADIUS|TACACS|USER}", "ALL", in_template},
    {"VJC", "VJC={OFF|ON}", "OFF", in_template},
    {"TYPE", "TYPE={DEMand|PRImary|SECondary}", "PRIMARY", on_link},
    {"NUMBER", "NUMber=<1-64>", "1", on_link},
    {"LQR", "LQR={ON|OFF|<1-65535>}", "ON", link_or_template},
    {"ECHO", "ECHO={ON|OFF|<1-65535>}", "OFF", link_or_template},
    {"MAGIC", "MAGic={ON|OFF}", "ON", link_or_template},
    {"RESTART", "RESTart=<1-65535>", "3", link_or_template},
    {"CONFIGURE", "CONFigure={CONTinuous|<1-255>}", "CONTINUOUS", on_link},
    {"TERMINATE", "TERMinate={CONTinuous|<1-255>}", "2", on_link},
    {"AUTHENTICATION", "AUTHentication={CHAP|EITHer|PAP|NONE}", "NONE", link_or_template},
    {"AUTHMODE", "AUTHMode={IN|OUT|INOUT}", "INOUT", on_link},
    {"RECHALLENGE", "RECHallenge={ON|OFF|<360-3600>}", "ON", link_or_template},
    {"CBMODE", "CBMode={ACCept|OFF|REQuest}", "OFF", link_or_template},
    {"CBDELAY", "CBDelay=<1-100>", "1", link_or_template},
    {"CBNUMBER", "CBNumber=<text:0-31>", "", link_or_template, true},
    {"CBOPERATION", "CBOperation={E164number|USERauth}", "E164NUMBER", link_or_template},
};

const Parameter* find(std::string_view name) {
  const auto found = std::ranges::find(table, name, &Parameter::name);
  return found == std::end(table) ? nullptr : &*found;
}

std::string word_of(const Value& value) {
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return std::to_string(*number);
  if (const auto* choice = std::get_if<Choice>(&value)) return choice->word;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return {};
}

}  // namespace

std::span<const Parameter> parameters() { return table; }

std::string_view label_of(const Parameter& parameter) {
  return parameter.notation.substr(0, parameter.notation.find('='));
}

std::string notation_of(unsigned places) {
  std::string all;
  for (const Parameter& parameter : table) {
    if ((parameter.places & places) != 0) all += fmt::format(" [{}]", parameter.notation);
  }
  return all;
}

void Settings::read(const Args& args, unsigned places) {
  for (const auto& [name, value] : args.all()) {
    const Parameter* const parameter = find(name);
    if (parameter != nullptr && (parameter->places & places) != 0) values_[parameter->name] = word_of(value);
  }
}

const std::string& Settings::text(std::string_view name) const {
  static const std::map<std::string_view, std::string> standards = [] {
    std::map<std::string_view, std::string> made;
    for (const Parameter& parameter : table) made.emplace(parameter.name, parameter.standard);
    return made;
  }();
  const auto found = values_.find(name);
  return found == values_.end() ? standards.at(name) : found->second;
}

std::optional<unsigned> Settings::number(std::string_view name) const {
  const auto number = parse_number(text(name), 0xffffffff);
  return number ? std::optional(static_cast<unsigned>(*number)) : std::nullopt;
}

std::optional<unsigned> Settings::period(std::string_view name, unsigned when_on) const {
  return on(name) ? when_on : number(name);
}

std::string Settings::script(unsigned places) const {
  std::string all;
  for (const Parameter& parameter : table) {
    const auto found = values_.find(parameter.name);
    if ((parameter.places & places) == 0 || found == values_.end() || found->second == parameter.standard) continue;
    const std::string value = parameter.quoted && !(parameter.name == "IPPOOL" && found->second == "NONE")
                                  ? arrouter::quoted(found->second)
                                  : to_lower(found->second);
    all += fmt::format(" {}={}", to_lower(parameter.name), value);
  }
  return all;
}

}  // namespace arrouter::ppp
