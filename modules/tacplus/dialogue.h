// What one server says about one person: first whether name and password are right, then what the person may do. Pure:
// bytes of the server go in, bytes for it come out; no connection is known here.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "modules/tacplus/packet.h"
#include "os/base/random.h"
#include "os/terminal.h"

namespace arrouter::tacplus {

enum class Verdict : std::uint8_t { none, accepted, rejected, failed };

class Dialogue {
 public:
  struct Terms {
    SecretBytes key;                 // empty: nothing is hidden
    bool authorize = true;           // false: whoever is known is a USER
    bool single_connection = false;  // ask the server to keep the connection
  };
  Dialogue(enco::EncoApi& enco, Random& random, const Person& person, Terms terms);

  /// What comes next. Each session of the protocol has a connection to itself, unless the server keeps it.
  enum class Turn : std::uint8_t {
    listen,  // the server has not said all
    speak,   // output() goes out on this connection
    reopen,  // output() goes out on another one, or on this one when kept()
    over,    // verdict() is there; output() may hold last words
  };
  /// Takes what the server said since the last call.
  Turn receive(std::string_view bytes);
  /// The packet to send now, taken away; at the beginning the first one.
  std::string output() { return std::exchange(output_, {}); }
  /// The server has agreed to keep the connection.
  bool kept() const { return kept_; }

  Verdict verdict() const { return verdict_; }
  Privilege privilege() const { return privilege_; }
  /// Why it failed or what was not understood; may hold what the server said.
  const std::string& reason() const { return reason_; }
  /// The packet's body made no sense, so its sender is not the server or has another key.
  bool garbled() const { return garbled_; }

 private:
  void open(PacketType type);
  void say(ByteView body);
  std::string flaw_of(const Header& header) const;
  Turn authentication(const AuthenReply& reply);
  Turn authorization(const AuthorReply& reply);
  Turn answer(ByteView text, bool& given);
  Turn end(Verdict verdict, std::string reason = {});
  Turn end_garbled(std::string reason);
  std::expected<Privilege, std::string> privilege_of(const std::vector<std::string>& arguments) const;

  enco::EncoApi& enco_;
  Random& random_;
  const Person person_;
  const Terms terms_;
  Header sent_;  // of the last packet
  AuthenType type_ = AuthenType::ascii;
  bool user_given_ = false, password_given_ = false;
  bool kept_ = false, garbled_ = false;
  std::string heard_, output_, reason_;
  Verdict verdict_ = Verdict::none;
  Privilege privilege_ = Privilege::user;
};

}  // namespace arrouter::tacplus
