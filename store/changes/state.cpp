#include "store/changes/state.h"

#include "base/bytes.h"

namespace saiten::store {
namespace {

constexpr uint64_t kVersion = 0x3365746174735453;  // "STstate3"

}  // namespace

std::string DatabaseState::Encode() const {
  ByteWriter out;
  out.Number(kVersion);
  out.Text(fingerprint);
  out.Signed(schema_version);
  out.Signed(log_seq);
  out.Signed(log_token);
  out.Number(logged.size());
  for (const Logged& one : logged) {
    out.Text(one.table);
    out.Signed(one.number);
    out.Number(one.parts.size());
    for (const TablePart& part : one.parts) {
      out.Signed(part.last_rowid);
      out.Signed(part.rows);
    }
  }
  out.Number(watched.size());
  for (const Watched& one : watched) {
    out.Text(one.table);
    out.Text(one.column);
    out.Number(one.definition);
  }
  return out.bytes();
}

std::optional<DatabaseState> DatabaseState::Decode(std::string_view bytes) {
  ByteReader from(bytes);
  if (from.Number() != kVersion) return std::nullopt;
  DatabaseState state;
  state.fingerprint = from.Text();
  state.schema_version = from.Signed();
  state.log_seq = from.Signed();
  state.log_token = from.Signed();
  for (size_t left = from.Count(); left > 0; --left) {
    Logged one;
    one.table = from.Text();
    one.number = from.Signed();
    for (size_t parts = from.Count(); parts > 0; --parts) {
      TablePart& part = one.parts.emplace_back();
      part.last_rowid = from.Signed();
      part.rows = from.Signed();
    }
    if (one.parts.empty()) return std::nullopt;
    state.logged.push_back(std::move(one));
  }
  for (size_t left = from.Count(); left > 0; --left) {
    Watched one;
    one.table = from.Text();
    one.column = from.Text();
    one.definition = from.Number();
    state.watched.push_back(std::move(one));
  }
  if (!from.ok() || !from.at_end()) return std::nullopt;
  return state;
}

}  // namespace saiten::store
