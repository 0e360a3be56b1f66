"""The lints must be able to fail: each rule once broken, once kept."""
import pathlib
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import both_languages  # noqa: E402
import file_size  # noqa: E402
import include_direction  # noqa: E402

PAGE = (HERE.parents[1] / "docs/architecture.md").read_text()


class IncludeDirection(unittest.TestCase):
    def setUp(self):
        self.rules = include_direction.Rules(PAGE)

    def problem(self, source, line):
        match = include_direction.INCLUDE.match(line)
        self.assertIsNotNone(match, line)
        return include_direction.problem_of(self.rules, source, *match.groups())

    def test_allowed(self):
        for source, line in [
            ("base/a.cpp", '#include "base/span.h"'),
            ("base/a.cpp", "#include <vector>"),
            ("base/a.cpp", "#include <fmt/format.h>"),
            ("compiler/parse/a.cpp", "#include <antlr4-runtime.h>"),
            ("compiler/parse/a.cpp", '#include "RulesParser.h"'),
            ("compiler/check/a.cpp", '#include "compiler/ast/decl.h"'),
            ("vm/jit/orc.cpp", "#include <llvm/ExecutionEngine/Orc/LLJIT.h>"),
            ("vm/jit/lower_arith.cpp", "#include <llvm/IR/IRBuilder.h>"),
            ("vm/jit/x.cpp", "#include <llvm/IR/Type.h>"),
            ("tools/cli/main.cpp", "#include <boost/program_options.hpp>"),
            ("tests/store/a.cpp", "#include <sqlite3.h>"),
            ("driver/a.cpp", '#include "store/load/load.h"'),
        ]:
            self.assertIsNone(self.problem(source, line), (source, line))

    def test_refused(self):
        for source, line, sentence in [
            ("base/a.cpp", '#include "runtime/value.h"', "base may not include runtime"),
            ("runtime/a.cpp", ' # include "compiler/ir/ir.h"', "runtime may not include compiler/ir"),
            ("compiler/check/a.cpp", '#include "stdlib/text.h"', "compiler/check may not include stdlib"),
            ("vm/interp/a.cpp", '#include "vm/jit/jit.h"', "vm/interp may not include vm/jit"),
            ("vm/interp/a.cpp", "#include <llvm/IR/Type.h>", "may not include llvm headers"),
            ("vm/jit/other.cpp", "#include <llvm/IR/IRBuilder.h>", "belongs in vm/jit/lower*"),
            ("vm/jit/lower_x.cpp", "#include <llvm/Passes/PassBuilder.h>", "belongs in vm/jit/orc*.cpp"),
            ("compiler/ast/a.h", "#include <antlr4-runtime.h>", "may not include antlr headers"),
            ("compiler/ast/a.h", '#include "RulesLexer.h"', "may not include antlr headers"),
            ("driver/a.cpp", "#include <boost/program_options.hpp>", "may not include boost headers"),
            ("driver/a.cpp", "#include <sqlite3.h>", "may not include sqlite headers"),
            ("tools/cli/a.cpp", '#include "store/load/load.h"', "tools may not include store"),
            ("base/a.cpp", '#include "span.h"', "includes start at the root"),
            ("base/a.cpp", '#include "../runtime/value.h"', "in no folder"),
        ]:
            self.assertIn(sentence, self.problem(source, line) or "", (source, line))

    def test_finds_the_bad_line_in_a_tree(self):
        with tempfile.TemporaryDirectory() as root:
            for name, text in {"base/good.h": "#pragma once\n#include <vector>\n",
                               "base/bad.h": '#pragma once\n\n#include "vm/jit/jit.h"\n',
                               "elsewhere/new.cpp": "#include <vector>\n"}.items():
                path = pathlib.Path(root, name)
                path.parent.mkdir(exist_ok=True)
                path.write_text(text)
            count, problems = include_direction.check(root, self.rules, ["base/good.h", "base/bad.h",
                                                                         "elsewhere/new.cpp"])
            self.assertEqual(2, count)
            self.assertEqual(["base/bad.h:3: base may not include vm/jit (\"vm/jit/jit.h\")",
                              "elsewhere/new.cpp: its folder is not in docs/architecture.md"], problems)

    def test_every_folder_of_the_table_is_named_once(self):
        rows = include_direction.table(PAGE, "include-table")
        self.assertEqual(len(rows), len(self.rules.folders))


class FileSize(unittest.TestCase):
    def test_limits(self):
        with tempfile.TemporaryDirectory() as root:
            for name, lines in {"a.cpp": 800, "b.cpp": 801, "c.h": 250, "d.h": 251, "e.def": 5000}.items():
                pathlib.Path(root, name).write_text("x\n" * lines)
            found = file_size.too_long(root, ["a.cpp", "b.cpp", "c.h", "d.h", "e.def", "absent.cpp"])
        self.assertEqual(["b.cpp: 801 lines, the limit is 800: split it by concept",
                          "d.h: 251 lines, the limit is 250: split it by concept"], found)


class BothLanguages(unittest.TestCase):
    def lines(self, text):
        return [line.split(": ")[0] for line in both_languages.findings("store/a.cpp", text)]

    def test_both_are_asked_for(self):
        good = 'return Fail(ErrorKind::kIo, {fmt::format("no `{}`, (at all)", a), fmt::format("`{}`がありません", a)},\n' \
               '            {"try again", "もう一度"});\nreturn Fail(ErrorKind::kIo, text, hint);\n'
        self.assertEqual([], self.lines(good))
        self.assertEqual(["store/a.cpp:1"], self.lines('x = Fail(ErrorKind::kIo, {"no table"});\n'))
        self.assertEqual(["store/a.cpp:1"], self.lines('x = Fail(ErrorKind::kIo, {"no table", "no table"});\n'))
        self.assertEqual(["store/a.cpp:2"], self.lines('\nx = Fail(ErrorKind::kIo, {"a", "あ"}, {"look, there"});\n'))

    def test_none_by_hand(self):
        self.assertEqual(["store/a.cpp:1", "store/a.cpp:2"],
                         self.lines('return Error{ErrorKind::kIo, "no"};\nreturn {ErrorKind::kBusy, "held"};\n'))
        self.assertEqual([], both_languages.findings("base/words.cpp", "return Error{ErrorKind::kIo, a};"))


if __name__ == "__main__":
    unittest.main()
