"""Two routers with a Linux NAT between them: every version of NAT traversal that they speak."""
import re

from support import LabTest, example, ipsec_sas, main

FLOATING = ("rfc3947", "draft08", "draft03", "draft02n", "draft02")
MASQUERADE = ("add table ip nat; add chain ip nat post { type nat hook postrouting priority 100; }; "
              "add rule ip nat post oifname to-peer2 ip saddr 100.100.100.0/24 masquerade random")


class Nat(LabTest):
    def setUp(self):
        super().setUp()
        # Peer2 knows Peer1 by its ID; its address is whatever the NAT makes of it.
        anyone = [("pe=100.100.100.1", "pe=any"), ("sendd=true", 'remoteid="100.100.100.1" sendd=true'),
                  ("peer=100.100.100.1", "peer=any")]
        self.site = self.lab()
        self.site.up({"peer2": example("peer2", replace=anyone)})
        self.site.network.exec("internet", "nft", MASQUERADE)

    def speak(self, version):
        """Starts the tunnel anew with routers that know nothing newer."""
        for router in self.site.routers.values():
            router.ctl("disable ipsec", "disable isakmp", f"lab set isakmp natt={version}", "enable isakmp", "enable ipsec")
        self.site.wait_for_tunnel()

    def ports_of(self, megabytes):
        """{port of Peer2} of what crosses the Internet during a transfer; '' for anything but UDP."""
        first_pieces = "dst host 200.200.200.1 and ip[6:2] & 0x1fff = 0"
        self.site.network.start("wan", ["tcpdump", "-n", "-l", "-i", "to-peer2", first_pieces], node="internet")
        self.transfer(self.site, megabytes)
        self.assert_ping(self.site, source="pc2", target="192.168.1.100")
        return set(re.findall(r"> 200\.200\.200\.1(?:\.(\d+))?:", self.site.network.output("wan")))

    def test_versions_that_move_to_port_4500(self):
        for version in FLOATING:
            with self.subTest(version):
                self.speak(version)
                self.transfer(self.site, 1)
                for router in self.site.routers.values():
                    sa, = ipsec_sas(router)
                    self.assertIn("UDP_ENCAP_TUNNEL", router.ctl(f"show ipsec sa={sa[0]}"))

    def test_draft_00_stays_on_port_500(self):
        self.speak("draft00")
        self.assertEqual(self.ports_of(5), {"500"})


main()
