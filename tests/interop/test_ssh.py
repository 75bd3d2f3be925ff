"""People and programs that come by SSH, with the clients they use."""
import os
import re
import shlex
import sys
import unittest

import pexpect

from remote import ADDRESS, CONFIG, Remote
from support import main, wait_until

PROMPT = "Manager Remote> "
USERS = """\
add ssh user=manager password=friend
add ssh user=secoff password=ssh-only
add ssh user=guest password=guest-lab ipaddress=10.0.0.0 mask=255.0.0.0
"""


class Ssh(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = Remote(1, CONFIG + USERS)
        cls.home = cls.lab.network.folder
        ctl = cls.lab.router.ctl
        ctl("create enco key=0 type=rsa length=2048 description=\"Host Key\"",
            "create enco key=1 type=rsa length=1024 description=\"Server Key\"")
        wait_until(lambda: len(re.findall(r"(?m)^ *[01] .*RSA", ctl("show enco key"))) == 2, 30, 0.3)
        ctl("enable ssh server hostkey=0 serverkey=1")

    @classmethod
    def tearDownClass(cls):
        cls.lab.down()

    def ssh(self, user, *words, options=()):
        return ["ssh", "-F", "none", "-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={self.home}/known",
                "-o", "LogLevel=ERROR", *options, f"{user}@{ADDRESS}", *words]

    def spawn(self, command, password=None):
        words = self.lab.inside(*command)
        client = pexpect.spawn(words[0], words[1:], timeout=15, encoding="latin-1")
        self.addCleanup(client.close, True)
        if password is not None:
            client.expect("assword:")
            client.sendline(password)
        return client

    def command(self, user, password, line, options=()):
        """Output and exit status of one command."""
        client = self.spawn(self.ssh(user, line, options=options), password)
        client.expect(pexpect.EOF)
        text = client.before
        client.close()
        return text.strip().replace("\r\n", "\n"), client.exitstatus

    def test_a_shell(self):
        client = self.spawn(self.ssh("manager"), "friend")
        client.expect_exact(PROMPT)
        client.send("show user\r")
        client.expect_exact("--More--")
        client.send("c")
        client.expect(r"manager +SSH \d+ +192\.168\.7\.2 ")
        client.expect_exact(PROMPT)
        client.send("show ssh sessions\r")
        client.expect(r"\d+ +Shell +manager +192\.168\.7\.2 +SSH \d+")
        client.expect_exact(PROMPT)
        client.send("show tim?")
        client.expect_exact("Options : TIme")
        client.send("\x15logoff\r")
        client.expect(pexpect.EOF)
        client.close()
        self.assertEqual(client.exitstatus, 0)
        self.assertRegex(re.sub(r"\s+", " ", self.lab.log()), r"manager login on TTY\d+")

    def test_commands_and_their_statuses(self):
        text, status = self.command("manager", "friend", "show time")
        self.assertRegex(text, r"System time is ")
        self.assertEqual(status, 0)
        text, status = self.command("manager", "friend", "nonsense")
        self.assertEqual((text, status), ('Error (3035256): Unknown command "nonsense".', 2))
        text, status = self.command("manager", "friend", "ping 192.168.7.2 number=2")
        self.assertEqual((text.count("Echo reply"), status), (2, 0))
        self.assertIn("manager SSH login from 192.168.7.2", re.sub(r"\s+", " ", self.lab.log()))

    def test_a_shell_whose_input_ends_still_gets_the_answers(self):
        client = self.spawn(["sh", "-c", "printf 'ping 192.168.7.2 number=3\\n' | " + " ".join(
            map(shlex.quote, self.ssh("manager", options=["-T"])))], "friend")
        client.expect(pexpect.EOF)
        self.assertEqual(client.before.count("Echo reply"), 3, client.before)

    def test_only_ssh_users_with_the_right_password_from_the_right_place(self):
        for user, password in (("manager", "wrong"), ("nobody", "friend"), ("guest", "guest-lab"), ("secoff", "secoff-lab")):
            client = self.spawn(self.ssh(user, options=["-o", "NumberOfPasswordPrompts=1"]), password)
            client.expect_exact("Permission denied")
        self.assertRegex(re.sub(r"\s+", " ", self.lab.log()), "nobody SSH login from 192.168.7.2 failed")

    def test_a_security_officer_in_security_mode(self):
        ctl = self.lab.router.ctl
        ctl("enable system security_mode")
        try:
            client = self.spawn(self.ssh("secoff"), "ssh-only")
            client.expect_exact("SecOff Remote> ")
            client.send("show ssh user\r")
            client.expect(r"guest +Password +10\.0\.0\.0 +255\.0\.0\.0 +enabled")
        finally:
            # Leaving the mode would destroy the keys of this test's server.
            ctl("disable ssh server")
            ctl("disable system security_mode")
            ctl("create enco key=0 type=rsa length=2048", "create enco key=1 type=rsa length=1024")
            wait_until(lambda: len(re.findall(r"(?m)^ *[01] .*RSA", ctl("show enco key"))) == 2, 30, 0.3)
            ctl("enable ssh server hostkey=0 serverkey=1")
            if os.path.exists(f"{self.home}/known"):
                os.remove(f"{self.home}/known")

    def test_a_key(self):
        key = f"{self.home}/id"
        self.lab.network.exec("pc", "ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", key)
        script = ("import base64\n"
                  "blob = base64.b64decode(open(%r).read().split()[1])\n"
                  "parts = []\n"
                  "while blob:\n"
                  "    n = int.from_bytes(blob[:4], 'big'); parts.append(int.from_bytes(blob[4:4 + n], 'big')); blob = blob[4 + n:]\n"
                  "print(parts[2].bit_length(), parts[1], parts[2])\n" % (key + ".pub"))
        ssh1 = self.lab.network.exec("pc", sys.executable, "-c", script).stdout
        with open(f"{self.lab.router.flash}/pc.key", "w") as file:
            file.write(ssh1)
        ctl = self.lab.router.ctl
        ctl("create enco key=5 type=rsa file=pc.key format=ssh", "set ssh user=manager keyid=5")
        try:
            client = self.spawn(self.ssh("manager", "show time", options=["-i", key, "-o", "BatchMode=yes"]))
            client.expect("System time is")
            ctl("set ssh user=manager password=friend")
            client = self.spawn(self.ssh("manager", "show time", options=["-i", key, "-o", "BatchMode=yes"]))
            client.expect_exact("Permission denied")
        finally:
            ctl("set ssh user=manager password=friend", "destroy enco key=5")

    def test_putty(self):
        known = self.spawn(["env", f"HOME={self.home}", "plink", "-ssh", "-pw", "friend", f"manager@{ADDRESS}"])
        known.expect(r"Store key in cache\?")
        known.send("y\r")
        if known.expect([r"Press Return to begin session", PROMPT]) == 0:
            known.send("\r")
            known.expect_exact(PROMPT)
        known.send("logoff\r")
        known.expect(pexpect.EOF)

    def test_netmiko_and_paramiko(self):
        script = ("import warnings; warnings.simplefilter('ignore')\n"
                  "from netmiko import ConnectHandler\n"
                  "link = ConnectHandler(device_type='generic_termserver', host='%s', username='manager', password='friend')\n"
                  "link.set_base_prompt(pri_prompt_terminator='>', alt_prompt_terminator='>')\n"
                  "print(link.send_command('show ip interface', expect_string='Manager Remote> '))\n"
                  "import paramiko\n"
                  "client = paramiko.SSHClient(); client.set_missing_host_key_policy(paramiko.AutoAddPolicy())\n"
                  "client.connect('%s', username='manager', password='friend', look_for_keys=False, allow_agent=False)\n"
                  "_, out, _ = client.exec_command('show ssh')\n"
                  "print(out.read().decode(), out.channel.recv_exit_status())\n" % (ADDRESS, ADDRESS))
        done = self.lab.network.exec("pc", "env", f"HOME={self.home}", sys.executable, "-c", script, check=False)
        self.assertRegex(done.stdout, r"eth0 +\S+ +192\.168\.7\.1", done.stderr)
        self.assertIn("Host Key ID ..................... 0", done.stdout, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^ 0$")

    def test_old_algorithms_only_when_asked_for(self):
        old = ["-o", "KexAlgorithms=diffie-hellman-group14-sha1", "-o", "Ciphers=aes128-cbc", "-o", "MACs=hmac-sha1",
               "-o", "HostKeyAlgorithms=ssh-rsa"]
        refused = self.spawn(self.ssh("manager", options=old))
        refused.expect(pexpect.EOF)
        refused.close()
        self.assertEqual(refused.exitstatus, 255)
        self.lab.router.ctl("lab ssh algorithms=all")
        try:
            self.assertEqual(self.command("manager", "friend", "show time", options=old)[1], 0)
        finally:
            self.lab.router.ctl("lab ssh algorithms=modern")

    def test_disabled_and_dropped(self):
        client = self.spawn(self.ssh("manager"), "friend")
        client.expect_exact(PROMPT)
        ctl = self.lab.router.ctl
        ctl("disable ssh server")
        try:
            self.spawn(self.ssh("manager")).expect_exact("refused")
            client.send("show time\r")
            client.expect_exact("System time is")
            number = re.search(r"(?m)^(\d+) +Shell", ctl("show ssh sessions"))[1]
            ctl(f"disconnect ssh={number}")
            client.expect(pexpect.EOF)
        finally:
            ctl("enable ssh server")

    def test_configuration_comes_back(self):
        text = self.lab.router.ctl("show config dynamic=ssh")
        self.assertRegex(text, r"add ssh user=manager password=[0-9a-f]{34}\n")
        self.assertIn("enable ssh server hostkey=0 serverkey=1\n", text)

    def test_a_flood_of_half_open_connections(self):
        script = ("import socket\n"
                  "links = [socket.create_connection(('%s', 22), 5) for _ in range(60)]\n"
                  "print(sum(link.recv(100).startswith(b'SSH-2.0-AtiSSH_') for link in links))\n" % ADDRESS)
        done = self.lab.network.exec("pc", sys.executable, "-c", script)
        self.assertEqual(int(done.stdout), 32)
        self.assertTrue(wait_until(lambda: not re.search(r"(?m)^\d+ +-", self.lab.router.ctl("show ssh sessions")), 5))
        self.assertEqual(self.command("manager", "friend", "show time")[1], 0)


main()
