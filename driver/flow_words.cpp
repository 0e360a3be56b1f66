#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "driver/flow_chart.h"

namespace saiten::driver {
namespace {

struct Entry {
  std::string_view word;  // as it stands in the log
  std::string_view en;
  std::string_view ja;
};

constexpr std::array kWords = std::to_array<Entry>({
    // States of a run (sem R5).
    {"active", "inside", "進行中"},
    {"completed", "completed", "完了"},
    {"goal", "goal reached", "ゴール達成"},
    {"suppressed", "suppressed", "抑止"},
    {"unsubscribed", "unsubscribed", "配信停止"},
    {"replied", "replied", "返信あり"},
    {"meeting", "meeting booked", "面談予約"},
    {"bounced", "bounced", "不達"},
    {"left", "left", "離脱"},
    {"restarted", "restarted", "再開始により終了"},
    {"removed", "removed", "除外"},
    {"failed", "failed", "失敗"},
    {"off", "switched off", "停止中"},
    // Why a record did not enter (sem R2).
    {"consent", "no consent", "同意なし"},
    {"goal already met", "goal already reached", "ゴール達成済み"},
    {"not matching", "not matching", "条件に合わない"},
    {"already active", "already inside", "すでに進行中"},
    {"group", "another workflow of the group", "同じグループの別のワークフローが進行中"},
    {"re-entry policy", "re-entry not allowed", "再登録の条件により不可"},
    {"key unknown", "its key is unknown", "キーが不明"},
    {"late-ignored", "event too late", "イベントの到着が遅すぎる"},
    // Why a step was left out.
    {"no address", "no address", "宛先なし"},
    {"opted out", "opted out", "配信停止済み"},
    {"no marketing contact", "no marketing contact", "マーケティング対象外"},
    {"no consent", "no consent", "同意なし"},
    {"law", "law", "法令の要件を満たさない"},
    {"no such workflow", "there is no such workflow any more", "ワークフローが存在しない"},
    {"record gone", "the record is gone", "レコードが存在しない"},
    {"workflow off", "its workflow was switched off", "ワークフローが停止された"},
    {"run ended", "the run through the workflow had ended before it went out",
     "送信前にワークフローの実行が終わっていた"},
    {"cap", "cap on messages", "配信数の上限"},
    {"window", "outside the send window", "配信時間外"},
    {"stale", "too late", "期限切れ"},
    {"guard", "its `when` does not hold", "`when`の条件に合わない"},
    {"past", "its moment is past", "時刻が過ぎている"},
    {"unknown", "its moment is unknown", "時刻が不明"},
    {"nobody to notify", "nobody to notify", "通知先なし"},
    // What actions became.
    {"created", "created", "作成"},
    {"new", "to be delivered", "配信待ち"},
    {"sending", "being delivered", "配信中"},
    {"sent", "sent", "送信済み"},
    {"in doubt", "in doubt", "送信不明"},
    {"dropped", "dropped", "取り消し"},
    {"simulated", "simulated", "シミュレーション"},
    // What came back.
    {"delivered", "delivered", "到達"},
    {"email_open", "opened", "開封"},
    {"email_click", "clicked", "クリック"},
    {"reply", "replied", "返信"},
    {"auto_reply", "automatic reply", "自動返信"},
    {"bounce", "bounced", "不達"},
    {"unsubscribe", "unsubscribed", "配信停止"},
    {"meeting_booked", "meeting booked", "面談予約"},
    // Tasks.
    {"done", "done", "完了"},
    {"deadline", "not done in time", "期限切れ"},
    // How a workflow is switched.
    {"on", "on", "稼働中"},
    {"paused", "paused", "一時停止"},
    {"draining", "draining", "新規登録を停止"},
    {"frozen", "frozen", "凍結"},
    // What starts a run beside triggers.
    {"by hand", "by hand", "手動"},
    {"enrol", "by another workflow", "別のワークフローから"},
    {"holdout", "holdout", "対照群"},
});

}  // namespace

std::string FlowWord(std::string_view word, Language language) {
  const auto found = std::ranges::find(kWords, word, &Entry::word);
  return std::string(found == kWords.end() ? word : In(language, found->en, found->ja));
}

std::string TallyText(const Tally& tally, Language language) {
  struct One {
    uint64_t count;
    std::ptrdiff_t place;  // among the words, which stand in the order of what happens
    std::string name;
  };
  std::vector<One> all;
  for (const auto& [name, count] : tally) {
    const auto found = std::ranges::find(kWords, name, &Entry::word);
    all.push_back({count, found - kWords.begin(), FlowWord(name, language)});
  }
  std::ranges::stable_sort(
      all, [](const One& a, const One& b) { return a.count != b.count ? a.count > b.count : a.place < b.place; });
  std::string text;
  for (const One& one : all) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", one.name, one.count);
  return text;
}

Tally ActionsOf(const StepFigures& step) {
  Tally actions = step.actions;
  if (step.kind != "task" && step.kind != "notify") return actions;
  // Their table is where they are delivered.
  if (auto made = actions.extract("new"); !made.empty()) actions["created"] += made.mapped();
  return actions;
}

std::string SawText(std::string_view saw, Language language) {
  if (language == Language::kEnglish) return std::string(saw);
  constexpr std::array kNames = std::to_array<std::pair<std::string_view, std::string_view>>({
      {"event time", "イベントの時刻"},
      {"runs so far", "これまでの回数"},
      {"last end", "前回の終了"},
      {"again from", "再登録できる時刻"},
      {"enrolled", "登録"},
      {"step", "ステップ"},
      {"moment", "時刻"},
      {"room from", "空きができる時刻"},
      {"opt_out", "配信停止"},
  });
  std::string text(saw);
  for (const auto& [en, ja] : kNames) {
    const std::string name = std::string(en) + " = ";
    for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
      if (at == 0 || text.compare(at - 2, 2, ", ") == 0) text.replace(at, en.size(), ja);
    }
  }
  return text;
}

}  // namespace saiten::driver
