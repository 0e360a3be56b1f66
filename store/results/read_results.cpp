#include "store/results/read_results.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <xxhash.h>

#include "store/messages.h"
#include "store/own/own_tables.h"
#include "store/own/result_layout.h"
#include "store/results/result_ids.h"
#include "store/runs/runs.h"
#include "store/sqlite/source_table.h"

namespace saiten::store {
namespace {

using Column = ObjectLayout::Column;

// Takes ids and values row by row; Finish makes the views.
class Builder {
 public:
  Builder(const ObjectResults& like, bool ids_are_text) : like_(like), ids_are_text_(ids_are_text) {
    size_t columns = like.segments.size();
    for (const ScoreResult& score : like.scores) columns += (score.points != nullptr) + (score.band != nullptr);
    columns_.resize(columns);
  }
  explicit Builder(const ObjectLayout& layout) : own_(std::make_unique<OwnedResults>()), ids_are_text_(true) {
    own_->object = layout.name;
    like_.object = layout.name;
    for (const ObjectLayout::Score& score : layout.scores) {
      ScoreResult result{.name = score.name};
      if (score.points) result.points = &kSome;
      if (score.band) {
        auto labels = std::make_unique<EnumInfo>();
        for (const std::string& name : score.labels) labels->members.push_back({.name = name});
        result.band = &kSome;
        result.labels = labels.get();
        own_->labels.push_back(std::move(labels));
      }
      like_.scores.push_back(std::move(result));
    }
    for (const std::string& name : layout.segments) like_.segments.push_back({.name = name, .members = &kSome});
    columns_.resize(layout.Columns().size());
  }

  void AddId(const Cell& id) {
    if (id.kind == Cell::Kind::kInt) {
      // Where one id is an integer, the source does not keep them as text.
      ids_are_text_ = false;
      texts_.push_back(std::to_string(id.integer));
      ints_.push_back(id.integer);
    } else {
      texts_.emplace_back(id.text);
    }
  }
  void Add(size_t column, int64_t value, bool known) {
    known ? columns_[column].Append(value) : columns_[column].AppendUnknown();
  }

  std::unique_ptr<OwnedResults> Finish() {
    if (!own_) own_ = std::make_unique<OwnedResults>();
    OwnedResults& own = *own_;
    own.object = like_.object;
    own.ids_are_text = ids_are_text_;
    own.keys.is_text = ints_.size() != texts_.size() || texts_.empty();
    if (own.keys.is_text) {
      own.keys.texts = rt::TextArray::Of(texts_);
    } else {
      own.keys.ints = std::move(ints_);
    }
    for (rt::ColumnBuilder& column : columns_) own.columns.push_back(column.Finish());
    own.view = like_;
    own.view.keys = &own.keys;
    own.view.ids_are_text = ids_are_text_;
    size_t at = 0;
    for (ScoreResult& score : own.view.scores) {
      if (score.points != nullptr) score.points = &own.columns[at++];
      if (score.band == nullptr) continue;
      score.band = &own.columns[at++];
      // Of its own: what it was made from may be gone before.
      own.labels.push_back(std::make_unique<EnumInfo>(*score.labels));
      score.labels = own.labels.back().get();
    }
    for (SegmentResult& segment : own.view.segments) segment.members = &own.columns[at++];
    return std::move(own_);
  }

 private:
  static const rt::Column kSome;
  std::unique_ptr<OwnedResults> own_;
  ObjectResults like_;
  bool ids_are_text_;
  std::vector<int64_t> ints_;
  std::vector<std::string> texts_;
  std::vector<rt::ColumnBuilder> columns_;
};
const rt::Column Builder::kSome;

std::vector<const rt::Column*> ColumnsIn(const ObjectResults& results) {
  std::vector<const rt::Column*> columns;
  for (const ScoreResult& score : results.scores) {
    if (score.points != nullptr) columns.push_back(score.points);
    if (score.band != nullptr) columns.push_back(score.band);
  }
  for (const SegmentResult& segment : results.segments) columns.push_back(segment.members);
  return columns;
}

void AddRows(Builder& builder, const ObjectResults& from, const std::vector<uint8_t>* take) {
  const ResultIds ids(*from.keys, from.ids_are_text);
  const auto columns = ColumnsIn(from);
  std::string buffer;
  for (size_t row = 0; row < ids.size(); ++row) {
    if (take != nullptr && (*take)[row] == 0) continue;
    builder.AddId(ids.At(row, &buffer));
    for (size_t i = 0; i < columns.size(); ++i) builder.Add(i, columns[i]->Raw(row), columns[i]->Known(row));
  }
}

Result<std::unique_ptr<OwnedResults>> ReadObject(Connection& connection, const ObjectLayout& layout) {
  Builder builder(layout);
  const std::vector<Column> columns = layout.Columns();
  for (size_t part = 0; part < layout.parts(); ++part) {
    SAITEN_ASSIGN_OR_RETURN(Statement rows,
                            connection.Prepare(fmt::format("SELECT * FROM {} ORDER BY id", layout.Table(part))));
    while (true) {
      SAITEN_ASSIGN_OR_RETURN(const bool more, rows.Step());
      if (!more) break;
      if (part == 0) builder.AddId(ReadCell(rows, 0));
      for (size_t i = 0; i < ColumnsOf(columns, part).size(); ++i) {
        const int at = static_cast<int>(i) + 1;
        builder.Add(part * kColumnsInPart + i, rows.Int(at), sqlite3_column_type(rows.handle(), at) != SQLITE_NULL);
      }
    }
  }
  return builder.Finish();
}

// What WritePart wrote; without a shard if it is none of ours.
RunPart PartFrom(std::string_view text) {
  std::istringstream words{std::string(text)};
  RunPart part;
  words >> part.shard >> std::hex >> part.data >> std::dec;
  if (words.fail()) return {};
  for (int64_t row = 0; words >> row;) part.trap_rows.push_back(row);
  return part;
}

}  // namespace

Result<StoredResults> ReadResults(const std::string& path) {
  StoredResults results;
  SAITEN_ASSIGN_OR_RETURN(const std::vector<RunRecord> runs, ListRuns(path));
  SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(path, OpenMode::kRead));
  SAITEN_ASSIGN_OR_RETURN(const int64_t format, CheckFormat(connection));
  if (runs.empty() || format == 1) return Fail(Failure::kNoResults, {path});
  results.run = runs.back();
  SAITEN_ASSIGN_OR_RETURN(Statement shard, connection.Prepare("SELECT value FROM saiten_meta WHERE key = 'shard'"));
  SAITEN_ASSIGN_OR_RETURN(const bool is_part, shard.Step());
  if (is_part) results.part = PartFrom(shard.Text(0));
  SAITEN_ASSIGN_OR_RETURN(const std::vector<ObjectLayout> layouts, ReadLayouts(connection));
  for (const ObjectLayout& layout : layouts) {
    SAITEN_ASSIGN_OR_RETURN(auto object, ReadObject(connection, layout));
    results.objects.push_back(std::move(object));
  }
  return results;
}

Result<std::vector<std::unique_ptr<OwnedResults>>> Join(const std::vector<StoredResults>& parts) {
  std::vector<std::unique_ptr<OwnedResults>> joined;
  const uint8_t integer_ids = 1;
  for (size_t i = 0; i < parts[0].objects.size(); ++i) {
    const ObjectResults& first = parts[0].objects[i]->view;
    const auto layout = LayoutFor({&first, 1}, {&integer_ids, 1}, {});
    Builder builder(first, true);
    for (const StoredResults& part : parts) {
      if (part.objects.size() != parts[0].objects.size() ||
          LayoutFor({&part.objects[i]->view, 1}, {&integer_ids, 1}, {}) != layout) {
        return Fail(Failure::kOtherShape, {first.object});
      }
      AddRows(builder, part.objects[i]->view, nullptr);
    }
    joined.push_back(builder.Finish());
  }
  return joined;
}

std::unique_ptr<OwnedResults> Take(const ObjectResults& results, const std::vector<uint8_t>& take) {
  Builder builder(results, results.ids_are_text);
  AddRows(builder, results, &take);
  return builder.Finish();
}

uint32_t ShardOf(std::string_view key, uint32_t shards) {
  return static_cast<uint32_t>(XXH3_64bits(key.data(), key.size()) % shards);
}

}  // namespace saiten::store
