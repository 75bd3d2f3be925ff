"""A real Linux kernel's ESP, AH and IPComp as the other end, with fixed keys: every algorithm both sides have, tunnel and
transport mode, bundles. One guest for all of it."""
import collections
import itertools
import os
import re

from kernel import LANS, OURS, PINGS, THEIRS, KernelTest
from support import main

# By our names: the kernel's name and the bytes of a key.
CIPHERS = {"des": ("cbc(des)", 8), "3des2key": ("cbc(des3_ede)", 16), "3desouter": ("cbc(des3_ede)", 24),
           "aes128": ("cbc(aes)", 16), "aes192": ("cbc(aes)", 24), "aes256": ("cbc(aes)", 32),
           "null": ("ecb(cipher_null)", 0)}
HASHES = {"md5": ("hmac(md5)", 16), "sha": ("hmac(sha1)", 20), "null": (None, 0)}
# One SA: protocol esp, ah or comp; cipher and hash by our names.
Sa = collections.namedtuple("Sa", "protocol cipher hash")


def esp(cipher, hashed):
    return Sa("esp", cipher, hashed)


def ah(hashed):
    return Sa("ah", "null", hashed)


COMP = Sa("comp", "null", "null")
SINGLE = [[esp(cipher, hashed)] for cipher in CIPHERS for hashed in HASHES if (cipher, hashed) != ("null", "null")]
SINGLE += [[ah("md5")], [ah("sha")], [COMP]]
BUNDLES = [[esp("3desouter", "sha"), ah("sha")], [esp("aes256", "null"), ah("md5")], [esp("null", "md5"), ah("sha")],
           [COMP, esp("aes128", "sha")], [COMP, ah("sha")], [COMP, esp("des", "md5"), ah("md5")]]
# Transport mode goes through the same ciphers; the two shapes of a header, each protocol and the bundles are enough.
TRANSPORT = [[esp("3desouter", "sha")], [esp("aes256", "md5")], [esp("null", "sha")], [esp("des", "null")], [ah("md5")],
             [ah("sha")], [COMP]] + BUNDLES


def describe(sas, mode):
    return " + ".join("/".join(part for part in sa if part != "null" or sa.protocol == "esp") for sa in sas) + f" {mode}"


class Keys:
    """Keys and numbers of one cell: the same at both ends."""

    def __init__(self, number, sas):
        self.ids = range(number, number + len(sas))
        self.cipher = [os.urandom(CIPHERS[sa.cipher][1]) for sa in sas]
        self.hash = [os.urandom(HASHES[sa.hash][1]) for sa in sas]

    def theirs(self, sa, place):
        """The algorithms as `ip xfrm state` takes them."""
        if sa.protocol == "comp":
            return "comp deflate"
        cipher, key = CIPHERS[sa.cipher][0], self.cipher[place]
        words = "" if sa.protocol == "ah" else f"enc '{cipher}' "
        if sa.protocol == "esp":
            whole = key + key[:8] if sa.cipher == "3des2key" else key
            words += f"0x{whole.hex()} " if whole else "'' "
        if sa.hash != "null":
            words += f"auth-trunc '{HASHES[sa.hash][0]}' 0x{self.hash[place].hex()} 96"
        return words


def our_lines(sas, mode, keys):
    lines = []
    for place, (sa, number) in enumerate(zip(sas, keys.ids)):
        line = f"create ipsec sas={place + 1} key=manual prot={sa.protocol} mod={mode} insp={number} outs={number + 10000}"
        if sa.protocol == "esp":
            line += f" enc={sa.cipher}"
        for name, key, parameter in (("enck", keys.cipher[place], 2 * number), ("hashk", keys.hash[place], 2 * number + 1)):
            if key:
                lines.append(f"create enco key={parameter} type=general value=0x{key.hex()}")
                line += f" {name}={parameter}"
        line += " compa=deflate" if sa.protocol == "comp" else f" hasha={sa.hash}"
        lines.append(line)
    string = " and ".join(str(place + 1) for place in range(len(sas)))
    tunnel = "lad=192.168.1.0 lma=255.255.255.0 rad=192.168.2.0 rma=255.255.255.0"
    ends = f"lad={OURS} rad={THEIRS}" if mode == "transport" else tunnel
    return ["purge ipsec", *lines, f'create ipsec bund=1 key=manual string="{string}"',
            f"create ipsec pol=cell int=eth0 ac=ipsec key=manual bund=1 peer={THEIRS}", f"set ipsec pol=cell {ends}",
            "create ipsec pol=rest int=eth0 ac=permit", "enable ipsec"]


def their_script(sas, mode, keys):
    """Only the innermost SA makes an outer header; the others stand behind it."""
    modes = [mode if place == 0 else "transport" for place in range(len(sas))]
    lines = ["set -e", "ip xfrm state flush", "ip xfrm policy flush"]
    for source, target, base in ((THEIRS, OURS, 0), (OURS, THEIRS, 10000)):
        for place, (sa, number) in enumerate(zip(sas, keys.ids)):
            lines.append(f"ip xfrm state add src {source} dst {target} proto {sa.protocol} spi {number + base} reqid {number} "
                         f"mode {modes[place]} {keys.theirs(sa, place)}")
        inner = [f"{source}/32", f"{target}/32"] if mode == "transport" else [LANS[source], LANS[target]]
        for direction in ["out"] if source == THEIRS else ["in", "fwd"]:
            templates = ""
            for place, (sa, number) in enumerate(zip(sas, keys.ids)):
                # What does not shrink goes without IPComp.
                level = "use" if sa.protocol == "comp" and direction != "out" else "required"
                templates += f" tmpl src {source} dst {target} proto {sa.protocol} reqid {number} mode {modes[place]} level {level}"
            lines.append(f"ip xfrm policy add src {inner[0]} dst {inner[1]} dir {direction}{templates}")
    return "\n".join(lines)


class KernelSas(KernelTest):
    numbers = itertools.count(1000, 10)  # SPIs, from each cell on

    def cell(self, sas, mode):
        """The same SAs on both sides, without traffic."""
        keys = Keys(next(self.numbers), sas)
        status, text = self.guest.run("bash", "-c", their_script(sas, mode, keys))
        self.assertEqual(status, 0, text)
        self.router.ctl(*our_lines(sas, mode, keys))

    def fixed_keys(self, cells, mode):
        for sas in cells:
            with self.subTest(describe(sas, mode)):
                self.cell(sas, mode)
                self.exchange(mode)
                self.check_counters("cell", COMP in sas)

    def test_longest_packets(self):
        """Datagrams of 65,000 bytes: sealed whole between the ends, their fragments sealed between the LANs."""
        for sas in [esp("aes128", "sha")], [ah("sha")], [esp("3desouter", "md5"), ah("sha")]:
            with self.subTest(describe(sas, "transport")):
                self.cell(sas, "transport")
                self.assert_pinged("guest", OURS, 65000)
        self.cell([esp("aes128", "sha")], "tunnel")
        self.assert_pinged("pc1", "192.168.2.100", 65000)

    def test_options_in_the_header(self):
        """Time stamps that the ends write into the header under AH, and leave alone under ESP's."""
        for sas in [ah("sha")], [ah("md5")], [esp("aes128", "sha")]:
            with self.subTest(describe(sas, "transport")):
                self.cell(sas, "transport")
                self.assert_pinged("guest", OURS, 100, "-T", "tsonly")

    def test_narrow_path_in_transport_mode(self):
        """Answers with DF are this router's own: what the path does not take is not sent again and again."""
        internet = self.lab.network
        self.cell([esp("3desouter", "sha")], "transport")
        internet.ip("internet", "link", "set", "to-peer2", "mtu", 1300)
        self.addCleanup(internet.ip, "internet", "link", "set", "to-peer2", "mtu", 1500)
        before = self.too_big()
        self.assertEqual(self.pinged("guest", OURS, 1350, "-M", "do"), 0)
        self.assertEqual(self.too_big() - before, PINGS - 1)  # the first one was sent, and taught
        self.assert_pinged("guest", OURS, 1200, "-M", "do")
        self.assert_pinged("guest", OURS, 1350, "-M", "dont")

    def too_big(self):
        return int(re.search(r"dfSetTooBig\W+(\d+)", self.router.ctl("show ip counter=all"))[1])

    def test_single_in_tunnel_mode(self):
        self.fixed_keys(SINGLE, "tunnel")

    def test_bundles_in_tunnel_mode(self):
        self.fixed_keys(BUNDLES, "tunnel")

    def test_transport_mode(self):
        self.fixed_keys(TRANSPORT, "transport")


main()
