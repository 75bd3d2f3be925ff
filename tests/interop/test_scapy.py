"""An independent implementation of ESP and AH with the same fixed keys: it opens what we seal, and we open what it seals.
Every cell is a policy of its own, so one router and one run of Scapy serve all of them."""
import json
import os
import unittest

from support import PREFIX, HowTo, main, policy_counters

CIPHER_BYTES = {"des": 8, "3des2key": 16, "3desouter": 24, "aes128": 16, "aes192": 24, "aes256": 32, "null": 0}
HASH_BYTES = {"sha": 20, "md5": 16, "null": 0}
OURS = "100.100.100.1"
BASE = f"""\
enable ip
add ip int=vlan1 ip=192.168.1.254 mask=255.255.255.0
add ip int=eth0 ip={OURS} mask=255.255.255.0
add ip rou=0.0.0.0 mask=0.0.0.0 int=eth0 next=100.100.100.254
"""
ALGORITHMS = [("esp", cipher, hashed) for cipher in CIPHER_BYTES for hashed in HASH_BYTES
              if (cipher, hashed) != ("null", "null")] + [("ah", "null", "sha"), ("ah", "null", "md5")]


def odd_parity(key):
    """DES keys with the parity that some implementations insist on."""
    return bytes(b & 0xFE | (bin(b >> 1).count("1") + 1) % 2 for b in key)


class Cell:
    """Both ends' view of one SA. `number`, from 1, keeps cells apart."""

    def __init__(self, number, mode, protocol, cipher, hashed):
        self.policy, self.name = f"c{number}", f"{mode} {protocol} {cipher} {hashed}"
        self.peer = "100.100.100.254" if mode == "tunnel" else f"100.100.100.{100 + number}"
        source, self.lines = f"192.168.{100 + number}.1", []
        key, hash_key = os.urandom(CIPHER_BYTES[cipher]), os.urandom(HASH_BYTES[hashed])
        if "des" in cipher:
            key = odd_parity(key)
        line = f"create ipsec sas={number} key=manual prot={protocol} mod={mode} insp={1000 + number} outs={2000 + number}"
        line += f" enc={cipher}" if protocol == "esp" else ""
        for name, value, place in (("enck", key, 2 * number), ("hashk", hash_key, 2 * number + 1)):
            if value:
                self.lines.append(f"create enco key={place} type=general value=0x{value.hex()}")
                line += f" {name}={place}"
        selectors = (f"lad=192.168.1.0 lma=255.255.255.0 rad={source}" if mode == "tunnel" else
                     f"lad={OURS} rad={self.peer}")
        self.lines += [f"{line} hasha={hashed}", f'create ipsec bund={number} key=manual string="{number}"',
                       f"create ipsec pol={self.policy} int=eth0 ac=ipsec key=manual bund={number} peer={self.peer}",
                       f"set ipsec pol={self.policy} {selectors}"]
        whole = key + key[:8] if cipher == "3des2key" else key
        self.theirs = dict(name=self.name, mode=mode, protocol=protocol, cipher=cipher, cipher_key=whole.hex(),
                           hash=hashed, hash_key=hash_key.hex(), out_spi=1000 + number, in_spi=2000 + number,
                           local=self.peer, peer=OURS, source=source, target="192.168.1.100")


class Scapy(unittest.TestCase):
    def test_all_algorithms_in_both_modes(self):
        kinds = [(mode, *algorithms) for mode in ("tunnel", "transport") for algorithms in ALGORITHMS]
        cells = [Cell(number, *kind) for number, kind in enumerate(kinds, 1)]
        lab = HowTo(f"{PREFIX}0")
        self.addCleanup(lab.down)
        config = BASE + "".join(line + "\n" for cell in cells for line in cell.lines) + "enable ipsec\n"
        lab.up({"peer1": config, "peer2": "enable ip\n"}, key=None)
        for cell in cells:
            if cell.theirs["mode"] == "transport":
                lab.network.address("internet", "to-peer1", f"{cell.peer}/24")
        file = f"{lab.network.folder}/cells.json"
        with open(file, "w") as out:
            json.dump([cell.theirs for cell in cells], out)
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scapy_peer.py")
        said = lab.network.exec("internet", "/usr/bin/python3", "-B", script, file, check=False, timeout=300)
        results = dict(line.rpartition(": ")[::2] for line in said.stdout.splitlines())
        for cell in cells:
            with self.subTest(cell.name):
                counters = policy_counters(lab.routers["peer1"], cell.policy)
                self.assertEqual(results.get(cell.name), "answered", f"{said.stderr}{counters}")
                for way in "out", "in":
                    self.assertGreaterEqual(counters[f"{way}ProcessDone"], 1)
                    self.assertEqual(counters[f"{way}ProcessStart"], counters[f"{way}ProcessDone"])


main()
