#pragma once

#include <string>

#include "driver/flow_slices.h"
#include "tools/cli/command.h"
#include "tools/cli/share_text.h"

// `saiten workflow show --by`: figures side by side.
namespace saiten::cli {

std::string SlicesText(const driver::FlowSlices& slices, const Context& context);
// An array; `slice` null: no task, an unknown value.
Json JsonOf(const driver::FlowSlices& slices);

}  // namespace saiten::cli
