#include "compiler/parse/build_flow.h"

#include "compiler/parse/build_decl.h"
#include "compiler/parse/build_expr.h"

namespace saiten::parse {
namespace {

void BuildTemplateLine(Context& context, const Node& item, std::vector<ast::TemplateField>& fields) {
  ast::TemplateField field{.span = context.SpanOf(item)};
  field.name = context.NameOf(item.First());
  const Node path = item.Child(Rule::kPath);
  field.value = path ? BuildPath(context, path) : BuildText(context, item.Child(Kind::kText));
  if (item.Has(Kind::kAs)) field.as = BuildText(context, item.Child(Kind::kText, path ? 0 : 1));
  fields.push_back(field);
}

}  // namespace

ast::Decl* BuildTemplate(Context& context, const DeclParts& parts) {
  auto* message = Make<ast::TemplateDecl>(context, parts.span);
  message->object = context.NameOf(parts.node.Child(Rule::kName));
  for (const Node& option : parts.node.Children(Rule::kTemplateOption)) {
    if (option.Has(Kind::kLaw)) {
      message->laws = context.Copy(BuildNames(context, option));
    } else {
      message->message_class = context.NameOf(option.Child(Rule::kName));
      message->reason = BuildText(context, option.Child(Kind::kText));
    }
  }
  std::vector<ast::TemplateField> fields;
  context.ReadBlockAt(parts.block, Rule::kTemplateLine, [&](const Node& line) {
    if (line.tree().ok) BuildTemplateLine(context, line.Child(Rule::kTemplateItem), fields);
  });
  message->fields = context.Copy(fields);
  return message;
}

ast::Decl* BuildWorkflow(Context& context, const DeclParts& parts) {
  ast::FlowDecl* flow = nullptr;
  if (parts.node.Is(Rule::kSequence)) {
    flow = Make<ast::SequenceDecl>(context, parts.span);
  } else {
    flow = Make<ast::WorkflowDecl>(context, parts.span);
  }
  flow->object = context.NameOf(parts.node.Child(Rule::kName));
  if (const Node priority = parts.node.Child(Kind::kNumber)) {
    flow->has_priority = true;
    flow->priority = BuildCount(context, priority);
  }
  std::vector<const ast::Clause*> clauses;
  std::vector<const ast::Step*> steps;
  context.ReadBlockAt(parts.block, Rule::kWorkflowLine, [&](const Node& line) {
    const Node clause = line.Child(Rule::kClause);
    if (!clause || !line.tree().ok) {
      if (const ast::Step* step = BuildStep(context, line)) steps.push_back(step);
      return;
    }
    if (!steps.empty()) {
      context.reporter()
          .Report(diag::Code::kClauseAfterStep, context.SpanOf(clause))
          .Other(context.reporter().At(steps[0]->span), "the first step", "最初のステップ");
    }
    clauses.push_back(BuildClause(context, clause));
  });
  flow->clauses = context.Copy(clauses);
  flow->steps = context.Copy(steps);
  return flow;
}

ast::Decl* BuildAction(Context& context, const DeclParts& parts) {
  auto* action = Make<ast::ActionDecl>(context, parts.span);
  action->params = BuildParams(context, parts.node.Child(Rule::kParameters));
  action->url = BuildText(context, parts.node.Child(Kind::kText));
  std::vector<ast::FieldValue> fields;
  context.ReadBlockAt(parts.block, Rule::kActionLine, [&](const Node& line) {
    const Node item = line.Child(Rule::kActionItem);
    if (!line.tree().ok) return;
    if (item.Has(Kind::kWebhook)) action->url = BuildText(context, item.Child(Kind::kText));
    if (const ast::Record* body = BuildRecord(context, item.Child(Kind::kBlock))) {
      fields.insert(fields.end(), body->fields.begin(), body->fields.end());
    }
    if (const Node name = item.Child(Rule::kName)) {
      fields.push_back({context.NameOf(name), BuildText(context, item.Child(Kind::kText)), context.SpanOf(item)});
    }
    for (const Node& field : item.Children(Rule::kField)) fields.push_back(BuildField(context, field));
  });
  action->fields = context.Copy(fields);
  return action;
}

ast::Decl* BuildCap(Context& context, const DeclParts& parts) {
  auto* cap = Make<ast::CapDecl>(context, parts.span);
  using Over = ast::CapDecl::Over;
  cap->message_class = context.NameOf(parts.node.Child(Rule::kName));
  std::vector<ast::Rate> rates;
  for (const Node& rate : parts.node.Children(Rule::kRate)) rates.push_back(BuildRate(context, rate));
  cap->rates = context.Copy(rates);
  cap->over = parts.node.Has(Kind::kDefer)      ? Over::kDefer
              : parts.node.Has(Kind::kSkipWord) ? Over::kSkip
                                                : Over::kUnsaid;
  return cap;
}

}  // namespace saiten::parse
