"""An office for Windows clients (L2TP in IPsec transport mode, with a firewall) and clients that are strongSwan, xl2tpd and
pppd on a Linux kernel: one on the Internet, two behind one NAT."""
import os
import re
import unittest

from support import PREFIX, TOP, Network, Router, ipsec_sas, isakmp_sas, main, read, wait_until
import l2tp
from umlpeer import UmlPeer

# The test has little time for clients that have gone.
OFFICE = read(f"{TOP}/config/examples/windows-clients.cfg") + "set ppp template=1 echo=2 restart=1\n"
SERVER, NAT, PC = "200.200.200.1", "200.200.200.2", "192.168.1.100"
MASQUERADE = ("add table ip nat; add chain ip nat post { type nat hook postrouting priority 100; }; "
              "add rule ip nat post oifname to-office ip saddr 192.168.0.0/16 masquerade random")


class L2tp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.network = network = Network(f"{PREFIX}l")
        cls.addClassCleanup(network.down)
        network.down()
        os.makedirs(network.folder)
        for node in ("pc", "office", "internet", "clients", "spare"):
            network.add_node(node)
        network.sysctl("internet", "net.ipv4.ip_forward=1")
        cls.router = Router(network, "office", {"eth0": "wan", "vlan1": "lan"})
        cls.router.write_config(OFFICE)
        cls.router.start()
        cls.router.ctl('create enco key=1 type=general value="roaming"')
        cls.guest = UmlPeer(network, "clients")
        cls.guest.start("100.100.100.1/24", "100.100.100.254", "172.16.0.1/24")
        network.hand_over("office", "lan", "pc", "eth0")
        network.hand_over("office", "wan", "internet", "to-office")
        network.hand_over("clients", "wan", "internet", "to-clients", offload=False)
        network.hand_over("clients", "lan", "spare", "eth0", offload=False)
        network.address("pc", "eth0", f"{PC}/24", "192.168.1.1")
        network.address("internet", "to-office", f"{NAT}/30")
        network.address("internet", "to-clients", "100.100.100.254/24")
        network.ip("internet", "route", "add", "192.168.0.0/16", "via", "100.100.100.1")
        network.exec("internet", "nft", MASQUERADE)
        l2tp.prepare(cls.guest)
        cls.clients = [l2tp.Client(cls.guest, "plain", "100.100.100.1", SERVER),
                       l2tp.Client(cls.guest, "nat1", "192.168.5.11", SERVER, gateway="192.168.5.1"),
                       l2tp.Client(cls.guest, "nat2", "192.168.5.12", SERVER, gateway="192.168.5.1")]
        for client in cls.clients:
            client.start_ipsec("roaming")

    def told(self, client):
        return self.router.ctl("show l2tp tunnel", "show ppp", "show ipsec sa", "show log tail=40") + client.logs()

    def up(self, client):
        """Waits for PPP and talks to the LAN; its address."""
        address = client.connected()
        self.assertTrue(address, self.told(client))
        self.assertRegex(address, r"^192\.168\.8\.\d+$")
        self.assertEqual(client.ping(PC), 3, self.told(client))
        return address

    def pc_reaches(self, address):
        return self.network.exec("pc", "ping", "-n", "-c", 1, "-W", 5, address, check=False).returncode == 0

    def callers(self):
        return re.findall(r"^ppp\d+ +YES", self.router.ctl("show ppp"), re.M)

    def wait_for_callers(self, count, seconds=25):
        self.assertTrue(wait_until(lambda: len(self.callers()) == count, seconds, 0.3), self.told(self.clients[0]))

    def test_clients(self):
        router, (plain, *behind_nat) = self.router, self.clients
        # A wrong password is refused while two others come in.
        plain.dial("dialin1", "wrong")
        for number, client in enumerate(behind_nat, 2):
            client.dial(f"dialin{number}", f"friend{number}")
        addresses = [self.up(client) for client in behind_nat]
        refused = wait_until(lambda: re.search("AUTH +FAIL", router.ctl("show log module=ppp")), 15, 0.3)
        self.assertTrue(refused, self.told(plain))
        self.assertFalse(plain.connected(0))
        plain.hang_up()
        plain.dial("dialin1", "friend1")
        addresses.insert(0, self.up(plain))
        self.assertEqual(len(set(addresses)), 3)
        # Now all of them at once, both ways, and with packets that fill the line.
        for client, address in zip(self.clients, addresses):
            self.assertEqual(client.ping(PC, "-s", 1372), 3, self.told(client))
            self.assertTrue(self.pc_reaches(address), self.told(client))
        self.screens(addresses)
        self.partings(plain, *behind_nat, addresses[2])

    def screens(self, addresses):
        router = self.router
        modes = [re.search(r"Mode \.+ (\S+)", router.ctl(f"show ipsec sa={row[0]}"))[1] for row in ipsec_sas(router)]
        self.assertEqual(sorted(modes), ["TRANSPORT", "UDP_ENCAP_TRANSPORT", "UDP_ENCAP_TRANSPORT"])
        self.assertEqual(len(isakmp_sas(router)), 3)
        tunnels = [text for text in router.ctl("show l2tp tunnel").split("\n\n")
                   if re.search(r"^  State \.+ established", text, re.M)]  # the one of the wrong password is closing
        peers = [re.search(r"Remote IP Address \.+ (\S+)\n +Remote UDP Port \.+ (\d+)", text).groups() for text in tunnels]
        self.assertEqual(sorted(address for address, _ in peers), ["100.100.100.1", NAT, NAT])
        self.assertEqual(len(set(peers)), 3, tunnels)
        self.assertRegex(router.ctl("show ppp config"), r"Authentication +CHAP +NONE +CHAP")
        pool = router.ctl("show ip pool=myippool")
        for address in addresses:
            self.assertRegex(pool, rf"{re.escape(address)} .*inuse")

    def partings(self, plain, first, second, address):
        """One hangs up, one loses its power and comes back, and nobody else notices."""
        router = self.router
        first.vanish()
        plain.hang_up()
        self.wait_for_callers(1)
        self.assertEqual(second.ping(PC), 3, self.told(second))
        self.assertTrue(self.pc_reaches(address), self.told(second))
        self.assertEqual([row for row in ipsec_sas(router) if "100.100.100.1" in router.ctl(f"show ipsec sa={row[0]}")], [])
        first.start_ipsec("roaming")
        first.dial("dialin2", "friend2")
        self.up(first)
        self.assertEqual(len(ipsec_sas(router)), 2, self.told(first))
        self.assertEqual(second.ping(PC), 3, self.told(second))
        for client in (first, second):
            client.hang_up()
        self.wait_for_callers(0)
        self.assertTrue(wait_until(lambda: not ipsec_sas(router), 10, 0.3), self.told(first))
        self.assertNotIn("inuse", router.ctl("show ip pool=myippool"))
        self.assertNotIn("ppp", router.ctl("show ip interface"))


main()
