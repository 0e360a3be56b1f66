#pragma once

#include "compiler/ast/ast.h"
#include "compiler/parse/context.h"

namespace saiten::parse {

// The parts that all declarations share, found from the node of the declaration (`score`, `enumDecl` ...).
struct DeclParts {
  Node node;  // may end early, if the statement was not read to its end
  Node head;
  uint32_t block;  // its body: the token of `{`; Token::kNoPartner if it has none
  Span span;
};

// One declaration; null if nothing of it can be told.
const ast::Decl* BuildDeclaration(Context& context, const Node& root, Line line);

// One a kind, in files by topic.
ast::Decl* BuildUse(Context& context, const DeclParts& parts);
ast::Decl* BuildTimezone(Context& context, const DeclParts& parts);
ast::Decl* BuildCalendar(Context& context, const DeclParts& parts);
ast::Decl* BuildEnum(Context& context, const DeclParts& parts);
ast::Decl* BuildObject(Context& context, const DeclParts& parts);
ast::Decl* BuildEvent(Context& context, const DeclParts& parts);
ast::Decl* BuildList(Context& context, const DeclParts& parts);
ast::Decl* BuildLet(Context& context, const DeclParts& parts);
ast::Decl* BuildFn(Context& context, const DeclParts& parts);
ast::Decl* BuildScore(Context& context, const DeclParts& parts);
ast::Decl* BuildGrid(Context& context, const DeclParts& parts);
ast::Decl* BuildTable(Context& context, const DeclParts& parts);
ast::Decl* BuildSegment(Context& context, const DeclParts& parts);
ast::Decl* BuildEvaluate(Context& context, const DeclParts& parts);
ast::Decl* BuildTemplate(Context& context, const DeclParts& parts);
ast::Decl* BuildWorkflow(Context& context, const DeclParts& parts);
ast::Decl* BuildAction(Context& context, const DeclParts& parts);
ast::Decl* BuildCap(Context& context, const DeclParts& parts);
ast::Decl* BuildTest(Context& context, const DeclParts& parts);
ast::Decl* BuildCases(Context& context, const DeclParts& parts);

ast::TypeRef BuildType(Context& context, const Node& node);
std::span<const ast::Param> BuildParams(Context& context, const Node& node);  // of `parameters`
std::span<const ast::WorkDays> BuildWorkDays(Context& context, const Node& parent);

}  // namespace saiten::parse
