#include "store/results/evaluations.h"

#include "base/interrupt.h"
#include "runtime/time_parse.h"
#include "store/changes/own_write.h"
#include "store/own/own_tables.h"

namespace saiten::store {
namespace {

constexpr int64_t kBoundPart = 1;
constexpr int64_t kBandPart = 2;

class EvaluationWriter {
 public:
  explicit EvaluationWriter(Connection& connection) : connection_(connection) {}

  Status Prepare() {
    SAITEN_ASSIGN_OR_RETURN(find_, connection_.Prepare("SELECT evaluation FROM saiten_evaluation WHERE name = ?1 AND "
                                                       "as_of = ?2 AND rules = ?3"));
    SAITEN_ASSIGN_OR_RETURN(clear_, connection_.Prepare("DELETE FROM saiten_evaluation_part WHERE evaluation = ?1"));
    SAITEN_ASSIGN_OR_RETURN(
        insert_, connection_.Prepare("INSERT OR REPLACE INTO saiten_evaluation VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
                                     "?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"));
    SAITEN_ASSIGN_OR_RETURN(
        insert_part_, connection_.Prepare("INSERT INTO saiten_evaluation_part VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
    return {};
  }

  Status Write(const EvaluationRecord& record) {
    const std::string as_of = rt::FormatInstant(record.as_of, *rt::Zone::Utc());
    const std::string written = rt::FormatInstant(record.written, *rt::Zone::Utc());
    find_.Bind(1, std::string_view(record.name));
    find_.Bind(2, std::string_view(as_of));
    find_.Bind(3, std::string_view(record.rules));
    SAITEN_ASSIGN_OR_RETURN(const bool known, find_.Step());
    int64_t number = known ? find_.Int(0) : 0;
    find_.Reset();
    if (known) {
      clear_.Bind(1, number);
      SAITEN_RETURN_IF_ERROR(clear_.Run());
      insert_.Bind(1, number);
    } else {
      insert_.BindNull(1);
    }
    int at = 1;
    for (const std::string* text : std::initializer_list<const std::string*>{
             &record.name, &record.object, &record.score, &as_of, &written, &record.rules, &record.version}) {
      insert_.Bind(++at, std::string_view(*text));
    }
    for (uint64_t count : {record.n, record.positives, record.ordered_pairs_doubled}) {
      insert_.Bind(++at, static_cast<int64_t>(count));
    }
    if (record.lift_of_best_tenth) {
      insert_.BindReal(++at, *record.lift_of_best_tenth);
    } else {
      insert_.BindNull(++at);
    }
    insert_.Bind(++at, int64_t{record.monotone});
    for (uint64_t count : {record.excluded, record.without_date, record.recomputed}) {
      insert_.Bind(++at, static_cast<int64_t>(count));
    }
    SAITEN_RETURN_IF_ERROR(insert_.Run());
    if (!known) number = connection_.last_rowid();
    int64_t place = 0;
    for (const EvaluationPart& part : record.bounds) {
      SAITEN_RETURN_IF_ERROR(WritePart(number, ++place, kBoundPart, part));
    }
    for (const EvaluationPart& part : record.bands) {
      SAITEN_RETURN_IF_ERROR(WritePart(number, ++place, kBandPart, part));
    }
    return {};
  }

 private:
  Status WritePart(int64_t number, int64_t place, int64_t kind, const EvaluationPart& part) {
    insert_part_.Bind(1, number);
    insert_part_.Bind(2, place);
    insert_part_.Bind(3, kind);
    insert_part_.Bind(4, std::string_view(part.band));
    part.from ? insert_part_.Bind(5, *part.from) : insert_part_.BindNull(5);
    insert_part_.Bind(6, static_cast<int64_t>(part.n));
    insert_part_.Bind(7, static_cast<int64_t>(part.positives));
    return insert_part_.Run();
  }

  Connection& connection_;
  Statement find_, clear_, insert_, insert_part_;
};

}  // namespace

Status WriteEvaluations(const std::string& path, std::span<const EvaluationRecord> evaluations, const ReadBase* base,
                        int busy_ms) {
  StopScope scope;
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, OpenMode::kWrite, busy_ms));
  SAITEN_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(connection, Transaction::Kind::kWrite));
  SAITEN_ASSIGN_OR_RETURN(OwnWrite own, OwnWrite::Begin(connection, base));
  SAITEN_RETURN_IF_ERROR(MakeEvaluationTables(connection));
  EvaluationWriter writer(connection);
  SAITEN_RETURN_IF_ERROR(writer.Prepare());
  for (const EvaluationRecord& evaluation : evaluations) SAITEN_RETURN_IF_ERROR(writer.Write(evaluation));
  SAITEN_RETURN_IF_ERROR(own.BeforeCommit());
  SAITEN_RETURN_IF_ERROR(transaction.Commit());
  own.AfterCommit();
  scope.Done();
  return {};
}

}  // namespace saiten::store
