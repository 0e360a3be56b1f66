#include "vm/jit/layout.h"

#include "compiler/ir/ranges.h"

namespace saiten::jit {
namespace {

using rt::Width;

// Dictionary codes and points of most data fit into 32 bits; enums and truth values into 8.
Width TypicalWidth(Type type) {
  switch (type.kind) {
    case TypeKind::kBool:
    case TypeKind::kEnum:
      return Width::k1;
    case TypeKind::kInt:
    case TypeKind::kDecimal:
    case TypeKind::kDate:
    case TypeKind::kText:
    case TypeKind::kRef:
    case TypeKind::kEvent:
      return Width::k4;
    case TypeKind::kError:
    case TypeKind::kNothing:
    case TypeKind::kMoney:
    case TypeKind::kClock:
    case TypeKind::kInstant:
    case TypeKind::kDuration:
    case TypeKind::kSet:
      return Width::k8;
  }
  return Width::k8;
}

Layout Results(const ir::Program& program) {
  Layout layout;
  for (const auto& columns : program.results) {
    auto& widths = layout.results.emplace_back();
    for (const ir::ResultColumn& column : columns) widths.push_back(ir::WidthOf(column));
  }
  return layout;
}

}  // namespace

Layout LayoutOf(const vm::RunContext& context) {
  Layout layout = Results(context.program());
  const Catalog& catalog = context.catalog();
  const auto width_at = [](const std::vector<rt::Column>& columns, size_t i) {
    return i < columns.size() && columns[i].size() > 0 ? columns[i].width() : Width::k8;
  };
  for (size_t object = 0; object < catalog.objects.size(); ++object) {
    auto& widths = layout.properties.emplace_back();
    for (size_t i = 0; i < catalog.objects[object].properties.size(); ++i) {
      widths.push_back(width_at(context.table(ObjectId(object)).columns, i));
    }
  }
  for (size_t event = 0; event < catalog.events.size(); ++event) {
    auto& widths = layout.fields.emplace_back();
    for (size_t i = 0; i < catalog.events[event].fields.size(); ++i) {
      widths.push_back(width_at(context.series(EventId(event)).fields, i));
    }
    layout.times.push_back(context.series(EventId(event)).times.in_seconds() ? Width::k4 : Width::k8);
  }
  return layout;
}

Layout TypicalLayout(const ir::Program& program) {
  Layout layout = Results(program);
  for (const ObjectInfo& object : program.catalog->objects) {
    auto& widths = layout.properties.emplace_back();
    for (const PropertyInfo& property : object.properties) widths.push_back(TypicalWidth(property.type));
  }
  for (const EventInfo& event : program.catalog->events) {
    auto& widths = layout.fields.emplace_back();
    for (const PropertyInfo& field : event.fields) widths.push_back(TypicalWidth(field.type));
    layout.times.push_back(Width::k4);
  }
  return layout;
}

}  // namespace saiten::jit
