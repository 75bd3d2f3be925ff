"""The program's face as a script sees it: one-line errors, exit statuses, the control socket, the end on SIGTERM."""
import json
import os
import pty
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("ARROUTER", f"{TOP}/build/arrouter")
ROOT = os.geteuid() == 0


class ProgramTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="arrouter-program-")
        self.running = []

    def tearDown(self):
        for process in self.running:
            process.kill()
            process.communicate()
        shutil.rmtree(self.folder)

    def run_program(self, *words, text="", **options):
        return subprocess.run([PROGRAM, *words], input=text, text=True, capture_output=True, timeout=30, cwd=self.folder,
                              **options)

    def start(self, *words, env={}):
        """A router with a control socket; returns when it has said that it is ready."""
        process = subprocess.Popen([PROGRAM, "--control", "ctl", *words], text=True, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder,
                                   env=os.environ | env)
        self.running.append(process)
        self.ready = process.stdout.readline()
        return process

    def await_screen(self, command, text):
        deadline = time.monotonic() + 10
        while text not in self.run_program("ctl", "ctl", command).stdout:
            self.assertLess(time.monotonic(), deadline, f"{command}: no {text}")
            time.sleep(0.1)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        return path

    def assert_refused(self, expected, *words, status=3, **options):
        done = self.run_program(*words, **options)
        self.assertEqual(done.returncode, status, done)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertTrue(done.stderr.startswith("arrouter: "), done.stderr)
        self.assertIn(expected, done.stderr)


class StartUp(ProgramTest):
    def test_wrong_words_are_refused_in_one_line(self):
        self.assert_refused("unknown option --foo", "--foo")
        self.assert_refused("unknown model AR1", "--model", "AR1")
        self.assert_refused("interface eth9: the AR415S has eth0", "--interface", "eth9=memory")
        self.assert_refused("interface eth0: pigeon:1: ", "--interface", "eth0=pigeon:1")
        self.assert_refused("--config nowhere.cfg", "--config", "nowhere.cfg")
        self.assert_refused("--script nowhere", "--script", "nowhere")
        self.assert_refused("--capture eth9", "--capture", "eth9=x.pcapng")
        self.assert_refused("--capture eth0", "--capture", "eth0=nowhere/x.pcapng")
        self.assert_refused("nowhere", "check", "nowhere")

    def test_a_flash_that_cannot_be_used(self):
        self.write("file", "")
        self.assert_refused("flash: cannot make the directory", "--flash", "file/flash")

    def test_a_start_that_fails_leaves_no_flash_behind(self):
        self.assert_refused("interface eth9", "--flash", "new/flash", "--interface", "eth9=memory")
        self.assertEqual(os.listdir(self.folder), [])

    @unittest.skipUnless(ROOT and shutil.which("setpriv"), "dropping rights needs root")
    def test_an_unreadable_flash_is_called_by_its_name(self):
        flash = self.write("flash/nvs/x", "")[:-len("/nvs/x")]
        os.chmod(self.folder, 0o755)
        os.chmod(flash, 0o500)
        program = shutil.copy(PROGRAM, self.folder)
        done = subprocess.run(["setpriv", "--reuid", "65534", "--clear-groups", program, "--flash", flash],
                              text=True, capture_output=True, timeout=30)
        self.assertEqual(done.stderr, f"arrouter: flash: cannot use the directory {flash}: Permission denied\n")

    @unittest.skipUnless(ROOT, "mounting needs root")
    def test_a_full_disk(self):
        disk = os.path.join(self.folder, "disk")
        os.mkdir(disk)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", disk], check=True)
        try:
            with open(f"{disk}/filler", "wb") as file:
                file.write(bytes(12 << 10))
            self.assert_refused("no space left", "--flash", disk)
        finally:
            subprocess.run(["umount", disk], check=True)

    @unittest.skipUnless(ROOT and shutil.which("setpriv"), "dropping rights needs root")
    def test_without_the_right_to_open_a_tap(self):
        os.chmod(self.folder, 0o755)
        program = shutil.copy(PROGRAM, self.folder)
        done = subprocess.run(["setpriv", "--reuid", "65534", "--clear-groups", "--bounding-set", "-all", program,
                               "--interface", "eth0=tap:artest0"], text=True, capture_output=True, timeout=30)
        self.assertEqual(done.returncode, 3, done)
        self.assertRegex(done.stderr, r"^arrouter: interface eth0: tap:artest0: .+\n$")

    def test_an_occupied_console_port(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            self.assert_refused("tcp:127.0.0.1:", "--console", f"tcp:127.0.0.1:{other.getsockname()[1]}")

    def test_two_routers_do_not_share_a_flash_or_a_socket(self):
        self.start("--flash", "flash")
        self.assert_refused("another router uses the directory", "--flash", "flash")
        self.assert_refused("another router listens there", "--control", "ctl")


class Running(ProgramTest):
    def test_boot_reports_and_a_clean_end(self):
        self.write("flash/boot.cfg", "set system name=Peer1\nxyz\nset system location=Lab\n")
        process = self.start("--flash", "flash", "--name", "Peer1")
        self.assertEqual(self.ready, "arrouter: Peer1 (AR415S) ready\n")
        self.assertIn("SysLocation\nLab\n", self.run_program("ctl", "ctl", "show system").stdout)
        process.send_signal(signal.SIGTERM)
        _, complaints = process.communicate(timeout=10)
        self.assertEqual(process.returncode, 0)
        self.assertEqual(complaints, 'arrouter: boot.cfg:2: Error (3035256): Unknown command "xyz".\n')
        self.assertFalse(os.path.exists(os.path.join(self.folder, "ctl")))

    def test_how_far_it_has_come(self):
        self.assertEqual(self.run_program("health", "ctl").returncode, 4)
        self.write("flash/boot.cfg", "set system name=Peer1\nxyz\nset system location=Lab\n")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.bind(f"{self.folder}/notify")
            systemd.settimeout(10)
            process = self.start("--flash", "flash", "--ready", "ready", env={"NOTIFY_SOCKET": f"{self.folder}/notify"})
            status = "STATUS=0 of 0 interfaces up, 1 line refused, 0 of 0 tunnels up"
            self.assertEqual(systemd.recv(4096).decode(), "READY=1\n" + status)
            with open(f"{self.folder}/ready") as file:
                ready = json.load(file)
            self.assertEqual((ready["stage"], ready["refusedLines"]), ("configured", 1))
            refused = {"script": "boot.cfg", "line": 2, "error": 'Error (3035256): Unknown command "xyz".'}
            self.assertEqual(ready["refused"], [refused])
            self.assertIn("boot.cfg line 2: Error (3035256)", self.run_program("ctl", "ctl", "show log").stdout.replace(
                "\n" + " " * 31, " "))
            # As far as asked, but with a refused line; not so far; without refused lines after a restart without.
            asked = self.run_program("health", "ctl")
            self.assertEqual(asked.returncode, 1, asked)
            self.assertIn('  boot.cfg:2: Error (3035256): Unknown command "xyz".\n', asked.stdout)
            self.assertEqual(self.run_program("health", "ctl", "tunnels").returncode, 2)
            self.write("flash/boot.cfg", "set system name=Peer1\n")
            self.run_program("ctl", "ctl", "restart router")
            self.assertEqual(systemd.recv(4096).decode(), status.replace("1 line", "0 lines"))
            asked = self.run_program("health", "--json", "ctl", "started")
            self.assertEqual((asked.returncode, json.loads(asked.stdout)["screen"]["stage"]), (0, "configured"))
            process.send_signal(signal.SIGTERM)
            process.wait(10)
            self.assertEqual(systemd.recv(4096), b"STOPPING=1")
            self.assertFalse(os.path.exists(f"{self.folder}/ready"))
        self.assert_refused("--ready nowhere/ready", "--control", "ctl", "--ready", "nowhere/ready")

    def test_ctl_statuses_and_forms(self):
        self.start()
        self.assertEqual(self.run_program("ctl", "ctl", "show time").returncode, 0)
        self.assertEqual(self.run_program("ctl", "ctl", "disable system security_mode", "show time").returncode, 1)
        self.assertEqual(self.run_program("ctl", "ctl", "xyz", "show time").returncode, 2)
        self.assertEqual(self.run_program("ctl", "nowhere", "show time").returncode, 4)
        done = self.run_program("ctl", "ctl", text="# a comment\n\nshow time\n")
        self.assertEqual((done.returncode, len(done.stdout.splitlines())), (0, 1))
        done = self.run_program("ctl", "--json", "ctl", "show system", "xyz")
        system, unknown = map(json.loads, done.stdout.splitlines())
        self.assertEqual(system["command"], "show system")
        self.assertEqual(system["outcome"]["class"], "info")
        self.assertEqual((unknown["outcome"]["class"], unknown["outcome"]["number"]), ("error", 256))

    def test_nobody_at_a_console_is_waited_for(self):
        begun = time.monotonic()
        self.start("--console", "unix:console")
        self.assertEqual(self.run_program("ctl", "ctl", "restart reboot", "show time").returncode, 0)
        self.assertLess(time.monotonic() - begun, 2)

    def test_what_is_asked_during_a_start_waits_for_its_end(self):
        self.start("--console", "unix:console")
        with socket.socket(socket.AF_UNIX) as person:
            person.connect(os.path.join(self.folder, "console"))
            person.recv(100)
            self.run_program("ctl", "ctl", "set system name=Before", "restart reboot")
            begun = time.monotonic()
            self.assertNotIn("Before", self.run_program("ctl", "ctl", "show system").stdout)
            self.assertGreater(time.monotonic() - begun, 1)

    def test_restart_by_ctl(self):
        self.write("flash/boot.cfg", "set system name=Saved\n")
        self.start("--flash", "flash")
        self.assertEqual(self.run_program("ctl", "ctl", "set system name=Unsaved", "restart router").returncode, 0)
        time.sleep(0.2)
        self.assertIn("SysName\nSaved\n", self.run_program("ctl", "ctl", "show system").stdout)

    def test_a_killed_router_leaves_nothing_in_the_way(self):
        first = self.start("--flash", "flash")
        first.kill()
        first.wait()
        self.start("--flash", "flash")
        self.assertEqual(self.run_program("ctl", "ctl", "show time").returncode, 0)


    def test_a_ping_ends_with_the_client_that_asked(self):
        self.start("--interface", "eth0=memory")
        self.run_program("ctl", "ctl", "enable ip", "add ip int=eth0 ip=10.0.0.1")
        client = subprocess.Popen([PROGRAM, "ctl", "ctl", "ping 10.0.0.1 number=cont scr=no"], cwd=self.folder)
        self.await_screen("show ping", "in progress ............... Yes")
        client.kill()
        client.wait()
        self.await_screen("show ping", "in progress ............... No")


class LocalTerminal(ProgramTest):
    def setUp(self):
        super().setUp()
        self.terminal, end = pty.openpty()
        self.running.append(subprocess.Popen([PROGRAM, "--console", "stdio"], stdin=end, stdout=end, stderr=end,
                                             cwd=self.folder))
        os.close(end)

    def tearDown(self):
        super().tearDown()
        os.close(self.terminal)

    def read_until(self, ending):
        screen, deadline = "", time.monotonic() + 10
        while not screen.endswith(ending) and time.monotonic() < deadline:
            if select.select([self.terminal], [], [], 0.1)[0]:
                screen += os.read(self.terminal, 4096).decode()
        return screen

    def test_the_boot_screen_and_the_end_of_file_key(self):
        boot = self.read_until("login: ")
        self.assertIn("\r\nForce EPROM download (Y) ? \r\nINFO: Initial download successful.\r\n", boot)
        self.assertTrue(boot.endswith("INFO: Router startup complete\r\n\r\narrouter: (AR415S) ready\r\n\r\nlogin: "))
        os.write(self.terminal, b"\x04manager\r")
        self.assertEqual(self.read_until("Password: "), "manager\r\nPassword: ")
        os.write(self.terminal, b"friend\r")
        self.assertEqual(self.read_until("Manager > "), "\r\n\r\nManager > ")
        os.write(self.terminal, b"\x04restart router\r")
        restart = self.read_until("login: ")
        self.assertTrue(restart.startswith("restart router\r\n\r\nINFO: Initialising Flash File System.\r\n"), restart)
        self.assertTrue(restart.endswith("INFO: Router startup complete\r\n\r\nlogin: "), restart)

    def test_a_key_leaves_the_boot_script_out(self):
        self.read_until("login: ")
        for line, prompt in ((b"manager", "Password: "), (b"friend", "Manager > "), (b"set system name=Saved", "Manager Saved> "),
                             (b"create config=boot.cfg", "Manager Saved> "), (b"restart reboot", "(Y) ? ")):
            os.write(self.terminal, line + b"\r")
            self.assertTrue(self.read_until(prompt).endswith(prompt))
        begun = time.monotonic()
        os.write(self.terminal, b"n")
        self.assertNotIn("Executing", self.read_until("\r\nlogin: "))
        self.assertLess(time.monotonic() - begun, 1.5)
        os.write(self.terminal, b"manager\r")
        self.read_until("Password: ")
        os.write(self.terminal, b"friend\r")
        self.read_until("Manager > ")
        os.write(self.terminal, b"restart reboot\r")
        self.assertTrue(self.read_until("Saved login: ").endswith("Saved login: "))


class Lines(ProgramTest):
    def test_commands_run_and_end_the_program(self):
        done = self.run_program("--command", "set system name=Peer1", "--command", "show time")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^Info \(1034003\): Operation successful\.\nSystem time is .*\n$")
        self.assertEqual(self.run_program("--command", "xyz", "--command", "show time").returncode, 2)

    def test_background_work_is_waited_for(self):
        done = self.run_program("--command", "enable ip", "--command", "add ip int=vlan1 ip=10.0.0.1",
                                "--command", "ping 10.0.0.1 number=2")
        self.assertEqual(done.stdout.count("Echo reply"), 2, done)

    def test_a_script_from_standard_input_as_json(self):
        done = self.run_program("--script", "-", "--json", text="show time\n# no\nxyz\n")
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([answer["outcome"]["class"] for answer in answers if answer["command"]][-1], "error")
        self.assertEqual(done.returncode, 2)

    def test_check_names_every_refused_line(self):
        bad = self.write("bad.cfg", "enable ip\nfoo\nset system name=x\nadd ip int=eth7 ip=1.2.3.4\n")
        done = self.run_program("check", bad)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stdout, r"bad.cfg:2: Error \(3035256\)")
        self.assertRegex(done.stdout, r"bad.cfg:4: Error")
        self.assertNotIn("bad.cfg:1", done.stdout)
        good = self.run_program("check", f"{TOP}/config/examples/peer1.cfg")
        self.assertEqual((good.returncode, good.stdout), (0, ""))

    def test_the_reference_has_every_module(self):
        rows = [line.split("\t") for line in self.run_program("reference", "--rows").stdout.splitlines()]
        modules = {row[0] for row in rows}
        self.assertTrue({"ip", "enco", "isakmp", "ipsec", "log", "system", "user", "file", "install"} <= modules, modules)
        self.assertIn("CREate ISAkmp POLicy=", self.run_program("reference").stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
