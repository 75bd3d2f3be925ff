// The L2TP module's inside.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "modules/enco/enco_api.h"
#include "modules/l2tp/engine.h"
#include "modules/l2tp/line.h"
#include "modules/l2tp/settings.h"
#include "os/message.h"
#include "os/module_numbers.h"
#include "os/module.h"

namespace arrouter::l2tp {

namespace texts {
#define MESSAGE(name, message_class, number, text) \
  inline constexpr Message name{MessageClass::message_class, module_number::l2tp, number, text};
#include "modules/l2tp/texts.def"
#undef MESSAGE
}  // namespace texts

class L2tpModule final : public Module, private Host, private ppp::LineOpener {
 public:
  L2tpModule(Services& services, IpApi& ip, ppp::PppApi& ppp, enco::EncoApi& enco);
  ~L2tpModule() override;
  std::string_view name() const override { return "l2tp"; }
  std::vector<CommandRow> commands() override;
  void dump(ConfigWriter& writer) const override;
  void stop(Ending ending) override;

 private:
  // l2tp.cpp: datagrams, and what the engine asks
  void receive(const UdpDatagram& datagram);
  void due();
  void rearm();
  void send(const Tunnel& tunnel, ByteView message) override;
  std::optional<std::string> admits(Ipv4Address peer) const override;
  bool accepts(const Tunnel& tunnel, Call& call) override;
  void up(Tunnel& tunnel, Call& call) override;
  void down(Tunnel& tunnel, Call& call, std::string_view reason) override;
  void tunnel_up(const Tunnel& tunnel) override;
  void tunnel_down(const Tunnel& tunnel, std::string_view reason) override;
  WallTime wall_time() const override { return services_.wall.now(); }
  const Range* range_of(Ipv4Address peer) const;
  ConfiguredCall* incoming_call(const Tunnel& tunnel, const Call& call);
  void log(std::string_view subtype, std::string message);
  void debug(std::string_view text);

  // opener.cpp: lines for CREATE PPP OVER=TNL-name
  bool open(std::string_view name, unsigned interface) override;
  void abandon(std::string_view name, unsigned interface) override;
  bool knows(std::string_view name) const override;
  void place(const ConfiguredCall& call);
  void place_wanted();
  void drop(const ConfiguredCall& call, std::string_view reason);
  std::unique_ptr<CallLine> take_line(const Call& call);
  void line_closed(CallLine& line, std::string_view reason);

  // commands.cpp
  Outcome enable();
  Outcome disable();
  Outcome add_range(const Args& args);
  Outcome delete_range(const Args& args);
  Outcome add_call(const Args& args);
  Outcome set_call(const Args& args);
  Outcome delete_call(const Args& args);
  Outcome activate(const Args& args, bool on);
  Outcome add_users(const Args& args);
  Outcome set_users(const Args& args);
  Outcome delete_users(const Args& args);
  Outcome set_debug(Invocation& call, bool on);
  ConfiguredCall* find_call(const Args& args);
  // show.cpp
  Outcome show(Screen& screen) const;
  Outcome show_calls(Invocation& call) const;
  Outcome show_ranges(Screen& screen) const;
  Outcome show_users(Screen& screen) const;
  Outcome show_tunnels(Invocation& call) const;
  Outcome show_tunnel_calls(Invocation& call) const;
  Outcome show_counters(Screen& screen) const;
  void show_tunnel(Screen& screen, const Tunnel& tunnel) const;

  Services& services_;
  IpApi& ip_;
  ppp::PppApi& ppp_;
  Settings settings_;
  std::map<std::string, unsigned, std::less<>> wanted_;  // PPP interface that wants a line, by the call's name
  Engine engine_;
  std::map<const Call*, std::unique_ptr<CallLine>> lines_;
  std::vector<std::unique_ptr<CallLine>> closed_;  // their PPP may still be on the stack
  DataCounters ended_;                             // of lines that are gone
  std::vector<std::weak_ptr<Terminal>> debugging_;
  Timer timer_;
};


}  // namespace arrouter::l2tp
