#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/lower/lower.h"
#include "driver/compile.h"
#include "driver/words.h"
#include "runtime/results.h"
#include "vm/run_context.h"

// Where a result comes from: every clause with the value it saw. Made by the interpreter on one record, from the
// program as lowered (no optimiser), so that it is the definition itself that speaks.
namespace saiten::driver {

// A value that a clause saw.
struct WhyValue {
  std::string what;   // `industry`, as written
  std::string value;  // as Speller writes it; `unknown` in the language asked for where it is not known
  bool known = true;
  bool operator==(const WhyValue&) const = default;
};

// One clause. Lines of depth 0 add up exactly to the score; those below a line to that line (sem SC9).
struct WhyLine {
  int depth = 0;
  std::optional<int64_t> points;  // milli-points it brought
  std::string text;               // the clause as written, or what a limit did
  std::vector<WhyValue> values;   // what it saw
  std::string remark;             // behind them: that unknown counts as no, how many counted
  bool took = true;               // false: nothing came of it, or a condition that did not hold

  // `industry = IT, employees = unknown (counts as no)`
  std::string Saw() const;
};

struct WhyItem {
  enum class Kind { kScore, kGrid, kTable, kSegment };
  Kind kind = Kind::kScore;
  std::string name;
  std::string label;
  std::string value;  // `45`, `hot`, `member`, `("executive", 1)`; of scores the band behind it
  std::string band;
  std::optional<int64_t> points;  // of scores
  std::vector<WhyLine> lines;
};

// The word of the language for it: `score`, `segment`.
std::string_view KindWord(WhyItem::Kind kind);

struct Why {
  std::string object;
  std::string key;
  int64_t as_of = 0;
  std::string zone;
  std::vector<WhyItem> items;
};

struct WhyOptions {
  std::string rule;               // only this declaration; empty: all of the object
  bool every_occurrence = false;  // else the first few of each rule
  Language language = Language::kEnglish;
};

// Explains record `row` of `object`. All kernels must have run over `results`.
Why Explain(const Compiled& compiled, const lower::LowerResult& lowered, const vm::RunContext& context,
            rt::Results& results, ObjectId object, size_t row, const WhyOptions& options);

// For people: points in a column at the left, what was seen at the right.
std::string RenderWhy(const Why& why, bool color, Language language);
std::string RenderItem(const WhyItem& item, bool color, Language language);

}  // namespace saiten::driver
