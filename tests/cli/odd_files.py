#!/usr/bin/env python3
"""Files that are no ordinary files: pipes, devices, sockets and links, as input, as output, and lying about."""
import os
import pathlib
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import unittest

SAITEN = None
MISTAKE = "let a = b\n"


class OddFiles(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        (self.folder / "x.rules").write_text(MISTAKE)

    def saiten(self, *arguments, code, stdout=subprocess.PIPE):
        done = subprocess.run([SAITEN, *arguments], cwd=self.folder, stdout=stdout, stderr=subprocess.PIPE, text=True,
                              stdin=subprocess.DEVNULL, timeout=30, check=False)
        self.assertEqual(code, done.returncode, done.stderr)
        return done

    def report_to(self, name, code=1):
        return self.saiten("check", "-q", "x.rules", "--output", f"json:{name}", code=code)


class Output(OddFiles):
    def test_a_link_is_followed(self):
        (self.folder / "real.json").write_text("before")
        (self.folder / "real.json").chmod(0o640)
        (self.folder / "link.json").symlink_to("real.json")
        self.report_to("link.json")
        self.assertTrue((self.folder / "link.json").is_symlink())
        self.assertIn('"diagnostics"', (self.folder / "real.json").read_text())
        self.assertEqual(0o640, stat.S_IMODE((self.folder / "real.json").stat().st_mode))

    def test_a_link_that_leads_nowhere_makes_the_file(self):
        (self.folder / "link.json").symlink_to("new.json")
        self.report_to("link.json")
        self.assertTrue((self.folder / "link.json").is_symlink())
        self.assertIn('"diagnostics"', (self.folder / "new.json").read_text())

    def test_a_device(self):
        (self.folder / "full").symlink_to("/dev/full")
        (self.folder / "null").symlink_to("/dev/null")
        self.assertIn("No space left on device", self.report_to("full", code=2).stderr)
        self.report_to("null")
        self.assertTrue(stat.S_ISCHR((self.folder / "full").stat().st_mode))
        self.assertTrue(stat.S_ISCHR((self.folder / "null").stat().st_mode))

    def test_a_pipe(self):
        os.mkfifo(self.folder / "pipe")
        read = []
        reader = threading.Thread(target=lambda: read.append((self.folder / "pipe").read_text()))
        reader.start()
        self.report_to("pipe")
        reader.join()
        self.assertIn('"diagnostics"', read[0])
        self.assertTrue((self.folder / "pipe").is_fifo())

    def test_standard_output_that_is_a_file(self):
        with open(self.folder / "out.txt", "w", encoding="utf-8") as out:
            self.saiten("check", "-q", "x.rules", "--output", "json:/dev/stdout", "--output", "concise", code=1, stdout=out)
        text = (self.folder / "out.txt").read_text()
        self.assertIn('"diagnostics"', text)
        self.assertIn("x.rules:1:9: error", text)

    def test_a_file_that_may_be_written_in_a_folder_that_may_not(self):
        (self.folder / "there").mkdir()
        (self.folder / "there" / "report.json").write_text("before")
        (self.folder / "there").chmod(0o555)
        self.report_to("there/report.json")
        (self.folder / "there").chmod(0o755)
        self.assertIn('"diagnostics"', (self.folder / "there" / "report.json").read_text())

    def test_no_such_folder(self):
        self.assertIn("No such file", self.report_to("absent/report.json", code=2).stderr)
        self.assertIn("Is a directory", self.report_to(".", code=2).stderr)

    def test_nothing_is_left_beside(self):
        self.report_to("report.json")
        self.assertEqual(["report.json", "x.rules"], sorted(p.name for p in self.folder.iterdir()))


class Readers(OddFiles):
    def test_that_go_away_early(self):
        (self.folder / "x.rules").write_text("".join(f"let a{i} = b{i}\n" for i in range(3000)))
        for output in ("json", "concise", "full"):
            for ignored in (True, False):
                process = subprocess.Popen([SAITEN, "check", "--output", output], cwd=self.folder, stdout=subprocess.PIPE,
                                           stderr=subprocess.PIPE, text=True, restore_signals=not ignored)
                process.stdout.read(1)
                process.stdout.close()
                err = process.stderr.read()
                process.stderr.close()
                self.assertEqual(1, process.wait(), err)
                self.assertNotIn("cannot write", err)

    def test_that_are_not_there(self):
        read, write = os.pipe()
        os.close(read)
        with os.fdopen(write, "w") as out:
            self.assertEqual("", self.saiten("check", "-q", "--output", "json", code=1, stdout=out).stderr)
            self.saiten("check", "-q", "--output", "json:/dev/stdout", code=1, stdout=out)


class EmptyValues(OddFiles):
    def test_flags(self):
        for arguments in (["run", "--as-of", ""], ["run", "--db", ""], ["check", "--output", ""], ["check", "-C", ""],
                          ["run", "--as-of="]):
            err = self.saiten(*arguments, code=2).stderr
            self.assertRegex(err, "is empty; leave it out|needs a value")
        self.assertIn("`--as-of`の値が空です", self.saiten("run", "--as-of", "", "--lang", "ja", code=2).stderr)

    def test_variables(self):
        (self.folder / "x.rules").write_text("")
        for name, code, words in (("SAITEN_AS_OF", 2, "`SAITEN_AS_OF` is empty"), ("SAITEN_DB", 2, "`SAITEN_DB` is empty"),
                                  ("SAITEN_LANG", 2, "database"), ("SAITEN_CONFIG", 2, "database")):
            done = subprocess.run([SAITEN, "run"], cwd=self.folder, env={"LANG": "C.UTF-8", name: ""}, text=True,
                                  capture_output=True, check=False)
            self.assertEqual(code, done.returncode, done.stderr)
            self.assertIn(words, done.stderr)


class Input(OddFiles):
    def test_no_file_is_left_out_and_named(self):
        (self.folder / "x.rules").write_text("let a = 1\n")
        os.mkfifo(self.folder / "pipe.rules")
        (self.folder / "null.rules").symlink_to("/dev/null")
        with socket.socket(socket.AF_UNIX) as listener:
            here = os.getcwd()
            os.chdir(self.folder)
            try:
                listener.bind("socket.rules")
            finally:
                os.chdir(here)
            err = self.saiten("check", code=0).stderr
            for name in ("pipe.rules", "null.rules", "socket.rules"):
                self.assertIn(": it is a pipe", self.saiten("check", name, code=2).stderr)
        for name in ("pipe.rules", "null.rules", "socket.rules"):
            self.assertIn(f"`{name}` is left out: it is a pipe, a device or a socket", err)
        self.assertIn("`pipe.rules`は読みません", self.saiten("check", "--lang", "ja", code=0).stderr)

    def test_a_folder_and_a_link_to_one(self):
        (self.folder / "x.rules").unlink()
        (self.folder / "folder.rules").mkdir()
        (self.folder / "folder.rules" / "y.rules").write_text("let a = 1\n")
        (self.folder / "link.rules").symlink_to("folder.rules")
        self.saiten("check", code=0)

    def test_reading_fails(self):
        # The memory of a process is a file in which nothing stands at its beginning.
        (self.folder / "memory.rules").symlink_to("/proc/self/mem")
        self.assertIn("Input/output error", self.saiten("check", code=2).stderr)
        self.assertIn("入出力エラー", self.saiten("check", "--lang", "ja", code=2).stderr)

    def test_settings(self):
        os.mkfifo(self.folder / "saiten.toml")
        self.assertIn("cannot read saiten.toml: it is a pipe", self.saiten("check", code=2).stderr)
        (self.folder / "saiten.toml").unlink()
        (self.folder / "saiten.toml").mkdir()
        self.assertIn("cannot read saiten.toml: it is a folder", self.saiten("check", code=2).stderr)


if __name__ == "__main__":
    SAITEN = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
