"""strongSwan's IKEv1 as the other end; its user-space ESP always travels in UDP, so NAT-T is in every case."""
from support import LabTest, example, ipsec_sas, main, strongswan, wait_until

CASES = {
    # name: (our phase 1 cipher, our SA specification's cipher, their phase 1, their phase 2)
    "3des": ("3desouter", "3desouter", "3des-sha1-modp1024", "3des-sha1"),
    "aes128": ("aes128", "aes128", "aes128-sha1-modp1024", "aes128-sha1"),
}


class StrongSwan(LabTest):
    def tunnel(self, case, pfs, initiator):
        phase1, phase2, ike, esp = CASES[case]
        lab = self.lab(["peer2"])
        replace = [("enc=3desouter key=1", f"enc={phase1} gro=2 key=1"), ("enc=3desouter hasha", f"enc={phase2} hasha"),
                   ("hea=both", "hea=none")]
        extra = ['set ipsec pol="wiz_Peer1 to Peer2" usepfskey=true gro=2'] if pfs else []
        lab.up({"peer1": example("peer1", *extra, replace=replace)}, ike=ike, esp=esp + ("-modp1024" if pfs else ""))
        if initiator == "peer2":
            self.assertTrue(strongswan.initiate(lab.network, "peer2"), strongswan.log(lab.network, "peer2")[-3000:])
            self.assertTrue(wait_until(lambda: ipsec_sas(lab.routers["peer1"]), 5))
        lab.wait_for_tunnel()
        self.assert_ping(lab, 5)
        self.assert_ping(lab, 5, source="pc2", target="192.168.1.100")
        self.transfer(lab)
        self.transfer(lab, source="pc2", target="pc1", address="192.168.1.100")
        self.assertIn("INSTALLED", strongswan.sas(lab.network, "peer2"))


def add_cases():
    for case in CASES:
        for pfs in (False, True):
            for initiator in ("peer1", "peer2"):
                name = f"test_{case}_{'pfs' if pfs else 'nopfs'}_{initiator}_initiates"
                setattr(StrongSwan, name, lambda self, a=(case, pfs, initiator): self.tunnel(*a))


add_cases()
main()
