#pragma once

#include "driver/compile.h"
#include "tools/cli/command.h"

// One function a command, each in a file of its own.
namespace saiten::cli {

Command CheckCommand();
Command LintCommand();
Command FmtCommand();
Command RunCommand();
Command WhyCommand();
Command TestCommand();
Command EvaluateCommand();
Command SimulateCommand();
Command ImportCommand();
Command EmitCommand();
Command RunsListCommand();
Command RunsShowCommand();
Command RunsMergeCommand();
Command RunsRetryCommand();
Command RunsPruneCommand();
Command ReportCommand();
Command OutboxSendCommand();
Command OutboxListCommand();
Command RunsCompareCommand();
Command SchemaPullCommand();
Command SchemaCheckCommand();
Command AttachCommand();
Command DetachCommand();
Command InitCommand();
Command DoctorCommand();
Command WorkflowListCommand();
Command WorkflowShowCommand();
Command WorkflowTargetsCommand();
Command WorkflowGraphCommand();
Command GraphCommand();
Command ExplainCommand();
Command CompletionCommand();
Command ConfigShowCommand();
Command WorkflowOffCommand();
Command WorkflowPauseCommand();
Command WorkflowResumeCommand();
Command WorkflowEnrolCommand();
Command WorkflowMergeCommand();

// `--since TIME` of the commands that count workflows.
OptionSpec SinceOption();
// What it says; the beginning of time where it is not given.
Result<int64_t> SinceOf(const Context& context, const driver::Compiled& compiled);

}  // namespace saiten::cli
