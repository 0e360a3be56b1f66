#include "driver/import.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "driver/loaded.h"
#include "driver/words.h"
#include "flow/outbox/delivery.h"
#include "store/runs/run_lock.h"
#include "store/snapshot/snapshot.h"

namespace saiten::driver {
namespace {

template <typename Infos>
Error NoSuch(std::string_view kind, const std::string& name, const Infos& infos) {
  std::vector<std::string> names;
  for (const auto& info : infos) {
    if (!info.name.empty()) names.push_back(info.name);
  }
  const std::string near(Nearest(name, names));
  const std::string all = fmt::format("`{}`", fmt::join(names, "`, `"));
  const Text message{fmt::format("the rules declare no {} `{}`", kind, name),
                     fmt::format("ルールに{} `{}`の宣言がありません", kind, name)};
  if (!near.empty())
    return Fail(ErrorKind::kUsage, message,
                {fmt::format("did you mean `{}`?", near), fmt::format("`{}`のことですか", near)});
  return Fail(ErrorKind::kUsage, message, {fmt::format("there are: {}", all), fmt::format("あるもの: {}", all)});
}

// Of an event that several objects have (`use std.messages`) the object says which.
Result<EventId> EventOf(const Catalog& catalog, const ImportRequest& request) {
  std::vector<EventId> of_name;
  std::vector<std::string> owners;
  for (size_t i = 0; i < catalog.events.size(); ++i) {
    if (catalog.events[i].name != request.event) continue;
    of_name.emplace_back(i);
    owners.push_back(catalog[catalog.events[i].object].name);
  }
  if (of_name.empty()) return NoSuch("event", request.event, catalog.events);
  if (request.object.empty() && of_name.size() == 1) return of_name[0];
  const auto owner = std::ranges::find(owners, request.object);
  if (owner != owners.end()) return of_name[static_cast<size_t>(owner - owners.begin())];
  const std::string all = fmt::format("`{}`", fmt::join(owners, "`, `"));
  if (request.object.empty()) {
    return Fail(
        ErrorKind::kUsage,
        {fmt::format("`{}` is an event of {}; say of which: `--object {}`", request.event, all, owners[0]),
         fmt::format("`{}`は{}のイベントです。`--object {}`のように指定してください", request.event, all, owners[0])});
  }
  return Fail(
      ErrorKind::kUsage,
      {fmt::format("`{}` is an event of {}, not of `{}`", request.event, all, request.object),
       fmt::format("`{}`は{}のイベントです。`{}`のイベントではありません", request.event, all, request.object)});
}

Result<store::ImportTarget> TargetOf(const Catalog& catalog, const ImportRequest& request) {
  const bool of_object = !request.object.empty() && request.event.empty();
  const int named = of_object + !request.event.empty() + !request.list.empty();
  if (named != 1 || (!request.object.empty() && !request.list.empty())) {
    return Fail(ErrorKind::kUsage,
                {"say what the rows are: one of `--object NAME`, `--event NAME`, `--list NAME`",
                 "行が何を表すかを、`--object 名前`、`--event 名前`、`--list 名前`のどれか1つで指定してください"});
  }
  if (of_object) {
    if (const auto object = catalog.FindObject(request.object)) return store::ImportTarget(*object);
    return NoSuch("object", request.object, catalog.objects);
  }
  if (!request.event.empty()) {
    SAITEN_ASSIGN_OR_RETURN(const EventId event, EventOf(catalog, request));
    return store::ImportTarget(event);
  }
  if (const auto list = catalog.FindList(request.list)) return store::ImportTarget(*list);
  return NoSuch("list", request.list, catalog.lists);
}

bool NamesUpdated(const Catalog& catalog) {
  return std::ranges::any_of(catalog.objects, [](const ObjectInfo& o) { return !o.updated_column.empty(); }) ||
         std::ranges::any_of(catalog.events, [](const EventInfo& e) { return !e.updated_column.empty(); });
}

void ForgetSnapshot(const std::string& database) {
  std::error_code ignored;  // most often there is none
  std::filesystem::remove(store::SnapshotPathOf(database), ignored);
}

}  // namespace

Result<store::ImportReport> Import(const Compiled& compiled, ImportRequest request, store::DataErrors& errors) {
  SAITEN_ASSIGN_OR_RETURN(const store::ImportTarget target, TargetOf(compiled.checked.catalog, request));
  SAITEN_ASSIGN_OR_RETURN(const std::string db, DatabaseOf(compiled.project.config.config, request.db));
  SAITEN_ASSIGN_OR_RETURN(request.options.zone, ZoneOf(compiled));
  if (!request.delimiter.empty()) {
    if (request.delimiter == "tab" || request.delimiter == "\\t") {
      request.options.delimiter = '\t';
    } else if (request.delimiter.size() == 1) {
      request.options.delimiter = request.delimiter[0];
    } else {
      return Fail(ErrorKind::kUsage,
                  {fmt::format("`--delimiter {}`: one character, or `tab`", request.delimiter),
                   fmt::format("`--delimiter {}`: 1文字か`tab`を指定してください", request.delimiter)});
    }
  }
  // A row that a file changes need not get another time in the column that `updated` names, and then no run would find
  // it. Before and after: a kill must leave no snapshot of what was there before. No run is at work meanwhile, whose
  // snapshot of the old rows could get its name after that. `why` and `evaluate` take no lock: one that has read the
  // whole database before this, and keeps that after it, leaves such a snapshot all the same.
  const bool forget = NamesUpdated(compiled.checked.catalog) && !request.options.dry_run;
  std::optional<store::RunLock> lock;
  if (forget) {
    SAITEN_ASSIGN_OR_RETURN(store::RunLock taken, store::RunLock::Take(db, store::LockedFor::kImport));
    lock.emplace(std::move(taken));
    ForgetSnapshot(db);
  }
  // The table that the delivery shares, as it makes it: so that each event is there once, by its id.
  const auto* event = std::get_if<EventId>(&target);
  if (event != nullptr && compiled.checked.catalog[*event].message_event && !request.options.dry_run) {
    SAITEN_ASSIGN_OR_RETURN(store::Connection connection, store::Connection::Open(db, store::OpenMode::kCreate));
    SAITEN_RETURN_IF_ERROR(outbox::MakeMessageEvents(connection));
  }
  auto report = store::Import(request.file, db, compiled.checked.catalog, target, request.options, errors);
  if (forget) ForgetSnapshot(db);
  return report;
}

}  // namespace saiten::driver
