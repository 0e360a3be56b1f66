#include "compiler/parse/build_decl.h"
#include "compiler/parse/build_expr.h"

namespace saiten::parse {
namespace {

using ast::TestLine;

// Fields on one line without a comma between them.
void SayMissingCommas(Context& context, const ast::Record* record) {
  for (size_t i = 1; record && i < record->fields.size(); ++i) {
    const Span before = record->fields[i - 1].span;
    const ast::Name& name = record->fields[i].name;
    if (before.end > name.span.begin) continue;
    const std::string_view gap = context.source().Slice({before.end, name.span.begin});
    if (gap.find_first_not_of(" \t") != std::string_view::npos) continue;
    context.reporter()
        .Report(diag::Code::kMissingBefore, name.span, {",", std::string(name.text)})
        .Fix("write `,`", "`,`を足す", {context.reporter().Replace({before.end, before.end}, ",")});
  }
}

std::vector<ast::Moment> BuildMoments(Context& context, const Node& parent) {
  std::vector<ast::Moment> moments;
  for (const Node& moment : parent.Children(Rule::kMoment)) moments.push_back(BuildMoment(context, moment));
  return moments;
}

const ast::ExpectedAction* BuildAction(Context& context, const Node& node) {
  auto* action = context.arena().New<ast::ExpectedAction>();
  action->span = context.SpanOf(node);
  using Form = ast::ExpectedAction::Form;
  const std::vector<ast::Name> names = BuildNames(context, node);
  if (node.Has(Kind::kMails)) {
    action->form = Form::kMails;
    action->record_name = names[0];
    action->mails = context.Copy(std::vector<ast::Name>(names.begin() + 1, names.end()));
    return action;
  }
  if (node.Has(Kind::kRefused)) {
    action->form = Form::kRefused;
    action->kind = context.NameOf(node.Child(Rule::kPath));
    action->record_name = names[0];
    action->title = BuildText(context, node.Child(Kind::kText));
    return action;
  }
  action->form = node.Has(Kind::kNo) ? Form::kNone : Form::kAction;
  action->kind = names.front();
  action->record_name = names.back();
  if (names.size() == 3) action->target = names[1];
  action->title = BuildText(context, node.Child(Kind::kText));
  if (node.Has(Kind::kOnce)) action->times = 1;
  if (const Node count = node.Child(Kind::kNumber)) action->times = BuildCount(context, count);
  const std::vector<ast::Moment> at = BuildMoments(context, node);
  if (!at.empty()) action->at = at[0];
  std::vector<ast::ExpectedDetail> details;
  for (const Node& detail : node.Children(Rule::kExpectedDetail)) {
    ast::ExpectedDetail entry{.name = context.NameOf(detail.Child(Rule::kName))};
    entry.value = BuildMoment(context, detail.Child(Rule::kMoment));
    if (const Node text = detail.Child(Kind::kText)) entry.value = BuildText(context, text);
    if (const Node path = detail.Child(Rule::kPath)) entry.value = BuildPath(context, path);
    details.push_back(entry);
  }
  action->details = context.Copy(details);
  return action;
}

const TestLine* BuildExpect(Context& context, const Node& node, Span span) {
  auto* expect = Make<ast::ExpectLine>(context, span);
  using Form = ast::ExpectLine::Form;
  if (node.Has(Kind::kIn)) {
    expect->form = Form::kInGroup;
    expect->record_name = context.NameOf(node.Child(Rule::kName));
    expect->group = context.NameOf(node.Child(Rule::kName, 1));
    expect->is_list = node.Has(Kind::kList);
    expect->negated = node.Has(Kind::kNot);
    return expect;
  }
  if (!node.Has(Kind::kOf) || node.Has(Kind::kRefused)) {
    expect->form = Form::kAutomation;
    expect->automation = BuildAction(context, node);
    expect->record_name = expect->automation->record_name;
    return expect;
  }
  expect->what = BuildPath(context, node.Child(Rule::kPath));
  expect->record_name = context.NameOf(node.Child(Rule::kName));
  if (node.Has(Kind::kIs)) {
    expect->is_known_test = true;
    expect->known = node.Has(Kind::kKnown);
    return expect;
  }
  expect->op = CompareOpOf(node.Child(Rule::kComparison).First().kind());
  expect->value = BuildSum(context, node.Child(Rule::kSum));
  return expect;
}

const TestLine* BuildLine(Context& context, const Node& item) {
  const Span span = context.SpanOf(item);
  const Node first = item.First();
  const Node block = item.Child(Kind::kBlock);
  if (first.Is(Kind::kNow)) {
    auto* now = Make<ast::NowLine>(context, span);
    now->at = BuildMoment(context, item.Child(Rule::kMoment));
    return now;
  }
  if (first.Is(Kind::kAfter)) {
    auto* after = Make<ast::AfterLine>(context, span);
    after->duration = BuildDuration(context, item.Child(Rule::kDuration));
    return after;
  }
  if (first.Is(Kind::kSet)) {
    auto* set = Make<ast::SetLine>(context, span);
    set->record_name = context.NameOf(item.Child(Rule::kName));
    set->at = BuildMoment(context, item.Child(Rule::kMoment));
    set->fields = BuildRecord(context, block);
    SayMissingCommas(context, set->fields);
    return set;
  }
  if (first.Is(Kind::kExpect)) return BuildExpect(context, item.Child(Rule::kExpectation), span);
  auto* row = Make<ast::RowLine>(context, span);
  row->type = context.NameOf(first);
  row->record_name = context.NameOf(item.Child(Rule::kName));
  std::vector<ast::Moment> times = BuildMoments(context, item);
  if (item.Has(Kind::kReceived) && !times.empty()) {
    row->received = times.back();
    times.pop_back();
  }
  row->times = context.Copy(times);
  row->fields = BuildRecord(context, block);
  SayMissingCommas(context, row->fields);
  return row;
}

}  // namespace

ast::Decl* BuildTest(Context& context, const DeclParts& parts) {
  auto* test = Make<ast::TestDecl>(context, parts.span);
  test->title = BuildText(context, parts.node.Child(Kind::kText));
  std::vector<const TestLine*> lines;
  context.ReadBlockAt(parts.block, Rule::kTestLine, [&](const Node& line) {
    const Node item = line.Child(Rule::kTestItem);
    if (line.tree().ok && item) lines.push_back(BuildLine(context, item));
  });
  test->lines = context.Copy(lines);
  return test;
}

}  // namespace saiten::parse
