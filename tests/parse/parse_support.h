#pragma once

#include <memory>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "compiler/ast/print.h"
#include "compiler/parse/parse.h"

namespace saiten::test {

// A text and what the parser made of it.
struct ParsedText {
  explicit ParsedText(std::string text) : source("test.rules", std::move(text)) {
    file = Parse(source, FileId(0), sink);
  }

  // The declaration of that name; null if it is not in the tree.
  const ast::Decl* Find(std::string_view name) const {
    for (const ast::Decl* decl : file->decls) {
      if (decl->name.text == name) return decl;
    }
    return nullptr;
  }
  // One id and line a message: "E1010:3 E1031:9".
  std::string Messages() const {
    std::string all;
    for (const diag::Diagnostic& d : sink.all()) {
      if (!all.empty()) all += ' ';
      all += std::string(diag::InfoOf(d.code).id) + ":" + std::to_string(source.LineOf(d.at.span.begin));
    }
    return all;
  }
  // What must hold for every input.
  void ExpectSound() const {
    std::set<uint32_t> lines;
    for (const diag::Diagnostic& d : sink.all()) {
      EXPECT_LE(d.at.span.begin, d.at.span.end);
      EXPECT_LE(d.at.span.end, source.text().size());
      EXPECT_TRUE(lines.insert(source.LineOf(d.at.span.begin)).second) << "two messages on a line: " << Messages();
      EXPECT_FALSE(diag::Message(d, diag::Language::kJapanese).empty());
    }
    for (const ast::Decl* decl : file->decls) {
      EXPECT_LE(decl->span.begin, decl->span.end);
      EXPECT_LE(decl->span.end, source.text().size());
    }
    ast::Print(*file);
  }

  SourceFile source;
  diag::Sink sink;
  std::unique_ptr<ast::File> file;
};

}  // namespace saiten::test
