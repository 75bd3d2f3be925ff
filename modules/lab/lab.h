// The LAB module's inside: one class, its commands and screens over the port stacks.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "modules/lab/key_tables.h"
#include "modules/lab/lab_module.h"
#include "os/message.h"

namespace arrouter::lab {

namespace texts {
#define MESSAGE(name, message_class, number, text) \
  inline constexpr Message name{MessageClass::message_class, module_number::lab, number, text};
#include "modules/lab/texts.def"
#undef MESSAGE
}  // namespace texts

class LabModule final : public Module {
 public:
  LabModule(const PortStacks& ports, isakmp::IsakmpApi& isakmp, std::filesystem::path capture_directory, IpApi* ip)
      : ports_(ports), isakmp_(isakmp), capture_directory_(std::move(capture_directory)), ip_(ip) {}
  ~LabModule() override { isakmp_.observe_keys(nullptr); }

  std::string_view name() const override { return "lab"; }
  std::vector<CommandRow> commands() override;

 private:
  PortStack* find(const std::string& port) const;
  /// The stack named by PORT, or every one when it is not given; empty for an unknown name.
  std::vector<PortStack*> chosen(const Args& args, std::string_view parameter) const;
  std::vector<CommandRow> fault_rows();
  std::vector<CommandRow> key_rows();
  std::vector<CommandRow> show_rows();
  std::vector<CommandRow> path_rows();

  Outcome start_capture(const Args& args);
  Outcome stop_capture(const Args& args);
  Outcome start_keys(const Args& args);
  Outcome stop_keys();
  Outcome impair(const Args& args);
  Outcome reset_impairment(const Args& args);
  Outcome set_cable(const Args& args);
  Outcome start_trace(Invocation& invocation);
  Outcome stop_trace();

  Outcome show_ports(Invocation& invocation) const;
  Outcome show_impairment(Invocation& invocation) const;
  Outcome show_captures(Screen& screen) const;
  Outcome show_keys(Screen& screen) const;
  Outcome show_trace(Screen& screen) const;
  Outcome show_stages(Screen& screen) const;

  const PortStacks& ports_;
  isakmp::IsakmpApi& isakmp_;
  KeyTables keys_;
  std::filesystem::path capture_directory_;
  IpApi* ip_;
};

}  // namespace arrouter::lab
