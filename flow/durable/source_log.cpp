#include "flow/durable/source_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "store/load/value_reader.h"
#include "store/sqlite/source_table.h"

namespace saiten::flow {
namespace {

using store::Reading;
using store::Statement;
using store::ValueReader;

constexpr int64_t kMillisecondsOfSecond = 1'000;
constexpr int64_t kMicrosecondsOfSecond = 1'000'000;

int64_t CutToSecond(int64_t milliseconds) {
  const int64_t rest = milliseconds % kMillisecondsOfSecond;
  const int64_t seconds = milliseconds / kMillisecondsOfSecond - (rest < 0 ? 1 : 0);
  // Whatever somebody wrote there, it is a time.
  constexpr int64_t kFar = INT64_MAX / kMicrosecondsOfSecond / 2;
  return std::clamp(seconds, -kFar, kFar) * kMicrosecondsOfSecond;
}

// A column of the log that is read as a property.
struct Followed {
  uint32_t property = 0;
  int column = 0;  // of the statement
  bool wanted = false;
  ValueReader reader;
};

// The rows of one log, as records of one object.
class Rows {
 public:
  Rows(KeptValues& values, ObjectId object, const store::ValueLog& log, const std::vector<uint32_t>& wanted,
       const rt::Zone* zone)
      : values_(values), object_(object) {
    const Catalog& catalog = values.catalog();
    const auto& properties = catalog[object].properties;
    for (uint32_t i = 0; i < properties.size(); ++i) {
      const PropertyInfo& property = properties[i];
      const bool is_wanted = std::ranges::find(wanted, i) != wanted.end();
      const bool of_source = !property.is_many && property.previous_band_of.empty();
      const bool required = of_source && !property.is_key && !property.type.optional;
      if (!of_source || (!is_wanted && !required && !property.is_key)) continue;
      const auto column = std::ranges::find_if(
          log.columns, [&](const std::string& name) { return store::SameName(name, property.column); });
      if (column == log.columns.end()) continue;
      const int at = kFirst + static_cast<int>(column - log.columns.begin());
      if (property.is_key) {
        key_.emplace(catalog, property, zone);
        key_column_ = at;
      } else {
        followed_.push_back({i, at, is_wanted, ValueReader(catalog, property, zone)});
      }
    }
  }

  bool has_key() const { return key_.has_value(); }

  LoggedRecord Take(const Statement& row, size_t log) {
    LoggedRecord record{.place = {log, row.Int(0), row.Int(1)}, .kind = static_cast<store::ValueKind>(row.Int(3))};
    record.instant = CutToSecond(row.Int(2));
    record.key = KeyOf(key_->Read(ReadCell(row, key_column_)));
    record.row = values_.RowOf(object_, record.key);
    if (!record.is_there()) return record;
    for (Followed& one : followed_) {
      const PropertyInfo& property = values_.catalog()[object_].properties[one.property];
      Value value = values_.ValueOf(property.type, one.reader.Read(ReadCell(row, one.column)));
      if (!value.known && !property.type.optional) {
        // Such a record is left out of the data; here it stays as it was.
        record.values.clear();
        record.key = {};
        record.row = KeptValues::kNone;
        return record;
      }
      if (one.wanted) record.values.emplace_back(one.property, std::move(value));
    }
    return record;
  }

  static constexpr int kFirst = 4;

 private:
  static Kept KeyOf(const Reading& key) {
    if (key.kind == Reading::Kind::kValue) return key.value;
    if (key.kind == Reading::Kind::kText) return std::string(key.text);
    return {};
  }

  KeptValues& values_;
  ObjectId object_;
  std::optional<ValueReader> key_;
  int key_column_ = 0;
  std::vector<Followed> followed_;
};

std::string ColumnsOf(const store::ValueLog& log) {
  std::string columns =
      fmt::format("{}, {}, {}, {}", store::kValueNumber, store::kValueToken, store::kValueTime, store::kValueKind);
  for (const std::string& column : log.columns) columns += ", " + store::QuoteName(column);
  return columns;
}

}  // namespace

saiten::Status SourceLog::Read(ObjectId object, const std::vector<uint32_t>& properties, const Visit& visit) {
  for (size_t i = 0; i < logs_.size(); ++i) {
    const store::ValueLog& log = logs_[i];
    if (!store::SameName(log.source, values_.catalog()[object].table)) continue;
    Rows rows(values_, object, log, properties, zone_);
    if (!rows.has_key()) continue;
    SAITEN_ASSIGN_OR_RETURN(Statement read,
                            connection_.Prepare(fmt::format("SELECT {0} FROM {1} WHERE {2} <= ?1 ORDER BY {2}",
                                                            ColumnsOf(log), log.Name(), store::kValueNumber)));
    read.Bind(1, log.last);
    while (true) {
      SAITEN_ASSIGN_OR_RETURN(const bool more, read.Step());
      if (!more) break;
      visit(rows.Take(read, i));
    }
  }
  return {};
}

saiten::Status SourceLog::Drop(const LogPlace& place) {
  if (drop_.size() < logs_.size()) drop_.resize(logs_.size());
  Statement& drop = drop_[place.log];
  if (drop.handle() == nullptr) {
    SAITEN_ASSIGN_OR_RETURN(
        drop, connection_.Prepare(fmt::format("DELETE FROM {} WHERE {} = ?1 AND {} = ?2", logs_[place.log].Name(),
                                              store::kValueNumber, store::kValueToken)));
  }
  drop.Bind(1, place.number);
  drop.Bind(2, place.token);
  return drop.Run();
}

saiten::Status SourceLog::DropAll() {
  for (const store::ValueLog& log : logs_) {
    SAITEN_ASSIGN_OR_RETURN(Statement drop, connection_.Prepare(fmt::format("DELETE FROM {} WHERE {} <= ?1", log.Name(),
                                                                            store::kValueNumber)));
    drop.Bind(1, log.last);
    SAITEN_RETURN_IF_ERROR(drop.Run());
  }
  return {};
}

}  // namespace saiten::flow
