#include "store/import/csv_reader.h"

#include <algorithm>

namespace saiten::store {

Result<char> CsvReader::DetectDelimiter() {
  while (true) {
    int commas = 0;
    int semicolons = 0;
    int tabs = 0;
    bool quoted = false;
    bool begun = false;
    bool ended = at_end_;
    for (char c : std::string_view(buffer_).substr(at_)) {
      const bool line_end = !quoted && (c == '\n' || c == '\r');
      if (line_end && begun) {
        ended = true;
        break;
      }
      begun = begun || !line_end;
      if (c == '"') quoted = !quoted;
      if (quoted) continue;
      if (c == ',') ++commas;
      if (c == ';') ++semicolons;
      if (c == '\t') ++tabs;
    }
    if (ended) return tabs > commas && tabs > semicolons ? '\t' : (semicolons > commas ? ';' : ',');
    SAITEN_RETURN_IF_ERROR(Fill());  // at the end of the file the line ends too
  }
}

Status CsvReader::Fill() {
  if (at_end_) return {};
  // Each record that does not fit is scanned again from its beginning; reading twice as much each time keeps that
  // linear.
  const size_t target = std::max<size_t>(2 * (buffer_.size() - at_), 1);
  buffer_.erase(0, at_);
  at_ = 0;
  while (!at_end_ && buffer_.size() < target) {
    SAITEN_ASSIGN_OR_RETURN(const bool more, source_.Read(&buffer_));
    at_end_ = !more;
  }
  return {};
}

Result<bool> CsvReader::Next(CsvRecord* record) {
  while (true) {
    if (at_ == buffer_.size() && at_end_) return false;
    if (ScanRecord(record) == Scan::kMore) {
      SAITEN_RETURN_IF_ERROR(Fill());  // at the end of the file the scan takes what there is
      continue;
    }
    record->line = line_;
    line_ += lines_in_;
    at_ = next_;
    const bool empty = fields_.size() == 1 && !fields_[0].quoted && fields_[0].begin == fields_[0].end;
    if (empty) continue;
    record->fields.clear();
    for (const Field& field : fields_) record->fields.push_back(TextOf(field));
    return true;
  }
}

CsvReader::Scan CsvReader::ScanRecord(CsvRecord* record) {
  fields_.clear();
  lines_in_ = 0;
  record->fault = CsvRecord::Fault::kNone;
  const char* text = buffer_.data();
  const size_t size = buffer_.size();
  size_t at = at_;
  while (true) {
    Field field{at, at, false, false};
    if (at < size && text[at] == '"') {
      field.quoted = true;
      field.begin = ++at;
      while (true) {
        while (at < size && text[at] != '"') lines_in_ += text[at++] == '\n' ? 1 : 0;
        if (at == size) {
          if (!at_end_) return Scan::kMore;
          record->fault = CsvRecord::Fault::kQuoteNotClosed;
          field.end = at;
          fields_.push_back(field);
          next_ = at;
          return Scan::kRecord;
        }
        if (at + 1 == size && !at_end_) return Scan::kMore;
        if (at + 1 == size || text[at + 1] != '"') break;
        field.doubled = true;
        at += 2;
      }
      field.end = at++;
    }
    const size_t rest = at;
    while (at < size && text[at] != delimiter_ && text[at] != '\n' && text[at] != '\r') ++at;
    if (at == size && !at_end_) return Scan::kMore;
    if (field.quoted) {
      if (at > rest) record->fault = CsvRecord::Fault::kTextAfterQuote;
    } else {
      field.end = at;
    }
    fields_.push_back(field);
    if (at < size && text[at] == delimiter_) {
      ++at;
      continue;
    }
    // A line end: \n, \r\n or \r alone.
    if (at < size && text[at] == '\r') {
      if (at + 1 == size && !at_end_) return Scan::kMore;
      if (at + 1 < size && text[at + 1] == '\n') ++at;
    }
    ++lines_in_;
    next_ = std::min(at + 1, size);
    return Scan::kRecord;
  }
}

std::string_view CsvReader::TextOf(const Field& field) {
  char* begin = buffer_.data() + field.begin;
  if (!field.doubled) return {begin, field.end - field.begin};
  // "" becomes " in place: the text only gets shorter.
  char* to = begin;
  const char* end = buffer_.data() + field.end;
  for (const char* from = begin; from < end; ++from) {
    *to++ = *from;
    if (*from == '"') ++from;
  }
  return {begin, static_cast<size_t>(to - begin)};
}

}  // namespace saiten::store
