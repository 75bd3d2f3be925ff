// One Router: what survives a RESTART (flash, ports, clock, random source), and the software that a RESTART destroys
// and makes anew. It knows no event loop and no front end, so ten of them live in one simulated world as well as one
// of them lives on a host.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/session/session.h"
#include "netdev/port_stack.h"
#include "os/assembly/loader.h"
#include "os/module.h"
#include "os/router_control.h"
#include "os/tcp.h"

namespace arrouter {

/// What a Router lives in: a live event loop, or virtual time.
struct Surroundings {
  const Clock& clock;
  Scheduler& scheduler;
  Reactor& reactor;
  JobRunner& jobs;
  Random& random;
  std::function<RouterControl::CpuLoad()> cpu_load = {};  // none: an idle router
  std::function<void()> reset_cpu_load = {};
  std::function<std::uint64_t()> memory_used_kb = {};     // none: an empty one
  Tcp* tcp = nullptr;                                     // none: nobody reaches the router by TCP
};

struct RouterOptions {
  Model model;
  std::string name;                  // what the system is called before the boot configuration says otherwise
  std::string identity;              // what its addresses are made from; empty: the model's own
  WallTime wall_time{};              // of the moment of construction
  std::filesystem::path flash = {};  // directory; empty: files in memory
  std::shared_ptr<Disk> disk = {};               // what changes the directory; empty: the host's own
  std::filesystem::path capture_directory = {};  // where LAB CAPTURE writes; empty: the working directory
};

/// A line of the boot configuration that was refused.
struct RefusedLine {
  std::string script;  // "boot.cfg"
  std::size_t number = 0;
  std::string line;
  Outcome outcome;
};

class Router final : public RouterControl {
 public:
  /// Fails when the flash directory cannot be used.
  static Result<std::unique_ptr<Router>> make(const Surroundings& surroundings, RouterOptions options);
  ~Router() override;

  const Model& model() const { return options_.model; }
  PacketPool& pool() { return pool_; }
  FileStore& files() { return files_; }
  /// Makes a port for every interface of the model, before boot(). `specs` says what each is attached to ("eth0" ->
  /// "tap:wan"; see make_port()); those not named have no link. A switch is attached as a whole ("vlan1") or port by
  /// port ("port1"). `seed` starts the chances of impairments.
  Result<void> attach_ports(const std::map<std::string, std::string>& specs, std::uint64_t seed);
  /// By interface ("eth0", "vlan1") and switch port ("port1").
  PortStacks& stacks() { return stacks_; }
  /// The address of the model's `index`th interface: Allied's prefix, then digits that depend on the router's identity,
  /// so that two routers of one model can share a network.
  MacAddress mac(std::size_t index) const;

  /// A script that is not in flash (--config): boots instead of boot.cfg until SET CONFIG names another.
  void set_startup_script(std::string name, std::string text);
  /// Hears the console's boot messages, at boot() and at every restart.
  void on_boot_text(std::function<void(std::string_view)> listener);
  /// Runs whenever a boot configuration has been applied, at boot() and at every restart.
  void on_booted(std::function<void()> listener);
  /// Runs just before the modules are destroyed by a restart or at the end: nobody may keep anything of theirs.
  void on_going_down(std::function<void()> listener);
  /// Who may press a key while a cold start waits for one; without anybody it never waits. Outlives the Router.
  void set_keyboard(Keyboard& keyboard) { loader_.set_keyboard(&keyboard); }
  /// Makes the software and runs the boot configuration; later, when somebody is at the keyboard.
  void boot();
  /// Says goodbye to peers and ends every session; boot() may follow.
  void shut_down();
  /// There is software. While there is none (a cold start waits for a key), nothing of it may be asked.
  bool running() const { return software_ != nullptr; }
  /// The boot configuration has been applied.
  bool booted() const { return running() && !booting_; }
  /// Refused lines of the last boot.
  const std::vector<RefusedLine>& refused_at_boot() const { return refused_; }

  /// As below; `later` gets the final outcome of a command that is pending.
  Executed execute(std::string_view line, const Caller& caller, std::function<void(const Outcome&)> later);
  /// For front ends; valid until on_going_down().
  SessionHost session_host();
  const CommandTable& table() const;
  /// Something went wrong inside and cost no more than the event it happened in: logged, and an exception of SHOW
  /// EXCEPTION.
  void report_fault(std::string_view what);
  Log& log();

  // RouterControl
  Executed execute(std::string_view line, const Caller& caller) override;
  void run_script(std::string_view script, const Caller& caller, const Refused& refused) override;
  ConfigWriter configuration() const override;
  void restart(RestartKind kind, std::optional<std::string> config) override;
  bool restarting() const override { return restarting_; }
  std::string boot_config() const override;
  Result<void> set_boot_config(std::string_view name) override;
  std::string current_config() const override { return current_config_; }
  void set_current_config(std::string_view name) override { current_config_ = name; }
  Instant started() const override { return started_; }
  std::vector<ActiveSession> sessions() const override;
  void broadcast(std::string_view text, Privilege at_least) override;
  CpuLoad cpu_load() const override;
  void reset_cpu_load() override;
  std::uint64_t memory_used_kb() const override;

 private:
  struct Software;
  struct Script {
    std::string name, text, device = "flash";
  };
  Router(const Surroundings& surroundings, RouterOptions options, std::unique_ptr<WallClock> wall, FileStore files);
  Result<void> attach(const ModelInterface& interface, std::size_t index,
                      const std::map<std::string, std::string>& specs, std::uint64_t seed);
  Result<PortStack*> make_stack(const std::string& name, MacAddress mac, const std::string& spec, std::uint64_t seed,
                                bool promiscuous);
  Tcp& tcp() { return surroundings_.tcp == nullptr ? no_tcp_ : *surroundings_.tcp; }
  void start(const StartUp& how, const std::optional<std::string>& config);
  void start_software(const StartUp& how);
  void end_software(Ending ending);
  std::optional<Script> find_script(const std::optional<std::string>& wanted);
  Result<Script> script_in_flash(std::string_view name) const;
  void run_boot_script(const std::optional<std::string>& wanted);
  void report_refused(const Script& script, std::size_t number, std::string_view line, const Outcome& outcome);
  void boot_text(std::string_view text) const;
  void restart_now(RestartKind kind, const std::optional<std::string>& config);

  Surroundings surroundings_;
  RouterOptions options_;
  std::unique_ptr<WallClock> wall_;
  FileStore files_;
  PacketPool pool_;
  NoTcp no_tcp_;
  PortStacks stacks_;
  std::vector<std::unique_ptr<Port>> bridges_;       // of switch VLANs attached port by port; gone before their members
  std::map<std::string, Port*, std::less<>> ports_;  // those IP may use
  std::optional<Script> startup_script_;
  std::string current_config_;
  std::vector<RefusedLine> refused_;
  std::vector<std::function<void(std::string_view)>> boot_listeners_;
  std::vector<std::function<void()>> booted_, going_down_;
  Instant started_{};
  bool booting_ = false;     // the boot configuration is being applied
  bool restarting_ = false;  // a restart is posted
  unsigned script_depth_ = 0;
  Loader loader_;
  std::unique_ptr<Software> software_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // a posted restart asks it
};

}  // namespace arrouter
