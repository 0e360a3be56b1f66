#!/usr/bin/env python3
"""What `--output FORMAT[:FILE]` writes, read as the programs that it is for would read it: outputs.py SAITEN."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

SAITEN = pathlib.Path(sys.argv.pop(1)).resolve()
RULES = """object contact from "contacts" {
  id: int key
  名前𠮷: text?
}
score fit for contact {
  +1 when 名前𠮷 == "𠮷|<script>" and nmae == "x"
  +2 when nosuch > 1
}
segment empty for contact where id > 5 and id < 3
"""
TESTS = """timezone "Asia/Tokyo"
object contact from "contacts" { id: int key  size: int? }
score fit for contact { +10 when size > 5 }
test "passes & <b>" {
  now 2026-01-01 09:00
  contact A { size: 6 }
  expect fit of A == 10
}
test "不合格" {
  now 2026-01-01 09:00
  contact A { size: 5 }
  expect fit of A == 10
}
"""


class Outputs(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="saiten-outputs-"))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "saiten.toml").write_text("[project]\n")
        self.rules(RULES)

    def rules(self, text):
        (self.folder / "crm rules.rules").write_text(text)

    def saiten(self, *arguments, code=1, environment=None):
        done = subprocess.run([SAITEN, "--lang", "en", *arguments], cwd=self.folder, capture_output=True, text=True,
                              env={**{k: v for k, v in os.environ.items() if k != "GITHUB_STEP_SUMMARY"},
                                   **(environment or {})})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def check(self, form, **more):
        return self.saiten("check", "--output", form, **more)

    def sarif(self):
        return json.loads(self.check("sarif"))["runs"][0]

    def text_at(self, region):
        """What lies there, for a reader that counts columns in UTF-16 code units."""
        lines = (self.folder / "crm rules.rules").read_text().split("\n")
        self.assertEqual(region["startLine"], region["endLine"])
        units = lines[region["startLine"] - 1].encode("utf-16-le")
        return units[2 * (region["startColumn"] - 1):2 * (region["endColumn"] - 1)].decode("utf-16-le")

    def test_sarif(self):
        run = self.sarif()
        rules = run["tool"]["driver"]["rules"]
        self.assertEqual(run["columnKind"], "utf16CodeUnits")
        self.assertEqual(len(rules), len({rule["id"] for rule in rules}))
        found = {}
        for result in run["results"]:
            self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])
            place = result["locations"][0]["physicalLocation"]
            self.assertEqual(place["artifactLocation"], {"uri": "crm%20rules.rules", "uriBaseId": "SRCROOT"})
            found[self.text_at(place["region"])] = result
        self.assertEqual(found["nmae"]["level"], "error")
        self.assertIn("nosuch", found)
        # A fix says what it replaces, and by what.
        fixes = [fix for result in run["results"] for fix in result.get("fixes", [])]
        for fix in fixes:
            for change in fix["artifactChanges"]:
                self.assertTrue(all("deletedRegion" in one and "text" in one["insertedContent"]
                                    for one in change["replacements"]))

    def prints(self):
        return sorted((result["ruleId"], result["partialFingerprints"]["saiten/v1"]) for result in self.sarif()["results"])

    def test_fingerprints_stay_when_lines_move(self):
        before = self.prints()
        self.assertEqual(len(before), len(set(before)))
        self.rules("// a comment\n\n" + RULES.replace("  +2 when", "  // why\n     +2    when"))
        self.assertEqual(self.prints(), before)
        self.rules(RULES.replace("score fit for", "score other for"))
        self.assertNotEqual(self.prints(), before)
        # Two alike have each their own.
        self.rules(RULES.replace("  +2 when nosuch > 1\n", "  +2 when nosuch > 1\n  +2 when nosuch > 1\n"))
        twice = self.prints()
        self.assertEqual(len(twice), len(set(twice)))
        self.assertTrue(set(before) < set(twice))

    def test_json_lines_are_the_diagnostics_of_json(self):
        lines = [json.loads(line) for line in self.check("json-lines").splitlines()]
        self.assertEqual(lines, json.loads(self.check("json"))["diagnostics"])
        self.assertGreater(len(lines), 2)

    def test_github(self):
        many = RULES.replace("  +2 when nosuch > 1\n", "".join(f"  +2 when nosuch{i} > 1\n" for i in range(25)))
        self.rules(many)
        summary = self.folder / "summary.md"
        summary.write_text("before\n")
        out = self.check("github", environment={"GITHUB_STEP_SUMMARY": str(summary)})
        annotations = [line for line in out.splitlines() if line.startswith("::")]
        self.assertEqual(sum(line.startswith("::error ") for line in annotations), 10)
        self.assertTrue(all(re.match(r"::(error|warning|notice) file=crm rules\.rules,line=\d+,endLine=\d+,.*title=E\d{4}::", one)
                            for one in annotations), annotations)
        self.assertEqual(sum(": error[" in line for line in out.splitlines()), 26)
        text = summary.read_text()
        self.assertTrue(text.startswith("before\n## saiten"))
        self.assertEqual(sum(line.startswith("| error |") for line in text.splitlines()), 26)
        self.check("github", environment={"GITHUB_STEP_SUMMARY": str(self.folder / "none" / "summary.md")}, code=2)

    def test_gitlab(self):
        issues = json.loads(self.check("gitlab"))
        self.assertEqual(len({issue["fingerprint"] for issue in issues}), len(issues))
        for issue in issues:
            self.assertEqual(set(issue), {"description", "check_name", "fingerprint", "severity", "location"})
            self.assertIn(issue["severity"], ["info", "minor", "major", "critical", "blocker"])
            self.assertEqual(issue["location"]["path"], "crm rules.rules")
            self.assertGreater(issue["location"]["lines"]["begin"], 0)

    def test_markdown_holds_no_markup_of_others(self):
        self.rules(RULES.replace("nmae", '"a|b <img> [x](y)"'))
        table = [line for line in self.check("markdown").splitlines() if line.startswith("| error")]
        self.assertGreater(len(table), 0)
        for line in table:
            self.assertEqual(line.count("|"), 5, line)
            self.assertNotRegex(line, r"[<\[`]")

    def test_junit_of_check(self):
        (self.folder / "good.rules").write_text('object deal from "deals" { id: int key }\n')
        suites = xml.fromstring(self.check("junit"))
        cases = list(suites.iter("testcase"))
        failed = [case for case in cases if case.find("failure") is not None]
        self.assertEqual(int(suites.get("failures")), len(failed))
        self.assertEqual(int(suites.get("tests")), len(cases))
        self.assertEqual({case.get("classname") for case in failed}, {"crm rules.rules"})
        # A file in which nothing is wrong is a case that passed.
        (self.folder / "good.rules").unlink()
        self.rules('object contact from "contacts" { id: int key }\nsegment s for contact where id > 5\n')
        self.assertEqual([(case.get("name"), len(case)) for case in
                          xml.fromstring(self.check("junit", code=0)).iter("testcase")], [("check", 0)])

    def test_results_of_tests(self):
        self.rules(TESTS)
        text = self.saiten("test", "--output", "full", "--output", "junit:tests.xml", "--output", "json:tests.json")
        self.assertIn("1 passed, 1 failed", text)
        suites = xml.parse(self.folder / "tests.xml").getroot()
        self.assertEqual((suites.get("tests"), suites.get("failures")), ("2", "1"))
        cases = {case.get("name"): case for case in suites.iter("testcase")}
        self.assertIsNone(cases["passes & <b>"].find("failure"))
        failure = cases["不合格"].find("failure")
        self.assertEqual(failure.get("message"), "expect fit of A == 10: it is 0")
        self.assertIn("crm rules.rules:12:", failure.text)
        report = json.loads((self.folder / "tests.json").read_text())
        self.assertEqual((report["passed"], report["failed"]), (1, 1))
        self.assertEqual([test["passed"] for test in report["tests"]], [True, False])
        self.assertEqual(report["tests"][1]["failures"][0]["at"]["line"], 12)
        # Rules that do not compile are a failure for the reader too.
        self.rules(RULES)
        self.saiten("test", "--output", "junit:tests.xml")
        self.assertGreater(int(xml.parse(self.folder / "tests.xml").getroot().get("failures")), 0)

    def test_signs_that_xml_does_not_know(self):
        self.rules('object contact from "contacts" { id: int key }\nsegment s for contact where "\\u0001\x0b" == 1\n')
        xml.fromstring(self.check("junit"))

    def test_what_is_not_there_is_refused(self):
        self.check("html", code=2)
        self.check("pdf", code=2)
        self.saiten("test", "--output", "sarif", code=2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
