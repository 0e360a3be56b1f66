#include "compiler/analyse/flow_depends.h"

#include "compiler/analyse/walk.h"

namespace saiten::analyse {

using check::Symbol;

ObjectId Depends::ObjectOf(const std::vector<Type>& frames, uint32_t frame) const {
  if (frame >= frames.size() || !frames[frame].is(TypeKind::kRef)) return ObjectId();
  return frames[frame].object_id();
}

void Depends::AddProperty(ObjectId object, uint32_t index) {
  if (object.valid()) values_.insert({Changeable::Kind::kProperty, object.value, index});
}

void Depends::Enter(const ast::Decl* decl, ObjectId object) {
  if (!declarations_.insert(decl).second) return;
  ForEachExpr(decl, [&](const ast::Expr* expr) { Add(expr, object); });
}

void Depends::AddScore(uint32_t score) {
  const check::ScoreInfo& info = facts_.program().scores[score];
  values_.insert({Changeable::Kind::kScore, 0, score});
  Enter(info.decl, info.object);
}

void Depends::AddSegment(uint32_t segment) {
  const check::SegmentInfo& info = facts_.program().segments[segment];
  Enter(info.decl, info.object);
}

void Depends::Add(const ast::Expr* expr, ObjectId object) {
  std::vector<Type> frames;
  if (object.valid()) frames.push_back(Type::Ref(object));
  Go(expr, frames);
}

void Depends::GoSource(const ast::Source& source, std::vector<Type>& frames) {
  const auto found = facts_.program().sources.find(&source);
  if (found == facts_.program().sources.end()) return;
  on_events_ = on_events_ || found->second.element.is(TypeKind::kEvent);
  frames.push_back(found->second.element);
  if (source.where) Go(source.where, frames);
  if (found->second.value) Go(found->second.value, frames);
  frames.pop_back();
}

void Depends::Go(const ast::Expr* expr, std::vector<Type>& frames) {
  if (!expr) return;
  const check::CheckedProgram& program = facts_.program();
  const Symbol& symbol = program.InfoOf(expr).symbol;
  auto* member = ast::As<ast::Member>(expr);
  switch (symbol.kind) {
    case Symbol::Kind::kProperty: {
      const Type base = member ? facts_.TypeOf(member->base) : Type::Error();
      const ObjectId owner = !member                   ? ObjectOf(frames, symbol.frame)
                             : base.is(TypeKind::kRef) ? base.object_id()
                                                       : ObjectId();
      AddProperty(owner, symbol.index);
      break;
    }
    case Symbol::Kind::kScore:
    case Symbol::Kind::kBand:
      AddScore(symbol.index);
      break;
    case Symbol::Kind::kGrid:
      Enter(program.grids[symbol.index].decl, program.grids[symbol.index].object);
      break;
    case Symbol::Kind::kTableColumn: {
      // The base names the table.
      const Symbol& table = member ? program.InfoOf(Bare(member->base)).symbol : symbol;
      if (table.kind == Symbol::Kind::kTable) {
        Enter(program.tables[table.index].decl, program.tables[table.index].object);
      }
      break;
    }
    case Symbol::Kind::kLet:
      Enter(program.lets[symbol.index].decl, program.lets[symbol.index].object);
      break;
    case Symbol::Kind::kFn:
      Enter(program.fns[symbol.index].decl, ObjectId());
      break;
    case Symbol::Kind::kSegment:
      AddSegment(symbol.index);
      break;
    case Symbol::Kind::kList:
      values_.insert({Changeable::Kind::kList, 0, symbol.index});
      break;
    case Symbol::Kind::kNone:
    case Symbol::Kind::kRecord:
    case Symbol::Kind::kEventRow:
    case Symbol::Kind::kField:
    case Symbol::Kind::kEventTime:
    case Symbol::Kind::kEvent:
    case Symbol::Kind::kParam:
    case Symbol::Kind::kTable:
    case Symbol::Kind::kMember:
    case Symbol::Kind::kFunction:
    case Symbol::Kind::kUnit:
    case Symbol::Kind::kCalendar:
    case Symbol::Kind::kNow:
    case Symbol::Kind::kToday:
    case Symbol::Kind::kSoFar:
    case Symbol::Kind::kOuterWindow:
    case Symbol::Kind::kLocal:
    case Symbol::Kind::kLink:
      break;
  }
  if (auto* aggregate = ast::As<ast::Aggregate>(expr)) {
    GoSource(aggregate->source, frames);
    Go(aggregate->window.from, frames);
    Go(aggregate->window.to, frames);
    return;
  }
  ForEachChild(expr, [&](const ast::Expr* child) { Go(child, frames); });
}

}  // namespace saiten::analyse
