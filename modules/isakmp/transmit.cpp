// From payloads to a datagram: header, padding, encryption, the marker of port 4500.
#include "modules/isakmp/decode.h"
#include "modules/isakmp/engine.h"

namespace arrouter::isakmp {

Bytes Engine::encode(Sa& sa, ExchangeType type, std::uint32_t message_id, std::uint8_t flags,
                     const PayloadList& payloads, Bytes* iv) {
  Bytes chain = encode_chain(payloads);
  const std::size_t padding = iv == nullptr ? 0 : (iv->size() - chain.size() % iv->size()) % iv->size();
  Header header;
  header.initiator_cookie = sa.initiator_cookie;
  header.responder_cookie = sa.responder_cookie;
  header.next_payload = payloads.front().type;
  header.exchange = type;
  header.flags = flags | (iv != nullptr ? flag_encrypted : std::uint8_t{0});
  header.message_id = message_id;
  header.length = static_cast<std::uint32_t>(header_bytes + chain.size() + padding);
  Bytes message;
  message.reserve(header.length);
  write_header(message, header);
  message.insert(message.end(), chain.begin(), chain.end());
  message.insert(message.end(), padding, std::uint8_t{0});
  wipe(chain.data(), chain.size());
  if (effects_->debugging(DebugFlag::packet))
    effects_->debug(DebugFlag::packet, decode_message("Tx", message, false));
  if (iv != nullptr) sa.cipher->encrypt(ByteSpan(message).subspan(header_bytes), *iv);
  return message;
}

bool Engine::transmit(Sa& sa, ByteView message) {
  count_bytes(sa, message.size());
  return transmit_to(sa.local, sa.peer, message);
}

bool Engine::transmit_to(const Endpoint& local, const Endpoint& peer, ByteView message) {
  if (effects_->debugging(DebugFlag::raw)) effects_->debug(DebugFlag::raw, decode_raw("TX", peer, local, message));
  bool sent = false;
  if (local.port == floated_port) {
    Bytes marked(4);
    marked.insert(marked.end(), message.begin(), message.end());
    sent = effects_->send(local, peer, marked);
  } else {
    sent = effects_->send(local, peer, message);
  }
  count(sent ? Counter::network_udpTx : Counter::network_udpTxFailed);
  count(sent ? Counter::general_msgTx : Counter::general_msgTxFailed);
  return sent;
}

}  // namespace arrouter::isakmp
