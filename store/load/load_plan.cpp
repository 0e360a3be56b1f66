#include "store/load/loader.h"

namespace saiten::store {
namespace {

bool Flag(const std::vector<bool>& flags, size_t at) { return at < flags.size() && flags[at]; }

class Planner {
 public:
  Planner(const Catalog& catalog, const Needs& needs) : catalog_(catalog), needs_(needs) {
    plan_.objects.resize(catalog.objects.size());
    plan_.properties.resize(catalog.objects.size());
    plan_.events.resize(catalog.events.size());
    plan_.fields.resize(catalog.events.size());
    plan_.arrival.resize(catalog.events.size());
    plan_.lists.resize(catalog.lists.size());
  }

  LoadPlan Make() {
    for (size_t i = 0; i < catalog_.objects.size(); ++i) {
      if (Flag(needs_.objects, i)) AddObject(ObjectId(i));
      if (i >= needs_.properties.size()) continue;
      for (size_t p = 0; p < needs_.properties[i].size(); ++p) {
        if (needs_.properties[i][p]) AddProperty(ObjectId(i), p);
      }
    }
    for (size_t i = 0; i < catalog_.events.size(); ++i) {
      if (!Flag(needs_.events, i)) continue;
      AddEvent(EventId(i), Flag(needs_.arrival, i));
      if (i >= needs_.fields.size()) continue;
      for (size_t f = 0; f < needs_.fields[i].size(); ++f) {
        if (needs_.fields[i][f]) AddField(EventId(i), f);
      }
    }
    for (size_t i = 0; i < catalog_.lists.size(); ++i) {
      if (!Flag(needs_.lists, i)) continue;
      plan_.lists[i] = true;
      AddObject(catalog_.lists[i].object);
    }
    return std::move(plan_);
  }

 private:
  void AddObject(ObjectId id) {
    if (plan_.objects[id.index()]) return;
    plan_.objects[id.index()] = true;
    plan_.properties[id.index()].resize(catalog_[id].properties.size());
  }

  void AddProperty(ObjectId id, size_t property) {
    AddObject(id);
    if (plan_.properties[id.index()][property]) return;
    plan_.properties[id.index()][property] = true;
    const PropertyInfo& info = catalog_[id].properties[property];
    if (info.is_many) {
      AddProperty(info.type.object_id(), info.by);
    } else if (info.type.is(TypeKind::kRef)) {
      AddObject(info.type.object_id());
    }
  }

  void AddEvent(EventId id, bool arrival) {
    if (arrival) plan_.arrival[id.index()] = true;
    if (plan_.events[id.index()]) return;
    plan_.events[id.index()] = true;
    const EventInfo& info = catalog_[id];
    plan_.fields[id.index()].resize(info.fields.size());
    AddObject(info.object);
    // Ties in time between events of different tables go by arrival, so a merged series needs it of its members.
    for (EventId member : info.any_of) AddEvent(member, true);
  }

  void AddField(EventId id, size_t field) {
    AddEvent(id, false);
    if (plan_.fields[id.index()][field]) return;
    plan_.fields[id.index()][field] = true;
    const EventInfo& info = catalog_[id];
    if (info.fields[field].type.is(TypeKind::kRef)) AddObject(info.fields[field].type.object_id());
    // What a change was from is what the change before it was to.
    if (info.is_change()) AddField(id, 0);
    for (EventId member : info.any_of) {
      if (auto same = catalog_[member].Find(info.fields[field].name)) AddField(member, *same);
    }
  }

  const Catalog& catalog_;
  const Needs& needs_;
  LoadPlan plan_;
};

}  // namespace

LoadPlan MakePlan(const Catalog& catalog, const Needs& needs) { return Planner(catalog, needs).Make(); }

}  // namespace saiten::store
