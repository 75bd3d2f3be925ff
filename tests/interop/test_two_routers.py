"""Two routers, the How-To's network: what a person checks on a healthy tunnel."""
import re
import subprocess
import unittest

from support import LabTest, POLICY, TOP, example, ipsec_sas, isakmp_sas, main, policy_counters


class TwoRouters(LabTest):
    def test_tunnel_screens_counters_and_transfer(self):
        lab = self.lab()
        lab.up()
        lab.wait_for_tunnel()
        before = {peer: policy_counters(lab.routers[peer]) for peer in lab.routers}
        self.assert_ping(lab, 5)
        for peer, router in lab.routers.items():
            after = policy_counters(router)
            for name in ("outProcessDone", "inProcessDone"):
                self.assertEqual(after[name] - before[peer][name], 5, f"{peer} {name}")
        one, two = (ipsec_sas(lab.routers[p]) for p in ("peer1", "peer2"))
        self.assertEqual(len(one), 1)
        self.assertEqual(one[0][1:5], (POLICY, "0", "Valid", "ESP"))
        self.assertEqual(one[0][5:], two[0][:4:-1], "the SPIs are mirrored")
        for peer in lab.routers:
            sa, = isakmp_sas(lab.routers[peer])
            self.assertEqual(sa[2:5], ["3DES", "SHA", "-/-/-"])
            self.assertRegex(sa[5], r"^86400/82080/\d+$")
        self.transfer(lab)

    def test_fast_aes_tunnel_both_ways(self):
        lab = self.lab()
        cipher = [("enc=3desouter hasha", "enc=aes128 hasha")]
        lab.up({p: example(p, replace=cipher) for p in lab.routers})
        lab.wait_for_tunnel()
        self.transfer(lab)
        self.transfer(lab, source="pc2", target="pc1", address="192.168.1.100")


class TheLab(unittest.TestCase):
    def run_lab(self, *words, status=0):
        done = subprocess.run([f"{TOP}/images/lab", *words], stdin=subprocess.DEVNULL, text=True, capture_output=True)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def test_a_fault_is_hidden_and_its_solution_mends_it(self):
        self.addCleanup(self.run_lab, "down")
        up = self.run_lab("up", "--scenario", "9")
        self.assertIn("the complaint: PC1 cannot reach PC2", up.stdout)
        self.assertNotIn("ISAKMP is not enabled", up.stdout)
        ping = ("exec", "pc1", "ping", "-n", "-c", "1", "-W", "2", "192.168.2.100")
        self.run_lab(*ping, status=1)
        self.assertIn("SASENT", self.run_lab("ctl", "peer1", "show isakmp exchange").stdout)
        solution = self.run_lab("solution").stdout
        self.assertIn("9. ISAKMP is not enabled at one end.", solution)
        mend = solution[solution.index("Mended by"):]
        for router, line in re.findall(r"^ +(peer\d)> (.*)$", mend, re.MULTILINE):
            self.run_lab("ctl", router, line)
        steps = re.findall(r"^  ((?:en|dis)able \w+)$", mend, re.MULTILINE)
        self.assertEqual(len(steps), 4, mend)
        for router in ("peer1", "peer2"):
            self.run_lab("ctl", router, *steps)
        self.run_lab(*ping[:6], "-w", "10", "192.168.2.100")

    def test_demo_proves_the_tunnel_and_cleans_up(self):
        done = self.run_lab("demo")
        self.assertEqual(len(re.findall(r"^\d+ +wiz_Peer1 to Peer2 +0 +Valid +ESP", done.stdout, re.MULTILINE)), 2)
        self.assertEqual(done.stdout.count("+5"), 4, done.stdout)
        self.assertIn("0 packets with a LAN address in clear", done.stdout)
        left = subprocess.run(["ip", "netns", "list"], text=True, capture_output=True).stdout
        self.assertNotIn("arlab-", left)


main()
