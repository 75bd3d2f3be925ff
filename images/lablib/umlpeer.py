"""A peer whose ESP is a real Linux kernel's: user-mode Linux on two TAPs, its root this machine's own file system
(read-only), strongSwan inside as the key exchange. For machines whose own kernel has no ESP."""
import itertools
import os
import shlex

import strongswan
from network import LabError, read, wait_until

KERNEL = "/usr/bin/linux.uml"
MODULES = ("esp4 ah4 ipcomp deflate xfrm_user af_key authenc cbc des_generic hmac md5 sha1_generic sha256_generic ecb crypto_null "
           "echainiv seqiv sha512_generic ctr drbg ansi_cprng xfrm4_tunnel")

# The guest keeps only the classic registers over its context switches (see without_xstate.py); what is not a
# parameter of the kernel becomes the environment of its first process, and so of all others.
NO_WIDE_REGISTERS = ("GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX,-AVX2,-AVX512F,-AVX512VL,-AVX512BW,-AVX_Fast_Unaligned_Load,"
                     "-XSAVE,-XSAVEC,-FSRM,-ERMS", "OPENSSL_ia32cap=0:0")

# The guest's first process: mounts, modules, addresses, then commands that arrive as files in its mailbox.
INIT = """\
#!/bin/busybox sh
export PATH=/run/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/run
B=/bin/busybox
$B mount -t proc proc /proc
$B mount -t sysfs sys /sys
for place in /run /tmp /var/tmp; do $B mount -t tmpfs none $place; done
$B mkdir -p /run/modules/lib /run/lock /dev/shm /dev/pts
$B mount -t devpts devpts /dev/pts
$B mount -t hostfs -o {mailbox} none /mnt
$B ln -s /usr/lib/uml/modules /run/modules/lib/modules
/sbin/modprobe -d /run/modules -a {modules}
echo > /proc/sys/kernel/modprobe
for each in all default; do
  echo 1 > /proc/sys/net/ipv6/conf/$each/disable_ipv6
  echo 0 > /proc/sys/net/ipv4/conf/$each/rp_filter
  echo 0 > /proc/sys/net/ipv4/conf/$each/send_redirects
done
echo 1 > /proc/sys/net/ipv4/ip_forward
/sbin/ip link set lo up
/sbin/ip link set vec0 name wan up
/sbin/ip link set vec1 name lan up
/sbin/ip addr add {wan} dev wan
/sbin/ip addr add {lan} dev lan
/sbin/ip route add default via {gateway}
$B mkfifo /run/tick
exec 9<>/run/tick
work() {{
  /bin/bash "$1.job" > "$1.out" 2>&1 < /dev/null 9<&-
  echo $? > "$1.status"
  $B mv "$1.status" "$1.done"
}}
cd /mnt
echo ready > up
while :; do
  for each in *.cmd; do
    [ -e "$each" ] || continue
    $B mv "$each" "${{each%.cmd}}.job"
    work "${{each%.cmd}}" &
  done
  read -t 0.05 nothing <&9
done
"""


class UmlPeer:
    """One guest in a node of a Network. Its TAPs are made in the node and then handed to the neighbours."""

    def __init__(self, network, node):
        self.network, self.node = network, node
        self.folder = f"{network.folder}/{node}.uml"
        self.mailbox = f"{self.folder}/mail"
        self.numbers = itertools.count()

    def start(self, wan, gateway, lan, seconds=30):
        if not os.path.exists(KERNEL):
            raise LabError(f"{KERNEL} is missing (package user-mode-linux)")
        os.makedirs(self.mailbox)
        init = f"{self.folder}/init"
        with open(init, "w") as file:
            file.write(INIT.format(mailbox=self.mailbox, modules=MODULES, wan=wan, lan=lan, gateway=gateway))
        os.chmod(init, 0o755)
        wrapper = os.path.join(os.path.dirname(os.path.abspath(__file__)), "without_xstate.py")
        self.process = self.network.start(f"{self.node}.guest", [
            "/usr/bin/python3", wrapper, KERNEL, "mem=160M", "rootfstype=hostfs", "rootflags=/", "ro", f"init={init}", "quiet",
            *NO_WIDE_REGISTERS, f"umid={self.node}", f"uml_dir={self.folder}/run", "con=null", "con0=null,fd:1",
            "vec0:transport=tap,ifname=wan,depth=128,gro=0", "vec1:transport=tap,ifname=lan,depth=128,gro=0"],
            node=self.node)
        up = wait_until(lambda: os.path.exists(f"{self.mailbox}/up") or self.process.poll() is not None, seconds)
        if not up or self.process.poll() is not None:
            raise LabError(f"the guest did not start: {self.network.output(f'{self.node}.guest')[:3000]}")

    def run(self, *command, seconds=60):
        """Runs a command as root in the guest; (exit status, output)."""
        name = f"{self.mailbox}/{next(self.numbers)}"
        with open(f"{name}.new", "w") as file:
            file.write(shlex.join(map(str, command)) + "\n")
        os.rename(f"{name}.new", f"{name}.cmd")
        if not wait_until(lambda: os.path.exists(f"{name}.done") or self.process.poll() is not None, seconds, 0.02):
            raise LabError(f"guest: {' '.join(command)} did not end")
        return int(read(f"{name}.done")), read(f"{name}.out")

    # -- strongSwan in the guest, its files in the mailbox (/mnt inside) -----------------------------------------

    def start_strongswan(self, **settings):
        strongswan.write_files(f"{self.mailbox}/swan", {**settings, "backend": "kernel"})
        for name in ("strongswan.conf", "swanctl.conf"):
            path = f"{self.mailbox}/swan/{name}"
            text = read(path).replace(f"{self.mailbox}/swan", "/run/swan")
            with open(path, "w") as file:
                file.write(text)
        script = ("mkdir -p /run/swan; cp /mnt/swan/*.conf /run/swan; "
                  f"STRONGSWAN_CONF=/run/swan/strongswan.conf setsid {strongswan.DAEMON} > /run/swan/out 2>&1 9<&- & "
                  "for i in $(seq 100); do [ -S /run/swan/charon.vici ] && break; sleep 0.1; done")
        self.run("bash", "-c", script)
        status, text = self.swanctl("--load-all", "--noprompt", "--file", "/run/swan/swanctl.conf")
        if status != 0:
            raise LabError(f"strongSwan in the guest: {text.strip()[:3000]}")

    def swanctl(self, *words):
        return self.run("env", "STRONGSWAN_CONF=/run/swan/strongswan.conf", "swanctl", *words,
                        "--uri", "unix:///run/swan/charon.vici")

    def initiate(self, seconds=20):
        return self.swanctl("--initiate", "--child", "lan", "--timeout", str(seconds))

    def log(self):
        return self.run("cat", "/run/swan/charon.log")[1]
