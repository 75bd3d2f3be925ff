"""A libreswan (pluto, IKEv1) in a node of a lab. Debian's package and strongSwan's exclude each other, so its files are
not installed but unpacked into a folder of the build."""
import os
import re
import subprocess

from network import LabError, read, run, wait_until
from router import TOP

ROOT = f"{TOP}/build/libreswan"
TOOLS = f"{ROOT}/usr/libexec/ipsec"
ENVIRONMENT = dict(os.environ, LD_LIBRARY_PATH=f"{ROOT}/usr/lib/x86_64-linux-gnu")

# Debian's default for ikev1-policy drops every message of IKEv1 without a word.
CONF = """\
config setup
    ikev1-policy=accept
    dnssec-enable=no
    nssdir={folder}/nss
    secretsfile={folder}/ipsec.secrets
conn lab
    type=tunnel
    authby=secret
    ikev2=no
    aggressive={aggressive}
    left={local}
    leftsubnet={local_ts}
    right={remote}
    rightsubnet={remote_ts}
    ike={ike}
    phase2alg={esp}
    pfs={pfs}
    leftupdown=%disabled
    auto=add
"""
DEFAULTS = dict(psk="secret", aggressive="no", ike="3des-sha1;modp1536", esp="3des-sha1", pfs="no")
# It looks for its helpers in /usr/libexec alone: this one process sees its own there.
IN_PLACE = f"mount -t tmpfs none /usr/libexec && ln -s {TOOLS} /usr/libexec/ipsec && exec \"$@\""


def unpack():
    run("bash", "-c", f". {TOP}/images/packages.sh && unpack_packages libreswan {ROOT}", timeout=300)


def tool(name, *words):
    return subprocess.run([f"{TOOLS}/{name}", *words], text=True, capture_output=True, env=ENVIRONMENT, timeout=60)


def refusal(protocol, proposal):
    """What this build says against a proposal of "ike" or "esp" under IKEv1; empty when it takes it."""
    done = tool("algparse", "-v1", f"{protocol}={proposal}")
    said = re.search(r"ERROR: (.*)", done.stdout + done.stderr)
    if done.returncode != 0 and not said:
        raise LabError(f"algparse: {done.stderr.strip()}")
    return said[1] if said else ""


def folder_of(network, node):
    return f"{network.folder}/{node}.libreswan"


def start(network, node, **settings):
    """Starts pluto and gives it the connection `lab`; what it says is log()."""
    folder = folder_of(network, node)
    os.makedirs(f"{folder}/nss")
    with open(f"{folder}/ipsec.conf", "w") as file:
        file.write(CONF.format(folder=folder, **{**DEFAULTS, **settings}))
    with open(f"{folder}/ipsec.secrets", "w") as file:
        file.write(f'%any %any : PSK "{settings.get("psk", DEFAULTS["psk"])}"\n')
    run(f"{ROOT}/usr/bin/certutil", "-N", "-d", f"sql:{folder}/nss", "--empty-password", env=ENVIRONMENT)
    pluto = [f"{TOOLS}/pluto", "--nofork", "--stderrlog", "--rundir", folder, "--config", f"{folder}/ipsec.conf"]
    process = network.start(f"{node}.pluto", ["unshare", "-m", "sh", "-c", IN_PLACE, "sh", *pluto], node=node, env=ENVIRONMENT)
    wait_until(lambda: os.path.exists(f"{folder}/pluto.ctl") or process.poll() is not None, 30)
    if process.poll() is not None:
        raise LabError(f"pluto in {node} did not start: {log(network, node).strip().splitlines()[-1]}")
    tool("addconn", "--config", f"{folder}/ipsec.conf", "--ctlsocket", f"{folder}/pluto.ctl", "lab")
    whack(network, node, "--listen")
    whack(network, node, "--rereadsecrets")


def whack(network, node, *words):
    return tool("whack", "--rundir", folder_of(network, node), *words).stdout


def initiate(network, node):
    """Asks for the connection and does not wait for it."""
    whack(network, node, "--name", "lab", "--asynchronous", "--initiate")


def log(network, node):
    return read(f"{network.folder}/{node}.pluto.out")
