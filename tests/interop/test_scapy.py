"""An independent ESP implementation with the same fixed keys: it opens what we seal, and we open what it seals."""
import os

from support import LabTest, main, policy_counters

KEY_BYTES = {"des": 8, "3desouter": 24, "aes128": 16, "aes192": 24, "aes256": 32}
HASH_BYTES = {"sha": 20, "md5": 16}
CONFIG = """\
enable ip
add ip int=vlan1 ip=192.168.1.254 mask=255.255.255.0
add ip int=eth0 ip=100.100.100.1 mask=255.255.255.0
add ip rou=0.0.0.0 mask=0.0.0.0 int=eth0 next=100.100.100.254
create enco key=10 type={cipher} value=0x{cipher_key}
create enco key=11 type=general value=0x{hash_key}
create ipsec sas=1 key=manual prot=esp enc={cipher} enck=10 hasha={mac} hashk=11 insp=1000 outs=1001
create ipsec bund=1 key=manual string="1"
create ipsec pol="manual" int=eth0 ac=ipsec key=manual bund=1 peer=100.100.100.254
set ipsec pol="manual" lad=192.168.1.0 lma=255.255.255.0 rad=192.168.2.0 rma=255.255.255.0
create ipsec pol="rest" int=eth0 ac=permit
enable ipsec
"""


def odd_parity(key):
    """DES keys with the parity that some implementations insist on."""
    return bytes(b & 0xFE | (bin(b >> 1).count("1") + 1) % 2 for b in key)


class Scapy(LabTest):
    def both_ways(self, cipher, mac):
        key, mac_key = os.urandom(KEY_BYTES[cipher]), os.urandom(HASH_BYTES[mac])
        if "des" in cipher:
            key = odd_parity(key)
        lab = self.lab()
        config = CONFIG.format(cipher=cipher, cipher_key=key.hex(), mac=mac, hash_key=mac_key.hex())
        lab.up({"peer1": config, "peer2": "enable ip\n"}, key=None)
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scapy_ping.py")
        done = lab.network.exec("internet", "/usr/bin/python3", "-B", script, "100.100.100.254", "100.100.100.1",
                                "192.168.2.100", "192.168.1.100", 1000, 1001, cipher, key.hex(), mac, mac_key.hex(),
                                check=False)
        self.assertIn("made by another implementation", done.stdout, done.stdout + done.stderr)
        counters = policy_counters(lab.routers["peer1"], "manual")
        self.assertGreaterEqual(counters["inProcessDone"], 1)
        self.assertGreaterEqual(counters["outProcessDone"], 1)


for cipher_name in KEY_BYTES:
    for mac_name in HASH_BYTES:
        setattr(Scapy, f"test_{cipher_name}_{mac_name}",
                lambda self, a=(cipher_name, mac_name): self.both_ways(*a))
main()
