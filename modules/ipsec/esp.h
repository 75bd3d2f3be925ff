// ESP (RFC 2406, 4303) on one packet in place, with or without UDP around it (RFC 3948): pure header work. The cipher
// work itself is an enco::Job between the two halves.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "modules/ipsec/encapsulation.h"
#include "modules/ipsec/sa.h"
#include "netdev/wire/ipv4.h"
#include "netdev/wire/udp.h"
#include "os/base/packet.h"

namespace arrouter::ipsec {

inline constexpr std::size_t esp_header = 8;  // SPI and sequence number

/// Sizes that follow from an SA's algorithms, in bytes.
struct EspShape {
  std::size_t iv = 0;     // 0 with the NULL cipher
  std::size_t align = 4;  // of ciphertext and trailer
  std::size_t icv = 0;
};
EspShape esp_shape(const Sa& sa);

/// Bytes of the ESP packet around so many bytes.
std::size_t esp_bytes(const Sa& sa, std::size_t covered);

/// Bytes of IVs drawn from a random source in large blocks.
class IvPool {
 public:
  explicit IvPool(Random& random) : random_(random) {}
  ~IvPool() { wipe(bytes_.data(), bytes_.size()); }
  void fill(std::uint8_t* at, std::size_t length);

 private:
  Random& random_;
  std::array<std::uint8_t, 4096> bytes_{};
  std::size_t used_ = sizeof(bytes_);
};

/// Room ESP needs behind any packet.
inline constexpr std::size_t seal_tailroom = 16 + 2 + 16 + 12;

/// Puts header, IV, padding and trailer around a packet that starts at its IP header and has the room above; the job
/// that encrypts it is returned. `sequence` goes on the wire. In transport mode, and behind an outer header that is
/// there already, ESP goes behind the packet's own header.
enco::Job seal(PacketBuffer& packet, const Sa& sa, isakmp::Encapsulation mode, std::uint32_t sequence,
               const OuterHeader& outer, IvPool& ivs);
inline enco::Job seal(PacketBuffer& packet, const Sa& sa, std::uint32_t sequence, const OuterHeader& outer,
                      IvPool& ivs) {
  return seal(packet, sa, sa.mode, sequence, outer, ivs);
}

/// Where the parts of an arriving ESP packet are; from packet data().
struct EspPacket {
  std::size_t header = 0;  // of IP
  std::size_t esp = 0;     // the SPI
  std::size_t end = 0;     // of the ESP packet
  bool udp = false;
  std::uint16_t peer_port = 0;
  Ipv4Address source, destination;
  std::uint32_t spi = 0, sequence = 0;
};
/// Finds ESP, bare or behind a UDP header; nullopt when the packet is too short to hold an SPI and a sequence number.
std::optional<EspPacket> find_esp(const PacketBuffer& packet);

/// The job that checks and decrypts; nullopt when the length does not fit the SA's algorithms.
std::optional<enco::Job> open_job(PacketBuffer& packet, const EspPacket& esp, const Sa& sa);

enum class Opened : std::uint8_t { good, dummy, bad_padding, bad_inner };
/// After the job: checks the padding and leaves the inner packet alone in the buffer, starting at its IP header.
Opened unwrap(PacketBuffer& packet, const EspPacket& esp, const Sa& sa);
/// The same for a bundle of several SAs: what ESP covered stays behind the IP header, whatever it is.
Opened unwrap_behind_header(PacketBuffer& packet, const EspPacket& esp, const Sa& sa);

}  // namespace arrouter::ipsec
