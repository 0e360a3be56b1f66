#include <algorithm>
#include <cstring>

#include "store/messages.h"
#include "store/refresh/refresher.h"
#include "store/refresh/touched.h"

namespace saiten::store {
namespace {

std::string Spell(const KeyValue& key, bool is_text) { return is_text ? key.text : std::to_string(key.number); }

KeyValue ValueOf(const Reading& reading) {
  switch (reading.kind) {
    case Reading::Kind::kValue:
      return {.known = true, .number = reading.value};
    case Reading::Kind::kText:
      return {.known = true, .text = std::string(reading.text)};
    case Reading::Kind::kUnknown:
    case Reading::Kind::kError:
      return {};
  }
  SAITEN_UNREACHABLE("Reading::Kind");
}

// Reads the touched rows of one object.
class PatchReader {
 public:
  PatchReader(Refresher& refresher, size_t object)
      : refresher_(refresher),
        info_(refresher.catalog.objects[object]),
        table_(refresher.data.data.tables[object]),
        patch_(refresher.objects[object]),
        key_reader_(refresher.catalog, info_.properties[*info_.key], refresher.options.load.zone) {
    patch_.columns.assign(info_.properties.size(), {});
    patch_.targets.assign(info_.properties.size(), {});
    select_.push_back(QuoteName(info_.properties[*info_.key].column));
    for (size_t p = 0; p < info_.properties.size(); ++p) {
      const PropertyInfo& property = info_.properties[p];
      const bool keep = refresher.plan.properties[object][p];
      const bool check = !property.type.optional && info_.key != p && patch_.source->Find(property.column) != nullptr;
      if (property.is_many || !property.previous_band_of.empty() || (!keep && !check)) continue;
      readers_.emplace_back(p, ValueReader(refresher.catalog, property, refresher.options.load.zone), keep);
      select_.push_back(QuoteName(property.column));
    }
  }

  Status Read() {
    return ReadTouched(refresher_.connection, *patch_.source, select_, patch_.touched,
                       [this](int64_t rowid, const Statement& row) { ReadRow(rowid, row); });
  }

 private:
  struct Reader {
    size_t property;
    ValueReader values;
    bool keep;
  };

  void ReadRow(int64_t rowid, const Statement& row) {
    ++refresher_.rows_read;
    const Cell cell = ReadCell(row, 0);
    KeyValue key = ValueOf(key_reader_.Read(cell));
    if (!key.known) return refresher_.Refuse(Say(Words::kAnewLeftOut, {info_.name}));
    const std::string spelled = Spell(key, table_.keys.is_text);
    patch_.rowids.push_back(rowid);
    patch_.key_is_text.push_back(cell.kind == Cell::Kind::kText);
    patch_.keys.push_back(std::move(key));
    for (size_t i = 0; i < readers_.size(); ++i) {
      ReadValue(readers_[i], ReadCell(row, static_cast<int>(i) + 1), rowid, spelled);
    }
  }

  void ReadValue(Reader& reader, const Cell& cell, int64_t rowid, const std::string& key) {
    const PropertyInfo& property = info_.properties[reader.property];
    const Reading reading = reader.values.Read(cell);
    const bool known = reading.kind == Reading::Kind::kValue || reading.kind == Reading::Kind::kText;
    if (reading.kind == Reading::Kind::kError) {
      std::string buffer;
      patch_.errors.push_back(
          {reading.error, property.name, rowid, {key, Excerpt(cell.Spell(&buffer))}, !property.type.optional});
    }
    if (!known && !property.type.optional) return refresher_.Refuse(Say(Words::kAnewLeftOut, {info_.name}));
    if (!reader.keep) return;
    if (property.type.is(TypeKind::kRef)) {
      patch_.targets[reader.property].push_back(ValueOf(reading));
      return;
    }
    PatchColumn& column = patch_.columns[reader.property];
    if (reading.kind == Reading::Kind::kText) {
      auto& pool = table_.pools[reader.property];
      if (pool == nullptr) pool = std::make_unique<rt::StringPool>();
      column.Append(pool->Intern(reading.text));
    } else {
      known ? column.Append(reading.value) : column.AppendUnknown();
    }
  }

  Refresher& refresher_;
  const ObjectInfo& info_;
  rt::Table& table_;
  ObjectPatch& patch_;
  ValueReader key_reader_;
  std::vector<Reader> readers_;
  std::vector<std::string> select_;
};

bool SameKey(const rt::Keys& keys, uint32_t row, const KeyValue& key) {
  return keys.is_text ? keys.texts[row] == key.text : keys.ints[row] == key.number;
}

// What of the old table the patch takes the place of.
void CompareRows(Refresher& refresher, size_t object) {
  ObjectPatch& patch = refresher.objects[object];
  const rt::Keys& keys = refresher.data.data.tables[object].keys;
  const RowNumbers& rowids = refresher.data.objects[object].rowids;
  patch.old_rows.clear();
  patch.removed.clear();
  patch.lost.clear();
  patch.gained = false;
  auto old_row = [&](int64_t rowid) {
    const auto at = std::lower_bound(rowids.begin(), rowids.end(), rowid);
    return at == rowids.end() || *at != rowid ? KeyMap::kNone : static_cast<uint32_t>(at - rowids.begin());
  };
  for (size_t i = 0; i < patch.rowids.size(); ++i) {
    const uint32_t old = old_row(patch.rowids[i]);
    patch.old_rows.push_back(old);
    const bool same = old != KeyMap::kNone && SameKey(keys, old, patch.keys[i]);
    patch.gained = patch.gained || !same;
    if (old != KeyMap::kNone && !same) patch.lost.push_back(old);
  }
  size_t at = 0;
  for (int64_t rowid : patch.touched) {
    while (at < patch.rowids.size() && patch.rowids[at] < rowid) ++at;
    if (at < patch.rowids.size() && patch.rowids[at] == rowid) continue;
    if (const uint32_t old = old_row(rowid); old != KeyMap::kNone) patch.removed.push_back(old);
  }
  patch.lost.insert(patch.lost.end(), patch.removed.begin(), patch.removed.end());
  SortUnique(&patch.lost);
}

// A key that two rows have leaves both out.
void CheckRepeated(Refresher& refresher, size_t object) {
  ObjectPatch& patch = refresher.objects[object];
  if (!patch.gained) return;
  const rt::Keys& keys = refresher.data.data.tables[object].keys;
  if (patch.old_lookup == nullptr) patch.old_lookup = std::make_unique<KeyLookup>(keys);
  std::vector<const KeyValue*> fresh;
  for (size_t i = 0; i < patch.keys.size(); ++i) {
    const uint32_t old = patch.old_rows[i];
    if (old != KeyMap::kNone && SameKey(keys, old, patch.keys[i])) continue;
    fresh.push_back(&patch.keys[i]);
    const uint32_t has =
        keys.is_text ? patch.old_lookup->Find(patch.keys[i].text) : patch.old_lookup->Find(patch.keys[i].number);
    if (has != KeyMap::kNone && !std::ranges::binary_search(patch.lost, has)) {
      return refresher.Refuse(Say(Words::kAnewLeftOut, {patch.name}));
    }
  }
  auto less = [](const KeyValue* a, const KeyValue* b) {
    return std::tie(a->number, a->text) < std::tie(b->number, b->text);
  };
  std::ranges::sort(fresh, less);
  for (size_t i = 1; i < fresh.size(); ++i) {
    if (!less(fresh[i - 1], fresh[i])) return refresher.Refuse(Say(Words::kAnewLeftOut, {patch.name}));
  }
}

// Rows that the log does not name must be as they were: else it is not complete.
void CheckSamples(Refresher& refresher, size_t object) {
  ObjectPatch& patch = refresher.objects[object];
  const rt::Table& table = refresher.data.data.tables[object];
  auto incomplete = [&] { refresher.Refuse(Say(Words::kAnewSample, {refresher.connection.path(), patch.name})); };
  for (uint32_t row : patch.removed) {
    if (!std::ranges::binary_search(patch.logged, refresher.data.objects[object].rowids[row])) return incomplete();
  }
  for (size_t i = 0; i < patch.rowids.size(); ++i) {
    if (std::ranges::binary_search(patch.logged, patch.rowids[i])) continue;
    const uint32_t old = patch.old_rows[i];
    if (old == KeyMap::kNone || !SameKey(table.keys, old, patch.keys[i])) return incomplete();
    for (size_t p = 0; p < patch.columns.size(); ++p) {
      if (patch.columns[p].size() == 0) continue;
      const rt::Column& column = table.columns[p];
      const bool known = patch.columns[p].known[i] != 0;
      if (column.Known(old) != known || (known && column.Raw(old) != patch.columns[p].values[i])) return incomplete();
    }
  }
}

rt::TextArray SpliceTexts(const rt::TextArray& old, const SplicePlan& plan, const std::vector<KeyValue>& patch) {
  std::vector<uint64_t> offsets = {0};
  std::vector<char> bytes;
  offsets.reserve(plan.new_size() + size_t{1});
  for (const SplicePlan::Piece& piece : plan.pieces()) {
    for (uint32_t row = piece.begin; row < piece.end; ++row) {
      const std::string_view text = piece.from_patch ? std::string_view(patch[row].text) : old[row];
      bytes.insert(bytes.end(), text.begin(), text.end());
      offsets.push_back(bytes.size());
    }
  }
  rt::TextArray out;
  out.offsets = std::move(offsets);
  out.bytes = std::move(bytes);
  return out;
}

// Whether any key is kept as text; the first row that is one usually tells.
Status RenewIdsAreText(Refresher& refresher, size_t object) {
  ObjectPatch& patch = refresher.objects[object];
  LoadedData::Object& report = refresher.data.objects[object];
  if (std::ranges::find(patch.key_is_text, true) != patch.key_is_text.end()) {
    report.ids_are_text = true;
    return {};
  }
  if (!report.ids_are_text) return {};
  const std::string key =
      QuoteName(refresher.catalog.objects[object].properties[*refresher.catalog.objects[object].key].column);
  SAITEN_ASSIGN_OR_RETURN(
      Statement any, refresher.connection.Prepare("SELECT 1 FROM " + QuoteName(patch.source->name) + " WHERE typeof(" +
                                                  key + ") IN ('text', 'blob') LIMIT 1"));
  SAITEN_ASSIGN_OR_RETURN(report.ids_are_text, any.Step());
  return {};
}

}  // namespace

void SortUnique(std::vector<int64_t>* rows) {
  std::ranges::sort(*rows);
  rows->erase(std::unique(rows->begin(), rows->end()), rows->end());
}
void SortUnique(std::vector<uint32_t>* rows) {
  std::ranges::sort(*rows);
  rows->erase(std::unique(rows->begin(), rows->end()), rows->end());
}

Status ReadObjectPatch(Refresher& refresher, size_t object) {
  ObjectPatch& patch = refresher.objects[object];
  const std::string& name = refresher.catalog.objects[object].name;
  SortUnique(&patch.more);
  patch.touched.insert(patch.touched.end(), patch.more.begin(), patch.more.end());
  SortUnique(&patch.touched);
  for (int64_t row : refresher.ledger.RowsBehindExamples(name, patch.touched)) patch.touched.push_back(row);
  SortUnique(&patch.touched);
  // Others have changed around these, so that they are no mere samples.
  for (auto* rows : {&patch.samples, &patch.settled}) {
    std::erase_if(*rows, [&](int64_t row) { return std::ranges::binary_search(patch.more, row); });
  }
  patch.more.clear();
  patch.rowids.clear();
  patch.keys.clear();
  patch.key_is_text.clear();
  patch.errors.clear();
  SAITEN_RETURN_IF_ERROR(PatchReader(refresher, object).Read());
  if (!refresher.ok()) return {};
  CompareRows(refresher, object);
  CheckRepeated(refresher, object);
  if (refresher.ok()) CheckSamples(refresher, object);
  return refresher.ok() ? RenewIdsAreText(refresher, object) : Status();
}

void PlaceRows(Refresher& refresher, size_t object) {
  ObjectPatch& patch = refresher.objects[object];
  rt::Table& table = refresher.data.data.tables[object];
  LoadedData::Object& report = refresher.data.objects[object];
  patch.changed.assign(table.size, 0);
  if (patch.touched.empty()) {
    patch.lookup = std::make_unique<KeyLookup>(table.keys, report.keys_rise);
    return;
  }
  std::vector<uint32_t> removed = patch.removed;
  std::vector<uint32_t> inserted;
  uint64_t fresh = 0;
  for (size_t i = 0; i < patch.rowids.size(); ++i) {
    if (patch.old_rows[i] != KeyMap::kNone) {
      removed.push_back(patch.old_rows[i]);
      inserted.push_back(patch.old_rows[i]);
    } else {
      ++fresh;
      const auto at = std::lower_bound(report.rowids.begin(), report.rowids.end(), patch.rowids[i]);
      inserted.push_back(static_cast<uint32_t>(at - report.rowids.begin()));
    }
  }
  SortUnique(&removed);
  patch.plan.emplace(static_cast<uint32_t>(table.size), removed, inserted);
  const SplicePlan& plan = *patch.plan;
  report.rows = report.rows + fresh - patch.removed.size();
  // One row may have gone and another come in its place.
  const bool same_rows = plan.in_place() && fresh == 0 && patch.removed.empty();
  if (!same_rows) {
    patch.new_rows = plan.NewRows();
    for (size_t i = 0; i < patch.rowids.size(); ++i) {
      const uint32_t old = patch.old_rows[i];
      if (old != KeyMap::kNone && !std::ranges::binary_search(patch.lost, old)) patch.new_rows[old] = plan.places()[i];
    }
    report.rowids = Splice(report.rowids, plan, patch.rowids);
  }
  if (!same_rows || patch.keys_changed()) {
    if (table.keys.is_text) {
      table.keys.texts = SpliceTexts(table.keys.texts, plan, patch.keys);
    } else {
      std::vector<int64_t> numbers;
      for (const KeyValue& key : patch.keys) numbers.push_back(key.number);
      table.keys.ints = Splice(table.keys.ints, plan, numbers);
    }
  }
  table.size = plan.new_size();
  patch.changed.assign(table.size, 0);
  // Samples are as they were (CheckSamples), and others as the caller knows them, but for where they lead to, which
  // SpliceRelation sees.
  for (size_t i = 0; i < patch.rowids.size(); ++i) {
    const bool same = std::ranges::binary_search(patch.samples, patch.rowids[i]) ||
                      std::ranges::binary_search(patch.settled, patch.rowids[i]);
    if (!same) patch.changed[plan.places()[i]] = 1;
  }
  patch.lookup = std::make_unique<KeyLookup>(table.keys, report.keys_rise && same_rows && !patch.keys_changed());
  report.keys_rise = patch.lookup->rising();
}

namespace {

// The relation of one property: rows numbered anew, those of the patch looked up.
void SpliceRelation(Refresher& refresher, size_t object, size_t property) {
  ObjectPatch& patch = refresher.objects[object];
  const PropertyInfo& info = refresher.catalog.objects[object].properties[property];
  const size_t to = info.type.object_id().index();
  ObjectPatch& target = refresher.objects[to];
  rt::Column& column = refresher.data.data.tables[object].columns[property];
  const bool target_is_text = refresher.data.data.tables[to].keys.is_text;
  const auto target_of = [&](size_t i) {
    const KeyValue& key = patch.targets[property][i];
    if (!key.known) return KeyMap::kNone;
    return target_is_text ? target.lookup->Find(key.text) : target.lookup->Find(key.number);
  };
  // Whether a row leads to where it led: then the other end has the same rows. That one of them changed is for the
  // caller to find.
  const auto leads_as_before = [&](size_t i) {
    const uint32_t old = patch.old_rows[i];
    if (old == KeyMap::kNone || !column.Known(old)) return false;
    const auto row = static_cast<uint32_t>(column.Raw(old));
    const uint32_t now = target.new_rows.empty() ? row : target.new_rows[row];
    return now != SplicePlan::kGone && now == target_of(i);
  };
  const auto leads_nowhere_as_before = [&](size_t i) {
    const uint32_t old = patch.old_rows[i];
    return old != KeyMap::kNone && !column.Known(old) && target_of(i) == KeyMap::kNone;
  };
  std::vector<bool> as_before(patch.rowids.size());
  for (size_t i = 0; patch.plan && i < patch.rowids.size(); ++i) {
    as_before[i] = leads_as_before(i) || leads_nowhere_as_before(i);
    if (!as_before[i]) patch.changed[patch.plan->places()[i]] = 1;
  }
  if (patch.plan) {
    // Whoever was led to, and no longer is.
    auto mark_old = [&](uint32_t old) {
      if (!column.Known(old)) return;
      const auto row = static_cast<uint32_t>(column.Raw(old));
      const uint32_t now = target.new_rows.empty() ? row : target.new_rows[row];
      if (now != SplicePlan::kGone) refresher.Mark(to, now);
    };
    for (uint32_t old : patch.removed) mark_old(old);
    for (size_t i = 0; i < patch.old_rows.size(); ++i) {
      if (patch.old_rows[i] != KeyMap::kNone && !as_before[i]) mark_old(patch.old_rows[i]);
    }
  }
  // Rows that lead to one that changed are for the caller to find: it follows relations anyway.
  if (!target.new_rows.empty()) column = Renumber(column, target.new_rows);
  if (!patch.plan) return;
  PatchColumn rows;
  for (size_t i = 0; i < patch.rowids.size(); ++i) {
    const KeyValue& key = patch.targets[property][i];
    if (!key.known) {
      rows.AppendUnknown();
      continue;
    }
    const uint32_t row = target_of(i);
    if (row != KeyMap::kNone) {
      rows.Append(row);
      if (!as_before[i]) refresher.Mark(to, row);
      continue;
    }
    if (!info.type.optional) return refresher.Refuse(Say(Words::kAnewLeftOut, {patch.name}));
    rows.AppendUnknown();
    patch.errors.push_back({DataErrorKind::kNoSuchRecord,
                            info.name,
                            patch.rowids[i],
                            {Spell(patch.keys[i], refresher.data.data.tables[object].keys.is_text),
                             target_is_text ? Excerpt(key.text) : std::to_string(key.number)},
                            false});
  }
  column = Splice(column, *patch.plan, rows);
}

}  // namespace

void SpliceTable(Refresher& refresher, size_t object) {
  ObjectPatch& patch = refresher.objects[object];
  const ObjectInfo& info = refresher.catalog.objects[object];
  rt::Table& table = refresher.data.data.tables[object];
  for (size_t p = 0; p < info.properties.size(); ++p) {
    const PropertyInfo& property = info.properties[p];
    if (!refresher.plan.properties[object][p] || property.is_many || !property.previous_band_of.empty()) continue;
    if (property.type.is(TypeKind::kRef)) {
      SpliceRelation(refresher, object, p);
    } else if (patch.plan) {
      table.columns[p] = Splice(table.columns[p], *patch.plan, patch.columns[p]);
      if (table.pools[p] != nullptr) table.pools[p]->PrepareNfkc();
    }
  }
  refresher.ledger.Forget(info.name, patch.touched);
  refresher.ledger.Add(info.name, patch.errors);
}

void RenewAdjacency(Refresher& refresher) {
  for (size_t i = 0; i < refresher.objects.size(); ++i) {
    if (!refresher.plan.objects[i]) continue;
    const ObjectInfo& info = refresher.catalog.objects[i];
    rt::Table& table = refresher.data.data.tables[i];
    for (size_t p = 0; p < info.properties.size(); ++p) {
      const PropertyInfo& property = info.properties[p];
      if (!property.is_many || !refresher.plan.properties[i][p]) continue;
      const size_t child = property.type.object_id().index();
      if (!refresher.objects[child].plan && refresher.objects[i].new_rows.empty()) continue;
      table.many[p] = rt::Reverse(refresher.data.data.tables[child].columns[property.by], table.size);
    }
  }
}

}  // namespace saiten::store
