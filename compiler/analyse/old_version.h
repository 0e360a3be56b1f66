#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/check/program.h"

// Two versions of a declaration in one program (sem R6).
namespace saiten::analyse {

// Whether it belongs to the schema: there is one for all versions, that of now.
bool IsSchema(ast::DeclKind kind);
// Whether a version of a declaration may need it. Tests, evaluations and limits are of the rules as a whole.
bool IsVersioned(ast::DeclKind kind);

// What of `old`, older rules that were checked against the schema of now, is needed beside `now` for `root` of `old` to
// mean what it did: itself and everything it reads, at once or through others, that says something else there or is not
// there. These are renamed to `NAME@version` (ast/version_name.h), wherever they name each other too; everything else
// of `old` is left out. Empty: `root` means the same now.
// What remembers is one for all versions, as long as it is in the rules: scores that points are granted to, bands and
// grids whose history somebody asks for or that are hard to leave; and what a `let` with a role says of a person.
// `messages`: names of templates that are taken; one of another name keeps it, for answers to it come back by name.
std::vector<std::unique_ptr<ast::File>> TakeOldVersion(check::CheckedProgram old, const ast::Decl& root,
                                                       const check::CheckedProgram& now, std::string_view version,
                                                       std::set<std::string>& messages);

}  // namespace saiten::analyse
