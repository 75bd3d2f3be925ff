#include "modules/ipsec/esp.h"

#include <algorithm>
#include <cstring>


namespace arrouter::ipsec {
namespace {

constexpr std::size_t trailer = 2;  // pad length, next header
constexpr std::uint8_t next_ipv4 = 4, next_none = 59;

constexpr std::size_t round_up(std::size_t length, std::size_t align) { return (length + align - 1) / align * align; }

/// The pad bytes are 1, 2, 3 … (RFC 4303 2.4).
bool padding_good(const std::uint8_t* pad, std::size_t length) {
  for (std::size_t i = 0; i < length; ++i) {
    if (pad[i] != static_cast<std::uint8_t>(i + 1)) return false;
  }
  return true;
}

}  // namespace

EspShape esp_shape(const Sa& sa) {
  EspShape shape;
  if (sa.cipher != enco::Cipher::null) {
    shape.iv = enco::traits(sa.cipher).block_bytes;
    shape.align = std::max<std::size_t>(shape.iv, 4);
  }
  if (sa.hash != enco::Hash::null) shape.icv = enco::traits(sa.hash).icv_bytes;
  return shape;
}

std::size_t esp_bytes(const Sa& sa, std::size_t covered) {
  const EspShape shape = esp_shape(sa);
  return esp_header + shape.iv + round_up(covered + trailer, shape.align) + shape.icv;
}

void IvPool::fill(std::uint8_t* at, std::size_t length) {
  if (bytes_.size() - used_ < length) {
    random_.fill(bytes_);
    used_ = 0;
  }
  std::memcpy(at, bytes_.data() + used_, length);
  used_ += length;
}

enco::Job seal(PacketBuffer& packet, const Sa& sa, isakmp::Encapsulation mode, std::uint32_t sequence,
               const OuterHeader& outer, IvPool& ivs) {
  const EspShape shape = esp_shape(sa);
  const bool tunnel = mode == isakmp::Encapsulation::tunnel;
  const auto inner = *wire::view_ipv4(packet.view(), false);
  const std::size_t kept = tunnel ? 0 : inner.header_length();  // transport mode keeps the header in front of ESP
  const std::uint8_t next = tunnel ? next_ipv4 : inner.protocol();
  const std::uint8_t tos = inner.tos();

  const std::size_t covered = packet.size() - kept;
  const std::size_t pad = round_up(covered + trailer, shape.align) - covered - trailer;
  std::uint8_t* const tail = packet.put(pad + trailer + shape.icv);
  for (std::size_t i = 0; i < pad; ++i) tail[i] = static_cast<std::uint8_t>(i + 1);
  tail[pad] = static_cast<std::uint8_t>(pad);
  tail[pad + 1] = next;

  const std::size_t udp = outer.udp_bytes;
  const std::size_t ip = tunnel ? wire::ipv4_header : kept;
  std::uint8_t* const at = packet.push((tunnel ? ip : 0) + udp + esp_header + shape.iv);
  const std::uint16_t length = static_cast<std::uint16_t>(packet.size());
  const std::uint8_t protocol = udp != 0 ? wire::protocol::udp : wire::protocol::esp;
  if (tunnel) {
    wire::write_ipv4(at,
                     {.source = outer.local,
                      .destination = outer.peer,
                      .protocol = protocol,
                      .tos = tos,
                      .id = outer.id,
                      .dont_fragment = outer.dont_fragment},
                     length);
  } else {
    std::memmove(at, at + udp + esp_header + shape.iv, kept);
    relabel(packet, protocol);
  }
  if (udp != 0) {  // without checksum (RFC 3948 2.1)
    wire::write_udp(at + ip, outer.local_port, outer.peer_port, packet.size() - ip - wire::udp_header, outer.local,
                    outer.peer, false);
    std::memset(at + ip + wire::udp_header, 0, udp - wire::udp_header);
  }
  std::uint8_t* const esp = at + ip + udp;
  store_be32(esp, sa.out_spi);
  store_be32(esp + 4, sequence);
  ivs.fill(esp + esp_header, shape.iv);

  enco::Job job;
  job.packet = &packet;
  job.encryption = sa.encryption;
  job.authentication = sa.authentication;
  job.cipher_begin = static_cast<std::uint32_t>(ip + udp + esp_header + shape.iv);
  job.cipher_end = static_cast<std::uint32_t>(packet.size() - shape.icv);
  job.auth_begin = static_cast<std::uint32_t>(ip + udp);
  job.auth_end = job.icv_at = job.cipher_end;
  return job;
}

namespace {

bool locate_esp(const PacketBuffer& packet, EspPacket& found) {
  const auto ip = wire::view_ipv4(packet.view(), false);
  if (!ip) return false;
  found.header = found.esp = ip->header_length();
  found.end = ip->total_length();
  found.source = ip->source();
  found.destination = ip->destination();
  if (ip->protocol() == wire::protocol::udp) {
    const auto udp = wire::view_udp(ip->payload());
    if (!udp) return false;
    found.udp = true;
    found.peer_port = udp->source_port;
    found.esp += wire::udp_header;
    found.end = found.esp + udp->payload.size();
    const bool marked = udp->payload.size() >= wire::non_ike_marker && load_be64(udp->payload.data()) == 0;
    if (marked) found.esp += wire::non_ike_marker;
  }
  if (found.end < found.esp + esp_header) return false;
  found.spi = load_be32(packet.data() + found.esp);
  found.sequence = load_be32(packet.data() + found.esp + 4);
  return true;
}

}  // namespace

std::optional<EspPacket> find_esp(const PacketBuffer& packet) {
  std::optional<EspPacket> found(std::in_place);  // where the caller has it: a copy would wait for its parts
  if (!locate_esp(packet, *found)) found.reset();
  return found;
}

std::optional<enco::Job> open_job(PacketBuffer& packet, const EspPacket& esp, const Sa& sa) {
  std::optional<enco::Job> made;
  const EspShape shape = esp_shape(sa);
  const std::size_t around = esp_header + shape.iv + shape.icv;
  const std::size_t length = esp.end - esp.esp;
  if (length < around + shape.align || (length - around) % shape.align != 0) return made;
  enco::Job& job = made.emplace();
  job.packet = &packet;
  job.encryption = sa.encryption;
  job.authentication = sa.authentication;
  job.cipher_begin = static_cast<std::uint32_t>(esp.esp + esp_header + shape.iv);
  job.cipher_end = static_cast<std::uint32_t>(esp.end - shape.icv);
  job.auth_begin = static_cast<std::uint32_t>(esp.esp);
  job.auth_end = job.icv_at = job.cipher_end;
  return made;
}

namespace {

/// Padding and trailer off; what stays begins at `begin`. The next header is left in `next`.
Opened take_off_trailer(PacketBuffer& packet, const EspPacket& esp, std::size_t begin, const EspShape& shape,
                        std::uint8_t& next) {
  const std::size_t end = esp.end - shape.icv - trailer;
  const std::size_t pad = packet.data()[end];
  next = packet.data()[end + 1];
  if (pad > end - begin || !padding_good(packet.data() + end - pad, pad)) return Opened::bad_padding;
  packet.trim(end - pad);
  return next == next_none ? Opened::dummy : Opened::good;
}

}  // namespace

Opened unwrap(PacketBuffer& packet, const EspPacket& esp, const Sa& sa) {
  const EspShape shape = esp_shape(sa);
  const std::size_t begin = esp.esp + esp_header + shape.iv;
  std::uint8_t next = 0;
  if (const Opened opened = take_off_trailer(packet, esp, begin, shape, next); opened != Opened::good) return opened;
  if (sa.mode == isakmp::Encapsulation::tunnel) {
    if (next != next_ipv4) return Opened::bad_inner;
    return leave_outer(packet, begin) ? Opened::good : Opened::bad_inner;
  }
  if (next == next_ipv4) return Opened::bad_inner;
  remove_behind_header(packet, esp.header, begin - esp.header, next);
  return Opened::good;
}

Opened unwrap_behind_header(PacketBuffer& packet, const EspPacket& esp, const Sa& sa) {
  const EspShape shape = esp_shape(sa);
  const std::size_t begin = esp.esp + esp_header + shape.iv;
  std::uint8_t next = 0;
  const Opened opened = take_off_trailer(packet, esp, begin, shape, next);
  if (opened == Opened::good) remove_behind_header(packet, esp.header, begin - esp.header, next);
  return opened;
}

}  // namespace arrouter::ipsec
