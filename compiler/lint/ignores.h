#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/diag/diagnostic.h"

namespace saiten::lint {

// Comments that say which findings are meant to be as they are:
//
//     // saiten ignore E4102, L1001: why                 on the line, or above it
//     // saiten ignore-start E4102: why                  up to `// saiten ignore-end E4102`
//     // saiten ignore-file E4102: why
//
// A code and a reason are needed. Errors cannot be ignored.
class Ignores {
 public:
  Ignores() = default;
  // Reads the comments of all files. What is wrong with one is reported (L0001, L0002, L0003, L0005), and it ignores
  // nothing.
  Ignores(const std::vector<std::unique_ptr<ast::File>>& files, const SourceSet& sources, diag::Sink& sink);

  // Takes what is ignored out of the sink.
  void Apply(const SourceSet& sources, diag::Sink& sink);
  // Reports those of `wanted` codes that Apply has never found a use for (L0004), with the fix that takes them away.
  template <typename Wanted>
  void ReportUnused(const SourceSet& sources, diag::Sink& sink, Wanted wanted) const {
    for (const Ignore& ignore : ignores_) {
      if (!ignore.used && wanted(ignore.code)) ReportUnused(ignore, sources, sink);
    }
  }

 private:
  struct Ignore {
    FileId file;
    diag::Code code;
    uint32_t first = 0;  // lines, from 1, both in
    uint32_t last = 0;
    Span at;             // of the code in the comment
    Span comment;        // of all of it
    bool alone = false;  // the only code of its comment, which can go as a whole
    bool used = false;
  };
  class Reader;
  static void ReportUnused(const Ignore& ignore, const SourceSet& sources, diag::Sink& sink);

  std::vector<Ignore> ignores_;
};

}  // namespace saiten::lint
