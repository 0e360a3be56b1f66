#pragma once

#include <memory>
#include <string>
#include <vector>

#include "driver/compile.h"
#include "tests/support/files.h"

namespace saiten::driver {

// What came back from a message, for the fixture: `Q2` replied to the mail of step `intro`.
struct CameBack {
  std::string event;
  std::string id;
  std::string workflow;
  std::string step;
  std::string time;
};

// A database that holds what automation did in the tests of a project, as a tick writes it: each test is a record whose
// key is the first word of its title up to the colon (`N1`). All mail is sent.
class FlowFixture {
 public:
  // `project`: a folder of the tree, `tests/acceptance/automation/nurture`. `only`: titles that begin with one of
  // these; empty: all.
  FlowFixture(const std::string& project, const std::vector<CameBack>& came_back,
              const std::vector<std::string>& only = {});

  const Compiled& compiled() const { return *compiled_; }
  const std::string& db() const { return db_; }

 private:
  std::unique_ptr<Compiled> compiled_;
  test::TempDir dir_;
  std::string db_;
};

}  // namespace saiten::driver
