#include "store/load/load.h"

#include <sys/stat.h>

#include <fstream>

#include "runtime/time_parse.h"
#include "store/snapshot/snapshot.h"
#include "tests/store/describe.h"
#include "tests/store/support.h"

namespace saiten {
namespace {

using store::DataErrorKind;
using store::DataErrors;
using store::LoadedData;
using test::CatalogBuilder;
using test::RunSql;

int64_t Utc(const char* text) {
  int64_t instant = 0;
  EXPECT_EQ(rt::ParseInstant(text, rt::Zone::Utc(), &instant), rt::ParseStatus::kOk) << text;
  return instant;
}

// The values of a column, `?` for unknown.
std::string Values(const rt::Column& column) {
  std::string out;
  for (size_t row = 0; row < column.size(); ++row) {
    if (row > 0) out += ' ';
    out += column.Known(row) ? std::to_string(column.Raw(row)) : "?";
  }
  return out;
}

std::string Texts(const rt::Column& column, const rt::StringPool& pool) {
  std::string out;
  for (size_t row = 0; row < column.size(); ++row) {
    if (row > 0) out += ' ';
    out += column.Known(row) ? std::string(pool.View(static_cast<int32_t>(column.Raw(row)))) : "?";
  }
  return out;
}

class LoadTest : public testing::Test {
 protected:
  void Sql(const std::string& sql) { RunSql(db_, sql); }
  void Load() {
    auto loaded =
        store::Load(db_, schema_.catalog, test::NeedAll(schema_.catalog),
                    {.now = Utc("2026-06-30 00:00"), .zone = zone_, .busy_ms = 50, .keep_rowids = true}, errors_);
    ASSERT_TRUE(loaded.ok()) << loaded.error().message;
    // What a snapshot gives back is what was read: every test looks at that.
    const Needs needs = test::NeedAll(schema_.catalog);
    const store::SnapshotKey key = store::KeyOf(schema_.catalog, zone_);
    auto written = store::WriteSnapshot(dir_ / "kept/snapshot", {.key = key}, schema_.catalog, needs, *loaded, errors_);
    ASSERT_TRUE(written.ok()) << written.error().message;
    auto snapshot = store::Snapshot::Open(dir_ / "kept/snapshot");
    ASSERT_TRUE(snapshot.ok() && snapshot->has_value());
    EXPECT_EQ((*snapshot)->stamp().key, key);
    DataErrors kept_errors;
    auto kept = (*snapshot)->Map(schema_.catalog, needs, Utc("2026-06-30 00:00"), kept_errors);
    ASSERT_TRUE(kept.ok() && kept->has_value());
    EXPECT_EQ(test::Describe(schema_.catalog, **kept, kept_errors), test::Describe(schema_.catalog, *loaded, errors_));
    loaded_ = std::move(**kept);
  }
  Error LoadError(uint64_t most_rows = UINT32_MAX - 2) {
    auto loaded = store::Load(db_, schema_.catalog, test::NeedAll(schema_.catalog),
                              {.zone = zone_, .busy_ms = 50, .most_rows = most_rows}, errors_);
    if (!loaded.ok()) return loaded.error();
    ADD_FAILURE() << "the load succeeded";
    return {};
  }
  const rt::Table& Table(ObjectId id) const { return loaded_.data.tables[id.index()]; }
  const rt::EventSeries& Series(EventId id) const { return loaded_.data.events[id.index()]; }
  std::string Column(ObjectId id, uint32_t property) const { return Values(Table(id).columns[property]); }
  // "kind subject.property count: key=value, ...", one line a group.
  std::string Errors() const {
    std::string out;
    for (const auto& group : errors_.groups()) {
      if (!out.empty()) out += '\n';
      out += std::string(NameOf(group.kind)) + " " + group.subject + "." + group.property + " " +
             std::to_string(group.count) + ":";
      for (const auto& example : group.examples) out += " " + example.key + "=" + example.value;
    }
    return out;
  }

  test::TempDir dir_;
  std::string db_ = dir_ / "crm.db";
  CatalogBuilder schema_;
  DataErrors errors_;
  const rt::Zone* zone_ = *rt::Zone::Find("Asia/Tokyo");
  LoadedData loaded_;
};

TEST_F(LoadTest, ReadsEveryType) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  const EnumId industry =
      schema_.Enum("Industry", {{.name = "IT", .spellings = {"情報"}}, {.name = "Finance", .spellings = {"金融"}}});
  const uint32_t i = schema_.Property(contact, "i", Type::Int().Optional());
  const uint32_t d = schema_.Property(contact, "d", Type::Decimal(2).Optional());
  const uint32_t m = schema_.Property(contact, "m", Type::Money(PackCurrency("USD")).Optional());
  const uint32_t b = schema_.Property(contact, "b", Type::Bool().Optional());
  const uint32_t day = schema_.Property(contact, "day", Type::Date().Optional());
  const uint32_t at = schema_.Property(contact, "at", Type::Instant().Optional());
  const uint32_t e = schema_.Property(contact, "e", Type::Enum(industry).Optional());
  const uint32_t s = schema_.Property(contact, "s", Type::Set(industry).Optional());
  const uint32_t t = schema_.Property(contact, "t", Type::Text().Optional());
  const uint32_t w = schema_.Property(contact, "w", Type::Duration().Optional());
  Sql("CREATE TABLE contacts(id INTEGER, i, d, m, b, day, at, e, s, t, w);"
      "INSERT INTO contacts VALUES"
      "(1, 5, 1.25, '12.50', 1, '2026-04-01', '2026-04-01T09:00+09:00', 'IT', '[\"IT\",\"金融\"]', 'a', 90),"
      "(2, '-7', '1.2', 12, 'はい', '2026/04/01', '2026-04-01', 'ＩＴ', 'IT; 情報', ' a ', '0.5'),"
      "(3, 5.0, 3, 12.5, 'No', NULL, 1775001600, '情報', '[]', 7, '1 day 2h'),"
      "(4, '', ' ', NULL, '', '', 1775001600000, '', '', '　', NULL);");
  Load();
  EXPECT_EQ(Column(contact, 0), "1 2 3 4");
  EXPECT_EQ(Column(contact, i), "5 -7 5 ?");
  EXPECT_EQ(Column(contact, d), "125 120 300 ?");
  EXPECT_EQ(Column(contact, m), "1250 1200 1250 ?");
  EXPECT_EQ(Column(contact, b), "1 1 0 ?");
  EXPECT_EQ(Column(contact, day), "20544 20544 ? ?");
  EXPECT_EQ(Column(contact, at), std::to_string(Utc("2026-04-01 00:00")) + " " +
                                     std::to_string(Utc("2026-03-31 15:00")) + " 1775001600000000 1775001600000000");
  EXPECT_EQ(Column(contact, e), "0 0 0 ?");
  EXPECT_EQ(Column(contact, s), "3 1 0 ?");
  EXPECT_EQ(Texts(Table(contact).columns[t], *Table(contact).pools[t]), "a  a  7 ?");
  EXPECT_EQ(Column(contact, w), "90000000 500000 93600000000 ?");
  EXPECT_EQ(Errors(), "");
  EXPECT_EQ(loaded_.objects[0].rows, 4u);
  EXPECT_EQ(loaded_.objects[0].quarantined, 0u);
}

TEST_F(LoadTest, CountsWhatDoesNotParse) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  const EnumId color = schema_.Enum("Color", {{.name = "Red"}, {.name = "Blue"}});
  const uint32_t i = schema_.Property(contact, "i", Type::Int().Optional());
  const uint32_t d = schema_.Property(contact, "d", Type::Decimal(1).Optional());
  const uint32_t b = schema_.Property(contact, "b", Type::Bool().Optional());
  const uint32_t e = schema_.Property(contact, "e", Type::Enum(color).Optional());
  const uint32_t t = schema_.Property(contact, "t", Type::Text().Optional());
  const uint32_t day = schema_.Property(contact, "day", Type::Date().Optional());
  Sql("CREATE TABLE contacts(id, i, d, b, e, t, day);"
      "INSERT INTO contacts VALUES(1, 'many', '1.25', 'maybe', 'red', CAST(x'61ff' AS TEXT), '2026-04-31'),"
      "(2, 99999999999999999999, 1.25, 2, 'Red', 'ok', 20544), (3, '9223372036854775808', '1e3', 'oui', 'Green', 'ok', "
      "'x');");
  Load();
  for (uint32_t p : {i, d, b, day}) EXPECT_EQ(Column(contact, p), "? ? ?");
  EXPECT_EQ(Column(contact, e), "? 0 ?");
  EXPECT_EQ(Texts(Table(contact).columns[t], *Table(contact).pools[t]), "? ok ok");
  EXPECT_NE(Errors().find("not a value of its type contact.i 1: 1=many"), std::string::npos) << Errors();
  EXPECT_NE(Errors().find("out of range contact.i 2: 2=1e+20 3=9223372036854775808"), std::string::npos) << Errors();
  EXPECT_NE(Errors().find("more decimals than declared contact.d 2: 1=1.25 2=1.25"), std::string::npos) << Errors();
  EXPECT_NE(Errors().find("not in the enum contact.e 2: 1=red 3=Green"), std::string::npos) << Errors();
  EXPECT_NE(Errors().find("not UTF-8 text contact.t 1: 1=a\xEF\xBF\xBD"), std::string::npos) << Errors();
  EXPECT_EQ(errors_.any_quarantined(), false);
}

TEST_F(LoadTest, DeclaredSpellings) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  const uint32_t b = schema_.Property(contact, "b", Type::Bool().Optional());
  schema_.At(contact, b).true_spellings = {"対象", "1"};
  schema_.At(contact, b).false_spellings = {"対象外"};
  const uint32_t days = schema_.Property(contact, "days", Type::Int().Optional());
  schema_.At(contact, days).unknown_spellings = {"-1"};
  const uint32_t t = schema_.Property(contact, "t", Type::Text().Optional());
  schema_.At(contact, t).unknown_spellings = {"Select", "-"};
  const EnumId with_other = schema_.Enum("Kind", {{.name = "A"}, {.name = "other"}});
  const uint32_t e = schema_.Property(contact, "e", Type::Enum(with_other).Optional());
  Sql("CREATE TABLE contacts(id, b, days, t, e);"
      "INSERT INTO contacts VALUES(1, '対象', -1, 'Select', 'A'), (2, '対象外', '-1', 'Selected', 'B'), (3, 0, -1.0, ' "
      "- ', ''),"
      "(4, 1, 3, 'select', NULL);");
  Load();
  EXPECT_EQ(Column(contact, b), "1 0 0 1");
  EXPECT_EQ(Column(contact, days), "? ? ? 3");
  EXPECT_EQ(Texts(Table(contact).columns[t], *Table(contact).pools[t]), "? Selected ? select");
  EXPECT_EQ(Column(contact, e), "0 1 ? ?");
  EXPECT_EQ(Errors(), "");
}

TEST_F(LoadTest, TimeWithoutZoneNeedsOne) {
  zone_ = nullptr;
  const ObjectId contact = schema_.Object("contact", "contacts");
  const uint32_t at = schema_.Property(contact, "at", Type::Instant().Optional());
  Sql("CREATE TABLE contacts(id, at); INSERT INTO contacts VALUES(1, '2026-04-01 09:00'), (2, '2026-04-01T09:00Z');");
  Load();
  EXPECT_EQ(Column(contact, at), "? " + std::to_string(Utc("2026-04-01 09:00")));
  EXPECT_EQ(Errors(), "a local time, but the project has no timezone contact.at 1: 1=2026-04-01 09:00");
}

TEST_F(LoadTest, QuarantinesRecords) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  const uint32_t name = schema_.Property(contact, "name", Type::Text());
  const uint32_t n = schema_.Property(contact, "n", Type::Int().Optional());
  Sql("CREATE TABLE contacts(id, name, n);"
      "INSERT INTO contacts VALUES(1, 'a', 1), (NULL, 'b', 2), (3, '', 3), (4, 'd', 4), ('4', 'e', 5), ('x', 'f', 6), "
      "(7, 'g', 7);");
  Load();
  EXPECT_EQ(Table(contact).size, 2u);
  EXPECT_EQ(Table(contact).keys.ints, (std::vector<int64_t>{1, 7}));
  EXPECT_EQ(Texts(Table(contact).columns[name], *Table(contact).pools[name]), "a g");
  EXPECT_EQ(Column(contact, n), "1 7");
  EXPECT_EQ(loaded_.objects[0].rows, 7u);
  EXPECT_EQ(loaded_.objects[0].quarantined, 5u);
  EXPECT_TRUE(errors_.any_quarantined());
  EXPECT_NE(Errors().find("the key is unknown contact.id 2: row 2= row 6=x"), std::string::npos) << Errors();
  EXPECT_NE(Errors().find("the key is repeated contact.id 2:"), std::string::npos) << Errors();
  EXPECT_NE(Errors().find("a required property is unknown contact.name 1: 3="), std::string::npos) << Errors();
}

TEST_F(LoadTest, RequiredPropertiesCountEvenIfNoRuleReadsThem) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  const uint32_t name = schema_.Property(contact, "name", Type::Text());
  Sql("CREATE TABLE contacts(id, name); INSERT INTO contacts VALUES(1, 'a'), (2, NULL);");
  Needs needs = test::NeedAll(schema_.catalog);
  needs.properties[0][name] = false;
  auto loaded = store::Load(db_, schema_.catalog, needs, {.zone = zone_}, errors_);
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(loaded->data.tables[0].size, 1u);
  EXPECT_EQ(loaded->data.tables[0].columns[name].size(), 0u);
}

TEST_F(LoadTest, RelationsBothWays) {
  const ObjectId company = schema_.Object("company", "companies", Type::Text());
  const ObjectId contact = schema_.Object("contact", "contacts");
  const uint32_t of = schema_.Property(contact, "company", Type::Ref(company).Optional());
  const uint32_t contacts = schema_.Many(company, "contacts", contact, of);
  Sql("CREATE TABLE companies(id); INSERT INTO companies VALUES('x'), ('y'), (''), ('z');"
      "CREATE TABLE contacts(id, company_id);"
      "INSERT INTO contacts VALUES(10, 'y'), (11, 'x'), (12, NULL), (13, 'nobody'), (14, 'y');");
  Load();
  EXPECT_EQ(Column(contact, of), "1 0 ? ? 1");
  EXPECT_EQ(Table(company).many[contacts].offsets, (std::vector<uint32_t>{0, 1, 3, 3}));
  EXPECT_EQ(Table(company).many[contacts].rows, (std::vector<uint32_t>{1, 0, 4}));
  EXPECT_NE(Errors().find("no record has this key contact.company 1: 13=nobody"), std::string::npos) << Errors();
}

TEST_F(LoadTest, QuarantineSpreadsThroughRequiredRelations) {
  const ObjectId company = schema_.Object("company", "companies");
  schema_.Property(company, "name", Type::Text());
  const ObjectId contact = schema_.Object("contact", "contacts");
  schema_.Property(contact, "company", Type::Ref(company));
  const ObjectId deal = schema_.Object("deal", "deals");
  const uint32_t of = schema_.Property(deal, "contact", Type::Ref(contact).Optional());
  Sql("CREATE TABLE companies(id, name); INSERT INTO companies VALUES(1, NULL), (2, 'b');"
      "CREATE TABLE contacts(id, company_id); INSERT INTO contacts VALUES(1, 1), (2, 2), (3, 9), (4, NULL), (5, 2);"
      "CREATE TABLE deals(id, contact_id); INSERT INTO deals VALUES(1, 1), (2, 2), (3, 5);");
  Load();
  EXPECT_EQ(Table(company).keys.ints, (std::vector<int64_t>{2}));
  EXPECT_EQ(Table(contact).keys.ints, (std::vector<int64_t>{2, 5}));
  EXPECT_EQ(Column(contact, 1), "0 0");
  EXPECT_EQ(Column(deal, of), "? 0 1");
  EXPECT_NE(Errors().find("the record with this key is quarantined deal.contact 1: 1=1"), std::string::npos)
      << Errors();
}

TEST_F(LoadTest, EventsSortedAndCounted) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  const EventId open = schema_.Event("open", contact, "events");
  schema_.At(open).where = {{.column = "type", .values = {"open"}}};
  const uint32_t mail = schema_.Field(open, "mail", Type::Text().Optional());
  Sql("CREATE TABLE contacts(id); INSERT INTO contacts VALUES(1), (2), (3);"
      "CREATE TABLE events(contact_id, time, type, mail);"
      "INSERT INTO events VALUES(3, '2026-01-02', 'open', 'c'), (1, '2026-01-03', 'open', 'b'), (1, '2026-01-01', "
      "'ｏｐｅｎ', 'a'),"
      "(1, '2026-01-01', 'click', 'x'), (9, '2026-01-01', 'open', 'x'), (NULL, '2026-01-01', 'open', 'x'),"
      "(1, 'soon', 'open', 'x'), (1, '2027-01-01', 'open', 'd'), (1, '2026-01-01', NULL, 'x');");
  Load();
  EXPECT_EQ(Series(open).offsets, (std::vector<uint32_t>{0, 3, 3, 4}));
  EXPECT_EQ(Texts(Series(open).fields[mail], *Series(open).pools[mail]), "a b d c");
  EXPECT_EQ(Series(open).arrival, (std::vector<uint32_t>{3, 2, 8, 1}));
  const auto& report = loaded_.events[open.index()];
  EXPECT_EQ(report.rows, 7u);
  EXPECT_EQ(report.kept, 4u);
  EXPECT_EQ(report.without_record, 2u);
  EXPECT_EQ(report.quarantined, 1u);
  EXPECT_EQ(report.future, 1u);
  EXPECT_NE(Errors().find("the time of the event is unknown open.time 1: 1=soon"), std::string::npos) << Errors();
}

TEST_F(LoadTest, WhereComparesNumbersAndNegates) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  const EventId big = schema_.Event("big", contact, "events");
  schema_.At(big).where = {{.column = "size", .values = {"3", "4.0"}},
                           {.column = "deleted", .negated = true, .values = {"true"}}};
  Sql("CREATE TABLE contacts(id); INSERT INTO contacts VALUES(1);"
      "CREATE TABLE events(contact_id, time, size, deleted);"
      "INSERT INTO events VALUES(1, 1, 3, 0), (1, 2, 3.0, 'false'), (1, 3, '3', 0), (1, 4, 4, 0), (1, 5, 3, 1), (1, 6, "
      "5, 0), (1, 7, 3, NULL);");
  Load();
  EXPECT_EQ(Series(big).times, (std::vector<int64_t>{1'000'000, 2'000'000, 3'000'000, 4'000'000}));
}

TEST_F(LoadTest, FirstArrivalOfAnIdCounts) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  const EventId open = schema_.Event("open", contact, "opens");
  const EventId click = schema_.Event("click", contact, "clicks");
  Sql("CREATE TABLE contacts(id); INSERT INTO contacts VALUES(1);"
      "CREATE TABLE opens(contact_id, time, id);"
      "INSERT INTO opens VALUES(1, 3, 'a'), (1, 1, 'a'), (1, 2, NULL), (1, 2, NULL), (1, 4, '7'), (1, 5, 7);"
      "CREATE TABLE clicks(contact_id, time, id, seq);"
      "INSERT INTO clicks VALUES(1, 3, 'a', 20), (1, 1, 'a', 10), (1, 9, 'a', 30), (1, 5, 'b', 2), (1, 5, 'c', 1);");
  Load();
  EXPECT_EQ(Series(open).times, (std::vector<int64_t>{2'000'000, 2'000'000, 3'000'000, 4'000'000}));
  EXPECT_EQ(loaded_.events[open.index()].duplicates, 2u);
  EXPECT_EQ(Series(click).times, (std::vector<int64_t>{1'000'000, 5'000'000, 5'000'000}));
  EXPECT_EQ(Series(click).arrival, (std::vector<uint32_t>{10, 1, 2}));
  EXPECT_EQ(loaded_.events[click.index()].duplicates, 2u);
}

TEST_F(LoadTest, AnyOfMergesSeries) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  const EventId open = schema_.Event("open", contact, "opens");
  schema_.Field(open, "mail", Type::Text().Optional());
  schema_.Field(open, "n", Type::Decimal(1).Optional());
  const EventId click = schema_.Event("click", contact, "clicks");
  schema_.Field(click, "url", Type::Text().Optional());
  schema_.Field(click, "mail", Type::Text().Optional());
  schema_.Field(click, "n", Type::Decimal(2).Optional());
  const EventId both = schema_.Event("both", contact, "");
  schema_.At(both).any_of = {open, click};
  schema_.Field(both, "mail", Type::Text().Optional());
  schema_.Field(both, "n", Type::Decimal(2).Optional());
  Sql("CREATE TABLE contacts(id); INSERT INTO contacts VALUES(1), (2);"
      "CREATE TABLE opens(contact_id, time, mail, n, seq);"
      "INSERT INTO opens VALUES(1, 5, 'x', 1.5, 8), (2, 1, 'y', NULL, 9), (1, 1, 'z', 2, 1);"
      "CREATE TABLE clicks(contact_id, time, mail, url, n, seq); INSERT INTO clicks VALUES(1, 5, 'y', 'u', 0.25, 7);");
  Load();
  EXPECT_EQ(Series(both).offsets, (std::vector<uint32_t>{0, 3, 4}));
  EXPECT_EQ(Texts(Series(both).fields[0], *Series(both).pools[0]), "z y x y");
  EXPECT_EQ(Values(Series(both).fields[1]), "200 25 150 ?");
  EXPECT_EQ(Series(both).arrival, (std::vector<uint32_t>{1, 7, 8, 9}));
  // Each of its members may be as long as a series can be; together they are not.
  EXPECT_NE(LoadError(3).message.find("`both`"), std::string::npos);
  EXPECT_NE(LoadError(2).message.find("`open`"), std::string::npos);
  EXPECT_NE(LoadError(1).message.find("`contacts`"), std::string::npos);
}

TEST_F(LoadTest, HistoryBecomesChanges) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  const EnumId stage = schema_.Enum("Stage", {{.name = "Lead"}, {.name = "Won"}});
  const uint32_t property = schema_.Property(contact, "stage", Type::Enum(stage).Optional());
  schema_.At(contact, property).history_table = "stages";
  const EventId change = schema_.Event("", contact, "stages");
  schema_.At(change).change_of = property;
  schema_.Field(change, "to", Type::Enum(stage).Optional(), "value");
  schema_.Field(change, "from", Type::Enum(stage).Optional(), "");
  Sql("CREATE TABLE contacts(id, stage); INSERT INTO contacts VALUES(1, 'Won'), (2, NULL);"
      "CREATE TABLE stages(contact_id, time, value);"
      "INSERT INTO stages VALUES(1, 30, 'Won'), (1, 10, 'Lead'), (1, 20, 'Lead'), (2, 5, NULL), (1, 40, NULL);");
  Load();
  EXPECT_EQ(Series(change).offsets, (std::vector<uint32_t>{0, 3, 4}));
  EXPECT_EQ(Series(change).times, (std::vector<int64_t>{10'000'000, 30'000'000, 40'000'000, 5'000'000}));
  EXPECT_EQ(Values(Series(change).fields[0]), "0 1 ? ?");
  EXPECT_EQ(Values(Series(change).fields[1]), "? 0 1 ?");
}

TEST_F(LoadTest, TablesOfTheEngineMayBeMissing) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  const EventId kept = schema_.Event("kept", contact, "saiten_history");
  schema_.At(kept).engine_kept = true;
  schema_.Field(kept, "to", Type::Text().Optional(), "value");
  Sql("CREATE TABLE contacts(id); INSERT INTO contacts VALUES(1), (2);");
  Load();
  EXPECT_EQ(Series(kept).offsets, (std::vector<uint32_t>{0, 0, 0}));
  EXPECT_EQ(Series(kept).size(), 0U);
  // Where it is there, it is read like any other.
  Sql("CREATE TABLE saiten_history(contact_id, time, value); INSERT INTO saiten_history VALUES(2, 5, 'x');");
  Load();
  EXPECT_EQ(Series(kept).offsets, (std::vector<uint32_t>{0, 0, 1}));
  EXPECT_EQ(Texts(Series(kept).fields[0], *Series(kept).pools[0]), "x");
}

TEST_F(LoadTest, ListsFromTablesAndOurOwn) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  const ListId vip = schema_.List("vip", contact, "vip_rows");
  const ListId kept = schema_.List("kept", contact);
  Sql("CREATE TABLE contacts(id); INSERT INTO contacts VALUES(1), (2), (3);"
      "CREATE TABLE vip_rows(contact_id, note); INSERT INTO vip_rows VALUES(2, ''), (2, ''), (9, '');"
      "CREATE TABLE saiten_lists(list, object, id); INSERT INTO saiten_lists VALUES('kept', 'contact', 3), ('old', "
      "'contact', 1);");
  Load();
  EXPECT_EQ(Values(Table(contact).lists[vip.index()]), "0 1 0");
  EXPECT_EQ(Values(Table(contact).lists[kept.index()]), "0 0 1");
  EXPECT_EQ(Errors(), "the member of the list does not exist vip. 1: 9=");
}

TEST_F(LoadTest, ViewsAndTablesWithoutRowid) {
  const ObjectId contact = schema_.Object("contact", "people", Type::Text());
  const EventId open = schema_.Event("open", contact, "open_view");
  Sql("CREATE TABLE people(id TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO people VALUES('b'), ('a');"
      "CREATE TABLE raw(c, t); INSERT INTO raw VALUES('b', 1), ('a', 2);"
      "CREATE VIEW open_view AS SELECT c AS contact_id, t AS time FROM raw;");
  Load();
  EXPECT_EQ(Table(contact).keys.texts, rt::TextArray::Of({"a", "b"}));
  EXPECT_EQ(Series(open).times, (std::vector<int64_t>{2'000'000, 1'000'000}));
  EXPECT_TRUE(loaded_.objects[0].ids_are_text);
}

TEST_F(LoadTest, DatabaseInUtf16) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  const uint32_t name = schema_.Property(contact, "名前", Type::Text());
  Sql("PRAGMA encoding = 'UTF-16'; CREATE TABLE contacts(id, 名前); INSERT INTO contacts VALUES(1, '田中𠮷');");
  Load();
  EXPECT_EQ(Texts(Table(contact).columns[name], *Table(contact).pools[name]), "田中𠮷");
}

TEST_F(LoadTest, KeysCloseTogetherAndFarApart) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  const ObjectId company = schema_.Object("company", "companies");
  const uint32_t near = schema_.Property(contact, "near", Type::Ref(contact).Optional());
  const uint32_t far = schema_.Property(contact, "far", Type::Ref(company).Optional());
  Sql("CREATE TABLE companies(id); INSERT INTO companies VALUES(-9223372036854775807), (9223372036854775807), (0);"
      "CREATE TABLE contacts(id, near_id, far_id);"
      "INSERT INTO contacts VALUES(-2, 3, 0), (3, -2, -9223372036854775807), (-1, 4, 9223372036854775807), (0, -3, "
      "1);");
  Load();
  EXPECT_EQ(Column(contact, near), "1 0 ? ?");
  EXPECT_EQ(Column(contact, far), "2 0 1 ?");
}

TEST_F(LoadTest, EmptyTables) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  const uint32_t boss = schema_.Property(contact, "boss", Type::Ref(contact).Optional());
  schema_.Many(contact, "team", contact, boss);
  const EventId open = schema_.Event("open", contact, "opens");
  schema_.List("vip", contact);
  Sql("CREATE TABLE contacts(id, boss_id); CREATE TABLE opens(contact_id, time);");
  Load();
  EXPECT_EQ(Table(contact).size, 0u);
  EXPECT_EQ(Series(open).offsets, (std::vector<uint32_t>{0}));
  EXPECT_EQ(Errors(), "");
}

TEST_F(LoadTest, RowOrderIsNotAnIndexOrder) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  Sql("CREATE TABLE contacts(id INT, x); CREATE INDEX by_id ON contacts(id); INSERT INTO contacts(id) VALUES(3), (1), "
      "(2);");
  Load();
  EXPECT_EQ(Table(contact).keys.ints, (std::vector<int64_t>{3, 1, 2}));
}

TEST_F(LoadTest, MissingTablesAndColumnsAreAllNamed) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  schema_.Property(contact, "industry", Type::Text().Optional(), "業種");
  schema_.Event("open", contact, "opens");
  Sql("CREATE TABLE contacts(id, industry);");
  const Error error = LoadError();
  EXPECT_EQ(error.kind, ErrorKind::kUsage);
  EXPECT_NE(error.message.find("`contact.industry` reads the column `業種`"), std::string::npos) << error.message;
  EXPECT_NE(error.message.find("it has id, industry"), std::string::npos) << error.message;
  EXPECT_NE(error.message.find("event `open` reads the table `opens`"), std::string::npos) << error.message;
}

TEST_F(LoadTest, MissingFileAndFolder) {
  schema_.Object("contact", "contacts");
  EXPECT_EQ(LoadError().kind, ErrorKind::kIo);
  EXPECT_FALSE(std::filesystem::exists(db_));
  std::filesystem::create_directory(db_);
  EXPECT_NE(LoadError().message.find("is a folder"), std::string::npos);
}

TEST_F(LoadTest, NotADatabaseAndDamaged) {
  schema_.Object("contact", "contacts");
  test::WriteFile(db_, std::string(5000, 'x'));
  EXPECT_EQ(LoadError().kind, ErrorKind::kCorrupt);
  std::filesystem::remove(db_);
  Sql("CREATE TABLE contacts(id); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
      "INSERT INTO contacts SELECT i FROM n;");
  std::filesystem::resize_file(db_, 4096 * 5);
  EXPECT_EQ(LoadError().kind, ErrorKind::kCorrupt);
}

TEST_F(LoadTest, LockedIsBusy) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  Sql("CREATE TABLE contacts(id); INSERT INTO contacts VALUES(1);");
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(db_.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_EQ(LoadError().kind, ErrorKind::kBusy);
  sqlite3_close(other);
  Load();
  EXPECT_EQ(Table(contact).size, 1u);
}

TEST_F(LoadTest, ReadOnlyDatabaseLoads) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  Sql("CREATE TABLE contacts(id); INSERT INTO contacts VALUES(1);");
  ASSERT_EQ(chmod(db_.c_str(), 0444), 0);
  Load();
  EXPECT_EQ(Table(contact).size, 1u);
}

// Another program adds a contact and an event after the load has begun: neither or both may be seen.
TEST_F(LoadTest, AChangeWhileLoadingDoesNotTear) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  const EventId open = schema_.Event("open", contact, "opens");
  std::string insert =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150000) INSERT INTO contacts SELECT i "
      "FROM n;";
  Sql("PRAGMA journal_mode = WAL; CREATE TABLE contacts(id); CREATE TABLE opens(contact_id, time);" + insert);
  bool changed = false;
  store::LoadOptions options{.zone = zone_};
  options.progress = [&](uint64_t, uint64_t total) {
    if (std::exchange(changed, true)) return;
    EXPECT_EQ(total, 150'000u);
    Sql("INSERT INTO opens VALUES(1, 1), (2, 2);");
  };
  auto loaded = store::Load(db_, schema_.catalog, test::NeedAll(schema_.catalog), options, errors_);
  ASSERT_TRUE(loaded.ok());
  EXPECT_TRUE(changed);
  EXPECT_EQ(loaded->data.tables[contact.index()].size, 150'000u);
  EXPECT_EQ(loaded->data.events[open.index()].size(), 0u);
  EXPECT_EQ(test::Query(db_, "SELECT count(*) FROM opens"), "2");
}

}  // namespace
}  // namespace saiten
