#include "modules/enco/cbc.h"
#include "modules/enco/channels.h"
#include "modules/enco/dh_jobs.h"
#include "modules/enco/enco_module.h"

namespace arrouter {

namespace enco {

namespace {

class Enco final : public Module, public EncoApi {
 public:
  explicit Enco(Services& services) : dh_(std::make_shared<DhJobs>(services)) {}

  std::string_view name() const override { return "enco"; }
  std::vector<CommandRow> commands() override { return {}; }

  const Key* find_key(std::uint16_t) const override { return nullptr; }

  Bytes hash(Hash algorithm, std::span<const ByteView> parts) override {
    Bytes out(traits(algorithm).digest_bytes);
    const MacEngine* engine = suite_.mac(algorithm);
    if (engine == nullptr || !engine->hash(parts, out.data())) return {};
    return out;
  }

  SecretBytes hmac(Hash algorithm, ByteView key, std::span<const ByteView> parts) override {
    const MacEngine* engine = suite_.mac(algorithm);
    const auto made = engine == nullptr ? nullptr : engine->make_key(key);
    SecretBytes out(traits(algorithm).digest_bytes);
    if (!made || !engine->digest(*made, parts, out.data())) return {};
    return out;
  }

  std::unique_ptr<CbcKey> make_cbc(Cipher cipher, ByteView key) override {
    if (cipher == Cipher::des && is_weak(cipher, key)) return nullptr;
    return make_cbc_key(suite_.shared(cipher), cipher, key);
  }
  bool weak_key(Cipher cipher, ByteView key) const override { return is_weak(cipher, key); }

  void dh_generate(Group group, unsigned exponent_bits, Owner owner,
                   std::function<void(std::optional<DhPair>)> done) override {
    dh_->generate(group, exponent_bits, std::move(owner), std::move(done));
  }
  void dh_shared(const DhPair& own, ByteView peer_public, Owner owner,
                 std::function<void(std::optional<SecretBytes>)> done) override {
    dh_->share(own, peer_public, std::move(owner), std::move(done));
  }

  ChannelId open_channel(const ChannelSpec& spec) override { return channels_.open(spec); }
  void close_channel(ChannelId id) override { channels_.close(id); }
  void run(Direction direction, std::span<Job> jobs) override { channels_.run(direction, jobs); }

  bool available(Cipher cipher) const override { return cipher == Cipher::null || suite_.cipher(cipher) != nullptr; }
  bool available(Hash hash) const override { return hash == Hash::null || suite_.mac(hash) != nullptr; }

 private:
  Suite suite_;
  Channels channels_{suite_};
  std::shared_ptr<DhJobs> dh_;
};

}  // namespace

}  // namespace enco

MadeEnco make_enco(Services& services) {
  auto module = std::make_unique<enco::Enco>(services);
  enco::EncoApi& api = *module;
  return {std::move(module), api};
}

}  // namespace arrouter
