#include "driver/outbox_recheck.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "driver/execute.h"
#include "driver/loaded.h"
#include "driver/loaded_world.h"
#include "flow/durable/kept.h"
#include "flow/reach.h"

namespace saiten::driver {
namespace {

// Of the program only what the roles of these objects ask remains, so that little is loaded, and no table that a run
// does not need either. Results are worked out only where a role reads one: a segment, a score.
void Narrow(ir::Program& program, ir::Automation& automation, const std::set<ObjectId>& objects) {
  std::erase_if(automation.roles, [&](const ir::RoleValue& role) { return !objects.contains(role.object); });
  std::vector<ir::Kernel> asked;
  std::map<uint32_t, uint32_t> places;
  bool reads_results = false;
  for (ir::RoleValue& role : automation.roles) {
    const auto [place, fresh] = places.emplace(role.value.kernel, static_cast<uint32_t>(asked.size()));
    if (fresh) asked.push_back(std::move(program.asked[role.value.kernel]));
    role.value.kernel = place->second;
    reads_results = reads_results || std::ranges::any_of(asked[place->second].insts, [](const ir::Inst& inst) {
                      return inst.op == ir::Op::kLoadResult;
                    });
  }
  program.asked = std::move(asked);
  automation.seen.clear();
  if (reads_results) return;
  program.kernels.clear();
  for (auto& columns : program.results) columns.clear();
}

flow::Kept KeyOf(const Catalog& catalog, ObjectId object, const std::string& id) {
  const ObjectInfo& info = catalog[object];
  if (!info.key || info.properties[*info.key].type.is(TypeKind::kText)) return id;
  int64_t number = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  if (error == std::errc() && end == id.data() + id.size()) return number;
  return id;
}

}  // namespace

struct RulesRecheck::Read {
  std::unique_ptr<Loaded> loaded;
  std::unique_ptr<LoadedWorld> world;
  std::unique_ptr<flow::KeptValues> keys;
  std::unique_ptr<flow::Evaluator> evaluator;
  std::unique_ptr<flow::Reach> reach;
};

RulesRecheck::RulesRecheck(ProjectOptions project, std::string db) : project_(std::move(project)), db_(std::move(db)) {}
RulesRecheck::~RulesRecheck() = default;

Status RulesRecheck::Open() {
  SAITEN_ASSIGN_OR_RETURN(compiled_, Compile(project_, CompileTo::kChecked));
  if (!compiled_->ok()) {
    return Fail(ErrorKind::kUsage,
                {"there is mail to send, and the rules have errors: they say who may get it",
                 "送信するメールがありますが、ルールにエラーがあるため、送ってよい相手を確認できません"},
                {"`saiten check` shows them", "`saiten check`で確認してください"});
  }
  LowerAsked();
  return {};
}

void RulesRecheck::LowerAsked() {
  lowered_ = lower::Lower(compiled_->checked, {.all_roles = true});
  Narrow(lowered_->program, lowered_->automation, objects_);
}

void RulesRecheck::Forget() { read_.reset(); }

Result<std::string> RulesRecheck::WhyNot(const outbox::Addressee& to) {
  if (!lowered_) SAITEN_RETURN_IF_ERROR(Open());
  const auto object = compiled_->checked.catalog.FindObject(to.object);
  if (!object) return std::string(outbox::kRecordGone);
  if (objects_.insert(*object).second) {
    Forget();
    LowerAsked();
  }
  const ir::Program& program = lowered_->program;
  const ir::Automation& automation = lowered_->automation;
  const Catalog& catalog = compiled_->checked.catalog;
  if (!read_) {
    auto read = std::make_unique<Read>();
    // No snapshot: what is read here is little, and must be of now.
    DataOptions options{.db = db_};
    options.cache.use = false;
    SAITEN_ASSIGN_OR_RETURN(read->loaded, LoadData(*compiled_, program, options));
    Loaded& loaded = *read->loaded;
    rt::Results results = loaded.context->MakeResults();
    if (!program.kernels.empty()) {
      SAITEN_ASSIGN_OR_RETURN(Executed executed, Execute(*loaded.context, ExecuteOptions()));
      results = std::move(executed.results);
    }
    SAITEN_ASSIGN_OR_RETURN(read->world, LoadedWorld::Make(program, loaded.data, loaded.zone));
    read->world->SetResults(std::move(results));
    read->keys = std::make_unique<flow::KeptValues>(catalog, loaded.data.data);
    read->evaluator = std::make_unique<flow::Evaluator>(*read->world);
    read->reach = std::make_unique<flow::Reach>(*read->evaluator, automation);
    read_ = std::move(read);
  }
  const uint32_t row = read_->keys->RowOf(*object, KeyOf(catalog, *object, to.id));
  if (row == flow::KeptValues::kNone) return std::string(outbox::kRecordGone);
  constexpr uint8_t kEveryLaw = 0xff;
  ir::MessageTemplate by_class{.name = to.message, .laws = kEveryLaw};
  by_class.message_class = flow::MessageClassOf(to.message_class).value_or(ir::MessageClass::kMarketing);
  const auto message = std::ranges::find(automation.messages, to.message, &ir::MessageTemplate::name);
  const auto flow = std::ranges::find(automation.flows, to.workflow, &ir::Flow::name);
  return std::string(
      read_->reach->WhyNot({object->value, row}, message == automation.messages.end() ? by_class : *message,
                           flow == automation.flows.end() ? std::string() : flow->consent, read_->loaded->now));
}

}  // namespace saiten::driver
