// The part of the benchmark that lives in memory: Saiten's engines and the hand-written loops over the same population.
//
//   bench_engine ITEM CONTACTS EVENTS THREADS FILE.rules...
//
// makes the data and then does what its standard input says, one line a command, one line of JSON an answer:
//
//   run NAME            one repetition; {"seconds": s}
//   answers NAME DIR    a repetition, and its answers as files in DIR
//   dump DIR            the columns as files for peers
//   interpret ROWS DIR  the interpreter over the first contacts on one thread, and its answers
//   read BYTES          memory bandwidth; {"seconds": s}
#include <sys/resource.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "bench/engine/dump.h"
#include "bench/engine/floor_runs.h"
#include "bench/engine/our_runs.h"
#include "bench/population/columns.h"
#include "driver/blocks.h"

namespace saiten::bench {
namespace {

using Json = nlohmann::ordered_json;

uint64_t PeakMegabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<uint64_t>(usage.ru_maxrss) / 1024;
}

void Say(const Json& json) { std::cout << json.dump() << std::endl; }

int Main(const std::vector<std::string>& args) {
  if (args.size() < 5) {
    std::cerr << "bench_engine ITEM CONTACTS EVENTS THREADS FILE.rules...\n";
    return 2;
  }
  const std::string& item = args[0];
  const Sizes sizes{.contacts = std::stoull(args[1]), .events = std::stoull(args[2])};
  const size_t threads = std::stoull(args[3]);
  OurRuns ours({args.begin() + 4, args.end()}, threads);
  const rt::Dataset data = MakeDataset(ours.catalog(), sizes, ThreadsFor(threads, 256));
  ours.Attach(data);
  const uint64_t peak = PeakMegabytes();
  std::unique_ptr<FloorRuns> floors;
  if (item != "w5") floors = std::make_unique<FloorRuns>(item, ours.catalog(), data, threads);
  Json ready = {{"ours", OurRuns::names()},
                {"floors", floors ? floors->names() : std::vector<std::string>()},
                {"front_seconds", ours.front_seconds()},
                {"code_seconds", ours.code_seconds()},
                {"first_seconds", ours.first_seconds()},
                {"front_mb", ours.front_megabytes()},
                {"code_mb", ours.code_megabytes()},
                {"instructions", ours.instructions()},
                {"peak_mb", peak}};
  if (floors) ready["bytes_touched"] = floors->bytes_touched();
  Say(ready);

  const auto is_ours = [&](const std::string& name) {
    const auto names = OurRuns::names();
    return std::ranges::find(names, name) != names.end();
  };
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string command;
    std::string name;
    words >> command;
    if (command == "read") {
      size_t bytes = 0;
      words >> bytes;
      Say({{"seconds", ReadSeconds(bytes, threads)}});
      continue;
    }
    if (command == "dump") {
      words >> name;
      DumpColumns(ours.catalog(), data, name, sizes.events > 0);
      Say({{"done", true}});
      continue;
    }
    if (command == "interpret") {
      size_t rows = 0;
      words >> rows >> name;
      rows = std::min<size_t>(rows, sizes.contacts);
      const double seconds = ours.Interpret(rows);
      DumpAnswers(ours.answers(), rows, name);
      Say({{"seconds", seconds}, {"rows", rows}});
      continue;
    }
    // Names may hold spaces; a tab ends them.
    std::getline(words >> std::ws, name, '\t');
    const double seconds = is_ours(name) ? ours.Run(name) : floors->Run(name);
    if (command == "answers") {
      std::string folder;
      std::getline(words, folder);
      DumpAnswers(is_ours(name) ? ours.answers() : floors->answers(), sizes.contacts, folder);
    }
    Say({{"seconds", seconds}, {"peak_mb", PeakMegabytes()}});
  }
  return 0;
}

}  // namespace
}  // namespace saiten::bench

int main(int count, char** args) { return saiten::bench::Main({args + 1, args + count}); }
