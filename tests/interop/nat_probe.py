"""The same random traffic through several NAT boxes side by side, and what comes out of each, one JSON line a step.

  nat_probe.py SEED STEPS BOX…     in the namespace that has the interfaces <BOX>-lan and <BOX>-wan

Each box has 192.168.1.1/24 inside and 200.200.200.1/24 outside, publishes 192.168.1.100:8080 as its port 80, and hides
the rest behind its address. Ports and identifiers that a box chose are told as M, so that boxes can be compared."""
import json
import random
import sys
import time

from wire import ACK, FIN, ICMP, RST, SYN, TCP, UDP, Parsed, Wire, fragments, icmp, ip, tcp, udp, whole

ROUTER, WAN, NEIGHBOUR = "192.168.1.1", "200.200.200.1", "200.200.200.9"
HOSTS = [f"192.168.1.{i}" for i in (100, 101, 102)]
REMOTES = [NEIGHBOUR, "200.200.200.10", "8.8.8.8"]
STRANGER = "200.200.200.77"
SERVER, PUBLISHED = ("192.168.1.100", 8080), 80
ICMP_NAMES = {8: "ping", 13: "timestamp", 15: "information", 17: "mask"}
FENCE = (ROUTER[:-1] + "250", 7777, NEIGHBOUR, 7777)


class Box:
    """One NAT box: its two wires, and which ports it gave to which flow."""

    def __init__(self, name):
        self.lan = Wire(f"{name}-lan", HOSTS + [FENCE[0]])
        self.wan = Wire(f"{name}-wan", [*REMOTES, STRANGER])
        self.lan.find(ROUTER)
        self.wan.find(WAN)
        self.given = {}     # flow number: port of the box
        self.mapping = {}   # (protocol, ICMP query, remote, remote port, port of the box): flow number
        self.fences = 0
        self.fence_port = None
        self.fence()

    def fence(self):
        """A datagram there and one back; when they are out, so is all that went in before. What came out meanwhile."""
        self.fences += 1
        text, found = b"fence%d" % self.fences, []
        self.lan.send(udp(*FENCE, text))
        self.gather(self.wan, "wan", text, found)
        self.wan.send(udp(NEIGHBOUR, FENCE[3], WAN, self.fence_port, text))
        self.gather(self.lan, "lan", text, found)
        while packet := self.wan.receive(0):
            found.append(("wan", packet))
        return found

    def gather(self, wire, side, fence, found):
        end = time.monotonic() + 5
        while time.monotonic() < end:
            packet = wire.receive(0.5)
            if packet is None:
                continue
            if packet.endswith(fence):
                self.fence_port = Parsed(packet).sport if side == "wan" else self.fence_port
                return
            found.append((side, packet))
        raise OSError(f"the fence did not come out on the {side}")

    def told(self, side, packet, flow):
        """A packet in words that are the same for every box that does the same."""
        p = Parsed(packet)
        if side == "wan" and p.source == WAN and flow is not None and flow.outward:
            self.learn(p, flow)
        words = [side, *self.ends(p, outward=side == "wan"), str(p.extra), p.data.hex()]
        if p.quote:
            words += ["quotes", *self.ends(p.quote, outward=side == "lan" and p.quote.target != WAN, reverse=True),
                      str(p.quote.extra if p.quote.protocol == TCP else ())]
        return " ".join(words + ["" if p.sound and (not p.quote or p.quote.sound) else "WRONG CHECKSUM"]).strip()

    def ends(self, p, outward, reverse=False):
        sport, dport = str(p.sport), str(p.dport)
        if (p.protocol, p.query, p.target, p.dport, p.sport) in self.mapping and p.source == WAN:
            sport = "M"
        if (p.protocol, p.query, p.source, p.sport, p.dport) in self.mapping and p.target == WAN:
            dport = "M"
        return [str(p.protocol), f"{p.source}:{sport}", f"{p.target}:{dport}"]

    def learn(self, p, flow):
        """The first packet of a flow shows its port. No two flows with one remote end may have the same."""
        key = (p.protocol, p.query, p.target, p.dport, p.sport)
        if p.protocol != flow.protocol or p.quote or p.target != flow.remote or (p.protocol != ICMP and p.dport != flow.rport):
            return
        owner = self.mapping.setdefault(key, flow.number)
        if owner != flow.number and not self.given.get(flow.number):
            raise OSError(f"flows {owner} and {flow.number} share {key}")
        self.given.setdefault(flow.number, p.sport)


class Flow:
    """Two ends that talk. `outward`: the host inside began."""

    def __init__(self, number, protocol, host, hport, remote, rport, outward=True):
        self.number, self.protocol, self.outward = number, protocol, outward
        self.host, self.hport, self.remote, self.rport = host, hport, remote, rport
        self.sent = {"lan": 1000 + number * 100000, "wan": 50000 + number * 100000}  # TCP: the next number of each side
        self.state = "new"
        self.question = (8, 8, 8, 13, 15, 17)[number % 6]  # ICMP: what the host asks

    def port(self, box):
        """The port under which the outside knows the host."""
        return box.given.get(self.number, 9) if self.outward else PUBLISHED


class Traffic:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.flows = []
        self.ends = set()
        self.fragmented = 0

    def step(self):
        """(kind, flow, side it is sent from, function from a box to the packet)"""
        r = self.random
        kinds = [self.begin] * 3 + [self.talk] * 8 + [self.stranger, self.error, self.error, self.odd, self.other, self.knock]
        return r.choice(kinds)() if self.flows else self.begin()

    def begin(self):
        r = self.random
        protocol = r.choice((TCP, TCP, UDP, UDP, ICMP))
        outward = protocol != TCP or r.random() < 0.75
        host, hport = (r.choice(HOSTS), r.randint(3000, 3006)) if outward else SERVER
        remote, rport = r.choice(REMOTES), r.randint(5000, 5003) if outward else r.randint(5000, 5900)
        end = (protocol, host, hport, remote, 0 if protocol == ICMP else rport)
        if end in self.ends:
            return self.talk()
        self.ends.add(end)
        self.flows.append(Flow(len(self.flows), protocol, host, hport, remote, rport, outward))
        return self.talk(self.flows[-1])

    def talk(self, flow=None):
        """The next packet of a flow, or an answer to it."""
        r = self.random
        flow = flow or r.choice(self.flows[-12:])
        opener = "lan" if flow.outward else "wan"
        other = "wan" if flow.outward else "lan"
        if flow.protocol == UDP:
            side = opener if flow.state == "new" else r.choice((opener, other))
            flow.state = "open"
            if r.random() < 0.15:
                return self.pieces(flow, side)
            return "udp", flow, side, self.datagram(flow, side, r.randbytes(r.randint(0, 40)))
        if flow.protocol == ICMP:
            side = opener if flow.state == "new" else r.choice((opener, other))
            flow.state = "open"
            data, ask = r.randbytes(r.randint(0, 30)), flow.question
            if side == "lan":
                return ICMP_NAMES[ask], flow, side, lambda box: icmp(flow.host, flow.remote, ask, 0, flow.hport << 16 | 1, data)
            answer = ask + 1 if ask != 8 else 0
            return ICMP_NAMES[ask], flow, side, lambda box: icmp(flow.remote, WAN, answer, 0, flow.port(box) << 16 | 1, data)
        if r.random() < 0.05:  # again, as from one who did not hear the answer
            kind = "tcp late" if flow.state == "over" else "tcp again"
            if flow.state in ("new", "syn"):
                flow.sent[opener] -= flow.state == "syn"
                flow.state = "syn"
                return kind, flow, opener, self.segment(flow, opener, SYN, length=1)
            return kind, flow, opener, self.segment(flow, opener, ACK)
        if flow.state == "new":
            flow.state = "syn"
            return "tcp open", flow, opener, self.segment(flow, opener, SYN, length=1)
        if flow.state == "syn":
            flow.state = "syn ack"
            return "tcp open", flow, other, self.segment(flow, other, SYN | ACK, length=1)
        if flow.state == "syn ack":
            flow.state = "open"
            return "tcp open", flow, opener, self.segment(flow, opener, ACK)
        side = r.choice((opener, other))
        if flow.state == "open" and r.random() < 0.8:
            data = r.randbytes(r.randint(0, 50))
            return "tcp data", flow, side, self.segment(flow, side, ACK, data, len(data))
        if flow.state == "open":
            flow.state = "fin " + side if r.random() < 0.7 else "over"
            flags = ACK | FIN if flow.state != "over" else RST
            return "tcp close", flow, side, self.segment(flow, side, flags, length=1 if flow.state != "over" else 0)
        if flow.state.startswith("fin"):
            last = "wan" if flow.state.endswith("lan") else "lan"
            flow.state = "over"
            return "tcp close", flow, last, self.segment(flow, last, ACK | FIN, length=1)
        return self.begin()

    def datagram(self, flow, side, data):
        if side == "lan":
            return lambda box: udp(flow.host, flow.hport, flow.remote, flow.rport, data)
        return lambda box: udp(flow.remote, flow.rport, WAN, flow.port(box), data)

    def pieces(self, flow, side):
        """A datagram in fragments, their order as it comes; now and then one is missing."""
        r = self.random
        make, size, order = self.datagram(flow, side, r.randbytes(r.randint(900, 1700))), r.choice((256, 512, 1024)), r.random()
        self.fragmented += 1
        identifier, missing = 1000 + self.fragmented, r.random() < 0.2

        def cut(box):
            pieces = fragments(make(box), size, identifier)
            random.Random(order).shuffle(pieces)
            return pieces[1:] if missing else pieces
        return "fragments", flow, side, cut

    def segment(self, flow, side, flags, data=b"", length=0):
        sequence, acknowledgement = flow.sent[side], flow.sent["wan" if side == "lan" else "lan"] if flags & ACK else 0
        flow.sent[side] += length
        if side == "lan":
            return lambda box: tcp(flow.host, flow.hport, flow.remote, flow.rport, flags, sequence, acknowledgement, data)
        return lambda box: tcp(flow.remote, flow.rport, WAN, flow.port(box), flags, sequence, acknowledgement, data)

    def stranger(self):
        """Somebody outside who has no part in any flow tries the port of one."""
        flow, remote = self.random.choice(self.flows), STRANGER
        port = flow.rport
        if flow.protocol == UDP:
            return "stranger", None, "wan", lambda box: udp(remote, port, WAN, flow.port(box), b"x")
        if flow.protocol == ICMP:
            return "stranger", None, "wan", lambda box: icmp(remote, WAN, 0, 0, flow.port(box) << 16, b"x")
        flags = self.random.choice((SYN, ACK, SYN | ACK, RST, FIN | ACK))
        return "stranger", None, "wan", lambda box: tcp(remote, port, WAN, flow.port(box) if flow.outward else 81, flags, 1, 1)

    def error(self):
        """An ICMP error about a packet of a flow, from one who saw it, whichever way it went."""
        r = self.random
        flow = r.choice(self.flows[-12:])
        if flow.protocol == ICMP and flow.question > 13:  # of those a box may have passed none
            return self.talk()
        kind, code = r.choice(((3, 1), (3, 3), (3, 4), (11, 0), (4, 0), (12, 0), (5, 1)))
        if r.random() < 0.6:
            sender = r.choice((flow.remote, NEIGHBOUR))
            return "error", flow, "wan", lambda box: icmp(sender, WAN, kind, code, 0, self.seen(flow, box, "wan"))
        sender = flow.host
        return "error", flow, "lan", lambda box: icmp(sender, flow.remote, kind, code, 0, self.seen(flow, box, "lan"))

    def seen(self, flow, box, side):
        """The head of a packet of the flow as one who got it on that side saw it."""
        if side == "wan":
            source, sport, target, dport = WAN, flow.port(box), flow.remote, flow.rport
        else:
            source, sport, target, dport = flow.remote, flow.rport, flow.host, flow.hport
        if flow.protocol == UDP:
            return udp(source, sport, target, dport, b"12345678")[:28]
        if flow.protocol == TCP:
            # A number that was on its way: the last byte the sender said.
            return tcp(source, sport, target, dport, ACK, flow.sent["lan" if side == "wan" else "wan"] - 1)[:28]
        answer = flow.question + 1 if flow.question != 8 else 0
        kind, number = (flow.question, sport) if side == "wan" else (answer, dport)
        return icmp(source, target, kind, 0, number << 16 | 1)[:28]

    def odd(self):
        """TCP that belongs to nothing, from either side."""
        host, remote = self.random.choice(HOSTS), self.random.choice(REMOTES)
        flags = self.random.choice((ACK, FIN | ACK, RST, SYN | ACK, 0, SYN | FIN))
        port = self.random.randint(1, 1000)
        if self.random.random() < 0.5:
            return "odd", None, "lan", lambda box: tcp(host, port, remote, 4444, flags, 5, 5)
        return "odd", None, "wan", lambda box: tcp(remote, 4444, WAN, port + 1000, flags, 5, 5)

    def other(self):
        """A protocol without ports, and its answer."""
        host, remote, number = HOSTS[0], self.random.choice(REMOTES), self.random.choice((47, 50, 99))
        if self.random.random() < 0.6:
            return f"protocol {number}", None, "lan", lambda box: ip(host, remote, number, b"12345678")
        return f"protocol {number}", None, "wan", lambda box: ip(remote, WAN, number, b"87654321")

    def knock(self):
        """From outside to what nobody published, to hosts by their private addresses too."""
        remote, port = self.random.choice(REMOTES), self.random.randint(1000, 2000)
        target = self.random.choice((WAN, HOSTS[1]))
        if self.random.random() < 0.5:
            return "knock", None, "wan", lambda box: udp(remote, 4000, target, port, b"knock")
        return "knock", None, "wan", lambda box: tcp(remote, 4000, target, port, SYN, 1)


def main():
    seed, steps = int(sys.argv[1]), int(sys.argv[2])
    boxes = [Box(name) for name in sys.argv[3:]]
    traffic = Traffic(seed)
    for number in range(steps):
        kind, flow, side, packet_for = traffic.step()
        outcomes = []
        for box in boxes:
            sent = packet_for(box)
            told = None if isinstance(sent, list) else str(Parsed(sent).__dict__)
            for packet in sent if isinstance(sent, list) else [sent]:
                (box.lan if side == "lan" else box.wan).send(packet)
            outcomes.append(sorted(box.told(where, packet, flow) for where, packet in whole(box.fence())))
        print(json.dumps({"step": number, "kind": kind, "side": side, "sent": told, "seen": outcomes}))


if __name__ == "__main__":
    main()
