#include "modules/enco/cbc.h"

#include <algorithm>

namespace arrouter::enco {

namespace {

class EngineCbc final : public CbcKey {
 public:
  EngineCbc(CipherEngines engines, std::size_t block, std::unique_ptr<CipherKey> encrypt,
            std::unique_ptr<CipherKey> decrypt)
      : engines_(std::move(engines)), block_(block), encrypt_(std::move(encrypt)), decrypt_(std::move(decrypt)) {}

  std::size_t block_bytes() const override { return block_; }

  void encrypt(ByteSpan data, ByteSpan iv) override {
    if (data.size() < block_) return;
    run(*engines_.encode, *encrypt_, data, iv);
    std::copy(data.end() - static_cast<std::ptrdiff_t>(block_), data.end(), iv.begin());
  }

  void decrypt(ByteSpan data, ByteSpan iv) override {
    if (data.size() < block_) return;
    std::array<std::uint8_t, largest_block> last;
    std::copy_n(data.end() - static_cast<std::ptrdiff_t>(block_), block_, last.begin());
    run(*engines_.decode, *decrypt_, data, iv);
    std::copy_n(last.begin(), block_, iv.begin());
  }

 private:
  /// A failure inside the library leaves zeros: nothing secret goes out, and nothing that came in looks valid.
  static void run(const CipherEngine& engine, CipherKey& key, ByteSpan data, ByteSpan iv) {
    CipherTask task{&key, data.data(), data.size(), iv.data(), false};
    engine.run({&task, 1});
    if (!task.good) wipe(data.data(), data.size());
  }
  CipherEngines engines_;
  std::size_t block_;
  std::unique_ptr<CipherKey> encrypt_, decrypt_;
};

}  // namespace

std::unique_ptr<CbcKey> make_cbc_key(const CipherEngines& engines, Cipher cipher, ByteView key) {
  if (!engines.encode || !engines.decode) return nullptr;
  auto encrypt = engines.encode->make_key(key, Direction::encode);
  auto decrypt = engines.decode->make_key(key, Direction::decode);
  if (!encrypt || !decrypt) return nullptr;
  return std::make_unique<EngineCbc>(engines, traits(cipher).block_bytes, std::move(encrypt), std::move(decrypt));
}

}  // namespace arrouter::enco
