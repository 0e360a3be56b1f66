// A load in parts on many threads gives what reading row by row gives: data, counts and errors in their order.
#include <fmt/format.h>

#include <random>

#include "store/load/load.h"
#include "tests/store/support.h"

namespace saiten {
namespace {

std::string Values(const rt::Column& column, const rt::StringPool* pool) {
  std::string out;
  for (size_t row = 0; row < column.size(); ++row) {
    const int64_t raw = column.Raw(row);
    out += !column.Known(row) ? "? "
           : pool != nullptr  ? fmt::format("{}={} ", raw, pool->View(static_cast<int32_t>(raw)))
                              : fmt::format("{} ", raw);
  }
  return out + "\n";
}

// Everything that a load gives, as text.
std::string Dump(const store::LoadedData& loaded, const store::DataErrors& errors) {
  std::string out;
  for (size_t i = 0; i < loaded.data.tables.size(); ++i) {
    const rt::Table& table = loaded.data.tables[i];
    const auto& report = loaded.objects[i];
    out += fmt::format("object {}: {} rows {} quarantined {} text {}\n", i, table.size, report.rows, report.quarantined,
                       report.ids_are_text);
    for (size_t row = 0; row < table.keys.size(); ++row) out += table.keys.Spell(row) + " ";
    for (int64_t rowid : report.rowids) out += fmt::format("{} ", rowid);
    for (size_t p = 0; p < table.columns.size(); ++p) out += Values(table.columns[p], table.pools[p].get());
  }
  for (size_t i = 0; i < loaded.data.events.size(); ++i) {
    const rt::EventSeries& series = loaded.data.events[i];
    const auto& report = loaded.events[i];
    out += fmt::format("event {}: {} {} {} {} {} {}\n", i, report.rows, report.kept, report.duplicates,
                       report.without_record, report.quarantined, report.future);
    for (uint32_t offset : series.offsets) out += fmt::format("{} ", offset);
    for (int64_t time : series.times) out += fmt::format("{} ", time);
    out += Values(report.rowids, nullptr);
    for (size_t f = 0; f < series.fields.size(); ++f) out += Values(series.fields[f], series.pools[f].get());
  }
  for (const store::DataErrorGroup& group : errors.groups()) {
    out += fmt::format("{} {}.{} {} {}:", NameOf(group.kind), group.subject, group.property, group.count,
                       group.leaves_out);
    for (const auto& example : group.examples) out += fmt::format(" {}={}", example.key, example.value);
    out += "\n";
  }
  return out;
}

class LoadPartsTest : public testing::Test {
 protected:
  LoadPartsTest() {
    const EnumId level = schema_.Enum("Level", {{"Low", {"低"}}, {"High", {"高"}}});
    const ObjectId company = schema_.Object("company", "companies");
    const ObjectId contact = schema_.Object("contact", "contacts");
    schema_.Property(contact, "level", Type::Enum(level).Optional());
    schema_.Property(contact, "size", Type::Int());
    schema_.Property(contact, "email", Type::Text().Optional());
    schema_.Property(contact, "company", Type::Ref(company).Optional(), "company_id");
    const EventId open = schema_.Event("open", contact, "events");
    schema_.At(open).where.push_back({.column = "type", .values = {"open"}});
    schema_.Field(open, "page", Type::Text().Optional());
    const EventId view = schema_.Event("view", contact, "events");
    schema_.At(view).where.push_back({.column = "type", .values = {"view"}});
    schema_.Field(view, "seconds", Type::Int());
    schema_.Field(view, "company", Type::Ref(company).Optional(), "company_id");
  }

  std::string Load(size_t threads) {
    store::DataErrors errors;
    auto loaded =
        store::Load(db_, schema_.catalog, test::NeedAll(schema_.catalog),
                    {.zone = rt::Zone::Utc(), .busy_ms = 50, .threads = threads, .keep_rowids = true}, errors);
    if (!loaded.ok()) return loaded.error().message;
    return Dump(*loaded, errors);
  }

  void Fill(unsigned seed, const char* contact_columns, bool repeat_keys) {
    std::mt19937 random(seed);
    std::string sql = fmt::format(
        "PRAGMA page_size = 512; BEGIN; CREATE TABLE companies(id INTEGER PRIMARY KEY); CREATE TABLE contacts({}); "
        "CREATE TABLE "
        "events(contact_id, type, time, page, seconds, company_id);",
        contact_columns);
    for (int i = 0; i < 50; ++i) sql += fmt::format("INSERT INTO companies VALUES({});", i);
    const char* const levels[] = {"'低'", "'High'", "NULL", "'中'", "''"};
    for (int i = 0; i < 2500; ++i) {
      const int key = repeat_keys && random() % 900 == 0 ? static_cast<int>(random() % 100) : i * 7 % 2503;
      const std::string size = random() % 40 == 0   ? "NULL"
                               : random() % 40 == 0 ? "'many'"
                                                    : std::to_string(random() % 300);
      sql += fmt::format("INSERT INTO contacts VALUES({}, {}, {}, 'u{}@x.jp', {});", key, levels[random() % 5], size,
                         random() % 400, random() % 60);
    }
    for (int i = 0; i < 6000; ++i) {
      sql += fmt::format("INSERT INTO events VALUES({}, {}, {}, '/p{}', {}, {});", random() % 2600,
                         random() % 3 == 0 ? "'open'" : "'view'",
                         random() % 50 == 0 ? "'soon'" : std::to_string(random() % 100'000'000), random() % 30,
                         random() % 30 == 0 ? "NULL" : std::to_string(random() % 90), random() % 60);
    }
    test::RunSql(db_, sql + "COMMIT;");
  }

  test::CatalogBuilder schema_;
  test::TempDir dir_;
  std::string db_ = dir_.path() + "/parts.db";
};

TEST_F(LoadPartsTest, RowByRowAndInPartsAreTheSame) {
  Fill(1, "id, level, size, email, company_id", false);
  const std::string one = Load(1);
  EXPECT_NE(one.find("not in the enum contact.level"), std::string::npos);
  EXPECT_NE(one.find("the record of the event does not exist"), std::string::npos);
  EXPECT_EQ(Load(2), one);
  EXPECT_EQ(Load(8), one);
}

TEST_F(LoadPartsTest, RisingKeys) {
  Fill(2, "id INTEGER PRIMARY KEY, level, size, email, company_id", false);
  EXPECT_EQ(Load(8), Load(1));
}

TEST_F(LoadPartsTest, RepeatedKeysAreFoundAcrossParts) {
  Fill(3, "id, level, size, email, company_id", true);
  const std::string one = Load(1);
  EXPECT_NE(one.find("the key is repeated"), std::string::npos);
  EXPECT_EQ(Load(8), one);
}

TEST_F(LoadPartsTest, UnknownKeysSayTheirRow) {
  Fill(4, "id, level, size, email, company_id", false);
  test::RunSql(db_, "UPDATE contacts SET id = NULL WHERE rowid IN (1200, 1201, 2400)");
  const std::string one = Load(1);
  EXPECT_NE(one.find("row 1200="), std::string::npos);
  EXPECT_EQ(Load(8), one);
}

TEST_F(LoadPartsTest, ALogBesideTheFileChangesNothing) {
  Fill(5, "id, level, size, email, company_id", false);
  const std::string one = Load(8);
  sqlite3* writer = nullptr;
  ASSERT_EQ(sqlite3_open(db_.c_str(), &writer), SQLITE_OK);
  // A writer that stays open keeps its log: rows then come through SQLite's interface.
  ASSERT_EQ(sqlite3_exec(writer, "PRAGMA journal_mode = WAL; CREATE TABLE more(a)", nullptr, nullptr, nullptr),
            SQLITE_OK);
  EXPECT_EQ(Load(8), one);
  sqlite3_close(writer);
}

}  // namespace
}  // namespace saiten
