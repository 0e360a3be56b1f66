#include "driver/restyle.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/words.h"
#include "compiler/ast/print.h"
#include "compiler/format/format.h"
#include "compiler/parse/parse.h"

namespace saiten::driver {
namespace {

std::string TreeOf(const SourceFile& source) {
  diag::Sink unused;
  return ast::Print(*Parse(source, FileId(0), unused));
}

std::optional<Span> SpanOf(const SourceFile& source, std::optional<LineRange> lines) {
  if (!lines) return std::nullopt;
  const uint32_t last = source.line_count();
  return Span{source.LineSpan(std::clamp(lines->first, 1U, last)).begin,
              source.LineSpan(std::clamp(lines->last, 1U, last)).end};
}

}  // namespace

Result<Restyled> Restyle(const SourceFile& source, std::optional<LineRange> lines) {
  format::Formatted formatted = format::Format(source, SpanOf(source, lines));
  // Where the file is broken its tree is a guess, and what is broken was not touched.
  const bool whole = formatted.kept.empty();
  if (whole && TreeOf(source) != TreeOf(SourceFile(source.path(), formatted.text))) {
    return Fail(ErrorKind::kRefused,
                {fmt::format("{} was not changed: in the usual style it would mean something else", source.path()),
                 fmt::format("{}は変更していません。整形すると意味が変わってしまいます", source.path())},
                {"this is a mistake in Saiten: please report it with the file",
                 "Saitenの不具合です。このファイルを添えて報告してください"});
  }
  Restyled restyled{.text = std::move(formatted.text), .kept_lines = {}};
  for (const Span kept : formatted.kept) restyled.kept_lines.push_back(source.LineOf(kept.begin));
  return restyled;
}

}  // namespace saiten::driver
