#include "store/import/import_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "runtime/normalize.h"
#include "runtime/trim.h"
#include "store/messages.h"

namespace saiten::store {
namespace {

constexpr size_t kMostBadRows = 1000;

// `Lead Source`, `lead_source` and `LEAD-SOURCE` are one where nothing fits exactly.
std::string Loose(std::string_view name) {
  std::string out = rt::Fold(name);
  std::erase_if(out, [](char c) { return c == ' ' || c == '_' || c == '-'; });
  return out;
}

// The candidate whose name this is; the sooner a name stands in a candidate's list, the better.
const Candidate* Match(const std::vector<Candidate>& candidates, std::string_view header) {
  const std::string exact = rt::Nfkc(rt::Trim(header));
  size_t most = 0;
  for (const Candidate& candidate : candidates) most = std::max(most, candidate.names.size());
  for (size_t rank = 0; rank < most; ++rank) {
    for (const Candidate& candidate : candidates) {
      if (rank < candidate.names.size() && rt::Nfkc(candidate.names[rank]) == exact) return &candidate;
    }
  }
  const std::string loose = Loose(exact);
  for (const Candidate& candidate : candidates) {
    for (const std::string& name : candidate.names) {
      if (!loose.empty() && Loose(name) == loose) return &candidate;
    }
  }
  return nullptr;
}

Status MatchHeader(ImportFile& file, const std::vector<Candidate>& candidates, const std::string& path,
                   ImportReport& report) {
  std::vector<const Candidate*> taken;
  for (size_t at = 0; at < file.header.size(); ++at) {
    const std::string& name = file.header[at];
    const Candidate* found = Match(candidates, name);
    if (found == nullptr) {
      report.ignored.push_back(name);
      continue;
    }
    if (auto twice = std::ranges::find(taken, found); twice != taken.end()) {
      const ImportColumn& first = file.columns[static_cast<size_t>(twice - taken.begin())];
      return Fail(Failure::kColumnTwice, {path, found->shown, file.header[first.at], name});
    }
    taken.push_back(found);
    file.columns.push_back({at, found->column, found->property, found->shown});
    report.matched.push_back(Say(Words::kMatchedAs, {name, found->shown}));
  }
  for (const Candidate& candidate : candidates) {
    if (std::ranges::find(taken, &candidate) == taken.end()) report.missing.push_back(candidate.shown);
  }
  if (!file.columns.empty()) return {};
  std::vector<std::string> known;
  for (const Candidate& candidate : candidates) known.push_back(candidate.names[0]);
  return Fail(Failure::kNoKnownColumn,
              {path, fmt::format("{}", fmt::join(file.header, ", ")), fmt::format("{}", fmt::join(known, ", "))});
}

}  // namespace

std::optional<size_t> ImportFile::Find(std::string_view column) const {
  auto found = std::ranges::find(columns, column, &ImportColumn::column);
  if (found == columns.end()) return std::nullopt;
  return static_cast<size_t>(found - columns.begin());
}

Result<ImportFile> OpenImport(const std::string& path, const std::vector<Candidate>& candidates,
                              const ImportOptions& options, ImportReport& report) {
  SAITEN_ASSIGN_OR_RETURN(ByteSource source, ByteSource::Open(path, options.encoding));
  report.encoding = NameOf(source.encoding());
  ImportFile file{CsvReader(std::move(source)), {}, {}};
  if (options.delimiter) {
    report.delimiter = *options.delimiter;
  } else {
    SAITEN_ASSIGN_OR_RETURN(report.delimiter, file.reader.DetectDelimiter());
  }
  file.reader.SetDelimiter(report.delimiter);
  CsvRecord record;
  SAITEN_ASSIGN_OR_RETURN(const bool any, file.reader.Next(&record));
  if (!any) return Fail(Failure::kEmptyFile, {path});
  if (record.fault != CsvRecord::Fault::kNone) {
    return Fail(Failure::kBrokenHeader, {path});
  }
  for (std::string_view name : record.fields) file.header.emplace_back(name);
  SAITEN_RETURN_IF_ERROR(MatchHeader(file, candidates, path, report));
  return file;
}

void Importer::Bad(uint64_t line, Text reason) {
  if (++report.bad <= kMostBadRows) report.bad_rows.push_back({line, std::move(reason)});
}

Result<bool> Importer::Next(ImportFile& file, CsvRecord* record) {
  while (true) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, file.reader.Next(record));
    if (!more) {
      report.bad_characters = file.reader.source().bad_characters();
      return false;
    }
    Tick();
    if (record->fault == CsvRecord::Fault::kQuoteNotClosed) {
      Bad(record->line, Say(Words::kQuoteNotClosed));
    } else if (record->fault == CsvRecord::Fault::kTextAfterQuote) {
      Bad(record->line, Say(Words::kTextAfterQuote));
    } else if (record->fields.size() != file.header.size()) {
      Bad(record->line, Say(Words::kFieldCount, {record->fields.size(), file.header.size()}));
    } else {
      return true;
    }
  }
}

}  // namespace saiten::store
