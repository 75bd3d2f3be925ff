"""One router with a firewall between a host inside ("pc") and whatever is outside ("internet")."""
from support import PREFIX, Network, Router

PUBLIC, INTERNET, INSIDE = "200.200.200.1", "200.200.200.254", "192.168.1.100"
CONFIG = f"""\
enable ip
add ip int=eth0 ip={PUBLIC} mask=255.255.255.0
add ip int=vlan1 ip=192.168.1.1 mask=255.255.255.0
add ip rou=0.0.0.0 int=eth0 next={INTERNET}
enable firewall
create firewall policy=net
enable firewall policy=net icmp_f=ping,unreach
add firewall policy=net int=vlan1 type=private
add firewall policy=net int=eth0 type=public
add firewall poli=net nat=enhanced int=vlan1 gblin=eth0
"""


class Guarded:
    """`extra` are further lines of its configuration. `packet`: its ports are packet sockets on veths instead of TAPs."""

    def __init__(self, number, *extra, options=(), packet=False):
        self.network = Network(f"{PREFIX}g{number}")
        for node in ("internet", "router", "pc"):
            self.network.add_node(node)
        cables = {"wan": "internet", "lan": "pc"}
        if packet:
            for cable, node in cables.items():
                self.network.wire("router", cable, node, "eth0")
        kind = "packet" if packet else "tap"
        self.router = Router(self.network, "router", {"eth0": f"{kind}:wan", "vlan1": f"{kind}:lan"}, options=options)
        self.router.write_config(CONFIG + "".join(line + "\n" for line in extra))
        self.router.start()
        if not packet:
            for cable, node in cables.items():
                self.network.hand_over("router", cable, node, "eth0")
        self.network.address("internet", "eth0", f"{INTERNET}/24")
        self.network.address("pc", "eth0", f"{INSIDE}/24", "192.168.1.1")

    def exec(self, node, *command, **options):
        """What a command in a node prints."""
        return self.network.exec(node, *command, **options).stdout

    def down(self):
        self.network.down()
