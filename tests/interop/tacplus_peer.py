"""A TACACS+ server, written from RFC 8907 upon Scapy's layer for the bodies and the hiding.

  tacplus_peer.py PORT KEY [single]     an empty KEY hides nothing; with "single" connections are kept for those who ask
"""
import socketserver
import struct
import sys

from scapy.contrib import tacacs
from scapy.contrib.tacacs import (TacacsAuthenticationContinue, TacacsAuthenticationReply, TacacsAuthenticationStart,
                                  TacacsAuthorizationReply, TacacsAuthorizationRequest, TacacsPacketArguments)

KEY, SINGLE = sys.argv[2], "single" in sys.argv[3:]
PASS, FAIL, GETUSER, GETPASS, RESTART, ERROR = 1, 2, 4, 5, 6, 7
ASCII, PAP = 1, 2
# Password, what the user may do; None: no command line.
USERS = {
    "alice": ("Wonder-land 7", ["priv-lvl=15"]),
    "bob": ("builder1", ["priv-lvl=7"]),
    "carol": ("networks", ["priv-lvl=1"]),
    "dave": ("a password of forty characters, no less.", ["priv-lvl=15", "autocmd*show version"]),
    "erin": ("picky-eater", ["priv-lvl=15", "acl=101"]),
    "frank": ("framed-1", None),
    "papa": ("by-pap-only", ["priv-lvl=7"]),
    "late": ("asks-first", ["priv-lvl=7"]),
}


class Server(socketserver.BaseRequestHandler):
    def handle(self):
        print("connection", flush=True)
        self.said = {}
        try:
            while header := self.request.recv(12, 0x100):  # MSG_WAITALL
                self.packet(*struct.unpack("!BBBBII", header))
                if not (SINGLE and self.keep or self.open):
                    return
        except (ConnectionError, struct.error):
            pass

    def packet(self, version, kind, turn, flags, session, length):
        body = self.request.recv(length, 0x100)
        if KEY:
            body = tacacs.obfuscate(body, KEY, session, version, turn)
        if bool(flags & 1) == bool(KEY):
            raise ConnectionError("hidden or not")
        self.keep = bool(flags & 4)
        reply = bytes(self.authentication(version, turn, body) if kind == 1 else self.authorization(body))
        if KEY:
            reply = tacacs.obfuscate(reply, KEY, session, version, turn + 1)
        flags = (0 if KEY else 1) | (4 if SINGLE and self.keep else 0)
        self.request.sendall(struct.pack("!BBBBII", version, kind, turn + 1, flags, session, len(reply)) + reply)

    def authentication(self, version, turn, body):
        self.open = False
        if turn == 1:
            # With another key the lengths disagree.
            if len(body) < 8 or 8 + sum(body[4:8]) != len(body):
                return TacacsAuthenticationReply(status=ERROR, server_msg="keys differ?")
            start = TacacsAuthenticationStart(body)
            self.user = start.user.decode()
            self.asked = self.user != "late"
            print(f"start {self.user} {start.port.decode()} from {start.rem_addr.decode() or 'console'} type {start.authen_type}", flush=True)
            if start.authen_type == PAP:
                return self.verdict(start.data.decode()) if version == 0xc1 else TacacsAuthenticationReply(status=ERROR)
            if self.user == "papa":
                return TacacsAuthenticationReply(status=RESTART)
            self.open = True
            if self.user == "late":
                return TacacsAuthenticationReply(status=GETUSER, server_msg="Username: ")
            return TacacsAuthenticationReply(status=GETPASS, flags=1, server_msg="Password: ")
        answer = TacacsAuthenticationContinue(body)
        if not self.asked:
            self.asked = self.open = answer.user_msg.decode() == self.user
            return TacacsAuthenticationReply(status=GETPASS if self.asked else FAIL, flags=1, server_msg="Password: ")
        return self.verdict(answer.user_msg.decode())

    def verdict(self, password):
        good = USERS.get(self.user, (None,))[0] == password
        return TacacsAuthenticationReply(status=PASS if good else FAIL)

    def authorization(self, body):
        self.open = False
        request = TacacsAuthorizationRequest(body)
        asked, layer = [], request.payload
        while isinstance(layer, TacacsPacketArguments):
            asked.append(layer.data.decode())
            layer = layer.payload
        print(f"authorize {request.user.decode()}: {' '.join(asked)}", flush=True)
        granted = USERS[request.user.decode()][1]
        if granted is None or asked != ["service=shell", "cmd="]:
            return TacacsAuthorizationReply(status=0x10, arg_len_list=[])
        reply = TacacsAuthorizationReply(status=1, arg_len_list=[len(each) for each in granted])
        for each in granted:
            reply = reply / TacacsPacketArguments(data=each)
        return reply


class Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


with Listener(("", int(sys.argv[1])), Server) as listener:
    print("listening", flush=True)
    listener.serve_forever()
