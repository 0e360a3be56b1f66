#include <fmt/format.h>

#include <iterator>

#include "compiler/ir/ir.h"
#include "compiler/ir/print_words.h"
#include "runtime/local_time.h"

namespace saiten::ir {
namespace {

constexpr std::string_view kTextTests[] = {"contains", "contains word", "starts with", "ends with"};
constexpr std::string_view kReadings[] = {"date", "moved_date", "moved_instant", "age_back", "calendar_first"};

class Printer {
 public:
  explicit Printer(const Program& program) : program_(program), catalog_(*program.catalog) {}

  std::string Run() {
    for (size_t i = 0; i < program_.kernels.size() + program_.asked.size(); ++i) {
      kernel_ = &program_.KernelAt(i);
      if (i > 0) out_ += '\n';
      const bool asked = i >= program_.kernels.size();
      Put("{} {} for {} {{\n", asked ? "asked" : "kernel", asked ? i - program_.kernels.size() : i,
          catalog_[kernel_->object].name);
      PrintBlock(BlockId(0), 1);
      for (const Output& output : kernel_->outputs) {
        const ResultColumn& column = program_.results[kernel_->object.index()][output.result];
        Put("  result {} = %{}  // {} {}..{}\n", ResultName(column), output.value.value, catalog_.Spell(column.type),
            column.min, column.max);
      }
      out_ += "}\n";
    }
    return std::move(out_);
  }

 private:
  template <typename... Args>
  void Put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  static std::string ResultName(const ResultColumn& column) {
    if (column.kind == ResultColumn::Kind::kBand) return fmt::format("{}.{}", column.name, column.column);
    if (column.kind == ResultColumn::Kind::kTable) return fmt::format("{}.{}", column.name, column.column);
    return column.name;
  }

  void PrintBlock(BlockId id, int depth) {
    const Block& block = (*kernel_)[id];
    const std::string indent(static_cast<size_t>(depth) * 2, ' ');
    for (ValueId value : block.insts) {
      const Inst& inst = (*kernel_)[value];
      out_ += indent;
      Put("%{} = {}{}", value.value, InfoOf(inst.op).mnemonic, Details(inst));
      for (size_t i = 0; i < inst.args.size(); ++i) Put("{} %{}", i == 0 ? "" : ",", inst.args[i].value);
      const std::string type = catalog_.Spell(inst.type);
      out_ += inst.is_list ? fmt::format(" : [{}]", type) : fmt::format(" : {}", type);
      for (BlockId inner : inst.blocks) {
        out_ += " {\n";
        PrintBlock(inner, depth + 1);
        Put("{}  yield %{}\n{}}}", indent, (*kernel_)[inner].result.value, indent);
      }
      out_ += '\n';
    }
  }

  std::string Property(Type record, uint32_t property) const {
    return " ." + catalog_[record.object_id()].properties[property].name;
  }
  std::string Unit(const Inst& inst, int64_t count) const { return fmt::format(" {} {}", count, kUnits[inst.aux]); }

  // Everything of an instruction but its arguments, in words.
  std::string Details(const Inst& inst) const {
    switch (inst.op) {
      case Op::kConst:
        if (inst.type.is(TypeKind::kText)) return " " + Quoted(program_.literals.View(static_cast<int32_t>(inst.imm)));
        if (inst.type.is(TypeKind::kEnum)) {
          return " " + catalog_[inst.type.enum_id()].members[static_cast<size_t>(inst.imm)].name;
        }
        if (inst.type.is(TypeKind::kBool)) return inst.imm != 0 ? " true" : " false";
        return fmt::format(" {}", inst.imm);
      case Op::kLoad:
      case Op::kRelated:
      case Op::kEachRelated:
        return Property((*kernel_)[inst.args[0]].type, inst.aux);
      case Op::kEachRef: {
        const Type from = (*kernel_)[inst.args[0]].type;
        return from.is(TypeKind::kRef) ? Property(from, inst.aux) : Field(from, inst.aux);
      }
      case Op::kLoadField:
        return Field((*kernel_)[inst.args[0]].type, inst.aux);
      case Op::kLoadResult: {
        const auto object = (*kernel_)[inst.args[0]].type.object_id();
        return " " + ResultName(program_.results[object.index()][inst.aux]);
      }
      case Op::kInList:
        return " " + catalog_.lists[inst.aux].name;
      case Op::kEvents:
      case Op::kEachEvents:
        return " " + catalog_.events[inst.aux].name;
      case Op::kInMask: {
        std::string out = " [";
        const EnumInfo& info = catalog_[(*kernel_)[inst.args[0]].type.enum_id()];
        for (size_t i = 0; i < info.members.size(); ++i) {
          if ((static_cast<uint64_t>(inst.imm) >> i & 1) == 0) continue;
          if (out.size() > 2) out += ' ';
          out += info.members[i].name;
        }
        return out + "]";
      }
      case Op::kMul:
      case Op::kDiv:
      case Op::kRescale:
      case Op::kAvg:
        return inst.imm == 0 ? std::string() : fmt::format(" 10^{}", inst.imm);
      case Op::kMoveDate:
      case Op::kMoveInstant:
      case Op::kStepBack:
      case Op::kStepsBetween:
      case Op::kCalendarFirst:
      case Op::kStretches:
        return Unit(inst, inst.imm);
      case Op::kNextStep:
        return Unit(inst, inst.imm);
      case Op::kNextCrossing:
        return fmt::format(" {} {} {}", kReadings[inst.aux >> 8], inst.imm, kUnits[inst.aux & 0xFF]);
      case Op::kEventAfter:
        return fmt::format(" {}{}", catalog_.events[inst.aux].name, inst.imm != 0 ? " last" : "");
      case Op::kCapPeriod:
        return fmt::format(" {} per {}", inst.imm, kUnits[inst.aux]);
      case Op::kCapRolling:
        return fmt::format(" {} every{}", inst.imm, Unit(inst, inst.imm2));
      case Op::kMoveBusiness:
        return fmt::format(" {} of {}", inst.imm, catalog_.calendars[inst.aux].name);
      case Op::kTextTest:
        return fmt::format(" {}", kTextTests[inst.aux]);
      case Op::kLike:
        return " " + Quoted(program_.like_patterns[inst.aux]);
      case Op::kMatches:
        return fmt::format(" /{}/", program_.regexes[inst.aux]);
      case Op::kCall:
        return fmt::format(" {}", program_.functions[inst.aux]->name);
      case Op::kDecayLinear:
      case Op::kDecayCompound:
        return fmt::format(" {}e-9", inst.imm);
      case Op::kDistinct:
        return inst.imm == 0 ? " earliest" : " latest";
      case Op::kKeepLatest:
        return fmt::format(" {}", inst.imm);
      case Op::kInput:
        return fmt::format(" {}", inst.aux);
      case Op::kNamed: {
        const ObjectInfo& object = catalog_[inst.type.object_id()];
        return fmt::format(" {}.{} {}", object.name, object.properties[inst.aux].name,
                           Quoted(program_.literals.View(static_cast<int32_t>(inst.imm))));
      }
      case Op::kRunning: {
        std::string text = fmt::format(" {}..{}", inst.imm, inst.imm2);
        for (const SumLimits& each : inst.limits) text += fmt::format(" [{}..{}]", each.min, each.max);
        return text;
      }
        // clang-format off
      case Op::kUnknown: case Op::kNow: case Op::kRow: case Op::kElement: case Op::kSoFar: case Op::kEventTime:
      case Op::kEventOwner: case Op::kAnd: case Op::kOr: case Op::kNot: case Op::kIsKnown: case Op::kTruth:
      case Op::kSelect: case Op::kElse: case Op::kEq: case Op::kNe: case Op::kLt: case Op::kLe: case Op::kGt:
      case Op::kGe: case Op::kSetHas: case Op::kSetOverlaps: case Op::kSetSize: case Op::kAdd: case Op::kSub:
      case Op::kNeg: case Op::kMin: case Op::kMax: case Op::kDateOf: case Op::kDayStart: case Op::kDayEnd:
      case Op::kTextEq: case Op::kFold: case Op::kLift: case Op::kHalfLife:  case Op::kFilter:
      case Op::kCount: case Op::kExists: case Op::kFirst: case Op::kLast: case Op::kSum: case Op::kMinOf:
      case Op::kMaxOf:
        return {};
        // clang-format on
    }
    return {};
  }

  std::string Field(Type event, uint32_t field) const { return " ." + catalog_[event.event_id()].fields[field].name; }

  const Program& program_;
  const Catalog& catalog_;
  const Kernel* kernel_ = nullptr;
  std::string out_;
};

}  // namespace

std::string Print(const Program& program) { return Printer(program).Run(); }

}  // namespace saiten::ir
