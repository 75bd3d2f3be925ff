// Two IPsec modules with mirrored manual bundles, what one seals being for the other.
#pragma once

#include <fmt/format.h>

#include "tests/support/ipsec_fixture.h"

namespace arrouter::test {

inline constexpr std::string_view mirrored_keys = R"(
create enco key=10 type=des value=0x101f2c3b49576473
create enco key=11 type=general value=0x3443515e6d7a8997a4b3c1cedceaf8071523313e
create enco key=12 type=general value=0x102132435465768798a9bacbdcedfe0f
)";

/// Two routers with mirrored manual bundles. SPIs are those of the line for the left one, exchanged for the right one.
struct MirroredPair {
  /// `specifications`: lines with {in} and {out} behind insp= and outs=, as "insp={0}0 outs={1}0".
  MirroredPair(std::string_view specifications, std::string_view string, std::string_view options = {}) : left(1), right(2) {
    setup(left, specifications, string, options, 1, 2, "192.168.1.0", "192.168.2.0", "200.200.200.1");
    right.ip.known[0].address = ip4("200.200.200.1");
    setup(right, specifications, string, options, 2, 1, "192.168.2.0", "192.168.1.0", "100.100.100.1");
  }
  static void setup(IpsecFixture& end, std::string_view specifications, std::string_view string,
                    std::string_view options, int in, int out, std::string_view local, std::string_view remote,
                    std::string_view peer) {
    end.configure(mirrored_keys);
    end.configure(fmt::format(fmt::runtime(specifications), in, out));
    end.configure(
        fmt::format("create ipsec bund=1 key=manual string=\"{}\"\n"
                    "create ipsec pol=p int=eth0 ac=ipsec key=manual bund=1 peer={}\n"
                    "set ipsec pol=p lad={} lma=255.255.255.0 rad={} rma=255.255.255.0\n{}\nenable ipsec",
                    string, peer, local, remote, options));
  }
  /// A packet of left's LAN that does not compress unless told to, sealed.
  Packet sealed(std::size_t length = 200, bool compressible = false) {
    Packet packet = left.packet("192.168.1.100", "192.168.2.100", 17, length, 1, 2);
    if (!compressible) {
      for (std::size_t i = 28; i < length; ++i)
        packet->data()[i] = static_cast<std::uint8_t>(left.services.random.u32());
    }
    sent.assign(packet->view().begin(), packet->view().end());
    return left.out(std::move(packet));
  }
  /// Its way into right, with what comes out compared.
  bool arrives(Packet packet) {
    const auto out = right.in(std::move(packet));
    return out.size() == 1 && std::equal(out[0]->view().begin(), out[0]->view().end(), sent.begin(), sent.end());
  }
  IpsecFixture left, right;
  Bytes sent;
};

/// ESP is 1, AH 2, 5 (MD5, transport mode) and 6 (DESMAC), IPComp 3 (LZS) and 4 (DEFLATE).
inline std::string mirrored_specifications() {
  return R"(
create ipsec sas=1 key=manual prot=esp enc=des enck=10 insp={0}001 outs={1}001 anti=on
create ipsec sas=2 key=manual prot=ah hasha=sha hashk=11 insp={0}002 outs={1}002 anti=on
create ipsec sas=3 key=manual prot=comp
create ipsec sas=4 key=manual prot=comp compa=deflate insp={0}004 outs={1}004
create ipsec sas=5 key=manual prot=ah hasha=md5 hashk=12 mod=transport insp={0}005 outs={1}005
create ipsec sas=6 key=manual prot=ah hasha=desmac hashk=10 insp={0}006 outs={1}006
)";
}

}  // namespace arrouter::test
