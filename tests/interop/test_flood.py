"""A flood of forged SYNs, as many a second as the router can take in (beyond that the cable loses everybody's packets):
who talks goes on talking, who comes gets in, and the router still listens to its manager. Prints what it measured."""
import re
import statistics
import sys
import time
import unittest

from guarded import INSIDE, INTERNET, PUBLIC, Guarded
from support import main, wait_until

SECONDS = 6   # that sessions from before the flood are watched
RATE = 30000  # SYNs a second
LONGEST = 60  # of the flood, which lasts until those who came during it have been served
ECHO = """
import socket, sys, threading
def serve(link):
    while data := link.recv(4096):
        link.sendall(data)
listener = socket.create_server(("", int(sys.argv[1])))
print("listening", flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"""
# Forged SYNs to one published port, from everywhere in 198.18/15, until SIGTERM; says how many a second it sent.
FLOOD = """
import random, signal, socket, struct, sys, time
signal.signal(signal.SIGTERM, lambda *_: globals().update(seconds=0))
target, port, mac, seconds, rate = (
    sys.argv[1], int(sys.argv[2]), bytes.fromhex(sys.argv[3].replace(":", "")), float(sys.argv[4]), int(sys.argv[5]))
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(("eth0", 0))
def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff
def syn():
    ends = struct.pack("!I", 0xc6120000 | random.getrandbits(17)) + socket.inet_aton(target)
    tcp = struct.pack("!HHIIBBHHH", random.randrange(1024, 65536), port, random.getrandbits(32), 0, 0x50, 2, 65535, 0, 0)
    tcp = tcp[:16] + struct.pack("!H", checksum(ends + struct.pack("!HH", 6, len(tcp)) + tcp)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 40, random.getrandbits(16), 0, 64, 6, 0) + ends
    return mac + b"\\2\\0\\0\\0\\0\\1\\x08\\0" + ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + tcp
frames = [syn() for _ in range(20000)]
print("ready", flush=True)
begin, sent = time.monotonic(), 0
while time.monotonic() - begin < seconds:
    for frame in random.sample(frames, 500):
        wire.send(frame)
    sent += 500
    time.sleep(max(0, begin + sent / rate - time.monotonic()))
print(int(sent / (time.monotonic() - begin)), flush=True)
"""
# Connects, then asks every 20 ms until told otherwise; says how long each answer took, in milliseconds.
ASK = """
import socket, sys, time
begin = time.monotonic()
link = socket.create_connection((sys.argv[1], int(sys.argv[2])), 30)
link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
print("connected", 1000 * (time.monotonic() - begin), flush=True)
link.settimeout(30)
end = time.monotonic() + float(sys.argv[3])
while time.monotonic() < end:
    asked = time.monotonic()
    link.sendall(b"x" * 100)
    got = 0
    while got < 100:
        data = link.recv(4096)
        if not data:
            sys.exit("closed")
        got += len(data)
    print(1000 * (time.monotonic() - asked), flush=True)
    time.sleep(0.02)
"""


class Flood(unittest.TestCase):
    def setUp(self):
        self.lab = Guarded(6, f"add firewall poli=net ru=1 ac=allo int=eth0 prot=tcp gblip={PUBLIC} gblp=8080 "
                              f"ip={INSIDE} po=80")
        self.addCleanup(self.lab.down)
        for node, port in (("pc", 80), ("internet", 7000)):
            self.start(f"echo-{node}", ECHO, port, node=node)
            self.wait_for(f"echo-{node}", "listening")

    def start(self, name, script, *words, node):
        return self.lab.network.start(name, [sys.executable, "-c", script, *words], node=node)

    def wait_for(self, name, word, seconds=30):
        self.assertTrue(wait_until(lambda: word in self.lab.network.output(name), seconds), self.lab.network.output(name))

    def figures(self, name, process):
        """Milliseconds: to connect, and of each answer."""
        wait_until(lambda: process.poll() is not None, 60)
        words = self.lab.network.output(name).split()
        self.assertEqual(process.returncode, 0, " ".join(words[-8:]))
        return float(words[1]), [float(word) for word in words[2:]]

    def test_forged_opens(self):
        inward, outward = (PUBLIC, 8080), (INTERNET, 7000)
        held = {"in, held": self.start("in-held", ASK, *inward, SECONDS + 3, node="internet"),
                "out, held": self.start("out-held", ASK, *outward, SECONDS + 3, node="pc")}
        for name in ("in-held", "out-held"):
            self.wait_for(name, "connected")
        mac = re.search(r"..(?::..){5}", self.lab.exec("internet", "ip", "neigh", "show", PUBLIC))[0]
        flood = self.start("flood", FLOOD, PUBLIC, 8080, mac, LONGEST, RATE, node="internet")
        self.wait_for("flood", "ready")
        begin = time.monotonic()
        self.assertTrue(wait_until(lambda: "SYN attack" in self.lab.router.ctl("show firewall event=notify"), 5))
        fresh = {"in, new": self.start("in-new", ASK, *inward, 1, node="internet"),
                 "out, new": self.start("out-new", ASK, *outward, 1, node="pc")}
        for name, process in fresh.items():
            connect, answers = self.figures(name.replace(", ", "-"), process)
            print(f"{name}: connected in {connect:.0f} ms, answers {statistics.median(answers):.1f} ms, "
                  f"at worst {max(answers):.0f} ms")
        self.assertIsNone(flood.poll(), "the flood was over too soon")
        during = self.lab.router.ctl("show firewall", "show firewall policy=net")
        self.assertRegex(during, r"TCP Handshake Timeout Mode \.+ Fast")
        for name, process in held.items():
            connect, answers = self.figures(name.replace(", ", "-"), process)
            print(f"{name}: {len(answers)} answers, {statistics.median(answers):.1f} ms, at worst {max(answers):.0f} ms")
        lasted = time.monotonic() - begin
        flood.terminate()
        flood.wait()
        rate = int(self.lab.network.output("flood").split()[-1])
        events = int(re.search(r"Number of Allow Events \.+ (\d+)", self.lab.router.ctl("show firewall policy=net"))[1])
        print(f"flood: {rate} SYNs a second sent, {events / lasted:.0f} a second answered; sessions in the table: "
              + re.search(r"Active \.+ (\d+)", during)[1])
        self.assertGreater(events, 1000)
        # Half a minute later nothing is left of it.
        self.assertTrue(wait_until(
            lambda: int(re.search(r"Active \.+ (\d+)", self.lab.router.ctl("show firewall"))[1]) < 50, 35, 1))


main()
