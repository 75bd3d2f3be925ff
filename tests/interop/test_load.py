"""LOAD by HTTP from Python's own server."""
import os
import sys
import unittest

from remote import Remote
from support import main, wait_until


class Load(unittest.TestCase):
    def test_a_file_by_http_is_whole(self):
        lab = Remote("l")
        self.addCleanup(lab.down)
        folder = f"{lab.network.folder}/www"
        os.makedirs(f"{folder}/update")
        content = "\n".join(f"# line {number} " + "x" * 70 for number in range(20000)) + "\n"
        with open(f"{folder}/update/big.cfg", "w") as file:
            file.write(content)
        lab.network.start("www", [sys.executable, "-u", "-m", "http.server", "--directory", folder, "8000"], node="pc")
        self.assertTrue(wait_until(lambda: "Serving HTTP" in lab.network.output("www"), 10))
        load = "load method=http server=192.168.7.2 servport=8000 file="
        self.assertIn("Info (1048270): File transfer successfully completed.", lab.router.ctl(load + "update/big.cfg"))
        with open(f"{lab.router.flash}/big.cfg") as file:
            self.assertEqual(file.read(), content)
        self.assertIn("File transfer failed: 404 File not found.", lab.router.ctl(load + "none.cfg", check=False))
        self.assertFalse(os.path.exists(f"{lab.router.flash}/none.cfg"))
        refused = lab.router.ctl("load method=http server=192.168.7.2 file=x.cfg", check=False)
        self.assertIn("File transfer failed: Connection refused.", refused)


main()
