"""IPv4 packets as bytes and back, and raw sockets that speak them: enough for a generator that is in no hurry but must
not wait for scapy."""
import select
import socket
import struct

TCP, UDP, ICMP = 6, 17, 1
ETH_ARP, ETH_IP = 0x0806, 0x0800
FIN, SYN, RST, ACK = 1, 2, 4, 16


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def pseudo(source, target, protocol, length):
    return socket.inet_aton(source) + socket.inet_aton(target) + struct.pack("!BBH", 0, protocol, length)


def ip(source, target, protocol, payload, ttl=64, identifier=1):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), identifier, 0, ttl, protocol, 0,
                       socket.inet_aton(source), socket.inet_aton(target))
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def udp(source, sport, target, dport, data=b""):
    head = struct.pack("!HHHH", sport, dport, 8 + len(data), 0)
    value = checksum(pseudo(source, target, UDP, 8 + len(data)) + head + data) or 0xFFFF
    return ip(source, target, UDP, head[:6] + struct.pack("!H", value) + data)


def tcp(source, sport, target, dport, flags, sequence, acknowledgement=0, data=b""):
    head = struct.pack("!HHIIBBHHH", sport, dport, sequence & 0xFFFFFFFF, acknowledgement & 0xFFFFFFFF, 5 << 4, flags,
                       32768, 0, 0)
    value = checksum(pseudo(source, target, TCP, 20 + len(data)) + head + data)
    return ip(source, target, TCP, head[:16] + struct.pack("!H", value) + head[18:] + data)


def icmp(source, target, kind, code, rest, data=b""):
    head = struct.pack("!BBHI", kind, code, 0, rest)
    return ip(source, target, ICMP, head[:2] + struct.pack("!H", checksum(head + data)) + head[4:] + data)


def fragments(packet, size, identifier):
    """The packet in pieces of `size` bytes (a multiple of 8) behind their headers."""
    body = packet[20:]
    pieces = []
    for at in range(0, len(body), size):
        more = 0x2000 if at + size < len(body) else 0
        head = packet[:2] + struct.pack("!HHH", 20 + len(body[at:at + size]), identifier, more | at // 8) + packet[8:10] + b"\0\0" + packet[12:20]
        pieces.append(head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body[at:at + size])
    return pieces


def whole(packets):
    """The packets with those that came in fragments put together, in whatever order their pieces came."""
    done, parts = [], {}
    for side, packet in packets:
        length, identifier, place = struct.unpack("!HHH", packet[2:8])
        if not place & 0x3FFF:
            done.append((side, packet))
            continue
        pieces = parts.setdefault((side, identifier, packet[9], packet[12:20]), {})
        pieces[(place & 0x1FFF) * 8] = packet[20:length]
        pieces.setdefault("head", packet[:20])
    for (side, *_), pieces in parts.items():
        head = pieces.pop("head")
        body = b"".join(pieces[at] for at in sorted(pieces))
        done.append((side, ip(socket.inet_ntoa(head[12:16]), socket.inet_ntoa(head[16:20]), head[9], body, head[8])))
    return done


class Parsed:
    """A packet's fields; `sound`: every checksum is right (a quoted packet is cut short, so only its header's is)."""

    def __init__(self, data, quoted=False):
        length = (data[0] & 15) * 4
        self.protocol, self.ttl = data[9], data[8]
        self.source, self.target = socket.inet_ntoa(data[12:16]), socket.inet_ntoa(data[16:20])
        self.sound = checksum(data[:length]) == 0
        body = data[length:] if quoted else data[length:struct.unpack("!H", data[2:4])[0]]
        self.sport = self.dport = 0
        self.extra, self.data, self.quote = (), b"", None
        self.query = 0  # ICMP: what is asked, in the question and in the answer
        if self.protocol == UDP:
            self.sport, self.dport, _, given = struct.unpack("!HHHH", body[:8])
            self.data = body[8:]
            self.sound &= quoted or given == 0 or checksum(self.pseudo(body) + body) == 0
        elif self.protocol == TCP:
            self.sport, self.dport, sequence = struct.unpack("!HHI", body[:8])
            self.extra = (sequence,)
            if not quoted:
                acknowledgement, offset, flags = struct.unpack("!IBB", body[8:14])
                self.extra += (acknowledgement, flags)
                self.data = body[offset >> 4 << 2:]
                self.sound &= checksum(self.pseudo(body) + body) == 0
        elif self.protocol == ICMP:
            kind, code, _, rest = struct.unpack("!BBHI", body[:8])
            self.extra = (kind, code)
            self.sound &= quoted or checksum(body) == 0
            if kind in (3, 4, 5, 11, 12) and len(body) >= 36:
                self.quote = Parsed(body[8:], quoted=True)
            elif kind in (8, 13, 15, 17):
                self.sport, self.query = rest >> 16, kind
            elif kind in (0, 14, 16, 18):
                self.dport, self.query = rest >> 16, kind - 1 if kind else 8
            if self.quote is None:
                self.data = body[8:]
        else:
            self.data = body

    def pseudo(self, body):
        return pseudo(self.source, self.target, self.protocol, len(body))


class Wire:
    """A network card without an address: IP packets out and in, and an answer to whoever asks for `hosts`."""

    def __init__(self, interface, hosts):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.bind((interface, 0))
        self.mac = self.socket.getsockname()[4]
        self.hosts, self.peer = set(hosts), b"\xff" * 6

    def find(self, router):
        """Asks for the router's MAC address, in the name of each host, so that it knows theirs too."""
        for host in sorted(self.hosts):
            self.peer = b"\xff" * 6
            request = struct.pack("!HHBBH", 1, ETH_IP, 6, 4, 1) + self.mac + socket.inet_aton(host) + bytes(6) + socket.inet_aton(router)
            for _ in range(20):
                self.socket.send(b"\xff" * 6 + self.mac + struct.pack("!H", ETH_ARP) + request)
                self.receive(0.2)
                if self.peer != b"\xff" * 6:
                    break
            else:
                raise OSError(f"{router} does not answer")

    def send(self, packet):
        self.socket.send(self.peer + self.mac + struct.pack("!H", ETH_IP) + packet)

    def receive(self, seconds):
        """The next IP packet, or None when nothing comes in time."""
        while select.select([self.socket], [], [], seconds)[0]:
            frame, address = self.socket.recvfrom(65536)
            kind = struct.unpack("!H", frame[12:14])[0]
            if address[2] == socket.PACKET_OUTGOING:
                continue
            if kind == ETH_IP:
                return frame[14:]
            if kind == ETH_ARP:
                self.arp(frame)
                if self.peer == frame[6:12]:
                    return None
        return None

    def arp(self, frame):
        operation, sender, target = frame[20:22], frame[22:32], socket.inet_ntoa(frame[38:42])
        if operation == b"\0\2" or self.peer == b"\xff" * 6:
            self.peer = frame[6:12]
        if operation == b"\0\1" and target in self.hosts:
            answer = struct.pack("!HHBBH", 1, ETH_IP, 6, 4, 2) + self.mac + frame[38:42] + sender
            self.socket.send(frame[6:12] + self.mac + struct.pack("!H", ETH_ARP) + answer)
