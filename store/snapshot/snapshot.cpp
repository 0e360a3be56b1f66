#include "store/snapshot/snapshot.h"

#include <random>

#include "base/bytes.h"
#include "store/cache_folder.h"
#include "store/snapshot/contents.h"
#include "store/snapshot/coverage.h"
#include "store/snapshot/schema_hash.h"

namespace saiten::store {
namespace {

// Raised with every change of what the sections hold, or of what a load makes of the same rows.
constexpr uint32_t kSnapshotVersion = 6;

constexpr const char* kAbout = "about";
constexpr const char* kContents = "contents";

void SaveNeeds(ByteWriter& out, const Needs& needs) {
  for (const auto* flags : {&needs.objects, &needs.events, &needs.arrival, &needs.lists}) out.Flags(*flags);
  for (const auto* lists : {&needs.properties, &needs.fields}) {
    out.Number(lists->size());
    for (const auto& flags : *lists) out.Flags(flags);
  }
}

Needs ReadNeeds(ByteReader& in) {
  Needs needs;
  for (auto* flags : {&needs.objects, &needs.events, &needs.arrival, &needs.lists}) *flags = in.Flags();
  for (auto* lists : {&needs.properties, &needs.fields}) {
    for (size_t left = in.Count(); left > 0; --left) lists->push_back(in.Flags());
  }
  return needs;
}

// What the schema declares; the rest goes with the rules, not with the snapshot.
Needs DeclaredNeeds(const Catalog& catalog, const Needs& needs) {
  Needs declared = Union(catalog, needs, {});
  for (size_t i = 0; i < catalog.objects.size(); ++i) {
    declared.properties[i].resize(DeclaredProperties(catalog.objects[i]));
  }
  return declared;
}

void SaveErrors(ByteWriter& out, const DataErrors& errors) {
  out.Number(errors.groups().size());
  for (const DataErrorGroup& group : errors.groups()) {
    out.Number(static_cast<uint64_t>(group.kind));
    out.Text(group.subject);
    out.Text(group.property);
    out.Number(group.count);
    out.Number(group.leaves_out ? 1 : 0);
    out.Number(group.rows.size());
    for (int64_t row : group.rows) out.Signed(row);
    out.Number(group.examples.size());
    for (const auto& example : group.examples) {
      out.Text(example.key);
      out.Text(example.value);
    }
  }
}

bool ReadErrors(ByteReader& in, const Catalog& catalog, const LoadPlan& plan, DataErrors& errors) {
  for (size_t left = in.Count(); left > 0; --left) {
    DataErrorGroup group{};
    const uint64_t kind = in.Number();
    group.subject = in.Text();
    group.property = in.Text();
    group.count = in.Number();
    group.leaves_out = in.Number() != 0;
    for (size_t rows = in.Count(); rows > 0; --rows) group.rows.push_back(in.Signed());
    for (size_t examples = in.Count(); examples > 0; --examples) {
      std::string key(in.Text());
      group.examples.push_back({std::move(key), std::string(in.Text())});
    }
    if (!in.ok() || kind > static_cast<uint64_t>(DataErrorKind::kMemberUnknown)) return false;
    group.kind = static_cast<DataErrorKind>(kind);
    if (!Concerns(catalog, plan, group)) continue;
    errors.Group(group.kind, group.subject, group.property) = group;
  }
  return in.ok() && in.at_end();
}

std::string_view TextOf(const rt::Array<char>& bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace

SnapshotKey KeyOf(const Catalog& catalog, const rt::Zone* zone) {
  SnapshotKey key{.schema = SchemaHash(catalog), .zone = {}, .created = {}};
  if (zone != nullptr) key.zone = zone->name() + " " + rt::ZoneDataVersion();
  return key;
}

uint64_t NewSnapshotId() {
  std::random_device random;
  return uint64_t{random()} << 32 | random();
}

std::string SnapshotPathOf(const std::string& database) { return CacheFolderOf(database) + "/snapshot"; }

Result<std::optional<Snapshot>> Snapshot::Open(const std::string& path, size_t threads) {
  SAITEN_ASSIGN_OR_RETURN(auto container, Container::Open(path, ContainerKind::kSnapshot, kSnapshotVersion, threads));
  if (!container) return std::optional<Snapshot>();
  Snapshot snapshot(std::move(*container));
  const rt::Array<char> about = snapshot.container_.Get<char>(kAbout);
  SAITEN_RETURN_IF_ERROR(snapshot.container_.Verify());
  ByteReader reader(TextOf(about));
  snapshot.stamp_.key.schema = reader.Number();
  snapshot.stamp_.key.zone = reader.Text();
  snapshot.stamp_.key.created = reader.Text();
  snapshot.stamp_.id = reader.Number();
  snapshot.stamp_.state = reader.Text();
  snapshot.needs_ = ReadNeeds(reader);
  if (!reader.ok() || !reader.at_end()) return snapshot.container_.Damage();
  return std::optional<Snapshot>(std::move(snapshot));
}

Needs Snapshot::needs(const Catalog& catalog) const { return Union(catalog, needs_, {}); }

Result<std::optional<LoadedData>> Snapshot::Map(const Catalog& catalog, const Needs& needs, int64_t now,
                                                DataErrors& errors) {
  const LoadPlan plan = MakePlan(catalog, needs);
  if (!Covers(catalog, MakePlan(catalog, this->needs(catalog)), plan)) return std::optional<LoadedData>();
  const rt::Array<char> contents = container_.Get<char>(kContents);
  const rt::Array<char> groups = container_.Get<char>("errors");
  SAITEN_RETURN_IF_ERROR(container_.Verify());
  LoadedData data;
  MapArchive archive(container_, TextOf(contents));
  Contents visit(archive, catalog, plan, needs.events, data, now);
  visit.Visit();
  if (!archive.ok() || !archive.at_end()) return container_.Damage();
  SAITEN_RETURN_IF_ERROR(container_.Verify());
  if (!visit.can_count_future()) return std::optional<LoadedData>();
  ByteReader reader(TextOf(groups));
  if (!ReadErrors(reader, catalog, plan, errors)) return container_.Damage();
  return std::optional<LoadedData>(std::move(data));
}

Status WriteSnapshot(const std::string& path, const SnapshotStamp& stamp, const Catalog& catalog, const Needs& needs,
                     const LoadedData& data, const DataErrors& errors) {
  SAITEN_ASSIGN_OR_RETURN(ContainerWriter out,
                          ContainerWriter::Create(path, ContainerKind::kSnapshot, kSnapshotVersion));
  ByteWriter about;
  about.Number(stamp.key.schema);
  about.Text(stamp.key.zone);
  about.Text(stamp.key.created);
  about.Number(stamp.id);
  about.Text(stamp.state);
  SaveNeeds(about, DeclaredNeeds(catalog, needs));
  out.AddBytes(kAbout, about.bytes());
  SaveArchive archive(out);
  Contents(archive, catalog, MakePlan(catalog, needs), needs.events, data, stamp.now).Visit();
  out.AddBytes(kContents, archive.contents());
  ByteWriter groups;
  SaveErrors(groups, errors);
  out.AddBytes("errors", groups.bytes());
  return out.Finish();
}

}  // namespace saiten::store
