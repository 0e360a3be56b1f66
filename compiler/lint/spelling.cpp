#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "compiler/analyse/walk.h"
#include "compiler/lint/lints.h"
#include "runtime/normalize.h"

// Texts that one property is compared with and that differ in nothing but case and spaces: the data has one of them.
namespace saiten::lint {
namespace {

struct Written {
  std::string text;  // NFKC, as it is compared (sem N3a)
  Location at;
};

class TextFinder {
 public:
  explicit TextFinder(Pass& pass) : pass_(pass) {}

  void Run() {
    for (const auto& file : pass_.program.files) {
      if (pass_.facts.IsLibrary(file->id)) continue;
      file_ = file->id;
      for (const ast::Decl* decl : file->decls) {
        if (decl->kind == ast::DeclKind::kTest || decl->kind == ast::DeclKind::kCases) continue;
        analyse::ForEachExpr(decl, [&](const ast::Expr* expr) { Visit(expr); });
        analyse::ForEachExprOfAutomation(*decl, [&](const ast::Expr* expr) { Visit(expr); });
      }
    }
    for (const auto& [key, texts] : found_) Report(texts);
  }

 private:
  void Visit(const ast::Expr* expr) {
    if (auto* compare = ast::As<ast::Compare>(expr)) {
      Take(compare->left, compare->right);
      Take(compare->right, compare->left);
    } else if (auto* in = ast::As<ast::In>(expr)) {
      Take(in->value, in->set);
    } else if (auto* match = ast::As<ast::Match>(expr)) {
      for (const ast::MatchRow& row : match->rows) {
        for (const ast::Pattern& pattern : row.patterns) TakePattern(match->subjects, pattern);
      }
    }
    analyse::ForEachChild(expr, [&](const ast::Expr* child) { Visit(child); });
  }

  void TakePattern(std::span<const ast::Expr* const> subjects, const ast::Pattern& pattern) {
    const bool tuple = pattern.kind == ast::Pattern::Kind::kTuple;
    for (size_t i = 0; i < pattern.items.size(); ++i) {
      if (!tuple) {
        TakePattern(subjects, pattern.items[i]);
      } else if (i < subjects.size()) {
        TakePattern(subjects.subspan(i, 1), pattern.items[i]);
      }
    }
    if (subjects.size() == 1 && pattern.kind == ast::Pattern::Kind::kValue) Take(subjects[0], pattern.value);
  }

  // Of one property wherever it is reached from: `city`, `contact.city`.
  static std::string_view LastName(const ast::Expr* subject) {
    if (auto* name = ast::As<ast::NameRef>(subject)) return name->name.text;
    if (auto* member = ast::As<ast::Member>(subject)) return member->name.text;
    return {};
  }

  void Take(const ast::Expr* subject, const ast::Expr* value) {
    if (auto* list = ast::As<ast::ListExpr>(value)) {
      for (const ast::Expr* item : list->items) Take(subject, item);
      return;
    }
    auto* text = ast::As<ast::TextLit>(value);
    const std::string_view name = LastName(subject);
    if (text == nullptr || name.empty() || text->has_interpolation()) return;
    const Type type = pass_.facts.TypeOf(subject);
    if (!type.is(TypeKind::kText)) return;
    std::string spelled = rt::Nfkc(text->plain());
    std::string alike = rt::Fold(spelled);
    std::erase_if(alike, [](char c) { return c == ' '; });
    found_[{std::string(name), std::move(alike)}].push_back({std::move(spelled), {file_, text->span}});
  }

  // The spelling that stands most often is taken for the right one; of two alike the first.
  void Report(const std::vector<Written>& texts) {
    std::map<std::string_view, size_t> counts;
    for (const Written& one : texts) ++counts[one.text];
    if (counts.size() < 2) return;
    const auto most = std::ranges::max_element(texts, {}, [&](const Written& one) { return counts[one.text]; });
    for (const Written& one : texts) {
      if (one.text == most->text) continue;
      pass_.sink.Report(diag::Code::kSpelledTwice, one.at, {one.text, most->text})
          .Other(most->at, "written so here", "ここではこう書かれています")
          .Fix("write it the same way", "同じ書き方にする", {{one.at, std::string(pass_.facts.Slice(most->at))}},
               diag::FixSafety::kUnsafe);
    }
  }

  Pass& pass_;
  FileId file_;
  std::map<std::pair<std::string, std::string>, std::vector<Written>> found_;  // by property and how it sounds
};

}  // namespace

void LintSpelling(Pass& pass) { TextFinder(pass).Run(); }

}  // namespace saiten::lint
