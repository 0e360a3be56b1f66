#include "tests/store/crm_editor.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <vector>

#include "runtime/time_parse.h"

namespace saiten::test {
namespace {

constexpr const char* kTables = R"sql(
CREATE TABLE company(id INTEGER PRIMARY KEY, name);
CREATE TABLE contact(id INTEGER, email TEXT, age, kind, paid, born, company_id INT, shop_id, stage);
CREATE TABLE """odd"" 店"(id TEXT PRIMARY KEY, size);
CREATE TABLE visit(id INTEGER PRIMARY KEY, contact_id INT, time, page, at_shop);
CREATE TABLE act(n INTEGER PRIMARY KEY AUTOINCREMENT, contact_id, time, what, amount);
CREATE TABLE opened(shop_id TEXT, time, seq INT, UNIQUE(shop_id, seq));
CREATE TABLE vip(contact_id);
CREATE TABLE stages(contact_id, time, value);
CREATE TABLE mail(id, contact_id, time, subject);
CREATE TABLE call(contact_id INT, time TEXT, minutes, PRIMARY KEY(contact_id, time)) WITHOUT ROWID;
)sql";

}  // namespace

World::World() {
  const EnumId kind = schema.Enum("Kind", {{"A", {"a"}}, {"B", {}}, {"C", {"x", "y"}}});
  company = schema.Object("company", "company");
  schema.Property(company, "name", Type::Text().Optional());
  contact = schema.Object("contact", "contact");
  schema.Property(contact, "email", Type::Text().Optional());
  schema.Property(contact, "age", Type::Int().Optional());
  schema.Property(contact, "kind", Type::Enum(kind).Optional());
  schema.Property(contact, "paid", Type::Decimal(2).Optional());
  schema.Property(contact, "born", Type::Date().Optional());
  const uint32_t employer = schema.Property(contact, "company", Type::Ref(company).Optional());
  const uint32_t owner = schema.Property(contact, "shop", Type::Ref(ObjectId(2)).Optional());
  shop = schema.Object("shop", "\"odd\" 店", Type::Text());
  schema.Property(shop, "size", Type::Int().Optional());
  schema.Many(company, "contacts", contact, employer);
  schema.Many(shop, "contacts", contact, owner);
  visit = schema.Event("visit", contact, "visit");
  schema.Field(visit, "page", Type::Text().Optional());
  schema.Field(visit, "at_shop", Type::Ref(shop).Optional());
  buy = schema.Event("buy", contact, "act");
  schema.At(buy).where = {{.column = "what", .values = {"buy"}}};
  schema.Field(buy, "amount", Type::Int());
  look = schema.Event("look", contact, "act");
  schema.At(look).where = {{.column = "what", .negated = true, .values = {"buy"}}};
  schema.Field(look, "amount", Type::Int().Optional());
  any = schema.Event("any", contact, "");
  schema.At(any).any_of = {buy, visit, look};
  schema.Field(any, "amount", Type::Int().Optional());
  schema.Field(any, "page", Type::Text().Optional());
  opened = schema.Event("opened", shop, "opened");
  mail = schema.Event("mail", contact, "mail");
  schema.Field(mail, "subject", Type::Text().Optional());
  call = schema.Event("call", contact, "call");
  schema.Field(call, "minutes", Type::Int());
  const uint32_t stage = schema.Property(contact, "stage", Type::Enum(kind).Optional());
  schema.At(contact, stage).history_table = "stages";
  moved = schema.Event("", contact, "stages");
  schema.At(moved).change_of = stage;
  schema.Field(moved, "to", Type::Enum(kind).Optional(), "value");
  schema.Field(moved, "from", Type::Enum(kind).Optional(), "");
  vip = schema.List("vip", contact, "vip");
  kept = schema.List("kept", contact);
}

void World::Watch() {
  for (ObjectInfo& object : schema.catalog.objects) object.updated_column = "changed";
  for (const EventId event : {visit, look, opened}) schema.At(event).updated_column = "changed";
}

Editor::Editor(const std::string& path, uint32_t seed) : random_(seed) {
  EXPECT_EQ(sqlite3_open(path.c_str(), &db_), SQLITE_OK);
  Run("PRAGMA synchronous = 0; PRAGMA journal_mode = memory");
  // How clean the data is differs from case to case: what is quarantined or not there has paths of its own.
  dirt_ = Below(3) == 0 ? 12 : Below(2) == 0 ? 60 : 0;
  wide_ = Below(4) == 0 ? 400 : 24;
  unique_ = Below(4) != 0;
}

void Editor::Run(const std::string& sql) {
  char* message = nullptr;
  // A statement that the database refuses is a change like another: it leaves no trace, or one in the log.
  sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, &message);
  sqlite3_free(message);
}

void Editor::Fill() {
  Run("BEGIN");
  for (int i = 0; i < 6; ++i) InsertCompany("INSERT");
  for (int i = 0; i < 4; ++i) InsertShop("INSERT");
  for (int i = 0; i < wide_ / 2; ++i) InsertContact("INSERT");
  for (int i = 0; i < 3 * wide_; ++i) Below(2) == 0 ? InsertAct("INSERT") : InsertVisit("INSERT");
  for (int i = 0; i < 10; ++i) Opened();
  for (int i = 0; i < 6; ++i) ListEdit();
  for (int i = 0; i < 12; ++i) WholeTables();
  Run("COMMIT");
}

void Editor::MakeTables() {
  Run(kTables);
  if (unique_) Run("CREATE UNIQUE INDEX contact_id ON contact(id)");
}

void Editor::StampRows() {
  stamps_ = Below(4);
  Run("CREATE TABLE clock(t); INSERT INTO clock VALUES (NULL)");
  MoveClock();
  for (const char* table : {"company", "contact", "\"\"\"odd\"\" 店\"", "visit", "act", "opened"}) {
    Run(fmt::format("ALTER TABLE {} ADD COLUMN changed", table));
    for (const char* what : {"INSERT", "UPDATE"}) {
      Run(fmt::format(
          "CREATE TRIGGER \"{0} {1}\" AFTER {1} ON {2} BEGIN UPDATE {2} SET changed = (SELECT t FROM clock) "
          "WHERE rowid = new.rowid; END",
          ++triggers_, what, table));
    }
  }
}

void Editor::MoveClock() {
  const int kind = Below(20);
  clock_ += kind < 12 ? 1 + Below(200) : 0;
  const int64_t now = kind == 19 ? clock_ - Below(50) : clock_;
  const auto text = [&](const rt::Zone& zone) { return rt::FormatInstant(now * 1'000'000, zone); };
  const std::string spelled = Dirty()          ? "'n/a'"
                              : Dirty()        ? "NULL"
                              : stamps_ == 0   ? fmt::format("{}", now)
                              : stamps_ == 1   ? fmt::format("{}", now * 1000)
                              : Below(30) == 0 ? "'2999-01-01'"
                                               : fmt::format("'{}'", text(Below(2) == 0 ? *rt::Zone::Utc() : *tokyo_));
  Run("UPDATE clock SET t = " + spelled);
}

void Editor::Backup(const std::string& file, bool restore) {
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &other), SQLITE_OK);
  sqlite3_backup* backup = sqlite3_backup_init(restore ? db_ : other, "main", restore ? other : db_, "main");
  ASSERT_NE(backup, nullptr);
  EXPECT_EQ(sqlite3_backup_step(backup, -1), SQLITE_DONE);
  sqlite3_backup_finish(backup);
  sqlite3_close(other);
}

void Editor::Edit(bool rough) {
  const char* insert = Below(4) == 0 ? "REPLACE" : Below(8) == 0 ? "INSERT OR IGNORE" : "INSERT";
  const char* update = Below(6) == 0 ? "UPDATE OR REPLACE" : "UPDATE";
  switch (Below(rough ? 26 : 20)) {
    case 0:
    case 1:
      return InsertContact(insert);
    case 2:
      return Run(fmt::format("{} contact SET {} WHERE id = {}", update, ContactValue(), Contact()));
    case 3:
    case 4:
      return Run(fmt::format("UPDATE contact SET {} WHERE rowid % 7 = {}", ContactValue(), Below(7)));
    case 5:
      return Run(fmt::format("DELETE FROM contact WHERE id = {}", Contact()));
    case 6:
      return Run(fmt::format("{} contact SET id = {} WHERE id = {}", update, Contact(), Contact()));
    case 7:
    case 8:
      return InsertVisit(insert);
    case 9:
    case 10:
      return InsertAct(insert);
    case 11:
      return Run(fmt::format("UPDATE act SET {} WHERE n % 11 = {}",
                             std::vector<std::string>{"time = " + Time(), "amount = " + Amount(), "what = " + What(),
                                                      fmt::format("contact_id = {}", Contact())}[Below(4)],
                             Below(11)));
    case 12:
      return Run(fmt::format("{} visit SET {} WHERE id = {}", update,
                             std::vector<std::string>{"time = " + Time(), "page = " + Word(), "at_shop = " + Shop(),
                                                      fmt::format("id = {}", Below(60))}[Below(4)],
                             Below(60)));
    case 13:
      return Run(fmt::format("DELETE FROM {} WHERE rowid % 13 = {}", Below(2) ? "act" : "visit", Below(13)));
    case 14:
      return Below(2) ? InsertCompany(insert) : InsertShop(insert);
    case 15:
      return Run(Below(2) ? fmt::format("DELETE FROM company WHERE id = {}", Below(9))
                          : fmt::format("DELETE FROM \"\"\"odd\"\" 店\" WHERE id = {}", Shop()));
    case 16:
      return Run(Below(2) ? fmt::format("{} company SET id = {} WHERE id = {}", update, Below(9), Below(9))
                          : fmt::format("{} \"\"\"odd\"\" 店\" SET id = {} WHERE id = {}", update, Shop(), Shop()));
    case 17:
      return ListEdit();
    case 18:
      return Opened();
    case 19:
      return WholeTables();
    case 20:
      return Run("VACUUM");
    case 21:
      return Run(fmt::format("ALTER TABLE contact ADD COLUMN extra{}", Below(1000)));
    case 22:
      return Run("DELETE FROM visit");
    case 23:
      // A writer that switches the triggers off: counting finds it.
      sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
      InsertAct("INSERT");
      sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, nullptr);
      return;
    case 24:
      return Run("BEGIN; DELETE FROM contact; DELETE FROM act; ROLLBACK");
    default:
      return Run(fmt::format("UPDATE contact SET rowid = rowid + {} WHERE id < 5", 1000 + Below(1000)));
  }
}

std::string Editor::Shop() {
  const std::vector<std::string> names = {"'s1'", "'s2'", "'店'", "'s4'", "'long name of a shop'", "''"};
  return names[static_cast<size_t>(Below(Dirty() ? 6 : 5))];
}

std::string Editor::Word() {
  const std::vector<std::string> words = {"'home'", "'ＨＯＭＥ'", "'ﾎｰﾑ'", "NULL", "'pricing'", "''", "random()"};
  return words[static_cast<size_t>(Below(7))];
}

std::string Editor::Time() {
  if (Dirty()) return Below(2) == 0 ? "'soon'" : "NULL";
  // Few distinct instants, so that many tie; some behind the run's clock.
  // And one in many that is no whole second, with which a series needs wider times.
  if (Below(200) == 0) return "'2026-02-02 02:40:00.250'";
  return Below(10) == 0 ? fmt::format("{}", 1'790'000'000 + Below(3)) : fmt::format("{}", 1'770'000'000 + Below(20));
}

std::string Editor::ContactValue() {
  switch (Below(7)) {
    case 0:
      return "email = " + Word();
    case 1:
      return "age = " + (Dirty() ? "'old'" : Below(9) == 0 ? "70000" : fmt::format("{}", Below(100)));
    case 2:
      return std::string("kind = ") + (Dirty() ? "'Z'" : Below(2) == 0 ? "'a'" : "'y'");
    case 3:
      return std::string("paid = ") + (Dirty() ? "'1.234'" : Below(2) == 0 ? "'12.50'" : "NULL");
    case 4:
      return std::string("born = ") + (Below(3) == 0 ? "'1999-02-31'" : "'1980-03-04'");
    case 5:
      return fmt::format("company_id = {}", Below(9));
    default:
      return "shop_id = " + Shop();
  }
}

void Editor::InsertCompany(const char* insert) {
  Run(fmt::format("{} INTO company(id, name) VALUES ({}, {})", insert, Below(9), Word()));
}

void Editor::InsertShop(const char* insert) {
  Run(fmt::format("{} INTO \"\"\"odd\"\" 店\"(id, size) VALUES ({}, {})", insert, Shop(), Below(3)));
}

void Editor::InsertContact(const char* insert) {
  // Keys of contacts are not unique in the database: a new one is usually another one.
  const std::string key = Below(40) == 0 ? fmt::format("{}", Contact())
                                         : fmt::format("(SELECT coalesce(max(id), 0) + 1 + {} FROM contact)", Below(2));
  Run(fmt::format("{} INTO contact(id, company_id, shop_id, email) VALUES ({}, {}, {}, {})", insert, key, Below(9),
                  Shop(), Word()));
  Run(fmt::format("UPDATE contact SET {} WHERE rowid = last_insert_rowid()", ContactValue()));
}

void Editor::InsertVisit(const char* insert) {
  Run(fmt::format("{} INTO visit(id, contact_id, time, page, at_shop) VALUES ({}, {}, {}, {}, {})", insert,
                  Below(3) == 0 ? "NULL" : std::to_string(Below(60)), Contact(), Time(), Word(),
                  Dirty() ? Shop() : "NULL"));
}

void Editor::InsertAct(const char* insert) {
  Run(fmt::format("{} INTO act(contact_id, time, what, amount) VALUES ({}, {}, {}, {})", insert, Contact(), Time(),
                  What(), Amount()));
}

void Editor::Opened() {
  Run(fmt::format("{} INTO opened(shop_id, time, seq) VALUES ({}, {}, {})", Below(2) ? "REPLACE" : "INSERT", Shop(),
                  Time(), Below(60) == 0 ? -4 : Below(12)));
}

void Editor::WholeTables() {
  switch (Below(7)) {
    case 5:
      return Run(fmt::format("INSERT INTO stages(contact_id, time, value) VALUES ({}, {}, '{}')", Contact(), Time(),
                             "ABx?"[Below(4)]));
    case 6:
      return Run(fmt::format("UPDATE stages SET value = 'B' WHERE rowid % 5 = {}", Below(5)));
    case 0:
    case 1:
      return Run(fmt::format("INSERT INTO mail(id, contact_id, time, subject) VALUES ({}, {}, {}, {})", Below(9),
                             Contact(), Time(), Word()));
    case 2:
      return Run(fmt::format("DELETE FROM mail WHERE rowid % 5 = {}", Below(5)));
    case 3:
      return Run(fmt::format("DELETE FROM call WHERE contact_id = {}", Contact()));
    default:
      return Run(
          fmt::format("REPLACE INTO call(contact_id, time, minutes) VALUES ({}, {}, {})", Contact(), Time(), Amount()));
  }
}

void Editor::ListEdit() {
  switch (Below(4)) {
    case 0:
      return Run(fmt::format("INSERT INTO vip VALUES ({})", Contact()));
    case 1:
      return Run(fmt::format("DELETE FROM vip WHERE contact_id = {}", Contact()));
    case 2:
      return Run(fmt::format("INSERT INTO saiten_lists VALUES ('kept', 'contact', {})", Contact()));
    default:
      return Run(fmt::format("DELETE FROM saiten_lists WHERE id = {}", Contact()));
  }
}

}  // namespace saiten::test
