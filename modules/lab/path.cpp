// LAB TRACE and LAB SHOW STAGES: a look into IP's packet path.
#include "modules/lab/lab.h"
#include "os/packet_trace.h"

namespace arrouter::lab {
namespace {

constexpr int value_column = 32;
constexpr unsigned usual_count = 10;  // packets

struct ProtocolName {
  std::string_view name;
  std::uint8_t number;
};
constexpr ProtocolName protocols[] = {{"ICMP", wire::protocol::icmp},
                                      {"TCP", wire::protocol::tcp},
                                      {"UDP", wire::protocol::udp},
                                      {"ESP", wire::protocol::esp},
                                      {"AH", wire::protocol::ah}};

std::string protocol_text(std::uint8_t number) {
  for (const ProtocolName& each : protocols) {
    if (each.number == number) return std::string(each.name);
  }
  return std::to_string(number);
}

}  // namespace

std::vector<CommandRow> LabModule::path_rows() {
  return {
      {"LAB TRAce STArt [ADDress=<ipv4-range>] [PROTocol={AH|ESP|ICMP|TCP|UDP|<0-255>}] [POrt=<1-65535>] "
       "[COUnt=<1-1000>]",
       Access::manager, "Prints what each stage of the packet path decides about the next packets of that kind.",
       [this](Invocation& invocation) { return start_trace(invocation); }},
      {"LAB TRAce STOp", Access::manager, "Ends the trace.", [this](Invocation&) { return stop_trace(); }},
      {"LAB SHow TRAce", Access::manager, "Displays which packets are followed.",
       [this](Invocation& invocation) { return show_trace(invocation.screen); }},
      {"LAB SHow STAges", Access::manager, "Displays how many packets went into and came out of each stage.",
       [this](Invocation& invocation) { return show_stages(invocation.screen); }},
  };
}

Outcome LabModule::start_trace(Invocation& invocation) {
  PacketTrace* const trace = ip_ == nullptr ? nullptr : ip_->packet_trace();
  if (trace == nullptr) return say(texts::no_packet_path);
  const Args& args = invocation.args;
  PacketTrace::Wanted wanted;
  wanted.count = static_cast<unsigned>(args.number_or("COUNT", usual_count));
  if (args.has("ADDRESS")) wanted.address = args.range("ADDRESS");
  if (args.has("PORT")) wanted.port = static_cast<std::uint16_t>(args.number("PORT"));
  if (args.has("PROTOCOL")) {
    if (args.holds<std::uint64_t>("PROTOCOL")) {
      wanted.protocol = static_cast<std::uint8_t>(args.number("PROTOCOL"));
    } else {
      for (const ProtocolName& each : protocols) {
        if (each.name == args.choice("PROTOCOL")) wanted.protocol = each.number;
      }
    }
  }
  trace->start(wanted, invocation.caller.terminal);
  return Outcome::successful(module_number::lab);
}

Outcome LabModule::stop_trace() {
  PacketTrace* const trace = ip_ == nullptr ? nullptr : ip_->packet_trace();
  return trace != nullptr && trace->stop() ? Outcome::successful(module_number::lab) : say(texts::no_trace);
}

Outcome LabModule::show_trace(Screen& screen) const {
  const PacketTrace* const trace = ip_ == nullptr ? nullptr : ip_->packet_trace();
  if (trace == nullptr) return say(texts::no_packet_path);
  const PacketTrace::Wanted& wanted = trace->wanted();
  screen.line();
  screen.field(0, value_column, "Trace", trace->active() ? "Running" : "Off");
  screen.field(2, value_column, "Address", wanted.address ? to_string(*wanted.address) : "Any");
  screen.field(2, value_column, "Protocol", wanted.protocol ? protocol_text(*wanted.protocol) : "Any");
  screen.field(2, value_column, "Port", wanted.port ? std::to_string(*wanted.port) : "Any");
  screen.field(2, value_column, "Packets wanted", wanted.count);
  screen.field(2, value_column, "Packets followed", trace->followed());
  return Outcome::screen();
}

Outcome LabModule::show_stages(Screen& screen) const {
  if (ip_ == nullptr) return say(texts::no_packet_path);
  screen.line();
  screen.table("stages", {{"Stage", 19}, {"In", -12}, {"Out", -12}, {"Stayed", -12}, {"Reasons", 20}});
  screen.rule();
  for (const IpApi::StageCount& stage : ip_->stages()) {
    // A super-frame may go in and its pieces come out.
    const std::uint64_t stayed = stage.in - std::min(stage.in, stage.out);
    screen.row({std::string(stage.name), stage.in, stage.out, stayed, std::string(stage.reasons)});
  }
  screen.rule();
  return Outcome::screen();
}

}  // namespace arrouter::lab
