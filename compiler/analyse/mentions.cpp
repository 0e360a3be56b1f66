#include "compiler/analyse/mentions.h"

namespace saiten::analyse {
namespace {

// Bytes of names: ASCII letters, digits, `_`, and everything beyond ASCII. Punctuation of Japanese text comes along,
// which only matters inside texts.
bool InName(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

Words::Words(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    if (!InName(text[i])) {
      ++i;
      continue;
    }
    size_t end = i;
    while (end < text.size() && InName(text[end])) ++end;
    words_.insert(text.substr(i, end - i));
    i = end;
  }
}

bool IsAutomation(const ast::Decl* decl) {
  if (!decl) return false;
  return decl->kind == ast::DeclKind::kWorkflow || decl->kind == ast::DeclKind::kSequence ||
         decl->kind == ast::DeclKind::kTemplate || decl->kind == ast::DeclKind::kAction;
}

}  // namespace saiten::analyse
