#pragma once

#include "tools/cli/command.h"

// One function a command, each in a file of its own.
namespace saiten::cli {

Command CheckCommand();
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
Command ExplainCommand();
Command CompletionCommand();
Command ConfigShowCommand();
Command WorkflowOffCommand();
Command WorkflowPauseCommand();
Command WorkflowResumeCommand();
Command WorkflowEnrolCommand();

}  // namespace saiten::cli
