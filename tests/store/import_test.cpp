#include "store/import/import.h"

#include <zlib.h>

#include "runtime/zone.h"
#include "store/load/load.h"
#include "store/runs/runs.h"
#include "tests/store/support.h"

namespace saiten {
namespace {

using store::DataErrors;
using store::ImportOptions;
using store::ImportReport;
using test::Query;
using test::RunSql;
using test::WriteFile;

class ImportTest : public testing::Test {
 protected:
  Result<ImportReport> TryImport(store::ImportTarget target, ImportOptions options = {}) {
    options.zone = *rt::Zone::Find("Asia/Tokyo");
    options.busy_ms = 50;
    return store::Import(csv_, db_, schema_.catalog, target, options, errors_);
  }
  ImportReport Import(store::ImportTarget target, const std::string& text, const ImportOptions& options = {}) {
    WriteFile(csv_, text);
    auto report = TryImport(target, options);
    EXPECT_TRUE(report.ok()) << report.error().message;
    return report.ok() ? *report : ImportReport{};
  }
  Error ImportError(store::ImportTarget target, const std::string& text, const ImportOptions& options = {}) {
    WriteFile(csv_, text);
    auto report = TryImport(target, options);
    EXPECT_FALSE(report.ok());
    return report.ok() ? Error{} : report.error();
  }
  static std::string Counts(const ImportReport& r) {
    return std::to_string(r.inserted) + " " + std::to_string(r.updated) + " " + std::to_string(r.unchanged) + " " +
           std::to_string(r.bad);
  }
  static std::string Bad(const ImportReport& r) {
    std::string out;
    for (const auto& row : r.bad_rows)
      out += (out.empty() ? "" : "\n") + std::to_string(row.line) + ": " + row.reason.en;
    return out;
  }
  ObjectId MakeContact() {
    const ObjectId contact = schema_.Object("contact", "contacts");
    schema_.Property(contact, "name", Type::Text().Optional());
    const uint32_t source = schema_.Property(contact, "source", Type::Text().Optional(), "Lead Source");
    schema_.At(contact, source).label = "流入元";
    schema_.Property(contact, "amount", Type::Money(PackCurrency("USD")).Optional());
    return contact;
  }

  test::TempDir dir_;
  std::string db_ = dir_ / "crm.db";
  std::string csv_ = dir_ / "file.csv";
  test::CatalogBuilder schema_;
  DataErrors errors_;
};

TEST_F(ImportTest, MakesDatabaseAndTable) {
  const ObjectId contact = MakeContact();
  const ImportReport report =
      Import(contact, "id,name,Lead Source,amount,colour\n1,Ann,Google,12.50,red\n2,\"B, \"\"C\"\"\nD\",,,blue\n");
  EXPECT_EQ(Counts(report), "2 0 0 0");
  ASSERT_EQ(report.created.size(), 1u);
  EXPECT_EQ(report.created[0].en, "table `contacts`");
  EXPECT_EQ(report.ignored, std::vector<std::string>{"colour"});
  EXPECT_EQ(Query(db_, "SELECT id, typeof(id), name, \"Lead Source\", amount, typeof(amount) FROM contacts"),
            "1|integer|Ann|Google|12.5|real\n2|integer|B, \"C\"\nD|-|-|null");
  EXPECT_EQ(errors_.total(), 0u);
}

TEST_F(ImportTest, TheSameFileTwiceChangesNothing) {
  const ObjectId contact = MakeContact();
  const std::string text = "id,name,amount\n1,Ann,12.50\n2,Bob,\n3,007,12.00\n";
  Import(contact, text);
  EXPECT_EQ(Counts(Import(contact, text)), "0 0 3 0");
}

TEST_F(ImportTest, UpsertLeavesWhatTheFileLacks) {
  const ObjectId contact = MakeContact();
  Import(contact, "id,name,amount\n1,Ann,5\n2,Bob,6\n");
  EXPECT_EQ(Counts(Import(contact, "id,name\n2,\n1,Ann\n3,Cy\n")), "1 1 1 0");
  EXPECT_EQ(Query(db_, "SELECT * FROM contacts"), "1|Ann|-|5\n2|-|-|6\n3|Cy|-|-");
}

TEST_F(ImportTest, HeaderByNameLabelAndLooseSpelling) {
  const ObjectId contact = MakeContact();
  EXPECT_EQ(Counts(Import(contact, "ID,流入元,NAME\n1,Web,Ann\n")), "1 0 0 0");
  EXPECT_EQ(Counts(Import(contact, "id,lead_source\n1,Mail\n")), "0 1 0 0");
  EXPECT_EQ(Query(db_, "SELECT id, \"Lead Source\", name FROM contacts"), "1|Mail|Ann");
  const Error twice = ImportError(contact, "id,流入元,Lead Source\n1,a,b\n");
  EXPECT_EQ(twice.kind, ErrorKind::kUsage);
  EXPECT_NE(twice.message.find("`流入元` and `Lead Source`"), std::string::npos) << twice.message;
  EXPECT_EQ(ImportError(contact, "a,b\n1,2\n").kind, ErrorKind::kUsage);
  EXPECT_EQ(ImportError(contact, "").kind, ErrorKind::kUsage);
}

TEST_F(ImportTest, DelimitersLineEndsAndMarks) {
  const ObjectId contact = MakeContact();
  EXPECT_EQ(Import(contact, "\xEF\xBB\xBFid;name\r\n1;A,B\r\n\r\n2;\"C;D\"\r\n").delimiter, ';');
  EXPECT_EQ(Import(contact, "id\tname\r3\tE\r").delimiter, '\t');
  EXPECT_EQ(Counts(Import(contact, "id|name\n4|F", {.delimiter = '|'})), "1 0 0 0");
  EXPECT_EQ(Query(db_, "SELECT id, name FROM contacts"), "1|A,B\n2|C;D\n3|E\n4|F");
}

TEST_F(ImportTest, ShiftJisIsTold) {
  const ObjectId contact = MakeContact();
  // 田中①
  ImportReport report = Import(contact, "id,name\n1,\x93\x63\x92\x86\x87\x40\n");
  EXPECT_EQ(report.encoding, "Shift_JIS");
  EXPECT_EQ(Query(db_, "SELECT name FROM contacts"), "田中①");
  report = Import(contact, "id,name\n1,鈴木\n");
  EXPECT_EQ(report.encoding, "UTF-8");
  report = Import(contact, std::string("\xFF\xFEi\0d\0,\0n\0a\0m\0e\0\n\0002\0,\0\x30\x75\n\0", 26));
  EXPECT_EQ(report.encoding, "UTF-16");
  EXPECT_EQ(Query(db_, "SELECT name FROM contacts"), "鈴木\n田");
  EXPECT_EQ(ImportError(contact, "id,name\n1,\xFF\xFF\n").kind, ErrorKind::kCorrupt);
  EXPECT_EQ(Counts(Import(contact, "id,name\n3,a\xFF\n", {.encoding = "utf-8"})), "1 0 0 0");
  EXPECT_EQ(errors_.groups()[0].kind, store::DataErrorKind::kNotUtf8);
  EXPECT_EQ(ImportError(contact, "id,name\n1,x\n", {.encoding = "latin"}).kind, ErrorKind::kUsage);
}

TEST_F(ImportTest, StrangeBytesLateInTheFile) {
  const ObjectId contact = MakeContact();
  std::string text = "id,name\n";
  for (int i = 1; i <= 60'000; ++i) text += std::to_string(i) + ",somebody\n";
  ImportReport report = Import(contact, text + "60001,\x93\x63\x92\x86\n");
  EXPECT_EQ(report.encoding, "Shift_JIS");
  EXPECT_EQ(Query(db_, "SELECT name FROM contacts WHERE id = 60001"), "田中");
}

TEST_F(ImportTest, BadRowsAreListedAndTheRestGoesIn) {
  const ObjectId contact = MakeContact();
  const ImportReport report =
      Import(contact, "id,name\n1,a,b\n2\n,c\nx,d\n5,\"e\"f\n6,\"g\nh\"\n6,again\n7,i\n8,\"j\n9,k\n");
  EXPECT_EQ(Counts(report), "2 0 0 7");
  EXPECT_EQ(Bad(report),
            "2: 3 fields instead of 2\n3: 1 fields instead of 2\n4: no `id`\n5: `x` is no key: contact\n"
            "6: text between a closing quote and the next delimiter\n"
            "9: the contact `6` stands in line 7 already\n"
            "11: a quote that begins here is never closed: nothing after it was read");
  EXPECT_EQ(Query(db_, "SELECT id, name FROM contacts"), "6|g\nh\n7|i");
}

TEST_F(ImportTest, ValuesThatWouldNotLoadAreStoredAndCounted) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  schema_.Property(contact, "age", Type::Int());
  Import(contact, "id,age\n1,old\n2,\n3,7\n");
  EXPECT_EQ(Query(db_, "SELECT id, age FROM contacts"), "1|old\n2|-\n3|7");
  ASSERT_EQ(errors_.groups().size(), 2u);
  EXPECT_EQ(errors_.groups()[0].kind, store::DataErrorKind::kNotAValue);
  EXPECT_EQ(errors_.groups()[0].examples[0].value, "old");
  EXPECT_EQ(errors_.groups()[1].kind, store::DataErrorKind::kRequiredUnknown);
  EXPECT_EQ(errors_.groups()[1].count, 1u);  // what is no int is counted once, as that
  EXPECT_TRUE(errors_.groups()[0].quarantines());
}

// A value is judged as the run will find it: a column of numbers turns `1e3` into 1000.
TEST_F(ImportTest, ValuesAreJudgedAsTheTableHoldsThem) {
  const ObjectId contact = schema_.Object("contact", "contacts");
  schema_.Property(contact, "n", Type::Int().Optional());
  schema_.Property(contact, "m", Type::Money(PackCurrency("JPY")).Optional());
  schema_.Property(contact, "at", Type::Instant().Optional());
  const ImportReport report = Import(contact, "id,n,m,at\n1,1e3,100.00,46000\n2,1000,100,45000\n3,x,7.5,\n");
  EXPECT_EQ(Query(db_, "SELECT id, typeof(n), n, typeof(m), m FROM contacts"),
            "1|integer|1000|text|100.00\n2|integer|1000|integer|100\n3|text|x|text|7.5");
  ASSERT_EQ(errors_.groups().size(), 2u);
  EXPECT_EQ(errors_.groups()[0].property, "m");
  EXPECT_EQ(errors_.groups()[0].kind, store::DataErrorKind::kTooManyDecimals);
  EXPECT_EQ(errors_.groups()[0].count, 2u);
  EXPECT_EQ(errors_.groups()[1].property, "n");
  ASSERT_EQ(report.warnings.size(), 1u);
  EXPECT_EQ(
      report.warnings[0].en,
      "`contact.at`: 2 of its numbers would be times before 1973, such as 46000: spreadsheets count days, a number "
      "here is seconds since 1970; write them as dates (2026-04-01)");
}

TEST_F(ImportTest, WithoutAKeyRowsAreNumbered) {
  const ObjectId contact = MakeContact();
  const std::string text = "name\nAnn\n\"x\"y\nBob\n";
  ImportReport report = Import(contact, text);
  EXPECT_TRUE(report.numbered);
  EXPECT_EQ(Counts(report), "2 0 0 1");
  EXPECT_EQ(Query(db_, "SELECT id, name FROM contacts"), "1|Ann\n3|Bob");
  EXPECT_EQ(Counts(Import(contact, text)), "0 0 2 1");
  const ObjectId company = schema_.Object("company", "companies", Type::Text());
  schema_.Property(company, "name", Type::Text().Optional());
  EXPECT_NE(ImportError(company, "name\nX\n").message.find("no column for the key"), std::string::npos);
}

TEST_F(ImportTest, NumbersOfRowsAreNoKeysOfRecordsThatAreThere) {
  const ObjectId contact = MakeContact();
  Import(contact, "id,name\n101,keep\n1,precious\n");
  const std::string before = Query(db_, "SELECT * FROM contacts");
  for (const std::string text : {"name\nnew\n", "name\nprecious\nnew\n"}) {
    const Error error = ImportError(contact, text);
    EXPECT_EQ(error.kind, ErrorKind::kUsage);
    EXPECT_NE(error.message.find("the table `contacts` has records already"), std::string::npos) << error.message;
    EXPECT_NE(error.hint.find("add a column `id`"), std::string::npos) << error.hint;
    EXPECT_NE(error.message_ja.find("何も取り込みませんでした"), std::string::npos) << error.message_ja;
    EXPECT_EQ(Query(db_, "SELECT * FROM contacts"), before);
  }
  EXPECT_EQ(Counts(Import(contact, "name\nprecious\n")), "0 0 1 0");
  RunSql(db_, "DELETE FROM contacts");
  EXPECT_EQ(Counts(Import(contact, "name\nnew\n")), "1 0 0 0");
}

TEST_F(ImportTest, TablesOfTheUserKeepTheirRules) {
  const ObjectId contact = MakeContact();
  RunSql(db_,
         "CREATE TABLE contacts(id TEXT, name TEXT NOT NULL, note); INSERT INTO contacts VALUES('2', 'Bob', 'n');"
         "CREATE TABLE other(x); INSERT INTO other VALUES(1);");
  const ImportReport report = Import(contact, "id,name,amount\n1,Ann,1.5\n2,Bert,\n3,,\n");
  EXPECT_EQ(Counts(report), "1 1 0 1");
  EXPECT_NE(Bad(report).find("4: the table refuses it: NOT NULL"), std::string::npos) << Bad(report);
  ASSERT_EQ(report.created.size(), 1u);
  EXPECT_EQ(report.created[0].en, "column `contacts.amount`");
  EXPECT_EQ(Query(db_, "SELECT * FROM contacts"), "2|Bert|n|-\n1|Ann|-|1.5");
  EXPECT_EQ(Query(db_, "SELECT * FROM other"), "1");
  RunSql(db_, "CREATE VIEW people AS SELECT * FROM contacts");
  schema_.catalog.objects[0].table = "people";
  EXPECT_EQ(ImportError(contact, "id,name\n1,x\n").kind, ErrorKind::kRefused);
}

TEST_F(ImportTest, WithoutRowid) {
  const ObjectId company = schema_.Object("company", "companies", Type::Text());
  schema_.Property(company, "name", Type::Text().Optional());
  RunSql(db_,
         "CREATE TABLE companies(id TEXT PRIMARY KEY, name) WITHOUT ROWID; INSERT INTO companies VALUES('b', 'B');");
  EXPECT_EQ(Counts(Import(company, "id,name\na,A\nb,C\n")), "1 1 0 0");
  EXPECT_EQ(Counts(Import(company, "id,name\na,A\nb,C\n")), "0 0 2 0");
  EXPECT_EQ(Query(db_, "SELECT * FROM companies"), "a|A\nb|C");
}

TEST_F(ImportTest, DryRunLeavesNothing) {
  const ObjectId contact = MakeContact();
  EXPECT_EQ(Counts(Import(contact, "id,name\n1,a\n", {.dry_run = true})), "1 0 0 0");
  EXPECT_FALSE(std::filesystem::exists(db_));
  Import(contact, "id,name\n1,a\n");
  EXPECT_EQ(Counts(Import(contact, "id,name\n1,b\n2,c\n", {.dry_run = true})), "1 1 0 0");
  EXPECT_EQ(Query(db_, "SELECT id, name FROM contacts"), "1|a");
}

TEST_F(ImportTest, AFailureLeavesTheDatabaseAsItWas) {
  const ObjectId contact = MakeContact();
  EXPECT_EQ(ImportError(contact, "id,id\n1,2\n").kind, ErrorKind::kUsage);
  EXPECT_FALSE(std::filesystem::exists(db_));
  csv_ = dir_ / "absent.csv";
  EXPECT_EQ(TryImport(contact).error().kind, ErrorKind::kIo);
  csv_ = dir_ / "cut.csv.gz";
  gzFile out = gzopen(csv_.c_str(), "wb");
  gzputs(out, "id,name\n");
  for (int i = 1; i < 50'000; ++i) gzprintf(out, "%d,%d\n", i, i * 7919 % 65537);
  gzclose(out);
  std::filesystem::resize_file(csv_, std::filesystem::file_size(csv_) / 2);
  auto cut = TryImport(contact);
  ASSERT_FALSE(cut.ok());
  EXPECT_EQ(cut.error().kind, ErrorKind::kCorrupt);
  EXPECT_FALSE(std::filesystem::exists(db_));
}

class ImportEventTest : public ImportTest {
 protected:
  ImportEventTest() {
    customer_ = schema_.Object("customer", "customers");
    purchase_ = schema_.Event("purchase", customer_, "purchases");
    schema_.At(purchase_).time_column = "date";
    schema_.Field(purchase_, "amount", Type::Money(PackCurrency("USD")));
  }
  ObjectId customer_;
  EventId purchase_;
};

TEST_F(ImportEventTest, DuplicatesStayAndAreNotDoubled) {
  const std::string text =
      "customer_id,date,amount\n1,2026-01-01,12.00\n1,2026-01-01,12.00\n1,2026-01-01,11.77\n2,2026-01-02,12.00\n";
  EXPECT_EQ(Counts(Import(purchase_, text)), "4 0 0 0");
  EXPECT_EQ(Counts(Import(purchase_, text)), "0 0 4 0");
  EXPECT_EQ(Counts(Import(purchase_, text + "1,2026-01-01,12.00\n")), "1 0 4 0");
  EXPECT_EQ(Query(db_, "SELECT customer_id, count(*), sum(amount) FROM purchases GROUP BY 1"), "1|4|47.77\n2|1|12.0");
}

TEST_F(ImportEventTest, DuplicatesInColumnsThatSqliteConverts) {
  RunSql(db_, "CREATE TABLE purchases(customer_id INTEGER, date TEXT, amount REAL, note TEXT)");
  const std::string text =
      "customer_id,date,amount\n01,2026-01-01,12.00\n1,2026-01-01, 12 \n1,2026-01-01,1.2e1\n1,2026-01-01,0.1\n";
  EXPECT_EQ(Counts(Import(purchase_, text)), "4 0 0 0");
  EXPECT_EQ(Counts(Import(purchase_, text)), "0 0 4 0");
}

TEST_F(ImportEventTest, OrphansAreCountedOrCreated) {
  RunSql(db_, "CREATE TABLE customers(id INTEGER PRIMARY KEY); INSERT INTO customers VALUES(1);");
  const std::string text = "customer_id,date,amount\n1,2026-01-01,1\n2,2026-01-01,1\n2,2026-01-02,1\n,2026-01-02,1\n";
  ImportReport report = Import(purchase_, text);
  EXPECT_EQ(Counts(report), "3 0 0 1");
  ASSERT_EQ(errors_.groups().size(), 1u);
  EXPECT_EQ(errors_.groups()[0].kind, store::DataErrorKind::kOwnerUnknown);
  EXPECT_EQ(errors_.groups()[0].count, 2u);
  report = Import(purchase_, text, {.create_objects = true});
  EXPECT_EQ(report.records_created, 1u);
  EXPECT_EQ(Query(db_, "SELECT id FROM customers"), "1\n2");
  EXPECT_EQ(Query(db_, "SELECT count(*) FROM purchases"), "3");
}

TEST_F(ImportEventTest, EventsWithAnId) {
  const std::string text = "id,customer_id,date,amount\na,1,2026-01-01,1\na,1,2026-01-09,9\n7,1,2026-01-02,2\n";
  EXPECT_EQ(Counts(Import(purchase_, text)), "2 0 1 0");
  EXPECT_EQ(Counts(Import(purchase_, text)), "0 0 3 0");
  EXPECT_EQ(Counts(Import(purchase_, "id,customer_id,date,amount\n7,1,2026-01-02,3\n,1,2026-01-02,3\n")), "0 1 0 1");
  EXPECT_EQ(Query(db_, "SELECT id, amount FROM purchases"), "a|1\n7|3");
}

TEST_F(ImportEventTest, WhereIsFilledInOrTested) {
  const EventId refund = schema_.Event("refund", customer_, "moves");
  schema_.At(refund).where = {{.column = "type", .values = {"refund"}}};
  EXPECT_EQ(Counts(Import(refund, "customer_id,time\n1,2026-01-01\n")), "1 0 0 0");
  ImportReport report = Import(refund, "customer_id,time,type\n1,2026-01-01,refund\n1,2026-01-01,sale\n");
  EXPECT_EQ(Counts(report), "0 0 1 0");
  EXPECT_EQ(report.other, 1u);
  EXPECT_EQ(Query(db_, "SELECT customer_id, time, type FROM moves"), "1|2026-01-01|refund");
  schema_.At(refund).where[0].values.push_back("chargeback");
  EXPECT_NE(ImportError(refund, "customer_id,time\n1,2026-01-01\n").message.find("`type`"), std::string::npos);
  EXPECT_NE(ImportError(purchase_, "customer_id,amount\n1,1\n").message.find("`date`"), std::string::npos);
}

TEST_F(ImportEventTest, ListsAreSets) {
  const ListId own = schema_.List("vip", customer_);
  const ListId table = schema_.List("old", customer_, "old_ones");
  RunSql(db_, "CREATE TABLE customers(id INTEGER PRIMARY KEY); INSERT INTO customers VALUES(1), (2);");
  EXPECT_EQ(Counts(Import(own, "customer_id,why\n1,x\n1,y\n9,z\n,q\n")), "2 0 1 1");
  EXPECT_EQ(Counts(Import(own, "id\n1\n9\n")), "0 0 2 0");
  EXPECT_EQ(Query(db_, "SELECT list, object, id, typeof(id) FROM saiten_lists"),
            "vip|customer|1|integer\nvip|customer|9|integer");
  EXPECT_EQ(errors_.groups()[0].kind, store::DataErrorKind::kMemberUnknown);
  EXPECT_EQ(Counts(Import(table, "customer\n2\n", {.create_objects = true})), "1 0 0 0");
  EXPECT_EQ(Query(db_, "SELECT customer_id FROM old_ones"), "2");
}

}  // namespace
}  // namespace saiten
