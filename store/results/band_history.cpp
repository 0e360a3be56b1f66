#include "store/results/band_history.h"

namespace saiten::store {

Result<BandHistory> BandHistory::Open(Connection& connection, int64_t run) {
  BandHistory history;
  history.connection_ = &connection;
  SAITEN_ASSIGN_OR_RETURN(history.find_, connection.Prepare("SELECT name FROM saiten_name WHERE text = ?1"));
  SAITEN_ASSIGN_OR_RETURN(history.insert_name_, connection.Prepare("INSERT INTO saiten_name(text) VALUES(?1)"));
  SAITEN_ASSIGN_OR_RETURN(history.insert_,
                          connection.Prepare("INSERT INTO saiten_band_change VALUES(?1, ?2, ?3, ?4, ?5, ?6)"));
  SAITEN_ASSIGN_OR_RETURN(history.forget_,
                          connection.Prepare("DELETE FROM saiten_band_change WHERE run = ?1 AND object = ?2"));
  history.insert_.Bind(1, run);
  history.forget_.Bind(1, run);
  return history;
}

Result<int64_t> BandHistory::NumberOf(std::string_view name) {
  const auto known = numbers_.find(name);
  if (known != numbers_.end()) return known->second;
  find_.Bind(1, name);
  SAITEN_ASSIGN_OR_RETURN(const bool found, find_.Step());
  int64_t number = found ? find_.Int(0) : 0;
  find_.Reset();
  if (!found) {
    insert_name_.Bind(1, name);
    SAITEN_RETURN_IF_ERROR(insert_name_.Run());
    number = connection_->last_rowid();
  }
  numbers_.emplace(name, number);
  return number;
}

Status BandHistory::Forget(int64_t object) {
  forget_.Bind(2, object);
  SAITEN_RETURN_IF_ERROR(forget_.Run());
  added_ -= static_cast<uint64_t>(connection_->changes());
  return {};
}

Status BandHistory::Add(int64_t object, const Cell& id, int64_t score, int64_t from, int64_t to) {
  id.kind == Cell::Kind::kInt ? insert_.Bind(2, id.integer) : insert_.Bind(2, id.text);
  insert_.Bind(3, score);
  insert_.Bind(4, object);
  from == kNone ? insert_.BindNull(5) : insert_.Bind(5, from);
  to == kNone ? insert_.BindNull(6) : insert_.Bind(6, to);
  ++added_;
  return insert_.Run();
}

}  // namespace saiten::store
