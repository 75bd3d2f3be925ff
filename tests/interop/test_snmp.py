"""The SNMP agent against Net-SNMP: walks, single requests, sets, traps."""
import re

import people
from desk import LAN, PC, DeskTest
from support import main, wait_until

MIB_2, ALLIED = ".1.3.6.1.2.1", ".1.3.6.1.4.1.207"
QUIET = ("-On", "-t", "2", "-r", "1", "-m", "")


CONFIGURATION = (
    "set system name=Peer1 contact=noc",
    "enable snmp",
    "enable snmp authenticate_trap",
    "create snmp community=public open=on",
    f"create snmp community=private access=write manager={PC} traphost={PC} v2ctraphost={PC}",
    "enable snmp community=private trap",
    "create snmp community=elsewhere manager=192.168.1.7",
    "enable interface=eth0 linktrap",
)


class Requests(DeskTest):
    configuration = CONFIGURATION

    def walk(self, program, *words, root=MIB_2, community="public"):
        """{name: value} of a walk, checked to be in order."""
        version = "1" if program == "snmpwalk1" else "2c"
        lines = self.pc(program.rstrip("1"), "-v", version, "-c", community, *QUIET, *words, LAN, root).splitlines()
        found = dict(line.split(" = ", 1) for line in lines if " = " in line and "No more variables" not in line)
        names = [[int(part) for part in name.strip(".").split(".")] for name in found]
        self.assertEqual(names, sorted(names))
        return found

    def get(self, *names, version="2c", community="public", **options):
        return self.pc("snmpget", "-v", version, "-c", community, *QUIET, LAN, *names, **options)

    def test_walks_agree(self):
        by_next, by_bulk = self.walk("snmpwalk"), self.walk("snmpbulkwalk", "-Cr40")
        self.assertEqual(by_next.keys(), by_bulk.keys())
        for group in range(1, 8):
            self.assertTrue(any(name.startswith(f"{MIB_2}.{group}.") for name in by_next), f"group {group}")
        self.assertIn(f"{MIB_2}.31.1.1.1.6.1", by_next)
        first_version = self.walk("snmpwalk1")
        self.assertEqual(first_version.keys(), {n for n, value in by_next.items() if "Counter64" not in value})
        self.assertEqual(by_next[f"{MIB_2}.1.5.0"], 'STRING: "Peer1"')
        self.assertEqual(by_next[f"{MIB_2}.1.2.0"], f"OID: {ALLIED}.1.1.71")
        self.assertIn('"Allied Telesis AR415S version 2.9.1-00 16-Oct-2006"', by_next[f"{MIB_2}.1.1.0"])
        self.assertEqual(by_next[f"{MIB_2}.4.20.1.1.{LAN}"], f"IpAddress: {LAN}")
        # The PC's own address is what the router learnt by ARP.
        index = by_next[f"{MIB_2}.4.20.1.2.{LAN}"].split()[-1]
        self.assertEqual(by_next[f"{MIB_2}.4.22.1.3.{index}.{PC}"], f"IpAddress: {PC}")
        own = self.walk("snmpwalk", root=ALLIED)
        self.assertEqual(own[f"{ALLIED}.8.4.4.5.2.1.2.1"], f"OID: {ALLIED}.8.4.4.1.1.276")
        self.assertEqual(own[f"{ALLIED}.8.4.4.5.2.1.5.1"], 'STRING: "62058120"')
        self.assertIn(f"{ALLIED}.8.4.4.3.3.3.0", own)

    def test_figures_are_the_screens(self):
        self.pc("ping", "-n", "-c", "5", "-i", "0.1", LAN)
        said = self.get(f"{MIB_2}.5.8.0", f"{MIB_2}.5.22.0")  # icmpInEchos, icmpOutEchoReps
        self.assertEqual(re.findall(r"Counter32: (\d+)", said), ["5", "5"])
        screen = self.router.ctl("show ip counter=icmp")
        self.assertRegex(screen, r"inEchos \.+ 5 ")
        self.router.ctl("set eth=0 speed=10mhalf")
        self.assertIn("Gauge32: 10000000\n", self.get(f"{MIB_2}.2.2.1.5.1") + "\n")  # ifSpeed
        self.assertRegex(self.router.ctl("show interface=eth0"), r"ifSpeed\.+ 10000000\n")

    def test_both_versions_say_what_there_is_not(self):
        missing = f"{MIB_2}.99.0"
        self.assertIn("No Such Object", self.get(missing))
        self.assertIn("No Such Instance", self.get(f"{MIB_2}.1.1.7"))
        done = self.network.exec("pc", "snmpget", "-v", "1", "-c", "public", *QUIET, LAN, missing, check=False)
        self.assertIn("noSuchName", done.stderr)

    def test_set_by_those_who_may(self):
        def put(community, name, kind, value, version="2c"):
            return self.network.exec("pc", "snmpset", "-v", version, "-c", community, *QUIET, LAN, name, kind, value, check=False)

        self.assertIn("Branch", put("private", f"{MIB_2}.1.5.0", "s", "Branch").stdout)
        self.assertIn("SysName\nBranch", self.router.ctl("show system"))
        self.assertIn('set system name="Branch"', self.router.ctl("show config dynamic=sys"))
        self.assertIn("noAccess", put("public", f"{MIB_2}.1.5.0", "s", "x").stderr)
        self.assertIn("noSuchName", put("public", f"{MIB_2}.1.5.0", "s", "x", "1").stderr)
        self.assertIn("wrongType", put("private", f"{MIB_2}.1.5.0", "i", "1").stderr)
        self.assertIn("wrongLength", put("private", f"{MIB_2}.1.5.0", "s", "x" * 256).stderr)
        self.assertIn("notWritable", put("private", f"{MIB_2}.1.1.0", "s", "x").stderr)
        self.assertIn("INTEGER: 2", put("private", f"{MIB_2}.4.1.0", "i", "2").stdout)
        self.assertRegex(self.router.ctl("show ip"), r"IP Packet Forwarding \.+ DISABLED")

    def test_an_interface_is_switched_off_and_on(self):
        status = f"{MIB_2}.2.2.1.7.1"
        put = lambda value, community="private": self.network.exec(
            "pc", "snmpset", "-v", "2c", "-c", community, *QUIET, LAN, status, "i", value, check=False)
        self.assertIn("noAccess", put("2", "public").stderr)
        self.assertIn("wrongValue", put("3").stderr)
        self.assertIn("INTEGER: 2", put("2").stdout)
        self.assertRegex(self.router.ctl("show interface"), r"1   eth0 +Down +Down")
        self.assertIn("INTEGER: 2", self.get(f"{MIB_2}.2.2.1.8.1"))
        self.assertIn("INTEGER: 1", put("1").stdout)
        self.assertRegex(self.router.ctl("show interface"), r"1   eth0 +Up +Up")

    def test_the_whole_tree_ends(self):
        for program in (("snmpbulkwalk", "-v", "2c", "-Cr2000"), ("snmpwalk", "-v", "2c"), ("snmpwalk", "-v", "1")):
            done = self.network.exec("pc", *program, "-c", "public", *QUIET, LAN, ".1", check=False)
            end = "End of MIB" if program[2] == "1" else "past the end of the MIB tree"
            self.assertIn(end, done.stdout + done.stderr)
            self.assertGreater(len(done.stdout.splitlines()), 200)

    def test_nobody_else_is_answered(self):
        for community in ("wrong", "elsewhere", "Public"):
            done = self.network.exec("pc", "snmpget", "-v", "2c", "-c", community, "-t", "0.3", "-r", "0", "-m", "", LAN,
                                     f"{MIB_2}.1.1.0", check=False)
            self.assertIn("Timeout", done.stderr)
        screen = self.router.ctl("show snmp")
        self.assertRegex(screen, r"inBadCommunityNames \.+ 3 ")

    def test_answers_come_from_the_address_that_was_asked(self):
        self.assertIn("Peer1", self.pc("snmpget", "-v", "2c", "-c", "public", *QUIET, "10.0.0.1", f"{MIB_2}.1.5.0"))
        self.router.ctl("set ip local ip=10.9.9.9")
        self.assertIn("Peer1", self.get(f"{MIB_2}.1.5.0"))


class Traps(DeskTest):
    configuration = CONFIGURATION

    def boot(self):
        super().boot()
        with open(f"{self.network.folder}/snmptrapd.conf", "w") as file:
            file.write("disableAuthorization yes\n")
        self.network.start("snmptrapd", ["snmptrapd", "-f", "-Lo", "-On", "-m", "", "-C", "-c", f"{self.network.folder}/snmptrapd.conf",
                                         "udp:162"], node="pc")
        wait_until(lambda: ":162" in self.pc("ss", "-lnu"), 10)

    def traps(self, pattern, count=1, seconds=10):
        found = lambda: re.findall(pattern, self.network.output("snmptrapd"))
        self.assertTrue(wait_until(lambda: len(found()) >= count, seconds), self.network.output("snmptrapd"))
        return found()

    def test_traps_of_both_versions(self):
        self.network.exec("pc", "snmpget", "-v", "1", "-c", "wrong", "-t", "0.3", "-r", "0", "-m", "", LAN, f"{MIB_2}.1.1.0", check=False)
        self.traps(r"Authentication Failure Trap")  # version 1
        self.traps(r"\.1\.3\.6\.1\.6\.3\.1\.1\.4\.1\.0 = OID: \.1\.3\.6\.1\.6\.3\.1\.1\.5\.5")  # version 2
        self.router.ctl("lab port=eth0 down")
        self.traps(r"Link Down Trap")
        self.traps(r"\.1\.3\.6\.1\.6\.3\.1\.1\.5\.3\b.*\.1\.3\.6\.1\.2\.1\.2\.2\.1\.1\.1 = INTEGER: 1\b")
        self.router.ctl("lab port=eth0 up")
        self.traps(r"Link Up Trap")
        self.traps(r"\.1\.3\.6\.1\.6\.3\.1\.1\.5\.4\b")

    def test_the_firewall_tells_of_attacks(self):
        self.router.ctl("enable firewall", "create firewall policy=net", "add firewall policy=net int=vlan1 type=private",
                        "add firewall policy=net int=eth0 type=public", "enable firewall notify=snmp")
        self.pc("ping", "-n", "-c", "1", LAN)  # the trap host is known
        self.network.exec("pc", "nmap", "-n", "-Pn", "-sS", "-p", "1-400", "--max-retries", "0", "--host-timeout", "20s",
                          "-e", "eth1", "10.0.0.1", check=False)
        trap = r"\.1\.3\.6\.1\.4\.1\.207\.8\.4\.4\.4\.77"
        self.traps(rf"OID: {trap}\.0\.1\b.*{trap}\.1\.0 = STRING: .*10\.0\.0\.100", seconds=30)
        self.assertIn("10.0.0.100", self.pc("snmpget", "-v", "2c", "-c", "public", *QUIET, LAN, f"{ALLIED}.8.4.4.4.77.1.0"))

    def test_a_lock_out_is_told(self):
        self.pc("ping", "-n", "-c", "1", LAN)  # the trap host is known
        for _ in range(5):
            self.assertIn("denied", people.log_in(self.network, "pc", LAN, "bob", "guess"))
        tty = r"\.1\.3\.6\.1\.4\.1\.207\.8\.4\.4\.4\.36\.100"
        objects = rf'{tty}\.1\.0 = STRING: "bob"\s+{tty}\.2\.0 = IpAddress: {re.escape(PC)}\s+{tty}\.3\.0 = INTEGER: 5\b'
        self.traps(rf"{tty} Enterprise Specific Trap \(11\)(.|\n)*?{objects}")  # version 1
        self.traps(rf"\.4\.1\.0 = OID: {tty}\.11\s+{objects}")  # version 2

    def test_a_restart_is_told(self):
        self.router.ctl("restart router")
        # The trap waits until the interface is there and the trap host answers ARP.
        self.traps(r"Warm Start Trap", seconds=20)
        self.traps(r"\.1\.3\.6\.1\.6\.3\.1\.1\.5\.2\b")


if __name__ == "__main__":
    main()
