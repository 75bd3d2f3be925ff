"""What nmap makes of a router: its Telnet server and its TCP by name; and what a firewall makes of nmap."""
import re
import sys
import unittest

from guarded import INSIDE, INTERNET, PUBLIC, Guarded
from remote import ADDRESS, CONFIG, Remote
from support import main, wait_until


class Scanner(unittest.TestCase):
    def scan(self, model, interface, number):
        lab = Remote(number, CONFIG.replace("int=eth0", f"int={interface}"), model=model, interface=interface)
        self.addCleanup(lab.down)
        return lab.network.exec("pc", "nmap", "-n", "-Pn", "-sV", "-O", "--osscan-guess", "-p", "22-25", ADDRESS).stdout

    def assert_allied(self, text, system):
        self.assertRegex(text, r"23/tcp +open +telnet +Allied Telesyn Rapier switch telnetd \(Remote\)")
        self.assertIn("(Allied Telesis Labs)", text)
        # Exact when the sequence numbers happen to be as random as those it was made from, else the best guess.
        best = re.search(r"(?:OS details|Aggressive OS guesses): ([^(,\n]+?)(?: \((\d+)%\))?[,\n]", text)
        self.assertTrue(best, text)
        self.assertIn(system, best[1], text)
        self.assertGreaterEqual(int(best[2] or 100), 94, text)

    def test_a_router(self):
        self.assert_allied(self.scan("AR750S", "eth0", 3), "Allied Tele")

    def test_a_switch(self):
        self.assert_allied(self.scan("Rapier24i", "vlan1", 4), "Allied Telesyn")


class Scanned(unittest.TestCase):
    """A scan from outside finds what a rule opens, and is an event."""

    def guarded(self, *extra):
        lab = Guarded(5, f"add firewall poli=net ru=1 ac=allo int=eth0 prot=tcp gblip={PUBLIC} gblp=8080 ip={INSIDE} po=80",
                      *extra)
        self.addCleanup(lab.down)
        lab.network.start("web", [sys.executable, "-m", "http.server", "80"], node="pc", cwd=lab.network.folder)
        self.assertTrue(wait_until(lambda: lab.exec("pc", "ss", "-Htln", "sport = :80"), 10), "no server")
        return lab

    def nmap(self, lab, *words):
        return lab.exec("internet", "nmap", "-n", "-Pn", "--max-retries", "1", *words, PUBLIC, timeout=120)

    def test_the_ports_of_a_host(self):
        lab = self.guarded()
        text = self.nmap(lab, "-sS", "-T4", "-p", "1-112,114-400,8080")
        self.assertEqual(re.findall(r"^(\d+)/tcp\s+(\w+)", text, re.MULTILINE), [("8080", "open")], text)
        notified = lab.router.ctl("show firewall event=notify")
        self.assertRegex(notified, rf"(?m)^\d\d [\d:]{{8}} IN  TCP +1 {INTERNET}:\d+ +{PUBLIC}:\d+\n    Port scan$")
        self.assertNotIn("Host scan", notified)
        self.assertRegex(lab.router.ctl("show log module=fire"),
                         rf"5 FIRE FIRE  ATTAC Port scan from {INTERNET} is underway\.")
        # Of the attack underway five packets were kept, so the list still tells what came before.
        counted = int(re.search(r"Number of Deny Events \.+ (\d+)", lab.router.ctl("show firewall policy=net"))[1])
        self.assertGreater(counted, 399)

    def test_udp_ports(self):
        lab = self.guarded()
        text = self.nmap(lab, "-sU", "-T4", "-p", "1-40")
        self.assertEqual(re.findall(r"^\d+/udp\s+(?:open|closed)\s", text, re.MULTILINE), [], text)
        self.assertRegex(lab.router.ctl("show firewall event=notify"), r"(?m)^    UDP port scan$")

    def test_many_hosts(self):
        lab = self.guarded("add ip int=vlan1-1 ip=10.9.0.1 mask=255.255.0.0",
                           "add firewall policy=net int=vlan1-1 type=private")
        lab.network.ip("internet", "route", "add", "10.9.0.0/16", "via", PUBLIC)
        lab.exec("internet", "nmap", "-n", "-Pn", "-T4", "--max-retries", "0", "-p", "445", "10.9.1.0-99", timeout=120)
        self.assertRegex(lab.router.ctl("show firewall event=notify"), r"(?m)^    Host scan$")


main()
