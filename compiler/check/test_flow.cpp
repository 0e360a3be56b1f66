#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "compiler/check/expect_checker.h"

// `expect` lines about automation: which workflow, template and record they name, and words that the engine knows.
namespace saiten::check {
namespace {

using diag::Code;

constexpr std::array<std::string_view, 13> kStates = {"active",  "completed", "goal",    "suppressed", "unsubscribed",
                                                      "replied", "meeting",   "bounced", "left",       "restarted",
                                                      "removed", "failed",    "off"};
constexpr std::array<std::string_view, 9> kReasons = {"off",          "suppressed",     "consent", "goal already met",
                                                      "not matching", "already active", "group",   "re-entry policy",
                                                      "cap"};

struct KindName {
  std::string_view name;
  ExpectedKind kind;
};
constexpr std::array<KindName, 8> kKinds = {{{"mail", ExpectedKind::kMail},
                                             {"task", ExpectedKind::kTask},
                                             {"notification", ExpectedKind::kNotification},
                                             {"call", ExpectedKind::kCall},
                                             {"webhook", ExpectedKind::kWebhook},
                                             {"grant", ExpectedKind::kGrant},
                                             {"set", ExpectedKind::kSet},
                                             {"action", ExpectedKind::kAny}}};

struct DetailName {
  std::string_view name;
  ExpectInfo::Detail::Kind kind;
};
using DetailKind = ExpectInfo::Detail::Kind;
constexpr std::array<DetailName, 8> kDetails = {{{"due", DetailKind::kDue},
                                                 {"remind", DetailKind::kRemind},
                                                 {"subject", DetailKind::kSubject},
                                                 {"body", DetailKind::kBody},
                                                 {"at", DetailKind::kAt},
                                                 {"assign", DetailKind::kAssign},
                                                 {"to", DetailKind::kTo},
                                                 {"reason", DetailKind::kReason}}};

template <typename Table>
std::vector<std::string> NamesIn(const Table& table) {
  std::vector<std::string> names;
  for (const auto& row : table) names.emplace_back(row.name);
  return names;
}

// Which details go with which kind of action.
bool Fits(ExpectedKind kind, DetailKind detail) {
  switch (detail) {
    case DetailKind::kDue:
    case DetailKind::kRemind:
    case DetailKind::kAssign:
      return kind == ExpectedKind::kTask;
    case DetailKind::kSubject:
    case DetailKind::kBody:
      return kind == ExpectedKind::kMail;
    case DetailKind::kTo:
      return kind == ExpectedKind::kNotification;
    case DetailKind::kReason:
      return kind == ExpectedKind::kGrant;
    case DetailKind::kAt:
      return true;
  }
  return false;
}

}  // namespace

std::string_view NameOf(EndState state) { return kStates[static_cast<size_t>(state)]; }
std::string_view NameOf(Refusal reason) { return kReasons[static_cast<size_t>(reason)]; }

uint32_t ExpectChecker::FindFlow(const ast::Name& name, ObjectId object) {
  if (!name.valid()) return kNoIndex;
  std::vector<std::string> names;
  for (uint32_t i = 0; i < program_.flows.size(); ++i) {
    const FlowInfo& flow = program_.flows[i];
    names.emplace_back(flow.decl->name.text);
    if (flow.decl->name.text != name.text) continue;
    if (flow.object.valid() && object.valid() && flow.object != object) {
      sink_
          .Report(Code::kWrongObject, At(name.span),
                  {std::string(name.text), program_.catalog[flow.object].name, program_.catalog[object].name})
          .Other({flow.file, flow.decl->name.span}, "declared here", "宣言はここです");
    }
    return i;
  }
  c_.ReportUnknownDecl("workflow", name, names);
  return kNoIndex;
}

uint32_t ExpectChecker::FindTemplate(const ast::Name& name) {
  if (!name.valid()) return kNoIndex;
  std::vector<std::string> names;
  for (uint32_t i = 0; i < program_.templates.size(); ++i) {
    names.emplace_back(program_.templates[i].decl->name.text);
    if (program_.templates[i].decl->name.text == name.text) return i;
  }
  c_.ReportUnknownDecl("template", name, names);
  return kNoIndex;
}

bool ExpectChecker::State(const ast::ExpectLine& line, ObjectId object) {
  auto* what = ast::As<ast::NameRef>(Bare(line.what));
  Scope scope;
  scope.frames.push_back(Type::Ref(object));
  if (!what || c_.LookupBare(what->name.text, scope)) return false;
  const bool flow = std::ranges::any_of(
      program_.flows, [&](const FlowInfo& known) { return known.decl->name.text == what->name.text; });
  if (!flow) return false;
  ExpectInfo expect{.line = &line, .form = ExpectInfo::Form::kState, .object = object};
  expect.flow = FindFlow(what->name, object);
  expect.negated = line.op == ast::CompareOp::kNe;
  auto* state = ast::As<ast::NameRef>(Bare(line.value));
  const bool equality = line.op == ast::CompareOp::kEq || line.op == ast::CompareOp::kNe;
  if (line.is_known_test || !equality || !state) {
    // All that stands behind the record: `> goal`, `is known`.
    const Span said{line.record_name.span.end + 1, line.span.end};
    sink_.Report(Code::kExpectState, At(said), {c_.Source(said)})
        .Note(fmt::format("as in `expect {} of c == goal`", what->name.text),
              fmt::format("例: `expect {} of c == goal`", what->name.text));
    return true;
  }
  const auto found = std::ranges::find(kStates, state->name.text);
  if (found == kStates.end()) {
    auto builder = sink_.Report(Code::kExpectState, c_.At(state), {std::string(state->name.text)});
    const std::vector<std::string> names(kStates.begin(), kStates.end());
    const std::string near = Nearest(state->name.text, names);
    if (!near.empty()) {
      builder.Fix(fmt::format("did you mean `{}`?", near), fmt::format("`{}` のことですか?", near),
                  {{c_.At(state), near}}, diag::FixSafety::kUnsafe);
    } else {
      builder.Note(fmt::format("there are `{}`", fmt::join(names, "`, `")),
                   fmt::format("使えるのは `{}` です", fmt::join(names, "`、`")));
    }
    return true;
  }
  expect.state = static_cast<EndState>(found - kStates.begin());
  program_.exprs[line.what].type = program_.exprs[line.value].type = Type::Text();
  info_.automation.push_back(std::move(expect));
  return true;
}

void ExpectChecker::Detail(const ast::ExpectedDetail& detail, ExpectInfo& expect) {
  if (!detail.name.valid()) return;
  const auto* known = std::ranges::find(kDetails, detail.name.text, &DetailName::name);
  if (known == kDetails.end() || !Fits(expect.kind, known->kind)) {
    auto builder =
        sink_.Report(Code::kUnknownDecl, At(detail.name.span),
                     {diag::Both("detail of this action", "このアクションの条件"), std::string(detail.name.text)});
    std::vector<std::string> names;
    for (const DetailName& one : kDetails) {
      if (Fits(expect.kind, one.kind)) names.emplace_back(one.name);
    }
    c_.Suggest(builder, detail.name, names);
    return;
  }
  const bool person = known->kind == DetailKind::kAssign || known->kind == DetailKind::kTo;
  const bool text = known->kind == DetailKind::kSubject || known->kind == DetailKind::kBody ||
                    known->kind == DetailKind::kReason || person;
  Scope scope;
  scope.frames.push_back(Type::Ref(expect.object));
  const Type type = text && ast::As<ast::TextLit>(detail.value) ? (c_.PlainText(detail.value), Type::Text())
                                                                : c_.Expr(detail.value, scope);
  if (detail.value) program_.exprs[detail.value].type = type;
  const auto users = program_.catalog.FindObject("user");
  const bool fits = type.is_error() || (text ? type.is(TypeKind::kText) ||
                                                   (person && type.is(TypeKind::kRef) && type.object_id() == *users)
                                             : type.is(TypeKind::kDate) || type.is(TypeKind::kInstant));
  if (!fits) {
    const std::string wanted = person ? diag::Both("user` or `text", "user` か `text")
                               : text ? std::string("text")
                                      : diag::Both("date` or `time", "date` か `time");
    sink_.Report(Code::kTypeMismatch, c_.At(detail.value), {wanted, c_.Spell(type)});
  }
  expect.details.push_back({known->kind, detail.value});
}

void ExpectChecker::Action(const ast::ExpectLine& line, ObjectId object) {
  if (!line.automation) return;
  using Form = ast::ExpectedAction::Form;
  const ast::ExpectedAction& said = *line.automation;
  ExpectInfo expect{.line = &line, .object = object};
  switch (said.form) {
    case Form::kMails:
      expect.form = ExpectInfo::Form::kMails;
      for (const ast::Name& name : said.mails) {
        const uint32_t message = FindTemplate(name);
        if (message != kNoIndex) expect.mails.push_back(message);
      }
      break;
    case Form::kRefused: {
      expect.form = ExpectInfo::Form::kRefused;
      expect.flow = FindFlow(said.kind, object);
      if (!said.title) break;
      const std::string reason = c_.PlainText(said.title);
      const auto found = std::ranges::find(kReasons, reason);
      if (found == kReasons.end()) {
        auto builder = sink_.Report(Code::kExpectReason, c_.At(said.title), {reason});
        const std::vector<std::string> names(kReasons.begin(), kReasons.end());
        const std::string near = Nearest(reason, names);
        if (!near.empty()) {
          builder.Fix(fmt::format("did you mean \"{}\"?", near), fmt::format("\"{}\" のことですか?", near),
                      {{c_.At(said.title), fmt::format("\"{}\"", near)}}, diag::FixSafety::kUnsafe);
        } else {
          builder.Note(fmt::format("there are \"{}\"", fmt::join(names, "\", \"")),
                       fmt::format("使えるのは \"{}\" です", fmt::join(names, "\"、\"")));
        }
      } else {
        expect.reason = static_cast<Refusal>(found - kReasons.begin());
      }
      break;
    }
    case Form::kAction:
    case Form::kNone: {
      expect.form = said.form == Form::kNone ? ExpectInfo::Form::kNone : ExpectInfo::Form::kAction;
      const auto* known = std::ranges::find(kKinds, said.kind.text, &KindName::name);
      if (known == kKinds.end()) {
        if (!said.kind.valid()) break;
        auto builder = sink_.Report(Code::kUnknownDecl, At(said.kind.span),
                                    {diag::Both("kind of action", "アクションの種類"), std::string(said.kind.text)});
        c_.Suggest(builder, said.kind, NamesIn(kKinds));
        break;
      }
      expect.kind = known->kind;
      if (said.target.valid() && expect.kind == ExpectedKind::kCall) {
        for (uint32_t i = 0; i < program_.actions.size(); ++i) {
          if (program_.actions[i].decl->name.text == said.target.text) expect.target = i;
        }
        if (expect.target == kNoIndex) {
          std::vector<std::string> names;
          for (const ActionInfo& action : program_.actions) names.emplace_back(action.decl->name.text);
          c_.ReportUnknownDecl("action", said.target, names);
        }
      } else if (said.target.valid()) {
        expect.target = FindTemplate(said.target);
      }
      if (said.title) expect.title = c_.PlainText(said.title);
      if (said.at) c_.Expr(said.at, Scope());
      for (const ast::ExpectedDetail& detail : said.details) Detail(detail, expect);
      break;
    }
  }
  info_.automation.push_back(std::move(expect));
}

}  // namespace saiten::check
