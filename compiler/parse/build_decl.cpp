#include "compiler/parse/build_decl.h"

#include <algorithm>

#include "compiler/parse/build_expr.h"
#include "compiler/parse/literals.h"

namespace saiten::parse {
namespace {

using diag::Code;

ast::Meta BuildMeta(Context& context, const DeclParts& parts) {
  ast::Meta meta;
  meta.label = BuildText(context, parts.head.Child(Kind::kText));
  std::vector<ast::Name> tags;
  for (const Node& item : parts.head.Children(Rule::kMeta)) {
    if (item.Has(Kind::kOwner)) {
      if (const auto* text = ast::As<ast::TextLit>(BuildText(context, item.Child(Kind::kText)))) {
        meta.owner = text->plain();
      }
    } else if (const Node date = item.Child(Kind::kDate)) {
      const auto days = ReadDate(context.AsciiTextOf(date));
      if (!days) {
        context.reporter().Report(Code::kNoSuchDate, context.SpanOf(date), {std::string(context.TextOf(date))});
      } else {
        meta.review_by_days = *days;
      }
    }
    for (const Node& tag : item.Children(Rule::kTag)) {
      ast::Name name = context.NameOf(tag);
      if (const auto* text = ast::As<ast::TextLit>(BuildText(context, tag.Child(Kind::kText)))) {
        name.text = text->plain();
      }
      tags.push_back(name);
    }
  }
  meta.tags = context.Copy(tags);
  return meta;
}

struct Builder {
  Rule rule;
  ast::Decl* (*build)(Context&, const DeclParts&);
};
constexpr Builder kBuilders[] = {
    {Rule::kUse, BuildUse},           {Rule::kTimezone, BuildTimezone}, {Rule::kCalendar, BuildCalendar},
    {Rule::kEnumDecl, BuildEnum},     {Rule::kObject, BuildObject},     {Rule::kEvent, BuildEvent},
    {Rule::kList, BuildList},         {Rule::kLet, BuildLet},           {Rule::kFn, BuildFn},
    {Rule::kScore, BuildScore},       {Rule::kGrid, BuildGrid},         {Rule::kTable, BuildTable},
    {Rule::kSegment, BuildSegment},   {Rule::kEvaluate, BuildEvaluate}, {Rule::kMessageTemplate, BuildTemplate},
    {Rule::kWorkflow, BuildWorkflow}, {Rule::kSequence, BuildWorkflow}, {Rule::kAction, BuildAction},
    {Rule::kCap, BuildCap},           {Rule::kTest, BuildTest},         {Rule::kCases, BuildCases},
};

}  // namespace

const ast::Decl* BuildDeclaration(Context& context, const Node& root, Line line) {
  DeclParts parts;
  parts.node = root.Child(Rule::kDecl).First();
  if (!parts.node || parts.node.IsToken()) return nullptr;
  parts.head = parts.node.Child(Rule::kHead);
  const Node block = parts.node.Child(Kind::kBlock);
  parts.block = block ? block.first_token() : root.tree().ok ? Token::kNoPartner : LastBlockOf(root.tree());
  parts.span = context.SpanOf(line.begin, line.end - 1);
  if (root.tree().ok == false && context.token(line.end - 1).kind == Kind::kRc) {
    parts.span.end = context.token(line.end - 1).span.end;
  }
  const auto* builder = std::ranges::find(kBuilders, parts.node.rule(), &Builder::rule);
  if (builder == std::end(kBuilders)) return nullptr;
  ast::Decl* decl = builder->build(context, parts);
  if (!decl) return nullptr;
  decl->span = parts.span;
  if (parts.head) {
    decl->name = context.NameOf(parts.head.Child(Rule::kName));
    decl->meta = BuildMeta(context, parts);
  }
  decl->meta.docs = context.DocsAbove(line.begin);
  return decl;
}

ast::Decl* BuildUse(Context& context, const DeclParts& parts) {
  auto* use = Make<ast::UseDecl>(context, parts.span);
  const std::vector<ast::Name> path = BuildNames(context, parts.node);
  use->path = context.Copy(path);
  if (!path.empty()) use->name = path.back();
  return use;
}

ast::Decl* BuildTimezone(Context& context, const DeclParts& parts) {
  auto* timezone = Make<ast::TimezoneDecl>(context, parts.span);
  timezone->zone = BuildText(context, parts.node.Child(Kind::kText));
  return timezone;
}

ast::Decl* BuildList(Context& context, const DeclParts& parts) {
  auto* list = Make<ast::ListDecl>(context, parts.span);
  list->of = context.NameOf(parts.node.Child(Rule::kName));
  list->table = BuildText(context, parts.node.Child(Kind::kText));
  return list;
}

ast::Decl* BuildLet(Context& context, const DeclParts& parts) {
  auto* let = Make<ast::LetDecl>(context, parts.span);
  const bool for_object = parts.node.Has(Kind::kFor);
  if (for_object) let->object = context.NameOf(parts.node.Child(Rule::kName));
  let->value = BuildExpr(context, parts.node.Child(Rule::kExpr));
  if (parts.node.Has(Kind::kAs)) let->role = context.NameOf(parts.node.Child(Rule::kName, for_object ? 1 : 0));
  return let;
}

std::span<const ast::Param> BuildParams(Context& context, const Node& node) {
  std::vector<ast::Param> params;
  for (const Node& param : node.Children(Rule::kParameter)) {
    params.push_back({context.NameOf(param.Child(Rule::kName)), BuildType(context, param.Child(Rule::kType))});
  }
  return context.Copy(params);
}

ast::Decl* BuildFn(Context& context, const DeclParts& parts) {
  auto* fn = Make<ast::FnDecl>(context, parts.span);
  fn->params = BuildParams(context, parts.node.Child(Rule::kParameters));
  fn->body = BuildExpr(context, parts.node.Child(Rule::kExpr));
  return fn;
}

ast::Decl* BuildCases(Context& context, const DeclParts& parts) {
  auto* cases = Make<ast::CasesDecl>(context, parts.span);
  cases->title = BuildText(context, parts.node.Child(Kind::kText));
  cases->file = BuildText(context, parts.node.Child(Kind::kText, 1));
  return cases;
}

}  // namespace saiten::parse
