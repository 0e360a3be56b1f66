#pragma once

#include <string>
#include <string_view>

#include "compiler/ast/ast.h"

namespace saiten::ast {

// Writes lines with indentation. Parts that are absent write nothing.
class Printer {
 public:
  // Begins a line.
  Printer& Line(std::string_view word);
  // Adds to the line.
  Printer& Add(std::string_view word);
  Printer& Add(const Name& name) { return name.valid() ? Add(name.text) : *this; }
  Printer& Add(std::string_view key, const Name& name);
  Printer& Add(std::string_view key, const Expr* expr);
  Printer& Add(std::string_view key, const Duration& duration);
  Printer& Add(std::string_view key, const Window& window);
  Printer& Add(const Expr* expr);
  Printer& AddIf(bool condition, std::string_view word) { return condition ? Add(word) : *this; }
  Printer& AddQuoted(std::string_view key, std::string_view text);
  void In() { ++depth_; }
  void Out() { --depth_; }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
  int depth_ = 0;
};

std::string TextOf(const Duration& duration);
std::string TextOf(const Source& source);
std::string TextOf(const Pattern& pattern);
std::string QuotedText(std::string_view text);

// The parts of a printed tree, in files by topic.
void PrintDecl(Printer& out, const Decl& decl);
void PrintScore(Printer& out, const Decl& decl);
void PrintFlow(Printer& out, const Decl& decl);
void PrintTest(Printer& out, const Decl& decl);
void PrintSteps(Printer& out, Steps steps);
void PrintRows(Printer& out, std::span<const MatchRow> rows);

}  // namespace saiten::ast
