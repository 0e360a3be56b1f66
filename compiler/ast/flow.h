#pragma once

#include "compiler/ast/decl.h"

namespace saiten::ast {}  // namespace saiten::ast
