#include <algorithm>
#include <map>

#include "compiler/ir/reads.h"
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

void Engine::ApplyItem(Commit& commit) {
  world_.Arrive(*commit.item);
  const auto& what = commit.item->what;
  if (std::get_if<Created>(&what)) {
    commit.created = true;
    // What is known of it is a change (sem E5).
    const auto& properties = world_.context().catalog().objects[commit.record.object].properties;
    for (uint32_t i = 0; i < properties.size(); ++i) {
      if (properties[i].is_many) continue;
      Value value = world_.Get(ObjectId(commit.record.object), commit.record.row, i);
      if (value.known) commit.properties.push_back({i, {Value::Unknown(), std::move(value)}});
    }
  } else if (auto* changed = std::get_if<Changed>(&what)) {
    for (const auto& [property, value] : changed->properties) Set(commit, property, value, World::Writer::kOutside);
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
    if (other != taken.end() && other->second != effect->flow) {
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
      world_.SetMember(member->list, commit.record.row, member->add);
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
      commit.created = true;
    }
  }
  ApplySets(commit, sets);
}

// The records whose results may read this one, by going back over relations from where a kernel reads it; a relation
// that was changed leads to both its old and its new end.
std::vector<RecordId> Engine::ReadersOf(const Commit& commit) {
  const RecordId record = commit.record;
  const vm::RunContext& context = world_.context();
  const rt::Dataset& data = context.data();
  std::vector<RecordId> readers;
  const auto all_of = [&](ObjectId object) {
    for (uint32_t row = 0; row < data.tables[object.index()].size; ++row) readers.push_back({object.value, row});
  };
  for (const ir::Kernel& kernel : context.program().kernels) {
    const ir::Reads reads = ir::ReadsOf(kernel);
    if (reads.anything) {
      all_of(kernel.object);
      continue;
    }
    for (size_t n = 1; n < reads.nodes.size(); ++n) {
      if (reads.nodes[n].object.value != record.object) continue;
      // Nodes stand behind those that lead to them.
      std::set<uint32_t> rows = {record.row};
      size_t node = n;
      while (node != 0 && !rows.empty()) {
        size_t from = 0;
        const ir::Way* way = nullptr;
        for (size_t m = 0; m < reads.nodes.size() && !way; ++m) {
          for (const auto& edge : reads.nodes[m].edges) {
            if (edge.to != node || m == node) continue;
            from = m;
            way = &edge.way;
            break;
          }
        }
        if (!way) break;  // fixed: the same for all
        const uint32_t owner = reads.nodes[from].object.value;
        std::set<uint32_t> back;
        if (way->kind == ir::Way::Kind::kToOne) {
          const rt::Column& column = data.tables[owner].columns[way->column];
          for (uint32_t row = 0; row < column.size(); ++row) {
            if (column.Known(row) && rows.contains(static_cast<uint32_t>(column.Raw(row)))) back.insert(row);
          }
        } else if (way->kind == ir::Way::Kind::kMany) {
          const PropertyInfo& many = context.catalog().objects[owner].properties[way->column];
          const rt::Column& column = data.tables[many.type.object_id().index()].columns[many.by];
          for (uint32_t row : rows) {
            if (row < column.size() && column.Known(row)) back.insert(static_cast<uint32_t>(column.Raw(row)));
          }
          for (const auto& [property, values] : commit.properties) {
            const bool left = node == n && property == many.by && values.first.known;
            if (left) back.insert(static_cast<uint32_t>(values.first.number));
          }
        } else {
          for (uint32_t row = 0; row < data.tables[owner].size; ++row) back.insert(row);
        }
        rows = std::move(back);
        node = from;
      }
      if (node != 0) {
        all_of(kernel.object);
        continue;
      }
      for (uint32_t row : rows) readers.push_back({kernel.object.value, row});
    }
  }
  std::ranges::sort(readers);
  readers.erase(std::unique(readers.begin(), readers.end()), readers.end());
  return readers;
}

void Engine::Touch(const Commit& commit) {
  const bool happened = commit.item && std::get_if<Happened>(&commit.item->what);
  const bool wrote = std::ranges::any_of(commit.effects, [](const Effect& effect) {
    return !std::get_if<ContinueEffect>(&effect.what) && !std::get_if<Request>(&effect.what);
  });
  if (!happened && !wrote && commit.properties.empty() && commit.results.empty() && !commit.created) return;
  for (const ResultChange& change : commit.results) {
    world_.Note(ObjectId(commit.record.object), commit.record.row, change.column, change.before, change.after, now_);
  }
  for (RecordId reader : ReadersOf(commit)) {
    if (reader == commit.record) continue;
    Queue& queue = queues_[reader];
    queue.touched = true;
    queue.depth = std::max(queue.depth, commit.depth + 1);
  }
}

}  // namespace saiten::flow
