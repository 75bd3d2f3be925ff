#!/usr/bin/python3
"""Writes ah.txt: AH packets made by Scapy with fixed keys and sequence numbers (needs python3-scapy).

Each line: mode hash key spi sequence outer-packet inner-packet, in hex."""
from scapy.layers.inet import ICMP, IP, TCP, IPOption_RR, IPOption_Router_Alert
from scapy.layers.ipsec import AH, SecurityAssociation
from scapy.packet import Raw

HASHES = {"SHA": ("HMAC-SHA1-96", 20), "MD5": ("HMAC-MD5-96", 16)}
INNERS = [
    IP(src="192.168.1.100", dst="192.168.2.100", id=7, ttl=63) / ICMP(id=1, seq=1) / Raw(bytes(range(56))),
    IP(src="192.168.1.100", dst="192.168.2.100", id=8, ttl=63, flags="DF", tos=0xb8) / TCP(sport=1024, dport=80),
    IP(src="192.168.1.100", dst="192.168.2.100", id=9, ttl=9, tos=0x10,
       options=[IPOption_Router_Alert(), IPOption_RR(routers=["1.2.3.4", "0.0.0.0"])]) / ICMP() / Raw(b"x" * 999),
]

for name, (scapy_name, length) in HASHES.items():
    for mode in ("tunnel", "transport"):
        for i, inner in enumerate(INNERS):
            inner = inner.copy()
            if mode == "transport":
                inner.src, inner.dst = "100.100.100.1", "200.200.200.1"
            inner = IP(bytes(inner))
            key = bytes(0x35 + 3 * n for n in range(length))
            tunnel = IP(src="100.100.100.1", dst="200.200.200.1", id=77, ttl=64) if mode == "tunnel" else None
            spi, sequence = 0x12340000 + i, 1 + 1000 * i
            sa = SecurityAssociation(AH, spi=spi, auth_algo=scapy_name, auth_key=key, tunnel_header=tunnel)
            outer = sa.encrypt(inner, seq_num=sequence)
            print(mode, name, key.hex(), f"{spi:x}", f"{sequence:x}", bytes(outer).hex(), bytes(inner).hex())
