#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "flow/durable/kept.h"
#include "store/sqlite/sqlite.h"

// Who was in the lists of the source when the last tick read them: a row a member. By it changes of membership are told
// (sem E1, T4a).
namespace saiten::flow {

class SeenLists {
 public:
  // Both must outlive it.
  SeenLists(store::Connection& connection, KeptValues& values) : connection_(connection), values_(values) {}

  // By list of the catalog: the members that are records now; nothing: it is not known who was in it.
  Result<std::vector<std::optional<std::vector<uint32_t>>>> Read();

  // ---- Inside a write transaction.
  // The list is known from now on, with these members.
  saiten::Status BeginAnew(ListId list, std::span<const uint32_t> rows);
  // It is not known any more.
  saiten::Status Drop(ListId list);
  saiten::Status Write(ListId list, uint32_t row, bool member);
  // The record is in no list any more.
  saiten::Status Forget(ObjectId object, const Kept& id);

 private:
  const ListInfo& InfoOf(ListId list) const { return values_.catalog()[list]; }
  std::string_view ObjectOf(ListId list) const { return values_.catalog()[InfoOf(list).object].name; }
  saiten::Status Run(store::Statement& statement, ListId list, const Kept* id);

  store::Connection& connection_;
  KeptValues& values_;
};

}  // namespace saiten::flow
