#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "compiler/check/check.h"
#include "compiler/diag/render.h"
#include "compiler/lower/lower.h"
#include "compiler/opt/opt.h"
#include "compiler/parse/parse.h"
#include "runtime/time_parse.h"
#include "stdlib/records.h"
#include "store/load/load.h"
#include "tests/generate/generator.h"
#include "tests/support/database.h"
#include "tests/support/files.h"
#include "tests/support/process.h"
#include "vm/interp/interp.h"
#include "vm/jit/jit.h"

// Generated programs over generated data: the interpreter without and with the optimiser and the JIT give the same
// bits, and SQLite agrees where SQL can say the same. SAITEN_GENERATE=N makes N programs instead of the usual number,
// SAITEN_SEED another start.
namespace saiten::test {
namespace {

constexpr int kRulesInBatch = 100;
constexpr int kContacts = 120;

int64_t EnvironmentNumber(const char* name, int64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::atoll(text) : otherwise;
}

// One compiled batch and what it computes over one database.
class Batch {
 public:
  explicit Batch(const std::string& text) {
    const FileId file = sources_.Add("generated.rules", text);
    std::vector<std::unique_ptr<ast::File>> files;
    files.push_back(Parse(sources_[file], file, sink_));
    checked_ = check::Check(std::move(files), sources_, stdlib::Records(), {}, sink_);
    if (!sink_.has_errors()) {
      plain_ = lower::Lower(checked_);
      optimised_ = lower::Lower(checked_);
      opt::Optimise(optimised_.program);
    }
  }

  std::string Errors() const {
    std::string text;
    for (const diag::Diagnostic& d : sink_.all()) {
      if (diag::InfoOf(d.code).severity != diag::Severity::kError) continue;
      const SourceFile& source = sources_[d.at.file];
      text += diag::Message(d, diag::Language::kEnglish) + "\n  " +
              std::string(source.Slice(source.LineSpan(source.LineOf(d.at.span.begin)))) + "\n";
    }
    return text;
  }

  const lower::LowerResult& plain() const { return plain_; }
  const lower::LowerResult& optimised() const { return optimised_; }
  const check::CheckedProgram& checked() const { return checked_; }

 private:
  SourceSet sources_;
  diag::Sink sink_;
  check::CheckedProgram checked_;
  lower::LowerResult plain_;
  lower::LowerResult optimised_;
};

rt::Results Interpret(const ir::Program& program, const vm::RunContext& context) {
  rt::Results results = context.MakeResults();
  vm::TrapLog traps;
  for (size_t kernel = 0; kernel < program.kernels.size(); ++kernel) {
    vm::Interpreter interpreter(context, kernel, results);
    interpreter.Run(0, context.table(program.kernels[kernel].object).size, traps);
  }
  return results;
}

void Compare(const rt::Results& want, const rt::Results& got, const ir::Program& program, const char* who) {
  for (size_t object = 0; object < want.columns.size(); ++object) {
    for (size_t column = 0; column < want.columns[object].size(); ++column) {
      const rt::Column& a = want.columns[object][column];
      const rt::Column& b = got.columns[object][column];
      ASSERT_EQ(a.size(), b.size());
      for (size_t row = 0; row < a.size(); ++row) {
        ASSERT_EQ(a.Known(row), b.Known(row)) << who << ": " << program.results[object][column].name << " row " << row;
        if (!a.Known(row)) continue;
        ASSERT_EQ(a.Raw(row), b.Raw(row)) << who << ": " << program.results[object][column].name << " row " << row;
      }
    }
  }
}

void RunBatch(uint64_t seed, int* sql_checked) {
  SCOPED_TRACE(fmt::format("seed {}", seed));
  const std::vector<GeneratedRule> rules = GenerateRules(seed, kRulesInBatch);
  std::string text = GeneratedSchema();
  for (const GeneratedRule& rule : rules) text += rule.text;
  Batch batch(text);
  ASSERT_EQ(batch.Errors(), "");

  TempDir dir;
  const std::string db = dir / "generated.db";
  RunSql(db, "pragma synchronous = off; begin;" + GenerateData(seed, kContacts) + "commit;");
  const auto zone = rt::Zone::Find("UTC");
  ASSERT_TRUE(zone.ok());
  const int64_t now = 1782810000000000;  // kGeneratedNow
  store::DataErrors errors;
  auto load = [&](const ir::Program& program) {
    return store::Load(db, *program.catalog, ir::NeedsOf(program), {.now = now, .zone = *zone}, errors);
  };
  auto loaded = load(batch.plain().program);
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  auto context = vm::RunContext::Create(batch.plain().program, loaded->data, now, *zone);
  ASSERT_TRUE(context.ok());
  const rt::Results plain = Interpret(batch.plain().program, **context);

  auto loaded_optimised = load(batch.optimised().program);
  ASSERT_TRUE(loaded_optimised.ok()) << loaded_optimised.error().message;
  auto optimised_context = vm::RunContext::Create(batch.optimised().program, loaded_optimised->data, now, *zone);
  ASSERT_TRUE(optimised_context.ok());
  Compare(plain, Interpret(batch.optimised().program, **optimised_context), batch.plain().program, "optimised");

  const ir::Program& program = batch.optimised().program;
  auto native = jit::Compile(program, jit::LayoutOf(**optimised_context));
  ASSERT_TRUE(native.ok()) << native.error().message;
  rt::Results from_jit = (*optimised_context)->MakeResults();
  vm::TrapLog traps;
  const Status ran = jit::RunAll(*native, **optimised_context, from_jit, traps);
  ASSERT_TRUE(ran.ok()) << ran.error().message;
  Compare(plain, from_jit, batch.plain().program, "jit");

  const rt::Table& contacts = loaded->data.tables[batch.checked().catalog.FindObject("contact")->index()];
  for (uint32_t i = 0; i < batch.checked().segments.size(); ++i) {
    const std::string name(batch.checked().segments[i].decl->name.text);
    const GeneratedRule& rule = rules[std::stoi(name.substr(1))];
    if (rule.sql.empty()) continue;
    const lower::ResultRef ref = batch.plain().segments[i];
    const rt::Column& column = plain.columns[ref.object.index()][ref.column];
    std::string members;
    for (size_t row = 0; row < contacts.size; ++row) {
      if (column.Known(row) && column.Raw(row) == 1) members += contacts.keys.Spell(row) + "\n";
    }
    ASSERT_EQ(members, QuerySql(db, "select c.id from contacts c left join companies v on v.id = c.company_id where " +
                                        rule.sql + " order by c.id"))
        << rule.text << "\n"
        << rule.sql;
    ++*sql_checked;
  }
}

TEST(Generate, EnginesAndSqlAgree) {
  const int64_t programs = EnvironmentNumber("SAITEN_GENERATE", 20000);
  const uint64_t seed = static_cast<uint64_t>(EnvironmentNumber("SAITEN_SEED", 1));
  int sql_checked = 0;
  for (int64_t i = 0; i * kRulesInBatch < programs && !HasFatalFailure(); ++i) RunBatch(seed + i, &sql_checked);
  std::printf("%ld generated programs, %d of them also against SQLite\n", static_cast<long>(programs), sql_checked);
  EXPECT_GT(sql_checked, programs / 10);
}

}  // namespace
}  // namespace saiten::test
