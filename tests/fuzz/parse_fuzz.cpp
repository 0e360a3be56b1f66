// Any bytes: the parser gives a tree that can be printed and messages, each message lies inside the file, and both
// languages can be shown.
#include <cstdint>
#include <string>

#include "base/check.h"
#include "base/source.h"
#include "compiler/ast/print.h"
#include "compiler/diag/diagnostic.h"
#include "compiler/diag/render.h"
#include "compiler/parse/parse.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  saiten::SourceSet sources;
  const saiten::FileId id = sources.Add("fuzz.rules", std::string(reinterpret_cast<const char*>(data), size));
  saiten::diag::Sink sink;
  const auto file = saiten::Parse(sources[id], id, sink);
  SAITEN_CHECK(file != nullptr);
  for (const saiten::diag::Diagnostic& diagnostic : sink.all()) {
    SAITEN_CHECK(diagnostic.at.file == id);
    SAITEN_CHECK(diagnostic.at.span.begin <= diagnostic.at.span.end && diagnostic.at.span.end <= size);
  }
  for (const saiten::ast::Decl* decl : file->decls) {
    SAITEN_CHECK(decl->span.begin <= decl->span.end && decl->span.end <= size);
  }
  saiten::ast::Print(*file);
  for (const auto language : {saiten::diag::Language::kEnglish, saiten::diag::Language::kJapanese}) {
    saiten::diag::RenderOptions options;
    options.language = language;
    options.limit = 0;
    saiten::diag::RenderAllFull(sink.all(), sources, options);
    saiten::diag::RenderJson(sink.all(), sources, options);
  }
  return 0;
}
