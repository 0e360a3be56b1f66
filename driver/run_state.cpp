#include "driver/run_state.h"

#include <cstring>

#include <fmt/format.h>

#include "runtime/hash.h"
#include "runtime/normalize.h"
#include "runtime/zone.h"
#include "store/cache_folder.h"
#include "store/snapshot/container.h"
#include "store/snapshot/schema_hash.h"

namespace saiten::driver {
namespace {

using store::Container;
using store::ContainerKind;
using store::ContainerWriter;

constexpr uint32_t kVersion = 1;

std::string HeadPath(const std::string& database) { return store::CacheFolderOf(database) + "/run.state"; }
std::string ResultsPath(const std::string& database) { return store::CacheFolderOf(database) + "/run.results"; }
std::string ColumnName(size_t object, size_t column) { return fmt::format("result.{}.{}", object, column); }
std::string AgainName(size_t object) { return fmt::format("again.{}", object); }

// The numbers of a head, then its texts, each ended by a line end.
std::string Encode(const RunHead& head) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n", head.as_of, head.run, head.snapshot, head.results, head.program,
                     head.token);
}

bool Decode(std::string_view bytes, RunHead* head) {
  std::vector<std::string> lines;
  for (size_t at = 0, end = 0; (end = bytes.find('\n', at)) != std::string_view::npos; at = end + 1) {
    lines.emplace_back(bytes.substr(at, end - at));
  }
  if (lines.size() != 6) return false;
  head->as_of = std::strtoll(lines[0].c_str(), nullptr, 10);
  head->run = std::strtoll(lines[1].c_str(), nullptr, 10);
  head->snapshot = std::strtoull(lines[2].c_str(), nullptr, 10);
  head->results = std::strtoull(lines[3].c_str(), nullptr, 10);
  head->program = lines[4];
  head->token = lines[5];
  return true;
}

size_t BytesIn(const rt::Column& column) { return column.size() * static_cast<size_t>(rt::BytesOf(column.width())); }

bool SameColumns(const rt::Results& a, const rt::Results& b) {
  for (size_t object = 0; object < a.columns.size(); ++object) {
    if (object >= b.columns.size() || a.columns[object].size() != b.columns[object].size()) return false;
    for (size_t i = 0; i < a.columns[object].size(); ++i) {
      const rt::Column& one = a.columns[object][i];
      const rt::Column& other = b.columns[object][i];
      if (one.width() != other.width() || one.size() != other.size()) return false;
      if (BytesIn(one) > 0 && std::memcmp(one.data(), other.data(), BytesIn(one)) != 0) return false;
    }
  }
  return true;
}

Status WriteResultsFile(const std::string& database, uint64_t id, const rt::Results& results) {
  SAITEN_ASSIGN_OR_RETURN(ContainerWriter writer,
                          ContainerWriter::Create(ResultsPath(database), ContainerKind::kRunState, kVersion));
  writer.AddBytes("id", fmt::format("{}", id));
  for (size_t object = 0; object < results.columns.size(); ++object) {
    for (size_t i = 0; i < results.columns[object].size(); ++i) {
      const rt::Column& column = results.columns[object][i];
      writer.Add(ColumnName(object, i), {static_cast<const std::byte*>(column.data()), BytesIn(column)});
    }
  }
  return writer.Finish();
}

Status ReadResultsFile(const std::string& database, uint64_t id, const ir::Program& program, rt::Results* results) {
  SAITEN_ASSIGN_OR_RETURN(auto opened, Container::Open(ResultsPath(database), ContainerKind::kRunState, kVersion));
  if (!opened) return {};
  const auto written = opened->Find("id");
  const std::string wanted = fmt::format("{}", id);
  if (!written || std::string_view(reinterpret_cast<const char*>(written->data()), written->size()) != wanted) {
    return {};  // a run was stopped between the two files
  }
  std::vector<std::vector<rt::Column>> columns(program.results.size());
  for (size_t object = 0; object < columns.size(); ++object) {
    for (size_t i = 0; i < program.results[object].size(); ++i) {
      const ir::ResultColumn& column = program.results[object][i];
      const rt::Width width = rt::WidthFor(column.min, column.max);
      const auto bytes = opened->Find(ColumnName(object, i));
      const auto each = static_cast<size_t>(rt::BytesOf(width));
      if (!bytes || bytes->size() % each != 0) return opened->Damage();
      columns[object].emplace_back(width, bytes->size() / each,
                                   std::shared_ptr<const void>(opened->owner(), bytes->data()));
    }
  }
  SAITEN_RETURN_IF_ERROR(opened->Verify());
  results->columns = std::move(columns);
  return {};
}

}  // namespace

Result<std::optional<RunState>> ReadRunState(const std::string& database, const ir::Program& program,
                                             const std::string& program_hash) {
  SAITEN_ASSIGN_OR_RETURN(auto opened, Container::Open(HeadPath(database), ContainerKind::kRunState, kVersion));
  if (!opened) return std::optional<RunState>();
  RunState state;
  const auto head = opened->Find("head");
  if (!head || !Decode({reinterpret_cast<const char*>(head->data()), head->size()}, &state.head)) {
    return opened->Damage();
  }
  if (state.head.program != program_hash) return std::optional<RunState>(std::move(state));
  for (size_t object = 0; object < program.results.size(); ++object) {
    const rt::Array<uint32_t> rows = opened->Get<uint32_t>(AgainName(object));
    state.again.emplace_back(rows.begin(), rows.end());
  }
  SAITEN_RETURN_IF_ERROR(opened->Verify());
  SAITEN_RETURN_IF_ERROR(ReadResultsFile(database, state.head.results, program, &state.results));
  return std::optional<RunState>(std::move(state));
}

Status WriteRunState(const std::string& database, const RunState& state, const RunState* before) {
  RunHead head = state.head;
  if (before != nullptr && before->head.results != 0 && !before->results.columns.empty() &&
      SameColumns(state.results, before->results)) {
    head.results = before->head.results;
  } else {
    // Run numbers rise and tokens are random: no two files have the same.
    head.results = rt::Mix64(rt::Fnv1a64(head.token, static_cast<uint64_t>(head.run))) | 1;
    SAITEN_RETURN_IF_ERROR(WriteResultsFile(database, head.results, state.results));
  }
  SAITEN_ASSIGN_OR_RETURN(ContainerWriter writer,
                          ContainerWriter::Create(HeadPath(database), ContainerKind::kRunState, kVersion));
  writer.AddBytes("head", Encode(head));
  for (size_t object = 0; object < state.again.size(); ++object) {
    writer.Add(AgainName(object), std::as_bytes(std::span(state.again[object])));
  }
  return writer.Finish();
}

std::string ProgramHash(const ir::Program& program, const std::string& version) {
  std::string all = ir::Print(program);
  // Constants are printed by the names that they have; their numbers count, too.
  for (const ir::Kernel& kernel : program.kernels) {
    for (const ir::Inst& inst : kernel.insts) fmt::format_to(std::back_inserter(all), "{},{};", inst.imm, inst.imm2);
  }
  for (const auto& columns : program.results) {
    for (const ir::ResultColumn& column : columns) {
      fmt::format_to(std::back_inserter(all), "{}/{}/{}..{};", column.name, column.column, column.min, column.max);
    }
  }
  for (const CalendarInfo& info : program.catalog->calendars) {
    const rt::Calendar& calendar = info.calendar;
    for (const rt::Holiday& holiday : calendar.holidays()) fmt::format_to(std::back_inserter(all), "{} ", holiday.day);
    for (int64_t day = rt::kMinDay; day < rt::kMinDay + 7; ++day) all += calendar.IsBusinessDay(day) ? '1' : '0';
    fmt::format_to(std::back_inserter(all), "{}.{};", static_cast<int>(calendar.starts().week),
                   calendar.starts().fiscal_month);
  }
  fmt::format_to(std::back_inserter(all), "{}|{}|{}|{}|{}", store::SchemaHash(*program.catalog),
                 program.catalog->timezone, rt::ZoneDataVersion(), rt::UnicodeVersion(), version);
  return fmt::format("{:016x}{:016x}", rt::Mix64(rt::Fnv1a64(all)), rt::Mix64(rt::Fnv1a64(all, 0x5a17e2)));
}

}  // namespace saiten::driver
