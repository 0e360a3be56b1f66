#!/usr/bin/env python3
"""coverage.py can fail: what it takes for a tag, for a test, and for proof."""
import re
import unittest
from pathlib import Path

import coverage


class Coverage(unittest.TestCase):
    def test_tags_end_their_line(self):
        self.assertEqual(coverage.TAG.search("// req S1-44 S0-12").group(1), " S1-44 S0-12")
        self.assertEqual(coverage.TAG.search("# req S1-44").group(1), " S1-44")
        self.assertEqual(coverage.TAG.search("// What it does. req S1-44").group(1), " S1-44")
        self.assertIsNone(coverage.TAG.search("// req S1-44 and more"))
        self.assertIsNone(coverage.TAG.search("req S1-44"))

    def test_the_test_behind_a_tag(self):
        self.assertEqual(coverage.title_behind(["", 'test "a b" {'], ".rules"), "a b")
        self.assertEqual(coverage.title_behind(["TEST(Suite, Name) {"], ".cpp"), "Suite.Name")
        self.assertEqual(coverage.title_behind(["    def test_x(self):"], ".py"), "test_x")
        self.assertEqual(coverage.title_behind(["x"], ".rules"), "")

    def test_files_outside_of_the_suite_prove_nothing(self):
        tests = coverage.ROOT / "tests"
        cmake = "saiten_test(driver_test DIR driver LINK x)\nadd_test(NAME runs COMMAND python3 ${CMAKE_SOURCE_DIR}/tests/cli/runs.py x)"
        self.assertEqual(coverage.problems_of(tests / "driver/a_test.cpp", Path(), cmake), "")
        self.assertEqual(coverage.problems_of(tests / "cli/runs.py", Path(), cmake), "")
        self.assertNotEqual(coverage.problems_of(tests / "cli/other.py", Path(), cmake), "")
        self.assertNotEqual(coverage.problems_of(tests / "nowhere/a_test.cpp", Path(), cmake), "")

    def test_pages_lead_to_files(self):
        linked = set()
        for page in ("docs/coverage.md", "docs/complaints.md"):
            for target in re.findall(r"\]\(([^)#]+)\)", (coverage.ROOT / page).read_text()):
                path = (coverage.ROOT / "docs" / target).resolve()
                self.assertTrue(path.exists(), f"{page}: {target}")
                linked.add(path.parent)
        for folder in (coverage.ROOT / "tests/acceptance/complaints").iterdir():
            self.assertIn(folder, linked)

    def test_rules_whose_tests_fail_prove_nothing(self):
        path = coverage.ROOT / "tests/acceptance/automation/nurture/nurture.rules"
        self.assertNotEqual(coverage.problems_of(path, "/bin/false", ""), "")


if __name__ == "__main__":
    unittest.main()
