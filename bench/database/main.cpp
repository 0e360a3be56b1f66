// Databases of the benchmark:
//
//   bench_database generate CONTACTS EVENTS FILE    a new database
//   bench_database read FILE                        the floor: every needed row through SQLite's C interface
//   bench_database write CONTACTS FILE              the floor: as many rows of results into a new database
//
// The floors print {"seconds": s, "rows": n}.
#include <iostream>
#include <string>
#include <vector>

#include "bench/database/generate.h"
#include "bench/database/rows.h"

namespace saiten::bench {
namespace {

int Print(const RowTimes& times) {
  std::cout << R"({"seconds": )" << times.seconds << R"(, "rows": )" << times.rows << R"(, "sum": )" << times.sum
            << "}\n";
  return 0;
}

int Main(const std::vector<std::string>& args) {
  if (args.size() == 4 && args[0] == "generate") {
    Generate({.contacts = std::stoull(args[1]), .events = std::stoull(args[2])}, args[3]);
    return 0;
  }
  if (args.size() == 2 && args[0] == "read") return Print(ReadRows(args[1]));
  if (args.size() == 3 && args[0] == "write") return Print(WriteRows(args[2], std::stoull(args[1])));
  std::cerr << "bench_database generate CONTACTS EVENTS FILE | read FILE | write CONTACTS FILE\n";
  return 2;
}

}  // namespace
}  // namespace saiten::bench

int main(int count, char** args) { return saiten::bench::Main({args + 1, args + count}); }
