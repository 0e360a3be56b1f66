#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "compiler/check/expect_checker.h"

// `test` blocks: records and events of the right shape, expectations of the right type, and what cannot run yet.
namespace saiten::check {
namespace {

using diag::Code;

}  // namespace

void Checker::CheckTest(TestInfo& info) {
  file_ = info.file;
  auto* title = ast::As<ast::TextLit>(info.decl->title);
  if (title) {
    const auto [first, is_first] = test_titles_.try_emplace(std::string(title->plain()), At(info.decl->title));
    if (!is_first) {
      sink_.Report(Code::kSameTitle, At(info.decl->title), {std::string(title->plain())})
          .Other(first->second, "the first", "最初のもの");
    }
  }
  std::map<std::string_view, ObjectId> records;
  Scope none;
  auto fields = [&](const ast::Record* record, const std::vector<PropertyInfo>& properties, const std::string& owner,
                    Type base) {
    for (const ast::FieldValue& field : record ? record->fields : std::span<const ast::FieldValue>()) {
      auto found = std::ranges::find(properties, field.name.text, &PropertyInfo::name);
      if (found == properties.end() || found->is_many) {
        ReportUnknownProperty(field.name, base);
        continue;
      }
      const ast::Expr* value = Bare(field.value);
      // A relation names another record of the test.
      auto* name = ast::As<ast::NameRef>(value);
      if (found->type.is(TypeKind::kRef) && name) {
        auto other = records.find(name->name.text);
        if (other == records.end()) {
          sink_.Report(Code::kTestRecord, At(value), {std::string(name->name.text)});
        } else if (other->second != found->type.object_id()) {
          sink_.Report(Code::kTypeMismatch, At(value), {Spell(found->type.Required()), catalog()[other->second].name});
        } else {
          program_.exprs[value].type = found->type.Required();
        }
        continue;
      }
      if (auto* list = ast::As<ast::ListExpr>(value); list && found->type.is(TypeKind::kSet)) {
        for (const ast::Expr* item : list->items) {
          const Type member = Type::Enum(found->type.enum_id());
          Expect(item, Expr(item, none, member), member);
        }
        program_.exprs[value].type = found->type.Required();
        continue;
      }
      const Type type = Expr(field.value, none, found->type);
      if (type.is(TypeKind::kNothing)) {
        if (!found->type.optional) sink_.Report(Code::kFieldMissing, At(field.value), {found->name, owner});
        continue;
      }
      if (found->type.is(TypeKind::kInstant) && type.is(TypeKind::kDate)) continue;  // a date as a time is its midnight
      Expect(field.value, type, found->type);
    }
  };
  bool has_now = false;
  const ast::TestLine* needs_now = nullptr;  // the first line that does
  BeginTest();
  for (const ast::TestLine* line : info.decl->lines) {
    if (!line) continue;
    switch (line->kind) {
      case ast::TestLineKind::kNow: {
        auto* now = static_cast<const ast::NowLine*>(line);
        has_now = true;
        for (uint32_t i = 0; i < program_.calendars_used.size(); ++i) {
          if (program_.calendars_used[i]) CheckCalendarYear(i, now->at);
        }
        Expr(now->at, none);
        break;
      }
      case ast::TestLineKind::kAfter:
        if (!needs_now) needs_now = line;
        break;
      case ast::TestLineKind::kSet: {
        auto* set = static_cast<const ast::SetLine*>(line);
        if (!needs_now) needs_now = line;
        Expr(set->at, none);
        auto record = records.find(set->record_name.text);
        if (record == records.end()) {
          if (set->record_name.valid())
            sink_.Report(Code::kTestRecord, At(set->record_name.span), {std::string(set->record_name.text)});
        } else {
          const ObjectId object = record->second;
          fields(set->fields, catalog()[object].properties, catalog()[object].name, Type::Ref(object));
        }
        break;
      }
      case ast::TestLineKind::kRow: {
        auto* row = static_cast<const ast::RowLine*>(line);
        if (!row->times.empty() && !needs_now) needs_now = line;
        for (const ast::Expr* time : row->times) Expr(time, none);
        if (row->received) Expr(row->received, none);
        if (auto object = catalog().FindObject(row->type.text); object && row->times.empty()) {
          const ObjectInfo& what = catalog()[*object];
          if (records.contains(row->record_name.text)) {
            sink_.Report(Code::kNameClash, At(row->record_name.span), {std::string(row->record_name.text)});
          }
          records[row->record_name.text] = *object;
          fields(row->fields, what.properties, what.name, Type::Ref(*object));
          for (const PropertyInfo& property : what.properties) {
            const bool given = row->fields && std::ranges::any_of(row->fields->fields, [&](const ast::FieldValue& f) {
                                 return f.name.text == property.name;
                               });
            const bool defaulted = property.is_key || property.is_many || property.type.optional ||
                                   property.type.is(TypeKind::kBool) || property.type.is(TypeKind::kSet);
            if (!given && !defaulted && !property.type.is_error()) {
              sink_.Report(Code::kFieldMissing, At(row->span), {property.name, what.name})
                  .Other(property.at, "declared here without `?`", "ここで `?` なしに宣言されています");
            }
          }
          break;
        }
        auto record = records.find(row->record_name.text);
        const ObjectId whose = record == records.end() ? ObjectId() : record->second;
        if (auto event = catalog().FindEvent(row->type.text, whose)) {
          const EventInfo& what = catalog()[*event];
          if (record == records.end()) {
            if (row->record_name.valid())
              sink_.Report(Code::kTestRecord, At(row->record_name.span), {std::string(row->record_name.text)});
          } else if (record->second != what.object) {
            sink_.Report(
                Code::kWrongObject, At(row->type.span),
                {what.name, what.object.valid() ? catalog()[what.object].name : "?", catalog()[record->second].name});
          }
          if (!what.any_of.empty()) {
            sink_
                .Report(Code::kTypeMismatch, At(row->type.span),
                        {diag::Both("event with a table", "表を持つ event"), what.name})
                .Note("write one of the events it stands for", "まとめたイベントのどれかを書いてください");
          }
          fields(row->fields, what.fields, what.name, Type::Event(*event));
          break;
        }
        if (row->type.valid()) {
          auto builder =
              sink_.Report(Code::kUnknownDecl, At(row->type.span),
                           {diag::Both("object or event", "object または event"), std::string(row->type.text)});
          std::vector<std::string> names;
          for (const ObjectInfo& o : catalog().objects) names.push_back(o.name);
          for (const EventInfo& e : catalog().events)
            if (!e.hidden()) names.push_back(e.name);
          Suggest(builder, row->type, names);
        }
        break;
      }
      case ast::TestLineKind::kExpect: {
        auto* expect = static_cast<const ast::ExpectLine*>(line);
        auto record = records.find(expect->record_name.text);
        if (record == records.end()) {
          if (expect->record_name.valid())
            sink_.Report(Code::kTestRecord, At(expect->record_name.span), {std::string(expect->record_name.text)});
          break;
        }
        if (expect->form == ast::ExpectLine::Form::kAutomation) {
          if (!needs_now) needs_now = line;
          ExpectChecker(*this, info).Action(*expect, record->second);
          break;
        }
        Scope scope;
        scope.frames.push_back(Type::Ref(record->second));
        if (expect->form == ast::ExpectLine::Form::kInGroup) {
          const ObjectId object = record->second;
          std::vector<std::string> names;
          bool found = false;
          auto see = [&](std::string_view name, ObjectId of) {
            names.emplace_back(name);
            if (name != expect->group.text) return;
            found = true;
            if (of != object && of.valid()) {
              sink_.Report(Code::kWrongObject, At(expect->group.span),
                           {std::string(name), catalog()[of].name, catalog()[object].name});
            }
          };
          if (expect->is_list)
            for (const ListInfo& list : catalog().lists) see(list.name, list.object);
          else
            for (uint32_t i = 0; i < program_.segments.size(); ++i) {
              see(program_.segments[i].decl->name.text, program_.segments[i].object);
              if (program_.segments[i].decl->name.text == expect->group.text) Use({Node::Kind::kSegment, i});
            }
          if (!needs_now && TestUsesClock()) needs_now = line;
          if (!found && expect->group.valid()) {
            auto builder = sink_.Report(Code::kUnknownDecl, At(expect->group.span),
                                        {expect->is_list ? "list" : "segment", std::string(expect->group.text)});
            Suggest(builder, expect->group, names);
          }
          break;
        }
        if (ExpectChecker(*this, info).State(*expect, record->second)) {
          if (!needs_now) needs_now = line;
          break;
        }
        const Type type = Expr(expect->what, scope);
        if (!needs_now && TestUsesClock()) needs_now = line;
        if (expect->is_known_test || type.is_error()) break;
        Type expected = Expr(expect->value, scope, type);
        if (!needs_now && TestUsesClock()) needs_now = line;
        const bool ordered = expect->op != ast::CompareOp::kEq && expect->op != ast::CompareOp::kNe;
        if (expect->value) ComparePair(expect->value, expect->value, type, expected, ordered);
        break;
      }
    }
  }
  if (needs_now && !has_now) ReportNoClock(*needs_now);
  current_node_.reset();
}

}  // namespace saiten::check
