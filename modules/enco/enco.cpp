// ENCO, the compression and encryption services (Software Reference, chapter "Compression and Encryption Services";
// reference/enco.md). The other modules come here for everything that touches a cipher, a hash, a key or a large
// prime, and nothing else in the program does.
//
// Algorithms   DES, 3DES2KEY, 3DESOUTER, AES in CBC mode (FIPS 46-3, 81, 197; SP 800-67, 800-38A), 3DESINNER (three
//              DES-CBC passes, each with its own feedback register), HMAC-MD5-96 and HMAC-SHA-96 (RFC 2104, 2403,
//              2404), DESMAC (FIPS 113), Diffie-Hellman in MODP groups 0, 1 and 2 (RFC 2409 6).
//              RSA signatures as IKE has them (RFC 8017 block type 1 without DigestInfo, RFC 2409 5.1).
// Licences     3DES and AES need the feature licences of their names, which come with an encryption engine.
// Engines      Each algorithm may have several implementations (OpenSSL; Intel's multi-buffer library for AES and HMAC;
//              libgcrypt for 3DES). At start those that do not repeat the published results are left out; of the rest
//              the first is taken, and of those for 3DES the faster of each direction (suite.cpp, self_test.cpp). A
//              fall-back or a missing algorithm is logged, never silent; SHOW ENCO names the engine of each. So is
//              compression: LZS and DEFLATE have to read known streams and to get back what they write. Without
//              OpenSSL's legacy provider DES runs as triple DES with one key three times.
// Workers      Off unless LAB SET ENCO WORKERS asks: threads that take a share of a burst's DES and triple DES while the
//              datapath works the rest and waits (split_cipher.cpp). Results and their order stay the same.
// Compression  LZS (the STAC process) and DEFLATE of single datagrams (RFC 3173, 2395, 2394).
// Channels     A user module attaches once per SA and hands over bursts; keys were expanded when the channel was
//              opened, so a packet costs no look-up by name and no allocation (channels.cpp).
// Jobs         Diffie-Hellman and RSA run behind a bounded queue away from the datapath thread; results come back on
//              it (job_queue.cpp). A result whose owner is gone is dropped. CREATE ENCO KEY TYPE=RSA answers at once
//              and tells its terminal when the key is there (rsa_commands.cpp).
// Keys         In normal mode they last until the restart; in security mode they are also in NVS, mode 0600; leaving
//              security mode destroys them. They never enter a configuration script (keys.cpp).
//
// Invariants: a decoded packet whose ICV is wrong is not decrypted; ICVs are compared in constant time; a wrong length
// or offset is a result, never an access outside the packet; secrets are wiped when they are given back.
//
// Not modelled: Predictor, compression with history, MAC and PAC cards as separate processors, certificates.
#include "modules/enco/enco.h"

#include "modules/enco/cbc.h"
#include "modules/enco/enco_module.h"
#include "modules/enco/rsa_text.h"
#include "modules/enco/texts.h"

namespace arrouter {

namespace enco {

Enco::Enco(Services& services, std::function<bool(std::string_view feature)> licensed, const Suite::Replace& replace,
           Suite::ReplaceCompressor replace_compressor)
    : services_(services),
      licensed_(std::move(licensed)),
      suite_(&services.clock, replace, std::move(replace_compressor)),
      jobs_(std::make_shared<JobQueue>(services)),
      dh_(services.random, *jobs_),
      rsa_(suite_.library(), *jobs_),
      keys_(services.files),
      alive_(std::make_shared<Enco*>(this)) {
  services.users.on_security_mode_change([weak = std::weak_ptr(alive_)](bool on) {
    if (const auto alive = weak.lock()) (*alive)->security_mode_changed(on);
  });
  // Said here, not in start(): on a router these lines stand before "Router startup" (reference/logging.md 5).
  for (const Suite::Finding& finding : suite_.findings())
    services.log.record(record(finding.missing ? log_text::engine_missing : log_text::engine_other, finding.text));
  if (available(Compression::lzs)) services.log.record(record(log_text::started));
}

void Enco::start() {
  if (services_.users.security_mode()) security_mode_changed(true);
}

/// Security mode may begin by the boot configuration; only after it is it clear that stored keys are lost.
void Enco::booted() {
  if (!services_.users.security_mode()) keys_.forget_stored();
}

void Enco::security_mode_changed(bool on) {
  if (on) {
    if (stored_keys_ && !keys_.keep()) services_.log.record(record(log_text::keys_unreadable));
    return;
  }
  generating_.clear();  // what is being made is forgotten
  const std::size_t count = keys_.all().size();
  keys_.destroy_all();
  stored_keys_ = true;  // there are none any more
  services_.log.record(record(log_text::keys_destroyed, count));
}

void Enco::debug(std::string_view event) const {
  if (!debugging_) return;
  if (const auto terminal = debug_terminal_.lock()) terminal->print(fmt::format("ENCO: {}\n", event));
}

void Enco::count_random(std::size_t bytes) {
  ++utility_.random_draws;
  utility_.random_bytes += bytes;
}

Bytes Enco::hash(Hash algorithm, std::span<const ByteView> parts) {
  Bytes out(traits(algorithm).digest_bytes);
  const MacEngine* engine = suite_.mac(algorithm);
  if (engine == nullptr || !engine->hash(parts, out.data())) return {};
  ++utility_.digests[static_cast<std::size_t>(algorithm)];
  return out;
}

SecretBytes Enco::hmac(Hash algorithm, ByteView key, std::span<const ByteView> parts) {
  const MacEngine* engine = suite_.mac(algorithm);
  const auto made = engine == nullptr ? nullptr : engine->make_key(key);
  SecretBytes out(traits(algorithm).digest_bytes);
  if (!made || !engine->digest(*made, parts, out.data())) return {};
  ++utility_.digests[static_cast<std::size_t>(algorithm)];
  return out;
}

std::unique_ptr<CbcKey> Enco::make_cbc(Cipher cipher, ByteView key) {
  if (cipher == Cipher::des && is_weak(cipher, key)) return nullptr;
  return make_cbc_key(suite_.ciphers(cipher), cipher, key);
}

void Enco::dh_generate(Group group, unsigned exponent_bits, Owner owner,
                       std::function<void(std::optional<DhPair>)> done) {
  count_random(dh_.generate(group, exponent_bits, std::move(owner), std::move(done)));
  debug(fmt::format("DH generate, group {}, {} jobs waiting", static_cast<int>(group), jobs_->waiting()));
}

void Enco::dh_shared(const DhPair& own, ByteView peer_public, Owner owner,
                     std::function<void(std::optional<SecretBytes>)> done) {
  dh_.share(own, peer_public, std::move(owner), std::move(done));
  debug(fmt::format("DH shared value, group {}, {} jobs waiting", static_cast<int>(own.group), jobs_->waiting()));
}

std::optional<RsaPublicKey> Enco::rsa_public(std::uint16_t id) const {
  const Key* const key = keys_.find(id);
  return key == nullptr ? std::nullopt : public_key_of(*key);
}

std::optional<std::uint16_t> Enco::find_rsa_key(Ipv4Address peer) const {
  for (const auto& [id, key] : keys_.all())
    if (key.is_rsa() && key.address == peer && !peer.unset()) return id;
  return std::nullopt;
}

std::optional<SecretBytes> Enco::rsa_private_pem(std::uint16_t id) const {
  const Key* const key = keys_.find(id);
  if (key == nullptr || key->type != KeyType::rsa_private) return std::nullopt;
  return to_private_pem(key->value);
}

void Enco::rsa_sign(std::uint16_t id, ByteView data, Owner owner, std::function<void(std::optional<Bytes>)> done) {
  const Key* const key = keys_.find(id);
  const bool ours = key != nullptr && key->type == KeyType::rsa_private;
  rsa_.sign(ours ? ByteView(key->value) : ByteView(), data, std::move(owner), std::move(done));
  debug(fmt::format("RSA signature with key {}, {} jobs waiting", id, jobs_->waiting()));
}

void Enco::rsa_verify(const RsaPublicKey& key, ByteView data, ByteView signature, Owner owner,
                      std::function<void(bool good)> done) {
  rsa_.verify(key, data, signature, std::move(owner), std::move(done));
  debug(fmt::format("RSA signature check, {} jobs waiting", jobs_->waiting()));
}

// What needs a licence comes with it; DES and the hashes are free (reference/scenarios.md 13).
bool Enco::available(Cipher cipher) const {
  if (cipher == Cipher::null) return true;
  const bool free = cipher == Cipher::des;
  const std::string_view feature = traits(cipher).block_bytes == 16 ? "aes" : "3des";
  return suite_.ciphers(cipher).encode && (free || !licensed_ || licensed_(feature));
}

ChannelId Enco::open_channel(const ChannelSpec& spec) {
  const ChannelId id = channels_.open(spec);
  debug(id == 0 ? fmt::format("attach of {} {} refused", spec.user, spec.user_id)
                : fmt::format("channel {} attached by {} {}", id, spec.user, spec.user_id));
  return id;
}

void Enco::close_channel(ChannelId id) {
  if (channels_.find(id) != nullptr) debug(fmt::format("channel {} detached", id));
  channels_.close(id);
}

}  // namespace enco

MadeEnco make_enco(Services& services, std::function<bool(std::string_view feature)> licensed, bool stored_keys) {
  auto module = std::make_unique<enco::Enco>(services, std::move(licensed));
  if (!stored_keys) module->leave_stored_keys();
  enco::EncoApi& api = *module;
  return {std::move(module), api};
}

}  // namespace arrouter
