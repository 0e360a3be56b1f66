#include "compiler/parse/parse.h"

#include <algorithm>

#include "compiler/parse/build_decl.h"
#include "compiler/parse/context.h"
#include "compiler/parse/inspect.h"
#include "compiler/parse/lex.h"
#include "compiler/parse/outside.h"

namespace saiten {
namespace {

using parse::Context;
using parse::Line;

void ReadDeclarations(Context& context, const std::vector<uint32_t>& too_deep, ast::File& file) {
  parse::OutsideLines outside(context);
  const auto last = static_cast<uint32_t>(context.tokens().size() - 1);
  for (const Line& line : parse::LinesOf(context.tokens(), 0, last)) {
    if (std::ranges::binary_search(too_deep, line.begin)) continue;
    if (!outside.IsDeclaration(line)) continue;
    context.ReadOne(line, parse::Rule::kDeclaration, [&](const parse::Node& root) {
      if (const ast::Decl* decl = parse::BuildDeclaration(context, root, line)) file.decls.push_back(decl);
    });
  }
}

void ReadFile(const SourceFile& source, parse::Reporter& reporter, ast::File& file,
              std::vector<std::string>* ambiguities) {
  parse::TokenList list = parse::Lex(source, reporter);
  file.comments = list.comments;
  parse::Layout layout = parse::LayOut(source, list, reporter);
  const std::vector<uint32_t> too_deep = std::move(layout.too_deep);
  list.tokens = {};
  Context context(source, std::move(list), std::move(layout), reporter, file);
  context.CollectAmbiguities(ambiguities);
  ReadDeclarations(context, too_deep, file);
}

}  // namespace

std::unique_ptr<ast::File> Parse(const SourceFile& source, FileId id, diag::Sink& sink) {
  auto file = std::make_unique<ast::File>();
  file->id = id;
  parse::Reporter reporter(source, id);
  ReadFile(source, reporter, *file, nullptr);
  reporter.FlushTo(sink);
  return file;
}

std::vector<std::string> parse::AmbiguitiesIn(const SourceFile& source) {
  ast::File file;
  Reporter reporter(source, FileId(0));
  std::vector<std::string> found;
  ReadFile(source, reporter, file, &found);
  return found;
}

}  // namespace saiten
