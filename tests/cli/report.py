#!/usr/bin/env python3
"""`saiten report`: one HTML page of a run, read as a file and looked at in headless Chromium."""
import hashlib
import html.parser
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

SAITEN = None
ROOT = pathlib.Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
EVIL = "</script><script>document.title='evil'</script>\"'&<b>"

RULES = """\
enum Kind { A  B  医療 }
object contact from "contacts" { id: int key  age: int?  kind: Kind? }
score total for contact {
  +5 when age > 10
  +10 when age > 30
  +15 when age > 50
  +1.5 when kind == B
  bands heat { cold  warm from 10  hot from 25 }
}
score fit for contact {
  +10 when kind == A
  +20 when kind == 医療
}
segment seniors for contact where age > 60
segment nobody for contact where age > 500
"""


class Outline(html.parser.HTMLParser):
    """What a reader of the page meets: tags, texts, and where each element with an id is."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.texts, self.scripts, self.open = [], set(), [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        self.open.append(tag)
        if "id" in attributes:
            self.ids.add(attributes["id"])
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts[-1] += data
        elif self.open and self.open[-1] != "style":
            self.texts.append(data)


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.folder = pathlib.Path(cls.temporary.name)
        (cls.folder / "crm.rules").write_text(RULES, encoding="utf-8")
        db = sqlite3.connect(cls.folder / "crm.db")
        db.execute("CREATE TABLE contacts(id INTEGER PRIMARY KEY, age, kind)")
        db.executemany("INSERT INTO contacts VALUES(?, ?, ?)",
                       [(i, i * 7919 % 97, ("A", "B", "医療", None)[i % 4]) for i in range(1, 3000)])
        db.execute("INSERT INTO contacts VALUES(5000, ?, ?)", (EVIL, "金融'\"<"))
        db.commit()
        cls.saiten("run", "--db", "crm.db", "--as-of", "2026-06-01T00:00Z")
        db.execute("UPDATE contacts SET kind = 'A', age = age + 20 WHERE id % 5 = 0 AND id < 5000")
        db.commit()
        db.close()
        cls.saiten("run", "--db", "crm.db", "--as-of", "2026-06-02T00:00Z")
        cls.saiten("report", "--db", "crm.db", "--html", "en.html")
        cls.saiten("report", "--db", "crm.db", "--html", "ja.html", "--lang", "ja")
        cls.page = (cls.folder / "en.html").read_text(encoding="utf-8")

    @classmethod
    def saiten(cls, *words, expect=0):
        done = subprocess.run([SAITEN, *words], cwd=cls.folder, text=True, capture_output=True,
                              env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"})
        assert done.returncode == expect, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def test_names_and_values_are_data(self):
        self.assertNotIn("</script><script>document", self.page)
        self.assertNotIn("evil'</script>", self.page)
        outline = Outline(self.page)
        self.assertEqual(len(outline.scripts), 3)
        text = "".join(outline.texts)
        self.assertIn(EVIL, text, "the value is shown as it is")
        self.assertIn("金融'\"<", text)
        data = json.loads(outline.scripts[0])
        self.assertEqual(sum(n for _, n in data["charts"][0]["bars"]), 3000)

    def test_nothing_is_fetched(self):
        self.assertIn("default-src 'none'", self.page)
        for tag, attributes in Outline(self.page).tags:
            self.assertNotIn("src", attributes, tag)
            self.assertNotIn("href", attributes, tag)
        self.assertNotRegex(self.page, r"@import|url\(")

    def test_every_chart_has_its_table_and_both_languages_the_same_shape(self):
        outline = Outline(self.page)
        charts = sorted(i for i in outline.ids if re.fullmatch(r"chart-\d+", i))
        self.assertEqual(len(charts), 5)
        for chart in charts:
            self.assertIn(chart + "-table", outline.ids)
            self.assertIn(chart + "-caption", outline.ids)
        regions = [a for t, a in outline.tags if a.get("role") == "region"]
        self.assertTrue(all(a.get("tabindex") == "0" for a in regions), "tables that scroll can be reached by keyboard")
        japanese = (self.folder / "ja.html").read_text(encoding="utf-8")
        self.assertIn('<html lang="ja">', japanese)
        self.assertIn("データの誤り", japanese)
        self.assertNotIn("Data errors", japanese)
        self.assertEqual(Outline(japanese).ids, outline.ids)

    def test_counts_and_changes(self):
        shown = json.loads(self.saiten("runs", "compare", "--db", "crm.db", "--json"))
        text = " ".join("".join(Outline(self.page).texts).split())
        before, now = shown["scores"][0]["bands"]["hot"]
        self.assertIn(f"{now - before:+,}", text.replace("−", "-"))
        self.assertIn("Compared with run 1 as of 2026-06-01T00:00:00Z; rules the same.", text)
        self.saiten("report", "1", "--db", "crm.db")
        first = (self.folder / "saiten-run-1.html").read_text(encoding="utf-8")
        self.assertNotIn("Compared with", first)
        self.assertIn("has no run 9", self.saiten("report", "--run", "9", "--db", "crm.db", expect=2))
        self.assertIn("number of a run", self.saiten("report", "x", "--db", "crm.db", expect=2))

    def test_the_charting_library_is_the_one_of_its_readme(self):
        folder = ROOT / "tools" / "report" / "uplot"
        named = dict(re.findall(r"\| (\S+) \| ([0-9a-f]{64}) \|", (folder / "README.md").read_text()))
        self.assertEqual(set(named), {p.name for p in folder.iterdir()} - {"README.md"})
        for name, wanted in named.items():
            self.assertEqual(hashlib.sha256((folder / name).read_bytes()).hexdigest(), wanted, name)
        self.assertIn("MIT License", (folder / "LICENSE").read_text())

    def browse(self, name, *flags):
        with tempfile.TemporaryDirectory() as profile:
            done = subprocess.run([CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                                   f"--user-data-dir={profile}", "--enable-logging=stderr", "--window-size=1200,2400",
                                   "--virtual-time-budget=4000", *flags, (self.folder / name).as_uri()],
                                  capture_output=True, text=True, timeout=120, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("CONSOLE", done.stderr)
        return done.stdout

    def test_in_a_browser(self):
        if os.environ.get("SAITEN_NO_BROWSER"):
            self.skipTest("SAITEN_NO_BROWSER is set")
        if not CHROMIUM:
            self.fail("chromium is not installed: `./dev setup` does it (SAITEN_NO_BROWSER=1 leaves this test out)")
        # What the page says of itself after it was drawn: how many points of each canvas carry the colour of the bars.
        watch = """<script>var failures = []; addEventListener("error", (e) => failures.push(e.message));
          addEventListener("securitypolicyviolation", (e) => failures.push(e.blockedURI));</script>"""
        probe = """<script>addEventListener("load", () => setTimeout(() => {
          const ink = getComputedStyle(document.documentElement).getPropertyValue("--now").trim();
          const rgb = [1, 3, 5].map((i) => parseInt(ink.substr(i, 2), 16));
          const painted = [...document.querySelectorAll("canvas")].map((canvas) => {
            const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            let n = 0;
            for (let i = 0; i < pixels.length; i += 4) n += rgb.every((c, k) => Math.abs(pixels[i + k] - c) < 3) ? 1 : 0;
            return n;
          });
          document.body.dataset.probe = JSON.stringify({painted, failures, title: document.title, ink,
            wide: document.documentElement.scrollWidth > innerWidth,
            drawn: document.documentElement.dataset.drawn});
        }, 300));</script>"""
        for name in ("en.html", "ja.html"):
            page = (self.folder / name).read_text(encoding="utf-8")
            (self.folder / ("probe-" + name)).write_text(
                page.replace("<title>", watch + "<title>", 1).replace("</body>", probe + "</body>"), encoding="utf-8")
            for dark in (False, True):
                dom = self.browse("probe-" + name, "--dump-dom", *(["--force-dark-mode",
                                  "--blink-settings=preferredColorScheme=0"] if dark else []))
                said = json.loads(next(a["data-probe"] for t, a in Outline(dom).tags if t == "body"))
                self.assertEqual(said["failures"], [])
                self.assertEqual(said["drawn"], "5")
                self.assertEqual(len(said["painted"]), 5)
                self.assertTrue(all(n > 200 for n in said["painted"]), said)
                self.assertNotEqual(said["title"], "evil")
                self.assertFalse(said["wide"], "nothing sticks out sideways")
        self.check_widths()
        # Pictures for people, where somebody asks for them.
        pictures = os.environ.get("SAITEN_SCREENSHOTS")
        if pictures:
            pathlib.Path(pictures).mkdir(parents=True, exist_ok=True)
            for name, flags in {"en": [], "ja": ["--blink-settings=preferredColorScheme=0"]}.items():
                self.browse(name + ".html", f"--screenshot={pictures}/{name}.png", *flags)
            for width in self.WIDTHS:
                self.browse(self.framed("en.html", width), f"--screenshot={pictures}/{width}.png",
                            f"--window-size={max(500, width)},3600")

    WIDTHS = (360, 420, 800, 1280)

    def framed(self, page, width):
        """A page with `page` as a window of that width shows it: a window of the browser is never under 500 wide."""
        name = f"framed-{width}-{page}"
        (self.folder / name).write_text(
            "<!doctype html><body style='margin:0;background:#888'><script>addEventListener('message', (e) => "
            "document.body.dataset.probe = e.data)</script>"
            f"<iframe src='{page}' style='border:0;background:#fff;width:{width}px;height:3600px'></iframe>",
            encoding="utf-8")
        return name

    def check_widths(self):
        """On telephones and on screens no chart is cut off, and no table sticks out: a wide one moves in a frame of its own."""
        tell = """<script>addEventListener("load", () => setTimeout(() => parent.postMessage(JSON.stringify({
            width: innerWidth, wide: document.documentElement.scrollWidth > innerWidth,
            charts: [...document.querySelectorAll("canvas")].map((canvas) => {
              const box = canvas.getBoundingClientRect(), frame = canvas.closest(".chart").getBoundingClientRect();
              return box.width > 200 && box.left >= frame.left && box.right <= frame.right && frame.right <= innerWidth
                && box.bottom <= frame.bottom;
            }),
            tables: [...document.querySelectorAll("table")].map((table) => {
              const scroll = table.closest(".scroll");
              return (scroll || table).getBoundingClientRect().right <= innerWidth;
            })}), "*"), 300));</script>"""
        for name in ("en", "ja"):
            page = (self.folder / (name + ".html")).read_text(encoding="utf-8")
            (self.folder / f"tell-{name}.html").write_text(page.replace("</body>", tell + "</body>"), encoding="utf-8")
            for width in self.WIDTHS:
                dom = self.browse(self.framed(f"tell-{name}.html", width), "--dump-dom")
                said = json.loads(next(a["data-probe"] for t, a in Outline(dom).tags if t == "body"))
                self.assertEqual(said["width"], width)
                self.assertFalse(said["wide"], said)
                self.assertEqual(said["charts"], [True] * 5, (name, said))
                self.assertGreater(len(said["tables"]), 4)
                self.assertTrue(all(said["tables"]), (name, said))


if __name__ == "__main__":
    SAITEN = os.path.abspath(sys.argv.pop(1))
    unittest.main()
