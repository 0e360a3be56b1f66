#pragma once

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstdint>
#include <random>
#include <string>

#include "runtime/zone.h"
#include "tests/store/support.h"

// A database that has everything, and those who change it: for tests of what follows changes.
namespace saiten::test {

// A CRM with what a schema can have: relations both ways, text keys, lists, events that share a table, have conditions,
// an order of arrival of their own, a relation, and one that stands for others.
struct World {
  World();
  // Every table but the lists has a column that says when a row was last changed.
  void Watch();
  CatalogBuilder schema;
  ObjectId company, contact, shop;
  EventId visit, buy, look, any, opened;
  EventId mail;   // told apart by an id that the database does not keep apart
  EventId moved;  // a history
  EventId call;   // of a table without row numbers
  ListId vip, kept;
};

// Changes as programs, people and accidents make them.
class Editor {
 public:
  Editor(const std::string& path, uint32_t seed);
  Editor(const Editor&) = delete;
  Editor& operator=(const Editor&) = delete;
  ~Editor() { sqlite3_close(db_); }

  void Run(const std::string& sql);
  int Below(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }
  bool Dirty() { return dirt_ > 0 && Below(dirt_) == 0; }

  void Fill();

  // The tables, before a log is attached.
  void MakeTables();

  // Whatever writes stamps the row with the clock of the test, as programs or triggers of their own do.
  void StampRows();
  // Moves that clock: usually on, sometimes not, sometimes a little back, as clocks of two machines do; and writes it
  // in one of the ways that columns of times know.
  void MoveClock();
  // Puts the database into a file, or back as it is there.
  void Backup(const std::string& file, bool restore);

  // One of many kinds of changes; `rough` ones concern the schema, the file or the triggers.
  void Edit(bool rough);

 private:
  int Contact() { return Dirty() ? -1 : Below(wide_); }
  std::string Shop();
  std::string Word();
  std::string Amount() { return Dirty() ? "'many'" : Below(20) == 0 ? "123456789012" : fmt::format("{}", Below(90)); }
  std::string What() { return Below(3) == 0 ? "'look'" : Below(20) == 0 ? "NULL" : "'buy'"; }
  std::string Time();
  std::string ContactValue();
  void InsertCompany(const char* insert);
  void InsertShop(const char* insert);
  void InsertContact(const char* insert);
  void InsertVisit(const char* insert);
  void InsertAct(const char* insert);
  void Opened();
  // Changes of tables of which a row alone does not tell all.
  void WholeTables();
  void ListEdit();

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

}  // namespace saiten::test
