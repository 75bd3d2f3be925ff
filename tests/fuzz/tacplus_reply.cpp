// What a TACACS+ server says, or somebody in its place: bodies as they come, and whole dialogues whose packets are made
// sound, so that every turn is reached. Nothing but a "pass" of each session lets anybody in.
#include <algorithm>

#include "modules/enco/enco_module.h"
#include "modules/tacplus/dialogue.h"
#include "tests/support/test_services.h"

using namespace arrouter;
using namespace arrouter::tacplus;

namespace {

struct Kept {
  test::TestServices base;
  MadeEnco enco = make_enco(base.services);
};

void read_bodies(ByteView body) {
  if (const auto reply = read_authentication(body); reply && reply->message.size() + 6 > body.size()) __builtin_trap();
  const auto reply = read_authorization(body);
  if (!reply) return;
  std::size_t length = 6 + reply->message.size();
  for (const std::string& argument : reply->arguments) length += 1 + argument.size();
  if (length > body.size()) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static Kept kept;
  read_bodies({bytes, size});

  // The first byte chooses the terms; the rest are replies, each with its length in front.
  ByteReader reader({bytes, size});
  const std::uint8_t choice = reader.u8();
  const ByteView key = as_bytes((choice & 1) != 0 ? "shared key" : "");
  const Dialogue::Terms terms{
      .key = {key.begin(), key.end()}, .authorize = (choice & 2) != 0, .single_connection = (choice & 4) != 0};
  Dialogue dialogue(kept.enco.api, kept.base.random, {.user = "bob", .password = {'x'}, .port = "Asyn 0", .remote = {}},
                    terms);
  if ((choice & 8) != 0) {  // as they come
    const ByteView rest = reader.rest();
    dialogue.receive({reinterpret_cast<const char*>(rest.data()), rest.size()});
    if (dialogue.verdict() == Verdict::accepted && !terms.key.empty()) __builtin_trap();
    return 0;
  }
  bool passed = false, allowed = !terms.authorize;
  while (reader.remaining() != 0 && dialogue.verdict() == Verdict::none) {
    const std::string said = dialogue.output();
    Header header = read_header(as_bytes(said));
    ++header.sequence;
    const std::size_t length = reader.u8();
    const ByteView body = reader.take(std::min(length, reader.remaining()));
    const bool yes = !body.empty() && (body[0] == 1 || body[0] == 2);
    (header.type == PacketType::authentication ? passed : allowed) |= yes;
    const SecretBytes packet = make_packet(kept.enco.api, header, terms.key, body);
    const Dialogue::Turn turn = dialogue.receive({reinterpret_cast<const char*>(packet.data()), packet.size()});
    if ((turn == Dialogue::Turn::over) != (dialogue.verdict() != Verdict::none)) __builtin_trap();
    if (turn == Dialogue::Turn::listen) __builtin_trap();
  }
  if (dialogue.verdict() == Verdict::accepted && !(passed && allowed)) __builtin_trap();
  return 0;
}
