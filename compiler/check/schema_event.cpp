#include <algorithm>

#include <fmt/format.h>

#include "compiler/check/checker.h"
#include "compiler/check/kept.h"
#include "compiler/check/updated.h"
#include "runtime/decimal_text.h"

// Events: tables, columns, conditions on columns, any of several events, the changes of a property as events.
namespace saiten::check {
namespace {

using diag::Code;

// What servers answered to webhooks and calls: the outbox writes it (docs/outbox.md).
constexpr std::string_view kResponsesTable = "saiten_responses";

}  // namespace

std::vector<ColumnCondition> Checker::ResolveColumnConditions(const ast::Expr* where) {
  std::vector<ColumnCondition> conditions;
  auto value = [&](const ast::Expr* expr, std::vector<std::string>& values) {
    expr = Bare(expr);
    if (auto* text = ast::As<ast::TextLit>(expr)) {
      values.push_back(PlainText(text));
    } else if (auto* number = ast::As<ast::NumberLit>(expr)) {
      values.push_back(rt::FormatDecimal(number->mantissa, number->scale));
    } else if (auto* boolean = ast::As<ast::BoolLit>(expr)) {
      values.push_back(boolean->value ? "1" : "0");
    } else if (expr && expr->kind != ast::ExprKind::kError) {
      sink_.Report(Code::kNotConstant, At(expr))
          .Note(
              "in an event's declaration a column of its table is compared with literals; put other conditions where "
              "the event is used",
              "イベントの宣言では、表の列をリテラルとだけ比べられます");
    }
  };
  auto one = [&](const ast::Expr* expr) {
    expr = Bare(expr);
    ColumnCondition condition;
    auto* compare = ast::As<ast::Compare>(expr);
    auto* in = ast::As<ast::In>(expr);
    const ast::Expr* column = compare ? compare->left : in ? in->value : nullptr;
    auto* name = ast::As<ast::NameRef>(Bare(column));
    if (!name || (compare && compare->op != ast::CompareOp::kEq && compare->op != ast::CompareOp::kNe)) {
      if (expr && expr->kind != ast::ExprKind::kError) {
        sink_.Report(Code::kNotConstant, At(expr))
            .Note("an event's declaration takes `column == literal`, `!=`, `in [...]` and `and`",
                  "イベントの宣言では `列 == リテラル`、`!=`、`in [...]`、`and` が使えます");
      }
      return;
    }
    condition.column = std::string(name->name.text);
    condition.at = At(expr);
    const ast::Expr* values = Bare(compare ? compare->right : in->set);
    condition.negated = compare ? compare->op == ast::CompareOp::kNe : in->negated;
    if (auto* list = ast::As<ast::ListExpr>(values)) {
      for (const ast::Expr* item : list->items) value(item, condition.values);
    } else {
      value(values, condition.values);
    }
    conditions.push_back(std::move(condition));
  };
  auto* logic = ast::As<ast::Logic>(Bare(where));
  if (logic && logic->is_and) {
    for (const ast::Expr* operand : logic->operands) one(operand);
  } else if (where) {
    one(where);
  }
  return conditions;
}

void Checker::ResolveEvent(EventId id, const ast::EventDecl& decl) {
  auto object = catalog().FindObject(decl.of.text);
  if (!object && decl.of.valid()) {
    ReportUnknownDecl("object", decl.of, NamesOfAll(catalog().objects));
  }
  std::vector<PropertyInfo> fields;
  for (const ast::Property& property : decl.fields) {
    if (property.name.valid()) fields.push_back(ResolveProperty(property, true));
  }
  std::vector<ColumnCondition> where = ResolveColumnConditions(decl.where);
  EventInfo& info = catalog().events[id.index()];
  info.object = object.value_or(ObjectId());
  info.fields = std::move(fields);
  info.where = std::move(where);
  info.table = decl.table ? PlainText(decl.table) : info.name;
  info.owner_column = decl.by ? PlainText(decl.by) : std::string(decl.of.text) + "_id";
  info.time_column = decl.at ? PlainText(decl.at) : "time";
  info.id_column = decl.id ? PlainText(decl.id) : "id";
  info.id_column_declared = decl.id != nullptr;
  info.seq_column = decl.seq ? PlainText(decl.seq) : "seq";
  info.seq_column_declared = decl.seq != nullptr;
  info.received_column = PlainText(decl.received);
  if (info.message_event) PlaceMessageEvent(info);
  // Until the first delivery there are no rows.
  if (info.table == kResponsesTable) info.engine_kept = info.message_event = true;
  const std::string updated = PlainText(decl.updated);
  if (decl.updated && !decl.any_of.empty()) {
    sink_
        .Report(Code::kTypeMismatch, At(decl.updated->span),
                {diag::Both("event with a table", "表を持つ event"), info.name})
        .Note("`updated` says when the rows of a table were last changed: write it at the events behind `=`",
              "`updated` は表の行が最後に変更された日時の列です。`=` の右のイベントに書いてください");
  } else if (decl.updated) {
    CheckUpdated(catalog(), info.table, updated, info.fields, At(decl.updated->span), sink_);
  }
  info.updated_column = updated;
  for (const ast::Name& name : decl.any_of) {
    auto member = catalog().FindEvent(name.text, info.object);
    if (!member) {
      ReportUnknownDecl("event", name, NamesOfAll(catalog().events));
      continue;
    }
    if (*member == id) {
      sink_.Report(Code::kCycle, At(name.span), {info.name + " -> " + info.name});
      continue;
    }
    info.any_of.push_back(*member);
  }
  if (info.any_of.empty()) return;
  // The fields of any of several events are those that all of them have with the same type. The members may stand
  // later in the file, so their declarations are read here, not their resolved fields.
  info.table.clear();
  info.updated_column.clear();
  for (EventId member : info.any_of) {
    const ast::EventDecl& other = *event_decls_[member.index()].first;
    if (std::ranges::find(other.any_of, info.name, &ast::Name::text) != other.any_of.end()) {
      sink_.Report(Code::kCycle, At(decl.name.span),
                   {info.name + " -> " + std::string(other.name.text) + " -> " + info.name});
      info.any_of.clear();
      return;
    }
    if (!other.any_of.empty()) {
      sink_.Report(Code::kTypeMismatch, At(decl.span),
                   {diag::Both("event with a table", "表を持つ event"), std::string(other.name.text)});
      info.any_of.clear();
      return;
    }
    if (other.of.text != decl.of.text) {
      sink_.Report(Code::kUnionFields, At(decl.name.span), {info.name, std::string(other.name.text)});
    }
  }
  if (!info.fields.empty()) return;
  const auto [first, first_file] = event_decls_[info.any_of[0].index()];
  for (const ast::Property& property : first->fields) {
    const FileId here = file_;
    file_ = first_file;
    PropertyInfo shared = ResolveProperty(property, true);
    file_ = here;
    bool in_all = true;
    for (EventId member : info.any_of) {
      const ast::EventDecl& other = *event_decls_[member.index()].first;
      auto same =
          std::ranges::find_if(other.fields, [&](const ast::Property& p) { return p.name.text == shared.name; });
      if (same == other.fields.end() || same->type.name.text != property.type.name.text) {
        in_all = false;
        continue;
      }
      shared.type.optional |= same->type.optional;
    }
    if (in_all) catalog().events[id.index()].fields.push_back(std::move(shared));
  }
}

void Checker::AddHistoryEvents() {
  for (size_t i = 0; i < catalog().objects.size(); ++i) {
    const ObjectInfo& object = catalog().objects[i];
    for (size_t p = 0; p < object.properties.size(); ++p) {
      const PropertyInfo& property = object.properties[p];
      if (property.history_table.empty()) continue;
      EventInfo event;
      event.name = "change of " + property.name;
      event.object = ObjectId(i);
      event.table = property.history_table;
      event.owner_column = object.name + "_id";
      event.time_column = "time";
      event.id_column = "id";
      event.seq_column = "seq";
      event.change_of = static_cast<uint32_t>(p);
      event.at = property.at;
      event.fields = ChangeFields(property);
      catalog().events.push_back(std::move(event));
    }
  }
}

}  // namespace saiten::check
