#include <RulesLexer.h>
#include <antlr4-runtime.h>

#include "compiler/parse/raw_lexer.h"

namespace saiten::parse {
namespace {

// The classes of a Reader as ANTLR wants its input.
class ClassStream : public antlr4::CharStream {
 public:
  explicit ClassStream(const Reader& reader) : reader_(reader) {}

  void consume() override { ++index_; }
  size_t LA(ssize_t i) override {
    if (i == 0) return 0;
    const size_t at = i > 0 ? index_ + static_cast<size_t>(i) - 1 : index_ - static_cast<size_t>(-i);
    return at < reader_.size() ? reader_[at] : antlr4::IntStream::EOF;
  }
  ssize_t mark() override { return -1; }
  void release(ssize_t) override {}
  size_t index() override { return index_; }
  void seek(size_t index) override { index_ = index; }
  size_t size() override { return reader_.size(); }
  std::string getSourceName() const override { return {}; }
  std::string getText(const antlr4::misc::Interval&) override { return {}; }
  std::string toString() const override { return {}; }

 private:
  const Reader& reader_;
  size_t index_ = 0;
};

// A base, so that the stream is there before the lexer that reads it.
struct StreamHolder {
  explicit StreamHolder(const Reader& reader) : stream(reader) {}
  ClassStream stream;
};

}  // namespace

// Keeps what a token is and where, and makes no token object.
class RawLexer::Impl : private StreamHolder, public RulesLexer {
 public:
  explicit Impl(const Reader& reader) : StreamHolder(reader), RulesLexer(&stream) { removeErrorListeners(); }

  antlr4::Token* emit() override {
    last = {static_cast<Kind>(type), tokenStartCharIndex, stream.index()};
    return nullptr;
  }
  antlr4::Token* emitEOF() override {
    last = {Kind::kEof, stream.size(), stream.size()};
    return nullptr;
  }

  Raw last;
};

RawLexer::RawLexer(const Reader& reader) : impl_(std::make_unique<Impl>(reader)) {}
RawLexer::~RawLexer() = default;

RawLexer::Raw RawLexer::Next() {
  impl_->nextToken();
  return impl_->last;
}

void RawLexer::Seek(size_t index) {
  impl_->_input->seek(index);
  impl_->hitEOF = false;
}

void RawLexer::EnterRegex() { impl_->pushMode(RulesLexer::REGEX_PLACE); }

void RawLexer::PopMode() {
  if (!impl_->modeStack.empty()) impl_->popMode();
}

}  // namespace saiten::parse
