"""PPPoE against Debian's own programs in a user-mode Linux guest: pppoe-server and pppd as the provider, pppd with the
kernel's PPPoE as a subscriber."""
import os
import re

from support import PREFIX, LabError, LabTest, Network, Router, main, wait_until
from umlpeer import UmlPeer

SUBSCRIBER = """\
create ppp=0 over=eth0-any
set ppp=0 over=eth0-any user=user@isp password=isppasswd lqr=off echo=2 restart=1
set ppp=0 bap=off iprequest=on
enable ip
enable ip remote
add ip int=vlan1 ip=192.168.10.1 mask=255.255.255.0
add ip int=ppp0 ip=0.0.0.0
add ip rou=0.0.0.0 mask=0.0.0.0 int=ppp0 next=0.0.0.0
enable firewall
create firewall policy=net
enable firewall policy=net icmp_f=unreach,ping
add firewall policy=net int=vlan1 type=private
add firewall policy=net int=ppp0 type=public
add firewall policy=net nat=enhanced int=vlan1 gblint=ppp0
"""
PROVIDER = """\
set system name=isp
add user=dialin pass=friend1 lo=no
create ppp template=1 authentication=chap ippool=roaming bap=off lqr=off echo=2 restart=1
add ppp acservice=any template=1 acinterface=eth0
enable ppp accessconcentrator
enable ip
add ip int=vlan1 ip=192.168.10.1 mask=255.255.255.0
create ip pool=roaming ip=192.168.143.1-192.168.143.50
"""
# pppd wants its folder and its device; the rest of the guest is this machine's, read-only.
PREPARE = """
modprobe -d /run/modules -a ppp_generic pppox pppoe ppp_async
grep -q ' /etc/ppp ' /proc/mounts || mount -t tmpfs none /etc/ppp
[ -e /dev/ppp ] || { mkdir -p /run/pts; mount -t devtmpfs none /dev; mkdir -p /dev/pts; mount -t devpts devpts /dev/pts; }
mkdir -p /run/lock /var/run
printf '"user@isp" * "isppasswd" *\\n' | tee /etc/ppp/chap-secrets > /etc/ppp/pap-secrets
chmod 600 /etc/ppp/*-secrets
: > /etc/ppp/options
"""
SERVE = """
printf '%s\\n' require-{method} debug 'logfile /run/ppp.log' 'ms-dns 10.0.0.53' 'lcp-echo-interval 2' 'lcp-echo-failure 3' > /etc/ppp/pppoe-server-options
pppoe-server -I wan -L 10.67.15.1 -R 200.100.10.1 -N 10 -C guest -O /etc/ppp/pppoe-server-options
"""
DIAL = """
pppd plugin rp-pppoe.so nic-wan user dialin password {password} noauth noipdefault debug logfile /run/ppp.log \
    ipparam lab lcp-echo-interval 2 lcp-echo-failure 3 updetach
"""


class Access:
    """pc - router - (Ethernet) - guest."""

    def __init__(self, prefix):
        self.network = Network(prefix)
        self.router = Router(self.network, "router", {"eth0": "wan", "vlan1": "lan"})
        self.guest = UmlPeer(self.network, "isp")

    def up(self, config):
        network = self.network
        network.down()
        os.makedirs(network.folder)
        for node in ("pc", "router", "wire", "isp", "server"):
            network.add_node(node)
        self.router.write_config(config)
        self.router.start()
        self.guest.start("10.9.0.1/24", "10.9.0.254", "172.16.0.1/24")
        network.hand_over("router", "lan", "pc", "eth0")
        network.hand_over("router", "wan", "wire", "to-router")
        network.hand_over("isp", "wan", "wire", "to-isp", offload=False)
        network.hand_over("isp", "lan", "server", "eth0", offload=False)
        network.ip("wire", "link", "add", "cable", "type", "bridge")
        for end in ("to-router", "to-isp"):
            network.ip("wire", "link", "set", end, "master", "cable")
        network.ip("wire", "link", "set", "cable", "up")
        network.address("pc", "eth0", "192.168.10.100/24", "192.168.10.1")
        self.shell(PREPARE)

    def shell(self, script, seconds=60, check=True):
        status, text = self.guest.run("bash", "-c", script, seconds=seconds)
        if check and status != 0:
            raise LabError(f"guest: {text.strip()[-2000:]}")
        return text

    def ping(self, node, target, *options):
        done = self.network.exec(node, "ping", "-n", "-c", 3, "-i", "0.2", "-w", 10, *options, target, check=False)
        return int(re.search(r"(\d+) received", done.stdout).group(1)) if "received" in done.stdout else 0

    def down(self):
        self.network.down()


class Pppoe(LabTest):
    def access(self, config):
        lab = Access(f"{PREFIX}{len(self.labs)}")
        self.labs.append(lab)
        lab.up(config)
        return lab

    def wait_for_address(self, lab):
        router = lab.router
        up = wait_until(lambda: "200.100.10." in router.ctl("show ip interface=ppp0"), 60, 0.3)
        self.assertTrue(up, router.ctl("show ppp", "show ppp config", "show log") + lab.shell("cat /run/ppp.log", check=False))
        self.assertEqual(lab.ping("pc", "172.16.0.1"), 3)

    def test_subscriber(self):
        lab = self.access(SUBSCRIBER)
        router = lab.router
        lab.shell(SERVE.format(method="chap"))
        self.wait_for_address(lab)
        self.assertIn("10.67.15.1", router.ctl("show ip route"))
        self.assertIn("Primary: 10.0.0.53", router.ctl("show ppp nameservers"))
        self.assertRegex(router.ctl("show ppp config"), r"Authentication +NONE +CHAP")
        self.assertEqual(lab.ping("pc", "172.16.0.1", "-s", 1464, "-M", "do"), 3)  # 1492 bytes, the longest
        # The provider falls silent without a word and comes back with PAP: echoes notice, and it is found again.
        lab.shell("pkill -KILL -x pppoe-server; pkill -KILL -x pppd; pkill -KILL -x pppoe; true")
        self.assertTrue(wait_until(lambda: "ppp0#" in router.ctl("show ip interface=ppp0"), 30, 0.3))
        lab.shell(SERVE.format(method="pap"))
        self.wait_for_address(lab)
        self.assertRegex(router.ctl("show ppp config"), r"Authentication +NONE +PAP")
        router.ctl("disable ppp=0")
        self.assertTrue(wait_until(lambda: "terminated by peer" in lab.shell("cat /run/ppp.log"), 20, 0.3))

    def dial(self, lab):
        lab.shell(DIAL.format(password="friend1"))
        self.assertRegex(lab.shell("ip -4 addr show dev ppp0"), r"inet 192\.168\.143\.\d+ peer 192\.168\.10\.1/32")
        lab.shell("ip route add 192.168.10.0/24 dev ppp0")
        self.assertIn("3 received", lab.shell("ping -n -c 3 -i 0.2 -w 10 192.168.10.100", check=False))

    def hang_up(self, lab):
        lab.shell("pkill -TERM -x pppd")
        self.assertTrue(wait_until(lambda: "No PPP interfaces exist" in lab.router.ctl("show ppp"), 20, 0.3))

    def test_provider(self):
        lab = self.access(PROVIDER)
        lab.shell(DIAL.format(password="wrong"), check=False)
        self.assertNotIn("inet ", lab.shell("ip -4 addr show dev ppp0 2>&1", check=False))
        self.dial(lab)
        self.assertIn("OPENED", lab.router.ctl("show ppp"))
        self.assertIn("inuse", lab.router.ctl("show ip pool"))
        self.assertRegex(lab.router.ctl("show ppp config"), r"Authentication +CHAP +NONE +CHAP")
        self.hang_up(lab)
        lab.router.ctl("set ppp template=1 authentication=pap")
        self.dial(lab)
        self.hang_up(lab)


main()
