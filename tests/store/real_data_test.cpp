#include "runtime/time_parse.h"
#include "store/import/import.h"
#include "store/load/load.h"
#include "tests/store/support.h"
#include "tests/support/shared_data.h"

namespace saiten {
namespace {

using test::Query;

class RealDataTest : public testing::Test {
 protected:
  store::ImportReport Import(const std::string& file, store::ImportTarget target, store::ImportOptions options = {}) {
    options.zone = rt::Zone::Utc();
    auto report = store::Import(test::SharedDataPath(file), db_, schema_.catalog, target, options, errors_);
    EXPECT_TRUE(report.ok()) << report.error().message;
    return report.ok() ? *report : store::ImportReport{};
  }
  test::TempDir dir_;
  std::string db_ = dir_ / "crm.db";
  test::CatalogBuilder schema_;
  store::DataErrors errors_;
};

TEST_F(RealDataTest, Cdnow) {
  SAITEN_NEEDS_SHARED_DATA("cdnow/cdnow_master.csv.gz");
  const ObjectId customer = schema_.Object("customer", "customers");
  const EventId purchase = schema_.Event("purchase", customer, "purchases");
  schema_.At(purchase).time_column = "date";
  schema_.Field(purchase, "quantity", Type::Int());
  schema_.Field(purchase, "amount", Type::Money(PackCurrency("USD")));
  auto report = Import("cdnow/cdnow_master.csv.gz", purchase, {.create_objects = true});
  EXPECT_EQ(report.inserted, 69'659u);
  EXPECT_EQ(report.records_created, 23'570u);
  EXPECT_EQ(report.bad, 0u);
  EXPECT_EQ(Query(db_, "SELECT count(*), sum(quantity), printf('%.2f', sum(amount)) FROM purchases"),
            "69659|167881|2500315.63");
  EXPECT_EQ(Query(db_,
                  "SELECT count(*) - (SELECT count(*) FROM (SELECT DISTINCT customer_id, date, quantity, amount FROM "
                  "purchases)) "
                  "FROM purchases"),
            "255");
  report = Import("cdnow/cdnow_master.csv.gz", purchase, {.create_objects = true});
  EXPECT_EQ(report.inserted, 0u);
  EXPECT_EQ(report.records_created, 0u);
  EXPECT_EQ(report.unchanged, 69'659u);
  EXPECT_EQ(Query(db_, "SELECT count(*) FROM purchases"), "69659");

  int64_t now = 0;
  ASSERT_EQ(rt::ParseInstant("1998-06-30", rt::Zone::Utc(), &now), rt::ParseStatus::kOk);
  auto loaded =
      store::Load(db_, schema_.catalog, test::NeedAll(schema_.catalog), {.now = now, .zone = rt::Zone::Utc()}, errors_);
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(errors_.total(), 0u);
  const rt::EventSeries& series = loaded->data.events[purchase.index()];
  EXPECT_EQ(loaded->data.tables[customer.index()].size, 23'570u);
  EXPECT_EQ(series.size(), 69'659u);
  // Customers who bought in the last 30, 60, 90, 180 and 365 days: known from an independent program.
  const std::vector<std::pair<int64_t, int>> expected = {
      {30, 1'506}, {60, 2'495}, {90, 3'301}, {180, 5'360}, {365, 8'332}};
  for (const auto& [days, customers] : expected) {
    int found = 0;
    for (size_t row = 0; row + 1 < series.offsets.size(); ++row) {
      bool bought = false;
      for (uint32_t e = series.offsets[row]; e < series.offsets[row + 1]; ++e) {
        bought = bought || (series.times[e] <= now && series.times[e] > now - days * 86'400'000'000);
      }
      found += bought ? 1 : 0;
    }
    EXPECT_EQ(found, customers) << days;
  }
}

TEST_F(RealDataTest, XEducation) {
  SAITEN_NEEDS_SHARED_DATA("x_education/Leads.csv.gz");
  const ObjectId lead = schema_.Object("lead", "leads", Type::Text());
  schema_.At(lead, 0).column = "Prospect ID";
  const uint32_t source = schema_.Property(lead, "source", Type::Text().Optional(), "Lead Source");
  const uint32_t specialization = schema_.Property(lead, "specialization", Type::Text().Optional(), "Specialization");
  const uint32_t city = schema_.Property(lead, "city", Type::Text().Optional(), "City");
  schema_.At(lead, city).unknown_spellings = {"Select"};
  const uint32_t time = schema_.Property(lead, "time_spent", Type::Int(), "Total Time Spent on Website");
  const uint32_t mail = schema_.Property(lead, "do_not_email", Type::Bool(), "Do Not Email");
  schema_.Property(lead, "converted", Type::Bool(), "Converted");
  auto report = Import("x_education/Leads.csv.gz", lead);
  EXPECT_EQ(report.inserted, 9'240u);
  EXPECT_EQ(report.bad, 0u);
  EXPECT_EQ(Import("x_education/Leads.csv.gz", lead).unchanged, 9'240u);
  EXPECT_EQ(errors_.total(), 0u);
  EXPECT_EQ(Query(db_, "SELECT count(*), sum(\"Lead Source\" = 'Google'), sum(Specialization = 'Select') FROM leads"),
            "9240|2868|1942");
  EXPECT_EQ(Query(db_, "SELECT count(*) FROM leads WHERE Specialization = 'Banking, Investment And Insurance'"), "338");

  auto loaded = store::Load(db_, schema_.catalog, test::NeedAll(schema_.catalog), {.zone = rt::Zone::Utc()}, errors_);
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(errors_.total(), 0u);
  const rt::Table& table = loaded->data.tables[lead.index()];
  ASSERT_EQ(table.size, 9'240u);
  int google = 0;
  int long_visits = 0;
  int no_mail = 0;
  int not_select = 0;
  for (size_t row = 0; row < table.size; ++row) {
    const rt::Column& s = table.columns[source];
    google += s.Known(row) && table.pools[source]->View(static_cast<int32_t>(s.Raw(row))) == "Google" ? 1 : 0;
    long_visits += table.columns[time].Raw(row) >= 1000 ? 1 : 0;
    no_mail += table.columns[mail].Raw(row) == 1 ? 1 : 0;
    const rt::Column& p = table.columns[specialization];
    not_select +=
        p.Known(row) && table.pools[specialization]->View(static_cast<int32_t>(p.Raw(row))) != "Select" ? 1 : 0;
  }
  EXPECT_EQ(google, 2'868);
  EXPECT_EQ(not_select, 5'860);
  EXPECT_EQ(Query(db_, "SELECT sum(\"Total Time Spent on Website\" >= 1000), sum(\"Do Not Email\" = 'Yes') FROM leads"),
            std::to_string(long_visits) + "|" + std::to_string(no_mail));
  int no_city = 0;
  for (size_t row = 0; row < table.size; ++row) no_city += table.columns[city].Known(row) ? 0 : 1;
  EXPECT_EQ(Query(db_, "SELECT sum(City = 'Select' OR City IS NULL) FROM leads"), std::to_string(no_city));
}

TEST_F(RealDataTest, Bank) {
  SAITEN_NEEDS_SHARED_DATA("bank_marketing/bank-full.csv.gz");
  const ObjectId contact = schema_.Object("contact", "contacts");
  schema_.Property(contact, "balance", Type::Money(PackCurrency("EUR")));
  schema_.Property(contact, "channel", Type::Text().Optional(), "contact");
  const uint32_t pdays = schema_.Property(contact, "idle_days", Type::Int().Optional(), "pdays");
  schema_.At(contact, pdays).unknown_spellings = {"-1"};
  schema_.Property(contact, "subscribed", Type::Bool(), "y");
  auto report = Import("bank_marketing/bank-full.csv.gz", contact);
  EXPECT_EQ(report.delimiter, ';');
  EXPECT_TRUE(report.numbered);
  EXPECT_EQ(report.inserted, 45'211u);
  EXPECT_EQ(Import("bank_marketing/bank-full.csv.gz", contact).unchanged, 45'211u);
  EXPECT_EQ(errors_.total(), 0u);
  EXPECT_EQ(Query(db_, "SELECT max(id), sum(y = 'yes') FROM contacts"), "45211|5289");
  auto loaded = store::Load(db_, schema_.catalog, test::NeedAll(schema_.catalog), {.zone = rt::Zone::Utc()}, errors_);
  ASSERT_TRUE(loaded.ok());
  const rt::Column& days = loaded->data.tables[contact.index()].columns[pdays];
  int never = 0;
  for (size_t row = 0; row < days.size(); ++row) never += days.Known(row) ? 0 : 1;
  EXPECT_EQ(never, 36'954);
}

}  // namespace
}  // namespace saiten
