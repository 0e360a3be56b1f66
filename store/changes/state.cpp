#include "store/changes/state.h"

#include <cstring>

namespace saiten::store {
namespace {

constexpr uint64_t kVersion = 0x3265746174735453;  // "STstate2"

void Put(std::string* out, int64_t value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out->append(bytes, sizeof value);
}

void Put(std::string* out, std::string_view text) {
  Put(out, static_cast<int64_t>(text.size()));
  out->append(text);
}

class Taker {
 public:
  explicit Taker(std::string_view bytes) : bytes_(bytes) {}

  int64_t Number() {
    int64_t value = 0;
    if (bytes_.size() < sizeof value) {
      ok_ = false;
      return 0;
    }
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_.remove_prefix(sizeof value);
    return value;
  }
  std::string Text() {
    const auto size = static_cast<uint64_t>(Number());
    if (size > bytes_.size()) {
      ok_ = false;
      return {};
    }
    std::string text(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return text;
  }
  bool ok() const { return ok_; }
  bool AtEnd() const { return ok_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace

std::string DatabaseState::Encode() const {
  std::string out;
  Put(&out, static_cast<int64_t>(kVersion));
  Put(&out, fingerprint);
  Put(&out, schema_version);
  Put(&out, log_seq);
  Put(&out, log_token);
  Put(&out, static_cast<int64_t>(logged.size()));
  for (const Logged& one : logged) {
    Put(&out, one.table);
    Put(&out, one.number);
    Put(&out, static_cast<int64_t>(one.parts.size()));
    for (const TablePart& part : one.parts) {
      Put(&out, part.last_rowid);
      Put(&out, part.rows);
    }
  }
  return out;
}

std::optional<DatabaseState> DatabaseState::Decode(std::string_view bytes) {
  Taker from(bytes);
  if (from.Number() != static_cast<int64_t>(kVersion)) return std::nullopt;
  DatabaseState state;
  state.fingerprint = from.Text();
  state.schema_version = from.Number();
  state.log_seq = from.Number();
  state.log_token = from.Number();
  const int64_t tables = from.Number();
  for (int64_t i = 0; i < tables && from.ok(); ++i) {
    Logged one;
    one.table = from.Text();
    one.number = from.Number();
    for (int64_t parts = from.Number(); parts > 0 && from.ok(); --parts) {
      TablePart& part = one.parts.emplace_back();
      part.last_rowid = from.Number();
      part.rows = from.Number();
    }
    if (one.parts.empty()) return std::nullopt;
    state.logged.push_back(std::move(one));
  }
  if (!from.AtEnd()) return std::nullopt;
  return state;
}

}  // namespace saiten::store
