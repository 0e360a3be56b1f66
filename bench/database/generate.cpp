#include "bench/database/generate.h"

#include <fmt/format.h>

#include <vector>

#include "bench/database/statement.h"
#include "runtime/civil.h"

namespace saiten::bench {
namespace {

void Companies(Database& db, const Sizes& sizes) {
  Statement insert(db, "insert into companies values (?, ?, ?)");
  for (uint64_t i = 0; i < sizes.companies(); ++i) {
    const std::string name = fmt::format("株式会社{}", i + 1);
    const int64_t employees = MakeCompany(i).employees;
    insert.Bind(1, static_cast<int64_t>(i + 1));
    insert.Bind(2, name);
    employees == kUnknown ? insert.BindNull(3) : insert.Bind(3, employees);
    insert.Insert();
  }
}

std::string DateOf(int32_t days) {
  const rt::Civil date = rt::CivilFromDays(days);
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

void Contacts(Database& db, const Sizes& sizes) {
  Statement insert(db, "insert into contacts values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const auto text = [&](int at, std::span<const std::string_view> texts, int8_t number) {
    number == kUnknown ? insert.BindNull(at) : insert.Bind(at, texts[static_cast<size_t>(number)]);
  };
  const auto number = [&](int at, int64_t value) { value == kUnknown ? insert.BindNull(at) : insert.Bind(at, value); };
  for (uint64_t i = 0; i < sizes.contacts; ++i) {
    const Contact contact = MakeContact(sizes, i);
    const std::string email = EmailOf(i);
    const std::string created = contact.created == kUnknown ? "" : DateOf(contact.created);
    insert.Bind(1, static_cast<int64_t>(i + 1));
    insert.Bind(2, email);
    text(3, kIndustrySpellings, contact.industry);
    number(4, contact.employees);
    text(5, kTitleSpellings, contact.title);
    text(6, kOrigins, contact.origin);
    text(7, kSources, contact.source);
    insert.Bind(8, contact.do_not_email ? 1 : 0);
    number(9, contact.time_spent);
    text(10, kOccupations, contact.occupation);
    text(11, kSpecializations, contact.specialization);
    created.empty() ? insert.BindNull(12) : insert.Bind(12, created);
    contact.company == kUnknown ? insert.BindNull(13) : insert.Bind(13, contact.company + 1);
    insert.Insert();
  }
}

void Events(Database& db, const Sizes& sizes) {
  Statement insert(db, "insert into events values (?, ?, ?, ?)");
  std::vector<std::string> paths;
  for (int32_t path = 0; path < kPaths; ++path) paths.push_back(PathOf(path));
  for (uint64_t i = 0; i < sizes.events; ++i) {
    const Event event = MakeEvent(sizes, i);
    insert.Bind(1, static_cast<int64_t>(event.contact + 1));
    insert.Bind(2, event.is_open ? std::string_view("open") : std::string_view("view"));
    insert.Bind(3, event.time);
    event.path == kUnknown ? insert.BindNull(4) : insert.Bind(4, paths[static_cast<size_t>(event.path)]);
    insert.Insert();
  }
}

}  // namespace

void Generate(const Sizes& sizes, const std::string& path) {
  Database db(path);
  db.Do("pragma journal_mode = off");
  db.Do("pragma synchronous = off");
  db.Do(
      "create table companies (id integer primary key, name text not null, employees integer);"
      "create table contacts (id integer primary key, email text, industry text, employees integer, title text,"
      " origin text, source text, do_not_email integer not null, time_spent integer, occupation text,"
      " specialization text, created text, company_id integer references companies);"
      "create table events (contact_id integer, type text, time integer, path text)");
  db.Do("begin");
  Companies(db, sizes);
  Contacts(db, sizes);
  Events(db, sizes);
  db.Do("commit");
}

}  // namespace saiten::bench
