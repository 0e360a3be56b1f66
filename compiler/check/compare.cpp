#include <fmt/format.h>

#include "compiler/check/checker.h"
#include "compiler/check/kept.h"
#include "runtime/decimal_text.h"
#include "runtime/normalize.h"
#include "runtime/regex.h"

// Comparisons, `in`, text tests and the tests for unknown.
namespace saiten::check {
namespace {

using diag::Code;

bool HasOrder(const Catalog& catalog, Type type) {
  switch (type.kind) {
    case TypeKind::kInt:
    case TypeKind::kDecimal:
    case TypeKind::kMoney:
    case TypeKind::kDate:
    case TypeKind::kClock:
    case TypeKind::kInstant:
    case TypeKind::kDuration:
      return true;
    case TypeKind::kEnum:
      return catalog[type.enum_id()].ordered;
    case TypeKind::kError:
    case TypeKind::kNothing:
    case TypeKind::kBool:
    case TypeKind::kText:
    case TypeKind::kSet:
    case TypeKind::kRef:
    case TypeKind::kEvent:
      return false;
  }
  return false;
}

}  // namespace

void Checker::ReportCompare(const ast::Expr* at, const ast::Expr* left, const ast::Expr* right, Type left_type,
                            Type right_type) {
  const ast::Expr* value = Bare(right);
  // "金融" against an enum: the member with that spelling.
  auto* text = ast::As<ast::TextLit>(value);
  if (text && left_type.is(TypeKind::kEnum)) {
    const EnumInfo& info = catalog()[left_type.enum_id()];
    auto builder = sink_.Report(Code::kTextForEnum, At(right), {std::string(text->plain()), info.name});
    builder.Other(info.at, "the enum", "この列挙型です");
    const std::string wanted = rt::Nfkc(text->plain());
    std::vector<std::string> names;
    for (const auto& member : info.members) {
      bool same = rt::Nfkc(member.name) == wanted;
      for (const std::string& spelling : member.spellings) same |= rt::Nfkc(spelling) == wanted;
      if (same) {
        builder.Fix(fmt::format("`{}` is the member with this spelling", member.name),
                    fmt::format("この表記の値は `{}` です", member.name), {{At(right), member.name}});
        return;
      }
      names.push_back(member.name);
    }
    builder.Note(fmt::format("`{}` has `{}`", info.name, fmt::join(names, "`, `")),
                 fmt::format("`{}` の値は `{}` です", info.name, fmt::join(names, "`、`")));
    return;
  }
  auto* number = ast::As<ast::NumberLit>(value);
  if (number && left_type.is(TypeKind::kMoney)) {
    const std::string currency = CurrencyName(left_type.ref);
    sink_.Report(Code::kMoneyWithoutCurrency, At(right), {Spell(left_type.Required())})
        .Fix("write the currency", "通貨を書く", {{At(right), fmt::format("{} {}", currency, Source(right->span))}});
    return;
  }
  const bool date_and_time = (left_type.is(TypeKind::kInstant) && right_type.is(TypeKind::kDate)) ||
                             (left_type.is(TypeKind::kDate) && right_type.is(TypeKind::kInstant));
  if (date_and_time && left) {
    const ast::Expr* time = left_type.is(TypeKind::kInstant) ? left : right;
    sink_.Report(Code::kTimeAgainstDate, At(at))
        .Fix("compare the local date", "日付どうしを比べる", {{At(time), fmt::format("date({})", Source(time->span))}});
    return;
  }
  auto builder =
      sink_.Report(Code::kCompareMismatch, At(at), {Spell(left_type.Required()), Spell(right_type.Required())});
  OfferLiteral(builder, left, right, left_type);
  if (left_type.is(TypeKind::kBool) && left && right_type.is_number()) OfferCondition(builder, left, right);
  if (left_type.is(TypeKind::kBool) && left && right_type.is(TypeKind::kText)) OfferCondition(builder, left, right);
  if (left_type.is(TypeKind::kBool) && left) {
    builder.Note(fmt::format("a `bool` is a condition by itself: `{0}` or `not {0}`", Source(left->span)),
                 fmt::format("`bool` はそのまま条件になります: `{0}`、`not {0}`", Source(left->span)));
  }
  if (left_type.is(TypeKind::kEnum) && right_type.is_number()) {
    const EnumInfo& info = catalog()[left_type.enum_id()];
    if (info.origin == EnumInfo::Origin::kBands) {
      builder.Note("a band is compared with a band name; the points themselves are the score",
                   "バンドはバンド名と比べます。点数はスコアの名前で書きます");
    }
  }
  if (left_type.is(TypeKind::kMoney) && right_type.is(TypeKind::kMoney) && left_type.ref != right_type.ref) {
    builder.Note("two currencies never meet", "異なる通貨は比べられません");
  }
}

void Checker::ComparePair(const ast::Expr* at, const ast::Expr* right, Type left_type, Type right_type, bool ordered,
                          const ast::Expr* left) {
  if (left_type.is_error() || right_type.is_error()) return;
  auto common = CommonType(left_type, right_type);
  if (!common) {
    auto* compare = ast::As<ast::Compare>(at);
    auto* in = ast::As<ast::In>(at);
    const ast::Expr* other = compare ? compare->left : in ? in->value : left;
    ReportCompare(at, other, right, left_type, right_type);
    return;
  }
  if (ordered && !HasOrder(catalog(), *common)) {
    auto builder = sink_.Report(Code::kNotOrdered, At(at), {Spell(common->Required())});
    if (common->is(TypeKind::kEnum)) {
      builder.Other(catalog()[common->enum_id()].at, "write `ordered` behind the name if its members stand in order",
                    "順に並んでいるなら名前の後に `ordered` と書きます");
    }
  }
}

Type Checker::ValueFor(const ast::Expr* expr, const Scope& scope, Type subject) {
  auto* name = ast::As<ast::NameRef>(Bare(expr));
  // What the name means depends on the other side, which has been reported already.
  if (subject.is_error() && name && !LookupBare(name->name.text, scope)) return Type::Error();
  return Expr(expr, scope, subject);
}

void Checker::CompareSides(const ast::Expr* left, const ast::Expr* right, bool ordered, const Scope& scope,
                           Type* left_type, bool* optional) {
  // A bare member on the left takes its type from the right.
  auto* name = ast::As<ast::NameRef>(Bare(left));
  Type l, r;
  if (name && !LookupBare(name->name.text, scope) && !ast::As<ast::ListExpr>(Bare(right)) &&
      !ast::As<ast::NameRef>(Bare(right))) {
    l = Expr(left, scope);
    r = Expr(right, scope, l);
  } else if (name && !LookupBare(name->name.text, scope) && ast::As<ast::NameRef>(Bare(right)) &&
             LookupBare(ast::As<ast::NameRef>(Bare(right))->name.text, scope)) {
    r = Expr(right, scope);
    l = Expr(left, scope, r);
  } else {
    l = Expr(left, scope);
    if (auto* list = ast::As<ast::ListExpr>(Bare(right))) {
      for (const ast::Expr* item : list->items) {
        const Type t = ValueFor(item, scope, l);
        ComparePair(item, item, l, t, ordered, left);
        *optional |= t.optional;
        if (t.is_error()) l = Type::Error();
      }
      *left_type = l;
      *optional |= l.optional;
      return;
    }
    r = ValueFor(right, scope, l);
  }
  if (!l.is_error() && !r.is_error() && right) {
    ComparePair(right, right, l, r, ordered, left);
    if (!CommonType(l, r)) r = Type::Error();
  }
  *left_type = l.is_error() || r.is_error() ? Type::Error() : l;
  *optional |= l.optional || r.optional;
}

Type Checker::CompareExpr(const ast::Compare& compare, const Scope& scope) {
  const bool ordered = compare.op != ast::CompareOp::kEq && compare.op != ast::CompareOp::kNe;
  // `email_open > 3` asks for a count.
  if (auto* name = ast::As<ast::NameRef>(Bare(compare.left))) {
    auto event = catalog().FindEvent(name->name.text);
    if (event && !LookupBare(name->name.text, scope)) {
      Expr(compare.right, scope);
      sink_.Report(Code::kEventAsValue, At(compare.left), {std::string(name->name.text)})
          .Other(catalog()[*event].at, "declared here", "宣言はここです")
          .Fix("count it", "件数にする", {{At(compare.left), fmt::format("count({})", name->name.text)}},
               diag::FixSafety::kUnsafe);
      return Type::Error();
    }
  }
  if (SayNullMeant(compare, scope) || SayQuotedName(compare.left, scope)) return Type::Error();
  Type left;
  bool optional = false;
  CompareSides(compare.left, compare.right, ordered, scope, &left, &optional);
  if (left.is_error()) return Type::Error();
  if (compare.suffix.ignoring_case && !left.is(TypeKind::kText)) {
    sink_.Report(Code::kTypeMismatch, At(compare.left), {"text", Spell(left)});
  }
  WarnEmptyText(compare, left);
  WarnPercent(compare.right, left);
  return Type::Bool().Optional(optional && !compare.suffix.or_unknown);
}

Type Checker::InExpr(const ast::In& in, const Scope& scope) {
  const Type value = Expr(in.value, scope);
  const ast::Expr* set = Bare(in.set);
  bool optional = value.optional;
  if (auto* list = ast::As<ast::ListExpr>(set)) {
    for (const ast::Expr* item : list->items) {
      const Type type = ValueFor(item, scope, value);
      ComparePair(item, item, value, type, false, in.value);
      optional |= type.optional;
    }
  } else if (auto* range = ast::As<ast::RangeExpr>(set)) {
    for (const ast::Expr* end : {range->low, range->high}) {
      if (!end) continue;
      const Type type = ValueFor(end, scope, value);
      if (value.is(TypeKind::kInstant) && type.is(TypeKind::kDate)) {
        sink_.Report(Code::kTimeAgainstDate, At(in.set))
            .Fix("compare the local date", "日付で比べる",
                 {{At(in.value), fmt::format("date({})", Source(in.value->span))}});
        return Type::Error();
      }
      ComparePair(end, end, value, type, true, in.value);
      optional |= type.optional;
    }
  } else {
    const Type type = Expr(in.set, scope);
    optional |= type.optional;
    const bool fits = type.is(TypeKind::kSet) && value.is(TypeKind::kEnum) && type.ref == value.ref;
    if (!fits && !type.is_error() && !value.is_error()) {
      sink_.Report(Code::kTypeMismatch, At(in.set),
                   {diag::Both("list, range or set", "リスト、範囲、set"), Spell(type)});
      return Type::Error();
    }
  }
  if (value.is_error()) return Type::Error();
  return Type::Bool().Optional(optional && !in.suffix.or_unknown);
}

Type Checker::TextTestExpr(const ast::TextTest& test, const Scope& scope) {
  const Type left = Expr(test.left, scope);
  if (left.is_error()) return Type::Error();
  const ast::Expr* right = Bare(test.right);
  bool optional = left.optional;
  if (left.is(TypeKind::kSet) && test.op == ast::TextTestOp::kContains) {
    const Type member = Type::Enum(left.enum_id());
    auto* list = ast::As<ast::ListExpr>(right);
    auto one = [&](const ast::Expr* item) {
      const Type type = Expr(item, scope, member);
      optional |= type.optional;
      if (!type.is(TypeKind::kSet)) Expect(item, type, member);
    };
    if (list)
      for (const ast::Expr* item : list->items) one(item);
    else
      one(test.right);
    return Type::Bool().Optional(optional && !test.suffix.or_unknown);
  }
  if (!left.is(TypeKind::kText)) {
    sink_.Report(Code::kTypeMismatch, At(test.left), {"text", Spell(left)});
    return Type::Error();
  }
  auto one = [&](const ast::Expr* item) {
    if (!item) return;
    if (auto* regex = ast::As<ast::RegexLit>(Bare(item))) {
      program_.exprs[item].type = Type::Text();
      auto matcher = rt::RegexMatcher::Compile(regex->pattern);
      if (!matcher) sink_.Report(Code::kBadRegex, At(item), {matcher.error().message});
      return;
    }
    const Type type = Expr(item, scope, Type::Text());
    optional |= type.optional;
    if (!type.is_error() && !type.is(TypeKind::kText)) {
      sink_.Report(Code::kTypeMismatch, At(item), {"text", Spell(type)});
      return;
    }
    const bool pattern = test.op == ast::TextTestOp::kLike || test.op == ast::TextTestOp::kMatches;
    if (!pattern || type.is_error()) return;
    auto* literal = ast::As<ast::TextLit>(Bare(item));
    if (!literal) {
      sink_.Report(Code::kNotConstant, At(item)).Note("a pattern is written out", "パターンはそのまま書きます");
    } else if (test.op == ast::TextTestOp::kLike) {
      WarnPattern(item, literal->plain(), true);
    } else if (test.op == ast::TextTestOp::kMatches) {
      auto matcher = rt::RegexMatcher::Compile(literal->plain());
      if (!matcher) sink_.Report(Code::kBadRegex, At(item), {matcher.error().message});
    }
  };
  if (auto* list = ast::As<ast::ListExpr>(right)) {
    for (const ast::Expr* item : list->items) one(item);
  } else {
    one(test.right);
  }
  return Type::Bool().Optional(optional && !test.suffix.or_unknown);
}

Type Checker::IsKnownExpr(const ast::IsKnown& test, const Scope& scope) {
  const Type type = Expr(test.value, scope);
  if (!type.is_error() && !type.optional) {
    sink_.Report(Code::kNeverUnknown, At(test.value), {"`" + Source(test.value->span) + "`"})
        .Caret(test.known ? "so this is always true" : "so this is never true",
               test.known ? "常に真になります" : "真になることはありません");
  }
  return Type::Bool();
}

Type Checker::InGroupExpr(const ast::InGroup& in, const Scope& scope) {
  using Kind = Symbol::Kind;
  Type record = Type::Error();
  bool optional = false;
  if (in.value) {
    record = Expr(in.value, scope);
    optional = record.optional;
    if (!record.is_error() && !record.is(TypeKind::kRef)) {
      sink_.Report(Code::kTypeMismatch, At(in.value), {diag::Both("record", "レコード"), Spell(record)});
      return Type::Error();
    }
  } else if (scope.has_record()) {
    record = scope.innermost();
    if (record.is(TypeKind::kEvent)) record = Type::Ref(catalog()[record.event_id()].object);
  }
  if (!in.group.valid()) return Type::Error();
  ObjectId object;
  Symbol symbol;
  Location at;
  if (const auto found = segment_index_.find(in.group.text); found != segment_index_.end() && !in.is_list) {
    const SegmentInfo& segment = program_.segments[found->second];
    Use({Node::Kind::kSegment, found->second});
    symbol = {.kind = Kind::kSegment, .index = found->second};
    object = segment.object;
    at = {segment.file, segment.decl->name.span};
  }
  for (uint32_t i = 0; i < catalog().lists.size() && in.is_list; ++i) {
    const ListInfo& list = catalog().lists[i];
    if (list.name != in.group.text) continue;
    symbol = {.kind = Kind::kList, .index = i};
    object = list.object;
    at = list.at;
  }
  if (symbol.kind == Kind::kNone) {
    auto builder = sink_.Report(Code::kUnknownDecl, At(in.group.span),
                                {in.is_list ? "list" : "segment", std::string(in.group.text)});
    std::vector<std::string> names;
    if (in.is_list) {
      for (const ListInfo& list : catalog().lists) names.push_back(list.name);
    } else {
      for (uint32_t i = 0; i < program_.segments.size(); ++i) {
        const bool itself = current_node_ && *current_node_ == NodeId({Node::Kind::kSegment, i});
        if (!itself) names.emplace_back(program_.segments[i].decl->name.text);
      }
    }
    Suggest(builder, in.group, names);
    return Type::Error();
  }
  program_.exprs[&in].symbol = symbol;
  if (record.is(TypeKind::kRef) && object.valid() && record.object_id() != object) {
    sink_
        .Report(Code::kWrongObject, At(in.group.span),
                {std::string(in.group.text), catalog()[object].name, Spell(record.Required())})
        .Other(at, "declared here", "宣言はここです");
    return Type::Error();
  }
  return Type::Bool().Optional(optional);
}

Type Checker::InWindowExpr(const ast::InWindow& in, const Scope& scope) {
  const Type value = Expr(in.value, scope);
  if (program_.InfoOf(&in).symbol.kind == Symbol::Kind::kOuterWindow) return value;
  // `nps between 7 and 9`
  if (value.is_number() && in.window.kind == ast::Window::Kind::kBetween) {
    const std::string range = fmt::format("{}..{}", Source(in.window.from->span), Source(in.window.to->span));
    Expr(in.window.from, scope);
    Expr(in.window.to, scope);
    sink_.Report(Code::kForeignSign, At(in.window.span), {Source(in.window.span), "in " + range})
        .Fix("write `in " + range + "`", "`in " + range + "` と書く", {{At(in.window.span), "in " + range}},
             diag::FixSafety::kUnsafe);
    return Type::Error();
  }
  CheckWindow(in.window, scope);
  UsesClock();
  if (value.is_error()) return Type::Error();
  if (!value.is(TypeKind::kDate) && !value.is(TypeKind::kInstant)) {
    sink_.Report(Code::kTypeMismatch, At(in.value), {diag::Both("date` or `time", "date` か `time"), Spell(value)});
    return Type::Error();
  }
  if (value.is(TypeKind::kDate)) NeedZone("a date in a window", "期間の中の日付", in.span);
  bool optional = value.optional;
  for (const ast::Expr* end : {in.window.from, in.window.to}) optional |= end && program_.TypeOf(end).optional;
  return Type::Bool().Optional(optional && !in.suffix.or_unknown);
}

Type Checker::HistoryExpr(const ast::Expr* value, const ast::Expr* state, const Scope& scope, bool was) {
  UsesClock();
  // The property of the innermost record, or of the record that the event happened to.
  Scope owner = scope;
  if (was) {
    if (!scope.has_record() || !scope.innermost().is(TypeKind::kEvent)) {
      sink_.Report(Code::kBeforeItOutside, At(value));
      return Type::Error();
    }
    owner.frames.push_back(Type::Ref(catalog()[scope.innermost().event_id()].object));
  }
  const Type type = Expr(value, owner);
  const Type wanted = Expr(state, scope, type);
  if (type.is_error() || wanted.is_error()) return Type::Error();
  Expect(state, wanted, type);
  const ast::Expr* bare = Bare(value);
  auto* member = ast::As<ast::Member>(bare);
  auto* name = ast::As<ast::NameRef>(bare);
  const Type whose = member ? program_.TypeOf(member->base) : owner.innermost();
  std::optional<EventId> history;
  if (whose.is(TypeKind::kRef) && (member || name)) {
    history = HistoryOf(catalog(), whose.object_id(), program_.InfoOf(bare).symbol, type,
                        member ? member->name.text : name->name.text);
  }
  if (!history) {
    sink_.Report(Code::kNoHistory, At(value), {Source(value->span)})
        .Note("a history is kept of properties, bands and grids", "履歴があるのは項目・区分・グリッドです");
    return Type::Error();
  }
  return Type::Bool().Optional();
}

}  // namespace saiten::check
