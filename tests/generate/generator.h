#pragma once

#include <cstdint>
#include <string>
#include <vector>

// Random well-typed rules and data, the same for the same seed. Where SQL can say the same as a rule, the rule comes
// with the query, so that SQLite is a third source beside the two engines.
namespace saiten::test {

// Numbers from a seed; splitmix64.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Next();
  // 0 .. bound-1
  int Below(int bound) { return static_cast<int>(Next() % static_cast<uint64_t>(bound)); }
  bool Chance(int percent) { return Below(100) < percent; }
  template <typename T>
  const T& Pick(const std::vector<T>& items) {
    return items[Below(static_cast<int>(items.size()))];
  }

 private:
  uint64_t state_;
};

// One generated declaration: a segment or a score of the object `contact`.
struct GeneratedRule {
  std::string name;
  std::string text;  // the declaration
  bool is_score = false;
  std::string sql;  // segment: a condition over contacts c (null counts as false); empty: SQL cannot say it
};

// The schema that all generated rules share, as rules text.
std::string GeneratedSchema();

// `count` declarations named p0, p1, ...
std::vector<GeneratedRule> GenerateRules(uint64_t seed, int count);

// A script that makes the tables of the schema and fills them with ordinary, boundary and missing values.
std::string GenerateData(uint64_t seed, int contacts);

// The clock of generated runs: windows and dates lie around it.
inline constexpr const char* kGeneratedNow = "2026-06-30T09:00:00Z";

}  // namespace saiten::test
