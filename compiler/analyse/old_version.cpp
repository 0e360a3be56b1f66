#include "compiler/analyse/old_version.h"

#include <algorithm>
#include <map>
#include <utility>

#include "compiler/analyse/references.h"
#include "compiler/ast/print.h"
#include "compiler/ast/version_name.h"

namespace saiten::analyse {
namespace {

using ast::DeclKind;

// What tells declarations of one kind apart.
std::string KeyOf(const ast::Decl& decl) {
  std::string key = std::to_string(static_cast<int>(decl.kind)) + '\x1F' + std::string(decl.name.text);
  if (auto* let = ast::As<ast::LetDecl>(&decl)) key += '\x1F' + std::string(let->object.text);
  if (auto* table = ast::As<ast::TableDecl>(&decl)) key += '\x1F' + std::string(table->object.text);
  return key;
}

// By key, as printed.
std::map<std::string, std::string> Printed(const check::CheckedProgram& checked) {
  std::map<std::string, std::string> printed;
  for (const auto& file : checked.files) {
    for (const ast::Decl* decl : file->decls) {
      if (IsVersioned(decl->kind)) printed.emplace(KeyOf(*decl), ast::Print(*decl));
    }
  }
  return printed;
}

class Taking {
 public:
  Taking(check::CheckedProgram old, const check::CheckedProgram& now) : old_(std::move(old)), now_(Printed(now)) {}

  bool Differs(const ast::Decl& root) {
    Reach(root);
    for (const auto& [decl, reads] : reads_) {
      const auto same = now_.find(KeyOf(*decl));
      if (same == now_.end() || same->second != ast::Print(*decl)) differing_.insert(decl);
    }
    // Who reads something that differs, differs.
    for (bool more = true; more;) {
      more = false;
      for (const auto& [decl, reads] : reads_) {
        const bool now = !differing_.contains(decl) &&
                         std::ranges::any_of(reads, [&](const ast::Decl* to) { return differing_.contains(to); });
        if (now) more = differing_.insert(decl).second;
      }
    }
    return differing_.contains(&root);
  }

  std::vector<std::unique_ptr<ast::File>> Take(std::string_view version, std::set<std::string>& messages) {
    std::set<const ast::Decl*> renamed = differing_;
    for (const ast::Decl* decl : differing_) {
      const bool free = decl->kind == DeclKind::kTemplate && messages.emplace(decl->name.text).second;
      if (free) renamed.erase(decl);
    }
    // All places are found before the first is changed.
    std::set<const ast::Name*> names;
    for (const ast::Decl* decl : differing_) {
      ForEachReference(old_, *decl, [&](const ast::Name& name, const ast::Decl& to) {
        if (renamed.contains(&to)) names.insert(&name);
      });
    }
    for (const ast::Decl* decl : renamed) {
      names.insert(&decl->name);
      auto* score = ast::As<ast::ScoreDecl>(decl);
      if (score && score->bands) names.insert(&score->bands->name);
      // Nodes are made in an arena and belong to nobody else here.
      if (auto* let = ast::As<ast::LetDecl>(decl)) const_cast<ast::LetDecl*>(let)->role = {};
    }
    std::vector<std::unique_ptr<ast::File>> files;
    for (auto& file : old_.files) {
      std::erase_if(file->decls, [&](const ast::Decl* decl) { return !differing_.contains(decl); });
      if (!file->decls.empty()) files.push_back(std::move(file));
    }
    for (const ast::Name* name : names) {
      std::string text(name->text);
      text += ast::kVersionSign;
      text += version;
      const_cast<ast::Name*>(name)->text = files.front()->arena.Copy(std::string_view(text));
    }
    return files;
  }

 private:
  bool Remembers(const ast::Decl& decl) const {
    auto* score = ast::As<ast::ScoreDecl>(&decl);
    for (const EventInfo& event : old_.catalog.events) {
      if (score && event.grants_to == decl.name.text) return true;
      const bool bands = score && score->bands && event.change_of_result == score->bands->name.text;
      if (bands || (decl.kind == DeclKind::kGrid && event.change_of_result == decl.name.text)) return true;
    }
    return score && score->bands &&
           std::ranges::any_of(score->bands->bands, [](const ast::Band& band) { return band.leave_below != nullptr; });
  }

  bool OneForAll(const ast::Decl& decl) const {
    auto* let = ast::As<ast::LetDecl>(&decl);
    return now_.contains(KeyOf(decl)) && ((let && let->role.valid()) || Remembers(decl));
  }

  void Reach(const ast::Decl& decl) {
    auto [at, fresh] = reads_.try_emplace(&decl);
    if (!fresh) return;
    std::set<const ast::Decl*>& reads = at->second;
    ForEachReference(old_, decl, [&](const ast::Name&, const ast::Decl& to) {
      if (!OneForAll(to)) reads.insert(&to);
    });
    for (const ast::Decl* to : reads) Reach(*to);
  }

  check::CheckedProgram old_;
  std::map<std::string, std::string> now_;
  std::map<const ast::Decl*, std::set<const ast::Decl*>> reads_;  // of everything that can be reached
  std::set<const ast::Decl*> differing_;
};

}  // namespace

bool IsSchema(DeclKind kind) {
  switch (kind) {
    case DeclKind::kUse:
    case DeclKind::kTimezone:
    case DeclKind::kCalendar:
    case DeclKind::kEnum:
    case DeclKind::kObject:
    case DeclKind::kEvent:
    case DeclKind::kList:
      return true;
    case DeclKind::kLet:
    case DeclKind::kFn:
    case DeclKind::kScore:
    case DeclKind::kGrid:
    case DeclKind::kTable:
    case DeclKind::kSegment:
    case DeclKind::kTemplate:
    case DeclKind::kWorkflow:
    case DeclKind::kSequence:
    case DeclKind::kAction:
    case DeclKind::kCap:
    case DeclKind::kTest:
    case DeclKind::kCases:
    case DeclKind::kEvaluate:
      return false;
  }
  return false;
}

bool IsVersioned(DeclKind kind) {
  const bool whole =
      kind == DeclKind::kCap || kind == DeclKind::kTest || kind == DeclKind::kCases || kind == DeclKind::kEvaluate;
  return !IsSchema(kind) && !whole;
}

std::vector<std::unique_ptr<ast::File>> TakeOldVersion(check::CheckedProgram old, const ast::Decl& root,
                                                       const check::CheckedProgram& now, std::string_view version,
                                                       std::set<std::string>& messages) {
  Taking taking(std::move(old), now);
  return taking.Differs(root) ? taking.Take(version, messages) : std::vector<std::unique_ptr<ast::File>>();
}

}  // namespace saiten::analyse
