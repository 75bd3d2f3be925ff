"""What nmap makes of a router: its Telnet server and its TCP by name."""
import re
import unittest

from remote import ADDRESS, CONFIG, Remote
from support import main


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


main()
