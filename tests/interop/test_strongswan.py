"""strongSwan's IKEv1 as the other end; its user-space ESP always travels in UDP, so NAT-T is in every case."""
from support import LabTest, POLICY, example, ipsec_sas, main, strongswan

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
            self.strongswan_calls(lab)
        lab.wait_for_tunnel()
        self.assert_ping(lab, 5)
        self.assert_ping(lab, 5, source="pc2", target="192.168.1.100")
        self.transfer(lab)
        self.transfer(lab, source="pc2", target="pc1", address="192.168.1.100")
        self.assertIn("INSTALLED", strongswan.sas(lab.network, "peer2"))


class Names(LabTest):
    def test_rname_chooses_the_policy_for_a_peer_by_its_fqdn(self):
        """Two policies with the same selectors: which one answers is a matter of the IDs of phase 1."""
        lab = self.lab(["peer2"])
        policy = ('create ipsec pol="other" int=eth0 ac=ipsec key=isakmp bund=1 peer=200.200.200.1 pos=1',
                  f'set ipsec pol="other" isa="{POLICY}"',
                  'set ipsec pol="other" lad=192.168.1.0 lma=255.255.255.0 rad=192.168.2.0 rma=255.255.255.0',
                  'set ipsec pol="other" rname=other.example', f'set ipsec pol="{POLICY}" lname=office.example rname=branch.example',
                  f'set isakmp pol="{POLICY}" localid=office.example remoteid=branch.example')
        lab.up({"peer1": example("peer1", *policy, replace=[("enc=3desouter key=1", "enc=3desouter gro=2 key=1"),
                                                            ("hea=both", "hea=none")])},
               local_id="branch.example", remote_id="office.example")
        router = lab.routers["peer1"]
        self.strongswan_calls(lab)
        self.assertEqual([sa[1] for sa in ipsec_sas(router)], [POLICY])
        # Packets go by addresses: the first policy asks, and learns who is there.
        self.assertEqual(lab.ping(1, deadline=2)[0], 0)
        self.assertIn("the ISAKMP SA is between office.example and branch.example, not LNAME and RNAME",
                      " ".join(router.ctl("show log module=ipsec").split()))
        router.ctl('destroy ipsec pol="other"')
        self.assert_ping(lab, 5)
        router.ctl(f'set ipsec pol="{POLICY}" rname=nobody.example')
        self.assertFalse(strongswan.initiate(lab.network, "peer2"))


def add_cases():
    for case in CASES:
        for pfs in (False, True):
            for initiator in ("peer1", "peer2"):
                name = f"test_{case}_{'pfs' if pfs else 'nopfs'}_{initiator}_initiates"
                setattr(StrongSwan, name, lambda self, a=(case, pfs, initiator): self.tunnel(*a))


add_cases()
main()
