#include "driver/test_flow.h"

#include <algorithm>

#include <fmt/format.h>

#include "driver/test_world.h"

namespace saiten::driver {
namespace {

using flow::ActionKind;
using flow::LogRow;
using flow::RowKind;

std::string_view FieldOf(const LogRow& row, std::string_view name) {
  const auto found = std::ranges::find(row.fields, name, [](const auto& field) { return field.first; });
  return found == row.fields.end() ? std::string_view() : std::string_view(found->second);
}

// `mail`, `mails`, `task`, `notification` ... as the log calls them.
ActionKind KindOf(std::string_view word) {
  if (word == "mail" || word == "mails") return ActionKind::kMail;
  if (word == "task" || word == "tasks") return ActionKind::kTask;
  if (word == "notification" || word == "notifications") return ActionKind::kNotification;
  if (word == "webhook" || word == "webhooks") return ActionKind::kWebhook;
  return word == "call" || word == "calls" ? ActionKind::kCall : ActionKind::kNone;
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
      if (const std::string_view value = FieldOf(row, name); !value.empty()) text += fmt::format(" {} \"{}\"", name, value);
    }
    return text;
  }
  text += NameOf(row.kind);
  if (!row.detail.empty()) text += fmt::format(" ({})", row.detail);
  if (row.kind == RowKind::kWrite) {
    text += fmt::format(" {}: {} -> {}", FieldOf(row, "property"), FieldOf(row, "before"), FieldOf(row, "after"));
  }
  return text;
}

std::string TestFlow::Story(ObjectId object, size_t row) {
  std::string text;
  for (const LogRow& one : log_) {
    if (one.object == object && one.row == row) text += SayRow(one) + "\n";
  }
  return text.empty() ? Word("no workflow did anything with it\n", "どのワークフローも動いていません\n") : text;
}

bool TestFlow::Fits(const ast::ExpectedAction& expected, const LogRow& row) const {
  if (row.kind != RowKind::kAction || row.action != KindOf(expected.kind.text)) return false;
  if (expected.target.valid() && FieldOf(row, "template") != expected.target.text &&
      FieldOf(row, "action") != expected.target.text) {
    return false;
  }
  if (const std::string_view title = Plain(expected.title); !title.empty()) {
    if (FieldOf(row, "title") != title && FieldOf(row, "text") != title && FieldOf(row, "url") != title &&
        FieldOf(row, "subject") != title) {
      return false;
    }
  }
  if (expected.at && row.instant != InstantOf(expected.at, zone_)) return false;
  for (const ast::ExpectedDetail& detail : expected.details) {
    const std::string_view found = FieldOf(row, detail.name.text);
    const auto* date = ast::As<ast::DateLit>(detail.value);
    const auto* time = ast::As<ast::DateTimeLit>(detail.value);
    std::string wanted(Plain(detail.value));
    if (date) wanted = compiled_.checked.catalog.SpellValue(Type::Date(), date->days, zone_);
    if (time) wanted = SayInstant(InstantOf(detail.value, zone_));
    if (auto* name = ast::As<ast::NameRef>(detail.value)) wanted = std::string(name->name.text);
    if (detail.name.text == "body" ? found.find(wanted) == std::string_view::npos : found != wanted) return false;
  }
  return true;
}

std::optional<std::string> TestFlow::Unlike(const ast::ExpectedAction& expected, ObjectId object, size_t row) {
  using Form = ast::ExpectedAction::Form;
  const auto mine = [&](const LogRow& one) { return one.object == object && one.row == row; };
  if (expected.form == Form::kMails) {
    std::string found;
    std::vector<std::string_view> names;
    for (const LogRow& one : log_) {
      if (mine(one) && one.action == ActionKind::kMail) names.push_back(FieldOf(one, "template"));
    }
    const bool same = std::ranges::equal(names, expected.mails, {}, {}, [](const ast::Name& name) { return name.text; });
    if (same) return std::nullopt;
    return fmt::format(fmt::runtime(Word("the mails are [{}]", "送られたメールは [{}] です")), fmt::join(names, ", "));
  }
  if (expected.form == Form::kRefused) {
    const std::string_view reason = Plain(expected.title);
    std::vector<std::string_view> found;
    for (const LogRow& one : log_) {
      if (!mine(one) || one.kind != RowKind::kRefused || automation_.flows[one.flow].name != expected.kind.text) continue;
      if (reason.empty() || one.detail == reason) return std::nullopt;
      found.push_back(one.detail);
    }
    if (found.empty()) return Word("it was not refused", "拒否されていません");
    return fmt::format(fmt::runtime(Word("it was refused for: {}", "拒否の理由は {} です")), fmt::join(found, ", "));
  }
  const int64_t count = std::ranges::count_if(log_, [&](const LogRow& one) { return mine(one) && Fits(expected, one); });
  const int64_t wanted = expected.form == Form::kNone ? 0 : expected.times;
  if (wanted < 0 ? count > 0 : count == wanted) return std::nullopt;
  return fmt::format(fmt::runtime(Word("it happened {} times", "{}回でした")), count);
}

std::optional<std::string> TestFlow::UnlikeState(std::string_view workflow, ast::CompareOp op, std::string_view state,
                                                 ObjectId object, size_t row) {
  std::string found = Word("never enrolled", "未登録");
  for (const flow::Instance& instance : state_.instances) {
    if (instance.object == object && instance.row == row && automation_.flows[instance.flow].name == workflow) {
      found = NameOf(instance.status);
    }
  }
  if ((found == state) == (op == ast::CompareOp::kEq)) return std::nullopt;
  return fmt::format(fmt::runtime(Word("it is {}", "実際は {}")), found);
}

}  // namespace saiten::driver
