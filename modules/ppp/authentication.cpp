#include "modules/ppp/authentication.h"

#include "modules/ppp/numbers.h"

namespace arrouter::ppp {
namespace {

constexpr std::size_t challenge_bytes = 16;
constexpr std::chrono::seconds patience{30};  // for a peer's first challenge or its verdict
constexpr std::string_view welcome = "Welcome", refusal = "Authentication failed";

std::string text_of(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// One byte of length, then that many (RFC 1334 2.2.1).
ByteView take_counted(ByteReader& reader) { return reader.take(reader.u8()); }

void add_counted(Bytes& to, ByteView value) {
  to.push_back(static_cast<std::uint8_t>(value.size()));
  to.insert(to.end(), value.begin(), value.end());
}

}  // namespace

Bytes chap_response(const Md5& md5, std::uint8_t id, ByteView password, ByteView challenge) {
  const std::array<ByteView, 3> parts{ByteView(&id, 1), password, challenge};
  return md5(parts);
}

bool right_password(const Md5& md5, const Credentials& credentials, ByteView password) {
  if (credentials.method == Method::pap) return equal_constant_time(credentials.password, password);
  return equal_constant_time(chap_response(md5, credentials.id, password, credentials.challenge),
                             credentials.response);
}

// ---- Prover -----------------------------------------------------------------------------------------------------

void Prover::start(Method method, Instant now) {
  stop();
  method_ = method;
  if (method == Method::none) {
    passed_ = true;
  } else if (method == Method::pap) {
    id_ = static_cast<std::uint8_t>(id_ + 1);
    send_pap(now);
  } else {
    deadline_ = now + patience;
  }
}

void Prover::stop() {
  method_ = Method::none;
  passed_ = false;
  sent_ = 0;
  response_.clear();
  deadline_.reset();
}

void Prover::send_pap(Instant now) {
  ++sent_;
  Bytes data;
  add_counted(data, as_bytes(user_));
  add_counted(data, password_);
  host_.send_authentication(Method::pap, control_packet(pap_code::request, id_, data));
  deadline_ = now + retries_.restart;
}

void Prover::tick(Instant now) {
  if (!deadline_ || *deadline_ > now) return;
  deadline_.reset();
  const bool again = !retries_.configure || sent_ < *retries_.configure;
  if (again && method_ == Method::pap) {
    send_pap(now);
  } else if (again && !response_.empty()) {
    send_response(now);
  } else {
    host_.proved(false, "no answer");
  }
}

void Prover::receive(const ControlPacket& packet, Instant now) {
  if (method_ == Method::pap) {
    if (packet.id != id_ || passed_ || packet.code == pap_code::request) return;
    ByteReader reader(packet.data);
    end(packet.code == pap_code::ack, take_counted(reader));
  } else if (method_ == Method::chap && packet.code == chap_code::challenge) {
    answer_challenge(packet);
    if (!response_.empty()) send_response(now);
  } else if (method_ == Method::chap && packet.id == id_ && !response_.empty()) {
    if (packet.code == chap_code::success || packet.code == chap_code::failure) {
      end(packet.code == chap_code::success, packet.data);
    }
  }
}

void Prover::answer_challenge(const ControlPacket& packet) {
  ByteReader reader(packet.data);
  const ByteView challenge = take_counted(reader);
  if (!reader.ok() || challenge.empty()) return;
  id_ = packet.id;
  sent_ = 0;
  Bytes data;
  add_counted(data, chap_response(md5_, id_, password_, challenge));
  const ByteView name = as_bytes(user_);
  data.insert(data.end(), name.begin(), name.end());
  response_ = control_packet(chap_code::response, id_, data);
}

/// Repeated until there is a verdict, which may be lost (RFC 1994 4.2).
void Prover::send_response(Instant now) {
  ++sent_;
  host_.send_authentication(Method::chap, response_);
  deadline_ = now + retries_.restart;
}

void Prover::end(bool good, ByteView message) {
  deadline_.reset();
  response_.clear();
  // A peer that challenges again and again is answered each time, but its first verdict opened the way.
  if (good && passed_) return;
  passed_ = good;
  host_.proved(good, text_of(message));
}

// ---- Examiner ---------------------------------------------------------------------------------------------------

void Examiner::start(Method method, Instant now) {
  stop();
  method_ = method;
  if (method == Method::none) {
    passed_ = true;
  } else if (method == Method::chap) {
    challenge(now);
  } else {
    deadline_ = now + patience;
  }
}

void Examiner::stop() {
  method_ = Method::none;
  passed_ = deciding_ = any_answered_ = false;
  sent_ = 0;
  user_.clear();
  deadline_.reset();
}

void Examiner::challenge(Instant now) {
  if (sent_++ == 0) {
    id_ = static_cast<std::uint8_t>(id_ + 1);
    challenge_ = random_.bytes(challenge_bytes);
  }
  Bytes data;
  add_counted(data, challenge_);
  const ByteView name = as_bytes(name_);
  data.insert(data.end(), name.begin(), name.end());
  host_.send_authentication(Method::chap, control_packet(chap_code::challenge, id_, data));
  deadline_ = now + retries_.restart;
}

void Examiner::tick(Instant now) {
  if (!deadline_ || *deadline_ > now) return;
  deadline_.reset();
  if (method_ == Method::chap && (!retries_.configure || sent_ < *retries_.configure)) {
    challenge(now);
  } else {
    host_.examined(false, user_);
  }
}

void Examiner::receive(const ControlPacket& packet, Instant now) {
  if (method_ == Method::pap && packet.code == pap_code::request) receive_pap(packet);
  if (method_ == Method::chap && packet.code == chap_code::response) receive_response(packet);
  if (deciding_) deadline_ = now + patience;
}

void Examiner::receive_pap(const ControlPacket& packet) {
  if (deciding_) return;
  id_ = packet.id;
  if (any_answered_) return answer(good_);  // it did not hear us
  ByteReader reader(packet.data);
  Credentials said;
  said.method = Method::pap;
  said.user = text_of(take_counted(reader));
  const ByteView password = take_counted(reader);
  if (!reader.ok()) return;
  said.password.assign(password.begin(), password.end());
  user_ = said.user;
  deciding_ = true;
  host_.verify(said);
}

void Examiner::receive_response(const ControlPacket& packet) {
  if (deciding_) return;
  if (any_answered_ && packet.id == answered_) {
    id_ = packet.id;
    return answer(good_);
  }
  if (packet.id != id_) return;
  ByteReader reader(packet.data);
  const ByteView response = take_counted(reader);
  Credentials said;
  said.method = Method::chap;
  said.id = id_;
  said.user = text_of(reader.rest());
  if (!reader.ok()) return;
  said.challenge = challenge_;
  said.response.assign(response.begin(), response.end());
  user_ = said.user;
  deciding_ = true;
  host_.verify(said);
}

void Examiner::decide(bool good, Instant now) {
  if (!deciding_) return;
  deciding_ = false;
  deadline_.reset();
  good_ = good;
  answered_ = id_;
  any_answered_ = true;
  answer(good);
  if (good && method_ == Method::chap && rechallenge_ > Duration::zero()) {
    deadline_ = now + rechallenge_;
    sent_ = 0;
  }
  if (good && passed_) return;
  passed_ = good;
  host_.examined(good, user_);
}

void Examiner::answer(bool good) {
  const ByteView message = as_bytes(good ? welcome : refusal);
  if (method_ == Method::pap) {
    Bytes data;
    add_counted(data, message);
    host_.send_authentication(Method::pap, control_packet(good ? pap_code::ack : pap_code::nak, id_, data));
  } else {
    host_.send_authentication(Method::chap,
                              control_packet(good ? chap_code::success : chap_code::failure, id_, message));
  }
}

}  // namespace arrouter::ppp
