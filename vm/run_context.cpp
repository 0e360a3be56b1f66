#include "vm/run_context.h"

#include "base/check.h"
#include "compiler/ir/ranges.h"
#include "vm/merge_events.h"

namespace saiten::vm {

Result<std::unique_ptr<RunContext>> RunContext::Create(const ir::Program& program, const rt::Dataset& data, int64_t now,
                                                       const rt::Zone* zone) {
  std::unique_ptr<RunContext> context(new RunContext());
  context->program_ = &program;
  context->data_ = &data;
  context->now_ = now;
  context->zone_ = zone ? zone : rt::Zone::Utc();
  for (const CalendarInfo& calendar : program.catalog->calendars) context->calendars_.push_back(calendar.calendar);
  for (const rt::Table& table : data.tables) context->tables_.push_back(&table);
  context->series_.resize(program.catalog->events.size());
  for (size_t event = 0; event < program.catalog->events.size(); ++event) context->Prepare(EventId(event));
  for (const ir::PoolSource& source : program.pools) context->pools_.push_back(context->PoolOf(source));
  for (const std::string& pattern : program.like_patterns) context->likes_.emplace_back(pattern);
  context->regexes_ = std::make_shared<std::vector<std::unique_ptr<const rt::RegexMatcher>>>();
  for (const std::string& pattern : program.regexes) {
    SAITEN_ASSIGN_OR_RETURN(auto matcher, rt::RegexMatcher::Compile(pattern));
    context->regexes_->push_back(std::move(matcher));
  }
  return context;
}

std::unique_ptr<RunContext> RunContext::Like(const RunContext& base) {
  std::unique_ptr<RunContext> context(new RunContext());
  context->program_ = base.program_;
  context->data_ = base.data_;
  context->now_ = base.now_;
  context->zone_ = base.zone_;
  context->calendars_ = base.calendars_;
  context->tables_ = base.tables_;
  context->series_ = base.series_;
  context->pools_ = base.pools_;
  context->likes_ = base.likes_;
  context->regexes_ = base.regexes_;
  return context;
}

std::unique_ptr<RunContext> RunContext::At(const RunContext& base, int64_t now) {
  std::unique_ptr<RunContext> context = Like(base);
  context->now_ = now;
  return context;
}

const rt::StringPool* RunContext::PoolOf(const ir::PoolSource& source) const {
  if (source.kind == ir::PoolSource::Kind::kLiterals) return &program_->literals;
  const bool of_record = source.kind == ir::PoolSource::Kind::kProperty;
  const auto& pools = of_record ? data_->tables[source.owner].pools : series(EventId(source.owner)).pools;
  // A column that the optimiser made superfluous is not loaded, and has no texts.
  return source.column < pools.size() ? pools[source.column].get() : nullptr;
}

const rt::EventSeries* RunContext::Prepare(EventId event) {
  const rt::EventSeries*& series = series_[event.index()];
  if (series) return series;
  series = &data_->events[event.index()];
  const EventInfo& info = catalog()[event];
  if (info.any_of.empty() || !series->offsets.empty()) return series;
  std::vector<EventPart> parts;
  for (EventId part : info.any_of) {
    const rt::EventSeries* loaded = Prepare(part);
    if (!loaded->offsets.empty()) parts.push_back({&catalog()[part], loaded});
  }
  if (parts.empty()) return series;
  made_.push_back(std::make_unique<rt::EventSeries>(MergeEvents(info, parts)));
  series_[event.index()] = made_.back().get();
  return made_.back().get();
}

ir::ScalarContext RunContext::scalars(rt::TextStore* texts) const {
  return {.call = {.zone = zone_, .calendars = calendars_, .now = now_, .texts = texts},
          .program = program_,
          .likes = likes_,
          .regexes = *regexes_};
}

rt::Results RunContext::MakeResults() const { return ResultsOf(rt::Column::Unknowns); }
rt::Results RunContext::MakeRoom() const { return ResultsOf(rt::Column::Zeros); }

rt::Results RunContext::ResultsOf(rt::Column make(rt::Width, size_t, int64_t)) const {
  rt::Results results;
  results.columns.resize(program_->results.size());
  for (size_t object = 0; object < results.columns.size(); ++object) {
    for (const ir::ResultColumn& column : program_->results[object]) {
      results.columns[object].push_back(make(ir::WidthOf(column), tables_[object]->size, column.unit));
    }
  }
  return results;
}

}  // namespace saiten::vm
