#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/check/program.h"

// Names: where they are in sight, what declares them, which of them belong together. Private to compiler/check.
namespace saiten::check {

// Whose names may stand bare: the rule's record first, then the elements of the aggregates around the place.
struct Scope {
  std::vector<Type> frames;  // Ref or Event; empty where there is no record (a global `let`)
  // Inside the body of a function or an action: its parameters and their types.
  std::span<const ast::Param> params;
  std::span<const Type> param_types;
  const std::vector<Local>* locals = nullptr;  // inside a workflow: the events that may be read by name
  bool so_far = false;                         // `so_far` may be used

  bool has_record() const { return !frames.empty(); }
  const Type& innermost() const { return frames.back(); }
};

// What a name means at its place.
struct Resolved {
  Type type;
  Symbol symbol;
};

// A declaration whose meaning depends on others: the nodes of the graph that must have no cycle (sem SC1a).
struct Node {
  enum class Kind : uint8_t { kLet, kFn, kScore, kGrid, kTable, kSegment };
  Kind kind;
  uint32_t index;
  friend bool operator==(Node, Node) = default;
};

// The name of something that an object has.
struct OwnName {
  ObjectId object;
  std::string_view name;
  friend bool operator==(const OwnName&, const OwnName&) = default;
};
struct HashOwnName {
  size_t operator()(const OwnName& own) const {
    return std::hash<std::string_view>()(own.name) * 31 + own.object.index();
  }
};

// A declared name, as names are compared for clashes.
struct Named {
  std::string name;
  std::string lookalike;  // its NFKC form
  std::string space;      // names clash within one space
  Location at;
};

// The names of declarations, to look a misspelt one up among.
template <typename Info>
std::vector<std::string> NamesOfAll(const std::vector<Info>& declared) {
  std::vector<std::string> names;
  for (const Info& info : declared) names.push_back(info.name);
  return names;
}

// The candidate nearest to `name` if it is near enough to be what was meant; empty otherwise.
std::string Nearest(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace saiten::check
