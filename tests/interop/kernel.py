"""A router and a guest whose IPsec is a real Linux kernel's, shared by the tests of a class."""
import re
import unittest

from support import PREFIX, HowTo, policy_counters

# A guest that is short of processor time may miss the signal of a frame, and takes it with the next one: one of these
# may be late. That none is lost, the counters tell.
PINGS = 6
OURS, THEIRS = "100.100.100.1", "200.200.200.1"
LANS = {OURS: "192.168.1.0/24", THEIRS: "192.168.2.0/24"}
BASE = f"""\
enable ip
add ip int=vlan1 ip=192.168.1.254 mask=255.255.255.0
add ip int=eth0 ip={OURS} mask=255.255.255.0
add ip rou=0.0.0.0 mask=0.0.0.0 int=eth0 next=100.100.100.254
"""


class KernelTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = HowTo(f"{PREFIX}s", kernel=["peer2"])
        cls.addClassCleanup(cls.lab.down)
        cls.lab.up({"peer1": BASE})
        cls.router, cls.guest = cls.lab.routers["peer1"], cls.lab.guests["peer2"]

    def pinged(self, source, target, size, *options):
        """How many of PINGS came back in time. Their answers have the same length."""
        words = ["ping", "-n", "-q", "-c", PINGS, "-i", 0.01, "-W", 5, "-s", size, *options, target]
        if source == "guest":
            said = self.guest.run(*words)[1]
        else:
            said = self.lab.network.exec(source, *words, check=False).stdout
        return int(re.search(r"(\d+) received", said)[1])

    def assert_pinged(self, source, target, size, *options):
        self.assertGreaterEqual(self.pinged(source, target, size, *options), PINGS - 1)

    def exchange(self, mode):
        """Traffic that both sides begin, short and long."""
        if mode == "transport":
            self.assert_pinged("guest", OURS, 1200)
            said = self.router.ctl(f"ping {THEIRS} number={PINGS} length=56 delay=0 timeout=5")
            self.assertGreaterEqual(len(re.findall(r"Echo reply", said)), PINGS - 1, said)
        else:
            self.assert_pinged("pc1", "192.168.2.100", 1200)
            self.assert_pinged("pc2", "192.168.1.100", 56)

    def check_counters(self, policy, compressed):
        counters = policy_counters(self.router, policy)
        for way in "out", "in":
            self.assertGreaterEqual(counters[f"{way}ProcessDone"], 2 * PINGS - 1)
            self.assertEqual(counters[f"{way}ProcessStart"], counters[f"{way}ProcessDone"])
        if compressed:
            text = self.router.ctl("show ipsec counters=comp")
            figures = {name: int(value) for name, value in re.findall(r"\b([a-z]\w+)\s+(\d+)", text)}
            self.assertGreaterEqual(figures["outDone"], 3, text)
            self.assertGreaterEqual(figures["inDone"], 3, text)
