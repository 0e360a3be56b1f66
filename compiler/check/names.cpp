#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/edit_distance.h"
#include "compiler/check/checker.h"
#include "runtime/normalize.h"

// What a name means at its place, and what to say when it means nothing.
namespace saiten::check {
namespace {

using diag::Code;

// Comparing each unknown name with each known one takes long where thousands are unknown, and by then nobody reads on.
constexpr size_t kMaxSuggestions = 200;

}  // namespace

std::string Nearest(std::string_view name, const std::vector<std::string>& candidates) {
  const std::string folded = rt::Fold(name);
  std::string best;
  size_t best_distance = std::numeric_limits<size_t>::max();
  for (const std::string& candidate : candidates) {
    if (candidate.size() > 64 || name.size() > 64) continue;
    const size_t distance = EditDistance(folded, rt::Fold(candidate));
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  // One letter for another is no misspelling.
  const size_t allowed = folded.size() <= 2 ? 0 : std::max<size_t>(1, folded.size() / 3);
  return best_distance <= allowed ? best : std::string();
}

void Checker::Suggest(diag::Sink::Builder& builder, const ast::Name& name, const std::vector<std::string>& candidates) {
  if (++suggestions_ > kMaxSuggestions) return;
  const std::string near = Nearest(name.text, candidates);
  if (!near.empty()) {
    builder.Fix(fmt::format("did you mean `{}`?", near), fmt::format("`{}` のことですか?", near),
                {{At(name.span), near}}, diag::FixSafety::kUnsafe);
  } else if (!candidates.empty() && candidates.size() <= 12) {
    builder.Note(fmt::format("there are `{}`", fmt::join(candidates, "`, `")),
                 fmt::format("使えるのは `{}` です", fmt::join(candidates, "`、`")));
  }
}

void Checker::IndexDeclared() {
  using Kind = Symbol::Kind;
  // Of two with one name, which FindClashes reports, the first stands. What is of an object that nobody declared is of
  // none.
  const auto add = [this](ObjectId object, const ast::Name& name, Kind kind, size_t index) {
    if (!object.valid()) return;
    declared_.try_emplace({object, name.text}, Symbol{.kind = kind, .index = static_cast<uint32_t>(index)});
  };
  for (size_t i = 0; i < program_.scores.size(); ++i) {
    const ScoreInfo& score = program_.scores[i];
    add(score.object, score.decl->name, Kind::kScore, i);
    if (score.decl->bands) add(score.object, score.decl->bands->name, Kind::kBand, i);
  }
  for (size_t i = 0; i < program_.grids.size(); ++i) {
    add(program_.grids[i].object, program_.grids[i].decl->name, Kind::kGrid, i);
  }
  for (size_t i = 0; i < program_.tables.size(); ++i) {
    add(program_.tables[i].object, program_.tables[i].decl->name, Kind::kTable, i);
  }
  for (uint32_t i = 0; i < program_.lets.size(); ++i) {
    const LetInfo& let = program_.lets[i];
    add(let.object, let.decl->name, Kind::kLet, i);
    if (!let.decl->object.valid()) named_values_.try_emplace(let.decl->name.text, i);
  }
}

std::optional<Resolved> Checker::LookupOfObject(ObjectId object, std::string_view name) {
  using Kind = Symbol::Kind;
  if (!object.valid()) return std::nullopt;
  const ObjectInfo& info = catalog()[object];
  if (auto property = info.Find(name)) {
    return Resolved{info.properties[*property].type, {.kind = Kind::kProperty, .index = *property}};
  }
  const auto found = declared_.find({object, name});
  if (found == declared_.end()) return std::nullopt;
  const Symbol symbol = found->second;
  if (symbol.kind == Kind::kScore) {
    Use({Node::Kind::kScore, symbol.index});
    return Resolved{Type::Points(), symbol};
  }
  if (symbol.kind == Kind::kBand) {
    Use({Node::Kind::kScore, symbol.index});
    return Resolved{Type::Enum(program_.scores[symbol.index].bands), symbol};
  }
  if (symbol.kind == Kind::kGrid) {
    Use({Node::Kind::kGrid, symbol.index});
    const GridInfo& grid = program_.grids[symbol.index];
    const bool total = std::ranges::any_of(grid.decl->rows, [](const ast::MatchRow& row) {
      return std::ranges::any_of(row.patterns,
                                 [](const ast::Pattern& p) { return p.kind == ast::Pattern::Kind::kOtherwise; });
    });
    return Resolved{Type::Enum(grid.labels).Optional(!total), symbol};
  }
  if (symbol.kind == Kind::kTable) {
    Use({Node::Kind::kTable, symbol.index});
    return Resolved{Type::Error(), symbol};
  }
  SAITEN_CHECK(symbol.kind == Kind::kLet);
  return Resolved{TypeOfLet(symbol.index), symbol};
}

std::optional<Resolved> Checker::LookupOfEvent(EventId event, std::string_view name) {
  using Kind = Symbol::Kind;
  const EventInfo& info = catalog()[event];
  if (auto field = info.Find(name)) return Resolved{info.fields[*field].type, {.kind = Kind::kField, .index = *field}};
  if (name == "time") return Resolved{Type::Instant(), {.kind = Kind::kEventTime}};
  return std::nullopt;
}

std::optional<Resolved> Checker::LookupMember(Type base, std::string_view name) {
  std::optional<Resolved> found;
  if (base.is(TypeKind::kRef)) found = LookupOfObject(base.object_id(), name);
  if (base.is(TypeKind::kEvent)) {
    found = LookupOfEvent(base.event_id(), name);
    // `last(email_open).contact.name`: the record that the event happened to, by its object's name.
    const ObjectId owner = catalog()[base.event_id()].object;
    if (!found && owner.valid() && catalog()[owner].name == name) {
      found = Resolved{Type::Ref(owner), {.kind = Symbol::Kind::kRecord}};
    }
  }
  if (found && base.optional && !found->type.is_error()) found->type.optional = true;
  return found;
}

std::optional<Resolved> Checker::LookupBare(std::string_view name, const Scope& scope) {
  using Kind = Symbol::Kind;
  for (uint32_t i = 0; i < scope.param_types.size(); ++i) {
    if (scope.params[i].name.text == name) return Resolved{scope.param_types[i], {.kind = Kind::kParam, .index = i}};
  }
  if (scope.has_record()) {
    const uint32_t inner = static_cast<uint32_t>(scope.frames.size() - 1);
    const Type& frame = scope.innermost();
    std::optional<Resolved> found;
    if (frame.is(TypeKind::kRef)) found = LookupOfObject(frame.object_id(), name);
    if (frame.is(TypeKind::kEvent)) found = LookupOfEvent(frame.event_id(), name);
    if (found) {
      found->symbol.frame = inner;
      return found;
    }
    // An object's own name is its record: of the rule itself first, so that outer things can be reached from inside.
    for (uint32_t i = 0; i < scope.frames.size(); ++i) {
      const Type& outer = scope.frames[i];
      if (outer.is(TypeKind::kRef) && outer.object_id().valid() && catalog()[outer.object_id()].name == name) {
        return Resolved{outer, {.kind = Kind::kRecord, .frame = i}};
      }
      if (outer.is(TypeKind::kEvent) && catalog()[outer.event_id()].name == name && i > 0) {
        return Resolved{outer, {.kind = Kind::kEventRow, .frame = i}};
      }
    }
  }
  for (uint32_t i = 0; scope.locals != nullptr && i < scope.locals->size(); ++i) {
    const Local& local = (*scope.locals)[i];
    if (local.name == name) return Resolved{local.type, {.kind = Kind::kLocal, .index = i}};
  }
  if (const auto found = named_values_.find(name); found != named_values_.end()) {
    return Resolved{TypeOfLet(found->second), {.kind = Kind::kLet, .index = found->second}};
  }
  if (name == "now") return Resolved{Type::Instant(), {.kind = Kind::kNow}};
  if (name == "today") return Resolved{Type::Date(), {.kind = Kind::kToday}};
  if (name == "so_far" && scope.so_far) return Resolved{Type::Points(), {.kind = Kind::kSoFar}};
  return std::nullopt;
}

void Checker::ReportUnknownDecl(const char* kind, const ast::Name& name, const std::vector<std::string>& known) {
  auto builder = sink_.Report(Code::kUnknownDecl, At(name.span), {kind, std::string(name.text)});
  Suggest(builder, name, known);
}

std::vector<std::string> Checker::NamesOf(Type base) const {
  std::vector<std::string> names;
  if (base.is(TypeKind::kEvent)) {
    for (const PropertyInfo& field : catalog()[base.event_id()].fields) names.push_back(field.name);
    names.push_back("time");
  }
  if (!base.is(TypeKind::kRef) || !base.object_id().valid()) return names;
  for (const PropertyInfo& property : catalog()[base.object_id()].properties) {
    if (property.previous_band_of.empty()) names.push_back(property.name);
  }
  for (const ScoreInfo& score : program_.scores) {
    if (score.object != base.object_id()) continue;
    names.emplace_back(score.decl->name.text);
    if (score.decl->bands) names.emplace_back(score.decl->bands->name.text);
  }
  for (const GridInfo& grid : program_.grids) {
    if (grid.object == base.object_id()) names.emplace_back(grid.decl->name.text);
  }
  for (const LetInfo& let : program_.lets) {
    if (let.object == base.object_id()) names.emplace_back(let.decl->name.text);
  }
  return names;
}

bool Checker::SuggestByLabel(diag::Sink::Builder& builder, const ast::Name& name, Type base) {
  if (!base.is(TypeKind::kRef) || !base.object_id().valid()) return false;
  const PropertyInfo* property = PropertyCalled(name.text, base);
  if (!property) return false;
  if (!property->label.empty() && rt::Nfkc(property->label) == rt::Nfkc(name.text)) {
    builder.Fix(fmt::format("\"{}\" is the label of `{}`", property->label, property->name),
                fmt::format("\"{}\" は `{}` の表示名です", property->label, property->name),
                {{At(name.span), property->name}});
  } else {
    const bool column = rt::Nfkc(property->column) == rt::Nfkc(name.text);
    builder.Fix(fmt::format("`{}` is the {} of `{}`", name.text, column ? "column" : "type", property->name),
                fmt::format("`{}` は `{}` の{}です", name.text, property->name, column ? "列名" : "型"),
                {{At(name.span), property->name}}, column ? diag::FixSafety::kSafe : diag::FixSafety::kUnsafe);
  }
  return true;
}

void Checker::SuggestPath(diag::Sink::Builder& builder, const ast::Name& name, ObjectId from, ObjectId to) {
  const std::string text(name.text);
  auto many = [&](const std::string& path) {
    builder.Note(fmt::format("there may be many of them: `exists({} where {} ...)`", path, text),
                 fmt::format("複数ありうるため `exists({} where {} ...)` のように書きます", path, text));
  };
  for (const PropertyInfo& relation : catalog()[from].properties) {
    if (!relation.type.is(TypeKind::kRef) || relation.type.object_id() != to) continue;
    if (relation.is_many) return many(relation.name);
    builder.Fix("go through the relation", "関連を通して書く",
                {{At(name.span), fmt::format("{}.{}", relation.name, text)}});
    return;
  }
  // One step further.
  for (const PropertyInfo& first : catalog()[from].properties) {
    if (!first.type.is(TypeKind::kRef) || first.is_many || !first.type.object_id().valid()) continue;
    for (const PropertyInfo& second : catalog()[first.type.object_id()].properties) {
      if (!second.type.is(TypeKind::kRef) || second.type.object_id() != to) continue;
      const std::string path = first.name + "." + second.name;
      if (second.is_many) return many(path);
      builder.Fix("go through the relations", "関連を通して書く", {{At(name.span), path + "." + text}},
                  diag::FixSafety::kUnsafe);
      return;
    }
  }
}

void Checker::ReportUnknownProperty(const ast::Name& name, Type base) {
  if (!name.valid() || base.is_error()) return;
  auto builder = sink_.Report(Code::kUnknownProperty, At(name.span), {std::string(name.text), Spell(base.Required())});
  if (!SuggestByLabel(builder, name, base)) Suggest(builder, name, NamesOf(base));
}

void Checker::ReportUnknownName(const ast::Name& name, const Scope& scope, Type hint) {
  if (!name.valid() || SayForeignWord(name, hint)) return;
  const std::string text(name.text);
  // An event used as if it were a value.
  if (auto event = catalog().FindEvent(text)) {
    sink_.Report(Code::kEventAsValue, At(name.span), {text})
        .Other(catalog()[*event].at, "declared here", "宣言はここです")
        .Fix("count it", "件数にする", {{At(name.span), fmt::format("count({})", text)}}, diag::FixSafety::kUnsafe)
        .Note(fmt::format("`exists({0})` asks whether there is one, `count({0} in last 30 days)` how many", text),
              fmt::format("`exists({0})` は有無、`count({0} in last 30 days)` は件数です", text));
    return;
  }
  // A member of an enum where nothing fixes the type.
  for (const EnumInfo& info : catalog().enums) {
    // The enum of templates has no name to write before the dot.
    if (info.origin == EnumInfo::Origin::kTemplates || info.Find(text) < 0) continue;
    sink_.Report(Code::kMemberWithoutType, At(name.span), {text, info.name})
        .Fix("say which", "型を書く", {{At(name.span), fmt::format("{}.{}", info.name, text)}},
             diag::FixSafety::kUnsafe);
    return;
  }
  const bool in_record =
      scope.has_record() && scope.innermost().is(TypeKind::kRef) && scope.innermost().object_id().valid();
  // A property of an outer record, inside an aggregate.
  for (size_t i = 0; i + 1 < scope.frames.size(); ++i) {
    const Type& outer = scope.frames[i];
    if (!outer.is(TypeKind::kRef) || !LookupOfObject(outer.object_id(), text)) continue;
    const ObjectInfo& object = catalog()[outer.object_id()];
    sink_.Report(Code::kWrongObject, At(name.span), {text, object.name, Spell(scope.innermost())})
        .Fix("reach it through the record", "レコードを通して書く",
             {{At(name.span), fmt::format("{}.{}", object.name, text)}})
        .Note("inside the brackets of an aggregate a bare name belongs to the row looked at",
              "集計のかっこの中では、名前だけ書くとその行の項目になります");
    return;
  }
  // A property of another object.
  for (size_t i = 0; i < catalog().objects.size() && in_record; ++i) {
    const ObjectInfo& other = catalog().objects[i];
    auto property = other.Find(text);
    if (!property || ObjectId(i) == scope.innermost().object_id()) continue;
    auto builder = sink_.Report(Code::kWrongObject, At(name.span),
                                {text, other.name, catalog()[scope.innermost().object_id()].name});
    builder.Other(other.properties[*property].at, "declared here", "宣言はここです");
    SuggestPath(builder, name, scope.innermost().object_id(), ObjectId(i));
    return;
  }
  std::vector<std::string> names;
  if (scope.has_record() && suggestions_ <= kMaxSuggestions) names = NamesOf(scope.innermost());
  for (uint32_t i = 0; i < program_.lets.size(); ++i) {
    const LetInfo& let = program_.lets[i];
    const bool itself = current_node_ && *current_node_ == NodeId({Node::Kind::kLet, i});
    if (!let.decl->object.valid() && !itself) names.emplace_back(let.decl->name.text);
  }
  const bool too_many = suggestions_ > kMaxSuggestions;
  const bool labelled = !too_many && scope.has_record() && PropertyCalled(text, scope.innermost());
  if (!too_many && hint.is(TypeKind::kText) && Nearest(text, names).empty() && !labelled) {
    sink_.Report(Code::kNeedsQuotes, At(name.span), {text})
        .Fix("write `\"" + text + "\"`", "`\"" + text + "\"` と書く", {{At(name.span), "\"" + text + "\""}});
    return;
  }
  const bool nameless = scope.has_record() && scope.innermost().is(TypeKind::kRef) && !in_record;
  const std::string owner =
      scope.has_record() && !nameless ? Spell(scope.innermost().Required()) : std::string("project");
  auto builder = sink_.Report(Code::kUnknownName, At(name.span), {text, owner});
  if (too_many) return;
  if (!scope.has_record()) {
    for (const ObjectInfo& object : catalog().objects) {
      if (!object.Find(text)) continue;
      builder.Note(fmt::format("a property belongs to an object: `let NAME for {} = ...`", object.name),
                   fmt::format("項目はオブジェクトのものです: `let 名前 for {} = ...`", object.name));
      return;
    }
  }
  if (scope.has_record() && SuggestByLabel(builder, name, scope.innermost())) return;
  Suggest(builder, name, names);
}

}  // namespace saiten::check
