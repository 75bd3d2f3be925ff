// Screens of the LAB module.
#include "modules/lab/lab.h"

namespace arrouter::lab {

namespace {

constexpr int value_column = 32;
using Direction = ImpairPort::Direction;

std::string_view up_or_down(bool up) { return up ? "Up" : "Down"; }

std::string_view cable_of(PortStack& stack) { return stack.impairment().down() ? "Out" : "In"; }

std::string attachment_of(const PortStack& stack) {
  return stack.attachment().empty() ? "nothing" : stack.attachment();
}

std::string per_cent(double value) { return fmt::format("{:g} %", value); }

std::string milliseconds(Duration duration) {
  return fmt::format("{} ms", std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

void show_port(Screen& screen, PortStack& stack) {
  const auto scope = screen.item("ports");
  screen.line();
  screen.field(0, value_column, "Port", stack.name());
  screen.field(2, value_column, "Attached to", attachment_of(stack));
  screen.field(2, value_column, "MAC address", to_string(stack.mac()));
  screen.field(2, value_column, "Link", up_or_down(stack.link_up()));
  screen.field(2, value_column, "Cable", cable_of(stack));
  const PortOffloads offloads = stack.offloads();
  screen.field(2, value_column, "TCP super-frames", offloads.tcp4 ? "Whole" : "Cut");
  screen.field(2, value_column, "UDP super-frames", offloads.udp4 ? "Whole" : "Cut");
  const PortCounters counters = stack.counters();
  screen.line();
  screen.counters({{"inFrames", counters.in_frames},
                   {"outFrames", counters.out_frames},
                   {"inOctets", counters.in_octets},
                   {"outOctets", counters.out_octets},
                   {"inDiscards", counters.in_discards},
                   {"outDiscards", counters.out_discards},
                   {"inErrors", counters.in_errors},
                   {"outErrors", counters.out_errors},
                   {"inForOthers", stack.filtered()}});
}

void show_lane(Screen& screen, const ImpairPort& cable, Direction direction) {
  const auto scope = screen.object(direction == Direction::in ? "in" : "out");
  const Impairment& impairment = cable.impairment(direction);
  screen.line(direction == Direction::in ? "  In:" : "  Out:");
  screen.field(4, value_column, "Loss", per_cent(impairment.loss));
  screen.field(4, value_column, "Delay", milliseconds(impairment.delay));
  screen.field(4, value_column, "Jitter", milliseconds(impairment.jitter));
  screen.field(4, value_column, "Duplicate", per_cent(impairment.duplicate));
  screen.field(4, value_column, "Reorder", per_cent(impairment.reorder));
  screen.field(4, value_column, "Corrupt", per_cent(impairment.corrupt));
  const ImpairCounters& did = cable.impair_counters(direction);
  screen.counters({{"passed", did.passed},
                   {"lost", did.lost},
                   {"duplicated", did.duplicated},
                   {"reordered", did.reordered},
                   {"corrupted", did.corrupted},
                   {"heldBack", cable.held(direction)},
                   {"overflowed", did.overflowed},
                   {"lostWhileCableOut", did.down}});
}

std::string state_of(const CapturePort& capture) {
  if (capture.running()) return "Running";
  const std::string& reason = capture.status().ended_because;
  return reason.empty() ? "Stopped" : "Ended: " + reason;
}

}  // namespace

Outcome LabModule::show_ports(Invocation& invocation) const {
  Screen& screen = invocation.screen;
  const auto stacks = chosen(invocation.args, "PORTS");
  if (stacks.empty() && invocation.args.has_value("PORTS")) {
    return say(texts::unknown_port, invocation.args.text("PORTS"));
  }
  if (invocation.args.has_value("PORTS")) {
    show_port(screen, *stacks.front());
    return Outcome::screen();
  }
  screen.line();
  screen.table("ports", {{"Port", 8}, {"Link", 6}, {"Cable", 7}, {"In frames", -10}, {"Out frames", -10},
                         {"Discards", -9}, {"Attached to", 20}});
  screen.rule();
  for (PortStack* stack : stacks) {
    const PortCounters counters = stack->counters();
    screen.row({stack->name(), up_or_down(stack->link_up()), cable_of(*stack), counters.in_frames,
                counters.out_frames, counters.in_discards + counters.out_discards, attachment_of(*stack)});
  }
  screen.rule();
  return Outcome::screen();
}

Outcome LabModule::show_impairment(Invocation& invocation) const {
  Screen& screen = invocation.screen;
  const auto stacks = chosen(invocation.args, "IMPAIR");
  if (stacks.empty() && invocation.args.has_value("IMPAIR")) {
    return say(texts::unknown_port, invocation.args.text("IMPAIR"));
  }
  for (PortStack* stack : stacks) {
    const auto scope = screen.item("ports");
    const ImpairPort& cable = stack->impairment();
    screen.line();
    screen.field(0, value_column, "Port", stack->name());
    screen.field(2, value_column, "Cable", cable.down() ? "Out" : "In");
    screen.field(2, value_column, "Seed", cable.seed());
    show_lane(screen, cable, Direction::in);
    show_lane(screen, cable, Direction::out);
  }
  return Outcome::screen();
}

Outcome LabModule::show_captures(Screen& screen) const {
  bool any = false;
  for (const auto& [name, stack] : ports_) {
    const CapturePort::Status& status = stack->capture().status();
    if (status.options.file.empty()) continue;
    any = true;
    const auto scope = screen.item("captures");
    screen.line();
    screen.field(0, value_column, "Port", name);
    screen.field(2, value_column, "State", state_of(stack->capture()));
    screen.field(2, value_column, "File", status.options.file.filename().string());
    screen.field(2, value_column, "Filter", status.options.filter.empty() ? "None" : status.options.filter);
    screen.field(2, value_column, "Frames", status.frames);
    screen.field(2, value_column, "Bytes", status.bytes);
  }
  return any ? Outcome::screen() : say(texts::no_capture);
}

Outcome LabModule::show_keys(Screen& screen) const {
  if (keys_.folder().empty()) return say(texts::no_keys);
  const std::string& reason = keys_.ended_because();
  screen.line();
  screen.field(0, value_column, "State", keys_.running() ? "Running" : reason.empty() ? "Stopped" : "Ended: " + reason);
  screen.field(0, value_column, "Folder", keys_.folder().filename().string());
  screen.field(0, value_column, "ISAKMP SAs", keys_.isakmp_sas());
  screen.field(0, value_column, "IPsec SAs", keys_.ipsec_sas());
  return Outcome::screen();
}

}  // namespace arrouter::lab
