"""Users whom a TACACS+ server knows, by Telnet and SSH."""
import os
import re
import sys

import people
from desk import LAN, PC, DeskTest
from support import main, wait_until

KEY, LONG = "a shared secret", "a password of forty characters, no less."
SERVER = f'add tacplus server={PC} key="{KEY}"'
PEER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tacplus_peer.py")


class Tacplus(DeskTest):
    def serve(self, *options, key=KEY, port=49):
        self.network.start("server", [sys.executable, PEER, str(port), key, *options], node="pc")
        self.assertTrue(wait_until(lambda: "listening" in self.said(), 20), self.said())

    def said(self):
        return self.network.output("server")

    def log_in(self, name, password):
        return people.log_in(self.network, "pc", LAN, name, password)

    def counted(self, **figures):
        screen = self.router.ctl(f"show tacplus server={PC}")
        for name, value in figures.items():
            self.assertRegex(screen, rf"\b{name} +{value}\b")

    def log(self):
        return " ".join(self.router.ctl("show log").split())

    def test_what_people_may_do(self):
        self.serve()
        self.router.ctl(SERVER, "enable tacplus")
        for name, password, prompt in (("alice", "Wonder-land 7", "SecOff > "), ("bob", "builder1", "Manager > "),
                                       ("carol", "networks", "\n> "), ("dave", LONG, "SecOff > "), ("papa", "by-pap-only", "Manager > "),
                                       ("late", "asks-first", "Manager > "), ("alice", "wonder-land 7", "denied"),
                                       ("nobody", "x", "denied"), ("erin", "picky-eater", "denied"), ("frank", "framed-1", "denied"),
                                       ("manager", "friend", "Manager > ")):
            self.assertIn(prompt, self.log_in(name, password).replace("\r", ""), name)
        self.counted(loginRequests=10, accepts=6, rejects=4, errors=0, badPackets=0)
        self.assertRegex(self.said(), rf"start alice Telnet \d+ from {re.escape(PC)} type 1\n")
        self.assertRegex(self.said(), r"start papa .* type 1\n(connection\n)?start papa .* type 2\n")
        self.assertIn("authorize bob: service=shell cmd=\n", self.said())
        self.assertNotIn("start manager", self.said())
        log = self.log()
        self.assertIn(f"TACACS+ server {PC} accepted user alice", log)
        self.assertIn(f"TACACS+ server {PC} rejected user erin: argument acl=101 is not known", log)
        for secret in ("Wonder-land 7", LONG, KEY):
            self.assertNotIn(secret, log)

    def test_the_same_by_ssh(self):
        self.serve()
        self.router.ctl(SERVER, "enable tacplus", "add ssh user=manager password=ssh-word")
        people.open_ssh(self.router)
        for name, password, prompt in (("alice", "Wonder-land 7", "SecOff > "), ("bob", "builder1", "Manager > "),
                                       ("alice", "guess", "denied"), ("manager", "ssh-word", "Manager > ")):
            self.assertIn(prompt, people.log_in_by_ssh(self.network, "pc", LAN, name, password), name)
        self.assertIn(f"start alice SSH from {PC} type 1", self.said())

    def test_one_connection_for_all(self):
        self.serve("single")
        self.router.ctl(SERVER + " singleconnection=on", "enable tacplus")
        for name, password, prompt in (("alice", "Wonder-land 7", "SecOff > "), ("papa", "by-pap-only", "Manager > "),
                                       ("bob", "guess", "denied"), ("bob", "builder1", "Manager > ")):
            self.assertIn(prompt, self.log_in(name, password), name)
        self.assertEqual(self.said().count("connection\n"), 1)
        # The server forgets it, as after a restart of its own.
        self.network.stop("server")
        self.serve("single")
        self.assertIn("Manager > ", self.log_in("bob", "builder1"))
        self.counted(accepts=4, rejects=1, errors=0)

    def test_in_clear_on_another_port(self):
        self.serve(key="", port=4949)
        self.router.ctl(f"add tacplus server={PC} port=4949", "enable tacplus")
        self.assertIn("SecOff > ", self.log_in("alice", "Wonder-land 7"))

    def test_other_keys_let_nobody_in(self):
        self.serve()
        self.router.ctl(f"add tacplus server={PC} key=another", "enable tacplus")
        self.assertIn("denied", self.log_in("alice", "Wonder-land 7"))
        self.counted(accepts=0, rejects=0, badPackets=1)
        self.router.ctl(f"delete tacplus server={PC}", f"add tacplus server={PC}")
        self.assertIn("denied", self.log_in("alice", "Wonder-land 7"))
        self.counted(accepts=0, rejects=0, errors=1)  # it hangs up on who does not hide what he says

    def test_silence_holds_nobody_up(self):
        self.router.ctl("add tacplus server=192.168.1.77 timeout=1 retries=1", SERVER, "enable tacplus")  # nobody lives there
        self.serve()
        self.network.start("waiting", [sys.executable, "-c", people.LOGIN, LAN, "bob", "builder1"], node="pc")
        self.assertTrue(wait_until(lambda: re.search(r"loginRequests +1\b", self.router.ctl("show tacplus server=192.168.1.77")), 10))
        self.assertIn("Manager > ", self.log_in("manager", "friend"))
        self.assertEqual(self.network.output("waiting"), "")
        self.assertTrue(wait_until(lambda: "Manager > " in self.network.output("waiting"), 10))
        self.assertRegex(self.router.ctl("show tacplus server=192.168.1.77"), r"timeouts +2\b")

    def test_a_closed_port_is_not_waited_for(self):
        self.router.ctl(SERVER, "enable tacplus")
        self.assertIn("denied", self.log_in("bob", "builder1"))
        self.counted(noConnections=1, timeouts=0)
        self.assertIn("Manager > ", self.log_in("manager", "friend"))


main()
