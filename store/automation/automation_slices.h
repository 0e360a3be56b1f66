#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/automation/automation_counts.h"

// Runs of one workflow, counted by something that they differ in: for figures side by side.
namespace saiten::store {

// A column of the record itself, or of one that it names.
struct PropertyPath {
  std::string table;
  std::string key;
  std::string column;
  std::string property;  // as workflows set it; over the source
  // Where `column` holds the key of another record: that one's table, key and column. Else empty.
  std::string linked_table;
  std::string linked_key;
  std::string linked_column;
};

struct SliceBy {
  enum class Kind : uint8_t {
    kTime,      // quarters of an hour since 1970-01-01 UTC: all that calendars begin with begins at one
    kInstant,   // 0: enrolled before `instant`, 1: from then on
    kVariant,   // all arms taken, `subject_test=A,...`
    kTrigger,   // what started it, as written; `by hand`, `enrol`
    kTemplate,  // of mails that the record got during the run
    kAssignee,  // whose tasks came from the run
    kTeam,      // whose tasks, by the users' column `team` (`users`)
    kProperty,  // of the record, as it is today
  };
  Kind kind = Kind::kTime;
  int64_t instant = 0;
  PropertyPath property;
  // Of kTeam: the table of users, and its columns for name and team.
  std::string users;
  std::string user_name;
  std::string user_team;
};

// Runs with the same value. With kTemplate, kAssignee and kTeam a run stands in every slice that it belongs to.
struct RunSlice {
  std::string value;
  RunCount run;  // workflow, step and variant are empty
};

struct SliceCounts {
  bool there = false;
  std::vector<RunSlice> runs;
  // Of kTemplate: records with such an event of its mails, `delivered` as in EventCount. `step` is the value.
  std::vector<EventCount> events;
  // Of kAssignee and kTeam: tasks; `step` is the value, `state` is `open`, `done` or `deadline`.
  std::vector<ActionCount> tasks;
};

// `later`: as of CountAutomation. Errors: as ReadAutomation; kUsage where the database lacks a table or column that
// `by` names.
Result<SliceCounts> CountSlices(const std::string& path, const std::string& workflow, int64_t since, bool later,
                                const SliceBy& by);

}  // namespace saiten::store
