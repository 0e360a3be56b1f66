#include "flow/evaluator.h"

#include <algorithm>

#include "flow/state.h"
#include "runtime/civil.h"
#include "runtime/decimal_text.h"

namespace saiten::flow {
namespace {

Value FromColumn(const rt::Column& column, size_t row) {
  return column.Known(row) ? Value::Of(column.Raw(row)) : Value::Unknown();
}

}  // namespace

void Evaluator::Renew() {
  const vm::RunContext& context = world_.context();
  if (version_ == world_.version()) return;
  version_ = world_.version();
  const ir::Program& program = context.program();
  kernels_.clear();
  asked_.clear();
  for (size_t i = 0; i < program.kernels.size(); ++i) {
    kernels_.push_back(std::make_unique<vm::Interpreter>(context, i, world_.results()));
  }
  asked_.resize(program.asked.size());
}

void Evaluator::Evaluate(ObjectId object, uint32_t row, int64_t now, std::vector<ResultChange>* changes) {
  Renew();
  const ir::Program& program = world_.context().program();
  std::vector<rt::Column>& columns = world_.results().columns[object.index()];
  std::vector<Value> before;
  if (changes) {
    for (const rt::Column& column : columns) before.push_back(FromColumn(column, row));
  }
  vm::TrapLog traps;
  for (size_t i = 0; i < program.kernels.size(); ++i) {
    if (program.kernels[i].object != object) continue;
    kernels_[i]->SetClock(now);
    kernels_[i]->Run(row, row + 1, traps);
  }
  if (!changes) return;
  for (uint32_t column = 0; column < columns.size(); ++column) {
    Value after = FromColumn(columns[column], row);
    if (after != before[column]) changes->push_back({column, std::move(before[column]), std::move(after)});
  }
}

int64_t Evaluator::NextChange(ObjectId object, uint32_t row) {
  int64_t next = kNever;
  const ir::Program& program = world_.context().program();
  for (const ir::Kernel& kernel : program.kernels) {
    if (kernel.object != object || !kernel.next_change) continue;
    const Value value = FromColumn(world_.results().columns[object.index()][*kernel.next_change], row);
    if (value.known) next = std::min(next, value.number);
  }
  return next;
}

Value Evaluator::Ask(const ir::Ask& ask, uint32_t row, int64_t now, std::span<const Value> inputs) {
  Renew();
  std::unique_ptr<vm::Interpreter>& interpreter = asked_[ask.kernel];
  const vm::RunContext& context = world_.context();
  if (!interpreter) {
    interpreter = std::make_unique<vm::Interpreter>(context, context.program().asked[ask.kernel], world_.results());
  }
  inputs_.clear();
  for (const Value& input : inputs) inputs_.push_back({input.known, input.number, input.text});
  interpreter->SetClock(now);
  interpreter->SetInputs(inputs_);
  vm::TrapLog traps;
  interpreter->Evaluate(row, traps);
  const CallValue value = interpreter->ValueOf(ask.value);
  if (!value.known) return Value::Unknown();
  if (!ask.type.is(TypeKind::kText)) return Value::Of(value.value);
  return Value::Of(std::string(interpreter->texts().View(value.value)));
}

std::string Evaluator::Saw(uint32_t kernel, std::span<const ir::Seen> seen) {
  std::string said;
  if (seen.empty() || kernel >= asked_.size() || !asked_[kernel]) return said;
  const vm::Interpreter& interpreter = *asked_[kernel];
  const ir::Kernel& asked = world_.context().program().asked[kernel];
  for (const ir::Seen& one : seen) {
    const CallValue value = interpreter.ValueOf(one.value);
    const Type type = asked[one.value].type;
    Value held = Value::Unknown();
    if (value.known) held = Value::Of(value.value);
    if (value.known && type.is(TypeKind::kText)) held.text = interpreter.texts().View(value.value);
    std::string spelled = value.known ? Spell(type, held) : "unknown";
    if (type.is(TypeKind::kDecimal) && value.known) {
      spelled.clear();
      rt::AppendDecimalShort(&spelled, value.value, type.scale);
    }
    if (type.is(TypeKind::kText) && value.known) spelled = "\"" + spelled + "\"";
    said += (said.empty() ? "" : ", ") + one.what + " = " + spelled;
  }
  return said;
}

std::string Evaluator::Spell(Type type, const Value& value) {
  if (!value.known) return {};
  if (type.is(TypeKind::kText)) return value.text;
  const vm::RunContext& context = world_.context();
  if (type.is(TypeKind::kRef)) {
    return context.data().tables[type.object_id().index()].keys.Spell(static_cast<size_t>(value.number));
  }
  if (type.is(TypeKind::kEnum)) {
    return context.catalog()[type.enum_id()].members[static_cast<size_t>(value.number)].display();
  }
  if (type.is(TypeKind::kDecimal)) {  // sem N7: `45`, not `45.000`
    std::string number;
    rt::AppendDecimalShort(&number, value.number, type.scale);
    return number;
  }
  return context.catalog().SpellValue(type.Required(), value.number, &context.zone());
}

std::string Evaluator::SpellForPeople(Type type, const Value& value) {
  std::string text = Spell(type, value);
  if (!value.known) return text;
  if (type.is(TypeKind::kInstant)) {
    const size_t space = text.find('T');
    const bool whole = value.number % rt::kMicrosPerMinute == 0;
    text = text.substr(0, space) + ' ' + text.substr(space + 1, whole ? sizeof("14:00") - 1 : sizeof("14:00:00") - 1);
  } else if (type.is(TypeKind::kMoney)) {
    const size_t begin = std::min(text.find_first_of("0123456789"), text.size());
    for (size_t at = std::min(text.find('.', begin), text.size()); at > begin + 3;) text.insert(at -= 3, ",");
  }
  return text;
}

std::string Evaluator::Render(const ir::Message& message, uint32_t row, int64_t now, std::span<const Value> inputs) {
  std::string text;
  for (const ir::TextPiece& piece : message) {
    text += piece.characters;
    if (piece.unsubscribe_link) text += kUnsubscribeLink;
    if (!piece.value) continue;
    const Value value = Ask(piece.value, row, now, inputs);
    text += value.known ? SpellForPeople(piece.value.type, value) : piece.otherwise;
  }
  return text;
}

std::optional<uint32_t> Evaluator::FindEvent(EventId event, uint32_t row, int64_t time, uint32_t arrival) {
  const rt::EventSeries& series = world_.context().series(event);
  if (series.size() == 0) return std::nullopt;
  for (uint32_t i = series.BeginOf(row); i < series.EndOf(row); ++i) {
    if (series.times[i] == time && (series.arrival.empty() || series.arrival[i] == arrival)) return i;
  }
  return std::nullopt;
}

Value Evaluator::FieldOf(EventId event, uint32_t place, uint32_t field) {
  const rt::EventSeries& series = world_.context().series(event);
  if (field == ir::Given::kTime) return Value::Of(series.times[place]);
  const rt::Column& column = series.fields[field];
  if (column.size() <= place || !column.Known(place)) return Value::Unknown();
  if (series.pools[field])
    return Value::Of(std::string(series.pools[field]->View(static_cast<uint32_t>(column.Raw(place)))));
  return Value::Of(column.Raw(place));
}

}  // namespace saiten::flow
