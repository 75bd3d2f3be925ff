"""Runs in a namespace: for each cell of a JSON file one ICMP echo request sealed by Scapy, and the answer opened by Scapy.

  scapy_peer.py FILE
A cell: name, mode, protocol, cipher, cipher_key, hash, hash_key, out_spi, in_spi, the outer addresses `local` and `peer`
and the inner ones `source` and `target` (tunnel mode). Prints a line for each: its name, then "answered" or what went
wrong."""
import json
import logging
import select
import socket
import sys
import time

logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.all import AH, ESP, ICMP, IP, Raw, SecurityAssociation  # noqa: E402

CIPHERS = {"des": "DES", "3des2key": "3DES", "3desouter": "3DES", "aes128": "AES-CBC", "aes192": "AES-CBC",
           "aes256": "AES-CBC", "null": "NULL"}
HASHES = {"sha": "HMAC-SHA1-96", "md5": "HMAC-MD5-96", "null": "NULL"}
PAYLOAD = b"made by another implementation"


def association(cell, spi, source, destination):
    protocol = ESP if cell["protocol"] == "esp" else AH
    keys = dict(auth_algo=HASHES[cell["hash"]], auth_key=bytes.fromhex(cell["hash_key"]) or None)
    if protocol is ESP:
        keys.update(crypt_algo=CIPHERS[cell["cipher"]], crypt_key=bytes.fromhex(cell["cipher_key"]) or None)
    # AH covers the outer header, so every field of it is given here.
    header = IP(src=source, dst=destination, id=77, ttl=64) if cell["mode"] == "tunnel" else None
    return SecurityAssociation(protocol, spi=spi, tunnel_header=header, **keys)


def run(cell, links, sender):
    ends = (cell["source"], cell["target"]) if cell["mode"] == "tunnel" else (cell["local"], cell["peer"])
    out = association(cell, cell["out_spi"], cell["local"], cell["peer"])
    back = association(cell, cell["in_spi"], cell["peer"], cell["local"])
    for sequence in range(1, 6):  # the first ones may meet ARP on their way
        packet = IP(src=ends[0], dst=ends[1], id=78) / ICMP(id=7, seq=sequence) / Raw(PAYLOAD)
        sender.sendto(bytes(out.encrypt(packet, seq_num=sequence)), (cell["peer"], 0))
        end = time.monotonic() + 1
        while time.monotonic() < end:
            for link in select.select(links, [], [], 0.2)[0]:
                received = IP(link.recv(65535))
                if received.src != cell["peer"] or received.dst != cell["local"]:
                    continue
                inner = IP(bytes(back.decrypt(received)))  # what AH covered is not dissected yet
                good = (inner.src == ends[1] and inner.dst == ends[0] and ICMP in inner and inner[ICMP].type == 0 and
                        bytes(inner[Raw]) == PAYLOAD)
                return "answered" if good else f"not the answer: {inner.summary()}"
    return "no answer"


def main():
    links = [socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol) for protocol in (50, 51)]
    sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    with open(sys.argv[1]) as file:
        cells = json.load(file)
    for cell in cells:
        try:
            result = run(cell, links, sender)
        except Exception as error:  # one cell's fault is no other's
            result = f"{type(error).__name__}: {error}"
        print(f"{cell['name']}: {result}", flush=True)


main()
