#include "bench/database/rows.h"

#include <chrono>

#include "bench/database/statement.h"

namespace saiten::bench {
namespace {

double Since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

RowTimes ReadRows(const std::string& path) {
  const auto begin = std::chrono::steady_clock::now();
  RowTimes times;
  Database db(path);
  {
    Statement rows(db, "select id, employees from companies");
    for (; rows.Next(); ++times.rows) times.sum += static_cast<uint64_t>(rows.Number(0) + rows.Number(1));
  }
  {
    Statement rows(db,
                   "select id, industry, employees, title, origin, source, do_not_email, time_spent, occupation,"
                   " specialization, created, company_id from contacts");
    for (; rows.Next(); ++times.rows) {
      int64_t sum = 0;
      for (const int column : {0, 2, 6, 7, 11}) sum += rows.Number(column);
      for (const int column : {1, 3, 4, 5, 8, 9, 10}) sum += rows.Text(column);
      times.sum += static_cast<uint64_t>(sum);
    }
  }
  {
    Statement rows(db, "select contact_id, type, time, path from events");
    for (; rows.Next(); ++times.rows) {
      times.sum += static_cast<uint64_t>(rows.Number(0) + rows.Text(1) + rows.Number(2) + rows.Text(3));
    }
  }
  times.seconds = Since(begin);
  return times;
}

RowTimes WriteRows(const std::string& path, uint64_t contacts) {
  const auto begin = std::chrono::steady_clock::now();
  RowTimes times;
  Database db(path);
  // Four scores, three of them with a band, and five segments; bands are numbers.
  db.Do(
      "create table results (id integer primary key, fit integer, priority integer, card_a integer, grade integer,"
      " behaviour integer, total integer, temperature integer, referred integer, management integer, recent integer,"
      " bare integer, enterprise integer)");
  db.Do("begin");
  Statement insert(db, "insert into results values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (uint64_t i = 0; i < contacts; ++i) {
    const auto number = static_cast<int64_t>(i);
    insert.Bind(1, number + 1);
    for (const int column : {2, 4, 6, 7}) insert.Bind(column, number % 50 * 1000);
    for (const int column : {3, 5, 8}) insert.Bind(column, number % 3);
    for (const int column : {9, 10, 11, 12, 13}) insert.Bind(column, number >> column & 1);
    insert.Insert();
    ++times.rows;
  }
  db.Do("commit");
  times.seconds = Since(begin);
  return times;
}

}  // namespace saiten::bench
