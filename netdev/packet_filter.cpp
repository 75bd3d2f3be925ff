#include "netdev/packet_filter.h"

#include <pcap/pcap.h>

#include "os/base/limits.h"

namespace arrouter {

struct PacketFilter::Program {
  bpf_program code{};
  ~Program() { pcap_freecode(&code); }
};

PacketFilter::PacketFilter(std::unique_ptr<Program> program) : program_(std::move(program)) {}
PacketFilter::PacketFilter(PacketFilter&&) noexcept = default;
PacketFilter& PacketFilter::operator=(PacketFilter&&) noexcept = default;
PacketFilter::~PacketFilter() = default;

Result<PacketFilter> PacketFilter::compile(const std::string& expression) {
  const std::unique_ptr<pcap_t, decltype(&pcap_close)> ethernet(
      pcap_open_dead(DLT_EN10MB, static_cast<int>(limits::large_packet)), &pcap_close);
  auto program = std::make_unique<Program>();
  if (ethernet == nullptr) return failure("no memory for a filter");
  if (pcap_compile(ethernet.get(), &program->code, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
    return failure(pcap_geterr(ethernet.get()));
  }
  return PacketFilter(std::move(program));
}

bool PacketFilter::matches(ByteView frame) const {
  pcap_pkthdr header{};
  header.caplen = header.len = static_cast<bpf_u_int32>(frame.size());
  return pcap_offline_filter(&program_->code, &header, frame.data()) != 0;
}

}  // namespace arrouter
