#include <algorithm>
#include <map>

#include "flow/engine.h"

// What a commit takes in, and which other records see it.
namespace saiten::flow {

void Engine::Set(Commit& commit, uint32_t property, Value value, World::Writer writer) {
  const ObjectId object(commit.record.object);
  Value before = world_.Get(object, commit.record.row, property);
  if (before == value) return;  // a write of the same value is no change (sem E1)
  world_.Set(object, commit.record.row, property, value, now_, writer);
  commit.properties.push_back({property, {std::move(before), std::move(value)}});
}

// What is known of a new record is a change (sem E5).
void Engine::NoteCreated(Commit& commit) {
  commit.created = true;
  const auto& properties = world_.context().catalog().objects[commit.record.object].properties;
  for (uint32_t i = 0; i < properties.size(); ++i) {
    if (properties[i].is_many) continue;
    Value value = world_.Get(ObjectId(commit.record.object), commit.record.row, i);
    if (value.known) commit.properties.push_back({i, {Value::Unknown(), std::move(value)}});
  }
}

// What was known of it is so no more, for whoever reads it (sem O4).
void Engine::NoteDeleted(Commit& commit) {
  commit.deleted = true;
  const auto& properties = world_.context().catalog().objects[commit.record.object].properties;
  for (uint32_t i = 0; i < properties.size(); ++i) {
    if (properties[i].is_many || properties[i].is_key) continue;
    Value value = world_.Get(ObjectId(commit.record.object), commit.record.row, i);
    if (value.known) commit.properties.push_back({i, {std::move(value), Value::Unknown()}});
  }
}

void Engine::ApplyItem(Commit& commit) {
  if (std::get_if<Deleted>(&commit.item->what)) NoteDeleted(commit);
  world_.Arrive(*commit.item);
  const auto& what = commit.item->what;
  if (std::get_if<Created>(&what)) {
    NoteCreated(commit);
  } else if (auto* changed = std::get_if<Changed>(&what)) {
    for (const auto& [property, value] : changed->properties) Set(commit, property, value, World::Writer::kOutside);
    for (const auto& [list, member] : changed->lists) {
      world_.SetMember(list, commit.record.row, member, now_, World::Writer::kOutside);
    }
  }
}

// Of several writes to one property the one of the highest priority counts, ties by name (sem W3).
void Engine::ApplySets(Commit& commit, std::vector<const Effect*>& sets) {
  std::ranges::stable_sort(sets, [&](const Effect* a, const Effect* b) {
    const ir::Flow& left = automation_.flows[a->flow];
    const ir::Flow& right = automation_.flows[b->flow];
    return left.priority != right.priority ? left.priority > right.priority : left.name < right.name;
  });
  std::map<uint32_t, uint32_t> taken;  // property: by which flow
  std::map<uint32_t, Value> written;   // what counts in the end: nobody sees what a property was in between (sem E2)
  const Catalog& catalog = world_.context().catalog();
  for (const Effect* effect : sets) {
    const auto& set = std::get<SetEffect>(effect->what);
    const PropertyInfo& property = catalog.objects[commit.record.object].properties[set.property];
    LogRow row{
        .object = ObjectId(commit.record.object), .row = commit.record.row, .flow = effect->flow, .step = effect->step};
    row.number = effect->number;
    row.instance_key = effect->key;
    const auto so_far = written.find(set.property);
    const Value before = so_far != written.end()
                             ? so_far->second
                             : world_.Get(ObjectId(commit.record.object), commit.record.row, set.property);
    row.fields = {{"property", property.name},
                  {"before", evaluator_.Spell(property.type, before)},
                  {"after", evaluator_.Spell(property.type, set.value)}};
    const bool forward_only = property.type.is(TypeKind::kEnum) && catalog[property.type.enum_id()].forward_only;
    const auto other = taken.find(set.property);
    if (other != taken.end() && NewestOf(other->second) != NewestOf(effect->flow)) {
      row.kind = RowKind::kOverridden;
      row.detail = automation_.flows[other->second].name;
    } else if (forward_only && !set.move_back && before.known && set.value.known && set.value.number < before.number) {
      row.kind = RowKind::kRefusedWrite;
      row.detail = "forward only";
    } else {
      taken[set.property] = effect->flow;
      if (before == set.value) continue;
      row.kind = RowKind::kWrite;
      written[set.property] = set.value;
    }
    Log(std::move(row));
  }
  for (auto& [property, value] : written) Set(commit, property, std::move(value), World::Writer::kFlow);
}

void Engine::Apply(Commit& commit) {
  phase_ = Phase::kIngest;
  if (commit.item) ApplyItem(commit);
  std::vector<const Effect*> sets;
  for (const Effect& effect : commit.effects) {
    if (std::get_if<SetEffect>(&effect.what)) {
      sets.push_back(&effect);
    } else if (auto* member = std::get_if<MemberEffect>(&effect.what)) {
      world_.SetMember(member->list, commit.record.row, member->add, now_, World::Writer::kFlow);
    } else if (auto* grant = std::get_if<GrantEffect>(&effect.what)) {
      world_.AddEvent(grant->event, commit.record.row, now_, grant->fields);
      LogRow row{
          .object = ObjectId(commit.record.object), .row = commit.record.row, .flow = effect.flow, .step = effect.step};
      row.number = effect.number;
      row.instance_key = effect.key;
      row.kind = RowKind::kGranted;
      row.fields = grant->said;
      Log(std::move(row));
    } else if (std::get_if<CreatedEffect>(&effect.what)) {
      NoteCreated(commit);
    }
  }
  ApplySets(commit, sets);
}

void Engine::Touch(const Commit& commit) {
  const bool happened = commit.item && std::get_if<Happened>(&commit.item->what);
  const bool wrote = std::ranges::any_of(commit.effects, [](const Effect& effect) {
    return !std::get_if<ContinueEffect>(&effect.what) && !std::get_if<Request>(&effect.what);
  });
  const auto* changed = commit.item ? std::get_if<Changed>(&commit.item->what) : nullptr;
  const bool moved = commit.created || commit.deleted || (changed && !changed->lists.empty());
  if (!happened && !wrote && commit.properties.empty() && commit.results.empty() && !moved) return;
  for (const ResultChange& change : commit.results) {
    world_.Note(ObjectId(commit.record.object), commit.record.row, change.column, change.before, change.after, now_);
  }
  for (RecordId reader : readers_.Of(commit.record, commit.properties)) {
    if (reader == commit.record) continue;
    Queue& queue = queues_[reader];
    queue.touched = true;
    queue.depth = std::max(queue.depth, commit.depth + 1);
  }
}

}  // namespace saiten::flow
