#include "compiler/parse/build_expr.h"

namespace saiten::parse {
namespace {

using ast::Expr;
using ast::Pattern;

// A bare name, a member or a literal in a pattern.
const Expr* BuildConstant(Context& context, const Node& node) {
  if (!node) return nullptr;
  if (const Node path = node.Child(Rule::kPath)) return BuildPath(context, path);
  const Expr* literal = BuildLiteral(context, node.Child(Rule::kLiteral));
  if (!node.Has(Kind::kMinus)) return literal;
  auto* negate = Make<ast::Negate>(context, context.SpanOf(node));
  negate->operand = literal;
  return negate;
}

const Expr* BuildUnknown(Context& context, const Node& token) {
  return Make<ast::UnknownLit>(context, context.SpanOf(token));
}

// What stands behind `=>`: of the rules pointRow, valueRow, gridRow, tableRow.
const Expr* BuildResult(Context& context, const Node& row) {
  if (const Node points = row.Child(Rule::kPoints)) return BuildPoints(context, points);
  if (const Node name = row.Child(Rule::kName)) {
    auto* ref = Make<ast::NameRef>(context, context.SpanOf(name));
    ref->name = context.NameOf(name);
    return ref;
  }
  if (const Node expr = row.Child(Rule::kExpr)) return BuildExpr(context, expr);
  if (const Node unknown = row.Child(Kind::kUnknown)) return BuildUnknown(context, unknown);
  const auto cell_of = [&](const Node& cell) {
    return cell.Has(Kind::kUnknown) ? BuildUnknown(context, cell.First()) : BuildExpr(context, cell.First());
  };
  const std::vector<Node> cells = row.Children(Rule::kRowCell);
  if (cells.empty()) return nullptr;
  const Node begin = row.Has(Kind::kLp) ? row.Child(Kind::kLp) : cells[0];
  auto* tuple = Make<ast::ListExpr>(context, context.SpanOf(begin).To(context.SpanOf(row)));
  std::vector<const Expr*> items;
  for (const Node& cell : cells) items.push_back(cell_of(cell));
  // One column: `=> (Standard)` is the same as `=> Standard`.
  const auto* paren = ast::As<ast::Paren>(items[0]);
  if (paren && items.size() == 1) items[0] = paren->inner;
  tuple->items = context.Copy(items);
  tuple->is_tuple = true;
  return tuple;
}

std::span<const Pattern> BuildItems(Context& context, const Node& node) {
  std::vector<Pattern> items;
  for (const Node& item : node.Children(Rule::kPattern)) items.push_back(BuildPattern(context, item));
  return context.Copy(items);
}

Rule RowOf(Rule rows) {
  if (rows == Rule::kPointRows) return Rule::kPointRow;
  if (rows == Rule::kGridRows) return Rule::kGridRow;
  if (rows == Rule::kTableRows) return Rule::kTableRow;
  return Rule::kValueRow;
}

}  // namespace

Pattern BuildPattern(Context& context, const Node& node) {
  Pattern pattern;
  pattern.span = context.SpanOf(node);
  const Node first = node.First();
  if (first.Is(Kind::kOtherwise)) {
    pattern.kind = Pattern::Kind::kOtherwise;
  } else if (first.Is(Kind::kUnknown)) {
    pattern.kind = Pattern::Kind::kUnknown;
  } else if (first.Is(Kind::kUnder)) {
    pattern.kind = Pattern::Kind::kAny;
  } else if (first.Is(Rule::kComparison)) {
    pattern.kind = Pattern::Kind::kCompare;
    pattern.op = CompareOpOf(first.First().kind());
    pattern.value = BuildConstant(context, node.Child(Rule::kConstant));
  } else if (first.Is(Kind::kLp) || first.Is(Kind::kLb)) {
    pattern.kind = first.Is(Kind::kLp) ? Pattern::Kind::kTuple : Pattern::Kind::kList;
    pattern.items = BuildItems(context, node);
  } else if (node.Has(Kind::kDots)) {
    pattern.kind = Pattern::Kind::kRange;
    auto* range = Make<ast::RangeExpr>(context, pattern.span);
    const bool open_low = first.Is(Kind::kDots);
    range->low = open_low ? nullptr : BuildConstant(context, node.Child(Rule::kConstant));
    range->high = BuildConstant(context, node.Child(Rule::kConstant, open_low ? 0 : 1));
    pattern.value = range;
  } else {
    pattern.value = BuildConstant(context, node.Child(Rule::kConstant));
  }
  return pattern;
}

std::span<const Pattern> BuildPatterns(Context& context, const Node& node) { return BuildItems(context, node); }

std::span<const ast::MatchRow> BuildRows(Context& context, uint32_t brace, Rule rows) {
  std::vector<ast::MatchRow> found;
  context.ReadBlockAt(brace, rows, [&](const Node& line) {
    for (const Node& row : line.Children(RowOf(rows))) {
      // The last row of a line that was not read to its end has no result.
      const Expr* result = BuildResult(context, row);
      if (!result && !line.tree().ok) continue;
      found.push_back({.patterns = BuildPatterns(context, row.Child(Rule::kPatterns)),
                       .result = result,
                       .label = BuildText(context, row.Child(Kind::kText)),
                       .span = context.SpanOf(row)});
    }
  });
  return context.Copy(found);
}

const ast::Match* BuildMatch(Context& context, Span span, const Node& subjects, const Node& block, Rule rows) {
  auto* match = Make<ast::Match>(context, span);
  std::vector<const Expr*> over;
  for (const Node& subject : subjects.Children(Rule::kExpr)) over.push_back(BuildExpr(context, subject));
  match->subjects = context.Copy(over);
  if (block) match->rows = BuildRows(context, block.first_token(), rows);
  return match;
}

ast::FieldValue BuildField(Context& context, const Node& field) {
  ast::FieldValue value{.name = context.NameOf(field.Child(Rule::kName)), .span = context.SpanOf(field)};
  if (const Node unknown = field.Child(Kind::kUnknown)) {
    value.value = BuildUnknown(context, unknown);
  } else {
    value.value = BuildExpr(context, field.Child(Rule::kExpr));
  }
  return value;
}

const ast::Record* BuildRecord(Context& context, const Node& block) {
  if (!block) return nullptr;
  auto* record = Make<ast::Record>(context, context.SpanOf(block));
  std::vector<ast::FieldValue> fields;
  context.ReadBlock(block, Rule::kRecordLine, [&](const Node& line) {
    for (const Node& field : line.Children(Rule::kField)) {
      const ast::FieldValue value = BuildField(context, field);
      if (value.value) fields.push_back(value);
    }
  });
  record->fields = context.Copy(fields);
  return record;
}

}  // namespace saiten::parse
