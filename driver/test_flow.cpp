#include "driver/test_flow.h"

#include <algorithm>

#include <fmt/format.h>

#include "driver/test_world.h"

namespace saiten::driver {
namespace {

using flow::ActionKind;
using flow::LogRow;
using flow::RowKind;

bool IsKind(check::ExpectedKind kind, const LogRow& row) {
  using Kind = check::ExpectedKind;
  switch (kind) {
    case Kind::kMail:
      return row.action == ActionKind::kMail;
    case Kind::kTask:
      return row.action == ActionKind::kTask;
    case Kind::kNotification:
      return row.action == ActionKind::kNotification;
    case Kind::kCall:
      return row.action == ActionKind::kCall;
    case Kind::kWebhook:
      return row.action == ActionKind::kWebhook;
    case Kind::kGrant:
      return row.kind == RowKind::kGranted;
    case Kind::kSet:
      return row.kind == RowKind::kWrite;
    case Kind::kAny:
      return row.kind == RowKind::kAction;
  }
  return false;
}

std::string_view Plain(const ast::Expr* text) {
  auto* literal = ast::As<ast::TextLit>(text);
  return literal ? literal->plain() : std::string_view();
}

}  // namespace

TestFlow::TestFlow(const Compiled& compiled, const lower::LowerResult& lowered, const rt::Zone* zone, Language language)
    : compiled_(compiled),
      automation_(lowered.automation),
      zone_(zone ? zone : rt::Zone::Utc()),
      language_(language),
      world_(lowered.program, zone),
      engine_(world_, lowered.automation, zone, state_, log_) {}

void TestFlow::Add(int64_t instant, ObjectId object, size_t row, decltype(flow::Item::what) what) {
  world_.Changed();
  engine_.Add({.instant = instant,
               .order = ++order_,
               .object = object,
               .row = static_cast<uint32_t>(row),
               .what = std::move(what)});
}

std::string TestFlow::SayInstant(int64_t instant) const {
  return compiled_.checked.catalog.SpellValue(Type::Instant(), instant, zone_);
}

std::string TestFlow::SayRow(const LogRow& row) const {
  std::string text = SayInstant(row.instant);
  if (row.flow != flow::kNoFlow) {
    const ir::Flow& flow = automation_.flows[row.flow];
    text += "  " + flow.name;
    if (row.step < flow.steps.size()) text += ", " + flow.steps[row.step].name;
  }
  text += ": ";
  if (row.kind == RowKind::kAction) {
    text += NameOf(row.action);
    for (std::string_view name : {"template", "title", "text", "due", "remind", "assignee", "to"}) {
      if (const std::string_view value = row.fields.Find(name); !value.empty())
        text += fmt::format(" {} \"{}\"", name, value);
    }
    return text;
  }
  text += NameOf(row.kind);
  if (!row.detail.empty()) text += fmt::format(" ({})", row.detail);
  if (const std::string_view saw = row.fields.Find("saw"); !saw.empty()) text += fmt::format(" [{}]", saw);
  if (row.kind == RowKind::kWrite) {
    text +=
        fmt::format(" {}: {} -> {}", row.fields.Find("property"), row.fields.Find("before"), row.fields.Find("after"));
  }
  return text;
}

std::string TestFlow::Story(ObjectId object, size_t row) const {
  std::string text;
  for (const LogRow& one : log_) {
    if (one.object == object && one.row == row) text += SayRow(one) + "\n";
  }
  return text.empty() ? Word("no workflow did anything with it\n", "どのワークフローも動いていません\n") : text;
}

bool TestFlow::IsFor(const LogRow& log, ObjectId object, size_t row) {
  const std::string_view recipient = log.fields.Find("object");
  if (log.action != ActionKind::kMail || recipient.empty()) return log.object == object && log.row == row;
  const vm::RunContext& context = world_.context();
  if (context.catalog()[object].name != recipient) return false;
  return context.data().tables[object.index()].keys.Spell(row) == log.fields.Find("id");
}

bool TestFlow::FitsDetail(const check::ExpectInfo::Detail& detail, const LogRow& row) const {
  using Kind = check::ExpectInfo::Detail::Kind;
  std::string wanted(Plain(detail.value));
  if (auto* user = ast::As<ast::UserRef>(Bare(detail.value))) wanted = std::string(Plain(user->name));
  if (auto* date = ast::As<ast::DateLit>(detail.value)) {
    wanted = compiled_.checked.catalog.SpellValue(Type::Date(), date->days, zone_);
  } else if (ast::As<ast::DateTimeLit>(detail.value)) {
    wanted = SayInstant(InstantOf(detail.value, zone_));
  }
  switch (detail.kind) {
    case Kind::kDue:
      return row.fields.Find("due") == wanted;
    case Kind::kRemind:
      return row.fields.Find("remind") == wanted;
    case Kind::kSubject:
      return row.fields.Find("subject") == wanted;
    case Kind::kBody:
      return row.fields.Find("body").find(wanted) != std::string_view::npos;
    case Kind::kAt:
      return row.instant == InstantOf(detail.value, zone_);
    case Kind::kAssign:
      return row.fields.Find("assignee") == wanted;
    case Kind::kTo:
      return row.fields.Find("to") == wanted;
    case Kind::kReason:
      return row.fields.Find("reason") == wanted;
  }
  return false;
}

bool TestFlow::Fits(const check::ExpectInfo& expected, const LogRow& row) const {
  if (!IsKind(expected.kind, row)) return false;
  if (expected.target != check::kNoIndex) {
    const bool call = expected.kind == check::ExpectedKind::kCall;
    const std::string_view name = call ? compiled_.checked.actions[expected.target].decl->name.text
                                       : compiled_.checked.templates[expected.target].decl->name.text;
    if (row.fields.Find(call ? "action" : "template") != name) return false;
  }
  const auto titled = [&](std::string_view field) { return row.fields.Find(field) == expected.title; };
  if (!expected.title.empty() && !titled("title") && !titled("text") && !titled("url") && !titled("subject") &&
      !titled("property")) {
    return false;
  }
  const ast::Moment at = expected.line->automation->at;
  if (at && row.instant != InstantOf(at, zone_)) return false;
  return std::ranges::all_of(expected.details, [&](const auto& detail) { return FitsDetail(detail, row); });
}

std::optional<std::string> TestFlow::UnlikeMails(const check::ExpectInfo& expected, size_t row) {
  std::vector<std::string_view> found;
  for (const LogRow& one : log_) {
    if (one.action == ActionKind::kMail && IsFor(one, expected.object, row))
      found.push_back(one.fields.Find("template"));
  }
  const bool same = std::ranges::equal(found, expected.mails, [&](std::string_view name, uint32_t message) {
    return name == compiled_.checked.templates[message].decl->name.text;
  });
  if (same) return std::nullopt;
  return fmt::format(fmt::runtime(Word("the mails are [{}]", "送られたメールは [{}] です")), fmt::join(found, ", "));
}

std::optional<std::string> TestFlow::UnlikeState(const check::ExpectInfo& expected, size_t row) const {
  std::string found = Word("never enrolled", "未登録");
  for (const flow::Instance& instance : state_.instances) {
    if (instance.object != expected.object || instance.row != row || instance.flow != expected.flow) continue;
    found = NameOf(instance.status);
  }
  if ((found == NameOf(expected.state)) != expected.negated) return std::nullopt;
  return fmt::format(fmt::runtime(Word("it is {}", "実際は {}")), found);
}

std::optional<std::string> TestFlow::UnlikeRefusal(const check::ExpectInfo& expected, size_t row) const {
  std::vector<std::string_view> found;
  for (const LogRow& one : log_) {
    if (one.object != expected.object || one.row != row || one.kind != RowKind::kRefused) continue;
    if (one.flow != expected.flow) continue;
    if (one.detail == NameOf(expected.reason)) return std::nullopt;
    found.push_back(one.detail);
  }
  if (found.empty()) return Word("it was not refused", "拒否されていません");
  return fmt::format(fmt::runtime(Word("it was refused for: {}", "拒否の理由は {} です")), fmt::join(found, ", "));
}

std::optional<std::string> TestFlow::Unlike(const check::ExpectInfo& expected, size_t row) {
  using Form = check::ExpectInfo::Form;
  switch (expected.form) {
    case Form::kState:
      return UnlikeState(expected, row);
    case Form::kRefused:
      return UnlikeRefusal(expected, row);
    case Form::kMails:
      return UnlikeMails(expected, row);
    case Form::kAction:
    case Form::kNone:
      break;
  }
  const int64_t count = std::ranges::count_if(
      log_, [&](const LogRow& one) { return IsFor(one, expected.object, row) && Fits(expected, one); });
  const int64_t wanted = expected.form == Form::kNone ? 0 : expected.line->automation->times;
  if (wanted < 0 ? count > 0 : count == wanted) return std::nullopt;
  return fmt::format(fmt::runtime(Word("it happened {} times", "{}回でした")), count);
}

}  // namespace saiten::driver
