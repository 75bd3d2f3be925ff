"""FTP through the firewall's NAT, with vsftpd and curl: active and passive, in the old and the extended form, the server
outside and published inside."""
import os
import re

from support import LabTest, Network, PREFIX, Router, main, wait_until

CONFIGURATION = """\
enable ip
add ip int=vlan1 ip=192.168.1.1 mask=255.255.255.0
add ip int=eth0 ip=200.200.200.1 mask=255.255.255.0
enable firewall
create firewall policy=net
add firewall policy=net int=vlan1 type=private
add firewall policy=net int=eth0 type=public
add firewall poli=net nat=enhanced int=vlan1 gblin=eth0
add firewall poli=net ru=1 ac=allo int=eth0 prot=tcp gblip=200.200.200.1 gblp=21 ip=192.168.1.100 po=21
"""
# How curl is told to open data connections.
MODES = {
    "EPSV": ["--disable-eprt"],
    "PASV": ["--disable-epsv"],
    "EPRT": ["--ftp-port", "-"],
    "PORT": ["--ftp-port", "-", "--disable-eprt"],
}
ADDRESSES = {"inside": "192.168.1.100", "outside": "200.200.200.9"}


class Ftp(LabTest):
    def network(self, *extra):
        self.net = network = Network(PREFIX + "f")
        self.labs.append(network)
        os.makedirs(network.folder, exist_ok=True)
        for node in ("inside", "router", "outside"):
            network.add_node(node)
        self.router = Router(network, "router", {"vlan1": "lan", "eth0": "wan"})
        self.router.write_config(CONFIGURATION + "".join(line + "\n" for line in extra))
        self.router.start()
        network.hand_over("router", "lan", "inside", "eth0")
        network.hand_over("router", "wan", "outside", "eth0")
        network.address("inside", "eth0", "192.168.1.100/24", "192.168.1.1")
        network.address("outside", "eth0", "200.200.200.9/24")  # and no way to the private network
        return network

    def serve(self, node):
        """vsftpd with one file of a megabyte and room for more."""
        root = f"{self.net.folder}/{node}-files"
        os.makedirs(f"{root}/in")
        os.chmod(root, 0o755)
        os.chmod(f"{root}/in", 0o777)
        os.chmod(self.net.folder, 0o755)
        self.content = os.urandom(1 << 20)
        with open(f"{root}/file", "wb") as file:
            file.write(self.content)
        with open(f"{self.net.folder}/vsftpd.conf", "w") as file:
            file.write("listen=YES\nbackground=NO\nanonymous_enable=YES\nlocal_enable=NO\nno_anon_password=YES\n"
                       f"anon_root={root}\nwrite_enable=YES\nanon_upload_enable=YES\nconnect_from_port_20=YES\n"
                       "secure_chroot_dir=/var/run/vsftpd/empty\nseccomp_sandbox=NO\n")
        os.makedirs("/var/run/vsftpd/empty", exist_ok=True)
        self.net.start("vsftpd", ["vsftpd", f"{self.net.folder}/vsftpd.conf"], node=node)
        self.assertTrue(wait_until(lambda: ":21 " in self.net.exec(node, "ss", "-ltn").stdout, 10), "no server")
        return root

    def curl(self, node, *words, check=True):
        return self.net.exec(node, "curl", "--silent", "--show-error", "--verbose", "--max-time", "20", *words, check=check,
                             timeout=60)

    def transfers(self, client, server, address):
        """Every mode, both ways; what the client saw announced names the router wherever NAT stands between."""
        self.network()
        root = self.serve(server)
        for mode, words in MODES.items():
            with self.subTest(mode):
                fetched, stored = f"{self.net.folder}/{mode}", f"{root}/in/{mode}"
                done = self.curl(client, *words, "-o", fetched, f"ftp://{address}/file")
                self.assertRegex(done.stderr, f"> {mode}\\b")
                with open(fetched, "rb") as file:
                    self.assertEqual(file.read(), self.content)
                self.curl(client, *words, "-T", fetched, f"ftp://{address}/in/{mode}")
                with open(stored, "rb") as file:
                    self.assertEqual(file.read(), self.content)
                if mode == "PASV" and server == "inside":
                    self.assertRegex(done.stderr, r"227 .*\(200,200,200,1,")
        self.assertEqual(re.findall(r"Segment out of order|Bad packet", self.router.ctl("show firewall event=deny")), [])

    def test_server_outside(self):
        self.transfers("inside", "outside", ADDRESSES["outside"])

    def test_published_server(self):
        self.transfers("outside", "inside", "200.200.200.1")

    def test_a_rule_refuses_what_is_stored(self):
        self.network("add firewall poli=net appr=1 ac=deny int=eth0 app=ftp comm=put")
        root = self.serve("outside")
        fetched = f"{self.net.folder}/fetched"
        self.curl("inside", "-o", fetched, f"ftp://{ADDRESSES['outside']}/file")
        refused = self.curl("inside", "--max-time", "3", "-T", fetched, f"ftp://{ADDRESSES['outside']}/in/file", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertEqual(os.listdir(f"{root}/in"), [])


if __name__ == "__main__":
    main()
