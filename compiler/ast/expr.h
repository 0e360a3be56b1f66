#pragma once

// Every kind of expression.
#include "compiler/ast/aggregate.h"
#include "compiler/ast/expr_kind.h"
#include "compiler/ast/literal.h"
#include "compiler/ast/match.h"
#include "compiler/ast/operator.h"
#include "compiler/ast/window.h"
