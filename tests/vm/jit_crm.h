#pragma once

#include <memory>

#include "compiler/ir/ir.h"
#include "runtime/dataset.h"

// The lead score of the source documents as IR, over made contacts: what the tests of the JIT's code and speed look at.
namespace saiten::jit {

inline constexpr int64_t kNow = 1'772'000'000'000'000;  // February 2026

struct Crm {
  Catalog catalog;
  rt::Dataset data;
  ir::Program program;

  Crm() = default;
  Crm(const Crm&) = delete;
  Crm& operator=(const Crm&) = delete;
};

// `rules` more rules of the kind +n if a number is in a range (0: only the lead score); `history`: also points for
// opens and clicks of the last 90 days, clicks at most ten.
std::unique_ptr<Crm> MakeCrm(size_t contacts, size_t rules, bool history);

}  // namespace saiten::jit
