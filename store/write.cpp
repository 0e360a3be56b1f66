#include "store/write.h"

#include <charconv>

#include "base/interrupt.h"
#include "runtime/time_parse.h"
#include "store/own_tables.h"

namespace saiten::store {
namespace {

constexpr size_t kExamplesKept = 20;

class ResultWriter {
 public:
  ResultWriter(Connection& connection, const WriteOptions& options) : connection_(connection), options_(options) {}

  Status Write(std::span<const ObjectResults> results, RunRecord& run) {
    SAITEN_RETURN_IF_ERROR(connection_.Run(
        "DELETE FROM saiten_result; DELETE FROM saiten_member; DELETE FROM saiten_label; DELETE FROM saiten_score;"
        "DELETE FROM saiten_segment; DELETE FROM saiten_object;"));
    SAITEN_RETURN_IF_ERROR(Prepare());
    for (size_t i = 0; i < results.size(); ++i) {
      object_ = static_cast<int64_t>(i) + 1;
      SAITEN_RETURN_IF_ERROR(WriteObject(results[i]));
    }
    SAITEN_RETURN_IF_ERROR(Insert(drop_records_, object_ + 1));
    run.scores = score_rows_;
    run.members = member_rows_;
    return {};
  }

 private:
  Status Prepare() {
    SAITEN_ASSIGN_OR_RETURN(object_insert_, connection_.Prepare("INSERT INTO saiten_object VALUES(?1, ?2)"));
    SAITEN_ASSIGN_OR_RETURN(records_,
                            connection_.Prepare("SELECT id FROM saiten_record WHERE object = ?1 ORDER BY row"));
    SAITEN_ASSIGN_OR_RETURN(clear_records_, connection_.Prepare("DELETE FROM saiten_record WHERE object = ?1"));
    SAITEN_ASSIGN_OR_RETURN(drop_records_, connection_.Prepare("DELETE FROM saiten_record WHERE object >= ?1"));
    SAITEN_ASSIGN_OR_RETURN(record_insert_, connection_.Prepare("INSERT INTO saiten_record VALUES(?1, ?2, ?3)"));
    SAITEN_ASSIGN_OR_RETURN(score_insert_, connection_.Prepare("INSERT INTO saiten_score VALUES(?1, ?2, ?3)"));
    SAITEN_ASSIGN_OR_RETURN(label_insert_, connection_.Prepare("INSERT INTO saiten_label VALUES(?1, ?2, ?3)"));
    SAITEN_ASSIGN_OR_RETURN(result_insert_, connection_.Prepare("INSERT INTO saiten_result VALUES(?1, ?2, ?3, ?4)"));
    SAITEN_ASSIGN_OR_RETURN(segment_insert_, connection_.Prepare("INSERT INTO saiten_segment VALUES(?1, ?2, ?3)"));
    SAITEN_ASSIGN_OR_RETURN(member_insert_, connection_.Prepare("INSERT INTO saiten_member VALUES(?1, ?2)"));
    return {};
  }

  template <typename... Values>
  static Status Insert(Statement& statement, Values... values) {
    int at = 0;
    (statement.Bind(++at, values), ...);
    return statement.Run();
  }

  void Tick() {
    if (++rows_ % 100'000 == 0 && options_.progress) options_.progress(rows_);
  }

  Status WriteObject(const ObjectResults& object) {
    SAITEN_RETURN_IF_ERROR(Insert(object_insert_, object_, std::string_view(object.object)));
    SAITEN_ASSIGN_OR_RETURN(const bool same, HasSameRecords(object));
    if (!same) SAITEN_RETURN_IF_ERROR(WriteRecords(object));
    for (const ScoreResult& score : object.scores) SAITEN_RETURN_IF_ERROR(WriteScore(score, object.keys->size()));
    for (const SegmentResult& segment : object.segments) SAITEN_RETURN_IF_ERROR(WriteSegment(segment));
    return {};
  }

  // From one night to the next most records are the same; comparing them is several times faster than writing them.
  Result<bool> HasSameRecords(const ObjectResults& object) {
    records_.Bind(1, object_);
    for (size_t row = 0; row < object.keys->size(); ++row) {
      SAITEN_ASSIGN_OR_RETURN(const bool more, records_.Step());
      if (!more || !IsSameId(object, row)) {
        records_.Reset();
        return false;
      }
    }
    SAITEN_ASSIGN_OR_RETURN(const bool more, records_.Step());
    records_.Reset();
    return !more;
  }

  bool IsSameId(const ObjectResults& object, size_t row) {
    const bool is_int = sqlite3_column_type(records_.handle(), 0) == SQLITE_INTEGER;
    int64_t number = 0;
    const bool as_int = WritesInt(object, row, &number);
    if (is_int != as_int) return false;
    return is_int ? records_.Int(0) == number : records_.Text(0) == object.keys->Spell(row);
  }

  // Ids are written in the form that the source has (sem SC1b), whatever type the rules read them as.
  static bool WritesInt(const ObjectResults& object, size_t row, int64_t* number) {
    if (object.ids_are_text) return false;
    if (!object.keys->is_text) {
      *number = object.keys->ints[row];
      return true;
    }
    const std::string_view text = object.keys->texts[row];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
    return error == std::errc() && end == text.data() + text.size();
  }

  Status WriteRecords(const ObjectResults& object) {
    SAITEN_RETURN_IF_ERROR(Insert(clear_records_, object_));
    std::string spelled;
    for (size_t row = 0; row < object.keys->size(); ++row) {
      Tick();
      record_insert_.Bind(1, object_);
      record_insert_.Bind(2, static_cast<int64_t>(row));
      if (int64_t number = 0; WritesInt(object, row, &number)) {
        record_insert_.Bind(3, number);
      } else {
        spelled = object.keys->Spell(row);
        record_insert_.Bind(3, std::string_view(spelled));
      }
      SAITEN_RETURN_IF_ERROR(record_insert_.Run());
    }
    return {};
  }

  Status WriteScore(const ScoreResult& score, size_t records) {
    const int64_t number = ++score_;
    SAITEN_RETURN_IF_ERROR(Insert(score_insert_, number, std::string_view(score.name), object_));
    for (size_t i = 0; score.band != nullptr && i < score.labels->members.size(); ++i) {
      SAITEN_RETURN_IF_ERROR(
          Insert(label_insert_, number, static_cast<int64_t>(i), std::string_view(score.labels->members[i].name)));
    }
    result_insert_.Bind(1, number);
    for (size_t row = 0; row < records; ++row) {
      Tick();
      result_insert_.Bind(2, static_cast<int64_t>(row));
      BindOrNull(3, score.points, row);
      BindOrNull(4, score.band, row);
      SAITEN_RETURN_IF_ERROR(result_insert_.Run());
    }
    score_rows_ += records;
    return {};
  }

  void BindOrNull(int at, const rt::Column* column, size_t row) {
    if (column != nullptr && column->Known(row)) {
      result_insert_.Bind(at, column->Raw(row));
    } else {
      result_insert_.BindNull(at);
    }
  }

  Status WriteSegment(const SegmentResult& segment) {
    const int64_t number = ++segment_;
    SAITEN_RETURN_IF_ERROR(Insert(segment_insert_, number, std::string_view(segment.name), object_));
    for (size_t row = 0; row < segment.members->size(); ++row) {
      if (segment.members->Raw(row) != 1) continue;
      Tick();
      ++member_rows_;
      SAITEN_RETURN_IF_ERROR(Insert(member_insert_, number, static_cast<int64_t>(row)));
    }
    return {};
  }

  Connection& connection_;
  const WriteOptions& options_;
  Statement object_insert_, records_, clear_records_, drop_records_, record_insert_, score_insert_, label_insert_,
      result_insert_, segment_insert_, member_insert_;
  int64_t object_ = 0;
  int64_t score_ = 0;
  int64_t segment_ = 0;
  uint64_t rows_ = 0;
  uint64_t score_rows_ = 0;
  uint64_t member_rows_ = 0;
};

Status WriteDataErrors(Connection& connection, int64_t run, const DataErrors& errors) {
  SAITEN_ASSIGN_OR_RETURN(Statement group_insert,
                          connection.Prepare("INSERT INTO saiten_data_error VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
  SAITEN_ASSIGN_OR_RETURN(Statement example_insert,
                          connection.Prepare("INSERT INTO saiten_data_error_example VALUES(?1, ?2, ?3, ?4, ?5)"));
  int64_t place = 0;
  for (const DataErrorGroup& group : errors.groups()) {
    group_insert.Bind(1, run);
    group_insert.Bind(2, ++place);
    group_insert.Bind(3, static_cast<int64_t>(group.kind));
    group_insert.Bind(4, std::string_view(group.subject));
    group_insert.Bind(5, std::string_view(group.property));
    group_insert.Bind(6, NameOf(group.kind));
    group_insert.Bind(7, static_cast<int64_t>(group.count));
    SAITEN_RETURN_IF_ERROR(group_insert.Run());
    for (size_t i = 0; i < std::min(group.examples.size(), kExamplesKept); ++i) {
      example_insert.Bind(1, run);
      example_insert.Bind(2, place);
      example_insert.Bind(3, static_cast<int64_t>(i));
      example_insert.Bind(4, std::string_view(group.examples[i].key));
      example_insert.Bind(5, std::string_view(group.examples[i].value));
      SAITEN_RETURN_IF_ERROR(example_insert.Run());
    }
  }
  return {};
}

Status WriteRun(Connection& connection, RunRecord& run) {
  SAITEN_ASSIGN_OR_RETURN(
      Statement insert,
      connection.Prepare("INSERT INTO saiten_run VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
                         "?11, ?12, ?13, ?14, ?15, ?16)"));
  const std::string started = rt::FormatInstant(run.started, *rt::Zone::Utc());
  const std::string finished = rt::FormatInstant(run.finished, *rt::Zone::Utc());
  const std::string as_of = rt::FormatInstant(run.as_of, *rt::Zone::Utc());
  int at = 0;
  for (const std::string* text :
       std::initializer_list<const std::string*>{&started, &finished, &as_of, &run.rules, &run.version, &run.engine,
                                                 &run.zone, &run.zone_data, &run.unicode}) {
    insert.Bind(++at, std::string_view(*text));
  }
  for (uint64_t count :
       {run.records, run.events, run.scores, run.members, run.data_errors, run.quarantined, run.traps}) {
    insert.Bind(++at, static_cast<int64_t>(count));
  }
  SAITEN_RETURN_IF_ERROR(insert.Run());
  run.run = connection.last_rowid();
  return {};
}

}  // namespace

Result<RunRecord> WriteResults(const std::string& path, RunRecord run, std::span<const ObjectResults> results,
                               const DataErrors& errors, const WriteOptions& options) {
  StopScope scope;
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, OpenMode::kWrite, options.busy_ms));
  // Enough for the pages that one score touches; the rest goes to the file early, safe behind the journal.
  SAITEN_RETURN_IF_ERROR(connection.Run("PRAGMA cache_size = -65536"));
  SAITEN_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(connection, Transaction::Kind::kWrite));
  SAITEN_RETURN_IF_ERROR(MakeOwnTables(connection));
  SAITEN_RETURN_IF_ERROR(ResultWriter(connection, options).Write(results, run));
  run.data_errors = errors.total();
  SAITEN_RETURN_IF_ERROR(WriteRun(connection, run));
  SAITEN_RETURN_IF_ERROR(WriteDataErrors(connection, run.run, errors));
  SAITEN_RETURN_IF_ERROR(transaction.Commit());
  scope.Done();
  return run;
}

Status CanWriteResults(const std::string& path) {
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, OpenMode::kRead));
  return CheckOwnTables(connection);
}

}  // namespace saiten::store
