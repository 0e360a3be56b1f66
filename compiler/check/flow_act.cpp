#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "compiler/check/flow_checker.h"
#include "compiler/check/kept.h"

// Steps that do something: messages, tasks, values, lists, other workflows, outside effects.
namespace saiten::check {
namespace {

using diag::Code;

template <typename Infos>
std::vector<std::string> DeclaredNames(const Infos& infos) {
  std::vector<std::string> names;
  for (const auto& info : infos) names.emplace_back(info.decl->name.text);
  return names;
}

// The number of the declaration with this name, or kNoIndex.
template <typename Infos>
uint32_t IndexOf(const Infos& infos, const ast::Name& name) {
  for (uint32_t i = 0; i < infos.size(); ++i) {
    if (infos[i].decl->name.text == name.text) return i;
  }
  return kNoIndex;
}

}  // namespace

uint32_t FlowChecker::FindTemplate(const ast::Name& name, ObjectId object) {
  if (!name.valid()) return kNoIndex;
  const uint32_t index = IndexOf(program_.templates, name);
  if (index == kNoIndex) {
    c_.ReportUnknownDecl("template", name, DeclaredNames(program_.templates));
    return kNoIndex;
  }
  const TemplateInfo& info = program_.templates[index];
  if (info.object.valid() && object.valid() && info.object != object) {
    sink_
        .Report(Code::kWrongObject, At(name.span),
                {std::string(name.text), catalog()[info.object].name, catalog()[object].name})
        .Other({info.file, info.decl->name.span}, "declared here", "宣言はここです");
  }
  return index;
}

std::optional<RelationPath> FlowChecker::CheckPath(const ast::Expr* path) {
  RelationPath way{.properties = {}, .object = flow_->object};
  std::vector<const ast::Expr*> parts;
  for (const ast::Expr* part = Bare(path); part;) {
    parts.push_back(part);
    auto* member = ast::As<ast::Member>(part);
    part = member ? Bare(member->base) : nullptr;
  }
  std::ranges::reverse(parts);
  for (const ast::Expr* part : parts) {
    auto* member = ast::As<ast::Member>(part);
    auto* name = ast::As<ast::NameRef>(part);
    if (!member && !name) {
      if (part->kind != ast::ExprKind::kError) {
        sink_.Report(Code::kNotARelation, c_.At(part), {c_.Source(part->span), catalog()[way.object].name});
      }
      return std::nullopt;
    }
    const ast::Name& called = member ? member->name : name->name;
    if (!called.valid()) return std::nullopt;
    if (name && called.text == object().name) continue;  // `contact.company`
    const auto property = catalog()[way.object].Find(called.text);
    if (!property) {
      c_.ReportUnknownProperty(called, Type::Ref(way.object));
      return std::nullopt;
    }
    const PropertyInfo& info = catalog()[way.object].properties[*property];
    if (!info.type.is(TypeKind::kRef)) {
      sink_.Report(Code::kNotARelation, At(called.span), {std::string(called.text), catalog()[way.object].name});
      return std::nullopt;
    }
    way.properties.push_back(*property);
    way.many = way.many || info.is_many;
    way.optional = way.optional || info.type.optional;
    way.object = info.type.object_id();
    if (!way.object.valid()) return std::nullopt;
  }
  return way;
}

void FlowChecker::CheckRecipient(const ast::Recipient& recipient) {
  if (recipient.kind == ast::Recipient::Kind::kPath) {
    const Type type = c_.Expr(recipient.path, RecordScope());
    const auto users = catalog().FindObject("user");
    if (!type.is_error() && (!type.is(TypeKind::kRef) || type.object_id() != *users)) {
      sink_.Report(Code::kTypeMismatch, c_.At(recipient.path), {"user", c_.Spell(type)});
    }
  }
  if (recipient.name) c_.PlainText(recipient.name);
}

void FlowChecker::CheckFailure(const ast::FailurePolicy& policy) {
  for (const ast::Duration& pause : policy.backoff) {
    c_.CheckPositive(pause);
    if (pause.business || pause.unit >= ast::TimeUnit::kDay) {
      sink_.Report(Code::kBackoffUnit, At(pause.span), {c_.Source(pause.span)});
    }
  }
  CheckSteps(policy.steps);
}

void FlowChecker::CheckSend(const ast::SendStep& send, StepInfo& info) {
  info.path.object = flow_->object;
  if (send.to) {
    auto way = CheckPath(send.to);
    info.path = way.value_or(RelationPath{});
  }
  const ObjectId to = info.path.object;
  info.target = FindTemplate(send.message, to);
  if (send.where && to.valid()) {
    Scope scope = RecordScope();
    scope.frames.push_back(Type::Ref(to));
    c_.Condition(send.where, scope);
  }
  for (const ast::SendOption& option : send.options) {
    if (option.name.valid() && option.name.text != "subject") {
      auto builder = sink_.Report(Code::kUnknownDecl, At(option.name.span),
                                  {diag::Both("part of a message", "メッセージの部分"), std::string(option.name.text)});
      c_.Suggest(builder, option.name, {"subject"});
    }
    // A subject is about the one who gets the message.
    Scope scope;
    if (to.valid()) scope.frames.push_back(Type::Ref(to));
    CheckText(option.value, to == flow_->object && !info.path.many ? RecordScope() : scope);
  }
  if (!to.valid() || info.target == kNoIndex) return;
  const TemplateInfo& message = program_.templates[info.target];
  if (message.object.valid() && message.object != to) return;
  const MessageClass message_class = message.message_class;
  if (!HasRole(to, Role::kAddress)) ReportRole(send.message.span, "`send`", to, Role::kAddress);
  const bool refusable = message_class == MessageClass::kMarketing || message_class == MessageClass::kOneToOne;
  if (refusable && !HasRole(to, Role::kOptOut)) {
    ReportRole(send.message.span, diag::Both("a message that people may refuse", "断ることのできるメッセージ"), to,
               Role::kOptOut);
  }
  const bool asks = message_class == MessageClass::kMarketing && message[TemplateLine::kConsent];
  if (asks && !HasRole(to, Role::kConsent)) {
    ReportRole(send.message.span, diag::Both("a message that people agreed to", "同意にもとづくメッセージ"), to,
               Role::kConsent);
  }
}

void FlowChecker::CheckTask(const ast::TaskStep& task, StepInfo& info) {
  const Scope scope = RecordScope();
  if (task.message.valid()) info.target = FindTemplate(task.message, flow_->object);
  CheckText(task.title, scope);
  CheckRecipient(task.assign);
  const bool team =
      task.assign.kind == ast::Recipient::Kind::kByTurn || task.assign.kind == ast::Recipient::Kind::kByFewestOpen;
  if (team) c_.NeedZone("`assign one of`", "`assign one of`", task.assign.span);
  if (task.has_due) CheckDuration(task.due_in, {});
  if (task.remind_next) NeedZone(task.remind_next->span);
  if (task.has_up_to) CheckDuration(task.up_to, {});
  if ((task.has_up_to || !task.outcomes.empty()) && !task.until_done) {
    sink_.Report(Code::kTaskNotAwaited, At(task.span))
        .Note("`until done` makes the run wait for the task", "`until done` を付けるとタスクの完了を待ちます");
  }
  // What people answer when they close a task.
  const auto outcomes = catalog().FindEnum("TaskOutcome");
  std::map<std::string_view, Span> taken;
  for (const ast::Outcome& outcome : task.outcomes) {
    for (const ast::Name& name : outcome.names) {
      if (const auto [at, fresh] = taken.try_emplace(name.text, name.span); !fresh && name.valid()) {
        sink_.Report(Code::kClauseTwice, At(name.span), {std::string(name.text)})
            .Other(At(at->second), "first here", "最初はここです");
      }
      if (!outcomes && name.valid()) {
        sink_.Report(Code::kUnknownDecl, At(name.span), {"enum", "TaskOutcome"})
            .Note("`use std.tasks` brings the usual ones, or declare `enum TaskOutcome { appointment absent ... }`",
                  "`use std.tasks` で標準のものが使えます。または `enum TaskOutcome { appointment absent ... }` "
                  "と宣言してください");
        break;
      }
      if (!outcomes || !name.valid() || catalog()[*outcomes].Find(name.text) >= 0) continue;
      auto builder = sink_.Report(Code::kUnknownMember, At(name.span), {std::string(name.text), "TaskOutcome"});
      std::vector<std::string> names;
      for (const EnumMember& member : catalog()[*outcomes].members) names.push_back(member.name);
      c_.Suggest(builder, name, names);
    }
    CheckSteps(outcome.steps);
  }
}

void FlowChecker::CheckGrant(const ast::GrantStep& grant, StepInfo& info) {
  const Scope scope = RecordScope();
  const Type type = c_.Expr(grant.points, scope);
  if (!type.is_error() && !type.is_number()) {
    sink_.Report(Code::kTypeMismatch, c_.At(grant.points), {diag::Both("number", "数値"), c_.Spell(type)});
  }
  CheckText(grant.reason, scope);
  if (!grant.score.valid()) return;
  info.target = IndexOf(program_.scores, grant.score);
  if (info.target == kNoIndex) {
    c_.ReportUnknownDecl("score", grant.score, DeclaredNames(program_.scores));
    return;
  }
  const ScoreInfo& score = program_.scores[info.target];
  if (score.object.valid() && score.object != flow_->object) {
    sink_.Report(Code::kWrongObject, At(grant.score.span),
                 {std::string(grant.score.text), catalog()[score.object].name, object().name});
  } else if (score.decl->formula) {
    sink_.Report(Code::kGrantFormula, At(grant.score.span), {std::string(grant.score.text)})
        .Other({score.file, score.decl->name.span}, "declared here", "宣言はここです")
        .Note("grant to one of the scores that it adds up", "足し合わせている元のスコアに付与してください");
  } else if (score.object.valid()) {
    GrantsOf(program_.catalog, score.object, score.decl->name.text);
  }
}

void FlowChecker::CheckSet(const ast::SetStep& set, StepInfo& info) {
  const ast::Expr* target = Bare(set.target);
  auto* member = ast::As<ast::Member>(target);
  auto* name = ast::As<ast::NameRef>(target);
  const ast::Name called = member ? member->name : name ? name->name : ast::Name{};
  info.path.object = flow_->object;
  if (member) {
    auto* base = ast::As<ast::NameRef>(Bare(member->base));
    if (!base || base->name.text != object().name) info.path = CheckPath(member->base).value_or(RelationPath{});
  }
  const ObjectId owner = info.path.object;
  if (!owner.valid() || !called.valid()) return;
  const auto property = catalog()[owner].Find(called.text);
  if (!property) {
    const auto other = c_.LookupOfObject(owner, called.text);
    if (other) {
      sink_.Report(Code::kNotWritable, At(called.span), {std::string(called.text)})
          .Note("it is computed; `set` writes properties", "これは計算される値です。`set` で書けるのは項目です");
    } else {
      c_.ReportUnknownProperty(called, Type::Ref(owner));
    }
    return;
  }
  const PropertyInfo& written = catalog()[owner].properties[*property];
  if (written.is_key || written.is_many) {
    sink_.Report(Code::kNotWritable, At(called.span), {std::string(called.text)})
        .Other(written.at, "declared here", "宣言はここです");
    return;
  }
  info.watched = {Watched::Kind::kProperty, *property, written.type};
  program_.exprs[target].type = written.type;
  const Type type = c_.Expr(set.value, RecordScope(), written.type);
  if (c_.Expect(set.value, type, written.type) && type.optional && !type.is_error() && !written.type.optional) {
    sink_.Report(Code::kMayBeUnknown, c_.At(set.value), {"`" + c_.Source(set.value->span) + "`"})
        .Other(written.at, "declared here without `?`", "ここで `?` なしに宣言されています");
  }
  if (set.move_back && !(written.type.is(TypeKind::kEnum) && catalog()[written.type.enum_id()].forward_only)) {
    sink_.Report(Code::kMoveBackNeedless, At(set.span), {c_.Spell(written.type.Required())})
        .Note("only an enum that is `ordered forward only` refuses lower values",
              "低い値を拒むのは `ordered forward only` の enum だけです");
  }
}

void FlowChecker::CheckCall(const ast::CallStep& call, StepInfo& info) {
  CheckFailure(call.on_failure);
  if (!call.action.valid()) return;
  info.target = IndexOf(program_.actions, call.action);
  const Scope scope = RecordScope();
  if (info.target == kNoIndex) {
    for (const ast::Expr* arg : call.args) c_.Expr(arg, scope);
    c_.ReportUnknownDecl("action", call.action, DeclaredNames(program_.actions));
    return;
  }
  const ActionInfo& action = program_.actions[info.target];
  if (call.args.size() != action.params.size()) {
    sink_
        .Report(Code::kArgumentCount, At(call.span),
                {std::string(call.action.text), std::to_string(action.params.size()), std::to_string(call.args.size())})
        .Other({action.file, action.decl->name.span}, "declared here", "宣言はここです");
  }
  for (size_t i = 0; i < call.args.size(); ++i) {
    const Type wanted = i < action.params.size() ? action.params[i] : Type::Error();
    const Type type = c_.Expr(call.args[i], scope, wanted);
    if (!c_.Expect(call.args[i], type, wanted) || !type.optional || wanted.optional || wanted.is_error()) continue;
    sink_.Report(Code::kMayBeUnknown, c_.At(call.args[i]), {"`" + c_.Source(call.args[i]->span) + "`"});
  }
}

void FlowChecker::CheckMembership(const ast::MembershipStep& step, StepInfo& info) {
  if (!step.list.valid()) return;
  for (uint32_t i = 0; i < catalog().lists.size(); ++i) {
    const ListInfo& list = catalog().lists[i];
    if (list.name != step.list.text) continue;
    info.target = i;
    if (list.object.valid() && list.object != flow_->object) {
      sink_.Report(Code::kWrongObject, At(step.list.span), {list.name, catalog()[list.object].name, object().name})
          .Other(list.at, "declared here", "宣言はここです");
    } else if (!list.table.empty()) {
      sink_.Report(Code::kNotWritable, At(step.list.span), {list.name})
          .Other(list.at, "its members are read from a table", "メンバーは表から読まれます");
    }
    return;
  }
  c_.ReportUnknownDecl("list", step.list, NamesOfAll(catalog().lists));
}

void FlowChecker::CheckEnrol(const ast::EnrolStep& enrol, StepInfo& info) {
  info.path.object = flow_->object;
  if (enrol.who) info.path = CheckPath(enrol.who).value_or(RelationPath{});
  if (!enrol.workflow.valid()) return;
  info.target = IndexOf(program_.flows, enrol.workflow);
  if (info.target == kNoIndex) {
    c_.ReportUnknownDecl("workflow", enrol.workflow, DeclaredNames(program_.flows));
    return;
  }
  const FlowInfo& other = program_.flows[info.target];
  if (other.object.valid() && info.path.object.valid() && other.object != info.path.object) {
    sink_
        .Report(Code::kWrongObject, At(enrol.workflow.span),
                {std::string(enrol.workflow.text), catalog()[other.object].name, catalog()[info.path.object].name})
        .Other({other.file, other.decl->name.span}, "declared here", "宣言はここです");
  }
}

void FlowChecker::CheckCreate(const ast::CreateStep& create, StepInfo& info) {
  if (!create.object.valid()) return;
  const auto object = catalog().FindObject(create.object.text);
  if (!object) {
    c_.ReportUnknownDecl("object", create.object, NamesOfAll(catalog().objects));
    return;
  }
  info.target = object->value;
  CheckFields(create.fields, *object, true);
}

void FlowChecker::CheckFields(const ast::Record* record, ObjectId object, bool all) {
  const Scope scope = RecordScope();
  const auto fields = record ? record->fields : std::span<const ast::FieldValue>();
  if (!object.valid()) {
    for (const ast::FieldValue& field : fields) {
      if (ast::As<ast::TextLit>(field.value)) {
        CheckText(field.value, scope);
      } else {
        const Type type = c_.Expr(field.value, scope);
        if (type.is(TypeKind::kEvent)) ExpectSpelled(field.value, type);
      }
    }
    return;
  }
  const ObjectInfo& owner = catalog()[object];
  for (const ast::FieldValue& field : fields) {
    const auto property = owner.Find(field.name.text);
    if (!property || owner.properties[*property].is_many) {
      c_.ReportUnknownProperty(field.name, Type::Ref(object));
      continue;
    }
    const Type wanted = owner.properties[*property].type;
    if (wanted.is(TypeKind::kText) && ast::As<ast::TextLit>(field.value)) {
      CheckText(field.value, scope);
      continue;
    }
    const Type type = c_.Expr(field.value, scope, wanted);
    if (c_.Expect(field.value, type, wanted) && type.optional && !type.is_error() && !wanted.optional) {
      sink_.Report(Code::kMayBeUnknown, c_.At(field.value), {"`" + c_.Source(field.value->span) + "`"})
          .Other(owner.properties[*property].at, "declared here without `?`", "ここで `?` なしに宣言されています");
    }
  }
  for (const PropertyInfo& property : owner.properties) {
    const bool defaulted = property.is_key || property.is_many || property.type.optional ||
                           property.type.is(TypeKind::kBool) || property.type.is(TypeKind::kSet) ||
                           !property.previous_band_of.empty();
    const bool given =
        std::ranges::any_of(fields, [&](const ast::FieldValue& f) { return f.name.text == property.name; });
    if (!all || defaulted || given || property.type.is_error() || !record) continue;
    sink_.Report(Code::kFieldMissing, At(record->span), {property.name, owner.name})
        .Other(property.at, "declared here without `?`", "ここで `?` なしに宣言されています");
  }
}

}  // namespace saiten::check
