#include "compiler/parse/build_decl.h"

namespace saiten::parse {

ast::Decl* BuildTemplate(Context&, const DeclParts&) { return nullptr; }
ast::Decl* BuildWorkflow(Context&, const DeclParts&) { return nullptr; }
ast::Decl* BuildAction(Context&, const DeclParts&) { return nullptr; }
ast::Decl* BuildCap(Context&, const DeclParts&) { return nullptr; }

}  // namespace saiten::parse
