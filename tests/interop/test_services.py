"""Services of the network round a router, each by a program nobody here wrote."""
import os
import unittest

from support import LabTest, wait_until


class Tftp(LabTest):
    """Debian's tftpd-hpa on a PC of the LAN."""

    def setUp(self):
        super().setUp()
        self.site = self.lab()
        self.site.up()
        self.router = self.site.routers["peer1"]
        self.folder = f"{self.site.network.folder}/tftp"
        os.mkdir(self.folder)
        os.chmod(self.folder, 0o777)
        self.site.network.start("tftpd", ["/usr/sbin/in.tftpd", "--foreground", "--create", "--user", "root", "--secure",
                                          self.folder], node="pc1")
        self.assertTrue(wait_until(lambda: ":69" in self.site.network.exec("pc1", "ss", "-lnu").stdout, 10))

    def test_files_go_both_ways(self):
        for size in (0, 1, 511, 512, 513, 100_000):
            content = os.urandom(size).hex()[:size]
            with open(f"{self.folder}/a{size}.txt", "w") as file:
                file.write(content)
            said = self.router.ctl(f"load file=a{size}.txt server=192.168.1.100")
            self.assertIn("Info (1048270): File transfer successfully completed.", said)
            said = self.router.ctl(f"upload file=a{size}.txt destfile=b{size}.txt server=192.168.1.100")
            self.assertIn("Info (1048270): File transfer successfully completed.", said)
            with open(f"{self.folder}/b{size}.txt") as file:
                self.assertEqual(file.read(), content)

    def test_a_file_that_is_not_there(self):
        said = self.router.ctl("load file=none.txt server=192.168.1.100", check=False)
        self.assertIn("Error (3048271): File transfer failed: File not found.", said)


if __name__ == "__main__":
    if os.geteuid() != 0:
        raise SystemExit(77)
    unittest.main(verbosity=2)
