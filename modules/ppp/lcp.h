// LCP (RFC 1661): MRU, magic number and authentication of a line, echoes that notice when its other end is gone.
#pragma once

#include <functional>

#include "modules/ppp/control_protocol.h"
#include "modules/ppp/numbers.h"
#include "os/base/random.h"

namespace arrouter::ppp {

enum class Method : std::uint8_t { none, pap, chap };
std::string_view to_string(Method method);

/// AUTHENTICATION=: how the peer has to prove who it is; either: CHAP, or PAP when the peer prefers that.
enum class Demand : std::uint8_t { none, pap, chap, either };

struct LcpSettings {
  std::optional<unsigned> mru;  // asked for; nothing: the option is not sent
  unsigned line_mru = default_mru;
  bool magic = true;
  Demand demand = Demand::none;
  bool can_prove = true;  // there is a user name to show to a peer that demands it
  Duration echo{};        // period of echo requests; zero: none
  Retries retries;
};

class Lcp final : public ControlProtocol {
 public:
  /// `rejected` hears of protocols that the peer does not know.
  Lcp(ControlHost& host, const LcpSettings& settings, Random& random, std::function<void(std::uint16_t)> rejected)
      : ControlProtocol(host, protocol::lcp, settings.retries),
        settings_(settings),
        random_(random),
        protocol_rejected_(std::move(rejected)) {}

  void tick(Instant now) override;
  std::optional<Instant> next_deadline() const override;
  /// A frame of a protocol nobody here speaks; `information` is what stood behind its protocol field.
  void reject_protocol(std::uint16_t protocol, ByteView information);
  /// Why the link is about to be closed, as far as anybody knows.
  void set_reason(std::string_view reason) { reason_ = reason; }
  const std::string& reason() const { return reason_; }
  /// SET PPP ECHO= while the link is open.
  void set_echo(Duration period, Instant now);

  // What was negotiated.
  Method demanded() const { return demanded_; }  // of the peer
  Method required() const { return required_; }  // of us
  unsigned peer_mru() const { return peer_mru_; }
  unsigned own_mru() const { return mru_acked_ ? mru_ : default_mru; }
  std::uint32_t own_magic() const { return own_magic_; }
  std::uint32_t peer_magic() const { return peer_magic_; }

 protected:
  void on_open() override;
  void on_close() override { echo_due_.reset(); }
  void begin() override;
  void write_request(Bytes& options) override;
  Verdict judge(const Option& option, Bytes& suggestion) override;
  void peer_options(const std::vector<Option>& options) override;
  bool naked(const Option& option) override;
  bool rejected(const Option& option) override;
  bool other_code(const ControlPacket& packet) override;
  bool does_without(std::uint8_t code) const override { return code > 7; }

 private:
  Verdict judge_authentication(ByteView value, Bytes& suggestion) const;
  Verdict judge_magic(ByteView value, Bytes& suggestion);
  void answer_echo(const ControlPacket& packet);
  std::uint32_t new_magic();

  LcpSettings settings_;
  Random& random_;
  std::string reason_;
  bool ask_mru_ = false, ask_magic_ = false;
  bool mru_acked_ = false;
  unsigned mru_ = default_mru;
  Method asked_ = Method::none;  // for
  Method demanded_ = Method::none, required_ = Method::none;
  unsigned peer_mru_ = default_mru;
  std::uint32_t own_magic_ = 0, peer_magic_ = 0;
  unsigned looped_ = 0;      // Configure-Requests of our own that came back
  std::optional<Instant> echo_due_;
  unsigned unanswered_ = 0;  // echo requests in a row
  std::function<void(std::uint16_t)> protocol_rejected_;
};

}  // namespace arrouter::ppp
