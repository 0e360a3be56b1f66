#include "driver/testing.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>

#include "compiler/opt/opt.h"
#include "driver/cases.h"
#include "driver/leaves.h"
#include "driver/loaded.h"
#include "driver/seen.h"
#include "driver/spell.h"
#include "driver/test_flow.h"
#include "driver/test_world.h"
#include "driver/why.h"
#include "runtime/local_time.h"
#include "runtime/normalize.h"
#include "store/load/value_reader.h"

namespace saiten::driver {
namespace {

// The extra expressions that the tests need, and where each stands in the lowered program.
class Extras {
 public:
  void Want(ObjectId object, FileId file, const ast::Expr* expr) {
    if (!expr || places_.contains(expr)) return;
    places_[expr] = options.extras.size();
    options.extras.push_back({object, file, expr});
  }
  size_t operator[](const ast::Expr* expr) const { return places_.at(expr); }
  bool Has(const ast::Expr* expr) const { return places_.contains(expr); }

  lower::LowerOptions options;

 private:
  std::unordered_map<const ast::Expr*, size_t> places_;
};

// What a value of a record or event is made of, and which parts of it have to be computed.
bool IsUnknown(const ast::Expr* value) { return Bare(value)->kind == ast::ExprKind::kUnknown; }

void WantField(const Compiled& compiled, const ast::FieldValue& field, const std::vector<PropertyInfo>& properties,
               ObjectId object, FileId file, Extras& extras) {
  auto property = std::ranges::find(properties, field.name.text, &PropertyInfo::name);
  const ast::Expr* value = Bare(field.value);
  if (property == properties.end() || IsUnknown(value)) return;
  if (property->type.is(TypeKind::kRef) && value->kind == ast::ExprKind::kName) return;
  if (auto* list = ast::As<ast::ListExpr>(value)) {
    for (const ast::Expr* item : list->items) extras.Want(object, file, item);
    return;
  }
  if (compiled.checked.TypeOf(field.value).is_error()) return;
  extras.Want(object, file, field.value);
}

// One test while it runs.
class TestRun {
 public:
  TestRun(const Compiled& compiled, const lower::LowerResult& lowered, const Extras& extras,
          const check::TestInfo& info, const rt::Zone* zone, const TestOptions& options, TestResult& result)
      : compiled_(compiled),
        lowered_(lowered),
        extras_(extras),
        info_(info),
        zone_(zone),
        options_(options),
        result_(result),
        flow_(compiled, lowered, zone, options.language),
        data_(flow_.world().data()) {}

  Status Run() {
    // The clock of the test: the first `now`; without one nothing asks for it.
    for (const ast::TestLine* line : info_.decl->lines) {
      if (auto* now = ast::As<ast::NowLine>(line)) {
        now_ = InstantOf(now->at, zone_);
        break;
      }
    }
    SAITEN_RETURN_IF_ERROR(ComputeConstants());
    if (automation()) flow_.Begin(now_);
    for (const ast::TestLine* line : info_.decl->lines) {
      if (line) SAITEN_RETURN_IF_ERROR(Line(*line));
    }
    if (options_.watch) options_.watch(result_.title, flow_.state(), flow_.log());
    return {};
  }

 private:
  struct Record {
    ObjectId object;
    size_t row = 0;
  };

  bool automation() const { return !lowered_.automation.empty(); }
  const Catalog& catalog() const { return compiled_.checked.catalog; }
  std::string Word(std::string_view en, std::string_view ja) const {
    return std::string(In(options_.language, en, ja));
  }

  // Values in records are computed by the rules' own engine, over a world of one empty record for each object.
  Status ComputeConstants() {
    MemoryData empty(catalog());
    for (size_t o = 0; o < catalog().objects.size(); ++o) empty.AddRecord(ObjectId(o));
    SAITEN_ASSIGN_OR_RETURN(constants_, Evaluation::Make(lowered_, empty.Build(), now_, zone_));
    return {};
  }

  flow::Value ValueOf(const ast::Expr* expr, Type to) {
    const size_t extra = extras_[expr];
    const CallValue value = constants_->ValueOf(extra, 0);
    if (!value.known) return flow::Value::Unknown();
    if (to.is(TypeKind::kText)) return flow::Value::Of(std::string(constants_->texts(extra).View(value.value)));
    return flow::Value::Of(ConvertTo(constants_->TypeOf(extra), to, value.value, zone_));
  }

  // The value of a field; the record that a relation names is found by its name in the test.
  flow::Value FieldOf(const ast::FieldValue& field, const PropertyInfo& property) {
    const ast::Expr* value = Bare(field.value);
    if (IsUnknown(value)) return flow::Value::Unknown();
    if (auto* name = ast::As<ast::NameRef>(value); name && property.type.is(TypeKind::kRef)) {
      return flow::Value::Of(static_cast<int64_t>(records_.at(std::string(name->name.text)).row));
    }
    if (auto* list = ast::As<ast::ListExpr>(value)) {
      int64_t bits = 0;
      for (const ast::Expr* item : list->items)
        bits |= int64_t{1} << ValueOf(item, Type::Enum(property.type.enum_id())).number;
      return flow::Value::Of(bits);
    }
    flow::Value found = ValueOf(field.value, property.type);
    if (!property.type.is(TypeKind::kText) || !found.known) return found;
    // As the same text would be read from a database: empty is unknown (sem N2).
    store::ValueReader reader(catalog(), property, zone_);
    if (reader.Read(store::Cell::OfText(found.text)).kind != store::Reading::Kind::kText) return flow::Value::Unknown();
    return found;
  }

  // `at`: the instant of a change; none for a record that is being made.
  void SetFields(const ast::Record* record, ObjectId object, size_t row, std::optional<int64_t> at = std::nullopt) {
    if (!record) return;
    const auto& properties = catalog()[object].properties;
    flow::Changed changed;
    for (const ast::FieldValue& field : record->fields) {
      auto property = std::ranges::find(properties, field.name.text, &PropertyInfo::name);
      const auto place = static_cast<uint32_t>(property - properties.begin());
      if (at && automation()) {
        changed.properties.push_back({place, FieldOf(field, *property)});
      } else if (at) {
        data_.Change(object, row, place, FieldOf(field, *property), *at);
      } else {
        data_.Set(object, row, place, FieldOf(field, *property));
      }
    }
    if (at && automation()) flow_.Add(std::max(*at, now_), object, row, std::move(changed));
    current_.reset();
  }

  // A line dated `now` or later first moves the clock there; what was until then is one commit.
  Status MoveTo(int64_t instant) {
    if (instant < now_) return {};
    opening_ = false;
    if (automation()) flow_.RunBefore(instant);
    SAITEN_RETURN_IF_ERROR(KeepBands());
    now_ = instant;
    current_.reset();
    return {};
  }

  // Bands with `leave below` ask for the band of the commit before (sem SC7).
  Status KeepBands() {
    for (size_t i = 0; i < compiled_.checked.scores.size(); ++i) {
      const check::ScoreInfo& score = compiled_.checked.scores[i];
      if (!score.previous_band) continue;
      SAITEN_ASSIGN_OR_RETURN(Evaluation * current, Current());
      const lower::ResultRef ref = lowered_.bands[i];
      const rt::Column& bands = current->results().columns[ref.object.index()][ref.column];
      for (size_t row = 0; row < bands.size(); ++row) {
        data_.Set(score.object, row, *score.previous_band, flow::Value::Of(bands.Raw(row)));
      }
    }
    return {};
  }

  Status Line(const ast::TestLine& line) {
    switch (line.kind) {
      case ast::TestLineKind::kNow:
        if (const int64_t now = InstantOf(static_cast<const ast::NowLine&>(line).at, zone_); now > now_)
          return MoveTo(now);
        break;
      case ast::TestLineKind::kAfter: {
        const ast::Duration& duration = static_cast<const ast::AfterLine&>(line).duration;
        bool saturated = false;
        return MoveTo(rt::MoveInstant(now_, duration.count, check::ToRuntime(duration.unit),
                                      zone_ ? *zone_ : *rt::Zone::Utc(), &saturated));
      }
      case ast::TestLineKind::kSet: {
        const auto& set = static_cast<const ast::SetLine&>(line);
        const int64_t at = InstantOf(set.at, zone_);
        SAITEN_RETURN_IF_ERROR(MoveTo(at));
        const Record& record = records_.at(std::string(set.record_name.text));
        SetFields(set.fields, record.object, record.row, at);
        break;
      }
      case ast::TestLineKind::kRow:
        return Row(static_cast<const ast::RowLine&>(line));
      case ast::TestLineKind::kExpect:
        return Expect(static_cast<const ast::ExpectLine&>(line));
    }
    return {};
  }

  Status Row(const ast::RowLine& line) {
    current_.reset();
    const std::string name(line.record_name.text);
    if (auto object = catalog().FindObject(line.type.text); object && line.times.empty()) {
      const size_t row = data_.AddRecord(*object);
      records_[name] = {*object, row};
      SetFields(line.fields, *object, row);
      data_.Open(*object, row, now_);
      if (automation()) flow_.Add(now_, *object, row, flow::Created{});
      return {};
    }
    const Record& record = records_.at(name);
    const EventId event = *catalog().FindEvent(line.type.text, record.object);
    const auto& properties = catalog()[event].fields;
    std::map<uint32_t, flow::Value> fields;
    for (const ast::FieldValue& field : line.fields ? line.fields->fields : std::span<const ast::FieldValue>()) {
      auto property = std::ranges::find(properties, field.name.text, &PropertyInfo::name);
      fields[static_cast<uint32_t>(property - properties.begin())] = FieldOf(field, *property);
    }
    for (const ast::Expr* moment : line.times) {
      const int64_t time = InstantOf(moment, zone_);
      // Seen when it was received, which may be later than when it happened.
      SAITEN_RETURN_IF_ERROR(MoveTo(line.received ? InstantOf(line.received, zone_) : time));
      // What lies before the opening of the test is history that starts nothing.
      const bool history = !automation() || (opening_ && time < now_);
      const uint32_t arrival = data_.AddEvent(event, record.row, time, fields, !history);
      current_.reset();
      if (!automation()) continue;
      if (history) {
        flow_.world().Changed();
      } else {
        flow_.Add(now_, record.object, record.row, flow::Happened{event, time, arrival});
      }
    }
    return {};
  }

  Result<Evaluation*> Current() {
    if (!current_) {
      SAITEN_ASSIGN_OR_RETURN(current_, Evaluation::Make(lowered_, data_.Build(), now_, zone_));
    }
    return current_.get();
  }

  void Failed(const ast::ExpectLine& line, std::string message, std::string rule, const Record& record) {
    TestFailure failure{.at = {info_.file, line.span}, .message = std::move(message)};
    if (!rule.empty()) {
      const Why why = Explain(compiled_, lowered_, current_->context(), current_->results(), record.object, record.row,
                              {.rule = std::move(rule), .language = options_.language});
      failure.why = RenderWhy(why, false, options_.language);
    }
    result_.outcome = TestResult::Outcome::kFailed;
    result_.failures.push_back(std::move(failure));
  }

  // What the check found of a line about automation; null for one about values.
  const check::ExpectInfo* AutomationOf(const ast::ExpectLine& line) const {
    const auto found = std::ranges::find(info_.automation, &line, &check::ExpectInfo::line);
    return found == info_.automation.end() ? nullptr : &*found;
  }

  void ExpectAutomation(const ast::ExpectLine& line, const check::ExpectInfo& expected, const Record& record) {
    const std::optional<std::string> unlike = flow_.Unlike(expected, record.row);
    if (!unlike) return;
    const std::string source = OneLine(compiled_.sources.Slice({info_.file, line.span}), 100);
    result_.outcome = TestResult::Outcome::kFailed;
    result_.failures.push_back({.at = {info_.file, line.span},
                                .message = source + ": " + *unlike,
                                .why = flow_.Story(record.object, record.row)});
  }

  Status Expect(const ast::ExpectLine& line) {
    const Record& record = records_.at(std::string(line.record_name.text));
    opening_ = false;
    if (automation()) {
      flow_.RunThrough(now_);
      current_.reset();
    }
    if (const check::ExpectInfo* expected = AutomationOf(line)) {
      ExpectAutomation(line, *expected, record);
      return {};
    }
    SAITEN_ASSIGN_OR_RETURN(Evaluation * current, Current());
    const std::string source = OneLine(compiled_.sources.Slice({info_.file, line.span}), 100);
    if (line.form == ast::ExpectLine::Form::kInGroup) {
      const bool member = IsMember(line, record, *current);
      if (member != !line.negated) {
        Failed(line,
               source + ": " + (member ? Word("it is in", "該当しています") : Word("it is not in", "該当していません")),
               line.is_list ? "" : std::string(line.group.text), record);
      }
      return {};
    }
    const size_t what = extras_[line.what];
    const CallValue found = current->ValueOf(what, record.row);
    const Type type = current->TypeOf(what);
    const Speller spell{&catalog(), &current->texts(what), &current->context().data(), zone_, options_.language};
    const std::string shown = spell(type, found);
    bool holds = false;
    if (line.is_known_test) {
      holds = found.known == line.known;
    } else if (found.known) {
      const std::string text = type.is(TypeKind::kText) ? std::string(current->texts(what).Nfkc(found.value)) : "";
      const CallValue wanted = current->ValueOf(extras_[line.value], record.row);
      holds = wanted.known && Compare(line.op, type, found.value, text, current->TypeOf(extras_[line.value]),
                                      wanted.value, *current, extras_[line.value]);
    }
    if (!holds)
      Failed(line, fmt::format(fmt::runtime(Word("{}: it is {}", "{}: 実際は {}")), source, shown), RuleOf(line.what),
             record);
    return {};
  }

  bool Compare(ast::CompareOp op, Type left, int64_t a, const std::string& left_text, Type right, int64_t b,
               Evaluation& current, size_t wanted) {
    int order = 0;
    if (left.is(TypeKind::kText)) {
      order = left_text.compare(current.texts(wanted).Nfkc(b));
    } else {
      // Of two numbers the one with fewer decimals is brought to the other's.
      if (left.is_number() && right.is_number()) {
        const Type wider = Type::Decimal(
            std::max(left.is(TypeKind::kDecimal) ? left.scale : 0, right.is(TypeKind::kDecimal) ? right.scale : 0));
        a = ConvertTo(left, wider, a, zone_);
        b = ConvertTo(right, wider, b, zone_);
      } else {
        b = ConvertTo(right, left, b, zone_);
      }
      order = a < b ? -1 : a > b ? 1 : 0;
    }
    switch (op) {
      case ast::CompareOp::kEq:
        return order == 0;
      case ast::CompareOp::kNe:
        return order != 0;
      case ast::CompareOp::kLt:
        return order < 0;
      case ast::CompareOp::kLe:
        return order <= 0;
      case ast::CompareOp::kGt:
        return order > 0;
      case ast::CompareOp::kGe:
        return order >= 0;
    }
    return false;
  }

  bool IsMember(const ast::ExpectLine& line, const Record& record, Evaluation& current) const {
    if (line.is_list) {
      const ListId list = *catalog().FindList(line.group.text);
      const rt::Column& column = current.context().data().tables[record.object.index()].lists[list.index()];
      return column.size() > record.row && column.Raw(record.row) == 1;
    }
    for (size_t i = 0; i < compiled_.checked.segments.size(); ++i) {
      if (compiled_.checked.segments[i].decl->name.text != line.group.text) continue;
      const lower::ResultRef ref = lowered_.segments[i];
      const rt::Column& column = current.results().columns[ref.object.index()][ref.column];
      return column.Known(record.row) && column.Raw(record.row) == 1;
    }
    return false;
  }

  // The declaration whose tree explains `what`: a score, band, grid or table of the record itself.
  std::string RuleOf(const ast::Expr* what) const {
    const ast::Expr* bare = Bare(what);
    if (auto* member = ast::As<ast::Member>(bare)) bare = Bare(member->base);
    auto* name = ast::As<ast::NameRef>(bare);
    if (!name) return {};
    const check::Symbol& symbol = compiled_.checked.InfoOf(bare).symbol;
    using Kind = check::Symbol::Kind;
    const bool is_rule = symbol.kind == Kind::kScore || symbol.kind == Kind::kBand || symbol.kind == Kind::kGrid ||
                         symbol.kind == Kind::kTable;
    return is_rule ? std::string(name->name.text) : std::string();
  }

  const Compiled& compiled_;
  const lower::LowerResult& lowered_;
  const Extras& extras_;
  const check::TestInfo& info_;
  const rt::Zone* zone_;
  const TestOptions& options_;
  TestResult& result_;
  TestFlow flow_;
  MemoryData& data_;
  bool opening_ = true;  // no line has moved the clock or looked at anything
  int64_t now_ = 0;
  std::map<std::string, Record> records_;
  std::unique_ptr<Evaluation> constants_;
  std::unique_ptr<Evaluation> current_;  // of the data as it is; null: changed since
};

std::string TitleOf(const ast::Expr* title) {
  auto* text = ast::As<ast::TextLit>(title);
  return text ? std::string(text->plain()) : std::string();
}

// What of the test must be computed: the values of its records, and both sides of its expectations.
void WantAll(const Compiled& compiled, const check::TestInfo& info, Extras& extras) {
  const Catalog& catalog = compiled.checked.catalog;
  std::map<std::string_view, ObjectId> records;
  auto fields = [&](const ast::Record* record, const std::vector<PropertyInfo>& properties, ObjectId object) {
    for (const ast::FieldValue& field : record ? record->fields : std::span<const ast::FieldValue>()) {
      WantField(compiled, field, properties, object, info.file, extras);
    }
  };
  for (const ast::TestLine* line : info.decl->lines) {
    if (auto* row = ast::As<ast::RowLine>(line)) {
      if (auto object = catalog.FindObject(row->type.text); object && row->times.empty()) {
        records[row->record_name.text] = *object;
        fields(row->fields, catalog[*object].properties, *object);
      } else if (auto event = catalog.FindEvent(row->type.text, records.at(row->record_name.text))) {
        fields(row->fields, catalog[*event].fields, catalog[*event].object);
      }
    } else if (auto* set = ast::As<ast::SetLine>(line)) {
      const ObjectId object = records.at(set->record_name.text);
      fields(set->fields, catalog[object].properties, object);
    } else if (auto* expect = ast::As<ast::ExpectLine>(line); expect && expect->form == ast::ExpectLine::Form::kValue) {
      if (std::ranges::find(info.automation, expect, &check::ExpectInfo::line) != info.automation.end()) continue;
      const ObjectId object = records.at(expect->record_name.text);
      extras.Want(object, info.file, expect->what);
      if (!expect->is_known_test) extras.Want(object, info.file, expect->value);
    }
  }
}

}  // namespace

Result<std::vector<TestResult>> RunTests(const Compiled& compiled, const TestOptions& options) {
  SAITEN_ASSIGN_OR_RETURN(const rt::Zone* zone, ZoneOf(compiled));
  Extras extras;
  std::vector<TestResult> results;
  std::vector<const check::TestInfo*> to_run;  // by result
  for (const check::TestInfo& info : compiled.checked.tests) {
    TestResult result{.title = TitleOf(info.decl->title), .at = {info.file, info.decl->span}};
    if (result.title.find(options.filter) == std::string::npos) continue;
    to_run.push_back(&info);
    WantAll(compiled, info, extras);
    results.push_back(std::move(result));
  }
  lower::LowerResult lowered = lower::Lower(compiled.checked, extras.options);
  NameInputs(compiled, lowered);
  // Timers of automation: when time alone changes what a workflow looks at.
  if (!lowered.automation.empty()) opt::AddNextChange(lowered.program);
  for (size_t i = 0; i < results.size(); ++i) {
    SAITEN_RETURN_IF_ERROR(TestRun(compiled, lowered, extras, *to_run[i], zone, options, results[i]).Run());
    if (options.fail_fast && results[i].outcome == TestResult::Outcome::kFailed) {
      results.resize(i + 1);
      return results;
    }
  }
  for (const check::CasesInfo& info : compiled.checked.cases) {
    RunCases(compiled, *compiled.lowered, info, zone, options, results);
    if (options.fail_fast && !results.empty() && results.back().outcome == TestResult::Outcome::kFailed) break;
  }
  return results;
}

}  // namespace saiten::driver
