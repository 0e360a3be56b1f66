#pragma once

#include <string>
#include <vector>

#include "base/source.h"
#include "compiler/diag/diagnostic.h"
#include "compiler/diag/style.h"

// The part of a message that shows source lines with what is underlined in them.
namespace saiten::diag {

// A place to underline, with its words.
struct Mark {
  Location at;
  bool primary = false;
  std::string text;  // in the user's language; may be empty
};

// How the lines around a place are shown.
struct SnippetOptions {
  bool color = false;
  uint32_t max_width = 140;  // longer lines are cut around the mark, in display columns
  Ink primary_ink = Ink::kError;
};

// The width of the largest line number among the marks and edits: the margin of all snippets of one message.
uint32_t MarginFor(const SourceSet& sources, const std::vector<Mark>& marks, const std::vector<Fix>& fixes);

// `--> file:line:col`, the marked lines and their underlines; the file of the first mark comes first. Ends with a line
// end.
std::string RenderSnippet(const SourceSet& sources, const std::vector<Mark>& marks, uint32_t margin,
                          const SnippetOptions& options);

// The lines as they are after the edits, what is new underlined. Empty if the edits only delete whole lines or do not
// belong to one file.
std::string RenderReplacement(const SourceSet& sources, const std::vector<Edit>& edits, uint32_t margin,
                              const SnippetOptions& options);

}  // namespace saiten::diag
