#!/usr/bin/env python3
"""`saiten fmt` as people and CI call it: fmt.py SAITEN."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SAITEN = Path(sys.argv.pop(1)).resolve()
UGLY = "let   a =   1  // 一\nlet   b =   2\n"
NICE = "let a = 1  // 一\nlet b = 2\n"


class Fmt(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        (self.root / "ugly.rules").write_text(UGLY)
        (self.root / "nice.rules").write_text(NICE)

    def fmt(self, *words, given=None):
        done = subprocess.run([SAITEN, "fmt", *words, "--lang", "en"], cwd=self.root, input=given, capture_output=True,
                              text=True)
        return done.returncode, done.stdout, done.stderr

    def test_writes_what_is_not_in_style(self):
        before = (self.root / "nice.rules").stat()
        code, out, err = self.fmt()
        self.assertEqual((code, out), (0, ""), err)
        self.assertIn("1 files changed, 1 were in style already", err)
        self.assertEqual((self.root / "ugly.rules").read_text(), NICE)
        self.assertEqual((self.root / "nice.rules").stat().st_mtime_ns, before.st_mtime_ns, "written without need")

    def test_check_names_the_files_and_writes_nothing(self):
        self.assertEqual(self.fmt("--check")[:2], (1, "ugly.rules\n"))
        self.assertEqual((self.root / "ugly.rules").read_text(), UGLY)
        self.assertEqual(self.fmt("--check", "nice.rules")[:2], (0, ""))

    def test_diff_can_be_applied(self):
        code, out, _ = self.fmt("--diff")
        self.assertEqual(code, 1)
        self.assertEqual((self.root / "ugly.rules").read_text(), UGLY)
        subprocess.run(["git", "apply", "-"], cwd=self.root, input=out, text=True, check=True)
        self.assertEqual((self.root / "ugly.rules").read_text(), NICE)
        self.assertEqual(self.fmt("--diff")[:2], (0, ""))

    def test_stdin(self):
        self.assertEqual(self.fmt("--stdin", given=UGLY)[:2], (0, NICE))
        self.assertEqual(self.fmt("--stdin", "--check", given=UGLY)[:2], (1, "stdin\n"))

    def test_range(self):
        code, out, _ = self.fmt("--stdin", "--range", "2", given=UGLY)
        self.assertEqual((code, out), (0, "let   a =   1  // 一\nlet b = 2\n"))
        self.assertEqual(self.fmt("ugly.rules", "--range", "1-1")[0], 0)
        self.assertEqual((self.root / "ugly.rules").read_text(), "let a = 1  // 一\nlet   b =   2\n")
        for wrong in ["0", "x", "3-2", "1-", "-1"]:
            code, _, err = self.fmt("ugly.rules", f"--range={wrong}")
            self.assertEqual(code, 2, wrong)
            self.assertIn("names no lines", err)
        code, _, err = self.fmt("--range", "1")
        self.assertEqual(code, 2)
        self.assertIn("needs one file", err)

    def test_a_mistake_stays_and_is_told(self):
        (self.root / "ugly.rules").write_text("let   a =   1\nscore s for c {\n    +5 wehn x }\n")
        code, _, err = self.fmt()
        self.assertEqual(code, 1)
        self.assertIn("ugly.rules:2: left as it is", err)
        self.assertEqual((self.root / "ugly.rules").read_text(), "let a = 1\n\nscore s for c {\n    +5 wehn x }\n")

    def test_what_is_no_text_is_not_touched(self):
        for bytes_ in [b"let a = 1\n\xff\xfe\x00", b"\xff\xfel\x00e\x00t\x00", b"let   a = \"\x00\"\n"]:
            (self.root / "ugly.rules").write_bytes(bytes_)
            self.fmt()
            left = (self.root / "ugly.rules").read_bytes()
            self.assertEqual([b for b in left if b not in b" \n"], [b for b in bytes_ if b not in b" \n"], bytes_)

    def test_a_folder_that_cannot_be_written(self):
        code, _, err = self.fmt("nowhere.rules")
        self.assertEqual(code, 2)
        self.assertIn("nowhere.rules", err)


if __name__ == "__main__":
    unittest.main()
