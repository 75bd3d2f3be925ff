"""Every byte that arrives is right, however bad the cables are: the fast path (super-frames cut, sealed, opened and
joined again, batches of ESP in UDP) with loss, duplicates, reordering and flipped bits in front of every stage."""
from support import LabTest, example, main

BAD = "loss=1 duplicate=1 reorder=1 corrupt=1"


class BadCables(LabTest):
    def tunnel(self, nat):
        replace2 = [("pe=100.100.100.1", "pe=any"), ("sendd=true", 'remoteid="100.100.100.1" sendd=true'),
                    ("peer=100.100.100.1", "peer=any")] if nat else []
        suite = [("enc=3desouter hasha", "enc=aes128 hasha")]
        lab = self.lab()
        lab.up({"peer1": example("peer1", replace=suite), "peer2": example("peer2", replace=suite + replace2)})
        for pc in ("pc1", "pc2"):
            lab.network.ip(pc, "link", "set", "eth0", "mtu", 1400)
        if nat:
            lab.network.exec("internet", "nft", "add table ip nat; "
                             "add chain ip nat post { type nat hook postrouting priority 100; }; "
                             "add rule ip nat post oifname to-peer2 ip saddr 100.100.100.1 snat to 200.200.200.254")
        lab.wait_for_tunnel()
        return lab

    def spoil(self, lab):
        # Arrivals only: what leaves stays in super-frames, so that joining is part of what is tested.
        for peer, port in (("peer1", "vlan1"), ("peer1", "eth0"), ("peer2", "eth0"), ("peer2", "vlan1")):
            lab.routers[peer].ctl(f"lab impair port={port} direction=in {BAD} seed=7")

    def happened(self, lab, peer, port):
        """What an impairment did on the way in: {"lost": 12 …}"""
        text = lab.routers[peer].ctl(f"lab show impair={port}").partition("Out:")[0].split()
        return {name: int(text[text.index(name) + 1]) for name in ("lost", "duplicated", "reordered", "corrupted")}

    def check(self, nat):
        lab = self.tunnel(nat)
        self.transfer(lab, megabytes=60)
        self.spoil(lab)
        self.transfer(lab, megabytes=6)
        for peer, port in (("peer1", "vlan1"), ("peer2", "eth0")):
            self.assertTrue(all(self.happened(lab, peer, port).values()), self.happened(lab, peer, port))

    def test_native_esp(self):
        self.check(nat=False)

    def test_esp_in_udp(self):
        self.check(nat=True)


main()
