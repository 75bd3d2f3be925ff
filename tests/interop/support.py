"""What the interop tests share: skipping without root, a lab of their own, transfers, screens as data."""
import hashlib
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "images", "lablib"))
import libreswan  # noqa: E402,F401
import strongswan  # noqa: E402,F401
import vpnc  # noqa: E402,F401
from howto import SITES, HowTo, wan_address  # noqa: E402,F401
from network import LabError, Network, read, run, wait_until  # noqa: E402,F401
from router import PROGRAM, TOP, Router  # noqa: E402,F401

POLICY = "wiz_Peer1 to Peer2"
# Namespaces of tests that run side by side need different names.
PREFIX = f"ar{os.getpid()}"

RECEIVE = """
import hashlib, socket, sys
listener = socket.create_server(("", 5001))
print("listening", flush=True)
link, _ = listener.accept()
digest, size = hashlib.sha256(), 0
while data := link.recv(1 << 16):
    digest.update(data)
    size += len(data)
print(size, digest.hexdigest())
"""
SEND = """
import socket, sys
link = socket.create_connection((sys.argv[1], 5001), 30)
link.settimeout(120)
with open(sys.argv[2], "rb") as file:
    link.sendfile(file)
"""


class LabTest(unittest.TestCase):
    """Keeps one lab per test; whatever happens, it is gone afterwards, and a failure shows the routers' words."""

    def setUp(self):
        self.labs = []

    def tearDown(self):
        for lab in self.labs:
            lab.down()

    def lab(self, foreign=()):
        lab = HowTo(f"{PREFIX}{len(self.labs)}", foreign)
        self.labs.append(lab)
        return lab

    def transfer(self, lab, megabytes=20, source="pc1", target="pc2", address="192.168.2.100"):
        """Sends random bytes by TCP and checks that the very same arrive."""
        data = os.urandom(megabytes << 20)
        file = f"{lab.network.folder}/transfer"
        with open(file, "wb") as out:
            out.write(data)
        receiver = lab.network.start("receiver", [sys.executable, "-c", RECEIVE], node=target)
        self.assertTrue(wait_until(lambda: "listening" in lab.network.output("receiver"), 10), "receiver did not start")
        lab.network.exec(source, sys.executable, "-c", SEND, address, file, timeout=300)
        wait_until(lambda: receiver.poll() is not None, 30)
        size, digest = lab.network.output("receiver").split()[1:3]
        self.assertEqual(int(size), len(data))
        self.assertEqual(digest, hashlib.sha256(data).hexdigest())

    def assert_ping(self, lab, count=5, **options):
        received, text = lab.ping(count, **options)
        self.assertEqual(received, count, text)

    def strongswan_calls(self, lab):
        """strongSwan at peer2 starts the tunnel; peer1 has its SAs."""
        self.assertTrue(strongswan.initiate(lab.network, "peer2"), strongswan.log(lab.network, "peer2")[-3000:])
        self.assertTrue(wait_until(lambda: ipsec_sas(lab.routers["peer1"]), 5))


def policy_counters(router, policy=POLICY):
    """{name: value} of every counter of an IPsec policy."""
    text = router.ctl(f'show ipsec policy="{policy}" counters')
    return {name: int(value) for name, value in re.findall(r"\b([a-z]\w+)\s+(\d+)", text)}


def ipsec_sas(router):
    """Rows of SHOW IPSEC SA: (id, policy, bundle, state, protocol, out SPI, in SPI)."""
    rows = []
    for line in router.ctl("show ipsec sa").splitlines():
        match = re.match(r"(\d+)\s+(.+?)\s+(\d+)\s+(Valid|Creating|Removing|Undef)\s+(\w+)\s+(\d+)\s+(\d+)\s*$", line)
        if match:
            rows.append(match.groups())
    return rows


def isakmp_sas(router):
    """Rows of SHOW ISAKMP SA as lists of words."""
    return [line.split() for line in router.ctl("show isakmp sa").splitlines() if re.match(r"\d+\s+\d+\.", line)]


def example(peer, *extra, replace=()):
    """The example configuration of a peer with replacements and lines added at its end."""
    text = read(f"{TOP}/config/examples/{peer}.cfg")
    for before, after in replace:
        if before not in text:
            raise LabError(f"{before!r} is not in the example configuration of {peer}")
        text = text.replace(before, after)
    return text + "".join(line + "\n" for line in extra)


def main():
    if os.geteuid() != 0:
        print("skipped: namespaces and TAPs need root")
        sys.exit(77)
    unittest.main(verbosity=2)
