#include <algorithm>

#include "store/load/loader.h"

namespace saiten::store {
namespace {

// Finds the raw row of each key of a column. `pool` holds the texts of a column of text keys, else null.
class TargetFinder {
 public:
  TargetFinder(const KeyMap& keys, const rt::StringPool* pool) : keys_(keys), pool_(pool) {
    if (pool_ == nullptr) return;
    rows_.reserve(static_cast<size_t>(pool_->size()));
    for (int32_t code = 0; code < pool_->size(); ++code) rows_.push_back(keys_.Find(pool_->View(code)));
  }
  uint32_t Find(int64_t key) const { return pool_ == nullptr ? keys_.Find(key) : rows_[static_cast<size_t>(key)]; }
  std::string Spell(int64_t key) const {
    return pool_ == nullptr ? std::to_string(key) : Excerpt(pool_->View(static_cast<int32_t>(key)));
  }

 private:
  const KeyMap& keys_;
  const rt::StringPool* pool_;
  std::vector<uint32_t> rows_;  // by code
};

struct Link {
  size_t object;
  size_t property;
  size_t target;
};

// Relations that are read, of all objects.
std::vector<Link> LinksOf(const Loader& loader) {
  std::vector<Link> links;
  for (size_t i = 0; i < loader.objects.size(); ++i) {
    for (size_t p = 0; p < loader.objects[i].columns.size(); ++p) {
      const PropertyInfo& property = loader.catalog.objects[i].properties[p];
      const auto& column = loader.objects[i].columns[p];
      if (column != nullptr && column->keep() && property.type.is(TypeKind::kRef)) {
        links.push_back({i, p, property.type.object_id().index()});
      }
    }
  }
  return links;
}

const PropertyInfo& PropertyOf(const Loader& loader, const Link& link) {
  return loader.catalog.objects[link.object].properties[link.property];
}

void FindTargets(Loader& loader, const Link& link) {
  ObjectRows& rows = loader.objects[link.object];
  ValueColumn& values = *rows.columns[link.property];
  const rt::Column keys = values.Finish();
  const TargetFinder finder(*loader.objects[link.target].keys, values.pool());
  rt::ColumnBuilder targets;
  targets.Reserve(keys.size());
  for (uint32_t raw = 0; raw < keys.size(); ++raw) {
    if (!keys.Known(raw)) {
      targets.AppendUnknown();
      continue;
    }
    const int64_t key = keys.Raw(raw);
    if (const uint32_t target = finder.Find(key); target != KeyMap::kNone) {
      targets.Append(target);
      continue;
    }
    targets.AppendUnknown();
    auto example = [&] { return DataErrorGroup::Example{rows.keys->Spell(raw), finder.Spell(key)}; };
    const bool required = !PropertyOf(loader, link).type.optional;
    const int64_t number = rows.rowids.empty() ? 0 : rows.rowids[raw];
    const int64_t* const rowid = rows.rowids.empty() ? nullptr : &number;
    values.errors().Count(DataErrorKind::kNoSuchRecord, example, required, rowid);
    if (required && !rows.left_out[raw]) rows.LeaveOut(raw);
  }
  rows.targets[link.property] = targets.Finish();
}

// A record whose required relation leads to one that is left out is left out too, and so on.
void SpreadLeftOut(Loader& loader, const std::vector<Link>& links) {
  const bool any = std::ranges::any_of(loader.objects, &ObjectRows::any_left_out);
  std::vector<std::pair<Link, rt::Adjacency>> required;
  for (const Link& link : links) {
    if (any && !PropertyOf(loader, link).type.optional) {
      required.emplace_back(link, rt::Reverse(loader.objects[link.object].targets[link.property],
                                              loader.objects[link.target].left_out.size()));
    }
  }
  if (required.empty()) return;
  std::vector<std::pair<size_t, uint32_t>> work;
  for (size_t i = 0; i < loader.objects.size(); ++i) {
    for (uint32_t raw = 0; raw < loader.objects[i].left_out.size(); ++raw) {
      if (loader.objects[i].left_out[raw]) work.emplace_back(i, raw);
    }
  }
  while (!work.empty()) {
    const auto [object, raw] = work.back();
    work.pop_back();
    for (const auto& [link, back] : required) {
      if (link.target != object) continue;
      ObjectRows& rows = loader.objects[link.object];
      for (uint32_t at = back.offsets[raw]; at < back.offsets[raw + 1]; ++at) {
        const uint32_t dependent = back.rows[at];
        if (rows.left_out[dependent]) continue;
        rows.LeaveOut(dependent);
        rows.columns[link.property]->errors().Count(DataErrorKind::kRequiredUnknown, [&] {
          return DataErrorGroup::Example{rows.keys->Spell(dependent), loader.objects[object].keys->Spell(raw)};
        });
        work.emplace_back(link.object, dependent);
      }
    }
  }
}

// The raw rows that stay; fills row_of.
std::vector<uint32_t> OrderOf(ObjectRows& rows) {
  std::vector<uint32_t> order;
  rows.row_of.assign(rows.left_out.size(), KeyMap::kNone);
  for (uint32_t raw = 0; raw < rows.left_out.size(); ++raw) {
    if (rows.left_out[raw]) continue;
    rows.row_of[raw] = static_cast<uint32_t>(order.size());
    order.push_back(raw);
  }
  return order;
}

// The relation in the data set: rows of the target's table.
rt::Column FinalTargets(Loader& loader, const Link& link) {
  ObjectRows& rows = loader.objects[link.object];
  const ObjectRows& target = loader.objects[link.target];
  const rt::Column& raw_targets = rows.targets[link.property];
  if (!rows.any_left_out && !target.any_left_out) return raw_targets;
  rt::ColumnBuilder out;
  for (uint32_t raw = 0; raw < raw_targets.size(); ++raw) {
    if (rows.left_out[raw]) continue;
    if (!raw_targets.Known(raw)) {
      out.AppendUnknown();
      continue;
    }
    const auto to = static_cast<uint32_t>(raw_targets.Raw(raw));
    if (!target.left_out[to]) {
      out.Append(target.RowOf(to));
      continue;
    }
    out.AppendUnknown();
    rows.columns[link.property]->errors().Count(DataErrorKind::kRecordLeftOut, [&] {
      return DataErrorGroup::Example{rows.keys->Spell(raw), target.keys->Spell(to)};
    });
  }
  return out.Finish();
}

// Everything of a table but its relations and its keys.
void PackTable(Loader& loader, size_t object, const std::vector<uint32_t>& order) {
  ObjectRows& rows = loader.objects[object];
  rt::Table& table = loader.out.data.tables[object];
  const ObjectInfo& info = loader.catalog.objects[object];
  table.columns.resize(info.properties.size());
  table.pools.resize(info.properties.size());
  table.many.resize(info.properties.size());
  table.lists.resize(loader.catalog.lists.size());
  table.size = rows.any_left_out ? order.size() : rows.left_out.size();
  if (rows.any_left_out && !rows.rowids.empty()) {
    RowNumbersBuilder kept;
    for (uint32_t raw : order) kept.Append(rows.rowids[raw]);
    rows.rowids = kept.Finish();
  }
  loader.out.objects[object].rowids = std::move(rows.rowids);
  for (size_t p = 0; p < info.properties.size(); ++p) {
    if (rows.columns[p] == nullptr || !rows.columns[p]->keep() || info.properties[p].type.is(TypeKind::kRef)) continue;
    rt::Column column = rows.columns[p]->Finish();
    table.columns[p] = rows.any_left_out ? rt::Gather(column, order) : std::move(column);
    table.pools[p] = rows.columns[p]->TakePool();
  }
}

}  // namespace

void ResolveRelations(Loader& loader) {
  const std::vector<Link> links = LinksOf(loader);
  for (const Link& link : links) FindTargets(loader, link);
  SpreadLeftOut(loader, links);
  std::vector<std::vector<uint32_t>> orders(loader.objects.size());
  for (size_t i = 0; i < loader.objects.size(); ++i) {
    ObjectRows& rows = loader.objects[i];
    if (!loader.plan.objects[i]) continue;
    if (rows.any_left_out) {
      orders[i] = OrderOf(rows);
      loader.out.objects[i].quarantined += rows.left_out.size() - orders[i].size();
    }
    PackTable(loader, i, orders[i]);
  }
  for (const Link& link : links) {
    loader.out.data.tables[link.object].columns[link.property] = FinalTargets(loader, link);
  }
  for (size_t i = 0; i < loader.objects.size(); ++i) {
    if (!loader.plan.objects[i]) continue;
    rt::Table& table = loader.out.data.tables[i];
    for (size_t p = 0; p < table.many.size(); ++p) {
      const PropertyInfo& property = loader.catalog.objects[i].properties[p];
      if (!property.is_many || !loader.plan.properties[i][p]) continue;
      table.many[p] =
          rt::Reverse(loader.out.data.tables[property.type.object_id().index()].columns[property.by], table.size);
    }
  }
}

void PackKeys(Loader& loader) {
  for (size_t i = 0; i < loader.objects.size(); ++i) {
    ObjectRows& rows = loader.objects[i];
    if (!loader.plan.objects[i]) continue;
    loader.out.data.tables[i].keys = rows.any_left_out ? rows.keys->Take(OrderOf(rows)) : rows.keys->Take();
  }
}

}  // namespace saiten::store
