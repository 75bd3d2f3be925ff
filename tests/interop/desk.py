"""A router on a desk: its LAN and its WAN port are network cards of one PC, where the programs of the test run."""
import os
import unittest

from support import PREFIX, Network, Router

LAN, PC = "192.168.1.254", "192.168.1.100"
ADDRESSES = ("enable ip", f"add ip int=vlan1 ip={LAN}", "add ip int=eth0 ip=10.0.0.1 mask=255.255.255.0")


class DeskTest(unittest.TestCase):
    """`configuration` is what the router boots with, behind its addresses."""
    configuration = ()

    def setUp(self):
        self.network = Network(f"{PREFIX}d")
        self.network.down()
        self.addCleanup(self.network.down)
        os.makedirs(self.network.folder)
        for node in ("router", "pc"):
            self.network.add_node(node)
        self.router = Router(self.network, "router", {"eth0": "wan", "vlan1": "lan"})
        self.router.write_config("\n".join((*ADDRESSES, *self.configuration)) + "\n")
        self.boot()

    def boot(self):
        self.router.start()
        self.network.hand_over("router", "lan", "pc", "eth0")
        self.network.hand_over("router", "wan", "pc", "eth1")
        self.network.address("pc", "eth0", f"{PC}/24")
        self.network.address("pc", "eth1", "10.0.0.100/24")

    def pc(self, *command, **options):
        """What a command on the PC prints."""
        return self.network.exec("pc", *command, **options).stdout
