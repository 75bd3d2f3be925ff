"""XAUTH with strongSwan: either side as its server, main and aggressive mode, whoever begins."""
from support import POLICY, LabTest, example, ipsec_sas, main, strongswan, wait_until

REPLACE = [("enc=3desouter key=1", "enc=3desouter gro=2 key=1"), ("hea=both", "hea=none")]
USER, PASSWORD = "alice", "Wonder-land 7"


class Xauth(LabTest):
    def start(self, role, mode, password=PASSWORD, **options):
        """`role` is ours. The router knows the user as one who may not log in."""
        lines = [f'set isakmp pol="{POLICY}" mode={mode}']
        if role == "server":
            lines += [f'set isakmp pol="{POLICY}" xauth=server', f'add user={USER} pass="{PASSWORD}" priv=user lo=no']
        else:
            lines += [f'set isakmp pol="{POLICY}" xauth=client xauthn={USER} xauthp="{password}"']
        lab = self.lab(["peer2"])
        lab.up({"peer1": example("peer1", *lines, replace=REPLACE)}, aggressive="yes" if mode == "aggressive" else "no",
               xauth="client" if role == "server" else "server", xauth_user=USER,
               xauth_password=password if role == "server" else PASSWORD, **options)
        return lab, lab.routers["peer1"]

    def tunnel(self, role, mode, initiator):
        lab, router = self.start(role, mode)
        if initiator == "peer2":
            self.strongswan_calls(lab)
        lab.wait_for_tunnel()
        self.assert_ping(lab, 5)
        self.assert_ping(lab, 5, source="pc2", target="192.168.1.100")
        self.transfer(lab, megabytes=2)
        self.transfer(lab, megabytes=2, source="pc2", target="pc1", address="192.168.1.100")
        log = router.ctl("show log module=isakmp")
        self.assertIn(f"XAUTH user {USER} accepted", " ".join(log.split()))
        self.assertNotIn(PASSWORD, log)
        self.assertRegex(router.ctl("show isakmp counters=transaction"), r"xauthGood +1 +xauthFailed +0\b")
        self.assertRegex(router.ctl("show isakmp sa detail"), r"Do Xauth \.+ TRUE\n +Xauth Finished \.+ TRUE")

    def refused(self, role):
        lab, router = self.start(role, "main", password="nothing like it")
        if role == "server":
            self.assertFalse(strongswan.initiate(lab.network, "peer2", 5))
        else:
            lab.ping(1, deadline=2)
        words = {"server": f"XAUTH user {USER} refused: unknown name or wrong password",
                 "client": f"peer refused XAUTH user {USER}"}[role]
        self.assertTrue(wait_until(lambda: words in " ".join(router.ctl("show log module=isakmp").split()), 10, 0.5),
                        router.ctl("show log module=isakmp"))
        self.assertEqual(ipsec_sas(router), [])
        self.assertEqual(lab.ping(1, deadline=1)[0], 0)

    def test_wrong_password_for_the_router(self):
        self.refused("server")

    def test_wrong_password_of_the_router(self):
        self.refused("client")


for _role, _mode, _initiator in (("server", "main", "peer2"), ("server", "aggressive", "peer2"), ("client", "main", "peer1"),
                                 ("client", "aggressive", "peer1"), ("server", "main", "peer1"), ("client", "main", "peer2")):
    setattr(Xauth, f"test_{_role}_{_mode}_{_initiator}_initiates",
            lambda self, case=(_role, _mode, _initiator): self.tunnel(*case))
main()
