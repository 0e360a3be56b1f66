#include <algorithm>

#include <fmt/format.h>

#include "compiler/lint/lints.h"
#include "runtime/time_parse.h"

// What is asked of declarations: their names, what they say of themselves, when they are looked at again.
namespace saiten::lint {
namespace {

using ast::DeclKind;
using diag::Code;

bool HasCapital(std::string_view name) {
  return std::ranges::any_of(name, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool BeginsSmall(std::string_view name) { return !name.empty() && name[0] >= 'a' && name[0] <= 'z'; }

void LintName(Pass& pass, FileId file, std::string_view kind, const ast::Name& name) {
  if (!name.valid()) return;
  const auto agreed = pass.options.naming.find(kind);
  if (agreed != pass.options.naming.end()) {
    if (agreed->second.matcher->Matches(name.text)) return;
    pass.sink
        .Report(Code::kNaming, {file, name.span}, {std::string(kind), std::string(name.text), agreed->second.pattern})
        .Note(fmt::format("saiten.toml says so: [lint.naming] {} = \"{}\"", kind, agreed->second.pattern),
              fmt::format("saiten.tomlの設定です: [lint.naming] {} = \"{}\"", kind, agreed->second.pattern));
    return;
  }
  // Members are the words of a company's data; they and calendars (`JP`) are as they are.
  if (kind == "member" || kind == "calendar") return;
  const bool is_type = kind == "enum";
  if (is_type ? !BeginsSmall(name.text) : !HasCapital(name.text)) return;
  pass.sink
      .Report(Code::kNaming, {file, name.span},
              {std::string(kind), std::string(name.text), is_type ? "DealStage" : "hot_leads"})
      .Note("enums begin with a capital letter, everything else has none; [lint.naming] in saiten.toml changes that",
            "enumは大文字で始め、それ以外には大文字を使いません。saiten.tomlの[lint.naming]で変えられます");
}

template <typename Visit>
void ForEachDecl(Pass& pass, Visit visit) {
  for (const auto& file : pass.program.files) {
    if (pass.facts.IsLibrary(file->id)) continue;
    for (const ast::Decl* decl : file->decls) {
      if (const std::string_view word = WordOf(*decl); !word.empty()) visit(file->id, word, *decl);
    }
  }
}

// What people ask each other about: it scores, selects or acts.
bool WantsDocs(DeclKind kind) {
  return kind == DeclKind::kScore || kind == DeclKind::kSegment || kind == DeclKind::kWorkflow ||
         kind == DeclKind::kSequence;
}

}  // namespace

void LintNames(Pass& pass) {
  ForEachDecl(pass, [&](FileId file, std::string_view word, const ast::Decl& decl) {
    LintName(pass, file, word, decl.name);
    std::span<const ast::Property> properties;
    if (auto* object = ast::As<ast::ObjectDecl>(&decl)) properties = object->properties;
    if (auto* event = ast::As<ast::EventDecl>(&decl)) properties = event->fields;
    for (const ast::Property& property : properties) LintName(pass, file, "property", property.name);
    if (auto* members = ast::As<ast::EnumDecl>(&decl)) {
      for (const ast::EnumMember& member : members->members) LintName(pass, file, "member", member.name);
    }
  });
}

void LintDocs(Pass& pass) {
  ForEachDecl(pass, [&](FileId file, std::string_view word, const ast::Decl& decl) {
    if (!WantsDocs(decl.kind) || !decl.name.valid() || !decl.meta.docs.empty() || decl.meta.label != nullptr) return;
    pass.sink.Report(Code::kUndocumented, {file, decl.name.span}, {std::string(word), std::string(decl.name.text)})
        .Note(
            "write a line `/// ...` above it, or a label behind its name: who reads the rules, reports and `why` sees "
            "it",
            "上に`/// "
            "…`の行を書くか、名前の後ろに表示名を書いてください。ルール、レポート、`why`を読む人に表示されます");
  });
}

void LintReviews(Pass& pass) {
  ForEachDecl(pass, [&](FileId file, std::string_view word, const ast::Decl& decl) {
    if (!decl.name.valid()) return;
    if (decl.meta.review_by_days == INT32_MIN) {
      if (decl.kind != DeclKind::kWorkflow && decl.kind != DeclKind::kSequence) return;
      pass.sink.Report(Code::kNoReviewDate, {file, decl.name.span}, {std::string(word), std::string(decl.name.text)})
          .Note("write `review by DATE` behind its name", "名前の後ろに`review by 日付`を書いてください");
    } else if (decl.meta.review_by_days < pass.options.today) {
      pass.sink
          .Report(Code::kReviewDue, {file, decl.name.span},
                  {std::string(word), std::string(decl.name.text), rt::FormatDate(decl.meta.review_by_days)})
          .Note("look whether it still does what it is for, then set the next date",
                "目的どおりに動いているか確かめてから、次の期日を書いてください");
    }
  });
}

}  // namespace saiten::lint
