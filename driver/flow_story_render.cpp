#include <fmt/format.h>

#include "compiler/diag/style.h"
#include "driver/flow_chart.h"
#include "driver/flow_story.h"
#include "runtime/time_parse.h"

namespace saiten::driver {
namespace {

using diag::Ink;
using diag::Paint;

std::string_view MarkOf(StoryCheck::State state) {
  switch (state) {
    case StoryCheck::State::kPassed:
      return "✓";
    case StoryCheck::State::kFailed:
      return "✗";
    case StoryCheck::State::kNotAsked:
      return "·";
  }
  return {};
}

}  // namespace

std::string RenderStories(const Stories& stories, const rt::Zone* zone, bool color, Language language) {
  const rt::Zone& clock = zone ? *zone : *rt::Zone::Utc();
  std::string out;
  for (const Story& story : stories.stories) {
    if (!out.empty()) out += "\n";
    out += fmt::format("{} {}", In(language, "workflow", "ワークフロー"), Paint(story.workflow, Ink::kBold, color));
    if (!story.label.empty()) out += " \"" + story.label + "\"";
    out += "\n  " + story.stands + "\n";
    for (const StoryLine& line : story.lines) {
      std::string text = line.step.empty() ? line.text : line.step + ": " + line.text;
      // Of a refusal the values stand with the check that failed.
      if (!line.saw.empty() && (line.checks.empty() || line.took)) text += "   " + line.saw;
      out += fmt::format("  {}  {}\n", rt::FormatInstant(line.time, clock),
                         line.took ? text : Paint(text, Ink::kDim, color));
      if (line.took) continue;
      for (const StoryCheck& check : line.checks) {
        std::string said = fmt::format("      {} {}", MarkOf(check.state), check.clause);
        if (check.state == StoryCheck::State::kFailed) {
          said += ": " + FlowWord(check.reason, language);
          if (!check.saw.empty()) said += "   " + check.saw;
        } else if (check.state == StoryCheck::State::kNotAsked) {
          said = Paint(said + std::string(In(language, " (not asked)", "(未確認)")), Ink::kDim, color);
        }
        out += said + "\n";
      }
    }
  }
  return out;
}

}  // namespace saiten::driver
