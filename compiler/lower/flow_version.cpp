#include <algorithm>

#include <fmt/format.h>

#include "compiler/ast/print.h"
#include "compiler/lower/flow_lowerer.h"
#include "runtime/hash.h"

// The version of a flow (sem R6): changes with everything that the flow means, and not with comments, line ends or the
// rest of the project.
namespace saiten::lower {
namespace {

const ast::Decl* DeclOf(const check::CheckedProgram& checked, const check::Computed& computed) {
  switch (computed.kind) {
    case check::Computed::Kind::kScore:
      return checked.scores[computed.index].decl;
    case check::Computed::Kind::kGrid:
      return checked.grids[computed.index].decl;
    case check::Computed::Kind::kTable:
      return checked.tables[computed.index].decl;
    case check::Computed::Kind::kSegment:
      return checked.segments[computed.index].decl;
  }
  return nullptr;
}

}  // namespace

void FlowLowerer::Use(const ast::Decl* decl) { used_.insert(decl); }

void FlowLowerer::UseItem(size_t item) {
  if (!used_items_.insert(item).second) return;
  if (item < checked().order.size()) Use(DeclOf(checked(), checked().order[item]));
  for (const ast::Decl* decl : items_[item].inlined) Use(decl);
  Use(items_[item].kernel);
}

void FlowLowerer::Use(const ir::Kernel& kernel) {
  const auto use = [&](ast::DeclKind kind, const std::string& name) {
    for (const auto& file : checked().files) {
      for (const ast::Decl* decl : file->decls) {
        if (decl->kind == kind && decl->name.text == name) Use(decl);
      }
    }
  };
  for (const ir::Inst& inst : kernel.insts) {
    if (inst.type.is(TypeKind::kEnum)) use(ast::DeclKind::kEnum, catalog()[inst.type.enum_id()].name);
    if (inst.type.is(TypeKind::kEvent)) use(ast::DeclKind::kEvent, catalog()[inst.type.event_id()].name);
    if (inst.op != ir::Op::kLoadResult) continue;
    const ObjectId object = kernel[inst.args[0]].type.object_id();
    for (size_t i = 0; i < items_.size(); ++i) {
      const ir::Kernel& writer = items_[i].kernel;
      const bool writes =
          std::ranges::any_of(writer.outputs, [&](const ir::Output& o) { return o.result == inst.aux; });
      if (writer.object == object && writes) UseItem(i);
    }
  }
}

std::string FlowLowerer::Version() {
  // What the texts of its messages read.
  for (const auto& [message, asked] : asked_of_) {
    if (!used_.contains(message)) continue;
    for (size_t i = asked.first; i < asked.second; ++i) {
      Use(shared_.result.program.asked[i]);
      for (const ast::Decl* decl : inlined_[i]) Use(decl);
    }
  }
  // What declarations use that the flow names without reading a value of theirs.
  for (size_t item = 0; item < checked().order.size(); ++item) {
    if (used_.contains(DeclOf(checked(), checked().order[item]))) UseItem(item);
  }
  const std::set<size_t> levels = used_items_;
  for (size_t item : levels) {
    for (const ast::Decl* decl : items_[item].inlined) Use(decl);
    Use(items_[item].kernel);
  }
  std::vector<std::string> texts;
  for (const ast::Decl* decl : used_) texts.push_back(ast::Print(*decl));
  std::ranges::sort(texts);
  uint64_t low = rt::kFnvStart;
  uint64_t high = rt::Mix64(rt::kFnvStart);
  for (const std::string& text : texts) {
    low = rt::Fnv1a64(text, low);
    high = rt::Fnv1a64("\x1F", rt::Fnv1a64(text, high));
  }
  return fmt::format("{:016x}{:016x}", rt::Mix64(high), rt::Mix64(low));
}

}  // namespace saiten::lower
