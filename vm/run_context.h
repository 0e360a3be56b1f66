#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "compiler/ir/ir.h"
#include "compiler/ir/scalar.h"
#include "runtime/calendar.h"
#include "runtime/dataset.h"
#include "runtime/like.h"
#include "runtime/regex.h"
#include "runtime/results.h"
#include "runtime/zone.h"

namespace saiten::vm {

// Everything of one run that both engines read: the program made ready, the data and the clock. Shared between threads
// and not changed after Create. The program and the data must outlive it.
class RunContext {
 public:
  // `now` in UTC microseconds. `zone` null: the project names none; what needs one then reads UTC (the checker has seen
  // to it that nothing does). kUsage for a regular expression that does not compile.
  static Result<std::unique_ptr<RunContext>> Create(const ir::Program& program, const rt::Dataset& data, int64_t now,
                                                    const rt::Zone* zone);

  // `base` with only some records of `object`, at their own numbers from 0: row i is its row rows[i] (rising). For
  // kernels of the object that read no other of its records, which no way may lead to then. `base` must outlive it.
  static std::unique_ptr<RunContext> Narrow(const RunContext& base, ObjectId object, std::span<const uint32_t> rows,
                                            size_t threads);

  // `base` at another clock. `base` must outlive it.
  static std::unique_ptr<RunContext> At(const RunContext& base, int64_t now);

  const ir::Program& program() const { return *program_; }
  const Catalog& catalog() const { return *program_->catalog; }
  const rt::Dataset& data() const { return *data_; }
  int64_t now() const { return now_; }
  const rt::Zone& zone() const { return *zone_; }
  // In the order of the catalog.
  std::span<const rt::Calendar> calendars() const { return calendars_; }
  const rt::Table& table(ObjectId object) const { return *tables_[object.index()]; }
  // The events of a declaration; of one that stands for any of several: theirs, merged by (time, arrival).
  const rt::EventSeries& series(EventId event) const { return *series_[event.index()]; }
  // By pool number, for a TextStore of each thread.
  std::span<const rt::StringPool* const> pools() const { return pools_; }
  std::span<const rt::LikeMatcher> likes() const { return likes_; }
  std::span<const std::unique_ptr<const rt::RegexMatcher>> regexes() const { return *regexes_; }

  // What scalar operations read, with this thread's texts.
  ir::ScalarContext scalars(rt::TextStore* texts) const;

  // Columns full of unknown for every result of the program, of the width that its range needs.
  rt::Results MakeResults() const;
  // The same columns full of zeros, which mean nothing: for whoever writes every row of every kernel's object. Large
  // ones cost time and memory only where they are written.
  rt::Results MakeRoom() const;

 private:
  RunContext() = default;
  // What `base` has made is not copied: it stays the owner.
  static std::unique_ptr<RunContext> Like(const RunContext& base);
  const rt::EventSeries* Prepare(EventId event);
  rt::Results ResultsOf(rt::Column make(rt::Width, size_t, int64_t)) const;
  const rt::StringPool* PoolOf(const ir::PoolSource& source) const;

  const ir::Program* program_ = nullptr;
  const rt::Dataset* data_ = nullptr;
  int64_t now_ = 0;
  const rt::Zone* zone_ = nullptr;
  std::vector<rt::Calendar> calendars_;
  std::vector<const rt::Table*> tables_;                // by object
  std::vector<const rt::EventSeries*> series_;          // by event; null: not prepared yet
  std::vector<std::unique_ptr<rt::EventSeries>> made_;  // those that the data do not hold
  std::unique_ptr<rt::Table> narrow_;
  std::vector<const rt::StringPool*> pools_;
  std::vector<rt::LikeMatcher> likes_;
  std::shared_ptr<std::vector<std::unique_ptr<const rt::RegexMatcher>>> regexes_;
};

}  // namespace saiten::vm
