// The PPP module's inside.
#pragma once

#include <map>

#include "modules/ppp/interface.h"
#include "modules/ppp/ppp_module.h"
#include "modules/ppp/pppoe.h"
#include "modules/ppp/texts.h"

namespace arrouter::ppp {

class PppModule final : public Module, public PppApi, public InterfaceHost {
 public:
  PppModule(Services& services, IpApi& ip, DnsApi& dns, const UserApi& users, Md5 md5);
  ~PppModule() override;

  std::string_view name() const override { return "ppp"; }
  std::vector<CommandRow> commands() override;
  void dump(ConfigWriter& config) const override;
  void stop(Ending ending) override;

  // PppApi
  void set_opener(std::string_view prefix, LineOpener* opener) override;
  LineUser* opened(unsigned interface, Line& line) override;
  void failed(unsigned interface, std::string_view reason) override;
  LineUser* answer(unsigned number, Line& line, const Caller& caller) override;
  bool has_template(unsigned number) const override { return templates_.contains(number); }
  std::optional<std::string> user_of(std::string_view interface) const override;
  bool is_dynamic(std::string_view interface) const override;
  void on_control_protocol(std::function<void(const ControlProtocolChange&)> listener) override {
    listeners_.push_back(std::move(listener));
  }

 private:
  // InterfaceHost
  void want_line(Interface& interface) override;
  void abandon_line(Interface& interface) override;
  void control_protocol_changed(const ControlProtocolChange& change) override;
  void gone(Interface& interface) override;
  void verify(Interface& interface, const Credentials& credentials) override;
  Ipv4Address name_server(bool primary) const override { return dns_.server(primary); }
  void name_servers_told(const Interface& interface) override;
  bool debugging(const Interface& interface, DebugKind kind) const override;
  void debug(const Interface& interface, DebugKind kind, std::string_view text) override;
  const Md5& md5() const override { return md5_; }

  /// The user database vouches for a caller.
  bool known(const Interface& interface, const Credentials& credentials);
  /// The opener for a physical interface, with what stands behind its prefix.
  std::pair<LineOpener*, std::string_view> opener_of(std::string_view over) const;
  /// A physical interface as it is shown; nullopt when there is none of that name.
  std::optional<std::string> canonical(std::string_view over) const;
  Interface* find(std::uint64_t number) const;
  void remove(unsigned number);
  void remove_all();

  // commands.cpp
  std::vector<CommandRow> interface_rows();
  Outcome create(const Args& args);
  Outcome add_link(const Args& args);
  Outcome set(const Args& args);
  Outcome delete_link(const Args& args);
  Outcome destroy(const Args& args);
  Outcome enable(const Args& args, bool on);
  Outcome purge();
  /// What speaks against these settings.
  std::optional<Outcome> objection(const Args& args, std::string_view over, const Settings& link) const;
  template <class Action>
  Outcome with_interface(const Args& args, Action action);

  // template_commands.cpp
  std::vector<CommandRow> template_rows();
  std::vector<CommandRow> concentrator_rows();
  Outcome create_template(const Args& args);
  Outcome set_template(const Args& args);
  Outcome destroy_template(const Args& args);
  Outcome change_service(const Args& args, bool make);
  Outcome delete_service(const Args& args);
  Outcome enable_concentrator(bool on);

  // debug.cpp
  std::vector<CommandRow> debug_rows();
  Outcome enable_debug(Invocation& call, bool of_template);
  Outcome disable_debug(const Args& args, bool of_template);
  Outcome show_debug(Invocation& call) const;

  // show.cpp, show_config.cpp, show_counters.cpp
  std::vector<CommandRow> show_rows();
  using View = void (PppModule::*)(Screen&, const Interface&) const;
  Outcome show_each(Invocation& call, View view, void (PppModule::*heading)(Screen&) const = nullptr,
                    void (PppModule::*end)(Screen&) const = nullptr);
  void heading(Screen& screen) const;
  void end(Screen& screen) const;
  void config_end(Screen& screen) const { screen.rule(); }
  void show_interface(Screen& screen, const Interface& interface) const;
  void config_heading(Screen& screen) const;
  void show_config(Screen& screen, const Interface& interface) const;
  void show_counters(Screen& screen, const Interface& interface) const;
  void show_limits(Screen& screen, const Interface& interface) const;
  void idle_heading(Screen& screen) const;
  void show_idle(Screen& screen, const Interface& interface) const;
  void show_name_servers(Screen& screen, const Interface& interface) const;
  void show_multilink(Screen& screen, const Interface& interface) const;
  void show_utilisation(Screen& screen, const Interface& interface) const;
  void show_transmit(Screen& screen, const Interface& interface) const;
  Outcome show_pppoe(Invocation& call) const;
  Outcome show_templates(Invocation& call) const;
  unsigned if_index(const Interface& interface) const;

  struct Debug {
    unsigned kinds = 0;  // bits of DebugKind
    std::weak_ptr<Terminal> terminal;
    std::optional<Instant> until;
    std::optional<std::uint64_t> packets;  // left to be shown
    std::string timeout = "NONE", number = "CONT";  // as given
  };
  Debug* debug_of(const Interface& interface) const;

  std::shared_ptr<int> alive_ = std::make_shared<int>();
  Services& services_;
  IpApi& ip_;
  DnsApi& dns_;
  const UserApi& users_;
  Md5 md5_;
  std::map<std::string, LineOpener*, std::less<>> openers_;  // by prefix in capitals: "TNL-"
  Pppoe pppoe_;
  std::map<unsigned, Settings> templates_;
  std::map<unsigned, std::unique_ptr<Interface>> interfaces_;
  std::vector<unsigned> gone_;  // dynamic interfaces to be taken away
  Timer funeral_;
  std::vector<std::function<void(const ControlProtocolChange&)>> listeners_;
  mutable std::map<unsigned, Debug> debug_, template_debug_;
};

}  // namespace arrouter::ppp
