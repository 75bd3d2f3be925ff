"""The firewall beside Linux's: the same random traffic through a policy with NAT and through nftables with conntrack.
What passes, under which names, and what errors become must be the same; where it is not, the reason is in DIFFERENCES."""
import collections
import json
import os
import sys

from support import LabTest, Network, PREFIX, Router, main

CONFIGURATION = """\
enable ip
add ip int=vlan1 ip=192.168.1.1 mask=255.255.255.0
add ip int=eth0 ip=200.200.200.1 mask=255.255.255.0
add ip route=0.0.0.0 mask=0.0.0.0 int=eth0 next=200.200.200.9
enable firewall
create firewall policy=net
enable firewall policy=net icmp_f=all
disable firewall policy=net ping
disable firewall policy=net identproxy
disable firewall policy=net tcpsetupproxy
add firewall policy=net int=vlan1 type=private
add firewall policy=net int=eth0 type=public
add firewall poli=net nat=enhanced int=vlan1 gblin=eth0
add firewall poli=net ru=1 ac=allo int=eth0 prot=tcp gblip=200.200.200.1 gblp=80 ip=192.168.1.100 po=8080
"""

NFTABLES = """\
table ip box {
  chain publish {
    type nat hook prerouting priority dstnat
    iifname "wan" ip daddr 200.200.200.1 tcp dport 80 dnat to 192.168.1.100:8080
  }
  chain hide {
    type nat hook postrouting priority srcnat
    iifname "lan" oifname "wan" masquerade
  }
  chain pass {
    type filter hook forward priority filter; policy drop;
    ct state invalid drop
    ct state established,related accept
    iifname "lan" ct state new accept
    iifname "wan" ct status dnat accept
  }
  chain own {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
  }
}
"""

STEPS = 1000  # of each seed

# Kind of step, side it came from, and who let something out: why that is as it should be.
OTHER_ICMP = "ICMP_FORWARDING has no word for information and address mask messages"
GRE = "Linux tells GRE tunnels apart by their keys; here a remote host has one session for the protocol"
LATE = "a session that a reset has ended stays for five minutes (reference/firewall.md 1.6), and late segments pass"
DIFFERENCES = {
    ("tcp late", "lan", "ours"): LATE,
    ("tcp late", "wan", "ours"): LATE,
    ("information", "lan", "linux"): OTHER_ICMP,
    ("information", "wan", "linux"): OTHER_ICMP,
    ("mask", "lan", "linux"): OTHER_ICMP,
    ("mask", "wan", "linux"): OTHER_ICMP,
    ("protocol 47", "wan", "ours"): GRE,
}


class NatDifferential(LabTest):
    def boxes(self):
        """Both boxes, fresh, between the wires of one tester: ours-lan, ours-wan, linux-lan, linux-wan."""
        network = Network(PREFIX + "d")
        network.down()
        self.labs = [network]
        os.makedirs(network.folder, exist_ok=True)
        for node in ("tester", "ours", "linux"):
            network.add_node(node)
        router = Router(network, "ours", {"vlan1": "lan", "eth0": "wan"})
        router.write_config(CONFIGURATION)
        router.start()
        for side in ("lan", "wan"):
            network.hand_over("ours", side, "tester", f"ours-{side}", offload=False)
            network.wire("tester", f"linux-{side}", "linux", side, offload=False)
        network.address("linux", "lan", "192.168.1.1/24")
        network.address("linux", "wan", "200.200.200.1/24", "200.200.200.9")
        with open(f"{network.folder}/rules", "w") as file:
            file.write(NFTABLES)
        network.exec("linux", "nft", "-f", f"{network.folder}/rules")
        # TCP must begin with a SYN here as there.
        network.sysctl("linux", "net.ipv4.ip_forward=1", "net.netfilter.nf_conntrack_tcp_loose=0")
        return network

    def test_what_linux_does(self):
        probe = os.path.join(os.path.dirname(os.path.abspath(__file__)), "nat_probe.py")
        differences, passed = collections.defaultdict(list), collections.Counter()
        for seed in range(1, 4):
            text = self.boxes().exec("tester", sys.executable, probe, seed, STEPS, "ours", "linux", timeout=120).stdout
            for line in text.splitlines():
                step = json.loads(line)
                ours, linux = step["seen"]
                passed[step["kind"], bool(ours)] += 1
                self.assertNotIn("WRONG CHECKSUM", str(ours), step)
                if ours != linux:
                    who = "both" if ours and linux else "ours" if ours else "linux"
                    differences[step["kind"], step["side"], who].append(step)
        unexplained = {key: steps[:3] for key, steps in differences.items() if key not in DIFFERENCES}
        self.assertEqual(unexplained, {}, json.dumps(list(unexplained.values()), indent=1))
        # The traffic was worth comparing: of each kind, what should pass did.
        for kind in ("udp", "ping", "fragments", "timestamp", "tcp open", "tcp data", "tcp close", "error"):
            self.assertGreater(passed[kind, True], 20, passed)
        for kind in ("stranger", "odd", "knock"):
            self.assertGreater(passed[kind, False], 20, passed)


if __name__ == "__main__":
    main()
