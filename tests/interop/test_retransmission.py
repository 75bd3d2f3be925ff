"""The retransmission timetable on a real wire: MSGTIMEOUT=1 makes the gaps 1, 2, 4, 6, 8 s."""
import re
import subprocess

from support import LabTest, example, main, wait_until


class Timetable(LabTest):
    def test_gaps_and_give_up(self):
        lab = self.lab()
        slow = [("sendd=true", "msgt=1 msgr=4 sendd=true")]
        lab.up({"peer1": example("peer1", replace=slow), "peer2": example("peer2", replace=[("enable isakmp\n", "")])})
        file = f"{lab.network.folder}/wan.pcap"
        lab.network.start("capture", ["tcpdump", "-U", "--immediate-mode", "-ni", "to-peer1", "-w", file, "udp", "port", "500"], node="internet")
        self.assertTrue(wait_until(lambda: "listening on" in lab.network.output("capture"), 10))
        lab.ping(1, deadline=1)
        router = lab.routers["peer1"]
        self.assertTrue(wait_until(lambda: "retransmission limit" in router.ctl("show log module=isakmp").replace("\n" + " " * 31, " "), 40))
        lab.network.stop("capture")
        text = subprocess.run(["tcpdump", "-ttnr", file], text=True, capture_output=True).stdout
        times = [float(t) for t in re.findall(r"^(\d+\.\d+) IP 100\.100\.100\.1\.500 > 200\.200\.200\.1\.500", text, re.MULTILINE)]
        gaps = [b - a for a, b in zip(times, times[1:])]
        self.assertEqual(len(gaps), 4, text)
        for gap, wanted in zip(gaps, (1, 2, 4, 6)):
            self.assertAlmostEqual(gap, wanted, delta=0.25)
        self.assertEqual(router.ctl("show isakmp exchange").count("MAIN"), 0)


main()
