#include "modules/ppp/automaton.h"

namespace arrouter::ppp {
namespace {

// RFC 1661 4.1: "actions/next state", "-" for what cannot happen. The marks r, p and x of its notes stand for nothing
// here: there is no restart option (r), no passive option (p), and the crossed connection (x) is as the table has it.
constexpr std::string_view table[events][states] = {
    // Initial, Starting, Closed, Stopped, Closing, Stopping, Req-Sent, Ack-Rcvd, Ack-Sent, Opened
    /* Up   */ {"2", "irc,scr/6", "-", "-", "-", "-", "-", "-", "-", "-"},
    /* Down */ {"-", "-", "0", "tls/1", "0", "1", "1", "1", "1", "tld/1"},
    /* Open */ {"tls/1", "1", "irc,scr/6", "3", "5", "5", "6", "7", "8", "9"},
    /* Close*/ {"0", "tlf/0", "2", "2", "4", "4", "irc,str/4", "irc,str/4", "irc,str/4", "tld,irc,str/4"},
    /* TO+  */ {"-", "-", "-", "-", "str/4", "str/5", "scr/6", "scr/6", "scr/8", "-"},
    /* TO-  */ {"-", "-", "-", "-", "tlf/2", "tlf/3", "tlf/3", "tlf/3", "tlf/3", "-"},
    /* RCR+ */ {"-", "-", "sta/2", "irc,scr,sca/8", "4", "5", "sca/8", "sca,tlu/9", "sca/8", "tld,scr,sca/8"},
    /* RCR- */ {"-", "-", "sta/2", "irc,scr,scn/6", "4", "5", "scn/6", "scn/7", "scn/6", "tld,scr,scn/6"},
    /* RCA  */ {"-", "-", "sta/2", "sta/3", "4", "5", "irc/7", "scr/6", "irc,tlu/9", "tld,scr/6"},
    /* RCN  */ {"-", "-", "sta/2", "sta/3", "4", "5", "irc,scr/6", "scr/6", "irc,scr/8", "tld,scr/6"},
    /* RTR  */ {"-", "-", "sta/2", "sta/3", "sta/4", "sta/5", "sta/6", "sta/6", "sta/6", "tld,zrc,sta/5"},
    /* RTA  */ {"-", "-", "2", "3", "tlf/2", "tlf/3", "6", "6", "8", "tld,scr/6"},
    /* RUC  */ {"-", "-", "scj/2", "scj/3", "scj/4", "scj/5", "scj/6", "scj/7", "scj/8", "scj/9"},
    /* RXJ+ */ {"-", "-", "2", "3", "4", "5", "6", "6", "8", "9"},
    /* RXJ- */ {"-", "-", "tlf/2", "tlf/3", "tlf/2", "tlf/3", "tlf/3", "tlf/3", "tlf/3", "tld,irc,str/5"},
    /* RXR  */ {"-", "-", "2", "3", "4", "5", "6", "7", "8", "ser/9"},
};

consteval Action action_of(std::string_view word) {
  if (word == "tlu") return Action::layer_up;
  if (word == "tld") return Action::layer_down;
  if (word == "tls") return Action::layer_started;
  if (word == "tlf") return Action::layer_finished;
  if (word == "irc") return Action::initialise_count;
  if (word == "zrc") return Action::zero_count;
  if (word == "scr") return Action::send_request;
  if (word == "sca") return Action::send_ack;
  if (word == "scn") return Action::send_nak;
  if (word == "str") return Action::send_terminate;
  if (word == "sta") return Action::send_terminate_ack;
  if (word == "scj") return Action::send_code_reject;
  if (word == "ser") return Action::send_echo_reply;
  throw "no such action";  // a slip in the table ends the build
}

consteval Transition read(std::string_view cell) {
  Transition made;
  if (cell == "-") return made;
  made.possible = true;
  made.next = static_cast<State>(cell.back() - '0');
  const std::size_t slash = cell.find('/');
  std::string_view words = slash == std::string_view::npos ? std::string_view() : cell.substr(0, slash);
  for (std::size_t i = 0; !words.empty(); ++i) {
    const std::size_t comma = words.find(',');
    made.actions[i] = action_of(words.substr(0, comma));
    words = comma == std::string_view::npos ? std::string_view() : words.substr(comma + 1);
  }
  return made;
}

consteval auto read_table() {
  std::array<std::array<Transition, states>, events> made{};
  for (std::size_t event = 0; event < events; ++event) {
    for (std::size_t state = 0; state < states; ++state) made[event][state] = read(table[event][state]);
  }
  return made;
}

constexpr auto transitions = read_table();

}  // namespace

const Transition& transition(State state, Event event) {
  return transitions[static_cast<std::size_t>(event)][static_cast<std::size_t>(state)];
}

std::string_view to_string(State state) {
  constexpr std::array<std::string_view, states> names{"INITIAL",  "STARTING", "CLOSED",   "STOPPED",  "CLOSING",
                                                       "STOPPING", "REQ SENT", "ACK RCVD", "ACK SENT", "OPENED"};
  return names[static_cast<std::size_t>(state)];
}

}  // namespace arrouter::ppp
