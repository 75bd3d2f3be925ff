"""Users whom FreeRADIUS knows, at the command line, by SSH and in XAUTH; and a TACACS server."""
import os
import re
import sys

import people
from support import POLICY, LabTest, example, ipsec_sas, main, wait_until

SERVER, ROUTER = "192.168.1.100", "192.168.1.254"
LONG = "a password of forty characters, no less."
PASSWORD = "Wonder-land 7"

# As small as FreeRADIUS gets: one port, one file of users, PAP. A request without a Message-Authenticator is dropped.
RADIUSD = """
prefix = {folder}
localstatedir = {folder}
logdir = {folder}
run_dir = {folder}
raddbdir = {folder}
libdir = /usr/lib/freeradius
log {{
  destination = stdout
}}
client router {{
  ipaddr = {router}
  secret = "a shared secret"
  require_message_authenticator = yes
}}
modules {{
  files {{
    filename = {folder}/users
  }}
  pap {{
  }}
}}
server default {{
  listen {{
    type = auth
    ipaddr = *
    port = 1645
  }}
  authorize {{
    files
    pap
  }}
  authenticate {{
    pap
  }}
}}
"""
USERS = f"""
alice Cleartext-Password := "{PASSWORD}"
  Service-Type = Administrative-User

bob Cleartext-Password := "builder1"
  Service-Type = NAS-Prompt-User

carol Cleartext-Password := "networks"
  Service-Type = Framed-User

dave Cleartext-Password := "{LONG}"
"""
TACACSD = """
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("", 49))
print("listening", flush=True)
while True:
    packet, client = server.recvfrom(1024)
    name, password = packet[6:6 + packet[4]], packet[6 + packet[4]:]
    good = packet[:2] == b"\\0\\1" and len(packet) == 6 + packet[4] + packet[5] and (name, password) == (b"Eve", b"Adams ale")
    server.sendto(b"\\0\\2" + packet[2:4] + bytes([1 if good else 2, 0]), client)
"""
# Seven requests, none of which waits for the answer to the one before.
IMPATIENT = """
import sys, threading, time, paramiko
link = paramiko.Transport((sys.argv[1], 22))
link.start_client()
for guess in range(7):
    link.auth_password("alice", str(guess), event=threading.Event())
time.sleep(2)
print("active" if link.is_active() else "dropped")
"""
ADD_SERVER = f'add radius server={SERVER} secret="a shared secret"'


class Radius(LabTest):
    def start(self, *lines, peer2=()):
        lab = self.lab()
        lab.up({"peer1": example("peer1", *lines), "peer2": example("peer2", *peer2)})
        return lab, lab.routers["peer1"]

    def start_radius(self, lab):
        folder = f"{lab.network.folder}/raddb"
        os.makedirs(folder)
        for name, text in (("radiusd.conf", RADIUSD.format(folder=folder, router=ROUTER)), ("users", USERS),
                           ("dictionary", "$INCLUDE /usr/share/freeradius/dictionary\n")):
            with open(f"{folder}/{name}", "w") as file:
                file.write(text)
        lab.network.start("radiusd", ["freeradius", "-f", "-s", "-l", "stdout", "-d", folder], node="pc1")
        self.assertTrue(wait_until(lambda: "Ready to process" in lab.network.output("radiusd"), 20),
                        lab.network.output("radiusd"))

    def log_in(self, lab, name, password):
        return people.log_in(lab.network, "pc1", ROUTER, name, password)

    def test_people_whom_only_the_server_knows_log_in(self):
        lab, router = self.start(ADD_SERVER)
        self.start_radius(lab)
        for name, password, shown in (("alice", PASSWORD, "Manager "), ("bob", "builder1", "> "), ("dave", LONG, "> "),
                                      ("alice", "wonder-land 7", "denied"), ("carol", "networks", "denied"),
                                      ("nobody", "x", "denied"), ("manager", "friend", "Manager ")):
            self.assertIn(shown, self.log_in(lab, name, password), name)
        self.assertNotIn("Manager", self.log_in(lab, "bob", "builder1"))
        counters = router.ctl("show radius counter")
        self.assertRegex(counters, r"accessRequests +7 +accessAccepts +5\n")
        self.assertRegex(counters, r"badAuthenticators +0\n")
        log = " ".join(router.ctl("show log").split())
        self.assertIn(f"RADIUS server {SERVER} accepted user alice", log)
        self.assertIn(f"RADIUS server {SERVER} rejected user nobody", log)
        for secret in (PASSWORD, LONG, "a shared secret"):
            self.assertNotIn(secret, log)

    def test_a_backup_account_is_for_the_time_without_a_server(self):
        lab, router = self.start(ADD_SERVER, "set radius timeout=1 retransmitcount=1",
                                 "add user=lifeline pass=backup1 priv=manager radiusbackup=yes")
        self.start_radius(lab)
        self.assertIn("denied", self.log_in(lab, "lifeline", "backup1"))
        lab.network.stop("radiusd")
        self.assertIn("Manager ", self.log_in(lab, "lifeline", "backup1"))
        self.assertIn("denied", self.log_in(lab, "alice", PASSWORD))
        self.assertIn(f"RADIUS server {SERVER} does not answer", " ".join(router.ctl("show log").split()))

    def by_ssh(self, lab, name, password):
        return people.log_in_by_ssh(lab.network, "pc1", ROUTER, name, password)

    def test_the_same_people_by_ssh(self):
        lab, router = self.start(ADD_SERVER, "add ssh user=manager password=ssh-word")
        self.start_radius(lab)
        people.open_ssh(router)
        for name, password, shown in (("alice", PASSWORD, "Manager "), ("bob", "builder1", "> "), ("alice", "guess", "denied"),
                                      ("carol", "networks", "denied"), ("nobody", "x", "denied"),
                                      ("manager", "friend", "denied"), ("manager", "ssh-word", "Manager ")):
            self.assertIn(shown, self.by_ssh(lab, name, password), name)
        self.assertNotIn("Manager", self.by_ssh(lab, "bob", "builder1"))
        log = " ".join(router.ctl("show log").split())
        self.assertIn(f"RADIUS server {SERVER} accepted user alice", log)
        self.assertIn("alice SSH login from 192.168.1.100", log)
        self.assertIn("nobody SSH login from 192.168.1.100 failed", log)
        self.assertNotIn(PASSWORD, log)

    def test_who_waits_for_a_silent_server_holds_nobody_up(self):
        lab, router = self.start(ADD_SERVER, "set radius timeout=3 retransmitcount=1", "add ssh user=manager password=ssh-word",
                                 "add user=lifeline pass=backup1 priv=manager", "add ssh user=lifeline password=backup2")
        self.start_radius(lab)
        people.open_ssh(router)
        router.ctl("set user=lifeline radiusbackup=yes")
        self.assertIn("denied", self.by_ssh(lab, "lifeline", "backup2"))
        router.ctl("set user=lifeline radiusbackup=no")
        # Nobody answers there, not even that no one does.
        lab.network.exec("pc1", "nft", "add table ip quiet; add chain ip quiet in { type filter hook input priority 0; };"
                         "add rule ip quiet in udp dport 1645 drop")
        lab.network.start("waiting", people.by_ssh(ROUTER, "alice", PASSWORD), node="pc1")
        self.assertTrue(wait_until(lambda: re.search(r"accessRequests +[2-9]", router.ctl("show radius counter")), 10))
        quick = self.by_ssh(lab, "manager", "ssh-word")
        self.assertIn("Manager ", quick)
        self.assertLess(float(re.search(r"after ([\d.]+)", quick)[1]), 2)
        said = lab.network.exec("pc1", sys.executable, "-W", "ignore", "-c", IMPATIENT, ROUTER, timeout=60).stdout
        self.assertEqual(said.strip(), "dropped")
        self.assertTrue(wait_until(lambda: "after" in lab.network.output("waiting"), 20))
        self.assertIn("denied", lab.network.output("waiting"))
        router.ctl("set user=lifeline radiusbackup=yes")
        self.assertIn("Manager ", self.by_ssh(lab, "lifeline", "backup2"))

    def xauth(self, password):
        lab, router = self.start(ADD_SERVER, f'set isakmp pol="{POLICY}" xauth=server xautht=radius',
                                 peer2=[f'set isakmp pol="{POLICY}" xauth=client xauthn=alice xauthp="{password}"'])
        self.start_radius(lab)
        lab.ping(1, source="pc2", target="192.168.1.100", deadline=2)
        return lab, router

    def test_a_tunnel_for_whom_the_server_knows(self):
        lab, router = self.xauth(PASSWORD)
        self.assertTrue(wait_until(lambda: ipsec_sas(router), 15), router.ctl("show log module=isakmp"))
        self.assert_ping(lab, 5, source="pc2", target="192.168.1.100")
        self.assertIn("XAUTH user alice accepted", " ".join(router.ctl("show log module=isakmp").split()))

    def test_no_tunnel_for_a_wrong_password(self):
        lab, router = self.xauth("guess")
        words = "XAUTH user alice refused: rejected by the RADIUS server"
        self.assertTrue(wait_until(lambda: words in " ".join(router.ctl("show log module=isakmp").split()), 15, 0.5),
                        router.ctl("show log module=isakmp"))
        self.assertEqual(ipsec_sas(router), [])

    def test_tacacs(self):
        lab, router = self.start(f"add tacacs server={SERVER}")
        lab.network.start("tacacsd", [sys.executable, "-c", TACACSD], node="pc1")
        self.assertTrue(wait_until(lambda: "listening" in lab.network.output("tacacsd"), 10))
        shown = self.log_in(lab, "Eve", "Adams ale")
        self.assertIn("> ", shown)
        self.assertNotIn("Manager", shown)
        self.assertIn("denied", self.log_in(lab, "Eve", "adams ale"))
        self.assertRegex(router.ctl("show user configuration"), r"tacacsLoginReqs +2\b(.|\n)*tacacsLoginRejs +1\b")


main()
