#pragma once

#include <string>
#include <vector>

#include "compiler/diag/diagnostic.h"

namespace saiten::test {

// Expected diagnostics inside a .rules file: a comment under the line, with the caret under the place.
//
//     +15 if industry == IT
// //      ^^ error[E1050]: ...
//
// A place in the first two columns is given by number: `//@1 ^^^ error[...]`.
//
// The text of a file without those comments, as the compiler shall see it.
std::string WithoutExpectations(const std::string& text);
// The same text with a comment for each of the diagnostics, which must be sorted by place.
std::string WithExpectations(const std::string& text, const std::vector<diag::Diagnostic>& diagnostics);

}  // namespace saiten::test
