#include "driver/runs.h"
#include "tools/cli/commands.h"
#include "tools/cli/run_words.h"
#include "tools/cli/score.h"
#include "tools/cli/show.h"

namespace saiten::cli {
namespace {

Exit Run(Context& context) {
  int64_t run = 0;
  if (!context.positional().empty()) {
    const auto number = ParseRunNumber(context.positional()[0]);
    if (!number.ok()) return context.Fail(number.error());
    run = *number;
  }
  Exit exit = Exit::kOk;
  auto compiled = CompileOrExplain(context, false, driver::CompileTo::kProgram, &exit);
  if (!compiled) return exit;
  const auto again = driver::FindAgain(*compiled, context.Value("db").value_or(""), run);
  if (!again.ok()) return context.Fail(again.error());
  driver::RunOptions options;
  options.resume = again->resume;
  options.data.as_of = again->as_of;
  return Score(context, *compiled, std::move(options), exit);
}

}  // namespace

Command RunsRetryCommand() {
  return {
      .name = "runs retry",
      .arguments = "[RUN]",
      .summary = {"a run again, with its time and its rules", "実行を同じ時点とルールでやり直す"},
      .details =
          {"For data that was put right after a run: the rows that changed are read, and the records evaluated again "
           "as "
           "of the time\nof that run. Without a number it is the run that did not end, as `run --resume` has it, or "
           "else "
           "the last one. Other rules than\nthose of the run are refused. A run writes all of its results or none, so "
           "there are no failed parts of it; to send mails and\nwebhooks again is not built yet, it comes with "
           "workflows.",
           "実行のあとでデータを直したときに使います。変わった行を読み、その実行と同じ時点で評価し直します。\n"
           "番号を省略すると、途中で止まった実行があればそれを(`run "
           "--resume`と同じ)、なければ最後の実行をやり直します。\n"
           "実行時とルールが違うときは断ります。結果は全部書くか何も書かないかなので、一部だけの失敗はありません。\n"
           "メールやWebhookの再送は未実装です。ワークフローと一緒に作ります。"},
      .options = ScoreOptions(),
      .examples = {{"saiten runs retry --db crm.db", {"the last one", "最後の実行"}},
                   {"saiten runs retry 12 --db crm.db", {"by its number", "番号で指定"}}},
      .max_arguments = 1,
      .run = Run};
}

}  // namespace saiten::cli
