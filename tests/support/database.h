#pragma once

#include <string>

namespace saiten::test {

// Runs a script of SQL on the database `path`, made if missing; fails the test if SQLite objects.
void RunSql(const std::string& path, const std::string& script);

// The rows of every query in `script`, as the sqlite3 shell's list mode shows them: columns joined by `|`, a row a
// line, null as nothing.
std::string QuerySql(const std::string& path, const std::string& script);

// Reads a CSV file (gzip or plain) into a new table `name` whose columns are the header's names, all of type text.
void LoadRawCsv(const std::string& database, const std::string& csv, const std::string& name);

}  // namespace saiten::test
