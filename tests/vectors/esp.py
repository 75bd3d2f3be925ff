#!/usr/bin/python3
"""Writes esp.txt: ESP packets made by Scapy with fixed keys, IVs and sequence numbers (needs python3-scapy).

Each line: mode cipher hash cipher-key hash-key spi sequence outer-packet inner-packet, in hex, "-" for no key.
With "--check FILE" the lines of FILE ("ours": the same fields, outer-packet made by us) are opened by Scapy instead.
"""
import sys

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.ipsec import ESP, SecurityAssociation
from scapy.packet import Raw

CIPHERS = {"DES": ("DES", 8), "3DESOUTER": ("3DES", 24), "AES128": ("AES-CBC", 16), "AES256": ("AES-CBC", 32),
           "NULL": ("NULL", 0)}
HASHES = {"SHA": ("HMAC-SHA1-96", 20), "MD5": ("HMAC-MD5-96", 16), "NULL": ("NULL", 0)}
INNERS = [
    IP(src="192.168.1.100", dst="192.168.2.100", id=7, ttl=63) / ICMP(id=1, seq=1) / Raw(bytes(range(56))),
    IP(src="192.168.1.100", dst="192.168.2.100", id=8, ttl=63, flags="DF", tos=0xb8) / TCP(sport=1024, dport=80),
    IP(src="192.168.1.100", dst="192.168.2.100", id=9) / UDP(sport=5000, dport=5001) / Raw(b"x" * 1299),
]


def key(length, first):
    """Bytes with odd parity, all different, so that DES and its thirds are strong keys."""
    values = [(first + 14 * i) & 0xFE for i in range(length)]
    return bytes(v | (bin(v).count("1") + 1) % 2 for v in values)


def association(mode, cipher, mac, cipher_key, mac_key, spi):
    tunnel = IP(src="100.100.100.1", dst="200.200.200.1") if mode.startswith("tunnel") else None
    nat = UDP(sport=4500, dport=4500) if mode.endswith("udp") else None
    return SecurityAssociation(ESP, spi=spi, crypt_algo=CIPHERS[cipher][0], crypt_key=cipher_key,
                               auth_algo=HASHES[mac][0], auth_key=mac_key, tunnel_header=tunnel, nat_t_header=nat)


def hexed(data):
    return bytes(data).hex() or "-"


def generate():
    for cipher, (_, cipher_length) in CIPHERS.items():
        for mac, (_, mac_length) in HASHES.items():
            if cipher == mac == "NULL":
                continue
            for i, mode in enumerate(("tunnel", "tunnel-udp", "transport")):
                cipher_key, mac_key = key(cipher_length, 0x10), key(mac_length, 0x35)
                spi, sequence = 0x12340000 + i, 1 + 1000 * i
                inner = INNERS[i].copy()
                if mode == "transport":
                    inner[IP].src, inner[IP].dst = "100.100.100.1", "200.200.200.1"
                inner = IP(bytes(inner))
                size = {"DES": 8, "3DESOUTER": 8, "NULL": 0}.get(cipher, 16)
                iv = bytes((0xA0 + 7 * n + i) & 0xFF for n in range(size))
                sa = association(mode, cipher, mac, cipher_key, mac_key, spi)
                outer = sa.encrypt(inner, seq_num=sequence, iv=iv)
                if UDP in outer:  # Scapy leaves the length of the bare header
                    outer = IP(bytes(outer))
                    outer[UDP].len = len(outer) - 20
                print(mode, cipher, mac, hexed(cipher_key), hexed(mac_key), f"{spi:x}", f"{sequence:x}", hexed(outer),
                      hexed(inner))


def check(path):
    for number, line in enumerate(open(path), 1):
        mode, cipher, mac, cipher_key, mac_key, spi, _, outer, inner = line.split()
        keys = [b"" if k == "-" else bytes.fromhex(k) for k in (cipher_key, mac_key)]
        opened = association(mode, cipher, mac, *keys, int(spi, 16)).decrypt(IP(bytes.fromhex(outer)))
        # Scapy leaves the header checksum of a transport mode packet to whoever sends it on.
        again = opened.copy()
        del again[IP].chksum
        if bytes(again).hex() != inner:
            sys.exit(f"{path}:{number}: Scapy opens another packet")
    print("all opened")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--check"]:
        check(sys.argv[2])
    else:
        generate()
