#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"
#include "compiler/check/check.h"
#include "compiler/diag/diagnostic.h"
#include "compiler/diag/render.h"
#include "compiler/parse/parse.h"
#include "stdlib/modules.h"
#include "stdlib/records.h"

namespace saiten::stdlib {

// Rules of a test, read and checked together with every module of the library.
struct TestProgram {
  SourceSet sources;
  diag::Sink sink;
  check::CheckedProgram checked;

  explicit TestProgram(const std::string& rules) {
    std::vector<FileId> ids;
    for (const Module& module : Modules())
      ids.push_back(sources.Add(std::string(module.name), std::string(module.text)));
    ids.push_back(sources.Add("test.rules", rules));
    std::vector<std::unique_ptr<ast::File>> files;
    for (FileId id : ids) files.push_back(Parse(sources[id], id, sink));
    checked = check::Check(std::move(files), sources, Records(), {}, sink);
    sink.Sort();
  }

  // The messages as a person would see them.
  std::string Messages() const { return diag::RenderAllFull(sink.all(), sources, {}); }
};

}  // namespace saiten::stdlib
