#include "store/schema/schema.h"

#include "store/schema/schema_names.h"
#include "tests/store/support.h"

namespace saiten {
namespace {

using store::SchemaFinding;
using test::RunSql;

class SchemaTest : public testing::Test {
 protected:
  std::string Pull() {
    auto text = store::PullSchema(db_, {});
    EXPECT_TRUE(text.ok()) << text.error().message;
    return text.ok() ? *text : "";
  }
  // "message [value rows, ...] (hint)" of each finding, one a line; without those for information.
  std::string Check() {
    auto findings = store::CheckSchema(db_, schema_.catalog, {.zone = *rt::Zone::Find("Asia/Tokyo")});
    EXPECT_TRUE(findings.ok()) << findings.error().message;
    std::string out;
    for (const SchemaFinding& finding : *findings) {
      if (!finding.is_error()) continue;
      if (!out.empty()) out += '\n';
      out += finding.message.en;
      for (const auto& [value, rows] : finding.values) out += " [" + value + " " + std::to_string(rows) + "]";
      out += " (" + finding.hint.en + ")";
    }
    return out;
  }
  test::TempDir dir_;
  std::string db_ = dir_ / "crm.db";
  test::CatalogBuilder schema_;
};

TEST_F(SchemaTest, NamesAreIdentifiers) {
  EXPECT_EQ(store::PropertyName("Lead Source"), "lead_source");
  EXPECT_EQ(store::PropertyName("createdAt"), "created_at");
  EXPECT_EQ(store::PropertyName("業種"), "業種");
  EXPECT_EQ(store::PropertyName("2nd phone"), "c_2nd_phone");
  EXPECT_EQ(store::PropertyName("count"), "count_");
  EXPECT_EQ(store::PropertyName("売上（円）"), "売上_円");
  EXPECT_EQ(store::ObjectName("companies"), "company");
  EXPECT_EQ(store::ObjectName("Contacts"), "contact");
  EXPECT_EQ(store::ObjectName("addresses"), "address");
  EXPECT_EQ(store::ObjectName("status"), "status");
  EXPECT_EQ(store::TypeName("blue-collar"), "BlueCollar");
  EXPECT_EQ(store::TypeName("02.Medium"), "V02Medium");
  EXPECT_EQ(store::QuoteText("a\"b\\c${x}\n"), "\"a\\\"b\\\\c\\${x}\\n\"");
}

TEST_F(SchemaTest, PullTellsTypesRelationsEnumsAndEvents) {
  RunSql(db_, R"sql(
    CREATE TABLE companies(id INTEGER PRIMARY KEY, name TEXT, size TEXT);
    INSERT INTO companies VALUES(1, 'A', 'small'), (2, 'B', 'large'), (3, 'C', 'small'), (4, 'D', 'Small'), (5, 'E', '-'),
      (6, 'F', 'large'), (7, 'G', 'large'), (8, 'H', 'large'), (9, 'I', 'large'), (10, 'J', 'small');
    CREATE TABLE contacts("Contact ID" TEXT PRIMARY KEY, email TEXT, "Do Not Email" TEXT, born TEXT, signed_up TEXT, score REAL,
      visits INTEGER, company_id INTEGER REFERENCES companies(id), boss TEXT REFERENCES contacts, blank TEXT, topics TEXT);
    INSERT INTO contacts VALUES('a', 'x@y', 'Yes', '1980-01-02', '2026-01-02 10:00', 1.5, 3, 1, NULL, NULL, '["A","B"]'),
      ('b', 'z@y', 'No', '1981-01-02', '2026-01-02T10:00Z', 2.25, 4, 2, 'a', '', '[]'),
      ('c', 'q@y', 'No', NULL, '2026-01-03', 3, 7, NULL, 'a', NULL, '["A"]');
    CREATE TABLE events(id INTEGER PRIMARY KEY, contact_id TEXT, time INTEGER, type TEXT, url TEXT);
    INSERT INTO events(contact_id, time, type, url) VALUES('a', 1767225600, 'page_view', '/'), ('a', 1767225601, 'page_view', '/x'),
      ('b', 1767225602, 'page_view', '/y'), ('b', 1767225603, 'form-submit', NULL), ('a', 1767225604, 'form-submit', NULL),
      ('a', 1767225605, 'form-submit', NULL);
    CREATE TABLE pairs(a, b);
    CREATE TABLE saiten_meta(key); CREATE TABLE saiten_run(run);
  )sql");
  EXPECT_EQ(
      Pull(),
      R"rules(// Proposed by `saiten schema pull` from the tables and values of the database: names, enums and what is
// optional are for you to correct.

// Times such as those of contacts.signed_up name no zone and are read as times of this one: correct it.
timezone "UTC"

enum Size {
  Large "large"
  Small "small" | "Small"
}

enum Topics {
  A
  B
}

object company from "companies" {
  id: int key
  name: text
  size: Size?  unknown "-"  // unknown in 1 of 10
  contacts: many contact by company
}

object contact from "contacts" {
  contact_id: text key  from "Contact ID"
  email: text
  do_not_email: bool  from "Do Not Email"
  born: date?  // unknown in 1 of 3
  signed_up: time
  score: decimal(2)
  visits: int
  company: company?  // unknown in 1 of 3
  boss: contact?  from "boss"  // unknown in 1 of 3
  blank: text?  // no values to tell its type
  topics: set<Topics>
  contacts: many contact by boss
}

event form_submit of contact from "events" where type == "form-submit" {
  url: text?  // unknown in 3 of 6
}

event page_view of contact from "events" where type == "page_view" {
  url: text?  // unknown in 3 of 6
}

// The table "pairs" has no key of one column, so it is no object.
)rules");
}

// The properties and events of one proposal, without its head.
std::string Body(const std::string& text) { return text.substr(text.find("\nobject") + 1); }

TEST_F(SchemaTest, PullKeepsCodesWithZerosInFront) {
  RunSql(db_, R"sql(
    CREATE TABLE accounts(code TEXT PRIMARY KEY, zip TEXT, branch TEXT, parent_code TEXT REFERENCES accounts);
    INSERT INTO accounts VALUES('001', '0600001', '10', NULL), ('1', '1000001', '11', '001'), ('2', NULL, '12', '1');
  )sql");
  EXPECT_EQ(Body(Pull()), R"rules(object account from "accounts" {
  code: text key  // numbers with zeros in front
  zip: text?  // unknown in 1 of 3; numbers with zeros in front
  branch: int
  parent_code: account?  from "parent_code"  // unknown in 1 of 3; numbers with zeros in front
  accounts: many account by parent_code
}
)rules");
}

TEST_F(SchemaTest, PullNamesTheValuesThatAreNotOfTheType) {
  RunSql(db_, R"sql(
    CREATE TABLE deals(id INTEGER PRIMARY KEY, closed TEXT, amount TEXT, seen TEXT, source TEXT, birthday TEXT, price TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
    INSERT INTO deals SELECT i, date('2026-01-01', i || ' days'), i * 100, datetime('2026-01-01', i || ' hours') || 'Z',
      iif(i % 2, 'Web', 'Event'), iif(i % 2, '1980-01-02', 'S55.1.1'), iif(i % 2, '¥1,000', '¥2,000') FROM n;
    UPDATE deals SET closed = '未定' WHERE id % 20 = 0;
    UPDATE deals SET closed = '2026-13-45' WHERE id = 7;
    UPDATE deals SET amount = '1,200' WHERE id IN (3, 4);
    UPDATE deals SET seen = 'yesterday' WHERE id = 5;
    UPDATE deals SET source = '-- 選択 --' WHERE id IN (1, 2);
    UPDATE deals SET source = 'web ' WHERE id IN (3, 5);
  )sql");
  const std::string text = Pull();
  EXPECT_NE(text.find("enum Source {\n  Event\n  Web \"Web\" | \"web \"\n}"), std::string::npos) << text;
  EXPECT_EQ(Body(text), R"rules(object deal from "deals" {
  id: int key
  closed: date?  unknown "未定"  // unknown in 11 of 200; no date: "2026-13-45" 1
  amount: int?  // unknown in 2 of 200; no number: "1,200" 2
  seen: time?  unknown "yesterday"  // unknown in 1 of 200
  source: Source?  unknown "-- 選択 --"  // unknown in 2 of 200
  birthday: date?  // unknown in 100 of 200; no date: "S55.1.1" 100
  price: text
}
)rules");
}

TEST_F(SchemaTest, PullReadsUnixTimesListsAndEventsWithSomeBadTimes) {
  RunSql(db_, R"sql(
    CREATE TABLE contacts(id INTEGER PRIMARY KEY, contact TEXT, created INTEGER, updated_ms INTEGER, seen_at INTEGER,
      n_only TEXT, yes_only TEXT, empty INTEGER, empty_real REAL, code INTEGER);
    CREATE TABLE visits(contact_id INTEGER REFERENCES contacts, at TEXT);
    CREATE TABLE vip(contact_id INTEGER PRIMARY KEY REFERENCES contacts);
    CREATE TABLE later(id INTEGER PRIMARY KEY, note TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
    INSERT INTO contacts SELECT i, 'c' || i, 1767225600 + i, 1, 1767225600000 + i, 'n', 'yes', NULL, NULL,
      90000000000 + i FROM n;
    UPDATE contacts SET created = 0 WHERE id = 9;
    INSERT INTO visits SELECT id, iif(id = 4, 'yesterday', '2026-01-02T10:00:00Z') FROM contacts;
    INSERT INTO vip VALUES(1), (5);
  )sql");
  EXPECT_EQ(Body(Pull()), R"rules(object contact from "contacts" {
  id: int key
  contact_: text  from "contact"
  created: time?  unknown "0"  // Unix seconds; unknown in 1 of 60
  updated_ms: int
  seen_at: time  // Unix milliseconds
  n_only: text
  yes_only: bool
  empty: int?  // no values: the type is as declared
  empty_real: decimal(2)?  // no values: the type is as declared
  code: int
}

object later from "later" {
  id: int key  // no values: the type is as declared
  note: text?  // no values to tell its type
}

// 1 of 60 rows of "visits" have no time and do not count: "yesterday" 1
event visit of contact from "visits" at "at" {
}

list vip of contact from "vip"
)rules");
}

TEST_F(SchemaTest, PullWritesTheZoneThatIsAskedFor) {
  RunSql(db_, "CREATE TABLE a(id INTEGER PRIMARY KEY, seen TEXT); INSERT INTO a VALUES(1, '2026-01-02 10:00')");
  EXPECT_NE(Pull().find("\ntimezone \"UTC\"\n"), std::string::npos);
  auto text = store::PullSchema(db_, {.zone = "Asia/Tokyo"});
  ASSERT_TRUE(text.ok());
  EXPECT_NE(text->find("\ntimezone \"Asia/Tokyo\"\n"), std::string::npos) << *text;
}

TEST_F(SchemaTest, CheckNamesTheMissingZoneAndDatesOfSpreadsheets) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  schema_.Property(contact, "seen", Type::Instant());
  schema_.Property(contact, "joined", Type::Instant().Optional());
  schema_.Event("visit", contact, "visits");
  RunSql(db_, R"sql(
    CREATE TABLE contacts(id INTEGER PRIMARY KEY, seen, joined);
    INSERT INTO contacts VALUES(1, '2026-01-02 10:00', 46000), (2, 'soon', '46001.5'), (3, '2026-01-02T10:00Z', 1767225600);
    CREATE TABLE visits(contact_id, time); INSERT INTO visits VALUES(1, '2026-01-02 10:00');
  )sql");
  auto findings = store::CheckSchema(db_, schema_.catalog, {});
  ASSERT_TRUE(findings.ok());
  std::string out;
  for (const SchemaFinding& finding : *findings) out += finding.message.en + " (" + finding.hint.en + ")\n";
  EXPECT_EQ(out,
            "`contact.seen`: values that are no time in 1 row (these records get no results: `seen` is not optional)\n"
            "`contact.seen`: times without a zone, and the rules name none in 1 row (write `timezone \"Asia/Tokyo\"` "
            "at the top "
            "of a file: the zone that these times are in)\n"
            "`contact.joined`: 2 of its numbers would be times before 1973, such as 46000: spreadsheets count days, a "
            "number here "
            "is seconds since 1970; write them as dates (2026-04-01) ()\n"
            "`event visit`: times without a zone, and the rules name none in 1 row (write `timezone \"Asia/Tokyo\"` at "
            "the top "
            "of a file: the zone that these times are in)\n");
}

TEST_F(SchemaTest, PullOfNothing) {
  auto absent = store::PullSchema(db_, {});
  ASSERT_FALSE(absent.ok());
  EXPECT_EQ(absent.error().kind, ErrorKind::kIo);
  RunSql(db_, "CREATE TABLE saiten_meta(key)");
  EXPECT_EQ(store::PullSchema(db_, {}).error().kind, ErrorKind::kUsage);
}

TEST_F(SchemaTest, CheckFindsNothingWhereAllFits) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  schema_.Property(contact, "name", Type::Text());
  const EventId open = schema_.Event("open", contact, "opens");
  schema_.At(open).where = {{.column = "kind", .values = {"x"}}};
  RunSql(
      db_,
      "CREATE TABLE contacts(id INTEGER PRIMARY KEY, name, extra); INSERT INTO contacts VALUES(1, 'a', 1);"
      "CREATE TABLE opens(contact_id, time, kind); INSERT INTO opens VALUES(1, '2026-01-01', 'x'), (7, 'never', 'y');");
  EXPECT_EQ(Check(), "");
  auto findings = store::CheckSchema(db_, schema_.catalog, {});
  ASSERT_TRUE(findings.ok());
  ASSERT_GE(findings->size(), 1u);
  EXPECT_EQ((*findings)[0].message.en, "the column `extra` of `contacts` is not a property of `contact`");
}

TEST_F(SchemaTest, CheckLooksAtTheColumnOfTheLastChange) {
  const ObjectId contact = schema_.Object("contact", "contact");
  schema_.catalog.objects[contact.index()].updated_column = "changed";
  RunSql(db_, "CREATE TABLE contact(id INTEGER PRIMARY KEY, other)");
  EXPECT_NE(Check().find("(it is named by `updated \"...\"`)"), std::string::npos) << Check();
  RunSql(
      db_,
      "ALTER TABLE contact ADD COLUMN changed; INSERT INTO contact VALUES (1, 0, 'soon'), (2, 0, '2026-01-02 10:00'),"
      " (3, 0, NULL)");
  const std::string found = Check();
  EXPECT_NE(found.find("`contact.changed`"), std::string::npos) << found;
  EXPECT_NE(found.find("[soon 1]"), std::string::npos) << found;
}

TEST_F(SchemaTest, CheckTellsEveryDifference) {
  const EnumId industry = schema_.Enum("Industry", {{.name = "IT", .spellings = {"情報"}}, {.name = "Finance"}});
  const ObjectId company = schema_.Object("company", "companies");
  const ObjectId gone = schema_.Object("gone", "gone_table");
  const ObjectId contact = schema_.Object("contact", "contacts");
  schema_.Property(contact, "name", Type::Text());
  schema_.Property(contact, "phone", Type::Text().Optional(), "phon");
  schema_.Property(contact, "age", Type::Int().Optional());
  schema_.Property(contact, "industry", Type::Enum(industry).Optional());
  schema_.Property(contact, "company", Type::Ref(company).Optional());
  schema_.Property(contact, "lost", Type::Ref(gone).Optional());
  const EventId open = schema_.Event("open", contact, "events");
  schema_.At(open).where = {{.column = "type", .values = {"open"}}};
  const EventId click = schema_.Event("click", contact, "events");
  schema_.At(click).where = {{.column = "type", .values = {"click"}}};
  schema_.List("vip", contact, "vips");
  RunSql(db_, R"sql(
    CREATE TABLE companies(id); INSERT INTO companies VALUES(1), (1), (NULL);
    CREATE TABLE contacts(id, name, phone, age, industry, company_id, lost_id);
    INSERT INTO contacts VALUES(1, 'a', '', '30', 'IT', 1, 5), (2, NULL, '', 'old', 'it', 2, NULL), (3, '', '', 'old', 'it', 2, NULL),
      (4, 'd', '', '?', 'Banking', NULL, NULL);
    CREATE TABLE events(contact_id, time, type); INSERT INTO events VALUES(1, 'x', 'Open'), (9, '2026-01-01', 'click'),
      (NULL, '2026-01-01', 'click'), (1, 'y', 'click');
    CREATE TABLE vips(contact_id); INSERT INTO vips VALUES(1), (8);
  )sql");
  EXPECT_EQ(
      Check(),
      "`company.id`: the key is unknown in 1 row [ 1] (these records get no results)\n"
      "`company.id`: the key is repeated in 2 rows [1 2] (none of these records gets results)\n"
      "`object gone`: the database has no table `gone_table` (correct the name behind `from`, or make the table with "
      "`saiten import`)\n"
      "`contact.name` is not optional, but unknown in 2 rows (these rows get no results; write `text?` if it may be "
      "unknown)\n"
      "`contact.phone`: the table `contacts` has no column `phon` (did you mean `phone`? name the column with `from "
      "\"...\"`)\n"
      "`contact.age`: values that are no int in 3 rows [old 2] [? 1] (they count as unknown; declare the type that the "
      "values have, or `unknown \"...\"` for what stands for none)\n"
      "`contact.industry`: values that are not in `Industry` in 3 rows [it 2] [Banking 1] (`it` may be another "
      "spelling of "
      "`IT`: add `| \"it\"` there)\n"
      "`contact.company`: keys of records that do not exist in 2 rows [2 2] (the relation is unknown there)\n"
      "`event open`: no row of `events` satisfies its `where` [click 3] [Open 1] (these are the values of `type`)\n"
      "`click.contact_id`: events of records that do not exist in 2 rows [ 1] [9 1] (these events do not count; an "
      "empty "
      "key counts as one of them)\n"
      "`event click`: no time in `time` in 1 row [y 1] (these events do not count)\n"
      "`vip.contact_id`: members that do not exist in 1 row [8 1] (these rows of the list do not count)");
}

}  // namespace
}  // namespace saiten
