"""The How-To Note's example network: PC1 - Peer1 - Internet - Peer2 - PC2, each router with its TAPs as the network
cards of its neighbours."""
import os

import libreswan as swan
import strongswan
from network import LabError, Network, read, wait_until
from router import TOP, Router
from umlpeer import UmlPeer

SECRET = "sharedsecret"
SITES = {
    "peer1": dict(lan="192.168.1", wan="100.100.100", pc="pc1", remote="peer2"),
    "peer2": dict(lan="192.168.2", wan="200.200.200", pc="pc2", remote="peer1"),
}


def wan_address(peer):
    return SITES[peer]["wan"] + ".1"


class HowTo:
    """Builds the network and starts its peers. `foreign`: peers that are strongSwan instead of arrouter; `kernel`:
    peers that are strongSwan with a Linux kernel's ESP, as user-mode Linux guests. `libreswan`: peers that are
    libreswan, for ISAKMP alone."""

    def __init__(self, prefix="arlab", foreign=(), kernel=(), libreswan=()):
        self.network = Network(prefix)
        self.foreign = set(foreign) | set(kernel) | set(libreswan)
        self.libreswan = set(libreswan)
        self.guests = {p: UmlPeer(self.network, p) for p in kernel}
        self.routers = {p: Router(self.network, p, {"eth0": "wan", "vlan1": "lan"}) for p in SITES if p not in self.foreign}

    def example(self, peer):
        return read(f"{TOP}/config/examples/{peer}.cfg")

    def up(self, configs=None, key=SECRET, **peer_options):
        """configs: {peer: text} replaces the example configurations; peer_options go to the strongSwan."""
        network = self.network
        network.down()
        os.makedirs(network.folder)
        for node in ("pc1", "peer1", "internet", "peer2", "pc2"):
            network.add_node(node)
        network.sysctl("internet", "net.ipv4.ip_forward=1")
        for peer in SITES:
            self.up_router(peer, (configs or {}).get(peer), key) if peer in self.routers else self.up_foreign(peer, key, peer_options)
            site = SITES[peer]
            network.address(site["pc"], "eth0", f"{site['lan']}.100/24", f"{site['lan']}.254")
            network.address("internet", f"to-{peer}", f"{site['wan']}.254/24")

    def up_router(self, peer, config, key):
        router = self.routers[peer]
        router.write_config(config if config is not None else self.example(peer))
        router.start()
        if key is not None:
            router.ctl(f'create enco key=1 type=general value="{key}"')
        self.network.hand_over(peer, "lan", SITES[peer]["pc"], "eth0")
        self.network.hand_over(peer, "wan", "internet", f"to-{peer}")

    def up_foreign(self, peer, key, options):
        network, site = self.network, SITES[peer]
        settings = dict(local=wan_address(peer), remote=wan_address(site["remote"]), psk=key,
                        local_ts=f"{site['lan']}.0/24", remote_ts=f"{SITES[site['remote']]['lan']}.0/24")
        if peer in self.guests:
            guest = self.guests[peer]
            guest.start(f"{site['wan']}.1/24", f"{site['wan']}.254", f"{site['lan']}.254/24")
            for tap, node, interface in (("lan", site["pc"], "eth0"), ("wan", "internet", f"to-{peer}")):
                network.hand_over(peer, tap, node, interface, offload=False)
            guest.start_strongswan(**{**settings, **options})
            return
        network.wire(peer, "lan", site["pc"], "eth0")
        network.wire(peer, "wan", "internet", f"to-{peer}")
        network.address(peer, "lan", f"{site['lan']}.254/24")
        network.address(peer, "wan", f"{site['wan']}.1/24", f"{site['wan']}.254")
        network.sysctl(peer, "net.ipv4.ip_forward=1")
        daemon = swan if peer in self.libreswan else strongswan
        daemon.start(network, peer, **{**settings, **options})

    def ping(self, count=5, source="pc1", target="192.168.2.100", deadline=20):
        """Pings until all answers are there or the deadline passes; returns how many answers came."""
        done = self.network.exec(source, "ping", "-n", "-c", count, "-i", "0.2", "-w", deadline, target, check=False)
        for line in done.stdout.splitlines():
            if "received" in line:
                return int(line.split(",")[1].split()[0]), done.stdout
        raise LabError(f"ping from {source}: {done.stderr.strip() or 'no result'}")

    def wait_for_tunnel(self, seconds=20):
        """Sends single pings until one comes back through the tunnel."""
        if not wait_until(lambda: self.ping(1, deadline=1)[0], seconds):
            raise LabError("no tunnel: PC1's pings to PC2 stay without an answer")

    def down(self):
        self.network.down()
