#include "store/snapshot/coverage.h"

namespace saiten::store {
namespace {

using Flags = std::vector<bool>;

bool Has(const Flags& flags, size_t at) { return at < flags.size() && flags[at]; }

bool Contains(const Flags& stored, const Flags& wanted) {
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] && !Has(stored, i)) return false;
  }
  return true;
}

bool Contains(const std::vector<Flags>& stored, const std::vector<Flags>& wanted) {
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (!Contains(i < stored.size() ? stored[i] : Flags(), wanted[i])) return false;
  }
  return true;
}

Flags Either(const Flags& a, const Flags& b, size_t size) {
  Flags both(size);
  for (size_t i = 0; i < size; ++i) both[i] = Has(a, i) || Has(b, i);
  return both;
}

Flags At(const std::vector<Flags>& of, size_t i) { return i < of.size() ? of[i] : Flags(); }

}  // namespace

bool Covers(const Catalog& catalog, const LoadPlan& stored, const LoadPlan& wanted) {
  for (size_t i = 0; i < wanted.objects.size(); ++i) {
    if (!wanted.objects[i] || !Has(stored.objects, i)) continue;
    for (size_t p = 0; p < catalog.objects[i].properties.size(); ++p) {
      const PropertyInfo& property = catalog.objects[i].properties[p];
      const bool required = property.type.is(TypeKind::kRef) && !property.is_many && !property.type.optional;
      if (required && Has(stored.properties[i], p) != Has(wanted.properties[i], p)) return false;
    }
  }
  std::vector<Flags> properties = wanted.properties;
  for (size_t i = 0; i < properties.size(); ++i) {
    // Bands of the run before are read anew each time.
    for (size_t p = 0; p < properties[i].size(); ++p) {
      if (!catalog.objects[i].properties[p].previous_band_of.empty()) properties[i][p] = false;
    }
  }
  return Contains(stored.objects, wanted.objects) && Contains(stored.properties, properties) &&
         Contains(stored.events, wanted.events) && Contains(stored.fields, wanted.fields) &&
         Contains(stored.arrival, wanted.arrival) && Contains(stored.lists, wanted.lists);
}

bool Concerns(const Catalog& catalog, const LoadPlan& wanted, const DataErrorGroup& group) {
  for (size_t i = 0; i < catalog.objects.size(); ++i) {
    const ObjectInfo& object = catalog.objects[i];
    if (!wanted.objects[i] || object.name != group.subject) continue;
    const auto p = object.Find(group.property);
    if (!p || object.key == *p || wanted.properties[i][*p] || !object.properties[*p].type.optional) return true;
  }
  for (size_t i = 0; i < catalog.events.size(); ++i) {
    const EventInfo& event = catalog.events[i];
    if (!wanted.events[i] || event.name != group.subject) continue;
    const auto f = event.Find(group.property);
    if (!f || group.kind == DataErrorKind::kTimeUnknown || wanted.fields[i][*f] || !event.fields[*f].type.optional ||
        (event.is_change() && *f == 0)) {
      return true;
    }
  }
  for (size_t i = 0; i < catalog.lists.size(); ++i) {
    if (wanted.lists[i] && catalog.lists[i].name == group.subject) return true;
  }
  return false;
}

Needs Union(const Catalog& catalog, const Needs& a, const Needs& b) {
  Needs both;
  both.objects = Either(a.objects, b.objects, catalog.objects.size());
  both.events = Either(a.events, b.events, catalog.events.size());
  both.arrival = Either(a.arrival, b.arrival, catalog.events.size());
  both.lists = Either(a.lists, b.lists, catalog.lists.size());
  for (size_t i = 0; i < catalog.objects.size(); ++i) {
    both.properties.push_back(Either(At(a.properties, i), At(b.properties, i), catalog.objects[i].properties.size()));
  }
  for (size_t i = 0; i < catalog.events.size(); ++i) {
    both.fields.push_back(Either(At(a.fields, i), At(b.fields, i), catalog.events[i].fields.size()));
  }
  return both;
}

}  // namespace saiten::store
