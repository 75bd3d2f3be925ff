"""strongSwan and a router renew each other's SAs under a stream of pings, by seconds and by kilobytes, whoever began:
no ping is lost."""
import re

from support import LabTest, example, main, policy_counters

RATE = 250  # pings a second


def bundles_made(router):
    return int(re.search(r"bundleCreate\s+(\d+)", router.ctl("show ipsec counters=setup"))[1])


class Renewals(LabTest):
    def renewals(self, initiator, seconds, *lines, **settings):
        lab = self.lab(["peer2"])
        replace = [("enc=3desouter key=1", "enc=3desouter gro=2 key=1"), ("hea=both", "hea=none")]
        lab.up({"peer1": example("peer1", *lines, replace=replace)}, **settings)
        router = lab.routers["peer1"]
        if initiator == "them":
            self.strongswan_calls(lab)
        lab.wait_for_tunnel()
        count = seconds * RATE
        said = lab.network.exec("pc1", "ping", "-n", "-q", "-s", 1000, "-i", 1 / RATE, "-c", count, "-W", 3, "192.168.2.100",
                                check=False).stdout
        created = bundles_made(router)
        self.assertIn(f"{count} received, 0% packet loss", said, f"{created} bundles\n{policy_counters(router)}")
        self.assertGreater(created, 2)

    def test_strongswan_renews_what_it_began(self):
        self.renewals("them", 20, esp_life=10)

    def test_strongswan_renews_what_the_router_began(self):
        self.renewals("us", 20, esp_life=10)

    def test_router_renews_by_kilobytes_what_it_began(self):
        self.renewals("us", 5, "set ipsec bund=1 expirykb=400")

    def test_router_renews_by_kilobytes_what_strongswan_began(self):
        self.renewals("them", 5, "set ipsec bund=1 expirykb=400")


main()
