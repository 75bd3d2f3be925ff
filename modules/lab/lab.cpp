// The LAB module: what no real router has. Every command of it starts with the verb LAB, so nobody takes it for the
// real thing, and nothing of it is written to the configuration: faults and captures belong to the bench, not to the
// router, and outlive a RESTART.
//
// It works on the port stacks (netdev/port_stack.h): driver, impairment, capture, one behind the other.
//  - LAB CAPTURE writes what the router sends and receives at a port into a pcapng file: TCP super-frames whole, partial
//    checksums as the sender meant them. Frames that an impairment lost on the way in are not there, those it loses on
//    the way out are: it is a tap at the router's end of the cable.
//  - LAB KEYS writes the keys of SAs beside the captures, as the tables that tshark and Wireshark decrypt with. It
//    reveals what the tunnel protects, so it is off until a security officer asks for it, and says so.
//  - LAB IMPAIR makes a bad cable: loss, delay, jitter, duplication, reordering, corruption, each direction by itself.
//    Chances come from a seed of the port; the same seed and the same frames give the same faults.
//  - LAB PORT takes the cable out and puts it back.
// And on IP's packet path: LAB TRACE prints what each stage decides about single packets (os/packet_trace.h), LAB SHOW
// STAGES how many went in and came out.
//
// Captures go into one directory that the owner of the process chose, under plain names, and never replace a file
// that is not a capture: somebody logged in by Telnet is not somebody who may write files of the host.
//
// Not modelled: limited bandwidth, faults that pick certain packets (the third main mode message), and members of a
// switch that is attached as a whole.
#include "modules/lab/lab.h"

#include <algorithm>

namespace arrouter {

std::unique_ptr<Module> make_lab(Services&, const PortStacks& ports, isakmp::IsakmpApi& isakmp,
                                 std::filesystem::path capture_directory, IpApi* ip) {
  return std::make_unique<lab::LabModule>(ports, isakmp, std::move(capture_directory), ip);
}

namespace lab {
namespace {

bool good_file_name(std::string_view name) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_';
  };
  return !name.starts_with('.') && std::ranges::all_of(name, good);
}

Duration milliseconds_of(const Args& args, std::string_view name) {
  return std::chrono::milliseconds(args.number(name));
}

/// Changes what the command names and leaves the rest.
void apply(const Args& args, Impairment& impairment) {
  const auto per_cent = [&](std::string_view name, double& value) {
    if (args.has(name)) value = static_cast<double>(args.number(name));
  };
  per_cent("LOSS", impairment.loss);
  per_cent("DUPLICATE", impairment.duplicate);
  per_cent("CORRUPT", impairment.corrupt);
  per_cent("REORDER", impairment.reorder);
  if (args.has("DELAY")) impairment.delay = milliseconds_of(args, "DELAY");
  if (args.has("JITTER")) impairment.jitter = milliseconds_of(args, "JITTER");
}

}  // namespace

std::vector<CommandRow> LabModule::commands() {
  std::vector<CommandRow> rows = {
      {"LAB CAPture STArt POrt=<interface> FIle=<name:1-64> [FILTer=<text:1-255>] [SNAPlen=<0-65535>] "
       "[COMment=<text:0-80>]",
       Access::manager, "Writes what the router sends and receives at a port into a pcapng file.",
       [this](Invocation& invocation) { return start_capture(invocation.args); }},
      {"LAB CAPture STOp [POrt=<interface>]", Access::manager, "Ends the capture of a port, or every capture.",
       [this](Invocation& invocation) { return stop_capture(invocation.args); }},
  };
  for (auto more : {&LabModule::key_rows, &LabModule::fault_rows, &LabModule::show_rows, &LabModule::path_rows}) {
    for (CommandRow& row : (this->*more)()) rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<CommandRow> LabModule::key_rows() {
  return {
      {"LAB KEYs STArt FIle=<name:1-64>", Access::security,
       "Writes the keys of every SA negotiated from now on, and of SAs with manual keys, in clear, into a folder that "
       "makes tshark or Wireshark decrypt captures (WIRESHARK_CONFIG_DIR).",
       [this](Invocation& invocation) { return start_keys(invocation.args); }},
      {"LAB KEYs STOp", Access::security, "Ends the writing of keys; what is written stays.",
       [this](Invocation&) { return stop_keys(); }},
  };
}

std::vector<CommandRow> LabModule::fault_rows() {
  return {
      {"LAB IMPair POrt=<interface> [DIrection={IN|OUT|BOTH}] [LOSs=<0-100>] [DELay=<0-60000>] [JITter=<0-60000>] "
       "[DUPlicate=<0-100>] [REOrder=<0-100>] [CORrupt=<0-100>] [SEED=<0-4294967295>]",
       Access::manager, "Makes the cable of a port a bad one: chances in per cent, times in milliseconds.",
       [this](Invocation& invocation) { return impair(invocation.args); }},
      {"LAB IMPair RESET [POrt=<interface>]", Access::manager,
       "Makes the cable of a port, or every cable, a good one and its counters zero.",
       [this](Invocation& invocation) { return reset_impairment(invocation.args); }},
      {"LAB POrt=<interface> {UP|DOwn}", Access::manager, "Puts the cable of a port in, or takes it out.",
       [this](Invocation& invocation) { return set_cable(invocation.args); }},
  };
}

std::vector<CommandRow> LabModule::show_rows() {
  return {
      {"LAB SHow POrts[=<interface>]", Access::manager, "Displays what the ports are attached to, with counters.",
       [this](Invocation& invocation) { return show_ports(invocation); }},
      {"LAB SHow IMPair[=<interface>]", Access::manager, "Displays the faults of the cables and what they did.",
       [this](Invocation& invocation) { return show_impairment(invocation); }},
      {"LAB SHow CAPture", Access::manager, "Displays the captures.",
       [this](Invocation& invocation) { return show_captures(invocation.screen); }},
      {"LAB SHow KEYs", Access::manager, "Displays where keys are written, and how many.",
       [this](Invocation& invocation) { return show_keys(invocation.screen); }},
  };
}

PortStack* LabModule::find(const std::string& port) const {
  const auto found = ports_.find(port);
  return found == ports_.end() ? nullptr : found->second.get();
}

std::vector<PortStack*> LabModule::chosen(const Args& args, std::string_view parameter) const {
  std::vector<PortStack*> stacks;
  for (const auto& [name, stack] : ports_) {
    if (!args.has_value(parameter) || args.text(parameter) == name) stacks.push_back(stack.get());
  }
  return stacks;
}

Outcome LabModule::start_capture(const Args& args) {
  PortStack* const stack = find(args.text("PORT"));
  if (stack == nullptr) return say(texts::unknown_port, args.text("PORT"));
  std::string file = args.text("FILE");
  if (!good_file_name(file)) return say(texts::bad_file_name, file);
  if (!file.ends_with(".pcapng")) file += ".pcapng";
  const std::filesystem::path path = capture_directory_ / file;
  for (const auto& [name, other] : ports_) {
    if (other.get() != stack && other->capture().running() && other->capture().status().options.file == path) {
      return say(texts::file_in_use, file, name);
    }
  }
  const CaptureOptions options{path, args.text_or("FILTER", {}), args.text_or("COMMENT", {}),
                               static_cast<std::uint32_t>(args.number_or("SNAPLEN", 0))};
  if (const auto started = stack->capture().start(options); !started) {
    return say(texts::capture_refused, started.error().text);
  }
  return say(texts::capturing, stack->name(), file);
}

Outcome LabModule::stop_capture(const Args& args) {
  const auto stacks = chosen(args, "PORT");
  if (stacks.empty()) return say(texts::unknown_port, args.text("PORT"));
  bool any = false;
  for (PortStack* stack : stacks) {
    any = any || stack->capture().running();
    stack->capture().stop();
  }
  return any ? Outcome::successful(module_number::lab) : say(texts::no_capture);
}

Outcome LabModule::start_keys(const Args& args) {
  std::string file = args.text("FILE");
  if (!good_file_name(file)) return say(texts::bad_file_name, file);
  if (file.ends_with(".pcapng")) file.resize(file.size() - std::string_view(".pcapng").size());
  file += ".keys";
  if (const auto started = keys_.start(capture_directory_ / file); !started) {
    isakmp_.observe_keys(nullptr);
    return say(texts::keys_refused, started.error());
  }
  isakmp_.observe_keys(&keys_);
  return say(texts::keys_revealed, file);
}

Outcome LabModule::stop_keys() {
  if (!keys_.running()) return say(texts::no_keys);
  isakmp_.observe_keys(nullptr);
  keys_.stop();
  return Outcome::successful(module_number::lab);
}

Outcome LabModule::impair(const Args& args) {
  PortStack* const stack = find(args.text("PORT"));
  if (stack == nullptr) return say(texts::unknown_port, args.text("PORT"));
  const std::string direction = args.has("DIRECTION") ? args.choice("DIRECTION") : "BOTH";
  using Direction = ImpairPort::Direction;
  for (const Direction each : {Direction::in, Direction::out}) {
    if (direction == (each == Direction::in ? "OUT" : "IN")) continue;
    Impairment impairment = stack->impairment().impairment(each);
    apply(args, impairment);
    stack->impairment().set(each, impairment);
  }
  if (args.has("SEED")) stack->impairment().reseed(args.number("SEED"));
  return Outcome::successful(module_number::lab);
}

Outcome LabModule::reset_impairment(const Args& args) {
  const auto stacks = chosen(args, "PORT");
  if (stacks.empty()) return say(texts::unknown_port, args.text("PORT"));
  for (PortStack* stack : stacks) stack->impairment().reset();
  return Outcome::successful(module_number::lab);
}

Outcome LabModule::set_cable(const Args& args) {
  PortStack* const stack = find(args.text("PORT"));
  if (stack == nullptr) return say(texts::unknown_port, args.text("PORT"));
  const bool down = args.has("DOWN");
  if (down == stack->impairment().down()) {
    return say(down ? texts::already_down : texts::already_up, stack->name());
  }
  stack->impairment().set_down(down);
  return Outcome::successful(module_number::lab);
}

}  // namespace lab
}  // namespace arrouter
