#include "compiler/analyse/references.h"

#include "compiler/analyse/walk.h"
#include "compiler/ast/steps.h"

namespace saiten::analyse {
namespace {

class References {
 public:
  References(const check::CheckedProgram& checked, const std::function<void(const ast::Name&, const ast::Decl&)>& visit)
      : checked_(checked), visit_(visit) {}

  void Of(const ast::Decl& decl) {
    ForEachExpr(&decl, [&](const ast::Expr* expr) { Expr(expr); });
    if (decl.kind != ast::DeclKind::kWorkflow && decl.kind != ast::DeclKind::kSequence) return;
    auto& flow = static_cast<const ast::FlowDecl&>(decl);
    for (const ast::Clause* clause : flow.clauses) {
      if (auto* suppress = ast::As<ast::SuppressClause>(clause)) {
        for (const ast::Name& segment : suppress->segments) Named(checked_.segments, segment);
      }
      auto* triggers = ast::As<ast::TriggersClause>(clause);
      for (const ast::Trigger& trigger : triggers ? triggers->triggers : std::span<const ast::Trigger>()) {
        Named(checked_.segments, trigger.segment);
      }
    }
    ast::ForEachStep(flow.steps, [&](const ast::Step& step) { Step(step); });
  }

 private:
  template <typename Infos>
  void Named(const Infos& infos, const ast::Name& name) {
    if (!name.valid()) return;
    for (const auto& info : infos) {
      if (info.decl->name.text == name.text) return visit_(name, *info.decl);
    }
  }

  void Step(const ast::Step& step) {
    if (auto* send = ast::As<ast::SendStep>(&step)) Named(checked_.templates, send->message);
    if (auto* task = ast::As<ast::TaskStep>(&step)) Named(checked_.templates, task->message);
    if (auto* call = ast::As<ast::CallStep>(&step)) Named(checked_.actions, call->action);
  }

  // The labels of bands and grids by the name of these.
  void Labels(const ast::Name& name) {
    for (const check::ScoreInfo& score : checked_.scores) {
      if (score.decl->bands && score.decl->bands->name.text == name.text) visit_(name, *score.decl);
    }
    Named(checked_.grids, name);
  }

  const ast::Decl* DeclOf(const check::Symbol& symbol) const {
    using Kind = check::Symbol::Kind;
    switch (symbol.kind) {
      case Kind::kLet:
        return checked_.lets[symbol.index].decl;
      case Kind::kScore:
      case Kind::kBand:
        return checked_.scores[symbol.index].decl;
      case Kind::kGrid:
        return checked_.grids[symbol.index].decl;
      case Kind::kTable:
        return checked_.tables[symbol.index].decl;
      case Kind::kSegment:
        return checked_.segments[symbol.index].decl;
      case Kind::kFn:
        return checked_.fns[symbol.index].decl;
      case Kind::kNone:
      case Kind::kRecord:
      case Kind::kEventRow:
      case Kind::kProperty:
      case Kind::kField:
      case Kind::kEventTime:
      case Kind::kEvent:
      case Kind::kParam:
      case Kind::kTableColumn:
      case Kind::kList:
      case Kind::kMember:
      case Kind::kFunction:
      case Kind::kUnit:
      case Kind::kCalendar:
      case Kind::kNow:
      case Kind::kToday:
      case Kind::kSoFar:
      case Kind::kLocal:
      case Kind::kLink:
      case Kind::kOuterWindow:
        return nullptr;
    }
    return nullptr;
  }

  static const ast::Name* NameOf(const ast::Expr* expr) {
    if (auto* ref = ast::As<ast::NameRef>(expr)) return &ref->name;
    if (auto* member = ast::As<ast::Member>(expr)) return &member->name;
    if (auto* call = ast::As<ast::Call>(expr)) return &call->callee;
    if (auto* in = ast::As<ast::InGroup>(expr)) return &in->group;
    return nullptr;
  }

  void Expr(const ast::Expr* expr) {
    const check::Symbol& symbol = checked_.InfoOf(expr).symbol;
    const ast::Decl* to = DeclOf(symbol);
    const ast::Name* name = to ? NameOf(expr) : nullptr;
    if (name) visit_(*name, *to);
    // `heat.warm`: the name before the dot is that of the labels.
    auto* member = ast::As<ast::Member>(expr);
    if (member && symbol.kind == check::Symbol::Kind::kMember) {
      if (auto* labels = ast::As<ast::NameRef>(member->base)) Labels(labels->name);
      return;
    }
    ForEachChild(expr, [&](const ast::Expr* part) { Expr(part); });
  }

  const check::CheckedProgram& checked_;
  const std::function<void(const ast::Name&, const ast::Decl&)>& visit_;
};

}  // namespace

void ForEachReference(const check::CheckedProgram& checked, const ast::Decl& from,
                      const std::function<void(const ast::Name& name, const ast::Decl& to)>& visit) {
  References(checked, visit).Of(from);
}

}  // namespace saiten::analyse
