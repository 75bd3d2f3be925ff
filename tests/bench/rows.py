"""The rows of the table: what is measured beside what, and the goal that the ratio is held against.

A row is a function of (seconds, rounds) that yields Lines. Rounds go back and forth between the router and its
yardsticks, so that a busy minute hits all of them; medians count."""
import collections
import os
import re
import statistics
import subprocess
import time

from paths import (BUILD, FIREWALL, FullRouterPath, KernelChain, KernelPath, LabError, Network, PLAIN, PREFIX, Router,
                   RouterPath, SocatPath, TunnelPath, read, wait_until)

# `ratio` is the figure's ratio to the yardstick, or the figure itself where there is none. `must` and `aim` are texts
# like "≥ 0.5"; an empty one: nothing is promised.
Line = collections.namedtuple("Line", "what figure unit yardstick against ratio must aim")


def line(what, figure, unit, yardstick=None, against="", must="", aim=""):
    ratio = figure / yardstick if yardstick else None
    return Line(what, figure, unit, yardstick, against, ratio, must, aim)


def interleaved(makers, measure, rounds):
    """Builds the paths, measures them in turn, and gives for each the median of every figure."""
    paths = []
    try:
        for make in makers:
            paths.append(make())
        samples = [[] for _ in paths]
        for _ in range(rounds):
            for path, results in zip(paths, samples):
                results.append(measure(path))
        return [{key: statistics.median(r[key] for r in results) for key in results[0]} for results in samples]
    finally:
        for path in paths:
            path.close()


def plain_tcp(seconds, rounds):
    ours, kernel, socat = interleaved([RouterPath, KernelPath, SocatPath], lambda p: p.tcp(seconds), rounds)
    yield line("TCP", ours["mbits"], "Mbit/s", socat["mbits"], "socat, TAP to TAP", "≥ 8", "11")
    yield line("TCP", ours["mbits"], "Mbit/s", kernel["mbits"], "Linux ip_forward", "≥ 0.5", "0.7")
    yield line("CPU of TCP", ours["cpu"], "s/GB", socat["cpu"], "socat, TAP to TAP", "≤ 0.1", "0.06")
    yield line("retransmits", ours["retransmits"] * 10 / seconds, "in 10 s", None, "", "≤ 50", "0")


def plain_udp(seconds, rounds):
    ours, kernel = interleaved([RouterPath, KernelPath], lambda p: p.udp(seconds), rounds)
    yield line("UDP, 64 bytes", ours["kpps"], "kpps", kernel["kpps"], "Linux ip_forward", "≥ 1.0", "1.4")
    yield line("CPU of UDP, 64 bytes", ours["cpu"], "us/packet")


def sessions(seconds, rounds):
    """Sessions beside conntrack's, as many as it takes."""
    room = int(read("/proc/sys/net/netfilter/nf_conntrack_max"))
    for count in (10, 100_000, 1_000_000):
        makers = [lambda: RouterPath(FIREWALL)] + [lambda: KernelPath(nat=True)] * (count < room)
        ours, *kernel = interleaved(makers, lambda p: p.flows(seconds, count), rounds)
        yield line(f"UDP, {count} sessions", ours["kpps"], "kpps", kernel[0]["kpps"] if kernel else None,
                   "Linux conntrack, NAT" if kernel else "")
        yield line(f"CPU, {count} sessions", ours["cpu"], "us/packet")

    def growth(path, count):
        before = path.memory()
        path.open_flows(count)
        return {"bytes": (path.memory() - before) / count}
    count = 100_000
    ours, kernel = interleaved([lambda: RouterPath(FIREWALL), lambda: KernelPath(nat=True)], lambda p: growth(p, count), 1)
    yield line("memory of a session", ours["bytes"], "bytes", kernel["bytes"], "a conntrack entry", "≤ 1.0", "")


def firewall(seconds, rounds):
    """What a full router pays beside an empty one."""
    def measure(path):
        return {"TCP": path.tcp(seconds)["cpu"], "UDP, 64 bytes": path.udp(seconds)["cpu"]}
    full, empty = interleaved([FullRouterPath, RouterPath], measure, rounds)
    for what, unit, must in (("TCP", "s/GB", "≤ 1.15"), ("UDP, 64 bytes", "us/packet", "≤ 1.3")):
        yield line(f"CPU of {what}, full router", full[what], unit, empty[what], "an empty one", must, "1.03")


def tunnel(seconds, rounds, cipher, goals, nat=False, mtu=1400):
    ours, theirs = interleaved([lambda: TunnelPath(cipher, nat=nat, mtu=mtu), lambda: TunnelPath(cipher, foreign=True, mtu=mtu)],
                               lambda p: p.tcp(seconds), rounds)
    yield line("TCP", ours["mbits"], "Mbit/s", theirs["mbits"], "strongSwan libipsec", *goals[0])
    yield line("CPU of TCP", ours["cpu"], "s/GB", theirs["cpu"], "strongSwan libipsec", *goals[1])
    yield line("retransmits", ours["retransmits"] * 10 / seconds, "in 10 s", None, "", "≤ 50" if nat else "", "0")
    # A gateway on a core of its own against the bare cipher and hash on that core.
    bound = bare_crypto_mbits({"aes128": "aes128/sha", "3desouter": "3desouter/sha"}[cipher])
    yield line("one gateway a core", 8e3 / (ours["cpu"] / 2), "Mbit/s", bound, "the bare crypto", *goals[2])


def esp(seconds, rounds):
    yield from tunnel(seconds, rounds, "aes128", [("≥ 6", "10"), ("≤ 0.125", "0.08"), ("", "")])


def natt(seconds, rounds):
    yield from tunnel(seconds, rounds, "aes128", [("≥ 12", "21"), ("≤ 0.083", "0.038"), ("≥ 0.28", "0.4")], nat=True)


def esp_fragments(seconds, rounds):
    yield from tunnel(seconds, rounds, "aes128", [("", ""), ("", ""), ("", "")], mtu=1500)


def triple_des(seconds, rounds):
    yield from tunnel(seconds, rounds, "3desouter", [("≥ 2.5", "3.3"), ("", ""), ("≥ 0.85", "0.93")])


def crypto_benchmark(tag, pattern):
    """What the pattern finds in the output of one of ENCO's own benchmarks; a blank of it is any number of blanks."""
    done = subprocess.run([f"{BUILD}/tests/unit_enco", tag], text=True, capture_output=True)
    found = re.findall(pattern.replace(" ", r"\s+"), done.stdout)
    if not found:
        raise LabError(f"unit_enco {tag}: {done.stdout[-200:]}{done.stderr[-200:]}")
    return found


def crypto_table():
    """{"aes128/SHA": (ENCO's Mbit/s, those of OpenSSL with reused contexts)}"""
    found = crypto_benchmark("[.bench]", r"(\S+)/(\S+): (\d+) Mbit/s, bare OpenSSL (\d+) Mbit/s")
    return {f"{cipher}/{mac}": (float(ours), float(theirs)) for cipher, mac, ours, theirs in found}


def bare_crypto_mbits(suite):
    return {name.lower(): ours for name, (ours, _) in crypto_table().items()}[suite]


def crypto(seconds, rounds):
    for suite, (ours, openssl) in crypto_table().items():
        must, aim = ("≥ 0.95", "3.4") if "des" in suite.lower() else ("≥ 3", "3.4")
        yield line(f"{suite}, 1400 bytes, encrypt", ours, "Mbit/s", openssl, "OpenSSL, contexts reused", must, aim)


def workers(seconds, rounds):
    """ENCO with a second core, which has to be free."""
    for cipher, packets, alone, helped, bare in crypto_benchmark(
            "[.workers]", r"(\S+), (\d+) packets: (\d+) Mbit/s alone, (\d+) Mbit/s with a worker, (\d+) Mbit/s bare"):
        burst = f"{cipher}/SHA, bursts of {packets}"
        yield line(f"{burst}, no worker", float(alone), "Mbit/s", float(bare), "the bare crypto, one core", "≥ 0.9", "1")
        yield line(f"{burst}, a worker", float(helped), "Mbit/s", float(bare), "the bare crypto, one core", "≥ 1.6", "2")


def ping(seconds, rounds):
    ours, wires = interleaved([lambda: TunnelPath("aes128"), KernelChain], lambda p: p.ping(seconds), rounds)
    limit = 2 * wires["ms"] + 0.2
    yield line("idle ping through two gateways", ours["ms"], "ms", wires["ms"], "Linux, the same hops",
               f"≤ {limit / wires['ms']:.1f}", f"{0.2 / wires['ms']:.1f}")


def scale(seconds, rounds):
    def run(what, count):
        done = subprocess.run([f"{BUILD}/tests/bench_scale", what, str(count)], text=True, capture_output=True)
        if done.returncode != 0:
            raise LabError(done.stderr.strip())
        return tuple(map(float, done.stdout.split()))
    one, _, one_full = run("sas", 1)
    for count in (100, 10000):
        cost, memory, full = run("sas", count)
        yield line(f"64 bytes, {count} SAs and flows", cost, "ns", one, "1 SA", "≤ 1.15", "1.03")
        yield line(f"1372 bytes, {count} SAs and flows", full, "ns", one_full, "1 SA", "≤ 1.15", "1.03")
    yield line("memory of an SA", memory, "bytes")
    few, _ = run("policies", 10)
    many, _ = run("policies", 90)
    yield line("a packet with 90 policies, 20000 flows", many, "ns", few, "10 policies", "≤ 1.15", "1.03")
    none, _ = run("sessions", 0)
    few, _ = run("sessions", 10)
    yield line("a packet with 10 firewall sessions", few, "ns", none, "no firewall")
    for count in (100_000, 1_000_000):
        cost, memory = run("sessions", count)
        # The curve may rise with misses of the cache, by 200 ns at most.
        yield line(f"a packet with {count} firewall sessions", cost, "ns", few, "10 sessions",
                   f"≤ {(few + 200) / few:.2f}")
    yield line("memory of a session", memory, "bytes")


class Idle:
    """So many routers side by side, each with two TAPs, left alone."""

    def __init__(self, count):
        self.network = network = Network(PREFIX + "i")
        network.add_node("r")
        self.routers = []
        self.started = []
        for i in range(count):
            router = Router(network, "r", {"vlan1": f"lan{i}", "eth0": f"wan{i}"})
            router.node_name, router.flash, router.control = f"r{i}", f"{network.folder}/r{i}.flash", f"{network.folder}/r{i}.ctl"
            router.console = f"{network.folder}/r{i}.con"
            self.routers.append(router)

    def start(self):
        """Milliseconds from the start of a process to its prompt, for each."""
        took = []
        for router in self.routers:
            os.makedirs(router.flash, exist_ok=True)
            with open(f"{router.flash}/boot.cfg", "w") as file:
                file.write(PLAIN)
            command = [f"{BUILD}/arrouter", "--model", router.model, "--flash", router.flash, "--control", router.control,
                       "--console", f"unix:{router.console}"]
            command += [w for port, tap in router.ports.items() for w in ("--interface", f"{port}=tap:{tap}")]
            begin = time.monotonic()
            self.network.start(router.node_name, command, node="r")
            if not wait_until(lambda: "ready" in self.network.output(router.node_name), 20, 0.001):
                raise LabError(f"no router: {self.network.output(router.node_name)[-200:]}")
            took.append((time.monotonic() - begin) * 1e3)
        return took

    def pids(self):
        return [self.network.pid(router.node_name) for router in self.routers]

    def memory_kb(self):
        """What one process adds to the machine's memory: what it shares with the others is split among them."""
        return statistics.median(int(re.search(r"Pss:\s+(\d+)", read(f"/proc/{pid}/smaps_rollup")).group(1))
                                 for pid in self.pids())

    def cpu_s(self):
        fields = [read(f"/proc/{pid}/stat").rpartition(")")[2].split() for pid in self.pids()]
        return sum(int(f[11]) + int(f[12]) for f in fields) / os.sysconf("SC_CLK_TCK")


def idle(seconds, rounds):
    for count in (1, 50):
        routers = Idle(count)
        try:
            took = routers.start()
            time.sleep(2)
            before, begin = routers.cpu_s(), time.monotonic()
            time.sleep(max(seconds, 10))
            load = (routers.cpu_s() - before) / (time.monotonic() - begin) * 100
            who = "one router" if count == 1 else f"each of {count} routers"
            yield line(f"start to prompt, {who}", statistics.median(took), "ms")
            yield line(f"memory, {who}", routers.memory_kb() / 1024, "MB")
            yield line(f"idle CPU, {count if count > 1 else 'one'} router{'s' if count > 1 else ''}", load, "% of a core")
        finally:
            routers.network.down()


ROWS = {
    "plain-tcp": plain_tcp, "plain-udp": plain_udp, "sessions": sessions, "firewall": firewall,
    "natt": natt, "esp": esp, "esp-fragments": esp_fragments,
    "3des": triple_des, "crypto": crypto, "workers": workers, "ping": ping, "scale": scale, "idle": idle,
}
