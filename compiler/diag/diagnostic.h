#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/source.h"
#include "base/words.h"

namespace saiten::diag {

// One per row of codes.def; the user sees its id ("E3104").
enum class Code : uint16_t {
#define SAITEN_CODE(name, id, severity, args, en, ja) k##name,
#include "compiler/diag/codes.def"
#undef SAITEN_CODE
};

using saiten::Language;
using saiten::Text;

// How bad it is: an error keeps the rules from running.
enum class Severity : uint8_t { kError, kWarning, kNote };
std::string_view NameOf(Severity severity, Language language = Language::kEnglish);

// What codes.def says of a code. `en` and `ja` are fmt patterns over the arguments {0}, {1}, ...
struct CodeInfo {
  Code code;
  std::string_view name;
  std::string_view id;
  Severity severity;
  std::string_view arg_names;  // "found, expected"
  int arg_count;
  std::string_view en;
  std::string_view ja;
};
// The row of codes.def.
const CodeInfo& InfoOf(Code code);
// The code with this id ("E3104"); null if there is none.
const CodeInfo* FindCode(std::string_view id);
// All codes in the order of codes.def.
const std::vector<CodeInfo>& AllCodes();

// A further place that matters, with a few words on why.
struct Label {
  Location at;
  Text text;
};

// How far a fix may be applied without being read (ruff's terms).
enum class FixSafety : uint8_t { kSafe, kUnsafe };

// Puts `replacement` where `at` is.
struct Edit {
  Location at;
  std::string replacement;
};

// A change of the text that settles the matter.
struct Fix {
  Text title;
  FixSafety safety = FixSafety::kSafe;
  std::vector<Edit> edits;
};

// An argument that has other words in Japanese.
std::string Both(std::string_view en, std::string_view ja);

// A value, made by a pass and shown by renderers.
struct Diagnostic {
  Code code;
  Location at;
  std::vector<std::string> args;  // fill the patterns of codes.def
  Text label;                     // words at the caret; may be empty
  std::vector<Label> others;      // second places
  std::vector<Text> notes;        // "help:" lines
  std::vector<Fix> fixes;
  std::vector<std::pair<std::string, std::string>> counterexample;  // property, value: a record that shows the matter
};

// The message in words, arguments filled in.
std::string Message(const Diagnostic& diagnostic, Language language);

// Collects the diagnostics of a compilation.
class Sink {
 public:
  // Fluent: sink.Report(Code::kX, at, {"a"}).Caret(...).Other(...).Fix(...)
  class Builder {
   public:
    explicit Builder(Diagnostic& diagnostic) : diagnostic_(diagnostic) {}
    Builder& Caret(std::string en, std::string ja);
    Builder& Other(Location at, std::string en, std::string ja);
    Builder& Note(std::string en, std::string ja);
    Builder& Fix(std::string en, std::string ja, std::vector<Edit> edits, FixSafety safety = FixSafety::kSafe);
    Builder& Counterexample(std::vector<std::pair<std::string, std::string>> record);

   private:
    Diagnostic& diagnostic_;
  };
  // The builder is valid until the next Report.
  Builder Report(Code code, Location at, std::vector<std::string> args = {});

  const std::vector<Diagnostic>& all() const { return diagnostics_; }
  bool has_errors() const;
  template <typename Predicate>
  void RemoveIf(Predicate predicate) {
    std::erase_if(diagnostics_, predicate);
  }
  // Orders by file, place and code, and drops exact repeats.
  void Sort();

 private:
  std::vector<Diagnostic> diagnostics_;
};

}  // namespace saiten::diag
