// The ENCO module put together; its parts are in the files named after them.
#pragma once

#include "modules/enco/channels.h"
#include "modules/enco/dh_jobs.h"
#include "modules/enco/keys.h"
#include "modules/enco/rsa_jobs.h"
#include "os/module.h"

namespace arrouter::enco {

/// SET ENCO SW. Nothing uses Predictor: the number of its channels is kept for the script alone.
struct SoftwareSettings {
  std::uint64_t predictor_channels = software_channels, stac_channels = software_channels, stac_speed = fastest_lzs;
  bool operator==(const SoftwareSettings&) const = default;
};

struct UtilityCounters {
  std::uint64_t random_bytes = 0, random_draws = 0;
  std::array<std::uint64_t, hash_count> digests{};  // by hash, keyed and plain
};

class Enco final : public Module, public EncoApi {
 public:
  /// `replace`, `replace_compressor`: see Suite.
  Enco(Services& services, std::function<bool(std::string_view feature)> licensed, const Suite::Replace& replace = {},
       Suite::ReplaceCompressor replace_compressor = {});

  std::string_view name() const override { return "enco"; }
  std::vector<CommandRow> commands() override;
  void dump(ConfigWriter& out) const override;
  void start() override;
  void booted() override;
  /// What security mode keeps is neither read nor written, until it ends and all keys go.
  void leave_stored_keys() { stored_keys_ = false; }

  const Key* find_key(std::uint16_t id) const override { return keys_.find(id); }
  Bytes hash(Hash algorithm, std::span<const ByteView> parts) override;
  SecretBytes hmac(Hash algorithm, ByteView key, std::span<const ByteView> parts) override;
  std::unique_ptr<CbcKey> make_cbc(Cipher cipher, ByteView key) override;
  bool weak_key(Cipher cipher, ByteView key) const override { return is_weak(cipher, key); }
  void dh_generate(Group group, unsigned exponent_bits, Owner owner,
                   std::function<void(std::optional<DhPair>)> done) override;
  void dh_shared(const DhPair& own, ByteView peer_public, Owner owner,
                 std::function<void(std::optional<SecretBytes>)> done) override;
  std::optional<RsaPublicKey> rsa_public(std::uint16_t id) const override;
  std::optional<std::uint16_t> find_rsa_key(Ipv4Address peer) const override;
  std::optional<SecretBytes> rsa_private_pem(std::uint16_t id) const override;
  void rsa_sign(std::uint16_t id, ByteView data, Owner owner,
                std::function<void(std::optional<Bytes>)> done) override;
  void rsa_verify(const RsaPublicKey& key, ByteView data, ByteView signature, Owner owner,
                  std::function<void(bool good)> done) override;
  ChannelId open_channel(const ChannelSpec& spec) override;
  void close_channel(ChannelId id) override;
  void expect(Direction direction, std::span<const Job> jobs) override { channels_.expect(direction, jobs); }
  void run(Direction direction, std::span<Job> jobs) override { channels_.run(direction, jobs); }
  std::optional<std::size_t> compress(ChannelId id, ByteView in, ByteSpan out) override {
    return channels_.compress(Direction::encode, id, in, out);
  }
  std::optional<std::size_t> expand(ChannelId id, ByteView in, ByteSpan out) override {
    return channels_.compress(Direction::decode, id, in, out);
  }
  bool available(Cipher cipher) const override;
  bool available(Hash hash) const override { return hash == Hash::null || suite_.mac(hash) != nullptr; }
  bool available(Compression compression) const override {
    return compression == Compression::none || suite_.has(compression);
  }

 private:
  // key_commands.cpp
  std::vector<CommandRow> key_commands();
  Outcome create_key(Invocation& call);
  Outcome set_key(Invocation& call);
  Outcome destroy_key(Invocation& call);
  Outcome show_keys(Invocation& call);
  Outcome show_key(Invocation& call);
  std::expected<SecretBytes, Outcome> value_of(KeyType type, const Args& args);
  SecretBytes random_value(KeyType type, std::size_t bytes);
  Outcome add_key(Key key, const Caller& caller);
  // rsa_commands.cpp
  Outcome create_rsa_key(Invocation& call);
  Outcome generate_rsa_key(Key key, std::size_t bits, const Caller& caller);
  Outcome import_rsa_key(Key key, const FileName& file, const Args& args, const Caller& caller);
  Outcome export_rsa_key(const Key& key, const FileName& file, const Args& args);
  // commands.cpp
  Outcome set_software(Invocation& call);
  Outcome set_workers(Invocation& call);
  Outcome set_debugging(Invocation& call, bool on);
  Outcome reset_counters();
  // show.cpp
  Outcome show(Invocation& call) const;
  Outcome show_channels(Invocation& call) const;
  Outcome show_workers(Screen& screen) const;
  // show_counters.cpp
  Outcome show_counters(Invocation& call) const;

  void count_random(std::size_t bytes);
  void security_mode_changed(bool on);
  void debug(std::string_view event) const;

  Services& services_;
  std::function<bool(std::string_view feature)> licensed_;
  Suite suite_;
  Channels channels_{suite_};
  std::shared_ptr<JobQueue> jobs_;
  DhJobs dh_;
  RsaJobs rsa_;
  KeyStore keys_;
  std::map<std::uint16_t, std::uint64_t> generating_;  // key id -> which of all generations
  std::uint64_t generations_ = 0;
  SoftwareSettings software_;
  UtilityCounters utility_;
  bool stored_keys_ = true;
  bool debugging_ = false;
  std::weak_ptr<Terminal> debug_terminal_;
  std::shared_ptr<Enco*> alive_;  // lets call-backs that outlive the module find out
};

}  // namespace arrouter::enco
