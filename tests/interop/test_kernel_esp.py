"""A real Linux kernel's ESP, IP protocol 50 without UDP, as the other end."""
from support import HowTo, LabTest, PREFIX, example, ipsec_sas, main, wait_until


class KernelEsp(LabTest):
    def tunnel(self, cipher, esp, initiator):
        lab = HowTo(f"{PREFIX}k", kernel=["peer2"])
        self.labs.append(lab)
        # The keys of the example without NAT-T: nothing may go in UDP here.
        replace = [("enc=3desouter key=1 natt=true", "enc=3desouter gro=2 key=1"), ("hea=both", "hea=none"),
                   ("enc=3desouter hasha", f"enc={cipher} hasha")]
        lab.up({"peer1": example("peer1", replace=replace)}, ike="3des-sha1-modp1024", esp=esp)
        guest = lab.guests["peer2"]
        if initiator == "peer2":
            status, text = guest.initiate()
            self.assertEqual(status, 0, text + guest.log()[-2000:])
        lab.wait_for_tunnel(30)
        self.assertTrue(wait_until(lambda: ipsec_sas(lab.routers["peer1"]), 5))
        self.assertIn("proto esp", guest.run("ip", "xfrm", "state")[1])
        self.assert_ping(lab, 5)
        self.transfer(lab)
        self.transfer(lab, source="pc2", target="pc1", address="192.168.1.100")

    def test_3des_sha(self):
        self.tunnel("3desouter", "3des-sha1", "peer1")

    def test_aes128_sha_kernel_initiates(self):
        self.tunnel("aes128", "aes128-sha1", "peer2")


main()
