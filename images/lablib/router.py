"""One arrouter process in a lab."""
import os
import subprocess

from network import LabError, wait_until

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.abspath(os.environ.get("ARROUTER", f"{TOP}/build/arrouter"))


class Router:
    """Starts, commands and ends one router in a node of a Network. `ports` maps the model's interfaces to the names
    of TAPs that the router makes in its node, e.g. {"eth0": "wan", "vlan1": "lan"}."""

    def __init__(self, network, node, ports, model="AR415S", options=()):
        self.network, self.node, self.ports, self.model = network, node, ports, model
        self.options = list(options)
        self.directory = None  # where it runs, and LAB CAPTURE writes; None: where this process runs
        self.flash = f"{network.folder}/{node}.flash"
        self.control = f"{network.folder}/{node}.ctl"
        self.console = f"{network.folder}/{node}.con"

    def write_config(self, text, name="boot.cfg"):
        os.makedirs(self.flash, exist_ok=True)
        with open(f"{self.flash}/{name}", "w") as file:
            file.write(text)
        refused = subprocess.run([PROGRAM, "check", "--model", self.model, f"{self.flash}/{name}"], text=True, capture_output=True)
        if refused.returncode != 0:
            raise LabError(f"{self.node}'s configuration: {(refused.stdout + refused.stderr).strip()}")

    def start(self, seconds=20):
        os.makedirs(self.flash, exist_ok=True)
        command = [PROGRAM, "--model", self.model, "--flash", self.flash, "--control", self.control,
                   "--console", f"unix:{self.console}"]
        for interface, spec in self.ports.items():
            command += ["--interface", f"{interface}={spec if ':' in spec else 'tap:' + spec}"]
        self.process = self.network.start(self.node, command + self.options, node=self.node, cwd=self.directory)
        ready = wait_until(lambda: "ready" in self.network.output(self.node) or self.process.poll() is not None, seconds)
        if not ready or self.process.poll() is not None:
            lines = self.network.output(self.node).strip().splitlines()[-1:] or ["it said nothing"]
            raise LabError(f"{self.node} did not start: {lines[0]}")

    def ctl(self, *lines, check=True, timeout=120):
        """Runs command lines; returns their screens. With `check`, an Error outcome is a LabError."""
        done = subprocess.run([PROGRAM, "ctl", self.control, *lines], text=True, capture_output=True, timeout=timeout)
        if check and done.returncode >= 2:
            raise LabError(f"{self.node}: {'; '.join(lines)}: {(done.stdout + done.stderr).strip()}")
        return done.stdout

    def stop(self):
        self.network.stop(self.node)
