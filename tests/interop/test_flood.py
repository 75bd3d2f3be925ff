"""A flood of forged SYNs: who talks goes on talking, who comes gets in, and the router still listens to its manager, be
the flood slower or faster than what the router can read. Prints what it measured."""
import re
import socket
import statistics
import sys
import time
import unittest

from guarded import INSIDE, INTERNET, PUBLIC, Guarded
from support import main, wait_until
from traffic import inside

SECONDS = 6   # that sessions from before the flood are watched
RATE = 30000  # SYNs a second that any machine's router can answer
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
# Forged SYNs to one published port, from everywhere in 198.18/15, until SIGTERM or its time is up; says how many a second
# it sent. Many in a system call: as fast as a machine can. Rate 0: no slower than that.
FLOOD = """
import ctypes, random, signal, socket, struct, sys, time
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
batch, kept = 50, []
def pointer(data):
    kept.append(ctypes.create_string_buffer(bytes(data), len(data)))
    return ctypes.addressof(kept[-1])
def messages():  # struct mmsghdr[batch]
    parts = b"".join(struct.pack("QQ", pointer(syn()), 54) for _ in range(batch))
    parts = pointer(parts)
    return pointer(b"".join(struct.pack("QIxxxxQQQQixxxxIxxxx", 0, 0, parts + 16 * i, 1, 0, 0, 0, 0) for i in range(batch)))
batches = [messages() for _ in range(400)]
sendmmsg = ctypes.CDLL(None).sendmmsg
sendmmsg.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int]
print("ready", flush=True)
begin, sent = time.monotonic(), 0
while time.monotonic() - begin < seconds:
    for at in random.sample(batches, 10):
        sent += max(0, sendmmsg(wire.fileno(), at, batch, 0))
    if rate:
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


SEND = """
import hashlib, os, socket, sys
listener = socket.create_server(("", int(sys.argv[1])))
print("listening", flush=True)
link = listener.accept()[0]
data = os.urandom(int(sys.argv[2]) << 20)
link.sendall(data)
print(hashlib.sha256(data).hexdigest(), flush=True)
"""
FETCH = """
import hashlib, socket, sys
link, digest = socket.create_connection((sys.argv[1], int(sys.argv[2])), 30), hashlib.sha256()
link.settimeout(30)
while data := link.recv(1 << 16):
    digest.update(data)
print(digest.hexdigest())
"""


class Flood(unittest.TestCase):
    def guard(self, packet=False):
        self.lab = Guarded(6, f"add firewall poli=net ru=1 ac=allo int=eth0 prot=tcp gblip={PUBLIC} gblp=8080 "
                              f"ip={INSIDE} po=80", packet=packet)
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
        connect, answers = float(words[1]), [float(word) for word in words[2:]]
        print(f"{name}: connected in {connect:.0f} ms, {len(answers)} answers, {statistics.median(answers):.1f} ms, "
              f"at worst {max(answers):.0f} ms")
        return connect, answers

    def hold(self):
        """Connections from before the flood, one each way."""
        held = {"in-held": self.start("in-held", ASK, PUBLIC, 8080, SECONDS + 3, node="internet"),
                "out-held": self.start("out-held", ASK, INTERNET, 7000, SECONDS + 3, node="pc")}
        for name in held:
            self.wait_for(name, "connected")
        return held

    def flood(self, rate):
        mac = re.search(r"..(?::..){5}", self.lab.exec("internet", "ip", "neigh", "show", PUBLIC))[0]
        flood = self.start("flood", FLOOD, PUBLIC, 8080, mac, LONGEST, rate, node="internet")
        self.addCleanup(flood.wait)
        self.addCleanup(flood.terminate)
        self.wait_for("flood", "ready", 60)
        self.assertTrue(wait_until(lambda: "SYN attack" in self.lab.router.ctl("show firewall event=notify"), 10))
        return flood

    def end(self, flood):
        self.assertIsNone(flood.poll(), "the flood was over too soon")
        flood.terminate()
        flood.wait()
        print(f"flood: {self.lab.network.output('flood').split()[-1]} SYNs a second sent")

    def from_outside(self):
        return self.start("in-new", ASK, PUBLIC, 8080, 1, node="internet")

    def from_inside(self):
        return self.start("out-new", ASK, INTERNET, 7000, 1, node="pc")

    def active(self):
        return int(re.search(r"Active \.+ (\d+)", self.lab.router.ctl("show firewall"))[1])

    def test_no_faster_than_the_router(self):
        self.guard()
        held = self.hold()
        flood = self.flood(RATE)
        begin = time.monotonic()
        for name, process in {"in-new": self.from_outside(), "out-new": self.from_inside()}.items():
            self.figures(name, process)
        during = self.lab.router.ctl("show firewall policy=net")
        self.assertRegex(during, r"TCP Handshake Timeout Mode \.+ Fast")
        sessions = self.active()
        for name, process in held.items():
            self.figures(name, process)
        lasted = time.monotonic() - begin
        self.end(flood)
        events = int(re.search(r"Number of Allow Events \.+ (\d+)", self.lab.router.ctl("show firewall policy=net"))[1])
        print(f"{events / lasted:.0f} a second answered; {sessions} sessions in the table")
        self.assertGreater(events, 1000)

    def test_as_fast_as_the_machine(self):
        """More than the router can read: what there was goes on, who is inside gets out, who wants to manage it can. Opens
        from outside are a few among many more forged ones, so nothing is promised to them before the flood is over."""
        self.guard()
        held = self.hold()
        flood = self.flood(0)
        self.assertLess(self.at_the_console(), 5)
        self.assertLess(self.by_telnet(), 5)
        self.start("send", SEND, 7001, 10, node="internet")
        self.wait_for("send", "listening")
        fetched = self.lab.exec("pc", sys.executable, "-c", FETCH, INTERNET, 7001, timeout=60)
        self.wait_for("send", fetched.strip())
        self.assert_undisturbed(held)
        self.end(flood)
        # The gate opens again: a moment later one of the first tries gets in.
        time.sleep(2)
        self.assertLess(self.figures("in-new", self.from_outside())[0], 5000)

    def test_on_packet_sockets(self):
        self.guard(packet=True)
        held = self.hold()
        flood = self.flood(0)
        self.assertLess(self.at_the_console(), 5)
        self.assert_undisturbed(held)
        self.end(flood)

    def assert_undisturbed(self, held):
        """Who is inside gets out, who was connected goes on; because most opens were refused in front of the port."""
        self.figures("out-new", self.from_inside())
        for name, process in held.items():
            self.assertGreater(len(self.figures(name, process)[1]), 20 * SECONDS)  # of fifty a second
        refused = int(re.search(r"ifInDiscards\s+\.*\s*(\d+)", self.lab.router.ctl("show interface=eth0 counter"))[1])
        print(f"{refused} SYNs refused")
        self.assertGreater(refused, 0)

    def at_the_console(self):
        """Seconds until somebody who comes to the console has seen who may log in, logged in and read a screen."""
        begin = time.monotonic()
        with socket.socket(socket.AF_UNIX) as console:
            console.settimeout(10)
            console.connect(self.lab.router.console)
            talk(console, ((b"\r", b"login:"), (b"manager\r", b"Password:"), (b"friend\r", b"Manager"),
                           (b"show firewall\r", b"Sessions")))
        return self.took("console", begin)

    def by_telnet(self):
        """The same from a host inside."""
        begin = time.monotonic()
        with inside(self.lab.network, "pc"):
            link = socket.socket()
        with link:
            link.settimeout(10)
            link.connect(("192.168.1.1", 23))
            talk(link, ((b"", b"login:"), (b"manager\r", b"assword:"), (b"friend\r", b"Manager"),
                        (b"show firewall\r", b"Sessions")))
        return self.took("telnet", begin)

    @staticmethod
    def took(what, begin):
        seconds = time.monotonic() - begin
        print(f"{what}: {seconds * 1e3:.0f} ms from connecting to a screen")
        return seconds


def talk(link, steps):
    """Says each line, and waits for what the other end is to say then."""
    for said, wanted in steps:
        link.sendall(said)
        heard = b""
        while wanted not in heard:
            data = link.recv(4096)
            if not data:
                raise AssertionError(f"{heard!r}, and no {wanted!r}")
            heard += data


main()
