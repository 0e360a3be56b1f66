#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "tools/cli/commands.h"
#include "tools/cli/score.h"
#include "tools/cli/show.h"

namespace saiten::cli {
namespace {

// One run. The rules are read anew each time.
Exit RunOnce(Context& context, std::optional<int64_t>* due) {
  Exit exit = Exit::kOk;
  auto compiled = CompileOrExplain(context, false, driver::CompileTo::kProgram, &exit);
  if (!compiled) return exit;
  driver::RunOptions options;
  options.data.as_of = context.Value("as-of").value_or("");
  options.dry_run = context.Flag("dry-run");
  options.resume = context.Flag("resume");
  if (options.resume && options.dry_run) {
    return context.Fail(driver::Fail(ErrorKind::kUsage, {"`--resume` and `--dry-run` do not go together",
                                                         "`--resume`と`--dry-run`は一緒に使えません"}));
  }
  if (const auto shard = context.Value("shard")) {
    auto parsed = driver::ParseShard(*shard);
    if (!parsed.ok()) return context.Fail(parsed.error());
    options.shard = *parsed;
    options.results = context.Value("results").value_or("");
  }
  if (options.shard.has_value() != context.Value("results").has_value() && !options.dry_run) {
    return context.Fail(
        driver::Fail(ErrorKind::kUsage,
                     {"`--shard` and `--results FILE` go together", "`--shard`と`--results ファイル`は一緒に使います"},
                     {"a part has its results in a file of its own; `saiten runs merge` joins them",
                      "部分ごとの結果は別のファイルに書き、`saiten runs merge`でまとめます"}));
  }
  return Score(context, *compiled, std::move(options), exit, due);
}

// Again and again: when something is due, else as often as `--every` says. What ends the first run ends all; later ones
// say what is wrong, and the next one tries again.
Exit Watch(Context& context) {
  constexpr int64_t kSecond = 1'000'000;
  const auto every = context.Number("every", 1);
  if (!every.ok()) return context.Fail(every.error());
  for (const char* other : {"as-of", "shard", "results"}) {
    if (!context.Value(other)) continue;
    return context.Fail(driver::Fail(ErrorKind::kUsage, {fmt::format("`--watch` and `--{}` do not go together", other),
                                                         fmt::format("`--watch`と`--{}`は一緒に使えません", other)}));
  }
  for (bool first = true;; first = false) {
    std::optional<int64_t> due;
    const Exit exit = RunOnce(context, &due);
    if (first && exit != Exit::kOk && exit != Exit::kPartial) return exit;
    const int64_t now = driver::MachineNow();
    // Not more often than each second, whatever is due.
    const int64_t next = std::clamp(due.value_or(INT64_MAX), now + kSecond, now + every->value_or(60) * kSecond);
    std::this_thread::sleep_for(std::chrono::microseconds(next - now));
  }
}

Exit Run(Context& context) { return context.Flag("watch") ? Watch(context) : RunOnce(context, nullptr); }

std::vector<OptionSpec> Options() {
  std::vector<OptionSpec> options = ScoreOptions();
  options.insert(
      options.begin() + 1,
      {{.name = "as-of",
        .value = "TIME",
        .help = {"the rules' clock: `2026-06-30 09:00` (default: now)",
                 "ルールの時計: `2026-06-30 09:00`(既定: 現在)"}},
       {.name = "dry-run", .help = {"do everything but write", "書き込み以外をすべて行う"}},
       {.name = "watch",
        .help = {"keep on running: when something is due, at least every --every seconds",
                 "期限が来るたび、または--every秒ごとに実行し続ける"}},
       {.name = "every",
        .value = "SECONDS",
        .help = {"with --watch: at least so often (default: 60)", "--watchの間隔(既定: 60秒)"}},
       {.name = "plan", .value = "FILE", .help = {"an approved plan", "承認済みの計画"}, .not_built = true},
       {.name = "resume",
        .help = {"go on with a run that was killed: its as-of time, its engine, the same rules",
                 "途中で止まった実行を、同じ時点・エンジン・ルールで続ける"}},
       {.name = "shard",
        .value = "I/N",
        .help = {"only part I of N of the records, by a hash of their keys; with --results",
                 "レコードをキーのハッシュでN個に分けたI番目だけ(--resultsと一緒に)"}},
       {.name = "results",
        .value = "FILE",
        .help = {"with --shard: the database for its results, made if missing; --db is only read",
                 "--shardの結果を書くデータベース(なければ作る)。--dbは読むだけ"}},
       {.name = "shadow", .value = "REF", .help = {"measure old against new", "新旧の比較"}, .not_built = true},
       {.name = "limit", .value = "N", .help = {"only so many records", "レコード数の上限"}, .not_built = true},
       {.name = "fail-fast", .help = {"stop at the first data error", "最初の誤りで停止"}, .not_built = true},
       {.name = "report", .value = "DIR", .help = {"artefacts of the run", "実行の成果物"}, .not_built = true}});
  return options;
}

}  // namespace

Command RunCommand() {
  return {
      .name = "run",
      .summary = {"score every record, work off the workflows, write the results",
                  "全レコードを採点し、ワークフローを進め、結果を書き込む"},
      .details =
          {"Results are the views saiten_scores(object, id, score, points, band) and saiten_members(segment, "
           "object, id).\n"
           "They appear all at once: a stopped run leaves the old ones whole. Tables of the CRM are only read.\n"
           "Workflows do what is due since the run before; what leaves stands in saiten_actions, for `saiten outbox "
           "send`.\n"
           "What was read is kept in the folder DB.saiten, so that the next run need not read it again. That "
           "folder may be deleted at any time.",
           "結果はビューsaiten_scores(object, id, score, points, band)とsaiten_members(segment, object, "
           "id)で読めます。\n"
           "結果は一度に切り替わり、途中で止めても前の結果がそのまま残ります。CRMの表は読むだけです。\n"
           "ワークフローは前回の実行からの出来事を処理し、送るものはsaiten_actionsに入ります(`saiten outbox send`で"
           "送信)。\n"
           "読んだ内容はフォルダー「DB.saiten」に残り、次の実行は変わっていなければ読み直しません。"
           "このフォルダーはいつ消してもかまいません。"},
      .options = Options(),
      .examples = {{"saiten run --db crm.db", {"everything, as of now", "現在の時点で全件"}},
                   {"saiten run --db crm.db --as-of \"2026-06-30 09:00\" --dry-run",
                    {"what would come out then, nothing written", "その時点の結果を、書き込まずに見る"}},
                   {"saiten run --db crm.db --as-of 2026-06-30 --shard 2/8 --results part2.db",
                    {"on the second of eight machines; then `saiten runs merge`",
                     "8台のうち2台目で。後で`saiten runs merge`"}},
                   {"sqlite3 crm.db \"SELECT * FROM saiten_scores ORDER BY points DESC LIMIT 10\"",
                    {"the best leads", "上位のリード"}}},
      .run = Run};
}

}  // namespace saiten::cli
