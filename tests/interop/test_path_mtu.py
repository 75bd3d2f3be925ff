"""A narrow link between two routers, hosts that discover the path's MTU behind them: what each DFBIT does."""
import re

from support import LabTest, POLICY, example, main

NARROW = 1300
# 3DES and SHA in a tunnel: 20 outer header, 8 ESP, 8 IV, the packet with its trailer in blocks of 8, 12 ICV.
LONGEST_INSIDE = 1246
HEADERS = 28


class NarrowPath(LabTest):
    def narrow_lab(self, df_bit):
        """The Internet's link to Peer2 takes 1300 bytes; Peer1's policy has the DFBIT."""
        lab = self.lab()
        lab.up({"peer1": example("peer1", f'set ipsec pol="{POLICY}" dfb={df_bit}'), "peer2": example("peer2")})
        lab.wait_for_tunnel()
        lab.network.ip("internet", "link", "set", "to-peer2", "mtu", NARROW)
        return lab

    def ping(self, lab, length, discover, count=1):
        """(answers, what ping said) for packets of so many bytes at once; `discover`: do sets DF, dont does not."""
        said = lab.network.exec("pc1", "ping", "-n", "-c", count, "-i", 0.2, "-W", 2, "-M", discover, "-s",
                                length - HEADERS, "192.168.2.100", check=False)
        return int(re.search(r"(\d+) received", said.stdout)[1]), said.stdout + said.stderr

    def test_copy_hands_the_path_mtu_to_the_host(self):
        lab = self.narrow_lab("copy")
        self.assertEqual(self.ping(lab, 1400, "do")[0], 0, "the first one tells the router")
        received, said = self.ping(lab, 1400, "do")
        self.assertEqual(received, 0)
        self.assertRegex(said, rf"mtu ?= ?{LONGEST_INSIDE}\b")
        self.assertIn(f"mtu {LONGEST_INSIDE}", lab.network.ip("pc1", "route", "get", "192.168.2.100").stdout)
        self.assertEqual(self.ping(lab, LONGEST_INSIDE, "do", 3)[0], 3)
        self.assertEqual(self.ping(lab, 1400, "dont", 3)[0], 3, "who allows fragments gets them")
        self.transfer(lab, 5)

    def test_clear_lets_routers_fragment(self):
        lab = self.narrow_lab("clear")
        self.assertEqual(self.ping(lab, 1400, "do", 3)[0], 3)
        self.transfer(lab, 5)

    def test_set_learns_although_the_host_allows_fragments(self):
        lab = self.narrow_lab("set")
        self.assertEqual(self.ping(lab, 1400, "dont")[0], 0, "the first one tells the router")
        self.assertEqual(self.ping(lab, 1400, "dont", 3)[0], 3)
        _, said = self.ping(lab, 1400, "do")
        self.assertRegex(said, rf"mtu ?= ?{LONGEST_INSIDE}\b")
        self.transfer(lab, 5)


main()
