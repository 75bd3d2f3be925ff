// A RADIUS client at a desk, and servers for it to ask.
#pragma once

#include <algorithm>
#include <map>

#include "modules/radius/packet.h"
#include "modules/radius/radius_module.h"
#include "tests/support/module_desk.h"
#include "tests/unit/isakmp/peers.h"

namespace arrouter::test {

/// Answers at its address as a real server would: proves requests, reads passwords. `silent` and the others spoil it.
class RadiusServer {
 public:
  struct Request {
    std::uint8_t identifier = 0;
    Bytes packet;
    std::string user, password;
    std::map<radius::Type, Bytes> attributes;
    bool signed_well = false;
  };

  RadiusServer(Channel& channel, enco::EncoApi& enco, std::string_view address, std::string secret,
               std::uint16_t port = 1645)
      : ip(channel, *parse_ipv4(address)), enco_(enco), secret_(std::move(secret)) {
    ip.listen_udp(port, "radiusd", [this, port](const UdpDatagram& datagram) {
      Request request = read(datagram.payload);
      requests.push_back(request);
      if (silent || lose-- > 0) return;
      const Bytes answer = reply(request);
      ip.send_udp({ip.own, datagram.source, reply_port.value_or(port), datagram.source_port, answer});
    });
  }

  ChannelIp ip;
  std::map<std::string, std::string> users{{"alice", "Wonderland"}};
  std::vector<radius::Attribute> extra;  // of an Access-Accept
  std::vector<Request> requests;
  bool silent = false, sign = true, challenge = false;
  int lose = 0;  // answers
  std::optional<std::uint16_t> reply_port;
  std::function<void(Bytes&)> spoil = [](Bytes&) {};

  Bytes reply(const Request& request) {
    using radius::Attribute;
    const auto user = users.find(request.user);
    const bool good = user != users.end() && user->second == request.password && request.signed_well;
    const radius::Code code = challenge ? radius::Code::access_challenge
                              : good    ? radius::Code::access_accept
                                        : radius::Code::access_reject;
    Bytes packet{static_cast<std::uint8_t>(code), request.identifier, 0, 0};
    packet.resize(20);
    std::copy_n(request.packet.begin() + 4, 16, packet.begin() + 4);
    const auto put = [&packet](const Attribute& attribute) {
      packet.push_back(static_cast<std::uint8_t>(attribute.type));
      packet.push_back(static_cast<std::uint8_t>(2 + attribute.value.size()));
      packet.insert(packet.end(), attribute.value.begin(), attribute.value.end());
    };
    if (sign) put({radius::Type::message_authenticator, Bytes(16)});
    if (good) std::ranges::for_each(extra, put);
    store_be16(packet.data() + 2, static_cast<std::uint16_t>(packet.size()));
    if (sign) {
      const std::array<ByteView, 1> parts{packet};
      std::ranges::copy(enco_.hmac(enco::Hash::md5, as_bytes(secret_), parts), packet.begin() + 22);
    }
    const std::array<ByteView, 2> parts{packet, as_bytes(secret_)};
    std::ranges::copy(enco_.hash(enco::Hash::md5, parts), packet.begin() + 4);
    spoil(packet);
    return packet;
  }

 private:
  Request read(ByteView datagram) {
    Request request;
    request.packet.assign(datagram.begin(), datagram.end());
    request.identifier = datagram[1];
    Bytes zeroed = request.packet;
    for (std::size_t at = 20; at + 2 <= datagram.size(); at += datagram[at + 1]) {
      const auto type = static_cast<radius::Type>(datagram[at]);
      const ByteView value = datagram.subspan(at + 2, datagram[at + 1] - 2U);
      request.attributes[type].assign(value.begin(), value.end());
      if (type == radius::Type::message_authenticator) std::fill_n(zeroed.begin() + static_cast<int>(at) + 2, 16, 0);
    }
    const Bytes& user = request.attributes[radius::Type::user_name];
    request.user.assign(user.begin(), user.end());
    Bytes hidden = request.attributes[radius::Type::user_password];
    Bytes chain(datagram.begin() + 4, datagram.begin() + 20);
    for (std::size_t at = 0; at < hidden.size(); at += 16) {
      const std::array<ByteView, 2> parts{as_bytes(secret_), chain};
      const Bytes digest = enco_.hash(enco::Hash::md5, parts);
      chain.assign(hidden.begin() + static_cast<int>(at), hidden.begin() + static_cast<int>(at) + 16);
      for (std::size_t i = 0; i < 16; ++i) hidden[at + i] ^= digest[i];
    }
    request.password.assign(hidden.begin(), hidden.end());
    request.password.resize(request.password.find_last_not_of('\0') + 1);
    const std::array<ByteView, 1> parts{zeroed};
    const SecretBytes wanted = enco_.hmac(enco::Hash::md5, as_bytes(secret_), parts);
    request.signed_well = std::ranges::equal(wanted, request.attributes[radius::Type::message_authenticator]);
    return request;
  }

  enco::EncoApi& enco_;
  std::string secret_;
};

/// The module of a router at 10.0.0.1, without servers.
struct RadiusDesk {
  TestServices base;
  Channel channel{base.time};
  ChannelIp ip{channel, *parse_ipv4("10.0.0.1")};
  MadeEnco enco = make_enco(base.services);
  MadeRadius radius = make_radius(base.services, ip, enco.api);
  ModuleDesk desk{base, *radius.module};
  std::shared_ptr<int> owner = std::make_shared<int>();
  std::vector<radius::Answer> answers;

  std::string operator()(std::string_view line) { return desk(line); }
  void ask(std::string user = "alice", std::string_view password = "Wonderland") {
    radius::Query query{.user = std::move(user), .password = {}};
    const ByteView bytes = as_bytes(password);
    query.password.assign(bytes.begin(), bytes.end());
    radius.api.ask(std::move(query), owner, [this](const radius::Answer& answer) { answers.push_back(answer); });
  }
  bool logged(std::string_view text) const {
    return std::ranges::any_of(base.records, [text](const LogRecord& r) { return r.message.find(text) != r.message.npos; });
  }
};

}  // namespace arrouter::test
