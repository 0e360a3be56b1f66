#pragma once

#include <string>

#include "compiler/types/function_record.h"

namespace saiten::stdlib {

// The signature as people read it: `slice(text, start, [count])`.
std::string SignatureOf(const FunctionRecord& record);

// The page docs/stdlib.md (docs/stdlib.ja.md in Japanese), made from the records and the modules alone.
std::string ReferencePage(bool japanese);

}  // namespace saiten::stdlib
