"""From the router to a host by SSH and SCP: OpenSSH's server, in the host's namespace, with users of its own."""
import os
import re
import unittest

import pexpect

from remote import ADDRESS, Remote
from support import main, wait_until

HOST, PROMPT = "192.168.7.2", "Manager Remote> "
SSHD = """
Port 22
HostKey {folder}/rsa
HostKey {folder}/ed25519
PidFile {folder}/sshd.pid
AuthorizedKeysFile {folder}/authorized
StrictModes no
UsePAM no
PasswordAuthentication yes
KbdInteractiveAuthentication no
"""
# The namespace's own view of the machine has one more user; ip-netns(8) gives it a mount namespace.
SERVE = """
mount --bind {folder}/passwd /etc/passwd && mount --bind {folder}/shadow /etc/shadow &&
mkdir -p /run/sshd && exec /usr/sbin/sshd -D -e -f {folder}/sshd_config
"""


class SshClient(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = Remote("c")
        network, cls.folder = cls.lab.network, f"{cls.lab.network.folder}/sshd"
        cls.home = f"{cls.folder}/home"
        os.makedirs(cls.home)
        for path in (network.folder, cls.folder):
            os.chmod(path, 0o755)
        os.chmod(cls.home, 0o777)
        for kind in ("rsa", "ed25519"):
            network.exec("pc", "ssh-keygen", "-q", "-t", kind, "-N", "", "-f", f"{cls.folder}/{kind}")
        digest = network.exec("pc", "openssl", "passwd", "-6", "lab-word").stdout.strip()
        for name, line in (("passwd", f"lab:x:64999:64999::{cls.home}:/bin/sh\n"), ("shadow", f"lab:{digest}:19000:0:99999:7:::\n")):
            with open(f"/etc/{name}") as file, open(f"{cls.folder}/{name}", "w") as out:
                out.write(file.read() + line)
        with open(f"{cls.folder}/sshd_config", "w") as file:
            file.write(SSHD.format(folder=cls.folder))
        open(f"{cls.folder}/authorized", "w").close()
        cls.serve()

    @classmethod
    def tearDownClass(cls):
        cls.lab.down()

    @classmethod
    def serve(cls):
        cls.lab.network.start("sshd", ["sh", "-c", SERVE.format(folder=cls.folder)], node="pc")
        assert wait_until(lambda: ":22 " in cls.lab.network.exec("pc", "ss", "-lnt").stdout, 10), \
            cls.lab.network.output("sshd")

    def session(self):
        words = self.lab.inside("inetutils-telnet", ADDRESS)
        client = pexpect.spawn(words[0], words[1:], timeout=15, encoding="latin-1")
        self.addCleanup(client.close, True)
        for prompt, answer in (("login: ", "manager"), ("Password: ", "friend")):
            client.expect_exact(prompt)
            client.send(answer + "\r")
        client.expect_exact(PROMPT)
        return client

    def ssh(self, parameters, password="lab-word"):
        client = self.session()
        client.send(f"ssh {HOST} user=lab {parameters}\r")
        if password is not None:
            client.expect_exact("Password: ")
            client.send(password + "\r")
        client.expect_exact(f"Attempting SSH connection to {HOST}, Please wait ....")
        return client

    def test_a_shell_left_and_returned_to(self):
        client = self.ssh("")
        client.expect_exact("$ ")
        client.send("echo $((6*7)) $TERM\r")
        client.expect_exact("42 vt100\r\n")
        client.send("\x10")
        client.expect_exact(PROMPT)
        client.send("show sessions\r")
        client.expect(r"1 +192\.168\.7\.2 +192\.168\.7\.2:22 +Established")
        client.expect_exact(PROMPT)
        client.send("reconnect\r")
        client.send("exit\r")
        client.expect_exact(f"Info (1211270): SSH session to {HOST} has been closed.")
        client.expect_exact(PROMPT)

    def test_one_command(self):
        client = self.ssh('command="seq 3000"')
        client.expect_exact("\r\n2999\r\n3000\r\n")
        client.expect_exact(PROMPT)
        client = self.ssh('command="echo sorry >&2; exit 3"')
        client.expect_exact(f"Error (3211271): SSH connection to {HOST} failed: sorry.")

    def test_a_wrong_password(self):
        client = self.ssh("", "guess")
        client.expect_exact(f"SSH connection to {HOST} failed: access denied.")
        client.expect_exact(PROMPT)

    def test_a_port_where_nobody_is_and_one_where_no_ssh_is(self):
        client = self.ssh("port=2222 password=x", None)
        client.expect_exact("failed: Connection refused.")
        client.expect_exact(PROMPT)

    def test_a_key_of_enco(self):
        ctl = self.lab.router.ctl
        ctl("create enco key=7 type=rsa length=2048")
        wait_until(lambda: re.search(r"(?m)^ *7 .*RSA", ctl("show enco key")), 30, 0.3)
        self.assertIn("Operation successful", ctl("create enco key=7 type=rsa file=own.key format=ssh"))
        with open(f"{self.lab.router.flash}/own.key") as file:
            exponent, modulus = (int(word) for word in file.read().split()[1:3])
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import rsa
        public = rsa.RSAPublicNumbers(exponent, modulus).public_key()
        with open(f"{self.folder}/authorized", "wb") as file:
            file.write(public.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH) + b"\n")
        client = self.ssh('keyid=7 command="id -un"', None)
        client.expect_exact("\nlab\r\n")
        client = self.ssh("keyid=8", None)
        client.expect_exact("ENCO key 8 does not exist or is not a private RSA key.")

    def test_scp_both_ways(self):
        ctl = self.lab.router.ctl
        where = f"method=scp server={HOST} username=lab password=lab-word"
        for size in (0, 1, 16384, 300_000):
            content = (os.urandom(size).hex() + "\n")[:size]
            with open(f"{self.home}/from{size}.cfg", "w") as file:
                file.write(content)
            said = ctl(f"load {where} file={self.home}/from{size}.cfg")
            self.assertIn("Info (1048270): File transfer successfully completed.", said)
            with open(f"{self.lab.router.flash}/from{size}.cfg") as file:
                self.assertEqual(file.read(), content)
            said = ctl(f"upload {where} file=from{size}.cfg destfile=back{size}.cfg")
            self.assertIn("Info (1048270): File transfer successfully completed.", said)
            with open(f"{self.home}/back{size}.cfg") as file:
                self.assertEqual(file.read(), content)
        self.assertIn("No such file or directory", ctl(f"load {where} file=none.cfg", check=False))
        self.assertIn("Permission denied", ctl(f"upload {where} file=from1.cfg destfile=/etc/x.cfg", check=False))
        self.assertIn("access denied", ctl(f"load {where}x file=back1.cfg", check=False))
        self.assertNotIn("lab-word", ctl("show log"))

    def test_a_host_with_another_key_is_refused(self):
        ctl = self.lab.router.ctl
        load = f"load method=scp server={HOST} username=lab password=lab-word file=x.cfg destfile=y.cfg"
        ctl(load, check=False)
        learned = re.search(r"192\.168\.7\.2 +ssh-ed25519 +\.\.\S{16}", ctl("lab show ssh hosts"))[0]
        ctl("restart router")
        self.assertTrue(wait_until(lambda: learned in ctl("lab show ssh hosts", check=False), 10))
        self.lab.network.stop("sshd")
        os.remove(f"{self.folder}/ed25519")
        self.lab.network.exec("pc", "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{self.folder}/ed25519")
        self.serve()
        try:
            self.assertIn("the host has another key than before", ctl(load, check=False))
        finally:
            self.assertIn("Operation successful", ctl(f"lab ssh forget={HOST}"))
        self.assertIn("No such file", ctl(load, check=False))


main()
