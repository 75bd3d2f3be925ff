"""Faults a person meets: what both routers show, and that the tunnel comes up once they are mended."""
import re

from support import LabTest, POLICY, example, ipsec_sas, isakmp_sas, main, wait_until


def exchanges(router):
    """Rows of SHOW ISAKMP EXCHANGE: (phase, state, peer, type)."""
    return [tuple(row) for row in re.findall(r"^\d+\s+(1\.5|1|2)\s+(\w+)\s+(\S+)\s+(\w+)\s*$",
                                              router.ctl("show isakmp exchange"), re.MULTILINE)]


def isakmp_log(router):
    return router.ctl("show log module=isakmp").replace("\n" + " " * 31, " ")


class Faults(LabTest):
    def broken(self, replace1=(), replace2=(), key2=None):
        """Two routers with a fault, PC1 pinging in vain."""
        lab = self.lab()
        lab.up({"peer1": example("peer1", replace=replace1), "peer2": example("peer2", replace=replace2)})
        if key2:
            lab.routers["peer2"].ctl("destroy enco key=1", f'create enco key=1 type=general value="{key2}"')
        self.assertEqual(lab.ping(2, deadline=2)[0], 0)
        return lab, lab.routers["peer1"], lab.routers["peer2"]

    def reset(self, lab):
        """Step 7 of the How-To, on both ends."""
        for router in lab.routers.values():
            router.ctl("disable ipsec", "disable isakmp", "enable isakmp", "enable ipsec")

    def mended(self, lab):
        self.reset(lab)
        lab.wait_for_tunnel()
        self.assert_ping(lab, 3)

    def test_wrong_key_stalls_at_the_third_pair(self):
        lab, one, two = self.broken(key2="sharedSecret")
        self.assertIn(("1", "AUTHSENT", "200.200.200.1", "MAIN"), exchanges(one))
        self.assertIn(("1", "KESENT", "100.100.100.1", "MAIN"), exchanges(two))
        self.assertEqual(ipsec_sas(one) + ipsec_sas(two), [])
        two.ctl("destroy enco key=1", 'create enco key=1 type=general value="sharedsecret"')
        self.mended(lab)

    def test_wrong_phase_1_cipher_is_refused_with_both_sides_named(self):
        lab, one, two = self.broken(replace2=[("enc=3desouter key=1", "enc=des key=1")])
        text = isakmp_log(two)
        self.assertRegex(text, r"no proposal chosen")
        self.assertRegex(text, r"(?i)3des")
        self.assertRegex(text, r"(?i)\bdes\b")
        # Peer2 has SENDNOTIFY: Peer1 ends early and says why.
        self.assertTrue(wait_until(lambda: "failed" in isakmp_log(one), 5), isakmp_log(one))
        self.assertEqual(ipsec_sas(one), [])
        two.ctl(f'set isakmp pol="{POLICY}" enc=3desouter')
        self.mended(lab)

    def test_silent_peer_leaves_sasent_and_an_empty_sa(self):
        lab, one, two = self.broken(replace2=[("enable isakmp\n", "")])
        self.assertEqual(exchanges(one), [("1", "SASENT", "200.200.200.1", "MAIN")])
        self.assertEqual(exchanges(two), [])
        sa, = isakmp_sas(one)
        self.assertEqual(sa[2:], ["-", "-", "0/0/0", "0/0/0"])
        two.ctl("enable isakmp")
        self.mended(lab)

    def test_wrong_identity_fails_after_authentication(self):
        lab, one, two = self.broken(replace2=[("sendd=true", 'remoteid="nobody" sendd=true')])
        self.assertRegex(isakmp_log(two), r"(?i)\bid\b.*mismatch|identity")
        self.assertEqual(ipsec_sas(one), [])
        two.ctl(f'set isakmp pol="{POLICY}" remoteid=100.100.100.1')
        self.mended(lab)

    def test_phase_2_transform_differs(self):
        lab, one, two = self.broken(replace2=[("hasha=sha", "hasha=md5")])
        for router in (one, two):
            self.assertEqual([sa[2:4] for sa in isakmp_sas(router)], [["3DES", "SHA"]])
            self.assertEqual(ipsec_sas(router), [])
        self.assertRegex(isakmp_log(two), r"failed: .*offered .*\bSHA\b.* has .*\bMD5\b")
        two.ctl("set ipsec sas=1 hasha=sha")
        self.mended(lab)

    def test_swapped_networks_leave_in_clear(self):
        swap = [("lad=192.168.1.0 lma=255.255.255.0 rad=192.168.2.0", "lad=192.168.2.0 lma=255.255.255.0 rad=192.168.1.0")]
        lab, one, two = self.broken(replace1=swap)
        self.assertEqual(exchanges(one), [])
        self.assertEqual(isakmp_sas(one), [])
        permitted = one.ctl('show ipsec policy="wiz_internet" counters')
        self.assertGreater(int(re.search(r"outPermit\s+(\d+)", permitted)[1]), 0)
        one.ctl(f'set ipsec pol="{POLICY}" lad=192.168.1.0 lma=255.255.255.0 rad=192.168.2.0 rma=255.255.255.0')
        self.mended(lab)


main()
