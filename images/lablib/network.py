"""Namespaces, wires and processes of one lab. Everything a lab makes carries its prefix, and it ends only what it
started, by process id."""
import json
import os
import shutil
import signal
import subprocess
import time


class LabError(Exception):
    """One clear line for the person at the terminal."""


def run(*command, check=True, **options):
    """Runs a command, returns its completed process with text output; a failure becomes a LabError."""
    done = subprocess.run([str(word) for word in command], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    if check and done.returncode != 0:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no output"]
        raise LabError(f"{' '.join(map(str, command))}: {last[0]}")
    return done


def wait_until(condition, seconds, step=0.05):
    """Polls condition() until it is true; returns its last value."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(step)


class Network:
    """A set of namespaces <prefix>-<node> and the processes started in them; its state is a folder."""

    def __init__(self, prefix, folder=None):
        self.prefix = prefix
        self.folder = folder or f"/tmp/arrouter-lab-{prefix}"

    # -- namespaces -------------------------------------------------------------------------------------------

    def namespace(self, node):
        return f"{self.prefix}-{node}"

    def add_node(self, node):
        name = self.namespace(node)
        run("ip", "netns", "add", name)
        run("ip", "-n", name, "link", "set", "lo", "up")
        # A quiet host: nothing but the test's own packets on the wires.
        self.sysctl(node, "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1",
                    "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0",
                    "net.ipv4.conf.all.send_redirects=0", "net.ipv4.conf.default.send_redirects=0")

    def sysctl(self, node, *settings):
        self.exec(node, "sysctl", "-qw", *settings)

    def ip(self, node, *words):
        return run("ip", "-n", self.namespace(node), *words)

    def exec(self, node, *command, **options):
        return run("ip", "netns", "exec", self.namespace(node), *command, **options)

    def wire(self, node_a, interface_a, node_b, interface_b, offload=True):
        """A veth pair, both ends up."""
        self.ip(node_a, "link", "add", interface_a, "type", "veth", "peer", "name", interface_b,
                "netns", self.namespace(node_b))
        for node, interface in ((node_a, interface_a), (node_b, interface_b)):
            self.ip(node, "link", "set", interface, "up")
            if not offload:
                self.no_offload(node, interface)

    def hand_over(self, from_node, tap, to_node, interface, offload=True):
        """Gives a TAP that a process in from_node holds to to_node, as its network card."""
        self.ip(from_node, "link", "set", tap, "netns", self.namespace(to_node), "name", interface)
        self.ip(to_node, "link", "set", interface, "up")
        if not offload:
            self.no_offload(to_node, interface)

    def no_offload(self, node, interface):
        """Real frames of at most the MTU with their checksums done, as a card without offloads sends them."""
        self.exec(node, "ethtool", "-K", interface, "tso", "off", "gso", "off", "gro", "off", "tx", "off", "sg", "off",
                  check=False)

    def address(self, node, interface, cidr, gateway=None):
        self.ip(node, "addr", "add", cidr, "dev", interface)
        if gateway:
            self.ip(node, "route", "add", "default", "via", gateway)

    # -- processes --------------------------------------------------------------------------------------------

    def start(self, name, command, node=None, **options):
        """Starts a process that belongs to this lab; its output goes to <folder>/<name>.out."""
        os.makedirs(self.folder, exist_ok=True)
        words = (["ip", "netns", "exec", self.namespace(node)] if node else []) + [str(w) for w in command]
        with open(f"{self.folder}/{name}.out", "wb") as out:
            process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                       start_new_session=True, **options)
        with open(f"{self.folder}/{name}.pid", "w") as file:
            file.write(f"{process.pid} {start_time(process.pid)}\n")
        return process

    def pid(self, name):
        """The process id of a started process that still runs, else None."""
        try:
            pid, started = read(f"{self.folder}/{name}.pid").split()
        except (OSError, ValueError):
            return None
        return int(pid) if start_time(int(pid)) == started else None

    def output(self, name):
        try:
            return read(f"{self.folder}/{name}.out")
        except OSError:
            return ""

    def stop(self, name, grace=5):
        """SIGTERM, and SIGKILL when it does not end in time."""
        pid = self.pid(name)
        if pid is None:
            return
        for signal_number, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, 2)):
            try:
                os.kill(pid, signal_number)
            except ProcessLookupError:
                return
            if wait_until(lambda: gone(pid), patience, 0.02):
                return

    # -- the whole --------------------------------------------------------------------------------------------

    def nodes(self):
        names = run("ip", "-j", "netns", "list").stdout
        start = self.prefix + "-"
        return [n["name"][len(start):] for n in json.loads(names or "[]") if n["name"].startswith(start)]

    def down(self):
        """Ends the lab's processes and removes its namespaces and its folder."""
        if os.path.isdir(self.folder):
            for file in os.listdir(self.folder):
                if file.endswith(".pid"):
                    self.stop(file[:-4])
        for node in self.nodes():
            run("ip", "netns", "del", self.namespace(node), check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


def read(path):
    with open(path, errors="replace") as file:
        return file.read()


def start_time(pid):
    """When the process began (field 22 of its stat); tells a process from a later one of the same id."""
    try:
        fields = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]


def gone(pid):
    try:
        os.waitpid(pid, os.WNOHANG)  # when it is our child, else nothing
    except ChildProcessError:
        pass
    return start_time(pid) is None
