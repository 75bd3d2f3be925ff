"""People who come by Telnet, with the clients they use."""
import re
import socket
import subprocess
import sys
import tempfile
import unittest

import pexpect

from remote import ADDRESS, CONFIG, Remote
from support import PROGRAM, LabTest, main, policy_counters, run, wait_until

BANNER = "TELNET session now in ESTABLISHED state\r\n\r\n"
PROMPT = "Manager Remote> "

# Raw bytes, from inside the host's namespace.
GREET = """
import socket, sys
link = socket.create_connection((sys.argv[1], int(sys.argv[2])), 5)
link.settimeout(5)
data = b""
while b"login: " not in data:
    data += link.recv(4096)
sys.stdout.write(data.hex())
"""


class Telnet(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = Remote()

    @classmethod
    def tearDownClass(cls):
        cls.lab.down()

    def spawn(self, *command, expect=BANNER):
        client = pexpect.spawn(self.lab.inside(*command)[0], self.lab.inside(*command)[1:], timeout=15, encoding="latin-1")
        self.addCleanup(client.close, True)
        if expect:
            client.expect_exact(expect)
        return client

    def log_in(self, client, name="manager", password="friend", prompt=PROMPT):
        client.expect_exact("Remote login: ")
        client.send(name + "\r")
        client.expect_exact("Password: ")
        client.send(password + "\r")
        client.expect_exact(prompt)

    def a_session(self, client):
        self.log_in(client)
        client.send("show user\r")
        client.expect_exact("--More--")
        client.send("c")
        client.expect(r"manager +Telnet \d+ +192\.168\.7\.2 ")
        client.expect_exact(PROMPT)
        client.send("show tim?")
        client.expect_exact("Options : TIme")
        client.send("\x15logoff\r")
        client.expect([pexpect.EOF, "closed"])

    def test_greeting_byte_for_byte(self):
        done = self.lab.network.exec("pc", sys.executable, "-c", GREET, ADDRESS, 23)
        self.assertEqual(bytes.fromhex(done.stdout), b"\xff\xfb\x01\xff\xfb\x03\xff\xfd\x03" + BANNER.encode() + b"Remote login: ")

    def test_gnu_telnet(self):
        self.a_session(self.spawn("inetutils-telnet", ADDRESS))

    def test_putty(self):
        home = self.lab.network.folder
        self.a_session(self.spawn("env", f"HOME={home}", "plink", "-telnet", "-P", "23", ADDRESS))

    def test_netmiko(self):
        script = ("import warnings; warnings.simplefilter('ignore')\n"
                  "from netmiko import ConnectHandler\n"
                  "link = ConnectHandler(device_type='generic_termserver_telnet', host='%s', username='manager', password='friend')\n"
                  "link.write_channel('manager\\r'); link.read_until_pattern('assword'); link.write_channel('friend\\r')\n"
                  "link.set_base_prompt(pri_prompt_terminator='>', alt_prompt_terminator='>')\n"
                  "print(link.send_command('show ip interface', expect_string='Manager Remote> '))\n" % ADDRESS)
        done = self.lab.network.exec("pc", sys.executable, "-c", script, check=False)
        self.assertIn("192.168.7.1", done.stdout, done.stderr)

    def test_what_network_managers_match(self):
        """Prompt, pager and the words of SHOW SYSTEM as NOC's profile of these devices takes them apart."""
        prompt = r"(?m)^(Manager)\s*(?P<hostname>\S+)>"
        more = r"(?m)^--More--\s*\(<space> = next page, <CR> = one line, C = continuous, Q = quit\)"
        client = self.spawn("inetutils-telnet", ADDRESS)
        client.expect("login: ")
        client.send("manager\r")
        client.expect("assword: ")
        client.send("friend\r")
        client.expect(prompt)
        self.assertEqual(client.match["hostname"], "Remote")
        client.send("show system\r")
        screen = ""
        while client.expect([more, prompt]) == 0:
            screen += client.before
            client.send("c")
        screen += client.before
        words = {line.split()[0]: line.split() for line in screen.splitlines() if line.split()}
        self.assertEqual((words["Base"][2], words["Base"][4:], words["Software"][2]),
                         ("AR415S", ["M1-0", "62058120"], "2.9.1-00"))
        client.send("nonsense\r")
        client.expect(r"(?m)^Error \(3035256\): Unknown command \"nonsense\"\.\r$")
        client.expect(prompt)
        client.send("logout\r")
        client.expect([pexpect.EOF, "closed"])

    def test_a_raw_socket_with_every_line_end(self):
        for end in ("\r\n", "\r\0", "\r", "\n"):
            client = self.spawn(sys.executable, "-c", RAW, ADDRESS, expect="ESTABLISHED")
            client.expect_exact("login: ")
            for line in ("manager", "friend", "show time", "logoff"):
                client.send((line + end).encode("latin-1").hex() + "\n")
            client.expect("System time is")
            client.expect(pexpect.EOF)

    def test_failures_are_logged_and_lock_out(self):
        client = self.spawn("inetutils-telnet", ADDRESS)
        for _ in range(5):
            client.expect_exact("login: ")
            client.send("guest\r")
            client.expect_exact("Password: ")
            client.send("wrong\r")
            client.expect_exact("Access denied")
        client.expect([pexpect.EOF, "closed"])
        log = re.sub(r"\s+", " ", self.lab.log())
        self.assertRegex(log, r"guest login on TTY\d+ failed")
        self.assertRegex(log, r"guest locked out on TTY\d+")

    def test_security_officers_need_a_listed_address(self):
        ctl = self.lab.router.ctl
        ctl("enable system security_mode")
        try:
            client = self.spawn("inetutils-telnet", ADDRESS)
            client.expect_exact("login: ")
            client.send("secoff\r")
            client.expect_exact("Password: ")
            client.send("secoff-lab\r")
            client.expect_exact("Access denied")
            ctl("add user rso ip=192.168.7.0 mask=255.255.255.0", "enable user rso")
            self.log_in(client, "secoff", "secoff-lab", "SecOff Remote> ")
            client.send("delete user rso ip=192.168.7.0\r")
            client.expect_exact("Operation successful.")
            client.send("add user rso ip=1.2.3.4\r")
            client.expect_exact("directly attached")
        finally:
            ctl("disable user rso", check=False)
            ctl("disable system security_mode")

    def test_disabling_keeps_sessions_and_takes_no_more(self):
        client = self.spawn("inetutils-telnet", ADDRESS)
        self.log_in(client)
        ctl = self.lab.router.ctl
        ctl("disable telnet server")
        try:
            self.spawn("inetutils-telnet", ADDRESS, expect="refused")
            client.send("show time\r")
            client.expect_exact("System time is")
            ctl("set telnet listenport=2323", "enable telnet server")
            self.spawn("inetutils-telnet", ADDRESS, "2323")
            table = ctl("show tcp")
            self.assertRegex(table, r"0 +LISTEN +2323,0\.0\.0\.0 +0,0\.0\.0\.0")
            row = re.search(r"(\d+) +ESTABLISHED +23,192\.168\.7\.1 +\d+,192\.168\.7\.2", table)
            ctl(f"delete tcp={row[1]}")
            client.expect([pexpect.EOF, "closed"])
        finally:
            ctl("set telnet listenport=23")

    def test_from_the_router_to_a_host(self):
        server = self.lab.network.start("host", [sys.executable, "-c", HOST], node="pc")
        self.assertTrue(wait_until(lambda: "listening" in self.lab.network.output("host"), 5))
        client = self.spawn("inetutils-telnet", ADDRESS)
        self.log_in(client)
        client.send("telnet 192.168.7.2 port=2300\r")
        client.expect_exact("Attempting Telnet connection to 192.168.7.2")
        client.expect_exact("who? ")
        client.send("me\r")
        client.expect_exact("hello me")
        client.send("\x10")
        client.expect_exact(PROMPT)
        client.send("show sessions\r")
        client.expect(r"1 +192\.168\.7\.2 +192\.168\.7\.2:2300 +Established")
        client.expect_exact(PROMPT)
        client.send("reconnect 1\r")
        client.send("quit\r")
        client.expect_exact("has been closed.")
        client.expect_exact(PROMPT)
        self.assertEqual(server.wait(5), 0)

    def test_restart_ends_sessions_and_takes_new_ones(self):
        client = self.spawn("inetutils-telnet", ADDRESS)
        self.log_in(client)
        self.lab.router.ctl("restart router")
        client.expect([pexpect.EOF, "closed"])
        self.log_in(self.spawn("inetutils-telnet", ADDRESS))

    def test_many_at_once_and_a_limit(self):
        clients = [self.spawn("inetutils-telnet", ADDRESS) for _ in range(32)]
        self.spawn("inetutils-telnet", ADDRESS, expect="closed")
        clients[0].close(True)
        self.assertTrue(wait_until(lambda: len(re.findall("ESTABLISHED", self.lab.router.ctl("show tcp"))) < 32, 5))
        self.spawn("inetutils-telnet", ADDRESS)


RAW = """
import os, socket, sys, threading
link = socket.create_connection((sys.argv[1], 23), 10)
def show():
    while data := link.recv(4096):
        sys.stdout.write(data.decode("latin-1")); sys.stdout.flush()
    os._exit(0)
threading.Thread(target=show).start()
while True:
    link.sendall(bytes.fromhex(input()))
"""
HOST = """
import socket
listener = socket.create_server(("", 2300))
print("listening", flush=True)
link, _ = listener.accept()
link.sendall(b"\\xff\\xfb\\x01\\xff\\xfd\\x18who? ")
file = link.makefile("rb")
name = file.readline()
assert name.endswith(b"me\\r\\n"), name
assert b"\\xff\\xfd\\x01" in name and b"\\xff\\xfb\\x18" in name, name
link.sendall(b"hello me\\r\\n")
assert file.readline() == b"quit\\r\\n"
"""


class ThroughATunnel(LabTest):
    def test_the_far_router_answers_on_its_lan_address(self):
        lab = self.lab()
        lab.up()
        lab.wait_for_tunnel()
        before = policy_counters(lab.routers["peer2"])
        done = lab.network.exec("pc1", sys.executable, "-c", GREET, "192.168.2.254", 23)
        self.assertTrue(bytes.fromhex(done.stdout).endswith(b"Peer2 login: "), done.stdout)
        after = policy_counters(lab.routers["peer2"])
        for name in ("inProcessDone", "outProcessDone"):
            self.assertGreater(after[name], before[name], name)


class BehindTheFirewall(unittest.TestCase):
    RULES = ("enable firewall\ncreate firewall policy=net\nadd ip int=vlan1 ip=10.9.9.1 mask=255.255.255.0\n"
             "add firewall policy=net int=vlan1 type=private\nadd firewall policy=net int=eth0 type=public\n")

    def greeting(self, number, *rules):
        lab = Remote(number, CONFIG + self.RULES + "".join(rule + "\n" for rule in rules))
        self.addCleanup(lab.down)
        return lab.network.exec("pc", "timeout", 3, sys.executable, "-c", GREET, ADDRESS, 23, check=False).stdout

    def test_the_public_side_needs_a_rule(self):
        self.assertEqual(self.greeting(5), "")
        self.assertIn(BANNER.encode().hex(),
                      self.greeting(6, f"add firewall policy=net rule=1 ac=allow int=eth0 prot=tcp port=23 ip={ADDRESS}"))


class OfTheHost(unittest.TestCase):
    def test_an_address_of_the_host_besides(self):
        with tempfile.TemporaryDirectory() as folder:
            with socket.create_server(("127.0.0.1", 0)) as probe:
                port = probe.getsockname()[1]
            router = subprocess.Popen([PROGRAM, "--control", f"{folder}/ctl", "--telnet", f"tcp:127.0.0.1:{port}"],
                                      stdout=subprocess.PIPE, text=True)
            try:
                self.assertIn("ready", router.stdout.readline())
                with socket.create_connection(("127.0.0.1", port), 5) as link:
                    text = b""
                    while b"login: " not in text:
                        text += link.recv(4096)
                    self.assertIn(BANNER.encode(), text)
                run(PROGRAM, "ctl", f"{folder}/ctl", "disable telnet server")
                with socket.create_connection(("127.0.0.1", port), 5) as link:
                    link.settimeout(5)
                    self.assertEqual(link.recv(4096), b"")
                second = run(PROGRAM, "--control", f"{folder}/2", "--telnet", f"tcp:127.0.0.1:{port}", check=False)
                self.assertEqual((second.returncode, second.stderr.count("\n")), (3, 1), second.stderr)
            finally:
                router.terminate()
                self.assertEqual(router.wait(5), 0)
                router.stdout.close()


class WithoutTheRight(unittest.TestCase):
    def test_consoles_only(self):
        done = run("setpriv", "--reuid", "65534", "--clear-groups", "--bounding-set", "-all", "timeout", "-s", "TERM", "3",
                   PROGRAM, "--console", "tcp:127.0.0.1:47123", check=False)
        self.assertIn("ready", done.stdout)
        self.assertEqual(done.stderr.count("nobody can log in over the network"), 1, done.stderr)


main()
