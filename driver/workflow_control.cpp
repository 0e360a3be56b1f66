#include "driver/workflow_control.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "driver/loaded.h"
#include "driver/words.h"
#include "flow/durable/control.h"
#include "flow/durable/merge.h"
#include "runtime/zone.h"
#include "store/changes/own_write.h"
#include "store/own/automation_tables.h"
#include "store/runs/run_lock.h"

namespace saiten::driver {
namespace {

using store::Connection;
using store::Statement;

Error NoSuch(std::string_view what_en, std::string_view what_ja, const std::string& name, std::string_view near) {
  const Text hint = near.empty()
                        ? Text{"`saiten workflow list` shows all of them", "`saiten workflow list`で一覧できます"}
                        : Text{fmt::format("did you mean `{}`?", near), fmt::format("`{}`のことですか?", near)};
  return Fail(ErrorKind::kUsage,
              {fmt::format("there is no {} `{}`", what_en, name), fmt::format("{}`{}`はありません", what_ja, name)},
              hint);
}

Result<const ir::Flow*> FlowNamed(const Compiled& compiled, const std::string& name) {
  std::vector<std::string> names;
  for (const ir::Flow& flow : compiled.lowered->automation.flows) {
    if (flow.name == name) return &flow;
    names.push_back(flow.name);
  }
  return NoSuch("workflow", "ワークフロー", name, Nearest(name, names));
}

// How it stands, in words.
Text Say(flow::FlowState state) {
  using State = flow::FlowState;
  switch (state) {
    case State::kOn:
      return {"on", "動作中"};
    case State::kPaused:
      return {"paused", "一時停止中"};
    case State::kDraining:
      return {"being drained", "新規登録を止めて、登録済みの人だけ続行中"};
    case State::kFrozen:
      return {"frozen", "凍結中"};
    case State::kOff:
      return {"off", "停止中"};
  }
  return {};
}

// Everything that such a command writes is in one transaction, with no run beside it.
class Writing {
 public:
  static Result<Writing> Begin(const Compiled& compiled, const WorkflowOptions& options) {
    Writing writing;
    SAITEN_ASSIGN_OR_RETURN(writing.asked.db, DatabaseOf(compiled.project.config.config, options.db));
    SAITEN_ASSIGN_OR_RETURN(const Clock clock, ClockOf(compiled, {.as_of = options.as_of}));
    SAITEN_ASSIGN_OR_RETURN(store::RunLock lock, store::RunLock::Take(writing.asked.db, store::LockedFor::kRun));
    writing.lock_.emplace(std::move(lock));
    SAITEN_ASSIGN_OR_RETURN(Connection connection, Connection::Open(writing.asked.db, store::OpenMode::kWrite));
    writing.connection_ = std::make_unique<Connection>(std::move(connection));
    SAITEN_ASSIGN_OR_RETURN(auto transaction,
                            store::Transaction::Begin(*writing.connection_, store::Transaction::Kind::kWrite));
    writing.transaction_.emplace(std::move(transaction));
    SAITEN_ASSIGN_OR_RETURN(auto own, store::OwnWrite::BeginUnread(*writing.connection_));
    writing.own_.emplace(std::move(own));
    SAITEN_RETURN_IF_ERROR(store::MakeAutomationTables(*writing.connection_));
    SAITEN_ASSIGN_OR_RETURN(Statement until, writing.connection_->Prepare("SELECT until FROM saiten_automation"));
    SAITEN_ASSIGN_OR_RETURN(writing.asked.ran, until.Step());
    writing.asked.at = writing.asked.ran ? std::max(clock.now, until.Int(0)) : clock.now;
    SAITEN_ASSIGN_OR_RETURN(writing.asked.before, flow::StateAsked(*writing.connection_, options.workflow));
    writing.asked.after = writing.asked.before;
    return writing;
  }

  Connection& connection() { return *connection_; }
  // `loaded`: tables that a load reads were written, so that the next run has to look at them.
  Status Commit(bool loaded = false) {
    SAITEN_RETURN_IF_ERROR(own_->BeforeCommit());
    SAITEN_RETURN_IF_ERROR(transaction_->Commit());
    if (!loaded) own_->AfterCommit();
    return {};
  }

  Asked asked;

 private:
  // Declared in this order: closing a connection would give up the lock.
  std::optional<store::RunLock> lock_;
  std::unique_ptr<Connection> connection_;
  std::optional<store::OwnWrite> own_;
  std::optional<store::Transaction> transaction_;
};

// The key as the source has it.
Result<flow::Kept> KeyOf(const PropertyInfo& key, const std::string& id) {
  if (key.type.is(TypeKind::kText)) return flow::Kept(id);
  int64_t number = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  if (error == std::errc() && end == id.data() + id.size()) return flow::Kept(number);
  return Fail(ErrorKind::kUsage, {fmt::format("`{}` is no key: `{}` is a whole number", id, key.name),
                                  fmt::format("`{}`はキーではありません。`{}`は整数です", id, key.name)});
}

Result<bool> IsThere(Connection& connection, const ObjectInfo& object, const flow::Kept& key) {
  SAITEN_ASSIGN_OR_RETURN(Statement find, connection.Prepare(fmt::format(
                                              "SELECT 1 FROM {} WHERE {} = ? LIMIT 1", store::QuoteName(object.table),
                                              store::QuoteName(object.properties[*object.key].column))));
  flow::Bind(find, 1, key);
  return find.Step();
}

Error NoRecord(const ObjectInfo& object, const std::string& id) {
  return Fail(ErrorKind::kUsage, {fmt::format("`{}` has no record with the key `{}`", object.table, id),
                                  fmt::format("`{}`にキー`{}`のレコードはありません", object.table, id)});
}

}  // namespace

Result<Asked> AskWorkflow(const Compiled& compiled, const WorkflowOptions& options, flow::Control::Kind kind) {
  SAITEN_ASSIGN_OR_RETURN(const ir::Flow* flow, FlowNamed(compiled, options.workflow));
  SAITEN_ASSIGN_OR_RETURN(Writing writing, Writing::Begin(compiled, options));
  writing.asked.after = flow::StateAfter(kind);
  if (writing.asked.after == writing.asked.before) {
    const Text state = Say(writing.asked.before);
    return Fail(ErrorKind::kUsage,
                {fmt::format("`{}` is {} already", flow->name, state.en),
                 fmt::format("`{}`はすでに{}です", flow->name, state.ja)},
                {"`saiten workflow list` shows how each stands; there is nothing to do",
                 "操作は不要です。各ワークフローの状態は`saiten workflow list`で確認できます"});
  }
  SAITEN_RETURN_IF_ERROR(flow::AskFor(writing.connection(), flow->name, kind, writing.asked.at));
  SAITEN_RETURN_IF_ERROR(writing.Commit());
  return writing.asked;
}

Result<Asked> AskToEnrol(const Compiled& compiled, const WorkflowOptions& options, const EnrolByHand& who) {
  SAITEN_ASSIGN_OR_RETURN(const ir::Flow* flow, FlowNamed(compiled, options.workflow));
  const Catalog& catalog = compiled.checked.catalog;
  const ObjectInfo& object = catalog[flow->object];
  if (object.name != who.object) {
    return Fail(
        ErrorKind::kUsage,
        {fmt::format("`{}` is a workflow for `{}`, not for `{}`", flow->name, object.name, who.object),
         fmt::format("`{}`は`{}`のワークフローです。`{}`は登録できません", flow->name, object.name, who.object)});
  }
  SAITEN_ASSIGN_OR_RETURN(const flow::Kept key, KeyOf(object.properties[*object.key], who.id));
  SAITEN_ASSIGN_OR_RETURN(Writing writing, Writing::Begin(compiled, options));
  SAITEN_ASSIGN_OR_RETURN(const bool there, IsThere(writing.connection(), object, key));
  if (!there) return NoRecord(object, who.id);
  SAITEN_RETURN_IF_ERROR(
      flow::AskToEnrol(writing.connection(), flow->name, object.name, key, who.enrol, writing.asked.at));
  SAITEN_RETURN_IF_ERROR(writing.Commit());
  return writing.asked;
}

Result<MergeReport> MergeRecords(const Compiled& compiled, const WorkflowOptions& options, const std::string& object,
                                 const std::string& from, const std::string& into) {
  const Catalog& catalog = compiled.checked.catalog;
  const auto id = catalog.FindObject(object);
  if (!id) {
    return Fail(ErrorKind::kUsage, {fmt::format("the schema has no object `{}`", object),
                                    fmt::format("スキーマにオブジェクト`{}`はありません", object)});
  }
  const ObjectInfo& info = catalog[*id];
  SAITEN_ASSIGN_OR_RETURN(const flow::Kept gone, KeyOf(info.properties[*info.key], from));
  SAITEN_ASSIGN_OR_RETURN(const flow::Kept stays, KeyOf(info.properties[*info.key], into));
  if (gone == stays) {
    return Fail(ErrorKind::kUsage, {fmt::format("`{}` cannot be merged with itself", from),
                                    fmt::format("`{}`を自分自身と統合することはできません", from)});
  }
  SAITEN_ASSIGN_OR_RETURN(Writing writing, Writing::Begin(compiled, options));
  SAITEN_ASSIGN_OR_RETURN(const bool there, IsThere(writing.connection(), info, stays));
  if (!there) return NoRecord(info, into);
  SAITEN_ASSIGN_OR_RETURN(
      const flow::Merged merged,
      flow::Merge(writing.connection(), compiled.lowered->automation.flows, object, gone, stays, writing.asked.at));
  SAITEN_RETURN_IF_ERROR(writing.Commit(true));
  return MergeReport{writing.asked.db, merged.moved, merged.ended};
}

}  // namespace saiten::driver
