#include "tests/lower/rules_run.h"

#include <algorithm>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "compiler/check/check.h"
#include "compiler/ir/ranges.h"
#include "compiler/opt/opt.h"
#include "compiler/parse/parse.h"
#include "runtime/decimal_text.h"
#include "runtime/time_parse.h"
#include "stdlib/records.h"
#include "vm/interp/interp.h"
#include "vm/run_context.h"

namespace saiten::test {
namespace {

std::vector<std::vector<std::string>> Cells(std::string_view table) {
  std::vector<std::vector<std::string>> lines;
  std::istringstream in{std::string(table)};
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::vector<std::string> cells;
    for (std::string word; words >> word;) {
      if (!lines.empty()) std::ranges::replace(word, '_', ' ');  // names of columns keep theirs
      cells.push_back(word);
    }
    if (!cells.empty()) lines.push_back(std::move(cells));
  }
  return lines;
}

}  // namespace

RulesRun::RulesRun(std::string rules, std::string_view now) {
  const FileId id = sources_.Add("test.rules", std::move(rules));
  diag::Sink sink;
  std::vector<std::unique_ptr<ast::File>> files;
  files.push_back(Parse(sources_[id], id, sink));
  checked_ = std::make_unique<check::CheckedProgram>(
      check::Check(std::move(files), sources_, stdlib::Records(), check::CheckOptions{}, sink));
  for (const diag::Diagnostic& diagnostic : sink.all()) {
    if (diag::InfoOf(diagnostic.code).severity != diag::Severity::kError) continue;
    ADD_FAILURE() << sources_.Slice(diagnostic.at) << ": " << diag::Message(diagnostic, diag::Language::kEnglish);
  }
  if (sink.has_errors()) return;
  lowered_ = std::make_unique<lower::LowerResult>(lower::Lower(*checked_));
  EXPECT_EQ("", ir::Verify(lowered_->program)) << Ir();
  optimised_ = std::make_unique<lower::LowerResult>(lower::Lower(*checked_));
  opt::Optimise(optimised_->program);
  EXPECT_EQ("", ir::Verify(optimised_->program)) << ir::Print(optimised_->program);
  if (!checked_->catalog.timezone.empty()) zone_ = *rt::Zone::Find(checked_->catalog.timezone);
  std::string spaced(now);
  EXPECT_EQ(rt::ParseStatus::kOk, rt::ParseInstant(spaced, zone_ ? zone_ : rt::Zone::Utc(), &now_));
  const Catalog& catalog = checked_->catalog;
  data_.tables.resize(catalog.objects.size());
  for (size_t o = 0; o < catalog.objects.size(); ++o) {
    data_.tables[o].columns.resize(catalog.objects[o].properties.size());
    data_.tables[o].pools.resize(catalog.objects[o].properties.size());
    data_.tables[o].many.resize(catalog.objects[o].properties.size());
    data_.tables[o].lists.resize(catalog.lists.size());
  }
  data_.events.resize(catalog.events.size());
}

std::string RulesRun::Ir() const { return ir::Print(lowered_->program); }

namespace {

// One column from its cells; keys of referred tables are looked up by the first column of those.
class Reader {
 public:
  Reader(const Catalog& catalog, const rt::Dataset& data, const rt::Zone* zone)
      : catalog_(catalog), data_(data), zone_(zone ? zone : rt::Zone::Utc()) {}

  rt::Column Read(Type type, const std::vector<std::string>& cells, std::unique_ptr<rt::StringPool>* pool) const {
    if (type.is(TypeKind::kText)) *pool = std::make_unique<rt::StringPool>();
    rt::ColumnBuilder builder;
    for (const std::string& cell : cells) {
      if (cell == "-") {
        builder.AppendUnknown();
      } else {
        builder.Append(Value(type, cell, pool->get()));
      }
    }
    if (*pool) (*pool)->PrepareNfkc();
    return builder.Finish();
  }

  int64_t Value(Type type, const std::string& cell, rt::StringPool* pool) const {
    int64_t value = 0;
    if (type.is(TypeKind::kText)) return pool->Intern(cell);
    if (type.is(TypeKind::kBool)) {
      bool truth = false;
      EXPECT_EQ(rt::ParseStatus::kOk, rt::ParseBool(cell, &truth)) << cell;
      return truth ? 1 : 0;
    }
    if (type.is(TypeKind::kEnum)) {
      EXPECT_GE(catalog_[type.enum_id()].Find(cell), 0) << cell;
      return catalog_[type.enum_id()].Find(cell);
    }
    if (type.is(TypeKind::kDate)) {
      EXPECT_EQ(rt::ParseStatus::kOk, rt::ParseDate(cell, &value)) << cell;
      return value;
    }
    if (type.is(TypeKind::kInstant)) {
      EXPECT_EQ(rt::ParseStatus::kOk, rt::ParseInstant(cell, zone_, &value)) << cell;
      return value;
    }
    if (type.is(TypeKind::kSet)) {
      std::istringstream members(cell);
      for (std::string member; std::getline(members, member, ';');) {
        if (member != "0") value |= int64_t{1} << catalog_[type.enum_id()].Find(member);
      }
      return value;
    }
    if (type.is(TypeKind::kRef)) return RowOf(type.object_id(), std::stoll(cell));
    const int scale = type.is(TypeKind::kMoney) ? CurrencyDigits(type.ref) : type.scale;
    EXPECT_EQ(rt::ParseStatus::kOk, rt::ParseDecimal(cell, scale, &value)) << cell;
    return value;
  }

  int64_t RowOf(ObjectId object, int64_t key) const {
    const auto& keys = data_.tables[object.index()].keys.ints;
    const auto found = std::ranges::find(keys, key);
    EXPECT_NE(found, keys.end()) << "no record " << key;
    return found - keys.begin();
  }

 private:
  const Catalog& catalog_;
  const rt::Dataset& data_;
  const rt::Zone* zone_;
};

std::vector<std::string> ColumnOf(const std::vector<std::vector<std::string>>& lines, std::string_view name) {
  std::vector<std::string> cells(lines.size() - 1, "-");
  const auto at = std::ranges::find(lines[0], name);
  if (at == lines[0].end()) return cells;
  for (size_t i = 1; i < lines.size(); ++i) cells[i - 1] = lines[i].at(static_cast<size_t>(at - lines[0].begin()));
  return cells;
}

}  // namespace

void RulesRun::Records(std::string_view object, std::string_view text) {
  if (!lowered_) return;
  const Catalog& catalog = checked_->catalog;
  const ObjectId id = *catalog.FindObject(object);
  const auto lines = Cells(text);
  rt::Table& table = data_.tables[id.index()];
  table.size = lines.size() - 1;
  std::vector<int64_t> keys;
  for (size_t i = 1; i < lines.size(); ++i) keys.push_back(std::stoll(lines[i][0]));
  table.keys.ints = std::move(keys);
  const Reader reader(catalog, data_, zone_);
  for (size_t p = 0; p < catalog[id].properties.size(); ++p) {
    const PropertyInfo& property = catalog[id].properties[p];
    if (property.is_many) continue;
    std::vector<std::string> cells = ColumnOf(lines, property.name);
    if (property.type.is(TypeKind::kBool) && !property.type.optional) std::ranges::replace(cells, "-", "no");
    table.columns[p] = reader.Read(property.type, cells, &table.pools[p]);
  }
}

void RulesRun::Events(std::string_view name, std::string_view text) {
  if (!lowered_) return;
  const Catalog& catalog = checked_->catalog;
  size_t e = 0;
  while (e < catalog.events.size() && catalog.events[e].name != name) ++e;
  ASSERT_LT(e, catalog.events.size()) << name;
  const EventInfo& event = catalog.events[e];
  auto lines = Cells(text);
  const Reader reader(catalog, data_, zone_);
  const std::vector<std::string> owners = ColumnOf(lines, catalog[event.object].name);
  const std::vector<std::string> times = ColumnOf(lines, "time");
  struct Row {
    int64_t owner;
    int64_t time;
    size_t line;
  };
  std::vector<Row> rows;
  for (size_t i = 0; i + 1 < lines.size(); ++i) {
    rows.push_back(
        {reader.RowOf(event.object, std::stoll(owners[i])), reader.Value(Type::Instant(), times[i], nullptr), i});
  }
  std::ranges::stable_sort(
      rows, [](const Row& a, const Row& b) { return std::tie(a.owner, a.time) < std::tie(b.owner, b.time); });
  rt::EventSeries& series = data_.events[e];
  series = {};
  std::vector<uint32_t> offsets(data_.tables[event.object.index()].size + 1, 0);
  std::vector<int64_t> instants;
  std::vector<uint32_t> arrival;
  for (const Row& row : rows) {
    ++offsets[static_cast<size_t>(row.owner) + 1];
    instants.push_back(row.time);
    arrival.push_back(static_cast<uint32_t>(row.line));
  }
  for (size_t i = 1; i < offsets.size(); ++i) offsets[i] += offsets[i - 1];
  series.offsets = std::move(offsets);
  series.times = std::move(instants);
  series.arrival = std::move(arrival);
  for (const PropertyInfo& field : event.fields) {
    const std::vector<std::string> cells = ColumnOf(lines, field.name);
    std::vector<std::string> sorted;
    for (const Row& row : rows) sorted.push_back(cells[row.line]);
    std::unique_ptr<rt::StringPool> pool;
    series.fields.push_back(reader.Read(field.type, sorted, &pool));
    series.pools.push_back(std::move(pool));
  }
}

void RulesRun::ListMembers(std::string_view list, const std::vector<size_t>& rows) {
  if (!lowered_) return;
  const ListId id = *checked_->catalog.FindList(list);
  rt::Table& table = data_.tables[checked_->catalog.lists[id.index()].object.index()];
  rt::Column& column = table.lists[id.index()];
  column = rt::Column::Unknowns(rt::Width::k1, table.size);
  for (size_t row = 0; row < table.size; ++row) column.Set(row, std::ranges::count(rows, row) > 0 ? 1 : 0);
}

void RulesRun::Connect() {
  const Catalog& catalog = checked_->catalog;
  for (size_t o = 0; o < catalog.objects.size(); ++o) {
    rt::Table& table = data_.tables[o];
    for (size_t p = 0; p < catalog.objects[o].properties.size(); ++p) {
      const PropertyInfo& property = catalog.objects[o].properties[p];
      if (!property.is_many) {
        if (table.columns[p].size() != table.size) table.columns[p] = rt::Column::Unknowns(rt::Width::k8, table.size);
        continue;
      }
      const rt::Table& other = data_.tables[property.type.ref];
      std::vector<uint32_t> offsets = {0};
      std::vector<uint32_t> rows;
      for (size_t row = 0; row < table.size; ++row) {
        for (uint32_t i = 0; i < other.size; ++i) {
          const rt::Column& by = other.columns[property.by];
          if (by.size() == other.size && by.Known(i) && by.Raw(i) == static_cast<int64_t>(row)) rows.push_back(i);
        }
        offsets.push_back(static_cast<uint32_t>(rows.size()));
      }
      table.many[p] = {std::move(offsets), std::move(rows)};
    }
    for (size_t l = 0; l < table.lists.size(); ++l) {
      if (table.lists[l].size() != table.size) table.lists[l] = rt::Column::Unknowns(rt::Width::k1, table.size);
    }
  }
  for (size_t e = 0; e < catalog.events.size(); ++e) {
    rt::EventSeries& series = data_.events[e];
    if (!series.offsets.empty() || !catalog.events[e].any_of.empty()) continue;
    series.offsets = std::vector<uint32_t>(data_.tables[catalog.events[e].object.index()].size + 1, 0);
    series.fields.resize(catalog.events[e].fields.size());
    for (size_t f = 0; f < catalog.events[e].fields.size(); ++f) {
      const bool text = catalog.events[e].fields[f].type.is(TypeKind::kText);
      series.pools.push_back(text ? std::make_unique<rt::StringPool>() : nullptr);
    }
  }
  for (rt::Table& table : data_.tables) {
    for (size_t p = 0; p < table.pools.size(); ++p) {
      if (!table.pools[p]) table.pools[p] = std::make_unique<rt::StringPool>();
    }
  }
}

namespace {

// Every value of every row lies in the range that was worked out for it.
void CheckRanges(const ir::Program& program, size_t kernel, vm::Interpreter& interpreter, size_t rows) {
  const std::vector<ir::Range> ranges = ir::RangesOf(program, program.kernels[kernel]);
  vm::TrapLog traps;
  for (size_t row = 0; row < rows; ++row) {
    interpreter.Evaluate(row, traps);
    for (size_t i = 0; i < ranges.size(); ++i) {
      const CallValue value = interpreter.ValueOf(ir::ValueId(i));
      if (!value.known || program.kernels[kernel].insts[i].is_list) continue;
      EXPECT_TRUE(ranges[i].min <= value.value && value.value <= ranges[i].max)
          << "%" << i << " is " << value.value << ", not in " << ranges[i].min << ".." << ranges[i].max;
    }
  }
}

}  // namespace

void RulesRun::Execute(const ir::Program& program, rt::Results& results) {
  auto context = vm::RunContext::Create(program, data_, now_, zone_);
  ASSERT_TRUE(context.ok());
  results = (*context)->MakeResults();
  for (size_t k = 0; k < program.kernels.size(); ++k) {
    vm::Interpreter interpreter(**context, k, results);
    const size_t rows = data_.tables[program.kernels[k].object.index()].size;
    interpreter.Run(0, rows, traps_);
    CheckRanges(program, k, interpreter, rows);
  }
}

void RulesRun::Run() {
  if (!lowered_) return;
  Connect();
  rt::Results optimised;
  Execute(optimised_->program, optimised);
  traps_ = {};
  Execute(lowered_->program, results_);
  for (size_t o = 0; o < results_.columns.size(); ++o) {
    for (size_t c = 0; c < results_.columns[o].size(); ++c) {
      const rt::Column& plain = results_.columns[o][c];
      const rt::Column& other = optimised.columns[o][c];
      const ir::ResultColumn& column = lowered_->program.results[o][c];
      for (size_t row = 0; row < plain.size(); ++row) {
        ASSERT_EQ(plain.Known(row), other.Known(row)) << column.name << " of row " << row << ", optimised";
        if (!plain.Known(row) || column.type.is(TypeKind::kText)) continue;
        ASSERT_EQ(plain.Raw(row), other.Raw(row)) << column.name << " of row " << row << ", optimised";
      }
    }
  }
}

std::vector<std::string> RulesRun::Get(std::string_view name) const {
  std::vector<std::string> values;
  if (!lowered_) return values;
  const ir::Program& program = lowered_->program;
  for (size_t o = 0; o < program.results.size(); ++o) {
    for (size_t c = 0; c < program.results[o].size(); ++c) {
      const ir::ResultColumn& column = program.results[o][c];
      const bool band = column.kind == ir::ResultColumn::Kind::kBand;
      const std::string called = band                    ? column.column
                                 : column.column.empty() ? column.name
                                                         : column.name + "." + column.column;
      if (called != name) continue;
      const rt::Column& cells = results_.columns[o][c];
      for (size_t row = 0; row < cells.size(); ++row) {
        if (!cells.Known(row)) {
          values.emplace_back("-");
        } else if (column.kind == ir::ResultColumn::Kind::kScore) {
          values.push_back(rt::FormatPoints(cells.Raw(row)));
        } else if (column.type.is(TypeKind::kText)) {
          values.emplace_back(program.literals.View(static_cast<int32_t>(cells.Raw(row))));
        } else {
          values.push_back(checked_->catalog.SpellValue(column.type, cells.Raw(row), zone_));
        }
      }
      return values;
    }
  }
  ADD_FAILURE() << "no result called " << name;
  return values;
}

}  // namespace saiten::test
