#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/source.h"
#include "compiler/check/program.h"
#include "compiler/diag/diagnostic.h"
#include "runtime/regex.h"

// How rules are written: names, documentation, dates of review, spelling. What they mean is compiler/analyse.
namespace saiten::lint {

// What a name of this kind is to be, whole.
struct Naming {
  std::string pattern;  // as written, RE2
  std::shared_ptr<const rt::RegexMatcher> matcher;
};

struct Options {
  int64_t today = 0;  // days since 1970-01-01, for dates of review
  // By the word of the declaration (`workflow`), `property` and `member`. Others follow what the language's own pages
  // do: capital letters begin enums alone.
  std::map<std::string, Naming, std::less<>> naming;
};

// Reports what the house rules find in a program without errors: all as warnings, in no order.
void Lint(const check::CheckedProgram& program, const SourceSet& sources, const Options& options, diag::Sink& sink);

}  // namespace saiten::lint
