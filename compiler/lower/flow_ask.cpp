#include "base/check.h"
#include "compiler/lower/flow_lowerer.h"

// Questions to single records, texts with values in them, lengths of time.
namespace saiten::lower {

ir::Ask FlowLowerer::Ask(ObjectId object, const Body& body) {
  Lowerer lowerer(shared_, object, file_);
  lowerer.inputs_ = inputs_;
  Scope scope;
  scope.frames.push_back(lowerer.b_.Row());
  if (call_ != nullptr) {
    // Inside an action the parameters are what the step calls it with.
    const check::ActionInfo& action = checked().actions[info_->steps[info_->step_index.at(call_)].target];
    Scope inner;
    for (size_t i = 0; i < call_->args.size(); ++i) {
      inner.params.push_back(lowerer.Coerce(lowerer.Lower(call_->args[i], scope), action.params[i]));
    }
    lowerer.file_ = action.file;
    scope = std::move(inner);
  }
  const ValueId value = body(lowerer, scope);
  const Type type = lowerer.TypeOf(value);
  Item item = lowerer.Finish();
  auto& asked = result().program.asked;
  const ir::Ask ask{.kernel = static_cast<uint32_t>(asked.size()), .value = value, .type = type};
  item.trace.kernel = ask.kernel;
  item.trace.value = value;
  asked.push_back(std::move(item.kernel));
  result().trace.asked.push_back(std::move(item.trace));
  inlined_.push_back(std::move(item.inlined));
  return ask;
}

ir::Ask FlowLowerer::Value(const ast::Expr* expr) {
  return Ask(object_, [&](Lowerer& l, const Scope& scope) { return l.Lower(expr, scope); });
}

ir::Ask FlowLowerer::Value(const ast::Expr* expr, Type type) {
  return Ask(object_, [&](Lowerer& l, const Scope& scope) { return l.Coerce(l.Lower(expr, scope), type); });
}

ir::Ask FlowLowerer::Condition(const ast::Expr* expr) {
  return Ask(object_, [&](Lowerer& l, const Scope& scope) { return l.b_.Truth(l.Lower(expr, scope)); });
}

ir::Ask FlowLowerer::Moment(const ast::Expr* expr) {
  return Ask(object_, [&](Lowerer& l, const Scope& scope) { return l.AsInstant(l.Lower(expr, scope)); });
}

const ast::Else* FlowLowerer::InsteadOf(const ast::Expr* expr) const {
  auto* instead = ast::As<ast::Else>(Bare(expr));
  const bool words = instead != nullptr && ast::As<ast::TextLit>(Bare(instead->fallback)) != nullptr;
  return words && !checked().InfoOf(instead->value).type.is(TypeKind::kText) ? instead : nullptr;
}

ir::Message FlowLowerer::Text(const ast::Expr* text) {
  ir::Message message;
  auto* literal = ast::As<ast::TextLit>(text);
  if (literal == nullptr) {
    if (text != nullptr) message.push_back({.value = Value(text)});
    return message;
  }
  for (const ast::TextPart& part : literal->parts) {
    ir::TextPiece piece;
    if (part.expr == nullptr) {
      piece.characters = std::string(part.text);
    } else if (checked().InfoOf(Bare(part.expr)).symbol.kind == check::Symbol::Kind::kLink) {
      piece.unsubscribe_link = true;
    } else if (auto* instead = InsteadOf(part.expr)) {
      piece.value = Value(instead->value);
      piece.otherwise = ast::As<ast::TextLit>(Bare(instead->fallback))->plain();
    } else {
      piece.value = Value(part.expr);
    }
    message.push_back(std::move(piece));
  }
  return message;
}

std::optional<uint32_t> FlowLowerer::CalendarOf(const ast::Name& name) const {
  for (uint32_t i = 0; i < catalog().calendars.size(); ++i) {
    if (catalog().calendars[i].name == name.text) return i;
  }
  return std::nullopt;
}

ir::Length FlowLowerer::LengthOf(const ast::Duration& duration, const ast::Name& calendar) const {
  ir::Length length{.count = duration.count, .unit = check::ToRuntime(duration.unit), .business = duration.business};
  if (!duration.business) return length;
  const auto of_flow = info_ != nullptr ? info_->calendar : std::nullopt;
  const auto named = calendar.valid() ? CalendarOf(calendar) : of_flow;
  length.calendar = named.value_or(ir::kNowhere);
  return length;
}

ir::Rate FlowLowerer::RateOf(const ast::Rate& rate) const {
  return {.count = rate.count, .calendar = rate.calendar, .per = LengthOf(rate.per)};
}

ir::Recipient FlowLowerer::RecipientOf(const ast::Recipient& recipient) {
  using Kind = ir::Recipient::Kind;
  ir::Recipient to;
  auto* name = ast::As<ast::TextLit>(recipient.name);
  if (name != nullptr) to.name = std::string(name->plain());
  switch (recipient.kind) {
    case ast::Recipient::Kind::kNone:
      break;
    case ast::Recipient::Kind::kPath:
      to.kind = Kind::kRecord;
      to.record = Value(recipient.path);
      break;
    case ast::Recipient::Kind::kUser:
      to.kind = Kind::kUser;
      break;
    case ast::Recipient::Kind::kTeam:
      to.kind = Kind::kTeam;
      break;
    case ast::Recipient::Kind::kByTurn:
      to.kind = Kind::kByTurn;
      break;
    case ast::Recipient::Kind::kByFewestOpen:
      to.kind = Kind::kByFewestOpen;
      break;
  }
  return to;
}

}  // namespace saiten::lower
