"""Bytes and pings through a tunnel of a HowTo lab."""
import contextlib
import ctypes
import hashlib
import os
import socket
import threading
import time

from support import LabError

MEGABYTES = 2
CLONE_NEWNET = 0x40000000


@contextlib.contextmanager
def inside(network, node):
    """Sockets made in the block belong to the node's namespace, for as long as they live."""
    libc = ctypes.CDLL(None, use_errno=True)

    def enter(descriptor):
        if libc.setns(descriptor, CLONE_NEWNET) != 0:
            raise LabError(f"setns: {os.strerror(ctypes.get_errno())}")

    with open("/proc/thread-self/ns/net") as home, open(f"/run/netns/{network.namespace(node)}") as target:
        enter(target.fileno())
        try:
            yield
        finally:
            enter(home.fileno())


def receive(link, size):
    """SHA-256 of the next `size` bytes, fewer if the link ends."""
    digest = hashlib.sha256()
    while size > 0 and (data := link.recv(min(size, 1 << 16))):
        digest.update(data)
        size -= len(data)
    return digest.digest()


def pump(source, target, data):
    sender = threading.Thread(target=send, args=(source, data))
    sender.start()
    try:
        return receive(target, len(data)) == hashlib.sha256(data).digest()
    finally:
        sender.join()


def send(link, data):
    try:
        link.sendall(data)
    except OSError:
        pass  # the receiving side sees that bytes are missing


def transfer(lab, seconds=20):
    """Random bytes from PC1 to PC2 and others back, on one TCP connection; True when the very same arrive."""
    with inside(lab.network, "pc2"):
        listener = socket.create_server(("", 0))
    with inside(lab.network, "pc1"):
        one = socket.socket()
    with listener, one:
        for link in (listener, one):
            link.settimeout(seconds)
        try:
            one.connect(("192.168.2.100", listener.getsockname()[1]))
            two = listener.accept()[0]
            with two:
                two.settimeout(seconds)
                return pump(one, two, os.urandom(MEGABYTES << 20)) and pump(two, one, os.urandom(MEGABYTES << 20))
        except OSError:
            return False


def await_answer(lab, seconds):
    """Pings five times a second from PC1 until one answer comes; the seconds that took, or None."""
    begin = time.monotonic()
    done = lab.network.exec("pc1", "ping", "-n", "-c", 1, "-i", "0.2", "-w", seconds, "192.168.2.100", check=False)
    return time.monotonic() - begin if done.returncode == 0 else None


def measure(lab, seconds):
    """Waits for the tunnel, then pings both ways and transfers; (all good?, text)."""
    took = await_answer(lab, seconds)
    if took is None:
        return False, "not up"
    there = lab.ping(3, deadline=5)[0]
    back = lab.ping(3, source="pc2", target="192.168.1.100", deadline=5)[0]
    intact = transfer(lab)
    return there == back == 3 and intact, (f"up {took:4.1f} s, ping {there}/3 {back}/3, "
                                           f"{MEGABYTES} MB both ways {'intact' if intact else 'BROKEN'}")
