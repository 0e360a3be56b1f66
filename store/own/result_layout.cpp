#include "store/own/result_layout.h"

#include <algorithm>

#include <fmt/format.h>

#include "store/messages.h"
#include "store/own/own_tables.h"
#include "store/sqlite/source_table.h"

namespace saiten::store {
namespace {

using Column = ObjectLayout::Column;

// SQLite takes 500 SELECTs in one UNION.
constexpr size_t kArmsInGroup = 100;

std::string QuoteText(std::string_view text) {
  std::string quoted = "'";
  for (char c : text) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted + '\'';
}

std::string Union(const std::vector<std::string>& arms, std::string_view columns) {
  if (arms.empty()) return fmt::format("SELECT {} WHERE 0", columns);
  if (arms.size() <= kArmsInGroup) return fmt::format("{}", fmt::join(arms, "\n  UNION ALL "));
  std::vector<std::string> groups;
  for (size_t at = 0; at < arms.size(); at += kArmsInGroup) {
    const size_t end = std::min(at + kArmsInGroup, arms.size());
    const std::vector<std::string> group(arms.begin() + static_cast<ptrdiff_t>(at),
                                         arms.begin() + static_cast<ptrdiff_t>(end));
    groups.push_back("SELECT * FROM (" + Union(group, columns) + ")");
  }
  return Union(groups, columns);
}

size_t PartOf(std::span<const Column> columns, Column::Kind kind, size_t index) {
  const auto found = std::ranges::find_if(columns, [&](const Column& c) { return c.kind == kind && c.index == index; });
  SAITEN_CHECK(found != columns.end());
  return static_cast<size_t>(found - columns.begin()) / kColumnsInPart;
}

// The points of a score and its band may stand on both sides of a cut.
std::string ScoreArm(const ObjectLayout& layout, std::span<const Column> columns, size_t index) {
  const ObjectLayout::Score& score = layout.scores[index];
  const std::string points = Column{Column::Kind::kPoints, index}.name();
  const std::string band = Column{Column::Kind::kBand, index}.name();
  std::string names = "NULL";
  if (score.band && !score.labels.empty()) {
    names = "CASE " + band;
    for (size_t i = 0; i < score.labels.size(); ++i) {
      names += fmt::format(" WHEN {} THEN {}", i, QuoteText(score.labels[i]));
    }
    names += " END";
  }
  const size_t first = PartOf(columns, score.points ? Column::Kind::kPoints : Column::Kind::kBand, index);
  const size_t last = PartOf(columns, score.band ? Column::Kind::kBand : Column::Kind::kPoints, index);
  return fmt::format(
      "SELECT {}, {}.id, {}, {}, {} FROM {}{}", QuoteText(layout.name), layout.Table(first), QuoteText(score.name),
      score.points ? fmt::format("CASE WHEN {0} % 1000 = 0 THEN {0} / 1000 ELSE {0} / 1000.0 END", points) : "NULL",
      names, layout.Table(first), first == last ? "" : fmt::format(" JOIN {} USING (id)", layout.Table(last)));
}

struct ResultView {
  std::string_view name, columns;
  std::vector<std::string> arms;
  size_t width;
};

std::string Sql(const ResultView& view) {
  std::string nulls = "NULL";
  for (size_t i = 1; i < view.width; ++i) nulls += ", NULL";
  return fmt::format("CREATE VIEW {}({}) AS {}\n  {}", view.name, view.columns, kViewMark, Union(view.arms, nulls));
}

std::vector<ResultView> ViewsOf(std::span<const ObjectLayout> layouts) {
  ResultView scores{"saiten_scores", "object, id, score, points, band", {}, 5};
  ResultView members{"saiten_members", "segment, object, id", {}, 3};
  for (const ObjectLayout& layout : layouts) {
    const std::vector<Column> columns = layout.Columns();
    for (size_t i = 0; i < layout.scores.size(); ++i) scores.arms.push_back(ScoreArm(layout, columns, i));
    for (size_t i = 0; i < layout.segments.size(); ++i) {
      members.arms.push_back(fmt::format(
          "SELECT {}, {}, id FROM {} WHERE {} = 1", QuoteText(layout.segments[i]), QuoteText(layout.name),
          layout.Table(PartOf(columns, Column::Kind::kMember, i)), Column{Column::Kind::kMember, i}.name()));
    }
  }
  return {std::move(scores), std::move(members)};
}

std::vector<std::string> NamesIn(const ObjectLayout& layout, size_t part) {
  const std::vector<Column> all = layout.Columns();
  std::vector<std::string> names{"id"};
  for (const Column& column : ColumnsOf(all, part)) names.push_back(column.name());
  return names;
}

// Tables that carry the name of a table of results without being one, or whose columns are others.
Status CheckTables(Connection& connection, std::span<const ObjectLayout> layouts) {
  SAITEN_ASSIGN_OR_RETURN(
      Statement read, connection.Prepare("SELECT type, name FROM sqlite_master WHERE name LIKE 'saiten\\_result\\_%' "
                                         "ESCAPE '\\' OR name LIKE 'saiten\\_new\\_%' ESCAPE '\\'"));
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return {};
    const std::string type(read.Text(0));
    const std::string name(read.Text(1));
    const ObjectLayout* owner = nullptr;
    size_t part = 0;
    for (const ObjectLayout& layout : layouts) {
      for (size_t p = 0; p < layout.parts(); ++p) {
        if (sqlite3_stricmp(layout.Table(p).c_str(), name.c_str()) == 0) owner = &layout, part = p;
      }
    }
    if (owner == nullptr || type != "table") {
      return Fail(Failure::kNameTaken, {connection.path(), name,
                                        Say(type == "view"    ? Words::kAView
                                            : type == "index" ? Words::kAnIndex
                                                              : Words::kATable)});
    }
    SAITEN_ASSIGN_OR_RETURN(const auto table, InspectTable(connection, name));
    std::vector<std::string> has;
    if (table) {
      for (const SourceColumn& column : table->columns) has.push_back(column.name);
    }
    const std::vector<std::string> wanted = NamesIn(*owner, part);
    if (has != wanted) {
      return Fail(Failure::kOtherOwnTable, {connection.path(), name, fmt::format("{}", fmt::join(has, ", ")),
                                            fmt::format("{}", fmt::join(wanted, ", "))});
    }
  }
}

}  // namespace

std::string Column::name() const {
  const char letter = kind == Kind::kPoints ? 'p' : kind == Kind::kBand ? 'b' : 'm';
  return letter + std::to_string(index + 1);
}

std::vector<Column> ObjectLayout::Columns() const {
  std::vector<Column> columns;
  for (size_t i = 0; i < scores.size(); ++i) {
    if (scores[i].points) columns.push_back({Column::Kind::kPoints, i});
    if (scores[i].band) columns.push_back({Column::Kind::kBand, i});
  }
  for (size_t i = 0; i < segments.size(); ++i) columns.push_back({Column::Kind::kMember, i});
  return columns;
}

size_t ObjectLayout::parts() const { return (Columns().size() + kColumnsInPart - 1) / kColumnsInPart; }

std::string ObjectLayout::Table(size_t part) const { return fmt::format("saiten_result_{}_{}", object, part + 1); }

std::span<const Column> ColumnsOf(std::span<const Column> all, size_t part) {
  const size_t begin = part * kColumnsInPart;
  return all.subspan(begin, std::min(kColumnsInPart, all.size() - begin));
}

std::vector<ObjectLayout> LayoutFor(std::span<const ObjectResults> results, std::span<const uint8_t> integer_ids,
                                    std::span<const ObjectLayout> old) {
  int64_t last = 0;
  for (const ObjectLayout& layout : old) last = std::max(last, layout.object);
  std::vector<ObjectLayout> layouts;
  for (size_t i = 0; i < results.size(); ++i) {
    const auto before = std::ranges::find(old, results[i].object, &ObjectLayout::name);
    ObjectLayout layout{.object = before == old.end() ? ++last : before->object,
                        .name = results[i].object,
                        .integer_ids = integer_ids[i] != 0};
    for (const ScoreResult& score : results[i].scores) {
      ObjectLayout::Score column{.name = score.name, .points = score.points != nullptr, .band = score.band != nullptr};
      if (column.band) {
        for (const EnumMember& member : score.labels->members) column.labels.push_back(member.name);
      }
      layout.scores.push_back(std::move(column));
    }
    for (const SegmentResult& segment : results[i].segments) layout.segments.push_back(segment.name);
    layouts.push_back(std::move(layout));
  }
  return layouts;
}

Result<std::vector<ObjectLayout>> ReadLayouts(Connection& connection) {
  std::vector<ObjectLayout> layouts;
  SAITEN_ASSIGN_OR_RETURN(const auto there, InspectTable(connection, "saiten_object"));
  if (there) {
    SAITEN_ASSIGN_OR_RETURN(Statement objects,
                            connection.Prepare("SELECT object, name, integer_ids FROM saiten_object ORDER BY object"));
    SAITEN_ASSIGN_OR_RETURN(
        Statement scores,
        connection.Prepare("SELECT place, name, points, band FROM saiten_score WHERE object = ?1 ORDER BY place"));
    SAITEN_ASSIGN_OR_RETURN(
        Statement labels,
        connection.Prepare("SELECT name FROM saiten_label WHERE object = ?1 AND place = ?2 ORDER BY label"));
    SAITEN_ASSIGN_OR_RETURN(Statement segments,
                            connection.Prepare("SELECT name FROM saiten_segment WHERE object = ?1 ORDER BY place"));
    while (true) {
      SAITEN_ASSIGN_OR_RETURN(const bool more, objects.Step());
      if (!more) break;
      ObjectLayout layout{
          .object = objects.Int(0), .name = std::string(objects.Text(1)), .integer_ids = objects.Int(2) != 0};
      scores.Bind(1, layout.object);
      labels.Bind(1, layout.object);
      segments.Bind(1, layout.object);
      while (true) {
        SAITEN_ASSIGN_OR_RETURN(const bool another, scores.Step());
        if (!another) break;
        ObjectLayout::Score score{
            .name = std::string(scores.Text(1)), .points = scores.Int(2) != 0, .band = scores.Int(3) != 0};
        labels.Bind(2, scores.Int(0));
        while (true) {
          SAITEN_ASSIGN_OR_RETURN(const bool label, labels.Step());
          if (!label) break;
          score.labels.emplace_back(labels.Text(0));
        }
        layout.scores.push_back(std::move(score));
      }
      while (true) {
        SAITEN_ASSIGN_OR_RETURN(const bool another, segments.Step());
        if (!another) break;
        layout.segments.emplace_back(segments.Text(0));
      }
      layouts.push_back(std::move(layout));
    }
  }
  SAITEN_RETURN_IF_ERROR(CheckTables(connection, layouts));
  return layouts;
}

Result<bool> HasTables(Connection& connection, const ObjectLayout& layout) {
  for (size_t part = 0; part < layout.parts(); ++part) {
    SAITEN_ASSIGN_OR_RETURN(const auto table, InspectTable(connection, layout.Table(part)));
    if (!table) return false;
  }
  return true;
}

Status MakeTables(Connection& connection, const ObjectLayout& layout) {
  for (size_t part = 0; part < layout.parts(); ++part) {
    std::vector<std::string> columns = NamesIn(layout, part);
    // Without a declared type, so that ids keep the form of the source.
    columns[0] = layout.integer_ids ? "id INTEGER PRIMARY KEY" : "id PRIMARY KEY";
    SAITEN_RETURN_IF_ERROR(
        connection.Run(fmt::format("CREATE TABLE {}({}){}", layout.Table(part), fmt::join(columns, ", "),
                                   layout.integer_ids ? "" : " WITHOUT ROWID")));
  }
  return {};
}

Status DropTables(Connection& connection, const ObjectLayout& layout) {
  for (size_t part = 0; part < layout.parts(); ++part) {
    SAITEN_RETURN_IF_ERROR(connection.Run("DROP TABLE IF EXISTS " + layout.Table(part)));
  }
  return {};
}

Status WriteLayouts(Connection& connection, std::span<const ObjectLayout> layouts) {
  SAITEN_RETURN_IF_ERROR(
      connection.Run("DELETE FROM saiten_object; DELETE FROM saiten_score; DELETE FROM saiten_label;"
                     "DELETE FROM saiten_segment; DROP VIEW IF EXISTS saiten_scores; DROP VIEW IF EXISTS "
                     "saiten_members;"));
  std::string sql;
  for (const ObjectLayout& layout : layouts) {
    sql += fmt::format("INSERT INTO saiten_object VALUES({}, {}, {});", layout.object, QuoteText(layout.name),
                       int{layout.integer_ids});
    for (size_t i = 0; i < layout.scores.size(); ++i) {
      const ObjectLayout::Score& score = layout.scores[i];
      sql += fmt::format("INSERT INTO saiten_score VALUES({}, {}, {}, {}, {});", layout.object, i,
                         QuoteText(score.name), int{score.points}, int{score.band});
      for (size_t l = 0; l < score.labels.size(); ++l) {
        sql += fmt::format("INSERT INTO saiten_label VALUES({}, {}, {}, {});", layout.object, i, l,
                           QuoteText(score.labels[l]));
      }
    }
    for (size_t i = 0; i < layout.segments.size(); ++i) {
      sql += fmt::format("INSERT INTO saiten_segment VALUES({}, {}, {});", layout.object, i,
                         QuoteText(layout.segments[i]));
    }
  }
  SAITEN_RETURN_IF_ERROR(connection.Run(sql));
  return MakeViews(connection, layouts);
}

Status MakeViews(Connection& connection, std::span<const ObjectLayout> layouts) {
  for (const ResultView& view : ViewsOf(layouts)) {
    SAITEN_ASSIGN_OR_RETURN(const auto there, InspectTable(connection, view.name));
    if (!there) SAITEN_RETURN_IF_ERROR(connection.Run(Sql(view)));
  }
  return {};
}

}  // namespace saiten::store
