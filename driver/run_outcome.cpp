#include "driver/run_outcome.h"

#include <bit>

#include "base/bytes.h"
#include "store/changes/own_write.h"

namespace saiten::driver {
namespace {

// The same description for both directions.
class Writer {
 public:
  static constexpr bool kReads = false;
  void operator()(const uint64_t& number) { out_.Number(number); }
  void operator()(const int64_t& number) { out_.Signed(number); }
  void operator()(const bool& flag) { out_.Number(flag ? 1 : 0); }
  void operator()(const double& number) { out_.Number(std::bit_cast<uint64_t>(number)); }
  void operator()(const std::string& text) { out_.Text(text); }
  template <typename Items, typename Visit>
  void Each(const Items& items, Visit visit) {
    out_.Number(items.size());
    for (const auto& item : items) visit(item);
  }
  std::string Take() const { return std::string(out_.bytes()); }

 private:
  ByteWriter out_;
};

class Reader {
 public:
  static constexpr bool kReads = true;
  explicit Reader(std::string_view bytes) : in_(bytes) {}
  void operator()(uint64_t& number) { number = in_.Number(); }
  void operator()(int64_t& number) { number = in_.Signed(); }
  void operator()(bool& flag) { flag = in_.Number() != 0; }
  void operator()(double& number) { number = std::bit_cast<double>(in_.Number()); }
  void operator()(std::string& text) { text = in_.Text(); }
  template <typename Items, typename Visit>
  void Each(Items& items, Visit visit) {
    items.resize(in_.Count());
    for (auto& item : items) visit(item);
  }
  bool ok() const { return in_.ok() && in_.at_end(); }

 private:
  ByteReader in_;
};

template <typename Archive, typename Summary>
void VisitSummary(Archive& archive, Summary& summary) {
  archive.Each(summary.scores, [&](auto& score) {
    archive(score.object);
    archive(score.name);
    archive(score.is_grid);
    archive(score.n);
    archive(score.min);
    archive(score.max);
    archive(score.mean);
    archive.Each(score.bands, [&](auto& band) {
      archive(band.name);
      archive(band.n);
    });
    archive(score.bar);
    archive.Each(score.bars, [&](auto& bar) {
      archive(bar.from);
      archive(bar.n);
    });
  });
  archive.Each(summary.segments, [&](auto& segment) {
    archive(segment.object);
    archive(segment.name);
    archive(segment.members);
  });
}

template <typename Archive, typename Read>
void VisitRead(Archive& archive, Read& read) {
  archive.Each(read.objects, [&](auto& object) {
    archive(object.rows);
    archive(object.quarantined);
    archive(object.ids_are_text);
  });
  archive.Each(read.data.tables, [&](auto& table) {
    uint64_t size = table.size;
    archive(size);
    if constexpr (Archive::kReads) table.size = size;
  });
  archive.Each(read.events, [&](auto& event) {
    for (auto* number :
         {&event.rows, &event.kept, &event.duplicates, &event.without_record, &event.quarantined, &event.future}) {
      archive(*number);
    }
  });
}

template <typename Archive, typename Outcome>
void Visit(Archive& archive, Outcome& outcome) {
  archive(outcome.database);
  archive(outcome.base);
  bool changes = outcome.next_change.has_value();
  int64_t next_change = outcome.next_change.value_or(0);
  archive(changes);
  archive(next_change);
  if constexpr (Archive::kReads) {
    if (changes) outcome.next_change = next_change;
  }
  archive(outcome.traps);
  archive(outcome.scores);
  archive(outcome.members);
  VisitRead(archive, outcome.read);
  VisitSummary(archive, outcome.summary);
}

// Groups are made by their owner only; where their rows stand nobody asks any more.
void SaveErrors(Writer& out, const store::DataErrors& errors) {
  out.Each(errors.groups(), [&](const store::DataErrorGroup& group) {
    out(static_cast<uint64_t>(group.kind));
    out(group.subject);
    out(group.property);
    out(group.count);
    out(group.leaves_out);
    out.Each(group.examples, [&](const auto& example) {
      out(example.key);
      out(example.value);
    });
  });
}

void ReadErrors(Reader& in, store::DataErrors& errors) {
  std::vector<uint8_t> groups;
  in.Each(groups, [&](uint8_t) {
    uint64_t kind = 0;
    std::string subject, property;
    in(kind);
    in(subject);
    in(property);
    store::DataErrorGroup& group = errors.Group(static_cast<store::DataErrorKind>(kind), subject, property);
    in(group.count);
    in(group.leaves_out);
    in.Each(group.examples, [&](auto& example) {
      in(example.key);
      in(example.value);
    });
  });
}

}  // namespace

RunOutcome OutcomeOf(const Loaded& loaded, const store::RunRecord& record, const store::RunSummary& summary,
                     std::optional<int64_t> next_change) {
  RunOutcome outcome{.base = loaded.load.base.state.Encode(),
                     .next_change = next_change,
                     .traps = record.traps,
                     .scores = record.scores,
                     .members = record.members,
                     .errors = loaded.errors,
                     .summary = summary};
  const auto seen = store::SeenDatabase::Read(loaded.db);
  if (seen && seen->state == store::SeenDatabase::IdOf(loaded.load.base.state)) outcome.database = seen->fingerprint;
  for (const auto& object : loaded.data.objects) {
    outcome.read.objects.push_back(
        {.rows = object.rows, .quarantined = object.quarantined, .ids_are_text = object.ids_are_text});
  }
  for (const rt::Table& table : loaded.data.data.tables) outcome.read.data.tables.emplace_back().size = table.size;
  for (const auto& event : loaded.data.events) {
    auto& kept = outcome.read.events.emplace_back(event);
    kept.rowids = {};
  }
  return outcome;
}

std::string Encode(const RunOutcome& outcome) {
  Writer writer;
  Visit(writer, outcome);
  SaveErrors(writer, outcome.errors);
  return writer.Take();
}

std::optional<RunOutcome> DecodeOutcome(std::string_view bytes) {
  Reader reader(bytes);
  RunOutcome outcome;
  Visit(reader, outcome);
  ReadErrors(reader, outcome.errors);
  if (!reader.ok()) return std::nullopt;
  return outcome;
}

}  // namespace saiten::driver
