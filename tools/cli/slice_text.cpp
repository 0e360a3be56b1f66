#include "tools/cli/slice_text.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "driver/flow_chart.h"

namespace saiten::cli {
namespace {

using driver::FlowSlice;
using driver::FlowSlices;
using driver::Share;

// How many more, as a share of those before; nothing where there were none.
std::optional<double> Rise(uint64_t now, const FlowSlice* before) {
  if (before == nullptr || before->enrolled == 0) return std::nullopt;
  return static_cast<double>(now) / static_cast<double>(before->enrolled) - 1;
}

std::string RiseText(uint64_t now, const FlowSlice* before) {
  const auto rise = Rise(now, before);
  return rise ? fmt::format("{:+.0f} %", 100 * *rise) : "-";
}

std::string PointsText(Share now, Share before) {
  if (!now.value() || !before.value()) return "-";
  const auto interval = Newcombe(now, before);
  return fmt::format("{:+.1f} ({:+.1f} .. {:+.1f})", 100 * (*now.value() - *before.value()), 100 * interval.low,
                     100 * interval.high);
}

Json Compared(const FlowSlice& now, const FlowSlice* before) {
  if (before == nullptr) return nullptr;
  const auto rise = Rise(now.enrolled, before);
  Json json = {{"slice", before->name}, {"enrolled", before->enrolled}, {"rise", rise ? Json(*rise) : Json(nullptr)}};
  const Share a = now.goal_rate();
  const Share b = before->goal_rate();
  json["goal_rate"] = JsonOf(b);
  if (a.value() && b.value()) {
    json["goal_rate"]["difference"] = *a.value() - *b.value();
    json["goal_rate"]["newcombe_95"] = JsonOf(Newcombe(a, b));
    json["goal_rate"]["p"] = PValue(a, b);
  }
  return json;
}

constexpr std::string_view kEvents[] = {"email_open", "email_click", "reply", "unsubscribe"};

}  // namespace

std::string SlicesText(const FlowSlices& slices, const Context& context) {
  const auto say = [&](std::string_view en, std::string_view ja) { return std::string(context.Say(en, ja)); };
  const bool mails = slices.by == "template";
  const bool tasks = slices.by == "rep" || slices.by == "team";
  std::vector<std::vector<std::string>> table;
  std::vector<std::string> head = {slices.by, say("enrolled", "登録")};
  if (slices.ordered) head.push_back(say("to before", "前期比"));
  if (slices.year > 0) head.push_back(say("to a year before", "前年比"));
  head.push_back(say("goal rate", "ゴール達成率"));
  if (slices.ordered) head.push_back(say("points to before (95 %)", "前期とのポイント差(95 %)"));
  for (const auto& name :
       {say("completion", "完了率"), say("meeting rate", "面談予約率"), say("reply rate", "返信率")}) {
    head.push_back(name);
  }
  if (tasks) head.push_back(say("tasks", "タスク"));
  if (mails) {
    head.push_back(say("delivered", "到達"));
    for (const std::string_view event : kEvents) head.push_back(driver::FlowWord(event, context.language()));
  }
  table.push_back(std::move(head));
  for (size_t i = 0; i < slices.slices.size(); ++i) {
    const FlowSlice& slice = slices.slices[i];
    const FlowSlice* before = slices.Before(i);
    std::vector<std::string> row = {slice.name.empty() ? "-" : slice.name, diag::WithThousands(slice.enrolled)};
    if (slices.ordered) row.push_back(RiseText(slice.enrolled, before));
    if (slices.year > 0) row.push_back(RiseText(slice.enrolled, slices.YearBefore(i)));
    row.push_back(ShareText(slice.goal_rate()));
    if (slices.ordered) row.push_back(before ? PointsText(slice.goal_rate(), before->goal_rate()) : "-");
    for (const Share share : {slice.completion(), slice.meeting_rate(), slice.reply_rate()}) {
      row.push_back(ShareText(share));
    }
    if (tasks) row.push_back(slice.tasks.empty() ? "-" : driver::TallyText(slice.tasks, context.language()));
    if (mails) {
      row.push_back(diag::WithThousands(slice.RateOf("delivered").n));
      for (const std::string_view event : kEvents) row.push_back(ShareText(slice.RateOf(event)));
    }
    table.push_back(std::move(row));
  }
  std::string out;
  for (const auto& row : table) {
    for (size_t column = 0; column < row.size(); ++column) {
      size_t width = 0;
      for (const auto& other : table) width = std::max<size_t>(width, diag::TextWidth(other[column]));
      out += Padded(row[column], width + 2);
    }
    out.erase(out.find_last_not_of(' ') + 1);
    out += "\n";
  }
  return out;
}

Json JsonOf(const FlowSlices& slices) {
  Json json = Json::array();
  for (size_t i = 0; i < slices.slices.size(); ++i) {
    const FlowSlice& slice = slices.slices[i];
    Json one = {{"slice", slice.name.empty() ? Json(nullptr) : Json(slice.name)},
                {"enrolled", slice.enrolled},
                {"inside", slice.inside},
                {"ended", JsonOf(slice.ended)},
                {"goal_rate", JsonOf(slice.goal_rate())},
                {"influenced_goal_rate", JsonOf(slice.influenced_rate())},
                {"completion", JsonOf(slice.completion())},
                {"meeting_rate", JsonOf(slice.meeting_rate())},
                {"reply_rate", JsonOf(slice.reply_rate())}};
    if (slices.ordered) one["before"] = Compared(slice, slices.Before(i));
    if (slices.year > 0) one["year_before"] = Compared(slice, slices.YearBefore(i));
    if (slices.by == "rep" || slices.by == "team") one["tasks"] = JsonOf(slice.tasks);
    if (slices.by == "template") {
      one["delivered"] = slice.RateOf("delivered").n;
      one["open_rate"] = JsonOf(slice.RateOf("email_open"));
      one["click_rate"] = JsonOf(slice.RateOf("email_click"));
      one["message_reply_rate"] = JsonOf(slice.RateOf("reply"));
      one["unsubscribe_rate"] = JsonOf(slice.RateOf("unsubscribe"));
    }
    json.push_back(std::move(one));
  }
  return json;
}

}  // namespace saiten::cli
