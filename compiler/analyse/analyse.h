#pragma once

#include "base/source.h"
#include "compiler/check/program.h"
#include "compiler/diag/diagnostic.h"

namespace saiten::analyse {

// Reports what a checked program says but cannot mean: rows of a `match` that overlap, are never reached or leave a gap
// (sem SC2, SC3a), bands that no score reaches, conditions that are always or never true, negative tests on values that
// may be unknown (sem N5), declarations that nothing uses, one signal counted in two scores that are added: all
// warnings. Arithmetic of constants that leaves the range of numbers is an error (sem N7). May be called for a program
// with errors; what has an error is left out.
void Analyse(const check::CheckedProgram& program, const SourceSet& sources, diag::Sink& sink);

}  // namespace saiten::analyse
