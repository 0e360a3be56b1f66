#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "compiler/check/checker.h"
#include "runtime/decimal_text.h"
#include "runtime/normalize.h"

// Second pass: types, tables and columns of objects and events, relations both ways, calendars.
namespace saiten::check {
namespace {

using diag::Code;

constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::array<std::string_view, 7> kLongDays = {"monday", "tuesday",  "wednesday", "thursday",
                                                       "friday", "saturday", "sunday"};
constexpr std::array<std::string_view, 12> kMonths = {"january",   "february", "march",    "april",
                                                      "may",       "june",     "july",     "august",
                                                      "september", "october",  "november", "december"};

template <size_t N>
int Find(const std::array<std::string_view, N>& names, std::string_view name) {
  auto found = std::ranges::find(names, name);
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

int DayNumber(std::string_view name) {
  const int day = Find(kDays, name);
  return day >= 0 ? day : Find(kLongDays, name);
}

}  // namespace

std::string Checker::PlainText(const ast::Expr* text) {
  auto* literal = ast::As<ast::TextLit>(text);
  if (!literal) return {};
  if (literal->has_interpolation()) {
    sink_.Report(Code::kNoInterpolation, At(text))
        .Note("write `\\$` for the sign itself", "記号そのものは `\\$` と書きます");
    return {};
  }
  return std::string(literal->plain());
}

void Checker::AddUserObject() {
  if (catalog().FindObject("user")) return;
  ObjectInfo user;
  user.name = "user";
  user.table = "users";
  user.built_in = true;
  user.key = 0;
  auto add = [&](const char* name, Type type, bool key) {
    PropertyInfo property;
    property.name = property.column = name;
    property.type = type;
    property.is_key = key;
    user.properties.push_back(std::move(property));
  };
  add("id", Type::Int(), true);
  add("name", Type::Text().Optional(), false);
  add("email", Type::Text().Optional(), false);
  catalog().objects.push_back(std::move(user));
  object_decls_.push_back({nullptr, FileId()});
}

void Checker::ResolveSchema() {
  for (size_t i = 0; i < calendar_decls_.size(); ++i) {
    file_ = calendar_decls_[i].second;
    ResolveCalendar(*calendar_decls_[i].first);
  }
  for (size_t i = 0; i < object_decls_.size(); ++i) {
    if (!object_decls_[i].first) continue;
    file_ = object_decls_[i].second;
    ResolveObject(ObjectId(i), *object_decls_[i].first);
  }
  CheckRelations();
  for (size_t i = 0; i < event_decls_.size(); ++i) {
    file_ = event_decls_[i].second;
    ResolveEvent(EventId(i), *event_decls_[i].first);
  }
  AddHistoryEvents();
  // Lists and rules name objects; so do lets, whose types come when they are first used.
  auto object_of = [&](const ast::Name& name, FileId file) {
    file_ = file;
    auto found = catalog().FindObject(name.text);
    if (found || !name.valid()) return found.value_or(ObjectId());
    auto builder = sink_.Report(Code::kUnknownDecl, At(name.span), {"object", std::string(name.text)});
    std::vector<std::string> names;
    for (const ObjectInfo& object : catalog().objects) names.push_back(object.name);
    Suggest(builder, name, names);
    return ObjectId();
  };
  size_t list = 0;
  for (const auto& file : program_.files) {
    for (const ast::Decl* decl : file->decls) {
      if (auto* l = ast::As<ast::ListDecl>(decl)) catalog().lists[list++].object = object_of(l->of, file->id);
    }
  }
  for (LetInfo& let : program_.lets) {
    if (let.decl->object.valid()) let.object = object_of(let.decl->object, let.file);
  }
  for (ScoreInfo& score : program_.scores) score.object = object_of(score.decl->object, score.file);
  for (GridInfo& grid : program_.grids) {
    grid.object = object_of(grid.decl->object, grid.file);
    std::vector<ast::Name> labels;
    for (const ast::MatchRow& row : grid.decl->rows) {
      if (auto* label = ast::As<ast::NameRef>(Bare(row.result))) labels.push_back(label->name);
    }
    grid.labels = MakeLabels(EnumInfo::Origin::kGrid, grid.decl->name, labels);
    for (const ast::MatchRow& row : grid.decl->rows) {
      auto* label = ast::As<ast::NameRef>(Bare(row.result));
      auto* text = ast::As<ast::TextLit>(row.label);
      EnumInfo& info = catalog().enums[grid.labels.index()];
      if (label && text && info.Find(label->name.text) >= 0) {
        info.members[info.Find(label->name.text)].spellings = {std::string(text->plain())};
      }
    }
  }
  for (TableInfo& table : program_.tables) {
    table.object = object_of(table.decl->object, table.file);
    FindLabelColumns(table);
  }
  for (SegmentInfo& segment : program_.segments) segment.object = object_of(segment.decl->object, segment.file);
}

// A column of a decision table whose cells are all names that mean nothing else is a set of labels of its own.
void Checker::FindLabelColumns(TableInfo& table) {
  Scope scope;
  if (table.object.valid()) scope.frames.push_back(Type::Ref(table.object));
  table.columns.assign(table.decl->gives.size(), Type::Error());
  for (size_t c = 0; c < table.columns.size(); ++c) {
    std::vector<ast::Name> labels;
    bool all = true;
    for (const ast::MatchRow& row : table.decl->rows) {
      auto* tuple = ast::As<ast::ListExpr>(row.result);
      const bool one = table.columns.size() == 1 && !(tuple && tuple->is_tuple);
      if (!one && (!tuple || c >= tuple->items.size())) continue;
      auto* label = ast::As<ast::NameRef>(Bare(one ? row.result : tuple->items[c]));
      const bool is_let = label && std::ranges::any_of(program_.lets, [&](const LetInfo& let) {
                            return let.decl->name.text == label->name.text;
                          });
      const bool is_property = label && table.object.valid() && catalog()[table.object].Find(label->name.text);
      all &= label && !is_let && !is_property;
      if (label) labels.push_back(label->name);
    }
    if (!all || labels.empty()) continue;
    const EnumId id = MakeLabels(EnumInfo::Origin::kTable, table.decl->gives[c], labels);
    catalog().enums[id.index()].name = fmt::format("{}.{}", table.decl->name.text, table.decl->gives[c].text);
    table.columns[c] = Type::Enum(id);
  }
}

Type Checker::ResolveType(const ast::TypeRef& ref) {
  if (!ref.name.valid()) return Type::Error();
  const std::string_view name = ref.name.text;
  auto done = [&](Type type) { return type.Optional(ref.optional); };
  if (name == "bool") return done(Type::Bool());
  if (name == "int") return done(Type::Int());
  if (name == "text") return done(Type::Text());
  if (name == "date") return done(Type::Date());
  if (name == "time" || name == "instant") return done(Type::Instant());
  if (name == "duration") return done(Type::Duration());
  if (name == "decimal") {
    auto* digits = ast::As<ast::NumberLit>(ref.argument);
    if (!digits || digits->scale != 0 || digits->mantissa < 0 || digits->mantissa > 9) {
      sink_.Report(Code::kBadScale, At(ref.span)).Note("as in `decimal(2)`", "`decimal(2)` のように書きます");
      return Type::Error();
    }
    return done(Type::Decimal(static_cast<int>(digits->mantissa)));
  }
  if (name == "money") {
    const std::string code = ref.argument_name.valid() ? std::string(ref.argument_name.text) : options_.currency;
    if (code.empty()) {
      sink_.Report(Code::kNoCurrency, At(ref.span))
          .Note("write `money(JPY)`, or set `currency` under [project] in saiten.toml",
                "`money(JPY)` と書くか、saiten.toml の [project] に `currency` を書いてください");
      return Type::Error();
    }
    const uint32_t currency = CurrencyFromName(code);
    if (!currency || CurrencyDigits(currency) < 0) {
      sink_.Report(Code::kBadCurrency, At(ref.span), {code});
      return Type::Error();
    }
    return done(Type::Money(currency));
  }
  if (name == "set") {
    auto id = catalog().FindEnum(ref.argument_name.text);
    if (!id) {
      if (ref.argument_name.valid()) {
        sink_.Report(Code::kUnknownDecl, At(ref.argument_name.span), {"enum", std::string(ref.argument_name.text)});
      }
      return Type::Error();
    }
    if (catalog()[*id].members.size() > 63) {
      sink_.Report(Code::kSetTooLarge, At(ref.span),
                   {catalog()[*id].name, std::to_string(catalog()[*id].members.size())});
    }
    return done(Type::Set(*id));
  }
  if (auto id = catalog().FindEnum(name); id && catalog()[*id].origin == EnumInfo::Origin::kDeclared) {
    return done(Type::Enum(*id));
  }
  if (auto id = catalog().FindObject(name)) return done(Type::Ref(*id));
  auto builder = sink_.Report(Code::kUnknownDecl, At(ref.name.span), {"type", std::string(name)});
  std::vector<std::string> names = {"bool", "int", "decimal", "text", "date", "time", "duration", "money", "set"};
  for (const EnumInfo& info : catalog().enums) names.push_back(info.name);
  for (const ObjectInfo& info : catalog().objects) names.push_back(info.name);
  if (name == "string" || name == "str" || name == "varchar") {
    builder.Fix("write `text`", "`text` と書きます", {{At(ref.name.span), "text"}});
  } else {
    Suggest(builder, ref.name, names);
  }
  return Type::Error();
}

PropertyInfo Checker::ResolveProperty(const ast::Property& property, bool of_event) {
  PropertyInfo info;
  info.name = std::string(property.name.text);
  info.label = PlainText(property.label);
  info.docs = std::string(property.docs);
  info.at = At(property.name.span);
  info.type_at = At(property.type.span);
  info.is_key = property.is_key;
  info.is_many = property.is_many;
  info.type = ResolveType(property.type);
  if (property.column) {
    info.column = PlainText(property.column);
  } else {
    info.column = info.type.is(TypeKind::kRef) && !info.is_many ? info.name + "_id" : info.name;
  }
  for (const ast::Expr* text : property.unknown_spellings) info.unknown_spellings.push_back(PlainText(text));
  for (const ast::Expr* text : property.true_spellings) info.true_spellings.push_back(PlainText(text));
  for (const ast::Expr* text : property.false_spellings) info.false_spellings.push_back(PlainText(text));
  info.history_table = PlainText(property.history);
  if (property.role.valid()) {
    auto role = RoleFromName(property.role.text);
    if (role && !of_event) {
      info.role = *role;
    } else {
      auto builder = sink_.Report(Code::kUnknownRole, At(property.role.span), {std::string(property.role.text)});
      std::vector<std::string> names;
      for (int i = 1; i <= static_cast<int>(Role::kConsent); ++i) names.emplace_back(NameOf(static_cast<Role>(i)));
      Suggest(builder, property.role, names);
    }
  }
  return info;
}

void Checker::ResolveObject(ObjectId id, const ast::ObjectDecl& decl) {
  std::vector<PropertyInfo> properties;
  std::vector<uint32_t> keys;
  for (const ast::Property& property : decl.properties) {
    if (!property.name.valid()) continue;
    properties.push_back(ResolveProperty(property, false));
    if (properties.back().is_key) keys.push_back(static_cast<uint32_t>(properties.size() - 1));
  }
  ObjectInfo& info = catalog().objects[id.index()];
  info.table = decl.table ? PlainText(decl.table) : info.name;
  info.properties = std::move(properties);
  if (keys.size() == 1) {
    info.key = keys[0];
    PropertyInfo& key = info.properties[keys[0]];
    if (!key.type.is_error() &&
        ((!key.type.is(TypeKind::kInt) && !key.type.is(TypeKind::kText)) || key.type.optional)) {
      sink_.Report(Code::kTypeMismatch, key.type_at, {"int` or `text", Spell(key.type)})
          .Caret("a key is always known", "キーは必ず値を持ちます");
    }
  } else {
    auto builder = sink_.Report(Code::kKeyCount, info.at, {info.name, std::to_string(keys.size())});
    builder.Note("put `key` behind the property that tells records apart, as in `id: int key`",
                 "レコードを区別する項目に `key` を付けます(例: `id: int key`)");
  }
}

void Checker::CheckRelations() {
  for (size_t i = 0; i < catalog().objects.size(); ++i) {
    if (!object_decls_[i].first) continue;
    file_ = object_decls_[i].second;
    ObjectInfo& object = catalog().objects[i];
    for (size_t p = 0, d = 0; p < object.properties.size(); ++p, ++d) {
      while (!object_decls_[i].first->properties[d].name.valid()) ++d;
      PropertyInfo& property = object.properties[p];
      if (!property.is_many || property.type.is_error()) continue;
      const ast::Property& written = object_decls_[i].first->properties[d];
      if (!property.type.is(TypeKind::kRef)) {
        sink_.Report(Code::kTypeMismatch, property.type_at, {"object", Spell(property.type)});
        property.type = Type::Error();
        continue;
      }
      const ObjectInfo& target = catalog()[property.type.object_id()];
      auto by = target.Find(written.by.text);
      const bool back =
          by && !target.properties[*by].is_many && target.properties[*by].type.Required() == Type::Ref(ObjectId(i));
      if (!back) {
        if (written.by.valid()) {
          sink_
              .Report(Code::kRelationBack, At(written.by.span),
                      {std::string(written.by.text), target.name, object.name})
              .Other(target.at, "an object that needs the other end", "こちらのオブジェクトに反対側が必要です")
              .Note(fmt::format("`{0}` needs a property like `{1}: {1}?`", target.name, object.name),
                    fmt::format("`{0}` に `{1}: {1}?` のような項目が必要です", target.name, object.name));
        }
        property.type = Type::Error();
        continue;
      }
      property.by = *by;
    }
  }
}

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
    auto builder = sink_.Report(Code::kUnknownDecl, At(decl.of.span), {"object", std::string(decl.of.text)});
    std::vector<std::string> names;
    for (const ObjectInfo& info : catalog().objects) names.push_back(info.name);
    Suggest(builder, decl.of, names);
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
  for (const ast::Name& name : decl.any_of) {
    auto member = catalog().FindEvent(name.text);
    if (!member) {
      auto builder = sink_.Report(Code::kUnknownDecl, At(name.span), {"event", std::string(name.text)});
      std::vector<std::string> names;
      for (const EventInfo& event : catalog().events) names.push_back(event.name);
      Suggest(builder, name, names);
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
  for (EventId member : info.any_of) {
    const ast::EventDecl& other = *event_decls_[member.index()].first;
    if (!other.any_of.empty()) {
      sink_.Report(Code::kTypeMismatch, At(decl.span), {"event with a table", std::string(other.name.text)});
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
      PropertyInfo to = property;
      to.name = "to";
      to.column = "value";
      to.type.optional = true;
      to.is_key = false;
      to.history_table.clear();
      PropertyInfo from = to;
      from.name = "from";
      event.fields = {std::move(to), std::move(from)};
      catalog().events.push_back(std::move(event));
    }
  }
}

void Checker::ResolveCalendar(const ast::CalendarDecl& decl) {
  CalendarInfo* info = nullptr;
  for (CalendarInfo& c : catalog().calendars) {
    if (c.at == At(decl.name.span)) info = &c;
  }
  if (!info) return;
  rt::Calendar::Spec spec;
  spec.weekdays = 0;
  for (const ast::WorkDays& days : decl.days) {
    const int first = DayNumber(days.first.text);
    const int last = DayNumber(days.last.text);
    for (const auto& [name, number] : {std::pair(days.first, first), std::pair(days.last, last)}) {
      if (number < 0 && name.valid()) sink_.Report(Code::kBadDayName, At(name.span), {std::string(name.text)});
    }
    if (first < 0 || last < 0) continue;
    if (auto* hours = ast::As<ast::ClockRangeLit>(days.hours)) {
      spec.hours = rt::WorkHours{hours->begin_micros, hours->end_micros};
    }
    for (int day = first;; day = (day + 1) % 7) {
      spec.weekdays |= static_cast<uint8_t>(1u << day);
      if (day == last) break;
    }
  }
  for (const ast::Holiday& holiday : decl.holidays) {
    spec.holidays.push_back({holiday.days, std::string(holiday.title)});
  }
  if (spec.weekdays == 0) spec.weekdays = 0b001'1111;
  if (decl.week_starts.valid()) {
    const int day = DayNumber(decl.week_starts.text);
    if (day < 0) sink_.Report(Code::kBadDayName, At(decl.week_starts.span), {std::string(decl.week_starts.text)});
    spec.starts.week = static_cast<rt::Weekday>(std::max(day, 0));
  }
  if (decl.fiscal_year_starts.valid()) {
    const int month = Find(kMonths, decl.fiscal_year_starts.text);
    if (month < 0) {
      sink_.Report(Code::kBadDayName, At(decl.fiscal_year_starts.span), {std::string(decl.fiscal_year_starts.text)});
    }
    spec.starts.fiscal_month = month + 1;
    spec.has_fiscal_year = true;
  }
  info->calendar = rt::Calendar(std::move(spec));
}

}  // namespace saiten::check
