"""Runs in a namespace: one ICMP echo inside tunnel-mode ESP made by Scapy, and the answer opened by Scapy.

  scapy_ping.py LOCAL PEER INNER_LOCAL INNER_PEER OUT_SPI IN_SPI CIPHER CIPHER_KEY HASH HASH_KEY
Prints "answer <sequence number> <payload>" when the reply decrypts to what was sent, else what went wrong."""
import logging
import socket
import sys
import time

logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.all import ESP, ICMP, IP, Raw, SecurityAssociation  # noqa: E402

CIPHERS = {"des": "DES", "3desouter": "3DES", "aes128": "AES-CBC", "aes192": "AES-CBC", "aes256": "AES-CBC", "null": "NULL"}
HASHES = {"sha": "HMAC-SHA1-96", "md5": "HMAC-MD5-96"}
PAYLOAD = b"made by another implementation"

local, peer, inner_local, inner_peer, out_spi, in_spi, cipher, cipher_key, mac, mac_key = sys.argv[1:]


def association(spi, source, destination):
    return SecurityAssociation(ESP, spi=int(spi), crypt_algo=CIPHERS[cipher], crypt_key=bytes.fromhex(cipher_key) or None,
                               auth_algo=HASHES[mac], auth_key=bytes.fromhex(mac_key),
                               tunnel_header=IP(src=source, dst=destination))


out, back = association(out_spi, local, peer), association(in_spi, peer, local)
link = socket.socket(socket.AF_INET, socket.SOCK_RAW, 50)
link.bind((local, 0))
link.settimeout(0.5)
for sequence in range(1, 6):  # the first ones may meet ARP on their way
    packet = out.encrypt(IP(src=inner_local, dst=inner_peer) / ICMP(id=7, seq=sequence) / Raw(PAYLOAD), seq_num=sequence)
    link.sendto(bytes(packet[ESP]), (peer, 0))
    end = time.monotonic() + 1
    while time.monotonic() < end:
        try:
            received = IP(link.recv(65535))
        except socket.timeout:
            continue
        if received.src != peer or ESP not in received or received[ESP].spi != int(in_spi):
            continue
        sequence_back = received[ESP].seq
        inner = back.decrypt(received)
        if inner.src == inner_peer and ICMP in inner and inner[ICMP].type == 0 and bytes(inner[Raw]) == PAYLOAD:
            print("answer", sequence_back, bytes(inner[Raw]).decode())
            sys.exit(0)
        sys.exit(f"not the answer: {inner.summary()}")
sys.exit("no answer")
