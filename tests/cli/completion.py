#!/usr/bin/env python3
"""What a real bash offers at a Tab, by the script that `saiten completion bash` prints: completion.py SAITEN."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SAITEN = Path(sys.argv.pop(1)).resolve()


class Completion(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        root = Path(self.folder.name)
        (root / "crm.rules").write_text("object company { id: int key }\nobject contact { id: int key }\n")
        (root / "contacts.csv").write_text("id\n")
        (root / "completion.bash").write_text(
            subprocess.run([SAITEN, "completion", "bash"], capture_output=True, text=True, check=True).stdout)

    def offers(self, line):
        """The words offered behind `line`, whose last word is the one being typed (empty behind a space)."""
        words = line.replace("=", " = ").split(" ")
        words = [w for w in words[:-1] if w] + [words[-1]]
        script = "source ./completion.bash\nCOMP_WORDS=(%s) COMP_CWORD=%d\n_saiten\nprintf '%%s\\n' \"${COMPREPLY[@]}\"" % (
            " ".join("'%s'" % w for w in words), len(words) - 1)
        done = subprocess.run(["bash", "-c", script], cwd=self.folder.name, capture_output=True, text=True, check=True)
        self.assertEqual(done.stderr, "")
        return sorted(done.stdout.split())

    def test_commands(self):
        self.assertEqual(self.offers("saiten ru"), ["run", "runs"])
        self.assertIn("schema", self.offers("saiten "))
        self.assertEqual(self.offers("saiten schema "), ["check", "pull"])

    def test_behind_global_flags_with_a_value(self):
        self.assertEqual(self.offers("saiten --lang ja ru"), ["run", "runs"])
        self.assertEqual(self.offers("saiten -C /tmp ru"), ["run", "runs"])
        self.assertEqual(self.offers("saiten --lang=ja -q ru"), ["run", "runs"])
        self.assertEqual(self.offers("saiten --lang ja schema p"), ["pull"])
        self.assertIn("--dry-run", self.offers("saiten --lang ja run --d"))

    def test_values_of_flags(self):
        self.assertEqual(self.offers("saiten --lang "), ["en", "ja"])
        self.assertEqual(self.offers("saiten --lang=j"), ["ja"])
        self.assertEqual(self.offers("saiten check --output "),
                         ["concise", "full", "github", "gitlab", "json", "json-lines", "junit", "markdown", "sarif"])
        self.assertEqual(self.offers("saiten run --engine j"), ["jit"])
        self.assertEqual(self.offers("saiten import --db con"), ["contacts.csv"])
        self.assertEqual(self.offers("saiten init --template n"), ["nurture"])
        self.assertIn("list", self.offers("saiten init --template "))

    def test_arguments(self):
        self.assertEqual(self.offers("saiten explain E100"), [w for w in self.offers("saiten explain ") if w.startswith("E100")])
        self.assertIn("E1001", self.offers("saiten --lang ja explain E1"))
        self.assertEqual(self.offers("saiten why "), ["company", "contact"])
        self.assertEqual(self.offers("saiten -C %s why com" % self.folder.name), ["company"])
        self.assertEqual(self.offers("saiten completion z"), ["zsh"])
        self.assertEqual(self.offers("saiten import cont"), ["contacts.csv"])

    def test_help(self):
        self.assertEqual(self.offers("saiten help ru"), ["run", "runs"])
        self.assertEqual(self.offers("saiten help schema "), ["check", "pull"])
        self.assertEqual(self.offers("saiten help run c"), [])


unittest.main()
