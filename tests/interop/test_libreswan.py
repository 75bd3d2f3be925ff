"""libreswan as Debian builds it. It has no MODP group below 1536 bits and no single DES, and the router has no group
above 1024: phase 1 cannot be agreed upon. Each refused cell is shown with the peer's own words; then both ends try."""
import itertools
import re
import unittest

from support import HowTo, LabTest, PREFIX, example, libreswan, main, wait_until

CIPHERS = {"des": "des", "3des": "3desouter", "aes128": "aes128", "aes192": "aes192", "aes256": "aes256"}
HASHES, GROUPS = ("md5", "sha1"), ("modp768", "modp1024")


class Cells(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        libreswan.unpack()

    def test_phase_1_refuses_every_cell(self):
        for cipher, hashed, group in itertools.product(CIPHERS, HASHES, GROUPS):
            words = libreswan.refusal("ike", f"{cipher}-{hashed};{group}")
            print(f"{cipher}-{hashed};{group}: {words}")
            cause = "IKE encryption algorithm 'des'" if cipher == "des" else f"IKE DH algorithm '{group}'"
            self.assertEqual(words, f"{cause} is not supported")
        self.assertEqual(libreswan.refusal("ike", "3des-sha1;modp1536"), "", "the group alone is what is missing")

    def test_phase_2_refuses_des_and_pfs(self):
        for cipher, hashed in itertools.product(CIPHERS, HASHES):
            words = libreswan.refusal("esp", f"{cipher}-{hashed}")
            self.assertEqual(words, "ESP encryption algorithm 'des' is not supported" if cipher == "des" else "")
        for group in GROUPS:
            self.assertEqual(libreswan.refusal("esp", f"aes128-sha1;{group}"), f"ESP DH algorithm '{group}' is not supported")


class OnTheWire(LabTest):
    """Each end tells the other, and its person, that there is no common proposal."""

    def up(self, **settings):
        libreswan.unpack()
        lab = HowTo(f"{PREFIX}l{len(self.labs)}", libreswan=["peer2"])
        self.labs.append(lab)
        strongest = [("enc=3desouter key=1", "enc=3desouter gro=2 key=1"), ("hea=both", "hea=none")]
        lab.up({"peer1": example("peer1", replace=strongest)}, **settings)
        return lab

    def said(self, lab, pattern):
        return wait_until(lambda: re.search(pattern, libreswan.log(lab.network, "peer2")), 15) is not None

    def router_log(self, lab):
        return " ".join(lab.routers["peer1"].ctl("show log module=isakmp").split())

    def test_the_peer_begins(self):
        lab = self.up()
        libreswan.initiate(lab.network, "peer2")
        self.assertTrue(self.said(lab, "NO_PROPOSAL_CHOSEN"), libreswan.log(lab.network, "peer2")[-2000:])
        self.assertRegex(self.router_log(lab), r"failed: no proposal chosen \(offered 3DES SHA PRESHARED (group 5|MODP1536)")

    def test_the_router_begins(self):
        lab = self.up()
        lab.ping(1, deadline=2)
        self.assertTrue(self.said(lab, r"no acceptable Oakley Transform"), libreswan.log(lab.network, "peer2")[-2000:])
        told = wait_until(lambda: "failed: peer sent NO-PROPOSAL-CHOSEN" in self.router_log(lab), 10)
        self.assertTrue(told, self.router_log(lab))


main()
