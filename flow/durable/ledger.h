#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "compiler/ir/flow.h"
#include "flow/durable/control.h"
#include "flow/durable/kept.h"
#include "flow/durable/versions.h"
#include "flow/item.h"
#include "flow/log.h"
#include "flow/state.h"
#include "store/changes/own_write.h"
#include "store/sqlite/sqlite.h"

// What automation remembers, in the user's database (store/own/automation_tables.h): read when a tick begins, written
// in transactions that hold everything of some instants (sem O1).
namespace saiten::flow {

// What has changed of a State since it was last taken, to be written while the engine goes on.
struct StateChanges {
  struct Written {
    Instance instance;
    bool fresh = false;  // not in the database yet
  };
  int64_t now = 0;
  std::vector<Written> instances;  // in the order in which they were made
  std::vector<std::pair<RecordId, SentMessage>> messages;
  std::map<std::string, uint32_t> turns;
  std::map<uint32_t, int64_t> open_tasks;
  std::vector<Standing> flows;
  bool last = false;  // of the tick
};
StateChanges TakeChanges(State& state);

// Those who were inside another version of a flow than that of now when the tick began.
struct InsideVersion {
  uint32_t flow = 0;  // the newest
  std::string version;
  enum class Way : uint8_t {
    kOwn,    // they go on in their version
    kStill,  // their version cannot be made now: they stand still
    kNames,  // nobody has its text: they go on in the new one, by the names of its steps
  };
  Way way = Way::kOwn;
  uint64_t runs = 0;
};

// A record that a workflow made.
struct MadeRecord {
  Kept id;
  int64_t instant = 0;
  bool in_source = false;  // the source has one of that key by now, which counts from then on (sem O1a)
};

class Ledger {
 public:
  // All must outlive it. The tables are made when something is written first; not `writable`: nothing is. `base`: what
  // was read of the database, which follows our own writing; null: it is not kept. Errors: as Connection::Open;
  // kRefused for a table of the user's under one of our names.
  static Result<std::unique_ptr<Ledger>> Open(const std::string& db, const ir::Automation& automation,
                                              KeptValues& values, bool writable, store::ReadBase* base = nullptr);

  // What is kept of the rules, for those who are inside when they change, and where those go on who are inside an older
  // version. Before anything else.
  void UseVersions(RulesText rules, VersionPlaces places) {
    rules_ = std::move(rules);
    places_ = std::move(places);
  }

  // ---- Reading
  // Up to where everything is done (P of sem T4a); nothing: no tick has ever been.
  Result<std::optional<int64_t>> Until();
  // By flow: whether a tick has known it.
  Result<std::vector<bool>> KnownFlows();
  // By flow and version; what ReadState found.
  const std::vector<InsideVersion>& inside_versions() const { return inside_versions_; }
  // Instances, their history by key, messages that caps count, turns and open tasks. Instances whose workflow, step or
  // record is not there any more have ended with that: `gone` gets a row for each.
  saiten::Status ReadState(State& state, std::vector<LogRow>& gone);
  // How many of them were inside a workflow, or were a record, that is not there any more: they have no row.
  size_t lost() const { return gone_.size(); }
  Result<std::vector<Item>> ReadRequests();
  // What people ask of whole flows.
  Result<std::vector<Control>> ReadControls();
  // What was asked for and is for nothing that is there; WriteState gives each a decision row.
  const std::vector<LostAsked>& lost_asked() const { return lost_asked_; }
  // By event of the catalog: the highest row number that was seen in its table; -1: none is known.
  Result<std::vector<int64_t>> ReadEventMarks();
  // What workflows set over the source (sem O1a).
  saiten::Status ReadValues(const std::function<void(ObjectId, uint32_t row, uint32_t property, Value)>& visit);
  // Records that workflows made.
  saiten::Status ReadCreated(const std::function<void(ObjectId, const MadeRecord&)>& visit);
  saiten::Status ForgetCreated(ObjectId object, const Kept& id);

  // ---- Writing, between Begin and Commit
  saiten::Status Begin();
  // The rest of the state, and that everything up to its `now` is done.
  saiten::Status WriteState(const StateChanges& changes);
  saiten::Status WriteLog(std::span<const LogRow> log);
  saiten::Status WriteValue(ObjectId object, uint32_t row, uint32_t property, const Value& value, std::string_view text,
                            int64_t instant);
  saiten::Status ForgetValue(ObjectId object, uint32_t row, uint32_t property);
  // Of a list that the engine keeps (saiten_lists).
  saiten::Status WriteMember(ListId list, uint32_t row, bool member);
  // A record that a workflow made; `fields`: its properties as the source would spell them, a JSON object by their
  // names.
  saiten::Status WriteCreated(ObjectId object, uint32_t row, int64_t instant, std::string_view fields);
  // An event of a table that the engine keeps: a change of a value, or points that were granted.
  saiten::Status WriteEvent(EventId event, uint32_t row, int64_t time, std::string_view text);
  // The user's own tables were written in this transaction: the next run reads them.
  void WroteSource() { own_event_ = true; }
  saiten::Status WriteRequests(std::span<const Item> requests);
  saiten::Status WriteEventMark(EventId event, int64_t last_rowid);
  saiten::Status Commit();

  store::Connection& connection() { return connection_; }
  KeptValues& values() { return values_; }

 private:
  Ledger(store::Connection connection, const ir::Automation& automation, KeptValues& values, store::ReadBase* base)
      : connection_(std::move(connection)), automation_(automation), values_(values), base_(base) {}

  const Catalog& catalog() const { return values_.catalog(); }
  Result<bool> IsThere();
  // A statement that is kept for the next time.
  Result<store::Statement*> Use(const char* sql);
  Result<int64_t> NumberOf(std::string_view name);
  saiten::Status ReadNames();
  saiten::Status ReadInstance(const store::Statement& row, State& state, std::vector<LogRow>& gone);
  // kRefused where the record is there, but under a key of another type.
  saiten::Status CheckKeyType(ObjectId object, const Kept& key);
  // Where an instance that began in this version goes on.
  void Place(std::string_view version, std::string_view step, std::string_view more, const State& state,
             Instance& instance);
  // Numbers that records had before they became others (Merge).
  saiten::Status ReadMerged(State& state);
  saiten::Status ReadMessages(State& state);
  saiten::Status ReadTasks(State& state);
  saiten::Status WriteInstance(const Instance& instance, bool fresh);
  std::string MoreOf(const Instance& instance) const;
  bool TakeMore(std::string_view text, Instance& instance);
  saiten::Status WriteFlows(const StateChanges& changes);
  saiten::Status SettleKeys();
  saiten::Status WriteGone(int64_t instant);
  saiten::Status WriteLostAsked(int64_t instant);

  store::Connection connection_;
  const ir::Automation& automation_;
  KeptValues& values_;
  store::ReadBase* base_;
  // An instance that ends because its workflow or record is not there any more; numbers of names.
  struct Gone {
    int64_t enrolment = 0;
    int64_t flow = 0;
    int64_t object = 0;
    Kept id;
    std::string key;
    uint32_t number = 0;
  };
  std::vector<Gone> gone_;
  std::vector<LostAsked> lost_asked_;
  bool own_event_ = false;  // a table that loads read was written
  RulesText rules_;
  bool rules_kept_ = false;
  VersionPlaces places_;
  std::vector<InsideVersion> inside_versions_;
  std::optional<store::Transaction> transaction_;
  std::optional<store::OwnWrite> own_;
  std::map<const char*, std::unique_ptr<store::Statement>> statements_;
  std::map<std::string, int64_t, std::less<>> numbers_;  // of names
  std::map<int64_t, std::string> names_;
  int64_t next_seq_ = 0;
  int64_t new_keys_ = 0;  // of actions, not merged yet
  std::map<std::string, uint32_t> turns_written_;
  std::map<uint32_t, int64_t> tasks_written_;
};

}  // namespace saiten::flow
