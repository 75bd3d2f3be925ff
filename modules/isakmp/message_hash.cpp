#include "modules/isakmp/message_hash.h"

#include "modules/isakmp/engine.h"

namespace arrouter::isakmp {

void add_message_hash(Step& step, ByteView nonce) {
  Bytes rest = encode_chain(step.reply);
  const SecretBytes hash = message_hash(step.engine.enco(), step.sa.policy->hash, step.sa.keys.skeyid_a,
                                        step.exchange.message_id, nonce, rest);
  wipe(rest.data(), rest.size());
  step.reply.insert(step.reply.begin(), {PayloadType::hash, Bytes(hash.begin(), hash.end())});
}

bool message_hash_right(const Step& step, ByteView nonce) {
  const Payload& first = step.in->payloads.front();
  // HASH comes first, and covers everything behind it, expected or not.
  if (first.type != PayloadType::hash || first.whole.data() != step.in->bytes.data()) return false;
  const SecretBytes expected = message_hash(step.engine.enco(), step.sa.policy->hash, step.sa.keys.skeyid_a,
                                            step.header->message_id, nonce, step.in->after_first());
  return equal_constant_time(expected, first.body);
}

}  // namespace arrouter::isakmp
