"""AUTHTYPE=RSASIG with raw keys: strongSwan's IKEv1 as the other end. Each side has the other's public key from a
file; the router writes its own with CREATE ENCO KEY … FILE=. With HYBRIDXAUTH only the server of XAUTH uses a key."""
import shutil
import subprocess

from support import LabTest, example, ipsec_sas, main, strongswan

POLICY = 'set isakmp pol="wiz_Peer1 to Peer2"'
DN = "cn=peer1,o=Example"
USER, PASSWORD = "alice", "Wonder-land 7"
# Ours: what the router is told, and what strongSwan is.
XAUTH = {"": ([], {}),
         "server": ([f"{POLICY} xauth=server", f'add user={USER} pass="{PASSWORD}" priv=user lo=no'],
                    dict(xauth="client", xauth_user=USER, xauth_password=PASSWORD)),
         "client": ([f'{POLICY} xauth=client xauthn={USER} xauthp="{PASSWORD}"'],
                    dict(xauth="server", xauth_user=USER, xauth_password=PASSWORD))}


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True)


class RawKeys(LabTest):
    def peers(self, mode="main", ids=False, wrong_key=False, xauth="", hybrid=False):
        lab = self.lab(["peer2"])
        replace = [("enc=3desouter key=1", f"enc=3desouter gro=2 auth=rsasig localr=10 key=11 mode={mode}"),
                   ("hea=both", "hea=none")]
        extra = [f'{POLICY} localid="{DN}" remoteid=peer2.example'] if ids else []
        lines, second_round = XAUTH[xauth]
        extra += lines + [f"{POLICY} hybridxauth=on"] * hybrid
        settings = dict(ike="3des-sha1-modp1024", esp="3des-sha1", aggressive="yes" if mode == "aggressive" else "no",
                        **second_round)
        lab.up({"peer1": example("peer1", *extra, replace=replace)}, **settings)

        router, folder = lab.routers["peer1"], lab.network.folder
        # The control socket waits for the key; the terminal of a person would not.
        self.assertIn("process completed", router.ctl("create enco key=10 type=rsa length=1024"))
        router.ctl("create enco key=10 type=rsa file=own.key format=niq")
        openssl("genrsa", "-out", f"{folder}/peer2.pem", "2048")
        openssl("rsa", "-in", f"{folder}/peer2.pem", "-pubout", "-out", f"{folder}/peer2.pub")
        shown = f"{folder}/peer2.pub"
        if wrong_key:
            shown = f"{folder}/other.pub"
            openssl("genrsa", "-out", f"{folder}/other.pem", "1024")
            openssl("rsa", "-in", f"{folder}/other.pem", "-pubout", "-out", shown)
        shutil.copy(shown, f"{router.flash}/peer.key")
        router.ctl("create enco key=11 type=rsa file=peer.key format=niq")
        # Left alone, strongSwan would name itself and us by the keys.
        own, peer = ("peer2.example", '"CN=peer1, O=Example"') if ids else ("200.200.200.1", "100.100.100.1")
        settings.update(local_id=own, remote_id=peer, hybrid=hybrid)
        keys = (f"{folder}/peer2.pem", f"{folder}/peer2.pub", f"{router.flash}/own.key")
        strongswan.reload(lab.network, "peer2", local="200.200.200.1", remote="100.100.100.1",
                          local_ts="192.168.2.0/24", remote_ts="192.168.1.0/24", raw_keys=keys, **settings)
        return lab

    def tunnel(self, mode, initiator, ids, xauth="", hybrid=False):
        lab = self.peers(mode, ids, xauth=xauth, hybrid=hybrid)
        if initiator == "peer2":
            self.strongswan_calls(lab)
        lab.wait_for_tunnel()
        self.assert_ping(lab, 5)
        self.assert_ping(lab, 5, source="pc2", target="192.168.1.100")
        self.assertIn("INSTALLED", strongswan.sas(lab.network, "peer2"))
        log = strongswan.log(lab.network, "peer2")
        if not (hybrid and xauth == "client"):  # then strongSwan signs and has nothing to check
            self.assertIn("with RSA_EMSA_PKCS1_NULL successful", log)
        detail = lab.routers["peer1"].ctl("show isakmp sa detail")
        self.assertIn("RSASIG", detail)
        self.assertRegex(detail, rf"Do Xauth \.+ {'TRUE' if xauth else 'FALSE'}\n +Xauth Finished \.+ TRUE")

    def test_wrong_public_key(self):
        lab = self.peers(wrong_key=True)
        self.assertFalse(strongswan.initiate(lab.network, "peer2", seconds=5))
        words = " ".join(lab.routers["peer1"].ctl("show log").split())
        self.assertIn("authentication failed (RSA signature does not fit key 11)", words)
        self.assertEqual(ipsec_sas(lab.routers["peer1"]), [])


for mode in ("main", "aggressive"):
    for initiator in ("peer1", "peer2"):
        for ids in (False, True):
            name = f"test_{mode}_{'names' if ids else 'addresses'}_{initiator}_initiates"
            setattr(RawKeys, name, lambda self, a=(mode, initiator, ids): self.tunnel(*a))
    for role, initiator in (("server", "peer2"), ("client", "peer1")):
        setattr(RawKeys, f"test_{mode}_xauth_{role}", lambda self, a=(mode, initiator, False, role): self.tunnel(*a))
        setattr(RawKeys, f"test_{mode}_hybrid_{role}",
                lambda self, a=(mode, initiator, False, role, True): self.tunnel(*a))
main()
