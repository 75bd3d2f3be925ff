"""vpnc as the client of a router: aggressive mode with a group name, XAUTH, and then the end, because routers of this
family have no addresses to give away by mode-config."""
from support import HowTo, LabTest, POLICY, PREFIX, SITES, example, main, vpnc, wait_until

USER, PASSWORD = "alice", "Wonder-land 7"
# The group name comes as an ID of type KEY-ID.
GROUP = [(f'pol="{POLICY}" pe=200.200.200.1 enc=3desouter key=1', f'pol="{POLICY}" pe=any enc=aes128 gro=2 key=1'),
         ("sendd=true sendn=true hea=both", "sendd=true sendn=true mode=aggressive remoteid=lab xauth=server")]


class Vpnc(LabTest):
    def start(self, password, **options):
        lab = HowTo(f"{PREFIX}v{len(self.labs)}")
        self.labs.append(lab)
        lab.up({"peer1": example("peer1", f'add user={USER} pass="{PASSWORD}" priv=user lo=no', replace=GROUP)})
        process = vpnc.start(lab.network, "internet", f"{SITES['peer1']['wan']}.1",
                             **{"psk": "sharedsecret", "user": USER, "password": password, **options})
        ended = wait_until(lambda: process.poll() is not None, 20)
        return lab.routers["peer1"], " ".join(lab.routers["peer1"].ctl("show log module=isakmp").split()), \
            lab.network.output("internet.vpnc"), ended

    def test_up_to_the_missing_mode_config(self):
        router, log, said, ended = self.start(PASSWORD)
        self.assertIn("Phase 1 [aggressive] completed successfully", log, said)
        self.assertIn(f"XAUTH user {USER} accepted", log, said)
        self.assertTrue(ended, said)
        self.assertIn("configuration response rejected", said)
        self.assertRegex(router.ctl("show isakmp counters=transaction"), r"reqTx +1 +reqRx +1\n +repTx +1 +repRx +1\n")

    def test_wrong_password(self):
        router, log, said, ended = self.start("nothing like it")
        self.assertIn(f"XAUTH user {USER} refused: unknown name or wrong password", log, said)
        self.assertTrue(ended, said)
        self.assertIn("authentication unsuccessful", said)

    def test_wrong_group_secret(self):
        router, log, said, ended = self.start(PASSWORD, psk="another")
        self.assertNotIn("accepted", log)
        self.assertNotIn("Phase 1.5", log)


main()
