"""The firewall before real hosts: what a scanner outside sees, NAT for a real TCP, the tunnel of the How-To Note."""
import re
import sys

from support import LabTest, example, main, wait_until

SERVE = """
import socket, sys
listener = socket.create_server(("", int(sys.argv[1])))
print("listening", flush=True)
while True:
    link, address = listener.accept()
    link.sendall((address[0] + "\\n").encode())
    link.close()
"""
FETCH = """
import socket, sys
print(socket.create_connection((sys.argv[1], int(sys.argv[2])), 5).makefile().read().strip())
"""


class Firewall(LabTest):
    def guarded(self, *extra):
        """Both sites behind firewalls; `extra` for Peer2's."""
        lab = self.lab()
        lab.up({"peer2": example("peer2", *extra)})
        return lab

    def serve(self, lab, node, port):
        name = f"server-{node}-{port}"
        lab.network.start(name, [sys.executable, "-c", SERVE, str(port)], node=node)
        self.assertTrue(wait_until(lambda: "listening" in lab.network.output(name), 10), "server did not start")

    def nmap(self, lab, *words):
        return lab.network.exec("internet", "nmap", "-n", "-Pn", "--max-retries", "2", "--host-timeout", "60s", *words,
                                "200.200.200.1", timeout=90).stdout

    def test_the_tunnel_carries_what_it_carried_without(self):
        lab = self.guarded()
        lab.wait_for_tunnel()
        self.assert_ping(lab, 5)
        self.assert_ping(lab, 5, source="pc2", target="192.168.1.100")
        self.transfer(lab, megabytes=5)
        text = lab.routers["peer1"].ctl("show firewall session protocol=tcp")
        self.assertRegex(text, r"Gbl IP: 192\.168\.1\.100:\d+\s+Gbl Remote IP: 192\.168\.2\.100:5001")

    def test_a_scanner_sees_what_rules_allow(self):
        lab = self.guarded(
            'disable firewall policy="wiz" identproxy',
            'add firewall poli="wiz" ru=10 ac=allo int=eth0 prot=tcp po=80 ip=192.168.2.100 gblip=200.200.200.1 gblp=8080')
        self.serve(lab, "pc2", 80)
        self.serve(lab, "pc2", 22)
        text = self.nmap(lab, "-sS", "-p", "20-130,443,1723,8079-8081")
        self.assertEqual(re.findall(r"^(\d+)/tcp\s+open\b", text, re.MULTILINE), ["8080"], text)
        self.assertEqual(re.findall(r"^(\d+)/tcp\s+closed\b", text, re.MULTILINE), ["113"], text)
        self.assertIn("filtered", text)
        # Neither segments that belong to nothing nor odd ones get through or an answer.
        for scan in ("-sA", "-sF", "-sX", "-sN"):
            text = self.nmap(lab, scan, "-p", "22,80,8080")
            self.assertEqual(re.findall(r"^\d+/tcp\s+(?:closed|unfiltered)\b", text, re.MULTILINE), [], text)
        text = self.nmap(lab, "-sU", "-p", "53,161,1701")
        self.assertEqual(re.findall(r"^\d+/udp\s+(?:open|closed)\s", text, re.MULTILINE), [], text)
        denied = lab.routers["peer2"].ctl("show firewall event=deny")
        self.assertIn("Policy rejected", denied)
        # The published server answers, and knows who asks.
        served = lab.network.exec("internet", sys.executable, "-c", FETCH, "200.200.200.1", "8080").stdout
        self.assertEqual(served.strip(), "200.200.200.254")
        # Inside too it is there by its public name, and takes those who come so for the router.
        served = lab.network.exec("pc2", sys.executable, "-c", FETCH, "200.200.200.1", "8080").stdout
        self.assertEqual(served.strip(), "200.200.200.1")

    def test_hosts_share_the_routers_address(self):
        lab = self.guarded()
        self.serve(lab, "internet", 7000)
        served = lab.network.exec("pc2", sys.executable, "-c", FETCH, "200.200.200.254", "7000").stdout
        self.assertEqual(served.strip(), "200.200.200.1")
        self.assertEqual(lab.ping(3, source="pc2", target="200.200.200.254")[0], 3)
        text = lab.routers["peer2"].ctl("show firewall session")
        self.assertRegex(text, r"TCP\s+Gbl IP: 200\.200\.200\.1:\d+\s+Gbl Remote IP: 200\.200\.200\.254:7000")
        # From outside the private network cannot be reached, even by one who knows the way.
        lab.network.ip("internet", "route", "add", "192.168.2.0/24", "via", "200.200.200.1")
        self.assertEqual(lab.ping(2, source="internet", target="192.168.2.100", deadline=2)[0], 0)
        # An unreachable port behind the NAT: the error finds its way back to the host that asked.
        text = lab.network.exec("pc2", sys.executable, "-c",
                                "import socket\n"
                                "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                                "s.settimeout(5)\n"
                                "s.connect(('200.200.200.254', 9))\n"
                                "s.send(b'x')\n"
                                "try:\n"
                                "    s.recv(1)\n"
                                "except OSError as error:\n"
                                "    print(type(error).__name__)\n").stdout
        self.assertEqual(text.strip(), "ConnectionRefusedError")


if __name__ == "__main__":
    main()
