#!/usr/bin/env python3
"""A folder of a project that may not be read: the rest is checked, and what was not read is said. unreadable.py SAITEN."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SAITEN = pathlib.Path(sys.argv.pop(1)).resolve()
NOBODY = 65534


def become_nobody():
    """The administrator may read everything; nobody may not."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


class Unreadable(unittest.TestCase):
    def test_a_folder_below(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            folder.chmod(0o755)
            (folder / "a.rules").write_text("object contact { id: int key }\nscore s for contact { +1 when id > 5 }\n")
            closed = folder / "closed"
            closed.mkdir()
            (closed / "b.rules").write_text("nonsense\n")
            closed.chmod(0)
            for language, words in (("en", "the folder closed was not read: "), ("ja", "フォルダーclosedは読んでいません: ")):
                done = subprocess.run([SAITEN, "check", "--lang", language], cwd=folder, capture_output=True, text=True,
                                      preexec_fn=become_nobody, check=False)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertIn(words, done.stderr)
            closed.chmod(0o755)


unittest.main()
