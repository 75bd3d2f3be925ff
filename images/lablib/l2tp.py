"""L2TP/IPsec clients as Windows is one, of Debian's programs in a user-mode Linux guest: strongSwan for transport mode
with the kernel's ESP, xl2tpd and pppd on the kernel's L2TP. One of the guest itself, and any number in namespaces of the
guest, which forwards for them."""
import re

import strongswan
from network import LabError

# pppd wants its folder and its device; the rest of the guest is this machine's, read-only. One module after the other: a
# guest's kernel may have one built in.
PREPARE = """
for module in veth l2tp_ppp ppp_async; do modprobe -d /run/modules $module; done
grep -q ' /etc/ppp ' /proc/mounts || mount -t tmpfs none /etc/ppp
[ -e /dev/ppp ] || { mount -t devtmpfs none /dev; mkdir -p /dev/pts; mount -t devpts devpts /dev/pts; }
mkdir -p /run/lock /run/xl2tpd
: > /etc/ppp/options
: > /etc/ppp/chap-secrets
"""
NAMESPACE = """
ip netns add {name}
ip link add {name} type veth peer name wan netns {name}
ip link set {name} up
ip addr add {gateway}/32 dev {name}
ip route add {address} dev {name}
ip -n {name} link set lo up
ip -n {name} link set wan up
ip -n {name} addr add {address}/24 dev wan
ip -n {name} route replace default via {gateway} dev wan onlink
"""
# What Windows XP proposes, strongest first.
IKE = "3des-sha1-modp2048,3des-sha1-modp1024,3des-md5-modp1024,des-sha1-modp768,des-md5-modp768"
ESP = "3des-md5,3des-sha1,des-md5,des-sha1"
XL2TPD_CONF = """\
[global]
port = 1701
access control = no
[lac office]
lns = {server}
autodial = yes
redial = no
pppoptfile = {folder}/ppp
"""
PPP_OPTIONS = """\
user {user}
password {password}
noauth
ipcp-accept-local
ipcp-accept-remote
nodefaultroute
mtu 1400
mru 1400
lcp-echo-interval 2
lcp-echo-failure 3
debug
logfile {folder}/ppp.log
"""


def prepare(guest):
    shell(guest, PREPARE)


def shell(guest, script, check=True, seconds=60):
    status, text = guest.run("bash", "-c", script, seconds=seconds)
    if check and status != 0:
        raise LabError(f"guest: {text.strip()[-2000:]}")
    return text


class Client:
    """One client. Without `gateway` it is the guest itself; else it lives at `address` in a namespace of its own, and the
    guest is its gateway by that address."""

    def __init__(self, guest, name, address, server, gateway=None):
        self.guest, self.name, self.address, self.server = guest, name, address, server
        self.folder = f"/run/{name}"
        self.inside = f"ip netns exec {name} " if gateway else ""
        shell(guest, f"mkdir -p {self.folder}\n" +
              (NAMESPACE.format(name=name, address=address, gateway=gateway) if gateway else ""))

    # Every process costs a guest far more than it costs elsewhere, so each of these is one script.

    def shell(self, script, check=True, seconds=60):
        return shell(self.guest, f"cd {self.folder}\n{script}", check, seconds)

    def swanctl(self, words):
        return (f"STRONGSWAN_CONF={self.folder}/strongswan.conf {self.inside}swanctl {words} "
                f"--uri unix://{self.folder}/charon.vici\n")

    def start_ipsec(self, psk):
        """strongSwan, ready to protect UDP port 1701 between the two. Only because it knows the office's ID it tells when it
        has no other SA with it."""
        mail = f"{self.guest.mailbox}/{self.name}"
        strongswan.write_files(mail, dict(
            local=self.address, remote=self.server, psk=psk, ike=IKE, esp=ESP, mode="transport", backend="kernel",
            local_ts="dynamic[udp/1701]", remote_ts="dynamic[udp/1701]", remote_id=self.server))
        self.shell(f"""
            cp /mnt/{self.name}/*.conf .
            sed -i 's#{mail}#{self.folder}#' *.conf
            STRONGSWAN_CONF={self.folder}/strongswan.conf setsid {self.inside}{strongswan.DAEMON} > charon.out 2>&1 9<&- &
            echo $! > charon.pid
            for i in $(seq 100); do [ -S charon.vici ] && break; sleep 0.1; done
            """ + self.swanctl("--load-all --noprompt --file swanctl.conf"))

    def dial(self, user, password):
        """IKE and quick mode, then L2TP; PPP goes on by itself."""
        xl2tpd = XL2TPD_CONF.format(server=self.server, folder=self.folder)
        ppp = PPP_OPTIONS.format(user=user, password=password, folder=self.folder)
        self.shell(f"set -e\n{self.swanctl('--initiate --child lan --timeout 20')}"
                   # The interface of the last call may still be on its way out, and the new one would not be ppp0.
                   f"for i in $(seq 100); do {self.inside}ip link show ppp0 > /dev/null 2>&1 || break; sleep 0.1; done\n"
                   f"cat > xl2tpd <<'end'\n{xl2tpd}end\ncat > ppp <<'end'\n{ppp}end\nrm -f ppp.log\n"
                   f"setsid {self.inside}xl2tpd -D -c xl2tpd -s /dev/null -p xl2tpd.pid -C control > xl2tpd.log 2>&1 "
                   "< /dev/null 9<&- &")

    def connected(self, seconds=20):
        """PPP's own address, when it has come up in time."""
        said = self.shell(f"""
            for i in $(seq {round(seconds / 0.2) + 1}); do
              {self.inside}ip -4 addr show dev ppp0 2> /dev/null | grep peer && break
              sleep 0.2
            done""", check=False)
        found = re.search(r"inet (\S+) peer", said)
        return found and found[1]

    def ping(self, target, *options):
        """How many of three pings through the tunnel came back."""
        said = self.shell(f"{self.inside}ip route replace {target} dev ppp0\n"
                          f"{self.inside}ping -n -c 3 -i 0.2 -w 8 {' '.join(map(str, options))} {target}", check=False)
        found = re.search(r"(\d+) received", said)
        return int(found[1]) if found else 0

    def hang_up(self):
        """As a user does it: PPP, L2TP and then IPsec end in order."""
        self.shell("kill $(cat xl2tpd.pid)\nfor i in $(seq 50); do [ -e xl2tpd.pid ] || break; sleep 0.1; done\n" +
                   self.swanctl("--terminate --ike lab --timeout 5"), check=False)

    def vanish(self):
        """Everything of it dies at once, without a word, as if the power went."""
        self.shell(f"kill -9 $(cat charon.pid xl2tpd.pid) $(pgrep -P $(cat xl2tpd.pid))\n{self.inside}ip xfrm state flush\n"
                   f"{self.inside}ip xfrm policy flush\nrm -f charon.vici *.pid", check=False)

    def logs(self):
        return self.shell("tail -n 25 xl2tpd.log ppp.log charon.log", check=False)
