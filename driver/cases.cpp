#include "driver/cases.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "driver/clock_use.h"
#include "driver/spell.h"
#include "driver/test_world.h"
#include "driver/why.h"
#include "runtime/normalize.h"
#include "runtime/trim.h"
#include "store/import/csv_reader.h"
#include "store/load/value_reader.h"

namespace saiten::driver {
namespace {

namespace fs = std::filesystem;

// What a column named `expect NAME` looks at.
struct Expected {
  std::string name;
  std::string rule;  // the declaration that explains it
  Type type;
  lower::ResultRef result;
  bool is_segment = false;
};

// One column of the file.
struct Column {
  enum class Kind { kProperty, kNow, kExpect, kTitle };
  Kind kind = Kind::kProperty;
  std::string name;
  uint32_t property = 0;
  Expected expected;
};

class Cases {
 public:
  Cases(const Compiled& compiled, const lower::LowerResult& lowered, const check::CasesInfo& info, const rt::Zone* zone,
        const TestOptions& options, std::vector<TestResult>& results)
      : compiled_(compiled), lowered_(lowered), info_(info), zone_(zone), options_(options), results_(results) {}

  void Run() {
    if (auto* title = ast::As<ast::TextLit>(info_.decl->title)) title_ = title->plain();
    const Status ran = RunFile();
    if (ran.ok()) return;
    // The other tests can tell something all the same.
    TestResult result{.title = title_, .at = {info_.file, info_.decl->span}};
    Failed(result, Word(ran.error().message, ran.error().message_ja));
    results_.push_back(std::move(result));
  }

 private:
  Status RunFile() {
    auto* file = ast::As<ast::TextLit>(info_.decl->file);
    if (!file) return {};
    const fs::path rules = compiled_.sources[info_.file].path();
    path_ = (rules.parent_path() / std::string(file->plain())).lexically_normal().string();
    SAITEN_ASSIGN_OR_RETURN(store::ByteSource source, store::ByteSource::Open(path_, ""));
    store::CsvReader reader(std::move(source));
    SAITEN_ASSIGN_OR_RETURN(const char delimiter, reader.DetectDelimiter());
    reader.SetDelimiter(delimiter);
    store::CsvRecord record;
    SAITEN_ASSIGN_OR_RETURN(const bool any, reader.Next(&record));
    if (!any) return Bad({"the file is empty", "ファイルが空です"});
    SAITEN_RETURN_IF_ERROR(Header(record));
    size_t rows = 0;
    while (true) {
      SAITEN_ASSIGN_OR_RETURN(const bool more, reader.Next(&record));
      if (!more)
        return rows == 0 ? Bad({"there is no case below the first line", "1行目の下に例がありません"}) : Status();
      ++rows;
      TestResult result{.title = fmt::format("{} ({}:{})", title_, path_, record.line),
                        .at = {info_.file, info_.decl->span}};
      if (result.title.find(options_.filter) == std::string::npos) continue;
      SAITEN_RETURN_IF_ERROR(Row(record, result));
      results_.push_back(std::move(result));
      if (options_.fail_fast && results_.back().outcome == TestResult::Outcome::kFailed) return {};
    }
  }

  const Catalog& catalog() const { return compiled_.checked.catalog; }
  std::string Word(std::string_view en, std::string_view ja) const {
    return std::string(In(options_.language, en, ja));
  }
  Error Bad(Text text) const {
    return Fail(ErrorKind::kUsage, {fmt::format("{}: {}", path_, text.en), fmt::format("{}: {}", path_, text.ja)});
  }

  // Looks up `NAME` of a column `expect NAME`, and whose object it is.
  std::optional<std::pair<ObjectId, Expected>> Find(const std::string& name) const {
    const check::CheckedProgram& checked = compiled_.checked;
    for (size_t i = 0; i < checked.scores.size(); ++i) {
      const check::ScoreInfo& info = checked.scores[i];
      const std::string score(info.decl->name.text);
      if (name == score) return {{info.object, {name, score, Type::Points(), lowered_.scores[i]}}};
      if (info.bands.valid() && name == info.decl->bands->name.text) {
        return {{info.object, {name, score, Type::Enum(info.bands), lowered_.bands[i]}}};
      }
    }
    for (size_t i = 0; i < checked.grids.size(); ++i) {
      const check::GridInfo& info = checked.grids[i];
      if (name == info.decl->name.text)
        return {{info.object, {name, name, Type::Enum(info.labels), lowered_.grids[i]}}};
    }
    for (size_t i = 0; i < checked.segments.size(); ++i) {
      const check::SegmentInfo& info = checked.segments[i];
      if (name == info.decl->name.text) return {{info.object, {name, name, Type::Bool(), lowered_.segments[i], true}}};
    }
    return std::nullopt;
  }

  Status Header(const store::CsvRecord& record) {
    constexpr std::string_view kExpect = "expect ";
    std::optional<ObjectId> object;
    for (std::string_view field : record.fields) {
      Column column{.name = std::string(rt::Trim(field))};
      if (column.name == "now") column.kind = Column::Kind::kNow;
      if (column.name == "test") column.kind = Column::Kind::kTitle;
      if (column.name.starts_with(kExpect)) {
        const std::string name = column.name.substr(kExpect.size());
        const auto found = Find(name);
        if (!found)
          return Bad({fmt::format("no score, band, grid or segment `{}`", name),
                      fmt::format("`{}`というスコア・バンド・グリッド・セグメントはありません", name)});
        if (object && *object != found->first)
          return Bad(
              {"the columns `expect ...` are of different objects", "`expect`の列が別々のオブジェクトのものです"});
        object = found->first;
        column.kind = Column::Kind::kExpect;
        column.expected = found->second;
      }
      columns_.push_back(std::move(column));
    }
    if (!object)
      return Bad({"no column `expect NAME` says what should come out", "結果を書く列`expect 名前`がありません"});
    object_ = *object;
    if (std::ranges::none_of(columns_, [](const Column& column) { return column.kind == Column::Kind::kNow; })) {
      for (const Column& column : columns_) {
        if (column.kind != Column::Kind::kExpect || !LooksAtClock(lowered_.program, column.expected.result)) continue;
        return Bad({fmt::format("E4015: `{}` looks at the clock, and there is no column `now`", column.name),
                    fmt::format("E4015: `{}` は時刻を使いますが、列 `now` がありません", column.name)});
      }
    }
    const auto& properties = catalog()[object_].properties;
    for (Column& column : columns_) {
      if (column.kind != Column::Kind::kProperty) continue;
      auto found = std::ranges::find(properties, column.name, &PropertyInfo::name);
      if (found == properties.end() || found->is_many || found->type.is(TypeKind::kRef)) {
        return Bad(
            {fmt::format("`{}` has no property `{}` that a case could give", catalog()[object_].name, column.name),
             fmt::format("`{}`に、値を与えられる項目`{}`はありません", catalog()[object_].name, column.name)});
      }
      column.property = static_cast<uint32_t>(found - properties.begin());
    }
    return {};
  }

  void Failed(TestResult& result, std::string message, std::string why = {}) const {
    result.outcome = TestResult::Outcome::kFailed;
    result.failures.push_back({{info_.file, info_.decl->span}, std::move(message), std::move(why)});
  }

  // Reads a cell as data of this property would be read.
  std::optional<flow::Value> Read(const PropertyInfo& property, std::string_view text) const {
    store::ValueReader reader(catalog(), property, zone_);
    const store::Reading reading = reader.Read(store::Cell::OfText(text));
    switch (reading.kind) {
      case store::Reading::Kind::kValue:
        return flow::Value::Of(reading.value);
      case store::Reading::Kind::kText:
        return flow::Value::Of(std::string(reading.text));
      case store::Reading::Kind::kUnknown:
        return flow::Value::Unknown();
      case store::Reading::Kind::kError:
        return std::nullopt;
    }
    return std::nullopt;
  }

  Status Row(const store::CsvRecord& record, TestResult& result) {
    if (record.fault != store::CsvRecord::Fault::kNone || record.fields.size() != columns_.size()) {
      Failed(result, fmt::format(fmt::runtime(Word("the row has {} cells, the first line {}",
                                                   "この行は{}列ですが、見出しは{}列です")),
                                 record.fields.size(), columns_.size()));
      return {};
    }
    MemoryData data(catalog());
    const size_t row = data.AddRecord(object_);
    int64_t now = 0;
    for (size_t i = 0; i < columns_.size(); ++i) {
      const Column& column = columns_[i];
      const std::string_view text = record.fields[i];
      switch (column.kind) {
        case Column::Kind::kTitle:
          if (!rt::Trim(text).empty()) result.title += ": " + std::string(rt::Trim(text));
          break;
        case Column::Kind::kNow: {
          const auto value = Read({.name = "now", .type = Type::Instant().Optional()}, text);
          if (!value || !value->known)
            Failed(result, fmt::format(fmt::runtime(Word("`{}` is not a time", "`{}`は日時ではありません")), text));
          else
            now = value->number;
          break;
        }
        case Column::Kind::kProperty: {
          const PropertyInfo& property = catalog()[object_].properties[column.property];
          const auto value = Read(property, text);
          if (!value) {
            Failed(result,
                   fmt::format(fmt::runtime(Word("`{}` is not a value of `{}`", "`{}`は`{}`の値ではありません")), text,
                               column.name));
          } else if (value->known || property.type.optional) {
            data.Set(object_, row, column.property, *value);
          }
          break;
        }
        case Column::Kind::kExpect:
          break;
      }
    }
    if (result.outcome == TestResult::Outcome::kFailed) return {};
    data.Open(object_, row, now);
    SAITEN_ASSIGN_OR_RETURN(const auto evaluation, Evaluation::Make(lowered_, data.Build(), now, zone_));
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].kind == Column::Kind::kExpect)
        Expect(columns_[i].expected, rt::Trim(record.fields[i]), *evaluation, row, result);
    }
    return {};
  }

  void Expect(const Expected& expected, std::string_view text, Evaluation& evaluation, size_t row,
              TestResult& result) const {
    // An empty cell expects nothing; `unknown` that there is no value.
    if (text.empty()) return;
    const rt::Column& column = evaluation.results().columns[expected.result.object.index()][expected.result.column];
    const bool known = column.Known(row);
    const Speller spell{&catalog(), nullptr, nullptr, zone_, options_.language};
    const std::string found = spell(expected.type, {known ? column.Raw(row) : 0, known});
    bool holds = text == "unknown" && !known;
    if (text != "unknown") {
      const auto wanted = Read({.name = expected.name, .type = expected.type.Optional()}, text);
      if (!wanted || !wanted->known) {
        Failed(result, fmt::format(fmt::runtime(Word("`{}` is not a value of `{}`", "`{}`は`{}`の値ではありません")),
                                   text, expected.name));
        return;
      }
      // Segments are false where they are unknown.
      holds = (known && column.Raw(row) == wanted->number) || (expected.is_segment && !known && wanted->number == 0);
    }
    if (holds) return;
    const Why why = Explain(compiled_, lowered_, evaluation.context(), evaluation.results(), object_, row,
                            {.rule = expected.rule, .language = options_.language});
    Failed(result,
           fmt::format(fmt::runtime(Word("expect {} == {}: it is {}", "expect {} == {}: 実際は {}")), expected.name,
                       text, found),
           RenderWhy(why, false, options_.language));
  }

  const Compiled& compiled_;
  const lower::LowerResult& lowered_;
  const check::CasesInfo& info_;
  const rt::Zone* zone_;
  const TestOptions& options_;
  std::vector<TestResult>& results_;
  std::string title_;
  std::string path_;
  ObjectId object_;
  std::vector<Column> columns_;
};

}  // namespace

void RunCases(const Compiled& compiled, const lower::LowerResult& lowered, const check::CasesInfo& info,
              const rt::Zone* zone, const TestOptions& options, std::vector<TestResult>& results) {
  Cases(compiled, lowered, info, zone, options, results).Run();
}

}  // namespace saiten::driver
