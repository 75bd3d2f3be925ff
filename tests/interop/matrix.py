#!/usr/bin/env python3
"""The interop matrix: one router and one strongSwan over every combination of mode, cipher, hash, group, PFS and
initiator; phase 2 unlike phase 1; raw protocol 50 with a Linux kernel, and in UDP by force; a real NAT between;
rekeying under traffic.

  sudo tests/interop/matrix.py [options]

One line per cell as it ends, a table at the end, both sides' logs for what failed. Exit status 1 when a cell failed
for another reason than that the peer's build refuses it. A full run takes most of an hour, `--part lifetimes` (the
shortest lifetimes the router can be given) as much again, so it is not one of the tests."""
import argparse
import itertools
import os
import re
import signal
import sys
import time

from cells import CIPHERS, THEIR_HASH, Bench, Cell, Result, news, run_cells, show_logs, table
from support import LabError, POLICY, isakmp_sas, ipsec_sas
from traffic import await_answer

MODES, HASHES, GROUPS, PFS, INITIATORS = ("main", "aggressive"), tuple(THEIR_HASH), (1, 2), (False, True), ("us", "them")


def chosen(options):
    """The cells whose two phases have the same suite."""
    return [Cell(mode, cipher, hashed, cipher, hashed, group, pfs, initiator) for mode, cipher, hashed, group, pfs, initiator in
            itertools.product(options.mode, options.cipher, options.hash, options.group, options.pfs, options.initiator)]


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


def forced(options):
    """Kernel ESP that travels in UDP though there is no NAT, because the peer says there is."""
    cells = [cell for cell in chosen(options) if cell.group == 2]
    results = {}
    with Bench("f", options, replace=[("key=1 natt=true", "gro=2 key=1 natt=true")], kernel=True, encap="yes") as bench:
        run_cells(bench, cells, results)
    return table("Linux kernel, ESP in UDP by force", results)


def mixed(options):
    """Every suite of phase 1 with every other suite of phase 2."""
    results = {}
    suites = list(itertools.product(options.cipher, options.hash))
    cells = [Cell(mode, *one, *two, 2, pfs, initiator) for mode, pfs, initiator in
             itertools.product(options.mode[:1], options.pfs[-1:], options.initiator[:1])
             for one, two in itertools.permutations(suites, 2)]
    with Bench("m", options, replace=[("enc=3desouter key=1", "enc=3desouter gro=2 key=1")]) as bench:
        run_cells(bench, cells, results)
    return table("strongSwan, phase 2 unlike phase 1", results)


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


# name: (the peer's settings, more lines for the router, who initiates, seconds; 0: --rekey-seconds)
REKEYINGS = {
    "the peer's ESP SA every 20 s": (dict(esp_life=20), [], "them", 0),
    "the peer's ESP SA every 20 s, ISAKMP SA every 25 s": (dict(esp_life=20, ike_life=25), [], "them", 0),
    "the router's ESP SA every 200 kB": (dict(), ["set ipsec bund=1 expirykb=200"], "us", 0),
}
# The router's shortest lifetimes, 600 and 300 s: two renewals of either take twenty minutes.
LONG_REKEYINGS = {
    f"the router's ISAKMP SA every 570 s, ESP SA every 285 s, begun by {who}":
        (dict(), [f'set isakmp pol="{POLICY}" expirys=600', "set ipsec bund=1 expirys=300"], who, 1260)
    for who in ("us", "them")
}


def rekey(options, kinds=None):
    """Pings ten times a second while SAs are replaced: by the peer after seconds, by the router after kilobytes."""
    good = True
    for mode, (name, (settings, lines, initiator, seconds)) in itertools.product(options.mode, (kinds or REKEYINGS).items()):
        name = f"rekey, {mode}, {name}"
        with Bench("r", options, extra=lines) as bench:
            cell = Cell(mode, "aes128", "sha", "aes128", "sha", 2, True, initiator)
            bench.configure(cell, **settings)
            if initiator == "them":
                bench.peer.swanctl("--initiate", "--child", "lan", "--timeout", str(options.patience))
            if await_answer(bench.lab, options.patience) is None:
                print(f"{name}: FAILED: not up", flush=True)
                show_logs(Result("", "", bench.router_log(), bench.peer.log().splitlines()))
                good = False
                continue
            good = rekey_run(bench, name, seconds or options.rekey_seconds) and good
    return good


def lifetimes(options):
    return rekey(options, LONG_REKEYINGS)


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


PARTS = dict(userspace=userspace, mixed=mixed, kernel=kernel, forced=forced, nat=nat, rekey=rekey, lifetimes=lifetimes)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", nargs="+", choices=PARTS, default=[part for part in PARTS if part != "lifetimes"])
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
    try:
        outcomes = [PARTS[part](options) for part in options.part]
    except LabError as error:
        sys.exit(f"matrix: {error}")
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
