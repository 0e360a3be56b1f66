#include <algorithm>

#include <fmt/format.h>

#include "compiler/ast/operator.h"
#include "compiler/ast/steps.h"
#include "compiler/check/flow_checker.h"
#include "compiler/check/kept.h"

// Messages, outside effects and limits: what a template must hold, which law it satisfies (sem G4, G7), texts with
// values in them.
namespace saiten::check {
namespace {

using diag::Code;

struct ClassName {
  std::string_view name;
  MessageClass message_class;
};
constexpr std::array<ClassName, 4> kClasses = {{{"marketing", MessageClass::kMarketing},
                                                {"one_to_one", MessageClass::kOneToOne},
                                                {"transactional", MessageClass::kTransactional},
                                                {"internal", MessageClass::kInternal}}};

struct LineName {
  std::string_view name;
  TemplateLine line;
};
constexpr std::array<LineName, kTemplateLines> kLines = {{{"from", TemplateLine::kFrom},
                                                          {"reply_to", TemplateLine::kReplyTo},
                                                          {"subject", TemplateLine::kSubject},
                                                          {"body", TemplateLine::kBody},
                                                          {"html", TemplateLine::kHtml},
                                                          {"sender_info", TemplateLine::kSenderInfo},
                                                          {"inquiries", TemplateLine::kInquiries},
                                                          {"consent", TemplateLine::kConsent}}};

struct LawName {
  std::string_view name;
  Law law;
};
constexpr std::array<LawName, 3> kLaws = {{{"jp", kLawJp}, {"us", kLawUs}, {"eu", kLawEu}}};

// What a marketing template needs under a law, and how people call it.
struct LegalItem {
  uint8_t laws;
  TemplateLine line;
  std::string_view en;
  std::string_view ja;
};
// jp: the sender's name, where to write or ask; us: a postal address; eu: the purpose that consent was given for. The
// way to opt out stands in the body and is looked for there.
constexpr std::array<LegalItem, 3> kLegal = {
    {{kLawJp | kLawUs, TemplateLine::kSenderInfo, "`sender_info` with the name and postal address of the sender",
      "送信者の名称と住所を書いた `sender_info`"},
     {kLawJp, TemplateLine::kInquiries, "`inquiries`, where questions and complaints go",
      "苦情・問い合わせの受付先 `inquiries`"},
     {kLawEu, TemplateLine::kConsent, "`consent`, the purpose that people agreed to", "同意の目的を書いた `consent`"}}};

// Whether a text holds `${unsubscribe_link}`.
bool HasLink(const ast::TemplateField* field) {
  auto* text = field ? ast::As<ast::TextLit>(field->value) : nullptr;
  return text && std::ranges::any_of(text->parts, [](const ast::TextPart& part) {
           auto* name = ast::As<ast::NameRef>(Bare(part.expr));
           return name && name->name.text == "unsubscribe_link";
         });
}

// Words in the names and labels of properties that people keep a role's value in.
struct RoleWords {
  Role role;
  std::array<std::string_view, 6> words;
};
constexpr std::array<RoleWords, 9> kRoleWords = {
    {{Role::kAddress, {"email", "e_mail", "mail_address", "メール", "mail", "address"}},
     {Role::kPhone, {"phone", "tel", "mobile", "電話", "携帯", "fax"}},
     {Role::kCountry, {"country", "国", "nation", "country_code", "国名", "地域"}},
     {Role::kZone, {"timezone", "time_zone", "zone", "tz", "時間帯", "タイムゾーン"}},
     {Role::kOwner, {"owner", "rep", "担当", "assignee", "sales_rep", "営業"}},
     {Role::kMarketing, {"marketing", "newsletter", "マーケティング", "メルマガ", "subscribed", "配信対象"}},
     {Role::kOptOut, {"unsubscribed", "opt_out", "opted_out", "optout", "配信停止", "停止"}},
     {Role::kBounced, {"bounced", "bounce", "undeliverable", "不達", "エラー", "invalid"}},
     {Role::kConsent, {"consent", "agreed", "同意", "permission", "許諾", "gdpr"}}}};

// Whether a value of this type can be what the role says.
bool CanBe(Role role, Type type) {
  switch (role) {
    case Role::kAddress:
    case Role::kPhone:
    case Role::kZone:
      return type.is(TypeKind::kText);
    case Role::kCountry:
      return type.is(TypeKind::kText) || type.is(TypeKind::kEnum);
    case Role::kOwner:
      return type.is(TypeKind::kRef);
    case Role::kMarketing:
    case Role::kOptOut:
    case Role::kBounced:
      return type.is(TypeKind::kBool);
    case Role::kConsent:
      return type.is(TypeKind::kBool) || type.is(TypeKind::kText) || type.is(TypeKind::kSet);
    case Role::kCreated:
    case Role::kNone:
      return false;
  }
  return false;
}

// The property that looks as if it were kept for the role; null if none does.
const PropertyInfo* MeantFor(const ObjectInfo& object, Role role) {
  const auto words = std::ranges::find(kRoleWords, role, &RoleWords::role);
  if (words == kRoleWords.end()) return nullptr;
  for (const std::string_view word : words->words) {
    for (const PropertyInfo& property : object.properties) {
      const bool named =
          property.name.find(word) != std::string::npos || property.label.find(word) != std::string::npos;
      const bool free = property.role == Role::kNone && !property.is_many && !property.is_key;
      if (named && free && CanBe(role, property.type)) return &property;
    }
  }
  return nullptr;
}

template <typename Table>
std::vector<std::string> NamesIn(const Table& table) {
  std::vector<std::string> names;
  for (const auto& row : table) names.emplace_back(row.name);
  return names;
}

}  // namespace

void FlowChecker::Run() {
  for (TemplateInfo& info : program_.templates) CheckTemplate(info);
  for (ActionInfo& info : program_.actions) CheckAction(info);
  for (CapInfo& info : program_.caps) CheckCap(info);
  for (const FlowInfo& info : program_.flows) {
    ast::ForEachStep(info.decl->steps, [&](const ast::Step& step) {
      auto* enrol = ast::As<ast::EnrolStep>(&step);
      if (enrol && enrol->enrol) enrolled_.insert(enrol->workflow.text);
    });
  }
  for (FlowInfo& info : program_.flows) CheckFlow(info);
  if (program_.flows.empty()) return;
  // What was granted stays granted, also where no step grants any more.
  for (const ScoreInfo& score : program_.scores) {
    const bool granted = std::ranges::any_of(score.decl->items, [](const ast::ScoreItem* item) {
      return item != nullptr && item->kind == ast::ScoreItemKind::kGranted;
    });
    if (granted && score.object.valid()) GrantsOf(program_.catalog, score.object, score.decl->name.text);
  }
}

MessageClass FlowChecker::ClassOf(const ast::Name& name, MessageClass otherwise) {
  if (!name.valid()) return otherwise;
  for (const ClassName& known : kClasses) {
    if (known.name == name.text) return known.message_class;
  }
  auto builder = sink_.Report(Code::kUnknownDecl, At(name.span), {"class", std::string(name.text)});
  c_.Suggest(builder, name, NamesIn(kClasses));
  return otherwise;
}

bool FlowChecker::ExpectSpelled(const ast::Expr* value, Type type) {
  if (!type.is(TypeKind::kRef) && !type.is(TypeKind::kEvent) && !type.is(TypeKind::kSet)) return true;
  auto builder = sink_.Report(Code::kNoSpelling, c_.At(value), {c_.Spell(type.Required())});
  if (type.is(TypeKind::kRef) && type.object_id().valid() && catalog()[type.object_id()].Find("name")) {
    const std::string path = c_.Source(value->span) + ".name";
    builder.Fix("its name", "名前を使う", {{c_.At(value), path}}, diag::FixSafety::kUnsafe);
  }
  return false;
}

bool FlowChecker::InsteadOf(const ast::Expr* expr, const Scope& scope) {
  auto* instead = ast::As<ast::Else>(Bare(expr));
  if (!instead || !ast::As<ast::TextLit>(Bare(instead->fallback))) return false;
  const Type type = c_.Expr(instead->value, scope);
  if (type.is_error()) return true;
  if (type.is(TypeKind::kText)) return false;
  if (!ExpectSpelled(instead->value, type)) return true;
  if (!type.optional) c_.ReportNeverUnknown(*instead);
  c_.PlainText(Bare(instead->fallback));
  for (const ast::Expr* words : {expr, Bare(expr), instead->fallback, Bare(instead->fallback)}) {
    program_.exprs[words].type = Type::Text();
  }
  return true;
}

void FlowChecker::CheckText(const ast::Expr* text, const Scope& scope, bool links) {
  auto* literal = ast::As<ast::TextLit>(text);
  if (!literal) return;
  program_.exprs[text].type = Type::Text();
  for (const ast::TextPart& part : literal->parts) {
    if (!part.expr) continue;
    auto* name = ast::As<ast::NameRef>(Bare(part.expr));
    if (links && name && name->name.text == "unsubscribe_link") {
      program_.exprs[name] = {Type::Text(), {.kind = Symbol::Kind::kLink}};
      program_.exprs[part.expr].type = Type::Text();
      continue;
    }
    if (InsteadOf(part.expr, scope)) continue;
    const Type type = c_.Expr(part.expr, scope);
    if (type.is_error() || !ExpectSpelled(part.expr, type) || !type.optional) continue;
    const std::string source = c_.Source(part.expr->span);
    sink_.Report(Code::kFieldUnknown, c_.At(part.expr), {source})
        .Fix("give a default", "既定値を書く", {{c_.At(part.expr), source + " else \"\""}}, diag::FixSafety::kUnsafe);
  }
}

bool FlowChecker::HasRole(ObjectId object, Role role) const {
  if (catalog()[object].FindRole(role)) return true;
  return std::ranges::any_of(program_.lets, [&](const LetInfo& let) {
    return let.object == object && RoleFromName(let.decl->role.text) == role;
  });
}

void FlowChecker::ReportRole(Span at, std::string_view what, ObjectId object, Role role) {
  const ObjectInfo& info = catalog()[object];
  auto builder = sink_.Report(Code::kRoleMissing, At(at), {std::string(what), info.name, std::string(NameOf(role))});
  builder.Other(info.at, "declared here", "宣言はここです")
      .Note(fmt::format("write `as {}` behind the property that holds it", NameOf(role)),
            fmt::format("該当する項目の後に `as {}` と書いてください", NameOf(role)));
  const PropertyInfo* meant = MeantFor(info, role);
  if (!meant || !meant->type_at.file.valid()) return;
  const uint32_t end = meant->type_at.span.end;
  builder.Fix(fmt::format("`{}` is the {}", meant->name, NameOf(role)),
              fmt::format("`{}` を `as {}` にする", meant->name, NameOf(role)),
              {{{meant->type_at.file, {end, end}}, fmt::format(" as {}", NameOf(role))}}, diag::FixSafety::kUnsafe);
}

void FlowChecker::CheckTemplate(TemplateInfo& info) {
  c_.file_ = info.file;
  const ast::TemplateDecl& decl = *info.decl;
  info.message_class = ClassOf(decl.message_class, MessageClass::kMarketing);
  for (const ast::Name& name : decl.laws) {
    const auto* law = std::ranges::find(kLaws, name.text, &LawName::name);
    if (law != kLaws.end()) {
      info.laws |= law->law;
    } else if (name.valid()) {
      auto builder = sink_.Report(Code::kUnknownDecl, At(name.span), {"law", std::string(name.text)});
      c_.Suggest(builder, name, NamesIn(kLaws));
    }
  }
  Scope scope;
  if (info.object.valid()) scope.frames.push_back(Type::Ref(info.object));
  for (const ast::TemplateField& field : decl.fields) {
    const auto* known = std::ranges::find(kLines, field.name.text, &LineName::name);
    if (known == kLines.end()) {
      if (!field.name.valid()) continue;
      auto builder = sink_.Report(Code::kUnknownDecl, At(field.name.span),
                                  {diag::Both("line of a template", "テンプレートの行"), std::string(field.name.text)});
      c_.Suggest(builder, field.name, NamesIn(kLines));
      continue;
    }
    const ast::TemplateField*& place = info.lines[static_cast<size_t>(known->line)];
    if (place) {
      sink_.Report(Code::kClauseTwice, At(field.span), {std::string(field.name.text)})
          .Other(At(place->span), "first here", "最初はここです");
      continue;
    }
    place = &field;
    if (!info.object.valid()) continue;
    if (field.as) CheckText(field.as, scope);
    if (!ast::As<ast::TextLit>(field.value)) {
      // `from owner`: the address of the record it leads to.
      const Type type = c_.Expr(field.value, scope);
      if (type.is_error() || type.is(TypeKind::kText)) continue;
      if (!type.is(TypeKind::kRef)) {
        c_.Expect(field.value, type, Type::Text());
      } else if (!HasRole(type.object_id(), Role::kAddress)) {
        ReportRole(field.value->span, "`from`", type.object_id(), Role::kAddress);
      }
      continue;
    }
    CheckText(field.value, scope, known->line == TemplateLine::kBody || known->line == TemplateLine::kHtml);
  }
  for (const TemplateLine line : {TemplateLine::kFrom, TemplateLine::kSubject, TemplateLine::kBody}) {
    if (info[line] || c_.HasErrorIn(decl.span)) continue;
    sink_.Report(Code::kTemplateLacks, At(decl.name.span),
                 {std::string(decl.name.text), fmt::format("`{}`", kLines[static_cast<size_t>(line)].name)});
  }
  if (info.message_class == MessageClass::kTransactional && !decl.reason) {
    sink_.Report(Code::kReasonMissing, At(decl.message_class.span), {std::string(decl.name.text)})
        .Note(
            "`class transactional reason \"order confirmation\"`: it goes to people who opted out, so it must be "
            "needed",
            "`class transactional reason \"注文確認\"`: 配信停止した人にも届くため、理由が必要です");
  }
  if (info.message_class == MessageClass::kMarketing) CheckLaws(info);
}

void FlowChecker::CheckLaws(const TemplateInfo& info) {
  const ast::TemplateDecl& decl = *info.decl;
  const std::string name(decl.name.text);
  if (info.laws == kNoLaw && decl.laws.empty()) {
    sink_.Report(Code::kNoLaw, At(decl.name.span), {name})
        .Note(
            "say which rules it satisfies: `law jp`, or several, `law jp, us, eu`; a recipient of another country is "
            "skipped",
            "どの国の規則を満たすかを `law jp` や `law jp, us, eu` と書いてください。他の国の宛先には送られません");
    return;
  }
  auto lacks = [&](uint8_t laws, std::string_view en, std::string_view ja) {
    const uint8_t asking = laws & info.laws;
    for (const LawName& law : kLaws) {
      if ((asking & law.law) == 0) continue;
      sink_.Report(Code::kLawLacks, At(decl.name.span), {name, std::string(law.name), diag::Both(en, ja)});
      return;
    }
  };
  for (const LegalItem& item : kLegal) {
    if (!info[item.line]) lacks(item.laws, item.en, item.ja);
  }
  if (info[TemplateLine::kBody] && !HasLink(info[TemplateLine::kBody])) {
    lacks(kLawJp | kLawUs | kLawEu, "`${unsubscribe_link}` in its body", "本文の `${unsubscribe_link}`");
  }
  if (info[TemplateLine::kHtml] && !HasLink(info[TemplateLine::kHtml])) {
    lacks(kLawJp | kLawUs | kLawEu, "`${unsubscribe_link}` in its html", "htmlの `${unsubscribe_link}`");
  }
}

void FlowChecker::CheckAction(ActionInfo& info) {
  c_.file_ = info.file;
  const ast::ActionDecl& decl = *info.decl;
  for (const ast::Param& param : decl.params) info.params.push_back(c_.ResolveType(param.type));
  const Scope scope{.params = decl.params, .param_types = info.params};
  if (!decl.url && !c_.HasErrorIn(decl.span)) {
    sink_.Report(Code::kActionNothing, At(decl.name.span), {std::string(decl.name.text)});
  }
  CheckText(decl.url, scope);
  for (const ast::FieldValue& field : decl.fields) {
    if (ast::As<ast::TextLit>(field.value)) {
      CheckText(field.value, scope);
    } else {
      ExpectSpelled(field.value, c_.Expr(field.value, scope));
    }
  }
}

void FlowChecker::CheckCap(CapInfo& info) {
  c_.file_ = info.file;
  const ast::CapDecl& decl = *info.decl;
  info.message_class = ClassOf(decl.message_class, MessageClass::kMarketing);
  for (const CapInfo& other : program_.caps) {
    if (&other == &info) break;
    if (other.message_class != info.message_class) continue;
    sink_.Report(Code::kClauseTwice, At(decl.span), {fmt::format("cap {}", decl.message_class.text)})
        .Other({other.file, other.decl->span}, "first here", "最初はここです");
  }
  if (decl.over == ast::CapDecl::Over::kUnsaid) {
    sink_.Report(Code::kCapUnsaid, At(decl.span))
        .Fix("wait for room", "空くまで待つ", {{At({decl.span.end, decl.span.end}), " defer"}},
             diag::FixSafety::kUnsafe)
        .Fix("leave the message out", "送らない", {{At({decl.span.end, decl.span.end}), " skip"}},
             diag::FixSafety::kUnsafe);
  }
  for (const ast::Rate& rate : decl.rates) {
    if (rate.count < 1) sink_.Report(Code::kCountAtLeastOne, At(rate.span));
    if (rate.calendar && rate.per.unit < ast::TimeUnit::kDay) {
      sink_.Report(Code::kBadSeriesUnit, At(rate.span), {c_.Source(rate.per.span)});
    } else if (rate.calendar) {
      c_.NeedZone("a limit per day, week or month", "日・週・月ごとの上限", rate.span);
    } else {
      c_.CheckPositive(rate.per);
    }
  }
}

}  // namespace saiten::check
