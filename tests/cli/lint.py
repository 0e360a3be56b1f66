#!/usr/bin/env python3
"""`saiten lint`: what it selects, ignores, knows already and mends: lint.py SAITEN."""

# req S1-81 S1-84 S1-85 S1-86 S4-64

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SAITEN = pathlib.Path(sys.argv.pop(1)).resolve()
RULES = """timezone "Asia/Tokyo"
object contact from "contacts" { id: int key  city: text?  email: text? as address  gone: bool? as opt_out }
/// Where they live.
score fit for contact {
  +5 when city == "Tokyo"
  +5 when city == "Tokyo" and id > 5
  +3 when city == "tokyo"
}
segment Named for contact where city == "Osaka"
"""


class Lint(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="saiten-lint-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.settings("")
        self.rules(RULES)

    def settings(self, text):
        (self.folder / "saiten.toml").write_text(text)

    def rules(self, text, name="crm.rules"):
        (self.folder / name).write_text(text)

    def text(self, name="crm.rules"):
        return (self.folder / name).read_text()

    def call(self, *arguments, code=1):
        done = subprocess.run([SAITEN, "--lang", "en", *arguments], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def found(self, *arguments, code=1):
        """The codes that are found, with their lines."""
        done = self.call("lint", "--output", "json", *arguments, code=code)
        return [(one["code"], one["range"]["start"]["line"]) for one in json.loads(done.stdout)["diagnostics"]]

    def test_what_it_finds(self):
        self.assertEqual(self.found(), [("L1005", 7), ("L1001", 9), ("L1002", 9)])
        # What check warns of is among it.
        self.rules(RULES + "let unused = 5\n")
        self.assertIn(("E4130", 10), self.found())

    def test_errors_come_first(self):
        self.rules(RULES + "segment x for contact where nosuch\n")
        self.assertEqual(self.found(), [("E2003", 10)])

    def test_names(self):
        names = RULES + 'enum stage { Lead  mql }\nobject deal from "deals" { id: int key  dealStage: stage? }\n'
        self.rules(names)
        self.assertEqual([line for code, line in self.found("--select", "L1001")], [9, 10, 11])
        self.settings('[lint.naming]\nsegment = "[A-Z][a-z]+"\nmember = "[A-Z].*"\nenum = ".*"\nproperty = ".*"\nworkflow = "mkt_.*"\ntemplate = "m_.*"\n')
        self.assertEqual(self.found("--select", "L1001"), [("L1001", 10)])
        self.rules(names.replace("mql", "MQL") + """
use std.messages
template hello for contact class one_to_one {
  from "a@example.com"
  subject "Hi"
  body "Hi"
}
workflow nurture for contact {
  manually
  once
  send hello
}
""")
        self.assertEqual([line for _, line in self.found("--select", "L1001")], [14, 19])
        for wrong in ['segment = "["', 'segmnt = "x"', "segment = 5"]:
            self.settings(f"[lint.naming]\n{wrong}\n")
            self.call("lint", code=2)

    def test_dates_of_review(self):
        self.rules(RULES.replace("segment Named for contact where", 'segment named "N" review by 2026-06-30 for contact where'))
        self.assertEqual(self.found("--select", "L1004", "--as-of", "2026-06-30 23:59", code=0), [])
        self.assertEqual(self.found("--select", "L1004", "--as-of", "2026-07-01 00:00"), [("L1004", 9)])
        # Who wants each workflow to have one asks for that by name.
        self.rules("object contact from \"contacts\" { id: int key  stage: int? }\n/// Why.\nworkflow w for contact {\n  manually\n  once\n  set stage = 5\n}\n")
        self.assertEqual(self.found("--select", "L", code=0), [])
        self.assertEqual(self.found("--select", "L1003"), [("L1003", 3)])

    def test_selection(self):
        self.assertEqual(self.found("--select", "L1001,L1005"), [("L1005", 7), ("L1001", 9)])
        self.assertEqual(self.found("--select", "L1", "--ignore", "L1005", "--ignore", "L1001"), [("L1002", 9)])
        self.settings('[lint]\nselect = ["L1002"]\n')
        self.assertEqual(self.found(), [("L1002", 9)])
        self.assertEqual(self.found("--select", "L1001"), [("L1001", 9)])
        self.settings('[lint]\nignore = ["L1"]\n')
        self.assertEqual(self.found(code=0), [])
        self.settings('[lint.per-file-ignores]\n"old/*.rules" = ["L1"]\n')
        (self.folder / "old").mkdir()
        self.rules("segment Old for contact where city == \"x\"\n", "old/more.rules")
        self.assertEqual(self.found(), [("L1005", 7), ("L1001", 9), ("L1002", 9)])
        self.call("lint", "--select", "L99", code=2)
        self.settings('[lint]\nignore = ["nonsense"]\n')
        self.call("lint", code=2)

    def test_comments(self):
        self.rules(RULES.replace("  +3 when", "  // saiten ignore L1005: the old form writes it so\n  +3 when")
                   .replace('== "Osaka"', '== "Osaka" // saiten ignore L1001, L1002: in mails'))
        self.assertEqual(self.found(code=0), [])
        self.rules("// saiten ignore-file L1001: old\n// saiten ignore-start L1002: old\n" + RULES +
                   "// saiten ignore-end L1002\nsegment Other for contact where city == \"Kyoto\"\n")
        self.assertEqual(self.found(), [("L1005", 9), ("L1002", 13)])
        # What is above documentation is above what it documents.
        self.rules(RULES.replace("/// Where", "// saiten ignore E4130: later\n/// Where"))
        self.assertIn(("L0004", 3), self.found())

    def test_check_obeys_comments_too(self):
        self.rules(RULES + "// saiten ignore E4130: soon\nlet unused = 5\n")
        self.assertEqual(json.loads(self.call("check", "--output", "json", code=0).stdout)["diagnostics"], [])
        # An error stays one.
        self.rules(RULES + "// saiten ignore E2003: soon\nsegment x for contact where nosuch\n")
        codes = [one["code"] for one in json.loads(self.call("check", "--output", "json").stdout)["diagnostics"]]
        self.assertEqual(codes, ["L0003", "E2003"])

    def test_a_baseline_knows_what_was(self):
        self.call("lint", "--write-baseline", "known.json", code=0)
        self.assertEqual(self.found("--baseline", "known.json", code=0), [])
        self.rules("// moved\n\n" + RULES + 'segment Other for contact where city == "Kyoto"\n')
        self.assertEqual(self.found("--baseline", "known.json"), [("L1001", 12), ("L1002", 12)])
        self.settings('[lint]\nbaseline = "known.json"\n')
        self.assertEqual(self.found(), [("L1001", 12), ("L1002", 12)])
        # Each entry stands for one finding.
        self.rules(RULES.replace('  +3 when city == "tokyo"\n', '  +3 when city == "tokyo"\n  +4 when city == "tokyo"\n'))
        self.assertEqual(self.found(), [("L1005", 8)])
        self.rules(RULES.replace("Named", 'named "N"'))
        done = self.call("lint", code=0)
        self.assertIn("1 more are in the baseline", done.stderr)
        self.assertIn("2 of the baseline are gone", done.stderr)
        # An error is never known.
        self.rules(RULES + "segment x for contact where nosuch\n")
        self.call("lint", "--write-baseline", "known.json", code=1)
        self.assertEqual(self.found(), [("E2003", 10)])

    def test_a_baseline_that_is_none(self):
        self.call("lint", "--baseline", "missing.json", code=2)
        for text in ["", "[]", '{"findings": []}', '{"format_version": "9.0", "findings": []}',
                     '{"format_version": "1.0", "findings": [5]}']:
            self.rules(text, "known.json")
            self.assertIn("known.json", self.call("lint", "--baseline", "known.json", code=2).stderr)

    def test_fixes(self):
        self.rules(RULES + "// saiten ignore E4130: later\nlet used = 5\nsegment s \"S\" for contact where id > used\n")
        before = self.text()
        self.assertIn("-// saiten ignore E4130: later", self.call("lint", "--diff").stdout)
        self.assertEqual(self.text(), before)
        self.call("lint", "--fix")
        self.assertEqual(self.text(), before.replace("// saiten ignore E4130: later\n", ""))
        # Unsafe ones only when asked for.
        self.assertIn('"tokyo"', self.text())
        self.call("lint", "--unsafe-fixes")
        self.assertNotIn('"tokyo"', self.text())
        self.rules("// saiten ignore-file L1001: old\n// saiten ignore E4130: later\n" + 'object contact from "contacts" { id: int key }\nsegment Named "N" for contact where id > 5\n')
        self.assertEqual(self.found("--fix", "--exit-non-zero-on-fix"), [])
        self.assertEqual(self.found("--fix", "--exit-non-zero-on-fix", code=0), [])

    def test_ignores_are_written(self):
        self.call("lint", "--add-ignore", "as it was", code=0)
        self.assertEqual(self.found(code=0), [])
        self.assertEqual(self.text().count("// saiten ignore"), 2)
        self.assertIn("  // saiten ignore L1005: as it was\n  +3 when", self.text())
        self.call("lint", "--add-ignore", "", code=2)
        # Documentation keeps its place.
        self.rules(RULES.replace("score fit", "score Fit"))
        self.call("lint", "--add-ignore", "old", code=0)
        self.assertIn("// saiten ignore L1001: old\n/// Where they live.\nscore Fit", self.text())

    def git(self, *arguments):
        subprocess.run(["git", "-c", "user.name=A", "-c", "user.email=a@example.com", *arguments], cwd=self.folder,
                       check=True, capture_output=True)

    def test_only_what_is_new(self):
        self.assertIn("no git repository", self.call("lint", "--new-from", "HEAD", code=2).stderr)
        self.git("init", "-q")
        self.assertIn("no commit", self.call("lint", "--new-from", "HEAD", code=2).stderr)
        (self.folder / "sub").mkdir()
        self.rules("segment Fine for contact where city == \"x\"\n", "sub/日本 語.rules")
        self.git("add", "-A")
        self.git("commit", "-qm", "first")
        self.assertEqual(self.found("--new-from", "HEAD", code=0), [])
        # Moved, in another file, and one more of the same kind.
        self.rules("// moved\n" + RULES.replace("segment Named", "segment Other for contact where id > 7\nsegment Named"))
        (self.folder / "sub" / "日本 語.rules").rename(self.folder / "second.rules")
        self.assertEqual(self.found("--new-from", "HEAD"), [("L1001", 10), ("L1002", 10)])
        self.assertEqual(self.found("second.rules", "--new-from", "HEAD", code=0), [])
        self.assertIn("no commit", self.call("lint", "--new-from", "nosuch", code=2).stderr)
        self.assertIn("no commit", self.call("lint", "--new-from=--output=x", code=2).stderr)
        # From a folder below, and of a commit with errors.
        self.rules("segment broken for contact where nosuch\n", "second.rules")
        self.git("add", "-A")
        self.git("commit", "-qm", "second")
        (self.folder / "second.rules").unlink()
        done = subprocess.run([SAITEN, "--lang", "en", "lint", "--new-from", "HEAD~1", "--output", "concise"],
                              cwd=self.folder / "sub", capture_output=True, text=True)
        self.assertIn("../crm.rules:10:9: warning[L1001]", done.stdout)
        self.assertIn("everything counts as new", self.call("lint", "--new-from", "HEAD").stderr)
        # Another project's files are not this one's.
        (self.folder / "other").mkdir()
        self.rules("", "other/saiten.toml")
        self.rules("segment broken for contact where nosuch\n", "other/x.rules")
        self.git("add", "-A")
        self.git("commit", "-qm", "third")
        self.assertNotIn("counts as new", self.call("lint", "--new-from", "HEAD", code=0).stderr)

    def test_how_it_ends(self):
        self.found("--exit-zero", code=0)
        self.assertRegex(self.call("lint", "--statistics").stdout, r"(?m)^ +1  L1005  ")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
