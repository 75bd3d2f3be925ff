"""The verbs of images/lab; see there for what each does."""
import os
import re
import select
import signal
import socket
import subprocess
import sys
import termios
import tty

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from howto import SITES, HowTo  # noqa: E402
from network import LabError, read, wait_until  # noqa: E402
from router import Router  # noqa: E402
from scenario import Scenario, all_scenarios  # noqa: E402

PREFIX = "arlab"
POLICY = "wiz_Peer1 to Peer2"
PINGS = 5


def screen(lab, peer, line):
    """Prints a command as it looks at the router's prompt, with its screen."""
    print(f"SecOff {peer.capitalize()}> {line}")
    text = lab.routers[peer].ctl(line)
    print(text.rstrip("\n"), flush=True)
    return text


def counters(lab, peer):
    text = lab.routers[peer].ctl(f'show ipsec policy="{POLICY}" counters')
    return {name: int(re.search(rf"\b{name}\s+(\d+)", text)[1]) for name in ("outProcessDone", "inProcessDone")}


def start_capture(lab):
    file = f"{lab.network.folder}/wan.pcap"
    process = lab.network.start("capture", ["tcpdump", "-U", "--immediate-mode", "-ni", "to-peer1", "-w", file], node="internet")
    if not wait_until(lambda: "listening on" in lab.network.output("capture") or process.poll() is not None, 10):
        raise LabError("tcpdump did not start")
    return file


def capture_summary(lab, file):
    """Counts what crossed the WAN; clear text is anything that names a LAN address outside ESP."""
    def count(expression):
        done = subprocess.run(["tcpdump", "-nr", file, *expression.split()], text=True, capture_output=True)
        return len(done.stdout.splitlines())

    def count_esp():
        return count("ip proto 50") + count("udp port 4500 and udp[8:4] != 0 and udp[4:2] > 20")

    # What the last pings sent may still be on its way into the file.
    wait_until(lambda: count_esp() >= 2 * PINGS, 3, 0.2)
    lab.network.stop("capture")
    esp = count_esp()
    clear = count("net 192.168.1.0/24 or net 192.168.2.0/24")
    print(f"\non the WAN: {esp} ESP packets, {count('udp port 500')} ISAKMP messages, "
          f"{clear} packets with a LAN address in clear")
    return esp, clear


def demo(options):
    lab = HowTo(PREFIX, options.foreign)
    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    try:
        print("[3/5] network and peers", flush=True)
        lab.up(**options.peer_settings)
        print("[4/5] the tunnel: PC1 pings PC2", flush=True)
        capture = start_capture(lab)
        lab.wait_for_tunnel()
        before = {peer: counters(lab, peer) for peer in lab.routers}
        received, text = lab.ping(PINGS)
        print(text.rstrip())
        after = {peer: counters(lab, peer) for peer in lab.routers}
        good = received == PINGS
        for peer in lab.routers:
            print()
            screen(lab, peer, "show isakmp sa")
            screen(lab, peer, "show ipsec sa")
            print(f'\n{peer.capitalize()}, show ipsec policy="{POLICY}" counters, before and after {PINGS} pings:')
            for name in ("outProcessDone", "inProcessDone"):
                rise = after[peer][name] - before[peer][name]
                good = good and rise == PINGS
                print(f"  {name:<16} {before[peer][name]:>6} -> {after[peer][name]:<6} +{rise}")
        esp, clear = capture_summary(lab, capture)
        if not good or esp < 2 * PINGS or clear:
            raise LabError("the tunnel does not do what it should: see the figures above")
        print("[5/5] encrypted both ways, one packet a ping, nothing in clear", flush=True)
        if interactive:
            print("\nPeer1's console follows: log in as secoff / secoff-lab (or manager / friend). Ctrl-] ends the lab.")
            console(lab.routers["peer1"])
    finally:
        lab.down()
    return 0


def up(options):
    lab = HowTo(PREFIX, options.foreign)
    print("[3/5] network and peers", flush=True)
    try:
        lab.up(**options.peer_settings)
        if options.scenario is None or options.scenario.one("begin") == "tunnel":
            print("[4/5] the tunnel: PC1 pings PC2", flush=True)
            lab.wait_for_tunnel()
        if options.scenario is not None:
            hide_fault(lab, options.scenario)
            return 0
    except LabError:
        lab.down()
        raise
    print("[5/5] up; next: images/lab console peer1 | images/lab ctl peer1 \"show ipsec sa\" | images/lab down")
    return 0


def hide_fault(lab, scenario):
    """Sets up what is to be found, and leaves its number for `solution`."""
    for peer, line in scenario.orders("fault"):
        lab.routers[peer].ctl(line)
    with open(scenario_file(lab.network), "w") as file:
        file.write(f"{scenario.number}\n")
    print(f"[5/5] the complaint: {scenario.one('complaint')}")
    print("      sudo images/lab exec pc1 ping 192.168.2.100; sudo images/lab console peer1 (or peer2), as secoff / "
          "secoff-lab\n      given up or found: sudo images/lab solution")


def scenario_file(network):
    return f"{network.folder}/scenario"


def solution():
    try:
        number = read(scenario_file(HowTo(PREFIX).network))
    except OSError:
        raise LabError("no scenario is up: images/lab up --scenario NUMBER") from None
    print(Scenario(number).solution())
    return 0


def scenarios():
    for scenario in all_scenarios():
        print(f"{scenario.number:>3}  {scenario.one('complaint')}")
    return 0


def console(router):
    """Connects this terminal to a router's console socket until Ctrl-]."""
    link = socket.socket(socket.AF_UNIX)
    try:
        link.connect(router.console)
    except OSError as error:
        raise LabError(f"{router.node} has no console: {error.strerror} (images/lab up first)") from None
    saved = termios.tcgetattr(0)
    try:
        tty.setraw(0)
        while True:
            ready = select.select([0, link], [], [])[0]
            if link in ready:
                data = link.recv(4096)
                if not data:
                    break
                os.write(1, data)
            if 0 in ready:
                keys = os.read(0, 1024)
                if not keys or b"\x1d" in keys:
                    break
                link.sendall(keys)
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, saved)
        link.close()
        print()


def existing(peer):
    if peer not in SITES:
        raise LabError(f"no router called {peer}: peer1 or peer2")
    return Router(HowTo(PREFIX).network, peer, {})


def status():
    network = HowTo(PREFIX).network
    nodes = network.nodes()
    if not nodes:
        print("the lab is down")
        return 1
    for node in nodes:
        pids = network.exec(node, "true") and subprocess.run(
            ["ip", "netns", "pids", network.namespace(node)], text=True, capture_output=True).stdout.split()
        print(f"{node}: processes {' '.join(pids) or 'none'}")
        for line in network.ip(node, "-br", "addr", "show").stdout.splitlines():
            if not line.startswith("lo "):
                print(f"  {line}")
    return 0


class Options:
    def __init__(self, words):
        self.foreign, self.peer_settings, self.scenario = [], {}, None
        words = list(words)
        while words:
            word = words.pop(0)
            if word == "--peer":
                if not words or words.pop(0) != "strongswan":
                    raise LabError("--peer takes: strongswan")
                self.foreign = ["peer2"]
                self.peer_settings = dict(ike="3des-sha1-modp768", esp="3des-sha1")
            elif word == "--scenario":
                self.scenario = Scenario(words.pop(0) if words else "")
            else:
                raise LabError(f"{word}: images/lab --help tells what there is")
        if self.scenario is not None and self.foreign:
            raise LabError("a scenario needs both routers: no --peer beside --scenario")


def main(verb, *words):
    # A terminal that goes away, or a kill, still cleans up.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    options = Options(words) if verb in ("demo", "up") else None
    if verb == "demo":
        return demo(options)
    if verb == "up":
        return up(options)
    if verb == "console":
        return console(existing(words[0] if words else "peer1"))
    if verb == "ctl":
        router = existing(words[0] if words else "")
        from router import PROGRAM
        return subprocess.run([PROGRAM, "ctl", router.control, *words[1:]]).returncode
    if verb == "exec":
        network = HowTo(PREFIX).network
        if len(words) < 2 or words[0] not in network.nodes():
            raise LabError("exec NODE COMMAND…, with NODE one of " + (" ".join(network.nodes()) or "none: the lab is down"))
        return subprocess.run(["ip", "netns", "exec", network.namespace(words[0]), *words[1:]]).returncode
    for word, action in (("status", status), ("scenarios", scenarios), ("solution", solution)):
        if verb == word:
            return action()
    HowTo(PREFIX).down()
    return 0


try:
    sys.exit(main(*sys.argv[1:]))
except LabError as error:
    sys.exit(f"images/lab: {error}")
except KeyboardInterrupt:
    sys.exit(130)
except BrokenPipeError:
    # Whoever read the output has seen enough.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(1)
