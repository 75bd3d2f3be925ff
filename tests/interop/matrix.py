#!/usr/bin/env python3
"""The interop matrix: one router and one strongSwan over every combination of mode, cipher, hash, group, PFS and
initiator; raw protocol 50 with a Linux kernel; a real NAT between; rekeying under traffic.

  sudo tests/interop/matrix.py [options]

One line per cell as it ends, a table at the end, both sides' logs for what failed. Exit status 1 when a cell failed
for another reason than that the peer's build refuses it. A full run takes minutes, so it is not one of the tests."""
import argparse
import collections
import contextlib
import ctypes
import hashlib
import itertools
import os
import re
import signal
import socket
import sys
import threading
import time

from support import HowTo, LabError, POLICY, example, isakmp_sas, ipsec_sas, strongswan

MODES, HASHES, GROUPS, PFS, INITIATORS = ("main", "aggressive"), ("md5", "sha"), (1, 2), (False, True), ("us", "them")
CIPHERS = {"des": "des", "3des": "3desouter", "aes128": "aes128", "aes256": "aes256"}
THEIR_HASH = {"md5": "md5", "sha": "sha1"}
# The same as swanctl --list-sas writes them.
LISTED_CIPHER = {"des": "DES_CBC", "3des": "3DES_CBC", "aes128": "AES_CBC-128", "aes256": "AES_CBC-256"}
LISTED_HASH = {"md5": "HMAC_MD5_96", "sha": "HMAC_SHA1_96"}
MODP = {1: "modp768", 2: "modp1024"}
PARTS = ("userspace", "kernel", "nat", "rekey")
MEGABYTES = 2
SLOW = 2  # seconds after which a tunnel had to be asked for twice
CLONE_NEWNET = 0x40000000
# What strongSwan's log says when its build lacks an algorithm, as against a peer that refuses one.
REFUSED = re.compile(r"not supported|unable to (?:create|allocate)|invalid algorithm|algorithm .* not|parsing .* failed", re.I)

Cell = collections.namedtuple("Cell", "mode cipher hash group pfs initiator")
Result = collections.namedtuple("Result", "outcome text ours theirs")


def describe(cell):
    return (f"{cell.mode:<10} {cell.cipher:<6} {cell.hash:<3} group {cell.group} {'pfs' if cell.pfs else '-':<3} "
            f"{cell.initiator:<4}")


# -- the other end -----------------------------------------------------------------------------------------------


class UserSpacePeer:
    """strongSwan with its ESP in user space, always in UDP."""

    def __init__(self, lab):
        self.network, self.folder = lab.network, strongswan.folder_of(lab.network, "peer2")

    def swanctl(self, *words):
        done = strongswan.swanctl(self.folder, *words)
        return done.returncode, done.stdout + done.stderr

    def load(self, settings):
        strongswan.write_files(self.folder, settings)
        return self.swanctl("--load-all", "--noprompt", "--file", f"{self.folder}/swanctl.conf")

    def log(self):
        return strongswan.log(self.network, "peer2")


class KernelPeer:
    """strongSwan in a guest, its ESP the Linux kernel's, IP protocol 50."""

    def __init__(self, lab):
        self.guest, self.number = lab.guests["peer2"], itertools.count()

    def swanctl(self, *words):
        return self.guest.swanctl(*words)

    def load(self, settings):
        name = f"cell{next(self.number)}"
        strongswan.write_files(f"{self.guest.mailbox}/{name}", {**settings, "backend": "kernel"})
        return self.guest.swanctl("--load-all", "--noprompt", "--file", f"/mnt/{name}/swanctl.conf")

    def log(self):
        return self.guest.log()


# -- traffic -----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def inside(network, node):
    """Sockets made in the block belong to the node's namespace, for as long as they live."""
    libc = ctypes.CDLL(None, use_errno=True)

    def enter(descriptor):
        if libc.setns(descriptor, CLONE_NEWNET) != 0:
            raise LabError(f"setns: {os.strerror(ctypes.get_errno())}")

    with open("/proc/thread-self/ns/net") as home, open(f"/run/netns/{network.namespace(node)}") as target:
        enter(target.fileno())
        try:
            yield
        finally:
            enter(home.fileno())


def receive(link, size):
    """SHA-256 of the next `size` bytes, fewer if the link ends."""
    digest = hashlib.sha256()
    while size > 0 and (data := link.recv(min(size, 1 << 16))):
        digest.update(data)
        size -= len(data)
    return digest.digest()


def pump(source, target, data):
    sender = threading.Thread(target=send, args=(source, data))
    sender.start()
    try:
        return receive(target, len(data)) == hashlib.sha256(data).digest()
    finally:
        sender.join()


def send(link, data):
    try:
        link.sendall(data)
    except OSError:
        pass  # the receiving side sees that bytes are missing


def transfer(lab, seconds=20):
    """Random bytes from PC1 to PC2 and others back, on one TCP connection; True when the very same arrive."""
    with inside(lab.network, "pc2"):
        listener = socket.create_server(("", 0))
    with inside(lab.network, "pc1"):
        one = socket.socket()
    with listener, one:
        for link in (listener, one):
            link.settimeout(seconds)
        try:
            one.connect(("192.168.2.100", listener.getsockname()[1]))
            two = listener.accept()[0]
            with two:
                two.settimeout(seconds)
                return pump(one, two, os.urandom(MEGABYTES << 20)) and pump(two, one, os.urandom(MEGABYTES << 20))
        except OSError:
            return False


def await_answer(lab, seconds):
    """Pings five times a second from PC1 until one answer comes; the seconds that took, or None."""
    begin = time.monotonic()
    done = lab.network.exec("pc1", "ping", "-n", "-c", 1, "-i", "0.2", "-w", seconds, "192.168.2.100", check=False)
    return time.monotonic() - begin if done.returncode == 0 else None


def measure(lab, seconds):
    """Waits for the tunnel, then pings both ways and transfers; (all good?, text)."""
    took = await_answer(lab, seconds)
    if took is None:
        return False, "not up"
    there = lab.ping(3, deadline=5)[0]
    back = lab.ping(3, source="pc2", target="192.168.1.100", deadline=5)[0]
    intact = transfer(lab)
    return there == back == 3 and intact, (f"up {took:4.1f} s, ping {there}/3 {back}/3, "
                                           f"{MEGABYTES} MB both ways {'intact' if intact else 'BROKEN'}")


# -- cells -------------------------------------------------------------------------------------------------------


def proposals(cell):
    ike = f"{cell.cipher}-{THEIR_HASH[cell.hash]}-{MODP[cell.group]}"
    esp = f"{cell.cipher}-{THEIR_HASH[cell.hash]}" + (f"-{MODP[cell.group]}" if cell.pfs else "")
    return dict(ike=ike, esp=esp, aggressive="yes" if cell.mode == "aggressive" else "no")


def disagreement(cell, listed):
    """What the peer's list of SAs has that is not the cell's, else an empty text."""
    suite = f"{LISTED_CIPHER[cell.cipher]}/{LISTED_HASH[cell.hash]}"
    modp = MODP[cell.group].replace("modp", "MODP_")
    wanted = [rf"^  {suite}/PRF_\w+/{modp}$", rf"ESP:{suite}{'/' + modp if cell.pfs else ''}$",
              r"IKEv1, \w+_i\*" if cell.initiator == "them" else r"_r\*"]
    wrong = [pattern for pattern in wanted if not re.search(pattern, listed, re.M)]
    if len(re.findall(r"^lab: #", listed, re.M)) != 1 or len(re.findall(r"^  lan: #", listed, re.M)) != 1:
        wrong.append("one ISAKMP SA and one IPsec SA")
    return ", the peer does not list " + " nor ".join(wrong) if wrong else ""


def router_lines(cell):
    cipher = CIPHERS[cell.cipher]
    pfs = f"usepfskey=true gro={cell.group}" if cell.pfs else "usepfskey=false"
    return [f'set isakmp pol="{POLICY}" mode={cell.mode} enc={cipher} hasha={cell.hash} gro={cell.group}',
            f"set ipsec sas=1 enc={cipher} hasha={cell.hash}", f'set ipsec pol="{POLICY}" {pfs}']


class Bench:
    """One router, one peer, many cells. `base`: the peer's settings that all cells share."""

    def __init__(self, name, options, replace=(), extra=(), kernel=False, **base):
        self.options, self.base = options, base
        self.kernel = kernel
        self.lab = HowTo(f"{options.prefix}{name}", () if kernel else ["peer2"], ["peer2"] if kernel else ())
        self.config = example("peer1", *extra, replace=[("hea=both", "hea=none"), *replace])

    def __enter__(self):
        try:
            self.lab.up({"peer1": self.config}, **self.base)
        except BaseException:
            self.lab.down()
            raise
        self.router = self.lab.routers["peer1"]
        self.peer = KernelPeer(self.lab) if self.kernel else UserSpacePeer(self.lab)
        site = dict(local="200.200.200.1", remote="100.100.100.1", psk="sharedsecret", local_ts="192.168.2.0/24",
                    remote_ts="192.168.1.0/24")
        self.base = {**site, **self.base}
        return self

    def __exit__(self, *_):
        self.lab.down()

    def router_log(self):
        # A long message continues indented on the next line.
        return re.sub(r"\n {20,}", " ", self.router.ctl("show log module=isakmp")).splitlines()

    def configure(self, cell, **settings):
        """Ends what was up and gives both ends the cell's algorithms; the peer's refusal, or None."""
        self.peer.swanctl("--terminate", "--ike", "lab", "--force", "--timeout", "2")
        self.router.ctl("disable ipsec", "disable isakmp", *router_lines(cell), "enable isakmp", "enable ipsec")
        status, text = self.peer.load({**self.base, **proposals(cell), **settings})
        return None if status == 0 else text.strip().replace("\n", "; ")

    def run(self, cell):
        refusal = self.configure(cell)
        ours, theirs = self.router_log(), len(self.peer.log())
        good, text = False, ""
        if refusal is None:
            if cell.initiator == "them":
                status, said = self.peer.swanctl("--initiate", "--child", "lan", "--timeout", str(self.options.patience))
                if status != 0:
                    text = "initiation failed: " + (said.strip().splitlines() or ["no word"])[-1] + "; "
            good, measured = measure(self.lab, 2 if text else self.options.patience)
            listed = self.peer.swanctl("--list-sas")[1]
            wrong = disagreement(cell, listed)
            good, text = good and not wrong, text + measured + wrong
            if wrong:
                text += "\n" + listed
        said = self.peer.log()[theirs:].splitlines()
        if good:
            slow = float(re.search(r"up +([\d.]+)", text)[1]) > SLOW
            return Result("ok", text, news(ours, self.router_log()), said) if slow else Result("ok", text, [], [])
        refusal = refusal or next((line for line in said if REFUSED.search(line)), None)
        if refusal:
            return Result("refused", refusal, [], [])
        return Result("FAILED", text, news(ours, self.router_log()), said)


def run_cells(bench, cells, results):
    for cell in cells:
        result = bench.run(cell)
        results[cell] = result
        print(f"{describe(cell)} {result.outcome}: {result.text}", flush=True)
        show_logs(result)


def news(before, after):
    """The lines of a log that were not there before. The router keeps a limited number, so counting would not do."""
    entries = [line for line in after if re.match(r"\d", line)]
    last = next((line for line in reversed(before) if re.match(r"\d", line)), None)
    return entries[len(entries) - entries[::-1].index(last):] if last in entries else entries


def show_logs(result, lines=14):
    for who, log in (("router", result.ours), ("peer", result.theirs)):
        for line in log[-lines:]:
            print(f"    {who}: {line}", flush=True)


def table(title, results):
    """Rows: mode, cipher, hash. Columns: group, PFS, initiator."""
    columns = sorted({cell[3:] for cell in results})
    print(f"\n{title}")
    heads = [f"g{group}{'+pfs' if pfs else ''}/{initiator}" for group, pfs, initiator in columns]
    print(" " * 22 + " ".join(f"{head:>10}" for head in heads))
    for row in dict.fromkeys(cell[:3] for cell in results):
        marks = [results[row + column].outcome if row + column in results else "" for column in map(tuple, columns)]
        print(f"{row[0]:<10} {row[1]:<6} {row[2]:<4}" + " ".join(f"{mark:>10}" for mark in marks))
    outcomes = collections.Counter(result.outcome for result in results.values())
    print(", ".join(f"{count} {outcome}" for outcome, count in outcomes.items()), flush=True)
    return outcomes["FAILED"] == 0


def chosen(options):
    every = itertools.product(options.mode, options.cipher, options.hash, options.group, options.pfs, options.initiator)
    return [Cell(*values) for values in every]


# -- the parts ---------------------------------------------------------------------------------------------------


def userspace(options):
    results = {}
    with Bench("u", options, replace=[("enc=3desouter key=1", "enc=3desouter gro=2 key=1")]) as bench:
        run_cells(bench, chosen(options), results)
    return table("strongSwan, ESP in UDP", results)


def kernel(options):
    results = {}
    with Bench("k", options, replace=[("key=1 natt=true", "gro=2 key=1")], kernel=True) as bench:
        run_cells(bench, chosen(options), results)
    return table("Linux kernel, ESP as IP protocol 50", results)


def nat(options):
    """The router behind a NAT, then strongSwan behind one; who is behind it initiates."""
    good = True
    for hidden, initiator in (("peer1", "us"), ("peer2", "them")):
        cells = [c for c in chosen(options) if c.initiator == initiator and c.group == 2]
        far = {"peer1": "peer2", "peer2": "peer1"}[hidden]
        source, extra, base = ("100.100.100.0/24", [], dict(remote="%any", remote_id="100.100.100.1"))
        if hidden == "peer2":
            # The router knows the peer by its ID; its address is whatever the NAT makes of it.
            source, base = "200.200.200.0/24", {}
            extra = [("pe=200.200.200.1", "pe=any"), ("sendd=true", 'remoteid="200.200.200.1" sendd=true'),
                     ("peer=200.200.200.1", "peer=any")]
        results = {}
        with Bench(f"n{hidden[-1]}", options, replace=extra, **base) as bench:
            rules = (f"add table ip nat; add chain ip nat post {{ type nat hook postrouting priority 100; }}; "
                     f"add rule ip nat post oifname to-{far} ip saddr {source} masquerade random")
            bench.lab.network.exec("internet", "nft", rules)
            run_cells(bench, cells, results)
        good = table(f"NAT before {'the router' if initiator == 'us' else 'strongSwan'}", results) and good
    return good


# name: (the peer's settings, the router's IPsec life in kilobytes, who initiates)
REKEYINGS = {
    "the peer's ESP SA every 20 s": (dict(esp_life=20), None, "them"),
    "the peer's ESP SA every 20 s, ISAKMP SA every 25 s": (dict(esp_life=20, ike_life=25), None, "them"),
    "the router's ESP SA every 200 kB": (dict(), 200, "us"),
}


def rekey(options):
    """Pings ten times a second while SAs are replaced: by the peer after seconds, by the router after kilobytes."""
    good = True
    for mode, (name, (settings, kbytes, initiator)) in itertools.product(options.mode, REKEYINGS.items()):
        extra = [f"set ipsec bund=1 expirykb={kbytes}"] if kbytes else []
        with Bench("r", options, extra=extra) as bench:
            cell = Cell(mode, "aes128", "sha", 2, True, initiator)
            bench.configure(cell, **settings)
            if initiator == "them":
                bench.peer.swanctl("--initiate", "--child", "lan", "--timeout", str(options.patience))
            if await_answer(bench.lab, options.patience) is None:
                print(f"rekey, {mode}, {name}: FAILED: not up", flush=True)
                show_logs(Result("", "", bench.router_log(), bench.peer.log().splitlines()))
                good = False
                continue
            good = rekey_run(bench, f"rekey, {mode}, {name}", options.rekey_seconds) and good
    return good


def rekey_run(bench, name, seconds):
    log_before, ours_before = len(bench.peer.log()), bench.router_log()
    spis = set()
    count = seconds * 10
    pings = bench.lab.network.start("pings", ["ping", "-n", "-s", 1000, "-i", "0.1", "-c", count, "192.168.2.100"], node="pc1")
    while pings.poll() is None:
        spis.update(row[-1] for row in ipsec_sas(bench.router))
        time.sleep(1)
    output = bench.lab.network.output("pings")
    received = [int(number) for number in re.findall(r"icmp_seq=(\d+)", output)]
    missing = sorted(set(range(1, count + 1)) - set(received))
    said = bench.peer.log()[log_before:]
    text = (f"{len(missing)} of {count} pings lost, {len(spis)} inbound SPIs seen, "
            f"{len(ipsec_sas(bench.router))} IPsec and {len(isakmp_sas(bench.router))} ISAKMP SAs left")
    good = not missing and len(spis) >= 3
    print(f"{name}: {'ok' if good else 'FAILED'}: {text}", flush=True)
    if not good:
        print(f"    lost: {missing[:40]}")
        show_logs(Result("", "", news(ours_before, bench.router_log()), said.splitlines()), 40)
    return good


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--mode", nargs="+", choices=MODES, default=MODES)
    parser.add_argument("--cipher", nargs="+", choices=CIPHERS, default=list(CIPHERS))
    parser.add_argument("--hash", nargs="+", choices=HASHES, default=HASHES)
    parser.add_argument("--group", nargs="+", type=int, choices=GROUPS, default=GROUPS)
    parser.add_argument("--pfs", nargs="+", choices=("off", "on"), default=("off", "on"))
    parser.add_argument("--initiator", nargs="+", choices=INITIATORS, default=INITIATORS)
    parser.add_argument("--patience", type=int, default=12, help="seconds for a tunnel to come up")
    parser.add_argument("--rekey-seconds", type=int, default=50, help="length of each rekeying run")
    parser.add_argument("--prefix", default=f"mx{os.getpid()}", help="of the namespaces")
    options = parser.parse_args()
    options.pfs = [word == "on" for word in options.pfs]
    return options


def main():
    if os.geteuid() != 0:
        sys.exit("matrix: namespaces and TAPs need root")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    options = arguments()
    parts = dict(userspace=userspace, kernel=kernel, nat=nat, rekey=rekey)
    try:
        outcomes = [parts[part](options) for part in options.part]
    except LabError as error:
        sys.exit(f"matrix: {error}")
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
