#include "store/refresh/refresh.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sqlite3.h>

#include <filesystem>
#include <map>
#include <random>
#include <set>

#include "runtime/time_parse.h"
#include "store/cached/load_cached.h"
#include "store/changes/attach.h"
#include "store/changes/changes.h"
#include "store/changes/fingerprint.h"
#include "store/changes/own_write.h"
#include "store/load/loader.h"
#include "store/snapshot/snapshot.h"
#include "tests/store/describe.h"
#include "tests/store/support.h"

namespace saiten {
namespace {

using store::ChangeSet;
using store::Connection;
using store::DatabaseState;
using store::DataErrors;
using store::LoadedData;
using store::OpenMode;
using test::CatalogBuilder;

constexpr int64_t kNow = 1'780'000'000'000'000;  // May 2026

// A CRM with what a schema can have: relations both ways, text keys, lists, events that share a table, have conditions,
// an order of arrival of their own, a relation, and one that stands for others.
struct World {
  World() {
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
  // Every table but the lists has a column that says when a row was last changed.
  void Watch() {
    for (ObjectInfo& object : schema.catalog.objects) object.updated_column = "changed";
    for (const EventId event : {visit, look, opened}) schema.At(event).updated_column = "changed";
  }
  CatalogBuilder schema;
  ObjectId company, contact, shop;
  EventId visit, buy, look, any, opened;
  EventId mail;   // told apart by an id that the database does not keep apart
  EventId moved;  // a history
  EventId call;   // of a table without row numbers
  ListId vip, kept;
};

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

// Changes as programs, people and accidents make them.
class Editor {
 public:
  Editor(const std::string& path, uint32_t seed) : random_(seed) {
    EXPECT_EQ(sqlite3_open(path.c_str(), &db_), SQLITE_OK);
    Run("PRAGMA synchronous = 0; PRAGMA journal_mode = memory");
    // How clean the data is differs from case to case: what is quarantined or not there has paths of its own.
    dirt_ = Below(3) == 0 ? 12 : Below(2) == 0 ? 60 : 0;
    wide_ = Below(4) == 0 ? 400 : 24;
    unique_ = Below(4) != 0;
  }
  Editor(const Editor&) = delete;
  Editor& operator=(const Editor&) = delete;
  ~Editor() { sqlite3_close(db_); }

  void Run(const std::string& sql) {
    char* message = nullptr;
    // A statement that the database refuses is a change like another: it leaves no trace, or one in the log.
    sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, &message);
    sqlite3_free(message);
  }
  int Below(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }
  bool Dirty() { return dirt_ > 0 && Below(dirt_) == 0; }

  void Fill() {
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

  // The tables, before a log is attached.
  void MakeTables() {
    Run(kTables);
    if (unique_) Run("CREATE UNIQUE INDEX contact_id ON contact(id)");
  }

  // Whatever writes stamps the row with the clock of the test, as programs or triggers of their own do.
  void StampRows() {
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
  // Moves that clock: usually on, sometimes not, sometimes a little back, as clocks of two machines do; and writes it
  // in one of the ways that columns of times know.
  void MoveClock() {
    const int kind = Below(20);
    clock_ += kind < 12 ? 1 + Below(200) : 0;
    const int64_t now = kind == 19 ? clock_ - Below(50) : clock_;
    const auto text = [&](const rt::Zone& zone) { return rt::FormatInstant(now * 1'000'000, zone); };
    const std::string spelled = Dirty()        ? "'n/a'"
                                : Dirty()      ? "NULL"
                                : stamps_ == 0 ? fmt::format("{}", now)
                                : stamps_ == 1 ? fmt::format("{}", now * 1000)
                                : Below(30) == 0
                                    ? "'2999-01-01'"
                                    : fmt::format("'{}'", text(Below(2) == 0 ? *rt::Zone::Utc() : *tokyo_));
    Run("UPDATE clock SET t = " + spelled);
  }
  // Puts the database into a file, or back as it is there.
  void Backup(const std::string& file, bool restore) {
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(file.c_str(), &other), SQLITE_OK);
    sqlite3_backup* backup = sqlite3_backup_init(restore ? db_ : other, "main", restore ? other : db_, "main");
    ASSERT_NE(backup, nullptr);
    EXPECT_EQ(sqlite3_backup_step(backup, -1), SQLITE_DONE);
    sqlite3_backup_finish(backup);
    sqlite3_close(other);
  }

  // One of many kinds of changes; `rough` ones concern the schema, the file or the triggers.
  void Edit(bool rough) {
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

 private:
  int Contact() { return Dirty() ? -1 : Below(wide_); }
  std::string Shop() {
    const std::vector<std::string> names = {"'s1'", "'s2'", "'店'", "'s4'", "'long name of a shop'", "''"};
    return names[static_cast<size_t>(Below(Dirty() ? 6 : 5))];
  }
  std::string Word() {
    const std::vector<std::string> words = {"'home'", "'ＨＯＭＥ'", "'ﾎｰﾑ'", "NULL", "'pricing'", "''", "random()"};
    return words[static_cast<size_t>(Below(7))];
  }
  std::string Amount() { return Dirty() ? "'many'" : Below(20) == 0 ? "123456789012" : fmt::format("{}", Below(90)); }
  std::string What() { return Below(3) == 0 ? "'look'" : Below(20) == 0 ? "NULL" : "'buy'"; }
  std::string Time() {
    if (Dirty()) return Below(2) == 0 ? "'soon'" : "NULL";
    // Few distinct instants, so that many tie; some behind the run's clock.
    // And one in many that is no whole second, with which a series needs wider times.
    if (Below(200) == 0) return "'2026-02-02 02:40:00.250'";
    return Below(10) == 0 ? fmt::format("{}", 1'790'000'000 + Below(3)) : fmt::format("{}", 1'770'000'000 + Below(20));
  }
  std::string ContactValue() {
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
  void InsertCompany(const char* insert) {
    Run(fmt::format("{} INTO company(id, name) VALUES ({}, {})", insert, Below(9), Word()));
  }
  void InsertShop(const char* insert) {
    Run(fmt::format("{} INTO \"\"\"odd\"\" 店\"(id, size) VALUES ({}, {})", insert, Shop(), Below(3)));
  }
  void InsertContact(const char* insert) {
    // Keys of contacts are not unique in the database: a new one is usually another one.
    const std::string key = Below(40) == 0
                                ? fmt::format("{}", Contact())
                                : fmt::format("(SELECT coalesce(max(id), 0) + 1 + {} FROM contact)", Below(2));
    Run(fmt::format("{} INTO contact(id, company_id, shop_id, email) VALUES ({}, {}, {}, {})", insert, key, Below(9),
                    Shop(), Word()));
    Run(fmt::format("UPDATE contact SET {} WHERE rowid = last_insert_rowid()", ContactValue()));
  }
  void InsertVisit(const char* insert) {
    Run(fmt::format("{} INTO visit(id, contact_id, time, page, at_shop) VALUES ({}, {}, {}, {}, {})", insert,
                    Below(3) == 0 ? "NULL" : std::to_string(Below(60)), Contact(), Time(), Word(),
                    Dirty() ? Shop() : "NULL"));
  }
  void InsertAct(const char* insert) {
    Run(fmt::format("{} INTO act(contact_id, time, what, amount) VALUES ({}, {}, {}, {})", insert, Contact(), Time(),
                    What(), Amount()));
  }
  void Opened() {
    Run(fmt::format("{} INTO opened(shop_id, time, seq) VALUES ({}, {}, {})", Below(2) ? "REPLACE" : "INSERT", Shop(),
                    Time(), Below(60) == 0 ? -4 : Below(12)));
  }
  // Changes of tables of which a row alone does not tell all.
  void WholeTables() {
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
        return Run(fmt::format("REPLACE INTO call(contact_id, time, minutes) VALUES ({}, {}, {})", Contact(), Time(),
                               Amount()));
    }
  }
  void ListEdit() {
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

  sqlite3* db_ = nullptr;
  std::mt19937 random_;
  int dirt_ = 0;
  int wide_ = 24;
  bool unique_ = true;  // the database itself keeps keys apart
  int triggers_ = 0;
  const rt::Zone* tokyo_ = *rt::Zone::Find("Asia/Tokyo");
  int stamps_ = 0;
  int64_t clock_ = 1'600'000'000;  // long ago: the machine's clock holds nothing back
};

std::string Value(const rt::Column& column, const rt::StringPool* pool, size_t row) {
  if (column.size() == 0 || !column.Known(row)) return "?";
  return pool == nullptr ? std::to_string(column.Raw(row))
                         : std::string(pool->View(static_cast<int32_t>(column.Raw(row))));
}

// What a record reads of the data set, in words that do not depend on row numbers; by key.
std::map<std::string, std::string> Records(const Catalog& catalog, const LoadedData& data, size_t object) {
  const rt::Table& table = data.data.tables[object];
  std::map<std::string, std::string> out;
  for (size_t row = 0; row < table.size; ++row) {
    std::string text;
    for (size_t p = 0; p < table.columns.size(); ++p) {
      const PropertyInfo& property = catalog.objects[object].properties[p];
      if (property.is_many) {
        const rt::Adjacency& many = table.many[p];
        // Which rows belong to it; what they hold is their own matter, their keys too.
        const auto& rowids = data.objects[property.type.object_id().index()].rowids;
        for (uint32_t at = many.offsets[row]; at < many.offsets[row + 1]; ++at)
          text += fmt::format(" {}", rowids[many.rows[at]]);
      } else if (property.type.is(TypeKind::kRef)) {
        const rt::Keys& keys = data.data.tables[property.type.object_id().index()].keys;
        const rt::Column& to = table.columns[p];
        text += to.Known(row) ? " ->" + keys.Spell(static_cast<size_t>(to.Raw(row))) : " ->?";
      } else {
        text += " " + Value(table.columns[p], table.pools[p].get(), row);
      }
    }
    for (const rt::Column& list : table.lists) {
      if (list.size() > 0) text += " " + std::to_string(list.Raw(row));
    }
    for (size_t e = 0; e < catalog.events.size(); ++e) {
      if (catalog.events[e].object.index() != object) continue;
      const rt::EventSeries& series = data.data.events[e];
      text += " |";
      for (uint32_t at = series.BeginOf(row); at < series.EndOf(row); ++at) {
        text += " " + std::to_string(series.times[at]);
        for (size_t f = 0; f < series.fields.size(); ++f) {
          const Type type = catalog.events[e].fields[f].type;
          if (!type.is(TypeKind::kRef)) text += ":" + Value(series.fields[f], series.pools[f].get(), at);
        }
      }
    }
    out[table.keys.Spell(row)] = text;
  }
  return out;
}

// The first line that differs, of both.
std::string FirstDifference(const std::string& a, const std::string& b) {
  size_t at = 0;
  while (at < a.size() && at < b.size() && a[at] == b[at]) ++at;
  const auto line = [at](const std::string& text) {
    const size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
    return text.substr(begin, text.find('\n', at) - begin);
  };
  return "ours:  " + line(a) + "\nright: " + line(b);
}

std::vector<std::string> KeysOf(const rt::Table& table) {
  std::vector<std::string> keys;
  for (size_t row = 0; row < table.size; ++row) keys.push_back(table.keys.Spell(row));
  return keys;
}

class RefreshTest : public testing::Test {
 protected:
  // Loads through the snapshot, compares with a load of everything, and keeps the snapshot as a run does.
  void RunLikeAProgram(const World& world, store::CachedLoad::Source expected) {
    const Catalog& catalog = world.schema.catalog;
    Loaded loaded{.errors = DataErrors(100)};
    auto cached = store::LoadCached(db_, catalog, test::NeedAll(catalog), Options(), {.keep_refreshed = true},
                                    loaded.data, loaded.errors);
    ASSERT_TRUE(cached.ok());
    EXPECT_EQ(cached->source, expected);
    Loaded fresh = Load(world, 100);
    EXPECT_EQ(test::Describe(catalog, loaded.data, loaded.errors), test::Describe(catalog, fresh.data, fresh.errors));
    auto connection = Connection::Open(db_, OpenMode::kWrite, 50);
    auto transaction = store::Transaction::Begin(*connection, store::Transaction::Kind::kWrite);
    auto own = store::OwnWrite::Begin(*connection, &cached->base);
    ASSERT_TRUE(own->BeforeCommit().ok());
    ASSERT_TRUE(transaction->Commit().ok());
    cached->FinishKeeping();
  }

  struct Loaded {
    LoadedData data;
    DataErrors errors{3};
  };
  store::LoadOptions Options() const { return {.now = kNow, .busy_ms = 50, .threads = 1, .keep_rowids = true}; }

  Loaded Load(const World& world, size_t examples = 3) {
    Loaded loaded{.errors = DataErrors(examples)};
    auto data = store::Load(db_, world.schema.catalog, test::NeedAll(world.schema.catalog), Options(), loaded.errors);
    EXPECT_TRUE(data.ok()) << data.error().message;
    if (data.ok()) loaded.data = std::move(*data);
    return loaded;
  }
  DatabaseState State(const World& world) {
    auto connection = Connection::Open(db_, OpenMode::kRead, 50);
    auto read = store::BeginKnownRead(*connection);
    auto state = store::ReadState(*connection, world.schema.catalog, read->fingerprint);
    EXPECT_TRUE(state.ok());
    return *state;
  }
  // Nothing of a record that is not named as changed may differ.
  void CompareChanged(const World& world, const std::vector<std::map<std::string, std::string>>& before,
                      const std::vector<std::vector<std::string>>& old_keys, const Loaded& now,
                      const store::ChangedRows& changed) {
    for (size_t o = 0; o < world.schema.catalog.objects.size(); ++o) {
      const auto after = Records(world.schema.catalog, now.data, o);
      const rt::Table& table = now.data.data.tables[o];
      const std::set<uint32_t> rows(changed.objects[o].rows.begin(), changed.objects[o].rows.end());
      const auto& new_rows = changed.objects[o].new_rows;
      for (uint32_t row = 0; row < table.size; ++row) {
        const std::string key = table.keys.Spell(row);
        if (rows.contains(row)) continue;
        ASSERT_TRUE(before[o].contains(key)) << "new record " << key << " is not named";
        EXPECT_EQ(before[o].at(key), after.at(key)) << "record " << key << " of object " << o << " is not named";
      }
      for (uint32_t old = 0; old < old_keys[o].size(); ++old) {
        const uint32_t row = new_rows.empty() ? old : new_rows[old];
        if (row == store::ChangedRows::kGone) continue;
        ASSERT_LT(row, table.size);
        EXPECT_TRUE(rows.contains(row) || table.keys.Spell(row) == old_keys[o][old]) << "row " << row;
      }
    }
  }

  // A random history of edits; after each of them refreshing gives what a load gives.
  void History(uint32_t seed, bool rough, int steps) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    const World world;
    const Catalog& catalog = world.schema.catalog;
    db_ = dir_ / fmt::format("{}.db", seed);
    Editor editor(db_, seed);
    editor.MakeTables();
    ASSERT_TRUE(store::AttachLog(db_, catalog, 50).ok());
    editor.Fill();
    Loaded loaded = Load(world);
    DatabaseState state = State(world);
    for (int step = 0; step < steps; ++step) {
      const int edits = 1 + editor.Below(4);
      for (int i = 0; i < edits; ++i) editor.Edit(rough);
      std::vector<std::map<std::string, std::string>> before;
      std::vector<std::vector<std::string>> old_keys;
      for (size_t o = 0; o < catalog.objects.size(); ++o) {
        before.push_back(Records(catalog, loaded.data, o));
        old_keys.push_back(KeysOf(loaded.data.data.tables[o]));
      }
      Loaded fresh = Load(world);
      auto connection = Connection::Open(db_, OpenMode::kRead, 50);
      ASSERT_TRUE(connection.ok());
      auto read = store::BeginKnownRead(*connection);
      ASSERT_TRUE(read.ok());
      auto changes = store::ChangesSince(*connection, catalog, state, read->fingerprint);
      ASSERT_TRUE(changes.ok()) << changes.error().message;
      store::RefreshOptions options{.load = Options(), .samples = 3, .sample_from = static_cast<uint64_t>(step)};
      auto refreshed =
          store::Refresh(*connection, catalog, test::NeedAll(catalog), *changes, options, loaded.data, loaded.errors);
      ASSERT_TRUE(refreshed.ok()) << refreshed.error().message;
      ++steps_;
      if (refreshed->anew.empty()) {
        ++refreshed_;
        const std::string ours = test::Describe(catalog, loaded.data, loaded.errors);
        const std::string right = test::Describe(catalog, fresh.data, fresh.errors);
        ASSERT_EQ(ours, right) << "step " << step << "\n" << FirstDifference(ours, right);
        CompareChanged(world, before, old_keys, loaded, refreshed->changed);
        if (HasFailure()) return;
      } else {
        ++reasons_[refreshed->anew.en.substr(0, 200)];
        loaded = std::move(fresh);
      }
      state = State(world);
    }
  }
  // The same through the file beside the database, as runs do it; some of the edits are made by a run of ours.
  void CachedHistory(uint32_t seed, int steps) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    const World world;
    const Catalog& catalog = world.schema.catalog;
    db_ = dir_ / fmt::format("cached{}.db", seed);
    Editor editor(db_, seed);
    editor.MakeTables();
    ASSERT_TRUE(store::AttachLog(db_, catalog, 50).ok());
    editor.Fill();
    // What the step before saw, which some of the steps tell: then only what has changed since has to be told.
    store::CacheOptions cache{.keep_refreshed = true};
    std::vector<std::map<std::string, std::string>> before;
    std::vector<std::vector<std::string>> old_keys;
    for (int step = 0; step < steps; ++step) {
      constexpr size_t kExamples = 100;  // as many as a snapshot keeps
      const Loaded fresh = Load(world, kExamples);
      Loaded loaded{.errors = DataErrors(kExamples)};
      auto cached =
          store::LoadCached(db_, catalog, test::NeedAll(catalog), Options(), cache, loaded.data, loaded.errors);
      ASSERT_TRUE(cached.ok()) << cached.error().message;
      ++steps_;
      refreshed_ += cached->source != store::CachedLoad::Source::kDatabase;
      const std::string ours = test::Describe(catalog, loaded.data, loaded.errors);
      const std::string right = test::Describe(catalog, fresh.data, fresh.errors);
      ASSERT_EQ(ours, right) << "step " << step << "\n" << FirstDifference(ours, right);
      cached->FinishKeeping();
      if (cached->source == store::CachedLoad::Source::kRefreshed && cached->refreshed_from == cache.known.snapshot) {
        CompareChanged(world, before, old_keys, loaded, cached->changed);
        if (HasFailure()) return;
        if (cached->changed_since.seq > cached->base.durable_seq) ++told_less_;
      }
      cache.known = {.snapshot = cached->snapshot, .at = cached->position};
      before.clear();
      old_keys.clear();
      for (size_t o = 0; o < catalog.objects.size(); ++o) {
        before.push_back(Records(catalog, loaded.data, o));
        old_keys.push_back(KeysOf(loaded.data.data.tables[o]));
      }
      const int edits = editor.Below(4);
      for (int i = 0; i < edits; ++i) editor.Edit(step % 5 == 4);
      if (editor.Below(2) == 0) {
        auto connection = Connection::Open(db_, OpenMode::kWrite, 50);
        ASSERT_TRUE(connection.ok());
        auto transaction = store::Transaction::Begin(*connection, store::Transaction::Kind::kWrite);
        ASSERT_TRUE(transaction.ok());
        auto own = store::OwnWrite::Begin(*connection, &cached->base);
        ASSERT_TRUE(own.ok());
        ASSERT_TRUE(connection->Run(fmt::format("CREATE TABLE saiten_test{}(a)", step)).ok());
        ASSERT_TRUE(own->BeforeCommit().ok());
        ASSERT_TRUE(transaction->Commit().ok());
        own->AfterCommit();
      }
    }
  }
  // Without a log, with a column that says when a row was last changed.
  void WatchedHistory(uint32_t seed, int steps) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    World world;
    world.Watch();
    const Catalog& catalog = world.schema.catalog;
    db_ = dir_ / fmt::format("watched{}.db", seed);
    const std::string kept = dir_ / fmt::format("kept{}.db", seed);
    Editor editor(db_, seed);
    editor.MakeTables();
    editor.StampRows();
    editor.Fill();
    store::LoadOptions options = Options();
    options.zone = rt::Zone::Utc();
    store::CacheOptions cache{.keep_refreshed = true,
                              .note = [&](const Text& why) { ++reasons_[why.en.substr(0, 200)]; }};
    bool has_backup = false;
    for (int step = 0; step < steps; ++step) {
      constexpr size_t kExamples = 100;  // as many as a snapshot keeps
      Loaded fresh{.errors = DataErrors(kExamples)};
      auto data = store::Load(db_, catalog, test::NeedAll(catalog), options, fresh.errors);
      ASSERT_TRUE(data.ok());
      Loaded loaded{.errors = DataErrors(kExamples)};
      auto cached = store::LoadCached(db_, catalog, test::NeedAll(catalog), options, cache, loaded.data, loaded.errors);
      ASSERT_TRUE(cached.ok()) << cached.error().message;
      ++steps_;
      refreshed_ += cached->source != store::CachedLoad::Source::kDatabase;
      const std::string ours = test::Describe(catalog, loaded.data, loaded.errors);
      const std::string right = test::Describe(catalog, *data, fresh.errors);
      ASSERT_EQ(ours, right) << "step " << step << "\n" << FirstDifference(ours, right);
      cached->FinishKeeping();
      if (step == 3 || (step > 3 && editor.Below(6) == 0)) {
        editor.Backup(kept, false);
        has_backup = true;
      } else if (has_backup && editor.Below(6) == 0) {
        editor.Backup(kept, true);
      }
      const int edits = editor.Below(4);
      for (int i = 0; i < edits; ++i) {
        editor.MoveClock();
        editor.Edit(step % 5 == 4);
      }
    }
  }
  void Histories(uint32_t first, int count, bool rough) {
    for (int i = 0; i < count && !HasFailure(); ++i) History(first + static_cast<uint32_t>(i), rough, 12);
    for (const auto& [reason, n] : reasons_) RecordProperty(reason.substr(0, 20), n);
    if (getenv("SAITEN_VERBOSE") != nullptr) {
      for (const auto& [reason, n] : reasons_) fmt::print("{:5} {}\n", n, reason);
      fmt::print("{} of {} refreshed\n", refreshed_, steps_);
    }
  }

  test::TempDir dir_;
  std::string db_;
  int steps_ = 0;
  int refreshed_ = 0;
  int told_less_ = 0;  // than what has changed since the snapshot
  std::map<std::string, int> reasons_;
};

// SAITEN_SEED and SAITEN_RUNS try others, and more.
uint32_t FirstSeed(uint32_t usual) {
  const char* seed = getenv("SAITEN_SEED");
  return seed != nullptr ? static_cast<uint32_t>(atoi(seed)) : usual;
}
int Runs(int usual) {
  const char* runs = getenv("SAITEN_RUNS");
  return runs != nullptr ? atoi(runs) : usual;
}

TEST_F(RefreshTest, IsALoadAfterAnyEdits) {
  Histories(FirstSeed(1), Runs(25), false);
  // What it is for: if it always refused, everything above would say nothing.
  EXPECT_GT(refreshed_ * 5, steps_ * 2);
}

TEST_F(RefreshTest, IsALoadAfterRoughEdits) {
  Histories(FirstSeed(5000), Runs(10), true);
  EXPECT_GT(refreshed_, 0);
}

// The first events of a series that had none: there is nothing mapped to put them behind.
TEST_F(RefreshTest, TheFirstEventsOfAnEmptySeries) {
  const World world;
  db_ = dir_ / "first.db";
  Editor editor(db_, 78);
  editor.MakeTables();
  ASSERT_TRUE(store::AttachLog(db_, world.schema.catalog, 50).ok());
  editor.Run("INSERT INTO contact(id) VALUES (1), (2), (3)");
  using Source = store::CachedLoad::Source;
  RunLikeAProgram(world, Source::kDatabase);
  editor.Run("INSERT INTO visit(contact_id, time, page) VALUES (2, 1700000000, '/a'), (3, 1700000001, '/b')");
  RunLikeAProgram(world, Source::kRefreshed);
  editor.Run("INSERT INTO visit(contact_id, time, page) VALUES (1, 1700000002, '/c'), (2, 1600000000, '/d')");
  RunLikeAProgram(world, Source::kRefreshed);
}

// The log is only cut up to what the snapshot on the disk holds: a run that is killed after it has committed, but
// before its new snapshot has its name, leaves the old one, and the log leads from there.
TEST_F(RefreshTest, AKillBeforeTheNewSnapshotCostsNoReadingAnew) {
  const World world;
  const Catalog& catalog = world.schema.catalog;
  db_ = dir_ / "killed.db";
  Editor editor(db_, 77);
  editor.MakeTables();
  ASSERT_TRUE(store::AttachLog(db_, catalog, 50).ok());
  editor.Run("INSERT INTO contact(id) VALUES (1), (2)");
  const std::string snapshot = store::SnapshotPathOf(db_);
  const auto run = [&](store::CachedLoad::Source expected) { RunLikeAProgram(world, expected); };
  using Source = store::CachedLoad::Source;
  run(Source::kDatabase);
  editor.Run("INSERT INTO contact(id) VALUES (7001)");
  run(Source::kRefreshed);
  std::filesystem::copy_file(snapshot, snapshot + ".old");
  editor.Run("INSERT INTO contact(id) VALUES (7002)");
  run(Source::kRefreshed);
  std::filesystem::rename(snapshot + ".old", snapshot);
  editor.Run("INSERT INTO contact(id) VALUES (7003)");
  run(Source::kRefreshed);
}

TEST_F(RefreshTest, IsALoadByTheColumnOfTheLastChange) {
  const uint32_t first = FirstSeed(20000);
  for (int i = 0; i < Runs(12) && !HasFailure(); ++i) WatchedHistory(first + static_cast<uint32_t>(i), 12);
  if (getenv("SAITEN_VERBOSE") != nullptr) {
    for (const auto& [reason, n] : reasons_) fmt::print("{:5} {}\n", n, reason);
    fmt::print("{} of {} refreshed\n", refreshed_, steps_);
  }
  EXPECT_GT(refreshed_ * 4, steps_);
}

// A row that is changed again on the same day keeps its date, however far in the future another row's is.
TEST_F(RefreshTest, ADateIsNotOverBeforeItsDayIs) {
  World world;
  world.Watch();
  const Catalog& catalog = world.schema.catalog;
  for (const char* stamp :
       {"date('now')", "date('now') || ' 00:00:00'", "strftime('%Y-%m-%d %H:00', 'now', '-2 hours')",
        "strftime('%s', 'now') / 3600 * 3600", "date('now', 'localtime')"}) {
    SCOPED_TRACE(stamp);
    const test::TempDir folder;
    db_ = folder / "dates.db";
    Editor editor(db_, 1);
    editor.MakeTables();
    for (const char* table : {"company", "contact", "\"\"\"odd\"\" 店\"", "visit", "act", "opened"}) {
      editor.Run(fmt::format("ALTER TABLE {} ADD COLUMN changed", table));
    }
    editor.Run("INSERT INTO contact(id, email, changed) VALUES (1, 'a', '2999-01-01')");
    // Of so many rows that looking at some of them cannot be what finds it.
    editor.Run(
        fmt::format("WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 9000) "
                    "INSERT INTO contact(id, email, changed) SELECT i, 'b', {} FROM n",
                    stamp));
    store::LoadOptions options = Options();
    options.zone = *rt::Zone::Find("Asia/Tokyo");
    const auto load = [&](store::CachedLoad::Source expected) {
      Loaded fresh{.errors = DataErrors(3)};
      auto data = store::Load(db_, catalog, test::NeedAll(catalog), options, fresh.errors);
      ASSERT_TRUE(data.ok());
      Loaded loaded{.errors = DataErrors(3)};
      auto cached = store::LoadCached(db_, catalog, test::NeedAll(catalog), options, {.keep_refreshed = true},
                                      loaded.data, loaded.errors);
      ASSERT_TRUE(cached.ok());
      EXPECT_EQ(cached->source, expected);
      const std::string ours = test::Describe(catalog, loaded.data, loaded.errors);
      const std::string right = test::Describe(catalog, *data, fresh.errors);
      EXPECT_EQ(ours, right) << FirstDifference(ours, right);
      cached->FinishKeeping();
    };
    load(store::CachedLoad::Source::kDatabase);
    editor.Run("UPDATE contact SET email = 'c' WHERE id = 4711");
    load(store::CachedLoad::Source::kRefreshed);
  }
}

TEST_F(RefreshTest, IsALoadThroughTheSnapshot) {
  const uint32_t first = FirstSeed(9000);
  for (int i = 0; i < Runs(6) && !HasFailure(); ++i) CachedHistory(first + static_cast<uint32_t>(i), 12);
  EXPECT_GT(refreshed_ * 3, steps_);
  EXPECT_GT(told_less_, 0);
}

}  // namespace
}  // namespace saiten
