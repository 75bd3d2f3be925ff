#include "os/main/options.h"

#include <fmt/format.h>

#include <functional>

#include "os/base/text.h"

namespace arrouter {

namespace {

using Setter = std::function<Result<void>(Options&, std::string)>;

Setter text_into(std::string Options::*member) {
  return [member](Options& options, std::string value) -> Result<void> {
    options.*member = std::move(value);
    return {};
  };
}

Setter append_to(std::vector<std::string> Options::*member) {
  return [member](Options& options, std::string value) -> Result<void> {
    (options.*member).push_back(std::move(value));
    return {};
  };
}

Setter service_at(std::string service) {
  return [service](Options& options, std::string value) -> Result<void> {
    options.services.emplace(service, std::move(value));
    return {};
  };
}

Result<void> set_seed(Options& options, std::string value) {
  options.seed = parse_number(value);
  if (!options.seed) return failure(fmt::format("--seed {}: wanted is a number", value));
  return {};
}

Result<void> set_script(Options& options, std::string value) {
  options.script = std::move(value);
  return {};
}

Result<void> add_interface(Options& options, std::string value) {
  const std::size_t equals = value.find('=');
  if (equals == value.npos || equals == 0) {
    return failure(fmt::format("--interface {}: wanted is INTERFACE=ATTACHMENT, such as eth0=tap:wan", value));
  }
  const std::string interface = to_lower(value.substr(0, equals));
  if (!options.interfaces.emplace(interface, value.substr(equals + 1)).second) {
    return failure(fmt::format("--interface {}: {} is given twice", value, interface));
  }
  return {};
}

Result<void> add_capture(Options& options, std::string value) {
  const std::size_t equals = value.find('=');
  if (equals == value.npos || equals == 0 || equals + 1 == value.size()) {
    return failure(fmt::format("--capture {}: wanted is INTERFACE=FILE.pcapng[,FILTER]", value));
  }
  Options::Capture capture;
  capture.interface = to_lower(value.substr(0, equals));
  const std::string rest = value.substr(equals + 1);
  const std::size_t comma = rest.find(',');
  capture.file = rest.substr(0, comma);
  if (comma != rest.npos) capture.filter = rest.substr(comma + 1);
  options.captures.push_back(std::move(capture));
  return {};
}

const std::map<std::string_view, Setter>& settings() {
  static const std::map<std::string_view, Setter> table = {
      {"--name", text_into(&Options::name)},
      {"--model", text_into(&Options::model)},
      {"--flash", text_into(&Options::flash)},
      {"--config", text_into(&Options::config)},
      {"--seed", set_seed},
      {"--interface", add_interface},
      {"--capture", add_capture},
      {"--console", append_to(&Options::consoles)},
      {"--telnet", service_at("telnet")},
      {"--ssh", service_at("ssh")},
      {"--control", text_into(&Options::control)},
      {"--ready", text_into(&Options::ready)},
      {"--script", set_script},
      {"--command", append_to(&Options::commands)},
  };
  return table;
}

std::optional<Mode> mode_of(std::string_view word) {
  if (word == "ctl") return Mode::ctl;
  if (word == "health") return Mode::health;
  if (word == "check") return Mode::check;
  if (word == "reference") return Mode::reference;
  return std::nullopt;
}

class Parser {
 public:
  explicit Parser(const std::vector<std::string>& words) : words_(words) {}

  Result<Options> parse() {
    if (!words_.empty()) {
      if (const auto mode = mode_of(words_.front())) {
        options_.mode = *mode;
        ++next_;
      }
    }
    while (next_ < words_.size()) {
      if (const auto taken = take(words_[next_++]); !taken) return std::unexpected(taken.error());
    }
    if (const auto whole = check(); !whole) return std::unexpected(whole.error());
    return std::move(options_);
  }

 private:
  Result<void> take(const std::string& word) {
    if (only_words_ || !word.starts_with('-') || word == "-") return take_word(word);
    if (word == "--") {
      only_words_ = true;
    } else if (word == "--json") {
      options_.json = true;
    } else if (word == "--rows" && options_.mode == Mode::reference) {
      options_.rows = true;
    } else if (word == "--help" || word == "-h") {
      options_.mode = Mode::help;
    } else if (word == "--version") {
      options_.mode = Mode::version;
    } else {
      return take_setting(word);
    }
    return {};
  }

  Result<void> take_setting(const std::string& word) {
    const std::size_t equals = word.find('=');
    const auto setting = settings().find(std::string_view(word).substr(0, equals));
    if (setting == settings().end()) return failure(fmt::format("unknown option {}; see --help", word));
    if (equals != word.npos) return setting->second(options_, word.substr(equals + 1));
    if (next_ == words_.size()) return failure(fmt::format("option {} wants a value", word));
    return setting->second(options_, words_[next_++]);
  }

  Result<void> take_word(const std::string& word) {
    if (wanted_path() != nullptr && options_.path.empty()) {
      options_.path = word;
    } else if (options_.mode == Mode::health && options_.lines.empty()) {
      options_.lines = {word};
    } else if (options_.mode == Mode::ctl) {
      options_.lines.push_back(word);
      only_words_ = true;
    } else if (options_.mode != Mode::help && options_.mode != Mode::version) {
      return failure(fmt::format("unexpected word {}; see --help", word));
    }
    return {};
  }

  /// What a mode that needs a path says without one.
  const char* wanted_path() const {
    switch (options_.mode) {
      case Mode::ctl:
        return "ctl wants the path of a control socket";
      case Mode::health:
        return "health wants the path of a control socket";
      case Mode::check:
        return "check wants the name of a configuration";
      default:
        return nullptr;
    }
  }

  Result<void> check() const {
    if (wanted_path() != nullptr && options_.path.empty()) return failure(wanted_path());
    if (options_.script && !options_.commands.empty()) return failure("--script and --command exclude each other");
    return {};
  }

  const std::vector<std::string>& words_;
  std::size_t next_ = 0;
  bool only_words_ = false;  // what follows are command lines, even with a dash in front
  Options options_;
};

}  // namespace

Result<Options> parse_options(const std::vector<std::string>& words) { return Parser(words).parse(); }

std::string_view usage() {
  return R"(usage: arrouter [OPTION]…                        a router, in the foreground until SIGTERM
       arrouter ctl [--json] SOCKET ["LINE"…]  lines (or standard input) to a running router, screens back
       arrouter health [--json] SOCKET [started|interfaces|configured|tunnels]   how far a running router has come
       arrouter reference [--rows]             the command reference; --rows: fields separated by tabs
       arrouter check [--model MODEL] FILE     every line of a configuration that the router would refuse

  --name NAME             the system's name until the configuration sets one
  --model MODEL           AR415S unless given
  --flash DIR             where FLASH and NVS are kept; without it they are lost at the end
  --config FILE           boots from this file of the host (or of the flash) instead of boot.cfg
  --seed N                repeats every random choice: for tests, never for secrets
  --interface IF=WHERE    eth0, vlan1 or port1 … is attached to
                            tap:NAME    a TAP of this host, made when absent
                            packet:NAME an interface of this host
                            udp:LPORT:HOST:RPORT    another program, one frame in each datagram
                            memory      nothing outside
  --capture IF=FILE[,FILTER]   writes its frames as pcapng
  --console WHERE         stdio, unix:PATH or tcp:HOST:PORT; asks for a login
  --telnet WHERE, --ssh WHERE   tcp:HOST:PORT of this host, where the router's server answers too
  --control PATH          a socket for ctl, open to the owner of this process alone
  --ready FILE            there while the router runs its configuration: how far it has come, as JSON; systemd is told
                          too, where NOTIFY_SOCKET names its socket
  --script FILE           runs the file's lines (- for standard input), then ends
  --command "LINE"        runs the line, then ends; may be given several times
  --json                  answers of ctl, --script and --command as JSON, one object a line
  --help, --version

Without --console, --control, --script and --command the console is on standard input and output.
Exit status: ctl, --script, --command: 0 all Info, 1 a Warning, 2 an Error; check: 0 or 2; health: 0 as far as asked
(configured, unless told), 1 but lines of the configuration were refused, 2 not yet; ctl, health: 4 when no router
answers; 3 when the program could not start.
)";
}

}  // namespace arrouter
