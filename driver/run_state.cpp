#include "driver/run_state.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/memory_limit.h"
#include "base/parallel.h"
#include "compiler/ir/ranges.h"
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

constexpr uint32_t kVersion = 6;

std::string HeadPath(const std::string& database) { return store::CacheFolderOf(database) + "/run.state"; }
std::string ResultsPath(const std::string& database) { return store::CacheFolderOf(database) + "/run.results"; }
std::string ColumnName(size_t object, size_t column) { return fmt::format("result.{}.{}", object, column); }
std::string AgainName(size_t object) { return fmt::format("again.{}", object); }
std::string ApartName(size_t object, size_t column) { return fmt::format("apart.{}.{}", object, column); }
std::string ApartValuesName(size_t object, size_t column) { return fmt::format("apart.{}.{}.values", object, column); }

// The numbers of a head, then its texts, each ended by a line end.
std::string Encode(const RunHead& head) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n", head.as_of, head.run, head.snapshot, head.results,
                     head.position.seq, head.position.token, head.rows_again, head.program, head.token);
}

bool Decode(std::string_view bytes, RunHead* head) {
  std::vector<std::string> lines;
  for (size_t at = 0, end = 0; (end = bytes.find('\n', at)) != std::string_view::npos; at = end + 1) {
    lines.emplace_back(bytes.substr(at, end - at));
  }
  if (lines.size() != 9) return false;
  head->as_of = std::strtoll(lines[0].c_str(), nullptr, 10);
  head->run = std::strtoll(lines[1].c_str(), nullptr, 10);
  head->snapshot = std::strtoull(lines[2].c_str(), nullptr, 10);
  head->results = std::strtoull(lines[3].c_str(), nullptr, 10);
  head->position.seq = std::strtoll(lines[4].c_str(), nullptr, 10);
  head->position.token = std::strtoll(lines[5].c_str(), nullptr, 10);
  head->rows_again = std::strtoull(lines[6].c_str(), nullptr, 10);
  head->program = lines[7];
  head->token = lines[8];
  return true;
}

// All results are written anew when what stands beside their file is more than this part of it: reading it costs more
// for each cell.
constexpr size_t kApartShare = 16;

// `before` and the rows that differ now; nullopt: so many that all results are to be written.
std::optional<CellRows> Apart(const rt::Results& results, const CellRows& before, const Differences& differences) {
  CellRows rows(before.size());
  size_t all = 0, apart = 0;
  for (size_t object = 0; object < before.size(); ++object) {
    for (size_t i = 0; i < before[object].size(); ++i) {
      std::vector<uint32_t>& both = rows[object].emplace_back();
      std::ranges::set_union(before[object][i], differences[object][i].rows, std::back_inserter(both));
      const rt::Column& column = results.columns[object][i];
      all += column.bytes();
      if (!both.empty()) apart += both.size() * sizeof(uint32_t) + rt::BytesFor(column.width(), both.size());
    }
  }
  if (apart > all / kApartShare) return std::nullopt;
  return rows;
}

void WriteApart(ContainerWriter& writer, const rt::Results& results, const CellRows& rows) {
  for (size_t object = 0; object < rows.size(); ++object) {
    for (size_t i = 0; i < rows[object].size(); ++i) {
      if (rows[object][i].empty()) continue;
      writer.Add(ApartName(object, i), std::as_bytes(std::span(rows[object][i])));
      const rt::Column values = rt::Gather(results.columns[object][i], rows[object][i]);
      writer.Add(ApartValuesName(object, i), {static_cast<const std::byte*>(values.data()), values.bytes()});
    }
  }
}

// Puts what stands beside the file of all results into them.
Status ReadApart(Container& container, rt::Results& results, CellRows& apart) {
  struct Cells {
    rt::Column* column;
    rt::Array<uint32_t> rows;
    rt::Array<std::byte> values;
  };
  std::vector<Cells> all;
  for (size_t object = 0; object < results.columns.size(); ++object) {
    apart.emplace_back(results.columns[object].size());
    for (size_t i = 0; i < results.columns[object].size(); ++i) {
      if (!container.Find(ApartName(object, i))) continue;
      const Cells& cells = all.emplace_back(&results.columns[object][i], container.Get<uint32_t>(ApartName(object, i)),
                                            container.Get<std::byte>(ApartValuesName(object, i)));
      apart[object][i].assign(cells.rows.begin(), cells.rows.end());
    }
  }
  SAITEN_RETURN_IF_ERROR(container.Verify());
  for (const Cells& cells : all) {
    const bool fits = cells.values.size() == rt::BytesFor(cells.column->width(), cells.rows.size());
    if (!fits || (!cells.rows.empty() && cells.rows.back() >= cells.column->size())) return container.Damage();
    const rt::Column values(cells.column->width(), cells.rows.size(), {std::shared_ptr<void>(), cells.values.data()},
                            cells.column->unit());
    rt::Scatter(values, {cells.rows.data(), cells.rows.size()}, *cells.column);
  }
  return {};
}

std::string Encode(const ResultCounts& counts) {
  ByteWriter out;
  out.Number(counts.size());
  for (const auto& columns : counts) {
    out.Number(columns.size());
    for (const ValueCounts& column : columns) {
      out.Number(column.complete() ? 1 : 0);
      out.Number(column.values().size());
      for (const ValueCounts::Value& value : column.values()) {
        out.Signed(value.raw);
        out.Number(value.n);
      }
    }
  }
  return std::string(out.bytes());
}

bool Decode(std::string_view bytes, const ir::Program& program, ResultCounts* counts) {
  ByteReader in(bytes);
  if (in.Count() != program.results.size()) return false;
  for (const auto& results : program.results) {
    auto& columns = counts->emplace_back();
    if (in.Count() != results.size()) return false;
    for (size_t left = results.size(); left > 0; --left) {
      const bool complete = in.Number() != 0;
      std::vector<ValueCounts::Value> values;
      for (size_t more = in.Count(); more > 0; --more) {
        const int64_t raw = in.Signed();
        values.push_back({raw, in.Number()});
      }
      columns.push_back(complete ? ValueCounts(std::move(values)) : ValueCounts());
    }
  }
  return in.ok() && in.at_end();
}

Status WriteResultsFile(const std::string& database, uint64_t id, const rt::Results& results) {
  SAITEN_ASSIGN_OR_RETURN(ContainerWriter writer,
                          ContainerWriter::Create(ResultsPath(database), ContainerKind::kRunState, kVersion));
  writer.AddBytes("id", fmt::format("{}", id));
  std::vector<uint64_t> rows;
  for (const auto& columns : results.columns) rows.push_back(columns.empty() ? 0 : columns[0].size());
  writer.Add("rows", std::as_bytes(std::span(rows)));
  for (size_t object = 0; object < results.columns.size(); ++object) {
    for (size_t i = 0; i < results.columns[object].size(); ++i) {
      const rt::Column& column = results.columns[object][i];
      writer.Add(ColumnName(object, i), {static_cast<const std::byte*>(column.data()), column.bytes()});
    }
  }
  return writer.Finish(ContainerWriter::Durability::kKilled);
}

void CopyAll(std::vector<rt::Column>& columns, size_t threads) {
  struct Piece {
    std::byte* to;
    const std::byte* from;
    size_t bytes;
  };
  constexpr size_t kPiece = size_t{2} << 20;
  std::vector<Piece> pieces;
  std::vector<rt::Column> copies;
  for (const rt::Column& column : columns) {
    const size_t bytes = column.bytes();
    const std::shared_ptr<void> memory = NewMemory(bytes);
    copies.emplace_back(column.width(), column.size(), memory, column.unit());
    for (size_t at = 0; at < bytes; at += kPiece) {
      pieces.push_back({static_cast<std::byte*>(memory.get()) + at, static_cast<const std::byte*>(column.data()) + at,
                        std::min(kPiece, bytes - at)});
    }
  }
  ForEachPiece(pieces.size(), ThreadsFor(threads, pieces.size()),
               [&](size_t, size_t i) { std::memcpy(pieces[i].to, pieces[i].from, pieces[i].bytes); });
  columns = std::move(copies);
}

Status ReadResultsFile(const std::string& database, uint64_t id, const ir::Program& program, size_t threads,
                       rt::Results* results) {
  SAITEN_ASSIGN_OR_RETURN(auto opened,
                          Container::Open(ResultsPath(database), ContainerKind::kRunState, kVersion, threads));
  if (!opened) return {};
  const auto written = opened->Find("id");
  const std::string wanted = fmt::format("{}", id);
  if (!written || std::string_view(reinterpret_cast<const char*>(written->data()), written->size()) != wanted) {
    return {};  // a run was stopped between the two files
  }
  std::vector<std::vector<rt::Column>> columns(program.results.size());
  const rt::Array<uint64_t> rows = opened->Get<uint64_t>("rows");
  if (rows.size() != columns.size()) return opened->Damage();
  for (size_t object = 0; object < columns.size(); ++object) {
    for (size_t i = 0; i < program.results[object].size(); ++i) {
      const ir::ResultColumn& column = program.results[object][i];
      const rt::Width width = ir::WidthOf(column);
      const auto bytes = opened->Find(ColumnName(object, i));
      if (!bytes || bytes->size() != rt::BytesFor(width, rows[object])) return opened->Damage();
      columns[object].emplace_back(width, rows[object], std::shared_ptr<const void>(opened->owner(), bytes->data()),
                                   column.unit);
    }
  }
  SAITEN_RETURN_IF_ERROR(opened->Verify());
  // A run writes its own results over them, to most pages where more than a few records changed: a copy in large pages
  // costs less than copying one small page after the other as it is written to.
  for (auto& of_object : columns) CopyAll(of_object, threads);
  results->columns = std::move(columns);
  return {};
}

}  // namespace

Result<std::optional<RunState>> ReadRunState(const std::string& database, const ir::Program& program,
                                             const std::string& program_hash, size_t threads) {
  SAITEN_ASSIGN_OR_RETURN(auto opened,
                          Container::Open(HeadPath(database), ContainerKind::kRunState, kVersion, threads));
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
  const auto counts = opened->Find("counts");
  SAITEN_RETURN_IF_ERROR(opened->Verify());
  if (!counts || !Decode({reinterpret_cast<const char*>(counts->data()), counts->size()}, program, &state.counts)) {
    return opened->Damage();
  }
  SAITEN_RETURN_IF_ERROR(ReadResultsFile(database, state.head.results, program, threads, &state.results));
  if (state.results.columns.empty()) return std::optional<RunState>(std::move(state));
  SAITEN_RETURN_IF_ERROR(ReadApart(*opened, state.results, state.apart));
  return std::optional<RunState>(std::move(state));
}

std::optional<RunHead> ReadRunHead(const std::string& database) {
  auto opened = Container::Open(HeadPath(database), ContainerKind::kRunState, kVersion);
  if (!opened.ok() || !opened->has_value()) return std::nullopt;
  const auto bytes = (*opened)->Find("head");
  RunHead head;
  const bool whole =
      bytes && (*opened)->Verify().ok() && Decode({reinterpret_cast<const char*>(bytes->data()), bytes->size()}, &head);
  return whole ? std::optional(std::move(head)) : std::nullopt;
}

Status WriteRunState(const std::string& database, const NewRunState& state, const RunState* before,
                     const Differences& differences) {
  RunHead head = state.head;
  std::optional<CellRows> apart;
  if (before != nullptr && !before->apart.empty() && !differences.empty()) {
    apart = Apart(*state.results, before->apart, differences);
  }
  if (apart) {
    head.results = before->head.results;
  } else {
    // Run numbers rise and tokens are random: no two files have the same.
    head.results = rt::Mix64(rt::Fnv1a64(head.token, static_cast<uint64_t>(head.run))) | 1;
    SAITEN_RETURN_IF_ERROR(WriteResultsFile(database, head.results, *state.results));
  }
  SAITEN_ASSIGN_OR_RETURN(ContainerWriter writer,
                          ContainerWriter::Create(HeadPath(database), ContainerKind::kRunState, kVersion));
  writer.AddBytes("head", Encode(head));
  for (size_t object = 0; object < state.again.size(); ++object) {
    writer.Add(AgainName(object), std::as_bytes(std::span(state.again[object])));
  }
  writer.AddBytes("counts", Encode(*state.counts));
  writer.AddBytes("outcome", Encode(state.outcome));
  if (apart) WriteApart(writer, *state.results, *apart);
  return writer.Finish(ContainerWriter::Durability::kKilled);
}

Result<std::optional<KeptRun>> ReadKeptRun(const std::string& database) {
  SAITEN_ASSIGN_OR_RETURN(auto opened, Container::Open(HeadPath(database), ContainerKind::kRunState, kVersion));
  if (!opened) return std::optional<KeptRun>();
  KeptRun kept{.container = std::move(*opened)};
  for (const std::string& name : kept.container.Names()) {
    const auto bytes = kept.container.Find(name);
    kept.any_again = kept.any_again || (name.starts_with("again.") && !bytes->empty());
  }
  SAITEN_RETURN_IF_ERROR(kept.container.Verify());
  const auto head = kept.container.Find("head");
  const auto bytes = kept.container.Find("outcome");
  if (!head || !bytes || !Decode({reinterpret_cast<const char*>(head->data()), head->size()}, &kept.head)) {
    return kept.container.Damage();
  }
  auto outcome = DecodeOutcome({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
  if (!outcome) return kept.container.Damage();
  kept.outcome = std::move(*outcome);
  return std::optional<KeptRun>(std::move(kept));
}

Status WriteKeptRun(const std::string& database, KeptRun& kept) {
  SAITEN_ASSIGN_OR_RETURN(ContainerWriter writer,
                          ContainerWriter::Create(HeadPath(database), ContainerKind::kRunState, kVersion));
  for (const std::string& name : kept.container.Names()) {
    if (name == "head") {
      writer.AddBytes(name, Encode(kept.head));
    } else if (name == "outcome") {
      writer.AddBytes(name, Encode(kept.outcome));
    } else {
      writer.Add(name, *kept.container.Find(name));
    }
  }
  return writer.Finish(ContainerWriter::Durability::kKilled);
}

std::string ProgramHash(const ir::Program& program, const std::string& version) {
  std::string all = ir::Print(program);
  // Constants are printed by the names that they have; their numbers count, too.
  for (const ir::Kernel& kernel : program.kernels) {
    for (const ir::Inst& inst : kernel.insts) fmt::format_to(std::back_inserter(all), "{},{};", inst.imm, inst.imm2);
  }
  for (const auto& columns : program.results) {
    for (const ir::ResultColumn& column : columns) {
      fmt::format_to(std::back_inserter(all), "{}/{}/{}..{}/{};", column.name, column.column, column.min, column.max,
                     column.unit);
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

std::string ProgramHash(const Compiled& compiled, const std::string& version) {
  std::string hash = ProgramHash(compiled.lowered->program, version);
  if (!compiled.lowered->automation.empty()) hash += "+" + compiled.rules_hash;
  return hash;
}

}  // namespace saiten::driver
