#pragma once

#include <compare>
#include <cstdint>
#include <set>

#include "compiler/analyse/facts.h"

namespace saiten::analyse {

// A value that steps can change.
struct Changeable {
  enum class Kind : uint8_t { kProperty, kScore, kList };
  Kind kind;
  uint32_t object;  // kProperty: whose; else 0
  uint32_t index;   // of the property, the score that points are granted to, the list
  friend auto operator<=>(const Changeable&, const Changeable&) = default;
};

// What the value of an expression hangs on, behind named values, functions, tables, grids, segments and scores.
class Depends {
 public:
  explicit Depends(Facts& facts) : facts_(facts) {}

  // Adds what `expr` reads, of a rule for `object`.
  void Add(const ast::Expr* expr, ObjectId object);
  void AddSegment(uint32_t segment);
  // Adds what a score's points hang on, and grants to it.
  void AddScore(uint32_t score);
  // Adds a property of `object`.
  void AddProperty(ObjectId object, uint32_t index);

  const std::set<Changeable>& values() const { return values_; }
  // Scores, bands, grids and segments that were met on the way.
  const std::set<const ast::Decl*>& declarations() const { return declarations_; }
  // Whether events are counted or looked for.
  bool on_events() const { return on_events_; }

 private:
  void Go(const ast::Expr* expr, std::vector<Type>& frames);
  void GoSource(const ast::Source& source, std::vector<Type>& frames);
  // All expressions of a declaration for `object`, once.
  void Enter(const ast::Decl* decl, ObjectId object);
  ObjectId ObjectOf(const std::vector<Type>& frames, uint32_t frame) const;

  Facts& facts_;
  std::set<Changeable> values_;
  std::set<const ast::Decl*> declarations_;
  bool on_events_ = false;
};

}  // namespace saiten::analyse
