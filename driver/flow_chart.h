#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "driver/compile.h"
#include "driver/flow_figures.h"
#include "driver/words.h"

// A workflow as a picture. A flow is a list of steps whose branches come together again, so its layout is that of its
// text: from top to bottom, branches side by side, nothing ever crosses.
namespace saiten::driver {

// One row of a panel: a trigger or a clause as written, and how many it concerned.
struct ChartRow {
  std::string text;
  std::optional<uint64_t> count;
};

// What stands above the steps: what starts a run, what keeps it out, what ends it early, when messages go out.
struct ChartPanel {
  std::string title;
  std::vector<ChartRow> rows;
};

// How a step is drawn.
enum class ChartShape : uint8_t { kSend, kWait, kWrite, kTask, kCall, kBranch, kEnd };

struct ChartBlock;
struct ChartWay {
  std::string label;
  std::optional<uint64_t> count;
  std::vector<ChartBlock> steps;
  bool ends = false;            // nobody comes back from it
  std::optional<uint64_t> out;  // how many come back
};

// A step, with its ways.
struct ChartBlock {
  ChartShape shape = ChartShape::kSend;
  std::string name;                // of the step
  std::string head;                // what it does, as written
  std::vector<std::string> notes;  // its numbers in words
  std::optional<uint64_t> in;      // on the edge to it
  std::vector<ChartWay> ways;
};

struct Chart {
  std::string title;
  std::vector<ChartPanel> panels;
  std::optional<uint64_t> enrolled;
  std::vector<ChartBlock> steps;
  std::optional<uint64_t> completed;
  bool ends = false;  // all ways end inside
  Language language = Language::kEnglish;
};

// `figures` null: the flow alone, without numbers.
Chart ChartOf(const Compiled& compiled, const check::FlowInfo& flow, const FlowFigures* figures, Language language);

// The picture; text is escaped, nothing in it runs or is loaded.
std::string ToSvg(const Chart& chart);
// The same for Graphviz.
std::string ToDot(const Chart& chart);

// How states, reasons and events are called in a language: `goal`, `opted out`, `email_open`. A word that is not known
// stays as it is.
std::string FlowWord(std::string_view word, Language language);
// Actions by state; tasks and notifications that nobody has to deliver are `created`.
Tally ActionsOf(const StepFigures& step);
// The values that a decision saw, as the engine wrote them down; its own names in the language asked for.
std::string SawText(std::string_view saw, Language language);
// `goal 3, left 1`
std::string TallyText(const Tally& tally, Language language);

}  // namespace saiten::driver
