#include "store/refresh/error_ledger.h"

#include <algorithm>
#include <limits>

namespace saiten::store {
namespace {

bool Holds(const std::vector<int64_t>& rising, int64_t row) { return std::ranges::binary_search(rising, row); }

}  // namespace

ErrorLedger::ErrorLedger(const DataErrors& errors) : max_examples_(errors.max_examples()) { Adopt(errors); }

void ErrorLedger::Adopt(const DataErrors& errors) {
  for (const DataErrorGroup& from : errors.groups()) {
    Group to;
    to.group = from;
    to.group.examples.clear();
    to.known = from.rows.size() == from.count && std::ranges::is_sorted(from.rows);
    for (size_t i = 0; i < from.examples.size(); ++i) {
      to.examples.emplace(to.known ? from.rows[i] : static_cast<int64_t>(i), from.examples[i]);
    }
    groups_.push_back(std::move(to));
  }
}

const ErrorLedger::Group* ErrorLedger::Look(DataErrorKind kind, const std::string& subject,
                                            const std::string& property) const {
  auto found = std::ranges::find_if(groups_, [&](const Group& g) {
    return g.group.kind == kind && g.group.subject == subject && g.group.property == property;
  });
  return found == groups_.end() ? nullptr : &*found;
}

bool ErrorLedger::Knows(const std::string& subject) const {
  return std::ranges::all_of(groups_, [&](const Group& g) { return g.known || g.group.subject != subject; });
}

std::vector<int64_t> ErrorLedger::RowsOf(DataErrorKind kind, const std::string& subject,
                                         const std::string& property) const {
  const Group* group = Look(kind, subject, property);
  return group == nullptr ? std::vector<int64_t>() : group->group.rows;
}

std::vector<int64_t> ErrorLedger::RowsWhere(const std::string& subject,
                                            const std::function<bool(const DataErrorGroup&)>& is_asked) const {
  std::vector<int64_t> rows;
  for (const Group& g : groups_) {
    if (g.group.subject == subject && is_asked(g.group)) {
      rows.insert(rows.end(), g.group.rows.begin(), g.group.rows.end());
    }
  }
  std::ranges::sort(rows);
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

std::vector<int64_t> ErrorLedger::RowsBehindExamples(const std::string& subject,
                                                     const std::vector<int64_t>& touched) const {
  std::vector<int64_t> more;
  for (const Group& g : groups_) {
    if (g.group.subject != subject || g.group.rows.size() <= max_examples_) continue;
    size_t lost = 0;
    for (size_t i = 0; i < max_examples_; ++i) lost += Holds(touched, g.group.rows[i]);
    for (size_t i = max_examples_; i < g.group.rows.size() && lost > 0; ++i) {
      if (Holds(touched, g.group.rows[i])) continue;
      more.push_back(g.group.rows[i]);
      --lost;
    }
  }
  std::ranges::sort(more);
  more.erase(std::unique(more.begin(), more.end()), more.end());
  return more;
}

void ErrorLedger::Forget(const std::string& subject, const std::vector<int64_t>& rows) {
  for (Group& g : groups_) {
    if (g.group.subject != subject) continue;
    std::erase_if(g.group.rows, [&](int64_t row) { return Holds(rows, row); });
    std::erase_if(g.examples, [&](const auto& example) { return Holds(rows, example.first); });
  }
}

void ErrorLedger::ForgetAll(const std::string& subject) {
  std::erase_if(groups_, [&](const Group& g) { return g.group.subject == subject; });
}

void ErrorLedger::Add(const std::string& subject, const std::vector<FoundError>& found) {
  for (const FoundError& error : found) {
    auto* group = const_cast<Group*>(Look(error.kind, subject, error.property));
    if (group == nullptr) {
      Group fresh;
      fresh.group = {.kind = error.kind, .subject = subject, .property = error.property};
      groups_.push_back(std::move(fresh));
      group = &groups_.back();
    }
    group->group.leaves_out = group->group.leaves_out || error.leaves_out;
    group->sorted = group->sorted && (group->group.rows.empty() || group->group.rows.back() <= error.row);
    group->group.rows.push_back(error.row);
    group->examples.emplace(error.row, error.example);
  }
  for (Group& g : groups_) {
    if (!g.sorted) std::ranges::sort(g.group.rows);
    g.sorted = true;
  }
}

DataErrors ErrorLedger::Finish(const PlaceOf& place_of) const {
  struct Entry {
    std::tuple<int, size_t, int, int64_t, int> key;
    const Group* group;
  };
  std::vector<Entry> order;
  for (const Group& g : groups_) {
    if (g.known && g.group.rows.empty()) continue;
    Place place = place_of(g.group);
    // Where rows are not known nothing was touched: these groups keep the order in which they came.
    if (!Knows(g.group.subject)) {
      place.by_row = false;
      place.property = static_cast<int>(&g - groups_.data());
    }
    const int64_t first = place.by_row && !g.group.rows.empty() ? g.group.rows[0] : std::numeric_limits<int64_t>::min();
    order.push_back({{place.part, place.subject, place.stage, first, place.property}, &g});
  }
  std::ranges::stable_sort(order, {}, &Entry::key);
  DataErrors out(max_examples_);
  for (const Entry& entry : order) {
    const DataErrorGroup& from = entry.group->group;
    DataErrorGroup& to = out.Group(from.kind, from.subject, from.property);
    to.leaves_out = from.leaves_out;
    to.count = entry.group->known ? from.rows.size() : from.count;
    to.rows = from.rows;
    for (const auto& [row, example] : entry.group->examples) {
      if (to.examples.size() == max_examples_) break;
      to.examples.push_back(example);
    }
  }
  return out;
}

}  // namespace saiten::store
