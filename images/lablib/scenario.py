"""Faults to be found: config/scenarios/NN.scenario, numbered as tests/sim/scenarios numbers them. One entry a line:

    title: what is wrong                       complaint: what the user of PC1 says
    begin: tunnel                              the fault comes when the tunnel is up; else before the first packet
    fault ROUTER: COMMAND                      ROUTER is peer1, peer2 or both
    answered: both | nobody | pc1 | pc2        whose pings are answered while the fault is there
    look ROUTER: SCREEN => TEXT                a screen that shows it ("=/>": that lacks what should be there)
    mend ROUTER: COMMAND                       the Note's step 7 on both routers follows
"""
import glob
import os
import re

from network import LabError, read
from router import TOP

FOLDER = f"{TOP}/config/scenarios"
STEP_7 = ("disable ipsec", "disable isakmp", "enable isakmp", "enable ipsec")


class Scenario:
    def __init__(self, number):
        try:
            text = read(f"{FOLDER}/{int(number):02}.scenario")
        except (OSError, ValueError):
            raise LabError(f"no scenario {number}: images/lab scenarios lists them") from None
        self.number = int(number)
        self.entries = [re.fullmatch(r"(\w+)(?: (\w+))?: (.*)", line).groups() for line in text.splitlines()]

    def one(self, kind):
        return next((text for found, _, text in self.entries if found == kind), "")

    def orders(self, kind):
        """(peer1 or peer2, command) of each fault or mend line."""
        return [(peer, text) for found, where, text in self.entries if found == kind
                for peer in (("peer1", "peer2") if where == "both" else (where,))]

    def looks(self):
        """(router, screen, text, whether it is shown there)."""
        for router, entry in self.orders("look"):
            screen, absent, text = re.fullmatch(r"(.*) =(/?)> (.*)", entry).groups()
            yield router, screen, text, not absent

    def solution(self):
        lines = [f"{self.number}. {self.one('title')}.", "", "Seen by"]
        lines += [f"  {router}> {screen:<44} {'shows' if shown else 'does not show'} {text}"
                  for router, screen, text, shown in self.looks()]
        lines += ["", "Mended by"] + [f"  {router}> {line}" for router, line in self.orders("mend")]
        return "\n".join(lines + ["then, on both routers", *(f"  {line}" for line in STEP_7)])


def all_scenarios():
    return [Scenario(os.path.basename(path).split(".")[0]) for path in sorted(glob.glob(f"{FOLDER}/*.scenario"))]
