"""Renewal of SAs under load drops no packet: two routers, by kilobytes, under all the TCP this machine can make; either
end begins. (By seconds it takes too long for a test, the shortest life is 300 s: matrix.py --part lifetimes.)"""
import re
import socket
import struct
import threading

from support import LabTest, example, main, policy_counters, wait_until
from traffic import inside

GIGABYTES = 3
CHUNK = bytes(1 << 20)
RETRANSMITS = 100  # where struct tcp_info has tcpi_total_retrans


def figures(router, screen):
    return {name: int(value) for name, value in re.findall(r"\b([a-z]\w+)\s+(\d+)", router.ctl(screen))}


def rush(lab):
    """Sends as fast as TCP does from PC1 to PC2; the number of segments sent again (without a loss, where the machine
    has other work)."""
    with inside(lab.network, "pc2"):
        listener = socket.create_server(("", 0))
    with inside(lab.network, "pc1"):
        one = socket.socket()
    with listener, one:
        one.connect(("192.168.2.100", listener.getsockname()[1]))
        two = listener.accept()[0]
        sender = threading.Thread(target=lambda: [one.sendall(CHUNK) for _ in range(GIGABYTES << 10)])
        sender.start()
        left, place = GIGABYTES << 30, memoryview(bytearray(CHUNK))
        while left > 0 and (got := two.recv_into(place)):
            left -= got
        sender.join()
        two.close()
        return struct.unpack_from("I", one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 192), RETRANSMITS)[0]


class Renewals(LabTest):
    def two_routers(self, initiator):
        lab = self.lab()
        fast = [("enc=3desouter hasha", "enc=aes128 hasha")]
        lab.up({peer: example(peer, "set ipsec bund=1 expirykb=600000", replace=fast) for peer in lab.routers})
        if initiator == "peer2":
            self.assertTrue(wait_until(lambda: lab.ping(1, source="pc2", target="192.168.1.100", deadline=1)[0], 20))
        lab.wait_for_tunnel()
        again = rush(lab)
        one, two = (lab.routers[peer] for peer in ("peer1", "peer2"))

        def settled():
            left, right = policy_counters(one), policy_counters(two)
            return (left["outProcessDone"] == right["inProcessDone"] and left["inProcessDone"] == right["outProcessDone"])
        self.assertTrue(wait_until(settled, 5, 0.2), f"{again} segments were sent again\n{policy_counters(one)}\n{policy_counters(two)}")
        for router in one, two:
            setup, counters = figures(router, "show ipsec counters=setup"), policy_counters(router)
            self.assertGreaterEqual(setup["bundleCreate"], GIGABYTES)
            self.assertEqual(setup["hardExpire"], 0)
            self.assertEqual(figures(router, "show ipsec counters=main")["inBadSpi"], 0)
            for name in ("outProcessFail", "outProcessFailImm", "inProcessFail", "inProcessFailImm", "outNoBundleFail"):
                self.assertEqual(counters[name], 0, name)

    def test_sender_begins(self):
        self.two_routers("peer1")

    def test_receiver_begins(self):
        self.two_routers("peer2")


main()
