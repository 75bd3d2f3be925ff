"""Cells of the interop matrix: one router and one strongSwan given the same algorithms, brought up, measured, and asked
what they agreed on."""
import collections
import itertools
import re

from support import HowTo, POLICY, example, strongswan
from traffic import measure

CIPHERS = {"des": "des", "3des": "3desouter", "aes128": "aes128", "aes256": "aes256"}
THEIR_HASH = {"md5": "md5", "sha": "sha1"}
# The same as swanctl --list-sas writes them.
LISTED_CIPHER = {"des": "DES_CBC", "3des": "3DES_CBC", "aes128": "AES_CBC-128", "aes256": "AES_CBC-256"}
LISTED_HASH = {"md5": "HMAC_MD5_96", "sha": "HMAC_SHA1_96"}
MODP = {1: "modp768", 2: "modp1024"}
SLOW = 2  # seconds after which a tunnel had to be asked for twice
# What strongSwan's log says when its build lacks an algorithm, as against a peer that refuses one.
REFUSED = re.compile(r"not supported|unable to (?:create|allocate)|invalid algorithm|algorithm .* not|parsing .* failed", re.I)

Cell = collections.namedtuple("Cell", "mode cipher hash esp_cipher esp_hash group pfs initiator")
Result = collections.namedtuple("Result", "outcome text ours theirs")


def suites(cell):
    """Phase 1, and phase 2 where it differs."""
    one, two = f"{cell[1]}/{cell[2]}", f"{cell[3]}/{cell[4]}"
    return one if one == two else f"{one} {two}"


def describe(cell):
    return (f"{cell.mode:<10} {suites(cell):<21} group {cell.group} {'pfs' if cell.pfs else '-':<3} "
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


# -- cells -------------------------------------------------------------------------------------------------------


def proposals(cell):
    ike = f"{cell.cipher}-{THEIR_HASH[cell.hash]}-{MODP[cell.group]}"
    esp = f"{cell.esp_cipher}-{THEIR_HASH[cell.esp_hash]}" + (f"-{MODP[cell.group]}" if cell.pfs else "")
    return dict(ike=ike, esp=esp, aggressive="yes" if cell.mode == "aggressive" else "no")


def disagreement(cell, listed):
    """What the peer's list of SAs has that is not the cell's, else an empty text."""
    ike, esp = (f"{LISTED_CIPHER[cipher]}/{LISTED_HASH[hashed]}"
                for cipher, hashed in ((cell.cipher, cell.hash), (cell.esp_cipher, cell.esp_hash)))
    modp = MODP[cell.group].replace("modp", "MODP_")
    wanted = [rf"^  {ike}/PRF_\w+/{modp}$", rf"ESP:{esp}{'/' + modp if cell.pfs else ''}$",
              r"IKEv1, \w+_i\*" if cell.initiator == "them" else r"_r\*"]
    wrong = [pattern for pattern in wanted if not re.search(pattern, listed, re.M)]
    if len(re.findall(r"^lab: #", listed, re.M)) != 1 or len(re.findall(r"^  lan: #", listed, re.M)) != 1:
        wrong.append("one ISAKMP SA and one IPsec SA")
    return ", the peer does not list " + " nor ".join(wrong) if wrong else ""


def router_lines(cell):
    pfs = f"usepfskey=true gro={cell.group}" if cell.pfs else "usepfskey=false"
    return [f'set isakmp pol="{POLICY}" mode={cell.mode} enc={CIPHERS[cell.cipher]} hasha={cell.hash} gro={cell.group}',
            f"set ipsec sas=1 enc={CIPHERS[cell.esp_cipher]} hasha={cell.esp_hash}", f'set ipsec pol="{POLICY}" {pfs}']


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
    """Rows: mode, ciphers, hashes. Columns: group, PFS, initiator."""
    columns = sorted({cell[5:] for cell in results})
    print(f"\n{title}")
    heads = [f"g{group}{'+pfs' if pfs else ''}/{initiator}" for group, pfs, initiator in columns]
    print(" " * 32 + " ".join(f"{head:>10}" for head in heads))
    for row in dict.fromkeys(cell[:5] for cell in results):
        marks = [results[row + column].outcome if row + column in results else "" for column in map(tuple, columns)]
        print(f"{row[0]:<10} {suites(row):<21}" + " ".join(f"{mark:>10}" for mark in marks))
    outcomes = collections.Counter(result.outcome for result in results.values())
    print(", ".join(f"{count} {outcome}" for outcome, count in outcomes.items()), flush=True)
    return outcomes["FAILED"] == 0
