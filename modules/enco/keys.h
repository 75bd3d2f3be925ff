// The keys of CREATE ENCO KEY and where they live: in memory, and in security mode also in NVS, readable by the
// router alone. No configuration script ever holds one.
#pragma once

#include <map>

#include "modules/enco/key_text.h"
#include "os/files.h"

namespace arrouter::enco {

inline constexpr std::size_t largest_key = 2048;  // bytes of a GENERAL key

class KeyStore {
 public:
  explicit KeyStore(FileStore& files) : files_(files) {}
  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;

  const Key* find(std::uint16_t id) const;
  const std::map<std::uint16_t, Key>& all() const { return keys_; }
  bool full() const;

  /// Adds or replaces, removes. When the change cannot be kept over a restart it is not made at all.
  Result<void> put(Key key);
  Result<void> remove(std::uint16_t id);

  /// Security mode begins: keys of earlier runs come back, and from now on every change is written. False: the stored
  /// keys could not be read and are left alone.
  bool keep();
  /// Security mode ends: every key is destroyed, in memory and in NVS.
  void destroy_all();
  /// Started in normal mode: what an earlier run left in NVS is destroyed.
  void forget_stored();

 private:
  Result<void> save() const;
  FileStore& files_;
  std::map<std::uint16_t, Key> keys_;
  bool kept_ = false;
};

/// The public key of an RSA key, private or public; nullopt for other types.
std::optional<RsaPublicKey> public_key_of(const Key& key);

/// Eight hex digits to compare keys without showing them: the start of MD5 over the value; of RSA keys over the public
/// part, so that a pair and its exported half show the same.
std::string key_digest(const Key& key, EncoApi& enco);

}  // namespace arrouter::enco
