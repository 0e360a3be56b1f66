#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "driver/compile.h"
#include "driver/words.h"
#include "runtime/zone.h"

// Why a record is in a workflow or not, and why something was sent to it or not: from what automation wrote down at the
// time (sem O5), so for any moment of its log and whatever the data say today.
namespace saiten::driver {

// One check before a record enters, in the order of sem R2.
struct StoryCheck {
  enum class State : uint8_t { kPassed, kFailed, kNotAsked };
  State state = State::kPassed;
  std::string reason;  // as in the log: `not matching`
  std::string clause;  // as written, or words for it
  std::string saw;     // of the one that failed: the values then
};

// One thing that happened.
struct StoryLine {
  int64_t time = 0;
  std::string step;                // empty: of the whole run
  std::string kind;                // as in the log: `refused`, `mail`
  std::string detail;              // as in the log
  std::string text;                // in words
  std::string saw;                 // the values that decided, as they were
  std::vector<StoryCheck> checks;  // of enrolments and refusals
  bool took = true;                // false: something that was not done
};

// One workflow and one record.
struct Story {
  std::string workflow;
  std::string label;
  std::string stands;  // a sentence: how it stands at that time, or why it never began
  std::vector<StoryLine> lines;
};

struct Stories {
  std::string object;
  std::string id;
  int64_t at = 0;      // everything up to here is told
  bool there = false;  // automation ran on this database
  std::vector<Story>
      stories;  // in the order of the rules; without a workflow asked for only those that know the record
};

struct StoryRequest {
  std::string db;
  std::string object;
  std::string id;
  std::string workflow;       // empty: all of the object
  std::optional<int64_t> at;  // nothing: everything so far
  Language language = Language::kEnglish;
};

// kUsage: no such object or workflow, or a workflow of another object. Other errors: of the database.
Result<Stories> TellStories(const Compiled& compiled, const StoryRequest& request);

// For people. `zone` null: UTC.
std::string RenderStories(const Stories& stories, const rt::Zone* zone, bool color, Language language);

}  // namespace saiten::driver
