#include <fmt/format.h>

#include "driver/flow_chart.h"

namespace saiten::driver {
namespace {

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string_view ShapeOf(ChartShape shape) {
  switch (shape) {
    case ChartShape::kSend:
      return "box";
    case ChartShape::kWait:
      return "box, style=dashed";
    case ChartShape::kWrite:
      return "box, style=rounded";
    case ChartShape::kTask:
      return "note";
    case ChartShape::kCall:
      return "cds";
    case ChartShape::kBranch:
      return "diamond";
    case ChartShape::kEnd:
      return "oval";
  }
  return {};
}

class Writer {
 public:
  explicit Writer(const Chart& chart) : chart_(chart) {}

  std::string Run() {
    Put("digraph flow {{\n  label={};\n  labelloc=t;\n  node [fontname=\"sans-serif\"];\n  edge "
        "[fontname=\"sans-serif\"];\n",
        Quoted(chart_.title));
    std::string before;
    for (size_t i = 0; i < chart_.panels.size(); ++i) {
      std::string text = chart_.panels[i].title + "\n";
      for (const ChartRow& row : chart_.panels[i].rows) {
        text += row.text + (row.count ? fmt::format("  ({})", *row.count) : "") + "\n";
      }
      Put("  p{} [shape=box, style=filled, fillcolor=\"#f5f7fa\", label={}];\n", i, Quoted(text));
      if (i > 0) Put("  p{} -> p{} [style=invis];\n", i - 1, i);
      before = fmt::format("p{}", i);
    }
    ends_ = {{before, fmt::format("{}", In(chart_.language, "enrolled", "登録")), chart_.enrolled}};
    List(chart_.steps);
    if (!chart_.ends) {
      Put("  completed [shape=oval, label={}];\n", Quoted(In(chart_.language, "completed", "完了")));
      Join("completed", chart_.completed);
    }
    Put("}}\n");
    return std::move(out_);
  }

 private:
  // An edge that has no end yet.
  struct Open {
    std::string from;
    std::string label;
    std::optional<uint64_t> count;
  };

  template <typename... Args>
  void Put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  // `count`: of an edge that says none of its own.
  void Join(const std::string& to, const std::optional<uint64_t>& count) {
    for (const Open& open : ends_) {
      const std::optional<uint64_t> number = open.count || ends_.size() > 1 ? open.count : count;
      std::string label = open.label;
      if (number) label += fmt::format("{}{}", label.empty() ? "" : " ", *number);
      Put("  {} -> {} [label={}];\n", open.from, to, Quoted(label));
    }
    ends_.clear();
  }

  void List(const std::vector<ChartBlock>& blocks) {
    for (const ChartBlock& block : blocks) {
      const std::string node = fmt::format("s{}", ++nodes_);
      std::string text = block.head;
      for (const std::string& note : block.notes) text += "\n" + note;
      Put("  {} [shape={}, label={}];\n", node, ShapeOf(block.shape), Quoted(text));
      Join(node, block.in);
      if (block.shape == ChartShape::kEnd) continue;
      if (block.ways.empty()) {
        ends_ = {{node, "", std::nullopt}};
        continue;
      }
      std::vector<Open> out;
      for (const ChartWay& way : block.ways) {
        ends_ = {{node, way.label, way.count}};
        List(way.steps);
        if (way.ends) continue;
        if (!way.steps.empty() && ends_.size() == 1) ends_[0].count = way.out;
        out.insert(out.end(), ends_.begin(), ends_.end());
      }
      ends_ = std::move(out);
    }
  }

  const Chart& chart_;
  std::string out_;
  std::vector<Open> ends_;
  size_t nodes_ = 0;
};

}  // namespace

std::string ToDot(const Chart& chart) { return Writer(chart).Run(); }

}  // namespace saiten::driver
