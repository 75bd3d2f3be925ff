"""ike-scan at a router: what it answers, what it refuses, and the back-off of an exchange that the other end leaves open."""
import re

from support import HowTo, LabTest, POLICY, PREFIX, example, main

GAPS = [0, 1, 2, 4, 6]  # MSGTIMEOUT=1 MSGRETRYLIMIT=4; the first is the answer itself
SILENCE = 8  # seconds without a packet that end --showbackoff: more than the longest gap
# One policy for each mode: ike-scan's two runs go side by side.
POLICIES = [(f'pol="{POLICY}" pe=200.200.200.1 enc=3desouter key=1', f'pol="{POLICY}" pe=any enc=3desouter gro=2 key=1'),
            ("sendd=true sendn=true hea=both", "sendn=true remoteid=any msgt=1 msgr=4")]
AGGRESSIVE = ["create isakmp pol=aggressive pe=any mode=aggressive enc=3desouter gro=2 key=1",
              "set isakmp pol=aggressive sendn=true remoteid=any msgt=1 msgr=4"]
MODES = {"Main": (), "Aggressive": ("--aggressive", "--id=scan", "--dhgroup=2")}


class IkeScan(LabTest):
    def command(self, mode, *words):
        return ["ike-scan", "--sport=0", *MODES[mode], *words, "100.100.100.1"]

    def test_answers_refusals_and_backoff(self):
        lab = HowTo(f"{PREFIX}i")
        self.labs.append(lab)
        lab.up({"peer1": example("peer1", *AGGRESSIVE, replace=POLICIES)})
        for mode in MODES:
            with self.subTest(mode=mode):
                scan = lab.network.exec("internet", *self.command(mode, "--multiline", "--trans=5,2,1,2")).stdout
                self.assertRegex(scan, rf"100\.100\.100\.1\s+{mode} Mode Handshake returned", scan)
                for word in ("Enc=3DES", "Hash=SHA1", "Auth=PSK", "Group=2:modp1024", "LifeType=Seconds"):
                    self.assertIn(word, scan)
                scan = lab.network.exec("internet", *self.command(mode, "--trans=7/128,2,1,2")).stdout
                self.assertIn("NO-PROPOSAL-CHOSEN", scan)
        runs = {mode: lab.network.start(mode, self.command(mode, f"--showbackoff={SILENCE}", "--trans=5,2,1,2"),
                                        node="internet") for mode in MODES}
        for mode, process in runs.items():
            with self.subTest(mode=mode, what="back-off"):
                process.wait(60)
                scan = lab.network.output(mode)
                gaps = [round(float(gap)) for gap in re.findall(r"^100\.100\.100\.1\s+\d+\s+\S+\s+([\d.]+)", scan, re.M)]
                self.assertEqual(gaps, GAPS, scan)


main()
