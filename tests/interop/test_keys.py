"""LAB KEYS: with the tables it writes, tshark reads the ISAKMP and the ESP of a capture that the router made."""
import os
import subprocess

from support import LabTest, example, main


class Keys(LabTest):
    def tshark(self, lab, what, *fields):
        """The packets of the capture that fit, as lines of fields."""
        done = subprocess.run(["tshark", "-r", "wan.pcapng", "-Y", what, "-T", "fields", *[w for f in fields for w in ("-e", f)]],
                              text=True, capture_output=True, cwd=lab.network.folder, timeout=60,
                              env=dict(os.environ, WIRESHARK_CONFIG_DIR=f"{lab.network.folder}/wan.keys"))
        return done.stdout.splitlines()

    def captured_ping(self, mode, cipher):
        lab = self.lab()
        algorithms = [("enc=3desouter key=1", f"mode={mode} enc={cipher} key=1"), ("enc=3desouter hasha", f"enc={cipher} hasha")]
        lab.routers["peer1"].directory = lab.network.folder
        lab.up({peer: example(peer, replace=algorithms) for peer in ("peer1", "peer2")})
        router = lab.routers["peer1"]
        router.ctl("lab capture start port=eth0 file=wan")
        self.assertIn("Keys are revealed", router.ctl("lab keys start file=wan"))
        lab.wait_for_tunnel()
        self.assert_ping(lab, 5)
        router.ctl("reset isakmp policy=\"wiz_Peer1 to Peer2\"", "reset ipsec policy=\"wiz_Peer1 to Peer2\"")
        lab.wait_for_tunnel()  # another SA of each kind: the tables have grown
        router.ctl("lab keys stop", "lab capture stop")
        self.assertNotIn("icmp", "".join(self.tshark(lab, "!esp && icmp", "frame.protocols")), "nothing went in clear")
        return lab

    def check_decrypted(self, lab):
        inner = self.tshark(lab, "esp && icmp.type == 8", "ip.src", "ip.dst", "esp.spi")
        self.assertGreaterEqual(len(inner), 6, inner)
        for line in inner:
            self.assertTrue(line.startswith("100.100.100.1,192.168.1.100\t200.200.200.1,192.168.2.100\t"), line)
        self.assertEqual(len({line.split("\t")[2] for line in inner}), 2, "two SAs")
        self.assertGreaterEqual(len(self.tshark(lab, "esp && icmp.type == 0", "frame.number")), 6)
        networks = self.tshark(lab, "isakmp.exchangetype == 32 && isakmp.id.data.ipv4_addr", "isakmp.id.data.ipv4_addr")
        self.assertIn("192.168.1.0,192.168.2.0", networks, "the IDs of quick mode")

    def test_main_mode_3des(self):
        lab = self.captured_ping("main", "3desouter")
        self.check_decrypted(lab)
        names = self.tshark(lab, "isakmp.exchangetype == 2 && isakmp.flag_e == 1 && isakmp.id.data.ipv4_addr",
                            "isakmp.id.data.ipv4_addr")
        self.assertEqual(set(names), {"100.100.100.1", "200.200.200.1"}, "the IDs of main mode")

    def test_aggressive_mode_aes(self):
        self.check_decrypted(self.captured_ping("aggressive", "aes256"))

    def test_manual_keys_of_an_sa_that_was_there_before(self):
        sa = "create ipsec sas=2 key=manual prot=esp enc=aes128 enck=10 hasha=sha hashk=11 insp={} outs={}"
        keys = [f"create enco key=10 type=aes128 value=0x{'5a' * 16}", f"create enco key=11 type=general value=0x{'a5' * 20}"]
        spis = {"peer1": (4001, 4002), "peer2": (4002, 4001)}
        lab = self.lab()
        lab.routers["peer1"].directory = lab.network.folder
        use = [("key=isakmp bund=1 peer", "key=manual bund=2 peer"), (' isa="wiz_Peer1 to Peer2"', "")]
        configs = {}
        for peer in spis:
            lines = example(peer, replace=use).splitlines()
            first = next(i for i, line in enumerate(lines) if "ac=ipsec" in line)
            lines[first:first] = [*keys, sa.format(*spis[peer]), 'create ipsec bund=2 key=manual string="2"']
            configs[peer] = "\n".join(lines) + "\n"
        lab.up(configs)
        lab.wait_for_tunnel()
        lab.routers["peer1"].ctl("lab capture start port=eth0 file=wan", "lab keys start file=wan")
        self.assert_ping(lab, 3)
        lab.routers["peer1"].ctl("lab keys stop", "lab capture stop")
        self.assertEqual(len(self.tshark(lab, "esp && icmp.type == 8", "frame.number")), 3)
        self.assertEqual(len(self.tshark(lab, "esp && icmp.type == 0", "frame.number")), 3)


main()
