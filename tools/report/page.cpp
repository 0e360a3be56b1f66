#include "tools/report/page.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/embedded.h"
#include "base/json.h"
#include "base/markup.h"
#include "driver/data_words.h"
#include "driver/flow_chart.h"
#include "driver/format.h"
#include "tools/cli/run_words.h"

namespace saiten {
std::span<const EmbeddedFile> ReportFiles();  // made by saiten_embed
}

namespace saiten::report {
namespace {

using driver::In;

std::string_view File(std::string_view name) {
  const auto files = ReportFiles();
  const auto found = std::ranges::find(files, name, &EmbeddedFile::name);
  SAITEN_CHECK(found != files.end());
  return found->text;
}

// Within a script element nothing may look like its end.
std::string ForScript(const Json& json) {
  std::string out;
  for (char c : JsonAscii(json)) {
    if (c == '<' || c == '>' || c == '&') {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out;
}

// A picture as the address of an image: what stands in it runs nothing and styles nothing of the page.
std::string ImageOf(std::string_view svg) {
  std::string out = "data:image/svg+xml,";
  for (const char c : svg) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || std::string_view("-_.~ /=:;,()").find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

class Writer {
 public:
  Writer(const driver::RunDetails& run, const std::optional<driver::RunDetails>& before,
         const std::vector<Workflow>& workflows, driver::Language language)
      : run_(run), before_(before), workflows_(workflows), language_(language) {}

  std::string Write() {
    const store::RunRecord& r = run_.record;
    const std::string title = fmt::format(fmt::runtime(Say("Saiten run {}", "Saiten 実行{}")), r.run);
    out_ = fmt::format(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'; img-src "
        "data:\">\n<title>{}</title>\n<style>{}\n{}</style>\n</head>\n<body>\n<main>\n",
        language_ == driver::Language::kJapanese ? "ja" : "en", InMarkup(title), File("uPlot.min.css"),
        File("report.css"));
    Head(title);
    Scores();
    Segments();
    Workflows();
    Errors();
    Time();
    const Json data = {{"charts", std::move(charts_)},
                       {"words", {{"records", Say("records", "レコード")}, {"before", Before()}}}};
    out_ += fmt::format(
        "</main>\n<script type=\"application/json\" id=\"data\">{}</script>\n<script>{}</script>\n"
        "<script>{}</script>\n</body>\n</html>\n",
        ForScript(data), File("uPlot.iife.min.js"), File("report.js"));
    return std::move(out_);
  }

 private:
  std::string_view Say(std::string_view en, std::string_view ja) const { return In(language_, en, ja); }
  std::string Before() const {
    return before_ ? fmt::format(fmt::runtime(Say("run {}", "実行{}")), before_->record.run) : "";
  }
  static std::string Number(uint64_t n) { return diag::WithThousands(n); }

  void Head(const std::string& title) {
    const store::RunRecord& r = run_.record;
    out_ += fmt::format(
        "<h1>{}</h1>\n<p class=\"about\">{} · {} <time>{}</time> · {} <time>{}</time><br>{} <code>{}</code> · "
        "saiten {} · {}</p>\n",
        InMarkup(title), InMarkup(run_.db), Say("as of", "時点"), cli::InstantText(r.as_of), Say("began", "開始"),
        cli::InstantText(r.started), Say("rules", "ルール"), InMarkup(r.rules), InMarkup(r.version),
        InMarkup(r.engine));
    if (before_) {
      out_ += fmt::format("<p class=\"about\">{}</p>\n",
                          InMarkup(fmt::format(fmt::runtime(Say("Compared with run {} as of {}; rules {}.",
                                                                "実行{}({}時点)と比べています。ルールは{}。")),
                                               before_->record.run, cli::InstantText(before_->record.as_of),
                                               before_->record.rules == r.rules ? Say("the same", "同じ")
                                                                                : Say("changed", "変更あり"))));
    }
    out_ += "<ul class=\"tiles\">\n";
    auto tile = [&](std::string_view what, const std::string& value) {
      out_ += fmt::format("<li><b>{}</b>{}</li>\n", InMarkup(value), what);
    };
    tile(Say("records", "レコード"), Number(r.records));
    tile(Say("records evaluated", "計算したレコード"), Number(r.evaluated));
    tile(Say("events", "イベント"), Number(r.events));
    tile(Say("band changes", "バンドの変化"), Number(r.band_changes));
    tile(Say("data errors", "データの誤り"), Number(r.data_errors));
    tile(Say("seconds", "秒"), fmt::format("{:.2f}", r.load_seconds + r.compute_seconds + r.write_seconds));
    out_ += "</ul>\n";
  }

  // A chart that the script draws, and beside it the table `rows` with the same numbers.
  void Pair(Json chart, const std::string& caption, const std::string& head, const std::string& rows) {
    const std::string id = fmt::format("chart-{}", charts_.size());
    chart["id"] = id;
    charts_.push_back(std::move(chart));
    out_ += fmt::format(
        "<div class=\"pair\">\n<figure><figcaption id=\"{0}-caption\">{1}</figcaption>\n<div class=\"chart\" "
        "id=\"{0}\" role=\"img\" "
        "aria-labelledby=\"{0}-caption\" aria-describedby=\"{0}-table\"></div></figure>\n"
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"{0}-caption\"><table "
        "id=\"{0}-table\">\n"
        "<thead><tr>{2}</tr></thead>\n<tbody>\n{3}</tbody>\n</table></div>\n</div>\n",
        id, InMarkup(caption), head, rows);
  }

  static std::string Cells(std::initializer_list<std::string> texts) {
    std::string row;
    for (const std::string& text : texts) row += text;
    return "<tr>" + row + "</tr>\n";
  }
  static std::string Name(std::string_view text) { return fmt::format("<th scope=\"row\">{}</th>", InMarkup(text)); }
  static std::string Cell(std::string_view text) { return fmt::format("<td class=\"n\">{}</td>", InMarkup(text)); }
  static std::string Column(std::string_view text, bool number = true) {
    return fmt::format("<th scope=\"col\"{}>{}</th>", number ? " class=\"n\"" : "", InMarkup(text));
  }
  std::string ChangeCell(uint64_t before, uint64_t now) const {
    if (before == now) return Cell("0");
    const bool up = now > before;
    return fmt::format("<td class=\"n {}\">{}{}</td>", up ? "up" : "down", up ? "+" : "−",
                       Number(up ? now - before : before - now));
  }

  // Names with their counts, now and before.
  struct Counted {
    std::string name;
    uint64_t now = 0;
    uint64_t before = 0;
  };

  void Groups(const std::vector<Counted>& counted, const std::string& caption, std::string_view what, uint64_t whole) {
    Json chart = {{"kind", "groups"}, {"labels", Json::array()}, {"now", Json::array()}, {"what", Say("now", "今回")}};
    if (before_) chart["before"] = Json::array();
    std::string rows;
    for (const Counted& c : counted) {
      chart["labels"].push_back(c.name);
      chart["now"].push_back(c.now);
      if (before_) chart["before"].push_back(c.before);
      const double share = whole > 0 ? 100.0 * static_cast<double>(c.now) / static_cast<double>(whole) : 0;
      rows += Cells({Name(c.name), Cell(Number(c.now)), Cell(fmt::format("{:.1f} %", share)),
                     before_ ? Cell(Number(c.before)) + ChangeCell(c.before, c.now) : ""});
    }
    Pair(std::move(chart), caption,
         Column(what, false) + Column(Say("records", "レコード")) + Column(Say("share", "割合")) +
             (before_ ? Column(Before()) + Column(Say("change", "増減")) : ""),
         rows);
  }

  const store::ScoreSummary* ScoreBefore(const store::ScoreSummary& now) const {
    if (!before_) return nullptr;
    for (const store::ScoreSummary& score : before_->summary.scores) {
      if (score.object == now.object && score.name == now.name) return &score;
    }
    return nullptr;
  }

  void Scores() {
    if (run_.summary.scores.empty()) return;
    out_ += fmt::format("<h2>{}</h2>\n", Say("Scores", "スコア"));
    for (const store::ScoreSummary& score : run_.summary.scores) {
      const store::ScoreSummary* before = ScoreBefore(score);
      out_ += fmt::format("<section>\n<h3>{} · {}</h3>\n", InMarkup(score.object), InMarkup(score.name));
      if (!score.bars.empty()) Histogram(score, before);
      if (!score.bands.empty()) {
        std::vector<Counted> counted;
        for (const store::BandCount& band : score.bands) counted.push_back({band.name, band.n, 0});
        for (const store::BandCount& band : before ? before->bands : std::vector<store::BandCount>()) {
          auto found = std::ranges::find(counted, band.name, &Counted::name);
          if (found == counted.end()) {
            counted.push_back({band.name, 0, band.n});
          } else {
            found->before = band.n;
          }
        }
        Groups(counted, fmt::format(fmt::runtime(Say("{}: records in each band", "{}: バンドごとの件数")), score.name),
               Say("band", "バンド"), score.n);
      }
      out_ += "</section>\n";
    }
  }

  void Histogram(const store::ScoreSummary& score, const store::ScoreSummary* before) {
    Json bars = Json::array();
    std::string rows;
    for (const store::HistogramBar& bar : score.bars) {
      bars.push_back({cli::Points(static_cast<double>(bar.from)), bar.n});
      rows += Cells({Name(fmt::format("{} … < {}", rt::FormatPoints(bar.from), rt::FormatPoints(bar.from + score.bar))),
                     Cell(Number(bar.n))});
    }
    out_ += fmt::format(
        "<p>{} {} · {} {:.2f}{} · {} {}</p>\n", Say("lowest", "最小"), rt::FormatPoints(score.min), Say("mean", "平均"),
        cli::Points(score.mean),
        before && before->n > 0 ? fmt::format(" ({} {:.2f})", InMarkup(Before()), cli::Points(before->mean)) : "",
        Say("highest", "最大"), rt::FormatPoints(score.max));
    Pair({{"kind", "histogram"}, {"width", cli::Points(static_cast<double>(score.bar))}, {"bars", std::move(bars)}},
         fmt::format(fmt::runtime(Say("{}: records by points", "{}: 点ごとの件数")), score.name),
         Column(Say("points", "点"), false) + Column(Say("records", "レコード")), rows);
  }

  void Segments() {
    if (run_.summary.segments.empty()) return;
    out_ += fmt::format("<h2>{}</h2>\n<section>\n", Say("Segments", "セグメント"));
    std::vector<Counted> counted;
    for (const store::SegmentSummary& segment : run_.summary.segments) {
      counted.push_back({segment.object + " · " + segment.name, segment.members, 0});
    }
    for (const store::SegmentSummary& segment :
         before_ ? before_->summary.segments : std::vector<store::SegmentSummary>()) {
      const std::string name = segment.object + " · " + segment.name;
      auto found = std::ranges::find(counted, name, &Counted::name);
      if (found == counted.end()) {
        counted.push_back({name, 0, segment.members});
      } else {
        found->before = segment.members;
      }
    }
    Groups(counted, std::string(Say("members of each segment", "セグメントごとの該当件数")),
           Say("segment", "セグメント"), run_.record.records);
    out_ += "</section>\n";
  }

  std::string ShareCell(driver::Share share) const {
    if (!share.value()) return Cell("–");
    return Cell(fmt::format("{} ({:.1f} %)", Number(share.k), 100 * *share.value()));
  }

  // As they stand now: runs of a workflow go on behind a run of ours.
  void Workflows() {
    if (workflows_.empty()) return;
    const std::string title(Say("Workflows", "ワークフロー"));
    out_ += fmt::format(
        "<h2>{}</h2>\n<section>\n<p class=\"about\">{}</p>\n", title,
        Say("As they stand when this page is made. Goal, meeting and reply are shares of those enrolled, completion of "
            "those ended.",
            "このページを作った時点の状況です。ゴール・面談・返信は登録数、完了は終了数に対する割合です。"));
    std::string head = Column(title, false) + Column(Say("state", "状態"), false);
    for (const std::string_view name :
         {Say("enrolled", "登録"), Say("inside", "進行中"), Say("messages", "送信"), Say("goal", "ゴール"),
          Say("completion", "完了"), Say("meeting", "面談"), Say("reply", "返信")}) {
      head += Column(name);
    }
    out_ += fmt::format(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table id=\"workflows\">\n"
        "<thead><tr>{}</tr></thead>\n<tbody>\n",
        title, head);
    for (const Workflow& workflow : workflows_) {
      const driver::FlowFigures& flow = workflow.figures;
      uint64_t messages = 0;
      for (const driver::StepFigures& step : flow.steps) messages += step.kind == "send" ? step.made() : 0;
      const std::string state =
          flow.state.empty() ? std::string(Say("never ran", "未実行")) : driver::FlowWord(flow.state, language_);
      out_ += Cells({Name(flow.label.empty() ? flow.name : fmt::format("{} \"{}\"", flow.name, flow.label)),
                     fmt::format("<td>{}</td>", InMarkup(state)), Cell(Number(flow.enrolled)),
                     Cell(Number(flow.inside)), Cell(Number(messages)), ShareCell(flow.goal_rate()),
                     ShareCell(flow.completion()), ShareCell(flow.meeting_rate()), ShareCell(flow.reply_rate())});
    }
    out_ += "</tbody>\n</table></div>\n";
    for (const Workflow& workflow : workflows_) {
      const std::string alt = fmt::format(
          fmt::runtime(Say("the steps of {} with how many took each way", "{}のステップと、それぞれを通った件数")),
          workflow.figures.name);
      out_ += fmt::format("<details{}><summary>{}</summary>\n<img class=\"flow\" alt=\"{}\" src=\"{}\">\n</details>\n",
                          workflow.figures.enrolled > 0 ? " open" : "", InMarkup(workflow.figures.name), InMarkup(alt),
                          ImageOf(workflow.picture));
    }
    out_ += "</section>\n";
  }

  void Errors() {
    out_ += fmt::format("<h2>{}</h2>\n<section>\n", Say("Data errors", "データの誤り"));
    if (run_.errors.groups().empty()) {
      out_ +=
          fmt::format("<p>{}</p>\n", Say("None: every value could be read.", "ありません。すべての値を読めました。"));
    } else {
      out_ += fmt::format(
          "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
          "aria-label=\"{0}\"><table>\n<thead><tr>{1}{2}{3}{4}</tr></thead>\n<tbody>\n",
          Say("Data errors", "データの誤り"), Column(Say("where", "場所"), false), Column(Say("what", "内容"), false),
          Column(Say("times", "件数")), Column(Say("examples: key, value", "例: キー、値"), false));
      for (const store::DataErrorGroup& group : run_.errors.groups()) {
        std::string examples;
        for (size_t i = 0; i < std::min<size_t>(group.examples.size(), 5); ++i) {
          examples += fmt::format("{}<code>{}</code>: <code>{}</code>", i == 0 ? "" : "<br>",
                                  InMarkup(group.examples[i].key), InMarkup(group.examples[i].value));
        }
        out_ += Cells({Name(group.subject + (group.property.empty() ? "" : "." + group.property)),
                       fmt::format("<td>{}{}</td>", InMarkup(driver::WordsOf(group.kind, language_)),
                                   group.quarantines() ? Say(" (left out)", "(隔離)") : ""),
                       Cell(Number(group.count)), "<td>" + examples + "</td>"});
      }
      out_ += "</tbody>\n</table></div>\n";
    }
    for (const store::RunTrap& trap : run_.summary.traps) {
      out_ += fmt::format("<p>R9001 <code>{}</code>: {} {} {}</p>\n", InMarkup(trap.place),
                          Say("a number was held at the end of its range", "数を範囲の端で止めました"),
                          InMarkup(trap.object), InMarkup(trap.first_key));
    }
    out_ += "</section>\n";
  }

  void Time() {
    const store::RunRecord& r = run_.record;
    out_ += fmt::format("<h2>{}</h2>\n<section>\n", Say("Where the time went", "時間の内訳"));
    struct Phase {
      std::string_view name;
      double now, before;
    };
    const store::RunRecord none;
    const store::RunRecord& b = before_ ? before_->record : none;
    Json chart = {{"kind", "groups"},
                  {"labels", Json::array()},
                  {"now", Json::array()},
                  {"what", Say("seconds now", "今回の秒数")}};
    if (before_) chart["before"] = Json::array();
    std::string rows;
    for (const Phase& phase : {Phase{Say("read", "読込"), r.load_seconds, b.load_seconds},
                               Phase{Say("compute", "計算"), r.compute_seconds, b.compute_seconds},
                               Phase{Say("write", "書込"), r.write_seconds, b.write_seconds}}) {
      chart["labels"].push_back(phase.name);
      chart["now"].push_back(phase.now);
      if (before_) chart["before"].push_back(phase.before);
      rows += Cells({Name(phase.name), Cell(fmt::format("{:.3f}", phase.now)),
                     before_ ? Cell(fmt::format("{:.3f}", phase.before)) : ""});
    }
    Pair(std::move(chart), std::string(Say("seconds of each phase", "段階ごとの秒数")),
         Column(Say("phase", "段階"), false) + Column(Say("seconds", "秒")) + (before_ ? Column(Before()) : ""), rows);
    out_ += fmt::format(
        "<p>{}</p>\n</section>\n",
        InMarkup(fmt::format(
            fmt::runtime(Say("Threads: {}. Memory: {} at most. Rows of results: {} new, {} changed, {} gone.",
                             "スレッド: {}。メモリー: 最大{}。結果の行: 新規{}、変更{}、削除{}。")),
            r.threads, cli::SizeText(r.peak_memory), Number(r.inserted), Number(r.updated), Number(r.deleted))));
  }

  const driver::RunDetails& run_;
  const std::optional<driver::RunDetails>& before_;
  const std::vector<Workflow>& workflows_;
  driver::Language language_;
  std::string out_;
  Json charts_ = Json::array();
};

}  // namespace

std::string Page(const driver::RunDetails& run, const std::optional<driver::RunDetails>& before,
                 const std::vector<Workflow>& workflows, driver::Language language) {
  return Writer(run, before, workflows, language).Write();
}

}  // namespace saiten::report
