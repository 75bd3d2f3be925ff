"""vpnc in a node of a lab: aggressive mode with a group name and pre-shared key, XAUTH, then mode-config."""
import os

CONF = """\
IPSec gateway {gateway}
IPSec ID {group}
IPSec secret {psk}
Xauth username {user}
Xauth password {password}
IKE DH Group dh2
Perfect Forward Secrecy nopfs
NAT Traversal Mode {natt}
Local Port 500
Debug {debug}
Script /bin/true
Pidfile {folder}/pid
No Detach
"""
DEFAULTS = dict(group="lab", psk="secret", user="alice", password="", natt="none", debug=1)


def start(network, node, gateway, **settings):
    """The running process; what it says is network.output() of its name, <node>.vpnc."""
    values = {**DEFAULTS, **settings}
    folder = f"{network.folder}/{node}.vpnc"
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/conf", "w") as file:
        file.write(CONF.format(gateway=gateway, folder=folder, **values))
    return network.start(f"{node}.vpnc", ["/usr/sbin/vpnc", f"{folder}/conf"], node=node)
