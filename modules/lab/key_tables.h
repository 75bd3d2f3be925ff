// The keys of SAs as Wireshark's tables, so that a capture of the router's own traffic can be read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "modules/isakmp/isakmp_api.h"

namespace arrouter::lab {

/// Writes a folder that is a complete configuration for tshark or Wireshark (WIRESHARK_CONFIG_DIR=folder): the tables
/// ikev1_decryption_table and esp_sa, and preferences that turn decryption on. Keys come in lines of their own as soon
/// as there are any; files are readable by their owner alone.
class KeyTables final : public isakmp::KeyObserver {
 public:
  /// Begins a folder, or goes on with one that is there; the system's words when that is impossible.
  std::expected<void, std::string> start(const std::filesystem::path& folder);
  void stop() { running_ = false; }

  bool running() const { return running_; }
  const std::filesystem::path& folder() const { return folder_; }
  std::uint64_t isakmp_sas() const { return isakmp_sas_; }
  std::uint64_t ipsec_sas() const { return ipsec_sas_; }
  /// Why writing ended by itself; empty: it did not.
  const std::string& ended_because() const { return ended_because_; }

  void isakmp_keys(std::uint64_t initiator_cookie, ByteView cipher_key) override;
  void bundle_keys(const isakmp::Bundle& bundle) override;

 private:
  bool append(std::string_view file, const std::string& line);

  std::filesystem::path folder_;
  bool running_ = false;
  std::uint64_t isakmp_sas_ = 0, ipsec_sas_ = 0;
  std::string ended_because_;
};

}  // namespace arrouter::lab
