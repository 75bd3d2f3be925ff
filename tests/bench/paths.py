"""What packets can be sent through: the router, and its yardsticks. Each builds its own namespaces and measures."""
import json
import os
import re
import statistics
import sys

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TESTS, "..", "images", "lablib"))
import strongswan  # noqa: E402
from howto import HowTo  # noqa: E402
from network import LabError, Network, read, wait_until  # noqa: E402
from router import TOP, Router  # noqa: E402

PREFIX = f"bench{os.getpid()}"
BUILD = os.path.dirname(os.environ.get("ARROUTER", f"{TOP}/build/arrouter"))
PLAIN = """\
enable ip
add ip int=vlan1 ip=10.1.0.1 mask=255.255.255.0
add ip int=eth0 ip=10.2.0.1 mask=255.255.255.0
"""


# The ends of many flows, behind host B.
FLOWS, FLOW_HOST = "10.3.0.0/16", "10.3.0.1"
FIREWALL = """\
add ip route=10.3.0.0 mask=255.255.0.0 int=eth0 next=10.2.0.2
lab set firewall maxsessions=1048576
enable firewall
create firewall policy=net
add firewall policy=net int=vlan1 type=private
add firewall policy=net int=eth0 type=public
add firewall poli=net nat=enhanced int=vlan1 gblin=eth0
"""


class Path:
    """Something that carries packets from one host to another. A measurement is a dictionary of figures."""
    source, target, address, processes = "a", "b", "10.2.0.2", ()

    def tcp(self, seconds):
        """One TCP stream: mbits, retransmits, and the routing processes' cpu seconds for each GB received."""
        network, name = self.network, "iperf"
        network.start(name, ["iperf3", "-s", "-1", "--forceflush"], node=self.target)
        wait_until(lambda: "listening" in network.output(name), 5)
        before = self.cpu()
        done = network.exec(self.source, "iperf3", "-J", "-t", seconds, "-c", self.address, check=False)
        cpu = self.cpu() - before
        network.stop(name)
        try:
            end = json.loads(done.stdout)["end"]
        except (ValueError, KeyError):
            raise LabError(f"iperf3 on {self.title}: {done.stderr or done.stdout[-200:]}") from None
        received = end["sum_received"]
        return {"mbits": received["bits_per_second"] / 1e6, "retransmits": end["sum_sent"]["retransmits"],
                "cpu": cpu / (received["bytes"] / 1e9)}

    def udp(self, seconds, size=64):
        """Small datagrams flat out: kpps that arrived, and microseconds of the routing processes for each."""
        network, name = self.network, "datagrams"
        tool = f"{BUILD}/tests/bench_datagrams"
        network.start(name, [tool, "receive", "7", seconds + 3], node=self.target)
        wait_until(lambda: "listening" in network.output(name), 5)
        before = self.cpu()
        network.exec(self.source, tool, "send", self.address, "7", seconds, size)
        cpu = self.cpu() - before
        wait_until(lambda: len(network.output(name).split()) > 1, 5)
        arrived = int(network.output(name).split()[-1])
        network.stop(name)
        return {"kpps": arrived / seconds / 1e3, "cpu": cpu * 1e6 / max(arrived, 1)}

    def flows(self, seconds, count):
        """Small datagrams of so many flows in turn: kpps that arrived, microseconds of the routing processes for each."""
        self.open_flows(count)
        before, cpu = self.received(), self.cpu()
        self.send_flows(count, seconds)
        arrived = self.received() - before
        return {"kpps": arrived / seconds / 1e3, "cpu": (self.cpu() - cpu) * 1e6 / max(arrived, 1)}

    def open_flows(self, count):
        """All but a few flows have their sessions: what was lost is sent again."""
        if not wait_until(lambda: self.send_flows(count) or self.sessions() >= 0.99 * count, 120, 0):
            raise LabError(f"{self.sessions()} of {count} sessions on {self.title}")

    def send_flows(self, count, seconds=0, host=FLOW_HOST):
        """A packet of each flow, and more as long as there is time."""
        self.network.exec(self.source, f"{BUILD}/tests/bench_datagrams", "flows", host, count, seconds, timeout=300)

    def received(self):
        return int(self.network.exec(self.target, "cat", "/sys/class/net/eth0/statistics/rx_packets").stdout)

    def swallow_flows(self):
        """The target takes flows() without a word."""
        self.network.ip(self.target, "route", "add", "blackhole", FLOWS)

    def ping(self, seconds):
        """Median of idle round trips in ms."""
        done = self.network.exec(self.source, "ping", "-n", "-i", "0.02", "-c", int(seconds * 50), self.address)
        return {"ms": statistics.median(float(t) for t in re.findall(r"time=([\d.]+)", done.stdout))}

    def cpu(self):
        total = 0
        for name in self.processes:
            fields = read(f"/proc/{self.network.pid(name)}/stat").rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / os.sysconf("SC_CLK_TCK")

    def close(self):
        self.network.down()


class RouterPath(Path):
    """host A - one router - host B; `extra`: lines behind its configuration"""
    title, processes = "arrouter", ("r",)

    def __init__(self, extra="", model="AR415S", ports=None):
        self.network = network = Network(PREFIX + ("f" if extra else "r"))
        for node in ("a", "r", "b"):
            network.add_node(node)
        self.router = router = Router(network, "r", {"vlan1": "lan", "eth0": "wan", **(ports or {})}, model)
        router.write_config(PLAIN + extra)
        router.start(60)
        network.hand_over("r", "lan", "a", "eth0")
        network.hand_over("r", "wan", "b", "eth0")
        network.address("a", "eth0", "10.1.0.2/24", "10.1.0.1")
        network.address("b", "eth0", "10.2.0.2/24", "10.2.0.1")
        self.swallow_flows()

    def sessions(self):
        return int(re.search(r"Active \.+ (\d+)", self.router.ctl("show firewall")).group(1))

    def memory(self):
        """Bytes of the router's own memory."""
        return int(re.search(r"Anonymous:\s+(\d+)", read(f"/proc/{self.network.pid('r')}/smaps_rollup")).group(1)) * 1024


# What a full router holds besides a million sessions: routes that nobody uses, and an SA with a second router for each of
# many flows to a network there.
ROUTES, SAS, SA_HOST = 100_000, 10_000, "10.5.0.1"
PROTECTED = """\
create ipsec sas=1 key=isakmp prot=esp enc=aes128 hasha=sha
create ipsec bund=1 key=isakmp string="1"
create ipsec pol="isakmp" int={interface} ac=permit lp=500
create ipsec pol="vpn" int={interface} ac=ipsec key=isakmp bund=1 peer={peer} saselectorfrompkt=all
set ipsec pol="vpn" lad={local} lma={local_mask} rad={remote} rma={remote_mask}
create ipsec pol="internet" int={interface} ac=permit
enable ipsec
create isakmp pol="vpn" pe={peer} enc=3desouter key=1
enable isakmp
"""


class FullRouterPath(RouterPath):
    """The same with firewall, NAT, ROUTES routes, SAS SAs, and `sessions` sessions."""
    title = "arrouter, full"

    def __init__(self, sessions=1_000_000):
        inside, outside = ("10.1.0.0", "255.255.255.0"), ("10.5.0.0", "255.255.0.0")

        def protected(interface, peer, local, remote):
            return PROTECTED.format(interface=interface, peer=peer, local=local[0], local_mask=local[1], remote=remote[0],
                                    remote_mask=remote[1])
        ours = (FIREWALL + f"lab set ip maxroutes={ROUTES + 10}\nadd ip int=eth1 ip=10.9.0.1 mask=255.255.255.0\n"
                "add ip route=10.5.0.0 mask=255.255.0.0 int=eth1 next=10.9.0.2\n" + protected("eth1", "10.9.0.2", inside, outside))
        theirs = ("enable ip\nadd ip int=eth0 ip=10.9.0.2 mask=255.255.255.0\n"
                  "add ip route=10.1.0.0 mask=255.255.255.0 int=eth0 next=10.9.0.1\n"
                  "add ip route=10.5.0.0 mask=255.255.0.0 blackhole\n" + protected("eth0", "10.9.0.1", outside, inside))
        super().__init__(ours, model="AR750S", ports={"eth1": "other"})
        try:
            self.network.add_node("second")
            self.network.hand_over("r", "other", "second", "cable")
            self.second = Router(self.network, "second", {"eth0": "packet:cable"})
            self.second.write_config(theirs)
            self.second.start()
            for router in (self.router, self.second):
                router.ctl('create enco key=1 type=general value="sharedsecret"')
            self.add_routes()
            self.open_sas()
            self.open_flows(sessions)
        except LabError:
            self.close()
            raise

    def add_routes(self):
        lines = [f"add ip route=172.{16 + i // 62500}.{i // 250 % 250}.{i % 250} mask=255.255.255.255 int=eth0 next=10.2.0.2"
                 for i in range(ROUTES)]
        for first in range(0, ROUTES, 1000):
            self.router.ctl(*lines[first:first + 1000])

    def open_sas(self):
        """Each flow's first packets make its SA; what comes when too many are on their way is sent again."""
        if not wait_until(lambda: self.send_flows(SAS, host=SA_HOST) or self.sas() >= 0.99 * SAS, 120, 1):
            raise LabError(f"{self.sas()} of {SAS} SAs on {self.title}")

    def sas(self):
        return len(re.findall(r"\bValid\b", self.router.ctl("show ipsec sa")))


class SocatPath(Path):
    """host A - socat between two TAPs - host B: what a program does that knows no more than read and write"""
    title, address, processes = "socat, TAP to TAP", "10.9.0.2", ("socat",)

    def __init__(self):
        self.network = network = Network(PREFIX + "s")
        for node in ("a", "r", "b"):
            network.add_node(node)
        network.start("socat", ["socat", "-b", "65536"] + [f"TUN,tun-type=tap,iff-no-pi,tun-name={n}" for n in ("lan", "wan")],
                      node="r")
        if not wait_until(lambda: "wan" in network.exec("r", "ip", "-br", "link").stdout, 5):
            raise LabError("socat made no TAPs")
        for tap, node, address in (("lan", "a", "10.9.0.1/24"), ("wan", "b", "10.9.0.2/24")):
            network.hand_over("r", tap, node, "eth0")
            network.address(node, "eth0", address)


class KernelPath(Path):
    """host A - the kernel's forwarding - host B, offloads on; no process to measure. `nat`: with nftables' masquerade,
    so that conntrack keeps each flow"""
    title = "Linux ip_forward over veth"

    def __init__(self, nat=False):
        self.network = network = Network(PREFIX + "k")
        for node in ("a", "r", "b"):
            network.add_node(node)
        network.wire("a", "eth0", "r", "lan")
        network.wire("b", "eth0", "r", "wan")
        network.sysctl("r", "net.ipv4.ip_forward=1")
        for interface, here in (("lan", "10.1.0"), ("wan", "10.2.0")):
            network.address("r", interface, f"{here}.1/24")
        network.address("a", "eth0", "10.1.0.2/24", "10.1.0.1")
        network.address("b", "eth0", "10.2.0.2/24", "10.2.0.1")
        network.ip("r", "route", "add", FLOWS, "via", "10.2.0.2")
        self.swallow_flows()
        if nat:
            network.exec("r", "nft", "add table ip nat; add chain ip nat post { type nat hook postrouting priority 100; }; "
                         "add rule ip nat post oifname wan masquerade")

    def sessions(self):
        return int(self.network.exec("r", "cat", "/proc/sys/net/netfilter/nf_conntrack_count").stdout)

    @staticmethod
    def memory():
        """Bytes of conntrack's entries on the whole machine; their hash table and what NAT adds are not in it."""
        active, _, size = re.search(r"^nf_conntrack +(\d+) +(\d+) +(\d+)", read("/proc/slabinfo"), re.M).groups()
        return int(active) * int(size)


class KernelChain(Path):
    """The tunnel's network with the kernel in every place, and no tunnel: what the wires alone cost."""
    title, target, address = "Linux, four hops of veth", "e", "10.4.0.2"

    def __init__(self):
        self.network = network = Network(PREFIX + "c")
        nodes = "abcde"
        for node in nodes:
            network.add_node(node)
        for i, (left, right) in enumerate(zip(nodes, nodes[1:]), 1):
            network.wire(left, "right", right, "left")
            network.address(left, "right", f"10.{i}.0.1/24")
            network.address(right, "left", f"10.{i}.0.2/24")
        for i, node in enumerate(nodes):
            network.sysctl(node, "net.ipv4.ip_forward=1")
            for network_number in range(1, 5):
                if network_number < i:
                    network.ip(node, "route", "add", f"10.{network_number}.0.0/24", "via", f"10.{i}.0.1")
                elif network_number > i + 1:
                    network.ip(node, "route", "add", f"10.{network_number}.0.0/24", "via", f"10.{i + 1}.0.2")


class TunnelPath(Path):
    """PC1 - two gateways with a tunnel - PC2. `cipher` as the command line has it; `nat`: one stands between, so ESP
    goes in UDP; `foreign`: both gateways are strongSwan with its ESP in user space; `mtu`: of the hosts, so that what
    is protected fits the WAN (1500: it goes in fragments, as it does on a network nobody has tuned)."""
    source, target, address = "pc1", "pc2", "192.168.2.100"

    def __init__(self, cipher, foreign=False, nat=False, mtu=1400):
        self.title = "two strongSwan, libipsec" if foreign else "two arrouter"
        self.lab = HowTo(PREFIX + ("w" if foreign else "n" if nat else "t"), ("peer1", "peer2") if foreign else ())
        self.network = self.lab.network
        self.processes = ("peer1.charon", "peer2.charon") if foreign else ("peer1", "peer2")
        theirs = {"3desouter": "3des", "aes128": "aes128"}[cipher]
        configs = {p: read(f"{TOP}/config/examples/{p}.cfg").replace("enc=3desouter hasha", f"enc={cipher} hasha")
                   for p in ("peer1", "peer2")}
        if nat:  # Peer2 knows Peer1 by its ID alone
            configs["peer2"] = (configs["peer2"].replace("pe=100.100.100.1", "pe=any")
                                .replace("sendd=true", 'remoteid="100.100.100.1" sendd=true')
                                .replace("peer=100.100.100.1", "peer=any"))
        self.lab.up(configs, ike=f"{theirs}-sha1-modp1024", esp=f"{theirs}-sha1")
        for pc in ("pc1", "pc2"):
            self.network.ip(pc, "link", "set", "eth0", "mtu", mtu)
        if nat:
            self.network.exec("internet", "nft", "add table ip nat; "
                              "add chain ip nat post { type nat hook postrouting priority 100; }; "
                              "add rule ip nat post oifname to-peer2 ip saddr 100.100.100.1 snat to 200.200.200.254")
        if foreign and not strongswan.initiate(self.network, "peer1"):
            raise LabError("the two strongSwans found no tunnel")
        self.lab.wait_for_tunnel()
