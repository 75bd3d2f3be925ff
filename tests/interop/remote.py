"""One router that people reach over the network, and a host beside it."""
import os

from support import PREFIX, Network, Router

ADDRESS = "192.168.7.1"
CONFIG = f"""\
set system name=Remote
add user=secoff password=secoff-lab privilege=securityofficer login=yes telnet=yes
add user=guest password=guest-lab privilege=user login=yes telnet=no
enable ip
add ip int=eth0 ip={ADDRESS} mask=255.255.255.0
"""


class Remote:
    """The host is the node "pc" with the address 192.168.7.2."""

    def __init__(self, number=0, config=CONFIG, options=(), model="AR415S", interface="eth0"):
        self.network = Network(f"{PREFIX}r{number}")
        for node in ("pc", "router"):
            self.network.add_node(node)
        self.router = Router(self.network, "router", {interface: "wan"}, model=model, options=options)
        self.router.write_config(config)
        self.router.start()
        self.network.hand_over("router", "wan", "pc", "eth0")
        self.network.address("pc", "eth0", "192.168.7.2/24")

    def inside(self, *command):
        """The command's words as they run in the host."""
        return ["ip", "netns", "exec", self.network.namespace("pc"), *map(str, command)]

    def log(self):
        return self.router.ctl("show log")

    def down(self):
        self.network.down()
        assert not os.path.exists(self.network.folder)
