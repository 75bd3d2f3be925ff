"""The router as a client of the network's services, each by a program nobody here wrote where there is one: chrony for
the time, dnsmasq for names; and what it tells others: mail, syslog, ping polling."""
import datetime
import re
import sys

from desk import LAN, PC, DeskTest
from support import main, wait_until

# Takes mail and prints what it is told.
MAIL_SERVER = """
import socket, sys
server = socket.create_server(("", 25))
print("listening", flush=True)
while True:
    link, _ = server.accept()
    lines = link.makefile("rw", newline="\\r\\n")
    def say(text):
        lines.write(text + "\\r\\n"); lines.flush()
    say("220 mx")
    text = False
    for line in lines:
        line = line.rstrip("\\r\\n")
        print(line, flush=True)
        if text:
            if line == ".":
                text = False
                say("250 queued")
        elif line == "DATA":
            text = True
            say("354 go on")
        else:
            say("221 bye" if line == "QUIT" else "250 ok")
"""
SYSLOG_SERVER = """
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("", 514))
print("listening", flush=True)
while True:
    print(server.recvfrom(2000)[0].decode(), flush=True)
"""
# Asks a name server for an address: name, number of the question, server.
ASK = """
import socket, struct, sys
name, number, server = sys.argv[1], int(sys.argv[2]), sys.argv[3]
link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
link.settimeout(5)
labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
link.sendto(struct.pack("!6H", number, 0x0100, 1, 0, 0, 0) + labels + b"\\0\\0\\1\\0\\1", (server, 53))
reply = link.recv(2000)
assert struct.unpack("!H", reply[:2])[0] == number
print("status", reply[3] & 15, "answers", reply[7], "address", socket.inet_ntoa(reply[-4:]))
"""


class Services(DeskTest):
    def python(self, name, script):
        self.network.start(name, [sys.executable, "-u", "-c", script], node="pc")
        self.assertTrue(wait_until(lambda: "listening" in self.network.output(name), 10))

    def file(self, name, text):
        with open(f"{self.network.folder}/{name}", "w") as file:
            file.write(text)
        return f"{self.network.folder}/{name}"

    def dnsmasq(self):
        hosts = self.file("hosts", f"{PC} pc.example\n10.0.0.100 wan.example\n")
        self.network.start("dnsmasq", ["dnsmasq", "-k", "-u", "root", "-C", "/dev/null", "-R", "-h", "-H", hosts, "-x", "",
                                       "--cname=alias.example,pc.example", "--mx-host=mail.example,pc.example,10",
                                       "--local=/example/", "--local-ttl=60", "-i", "eth0", "-z"], node="pc")
        self.assertTrue(wait_until(lambda: ":53 " in self.pc("ss", "-lnu"), 10), self.network.output("dnsmasq"))

    def clock(self):
        """The router's clock."""
        words = re.search(r"System time is (\S+) on \S+ (\S+)\.", self.router.ctl("show time")).groups()
        return datetime.datetime.strptime(" ".join(words), "%H:%M:%S %d-%b-%Y")

    def test_chrony_sets_the_clock_and_is_served(self):
        config = self.file("chrony.conf", f"local stratum 5\nallow\ncmdport 0\npidfile {self.network.folder}/chrony-own.pid\nbindcmdaddress /\n")
        self.network.start("chronyd", ["chronyd", "-x", "-d", "-u", "root", "-f", config], node="pc")
        self.assertTrue(wait_until(lambda: ":123 " in self.pc("ss", "-lnu"), 10), self.network.output("chronyd"))
        self.router.ctl("set time=01:02:03 date=04-may-1999")
        self.router.ctl("set ntp utcoffset=+09:00", f"add ntp peer={PC}", "enable ntp")
        def error():
            return abs((self.clock() - datetime.datetime.utcnow()).total_seconds() - 9 * 3600)
        self.assertTrue(wait_until(lambda: error() < 2, 15), f"{self.clock()} {self.router.ctl('show ntp')}")
        screen = self.router.ctl("show ntp")
        self.assertRegex(screen, rf"{re.escape(PC)} +Client +3 +5 ")
        self.assertRegex(screen, r"Stratum +: 6")
        self.assertIn("Clock set to", self.router.ctl("show log module=ntp"))
        # Chrony asks the router for the time and does nothing with it.
        self.network.stop("chronyd")
        asked = self.network.exec("pc", "chronyd", "-Q", "-x", "-u", "root", "-t", "15", f"server {LAN} iburst maxsamples 4",
                                  "cmdport 0", f"pidfile {self.network.folder}/other.pid", check=False)
        wrong = re.search(r"System clock wrong by (-?[\d.]+) seconds", asked.stdout + asked.stderr)
        self.assertTrue(wrong, asked.stdout + asked.stderr)
        self.assertLess(abs(float(wrong.group(1))), 0.1)

    def test_names_by_dnsmasq(self):
        self.dnsmasq()
        self.router.ctl(f"add ip dns primary={PC}")
        for name in ("pc.example", "PC.Example", "alias.example"):
            self.assertIn(f"Echo reply 1 from {PC}", self.router.ctl(f"ping {name} number=1"))
        self.assertIn("Error (3005297): Host name not found.", self.router.ctl("ping none.example number=1", check=False))
        self.assertIn("Target reached", self.router.ctl("trace wan.example"))

    def test_the_relay_asks_for_others(self):
        self.dnsmasq()
        self.router.ctl(f"add ip dns primary={PC}", "set ip dns cache size=10", "enable ip dnsrelay")
        def ask(name, number):
            return self.pc(sys.executable, "-c", ASK, name, number, LAN)
        self.assertIn(f"status 0 answers 1 address {PC}", ask("pc.example", 4711))
        self.assertIn("status 3 answers 0", ask("none.example", 4712))
        self.network.stop("dnsmasq")
        self.assertIn(f"status 0 answers 1 address {PC}", ask("pc.example", 4713))  # remembered
        screen = self.router.ctl("show ip dns cache")
        self.assertIn("pc.example", screen)

    def test_mail_and_the_log_by_mail(self):
        self.dnsmasq()
        self.python("smtp", MAIL_SERVER)
        self.router.ctl(f"add ip dns primary={PC}", "set mail hostname=router.example")
        self.router.ctl('mail to=noc@mail.example subject="test" message="This is a test."')
        heard = lambda: self.network.output("smtp")
        self.assertTrue(wait_until(lambda: "QUIT" in heard(), 20), heard() + self.router.ctl("show mail"))
        for line in ("EHLO router.example", "MAIL FROM:<manager@router.example>", "RCPT TO:<noc@mail.example>", "Subject: test",
                     "This is a test."):
            self.assertIn(line + "\n", heard())
        self.router.ctl("create log output=1 destination=email to=admin@[192.168.1.100] messages=2", "add log output=1 module=ping")
        self.router.ctl("add ping poll=1 ipaddress=192.168.1.100 upcount=1 failcount=1 timeout=1", "enable ping poll=1")
        self.assertTrue(wait_until(lambda: "is up" in self.router.ctl("show log module=ping"), 10))
        self.router.ctl("reset ping poll=1")  # it is found again: the second message
        self.assertTrue(wait_until(lambda: "RCPT TO:<admin@[192.168.1.100]>" in heard(), 30),
                        heard() + self.router.ctl("show mail") + self.router.ctl("show log"))
        self.assertIn("Poll 1: device 192.168.1.100 is up", heard())

    def test_syslog(self):
        self.python("syslog", SYSLOG_SERVER)
        self.router.ctl("create log output=1 destination=syslog server=192.168.1.100 facility=local3", "add log output=1 module=ping")
        self.router.ctl("add ping poll=1 ipaddress=192.168.1.100 upcount=2", "enable ping poll=1")
        self.assertTrue(wait_until(lambda: "PING:PING/UP, Poll 1: device 192.168.1.100 is up" in self.network.output("syslog"), 15))
        self.assertRegex(self.network.output("syslog"), r"<156>PING")  # local3, warning

    def test_a_polled_device_goes_and_comes_back(self):
        self.router.ctl("add ping poll=1 ipaddress=192.168.1.100 upcount=2 failcount=2 normalinterval=1", "enable ping poll=1")
        def state(word):
            return wait_until(lambda: re.search(rf"^1 +{word} +192", self.router.ctl("show ping poll"), re.M), 20, 0.3)
        self.assertTrue(state("Up"))
        self.network.ip("pc", "addr", "del", f"{PC}/24", "dev", "eth0")
        self.assertTrue(state("Down"))
        self.network.ip("pc", "addr", "add", f"{PC}/24", "dev", "eth0")
        self.assertTrue(state("Up"))
        self.assertEqual(len(re.findall(r"device 192.168.1.100 is (?:up|down)", re.sub(r"\s+", " ", self.router.ctl("show log module=ping")))), 3)


if __name__ == "__main__":
    main()
