"""AH, IPComp and transport mode negotiated with strongSwan in a guest, for a real Linux kernel: both sides begin."""
from kernel import LANS, OURS, PINGS, THEIRS, KernelTest
from support import ipsec_sas, main, strongswan, wait_until


class KernelNegotiated(KernelTest):
    def negotiated(self, lines, initiator, protocols, **settings):
        """The router's lines and the peer's settings for one bundle, brought up by `initiator`."""
        guest, site = self.guest, dict(local=THEIRS, remote=OURS, psk="sharedsecret", ike="3des-sha1-modp1024",
                                       local_ts=LANS[THEIRS], remote_ts=LANS[OURS])
        mode = settings.get("mode", "tunnel")
        if mode == "transport":
            site.update(local_ts=THEIRS, remote_ts=OURS)
        guest.swanctl("--terminate", "--ike", "lab", "--force", "--timeout", "2")
        guest.run("bash", "-c", "ip xfrm state flush; ip xfrm policy flush")
        strongswan.write_files(f"{guest.mailbox}/cell", {**site, **settings, "backend": "kernel"})
        status, text = guest.swanctl("--load-all", "--noprompt", "--file", "/mnt/cell/swanctl.conf")
        self.assertEqual(status, 0, text)
        selectors = (f"lad={OURS} rad={THEIRS}" if mode == "transport" else
                     "lad=192.168.1.0 lma=255.255.255.0 rad=192.168.2.0 rma=255.255.255.0")
        self.router.ctl("purge ipsec", "disable isakmp", *lines, "create ipsec pol=ike int=eth0 ac=permit lp=500",
                        f"create ipsec pol=cell int=eth0 ac=ipsec key=isakmp bund=1 peer={THEIRS}",
                        f"set ipsec pol=cell {selectors}", "create ipsec pol=rest int=eth0 ac=permit", "enable ipsec",
                        "enable isakmp")
        if initiator == "them":
            status, text = guest.initiate()
            self.assertEqual(status, 0, text + guest.log()[-1500:])
        else:  # what comes first waits for the bundle
            source, target = ("guest", OURS) if mode == "transport" else ("pc1", "192.168.2.100")
            if mode == "transport":
                self.router.ctl(f"ping {THEIRS} number=1")
            self.assertTrue(wait_until(lambda: self.pinged(source, target, 56) >= PINGS - 1, 20),
                            self.router.ctl("show log module=isakmp tail=12") + guest.log()[-1500:])
        self.exchange(mode)
        self.check_counters("cell", "IPComp" in protocols)
        self.assertEqual([row[4] for row in ipsec_sas(self.router)], protocols)

    def test_negotiated(self):
        self.router.ctl(f"create isakmp pol=kernel pe={THEIRS} enc=3desouter gro=2 key=1")
        specification = "create ipsec sas={} key=isakmp prot={}"
        cells = [
            ("AH SHA", [specification.format(1, "ah hasha=sha")], "1", ["AH"], dict(ah="sha1")),
            ("AH MD5", [specification.format(1, "ah hasha=md5")], "1", ["AH"], dict(ah="md5")),
            ("AH transport", [specification.format(1, "ah mod=transport hasha=sha")], "1", ["AH"],
             dict(ah="sha1", mode="transport")),
            ("ESP transport", [specification.format(1, "esp mod=transport enc=aes192 hasha=md5")], "1", ["ESP"],
             dict(esp="aes192-md5", mode="transport")),
            ("ESP NULL", [specification.format(1, "esp enc=null hasha=sha")], "1", ["ESP"], dict(esp="null-sha1")),
            # Named in another order than it is applied.
            ("IPComp and ESP", [specification.format(1, "esp enc=aes128 hasha=sha"),
                                specification.format(2, "comp compa=deflate")], "1 AND 2", ["IPComp", "ESP"],
             dict(esp="aes128-sha1", ipcomp="yes")),
        ]
        for name, lines, string, protocols, settings in cells:
            bundle = [*lines, f'create ipsec bund=1 key=isakmp string="{string}"']
            for initiator in "us", "them":
                with self.subTest(name, initiator=initiator):
                    self.negotiated(bundle, initiator, protocols, **settings)


main()
