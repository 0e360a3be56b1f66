#pragma once

#include <functional>

#include "compiler/ast/ast.h"
#include "compiler/check/program.h"

namespace saiten::analyse {

// The places of a declaration that name another one which computes or says something: values, functions, scores, bands,
// grids, tables, segments, templates, actions. Names of the schema, of lists, of the score that a step grants to and of
// the workflow that it enrols in are left out: these are what they are now, whoever names them. `name` is in the tree.
void ForEachReference(const check::CheckedProgram& checked, const ast::Decl& from,
                      const std::function<void(const ast::Name& name, const ast::Decl& to)>& visit);

}  // namespace saiten::analyse
