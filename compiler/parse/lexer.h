#pragma once

#include <cstdint>
#include <vector>

#include "compiler/parse/lex.h"
#include "compiler/parse/raw_lexer.h"
#include "compiler/parse/reader.h"

// Private to lex.cpp and lex_foreign.cpp.
namespace saiten::parse {

// Makes the tokens of one file out of what the lexer of the grammar finds in it.
class Lexer {
 public:
  Lexer(const SourceFile& source, Reporter& reporter)
      : source_(source), reporter_(reporter), reader_(source, reporter), raw_(reader_) {}

  TokenList Run();

 private:
  // What is open, innermost last: `{`, `$` for `${`, `"` for a text on a line, `B` for a block text.
  struct Open {
    char what;
    uint32_t offset;
  };

  Span SpanOf(const RawLexer::Raw& raw) const { return {reader_.OffsetOf(raw.begin), reader_.OffsetOf(raw.end)}; }
  Span EmptyAt(uint32_t offset) const { return {offset, offset}; }
  bool Inside(char what) const { return !open_.empty() && open_.back().what == what; }
  Kind LastKind() const { return out_.tokens.empty() ? Kind::kNil : out_.tokens.back().kind; }

  void Take(const RawLexer::Raw& raw);
  void TakeComment(Kind kind, Span span);
  void TakeClose(char what, Kind kind, Span span);
  void TakeEof(uint32_t offset);
  void Push(Kind kind, Span span);
  void Settle(Kind kind);
  void PushAdded(Kind kind, uint32_t offset);
  void EndInterpolations(uint32_t offset);
  bool EndBlockText();
  bool RegexComesNext() const;

  // What other languages and keyboards write (lex_foreign.cpp): reported, then read as what it stands for.
  void TakeForeign(const RawLexer::Raw& raw, Span span);
  void TakeSign(const RawLexer::Raw& raw);
  void TakeQuote(const RawLexer::Raw& raw, Span span);
  void TakeBad(const RawLexer::Raw& raw, Span span);
  void TakeNumberWord(Span span);
  bool TakeDashComment(const RawLexer::Raw& raw);
  void TakeBareAddress(const RawLexer::Raw& raw, uint32_t offset);
  size_t FindOnLine(size_t from, char32_t a, char32_t b) const;
  bool RestOfLineIsBlank(size_t from) const;

  const SourceFile& source_;
  Reporter& reporter_;
  Reader reader_;
  RawLexer raw_;
  TokenList out_;
  std::vector<Open> open_;
  size_t interpolations_ = 0;  // how many of them are `${`
  size_t next_ = 0;            // the code point behind the token taken last
  bool newline_ = true;
  bool space_ = false;
  bool regex_list_ = false;
  bool done_ = false;
};

}  // namespace saiten::parse
