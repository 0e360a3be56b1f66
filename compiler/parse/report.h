#pragma once

#include <deque>
#include <string>
#include <vector>

#include "compiler/diag/diagnostic.h"

namespace saiten::parse {

// Gathers what is wrong with one file. A line gets one message, the first that was reported: the others are mostly its
// echo, and the next run shows them. Equal mistakes on a line become one message with one fix.
class Reporter {
 public:
  Reporter(const SourceFile& source, FileId file) : source_(source), file_(file) {}

  // Valid until the next Report.
  diag::Sink::Builder Report(diag::Code code, Span span, std::vector<std::string> args = {});
  Location At(Span span) const { return {file_, span}; }
  diag::Edit Replace(Span span, std::string text) const { return {At(span), std::move(text)}; }
  size_t count() const { return found_.size(); }
  void FlushTo(diag::Sink& sink);

 private:
  const SourceFile& source_;
  FileId file_;
  std::deque<diag::Diagnostic> found_;
};

}  // namespace saiten::parse
