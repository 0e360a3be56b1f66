#pragma once

#include <string_view>
#include <unordered_set>

#include "compiler/ast/decl.h"

namespace saiten::analyse {

// The words of a stretch of rules text. Automation is read but not checked yet; what it names counts as used.
class Words {
 public:
  explicit Words(std::string_view text);
  bool Has(std::string_view word) const { return words_.contains(word); }

 private:
  std::unordered_set<std::string_view> words_;
};

// A workflow, sequence, template or action.
bool IsAutomation(const ast::Decl* decl);

}  // namespace saiten::analyse
