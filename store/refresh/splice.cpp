#include "store/refresh/splice.h"

#include <algorithm>

#include "base/check.h"
#include "base/memory_limit.h"

namespace saiten::store {

SplicePlan::SplicePlan(uint32_t old_size, const std::vector<uint32_t>& removed, const std::vector<uint32_t>& inserted)
    : old_size_(old_size) {
  uint32_t at = 0;  // old rows below are dealt with
  size_t gone = 0;
  auto keep_until = [&](uint32_t row) {
    while (at < row) {
      const uint32_t next = gone < removed.size() ? std::min(removed[gone], row) : row;
      if (next > at) {
        in_place_ = in_place_ && new_size_ == at;
        pieces_.push_back({false, at, next});
        new_size_ += next - at;
        at = next;
      }
      if (gone < removed.size() && removed[gone] == at && at < row) {
        ++gone;
        ++at;
      }
    }
  };
  for (uint32_t i = 0; i < inserted.size(); ++i) {
    keep_until(inserted[i]);
    if (!pieces_.empty() && pieces_.back().from_patch) {
      ++pieces_.back().end;
    } else {
      pieces_.push_back({true, i, i + 1});
    }
    places_.push_back(new_size_++);
  }
  keep_until(old_size);
  in_place_ = in_place_ && new_size_ == old_size;
}

std::vector<uint32_t> SplicePlan::NewRows() const {
  std::vector<uint32_t> rows(old_size_, kGone);
  uint32_t to = 0;
  for (const Piece& piece : pieces_) {
    for (uint32_t from = piece.begin; from < piece.end; ++from, ++to) {
      if (!piece.from_patch) rows[from] = to;
    }
  }
  return rows;
}

namespace {

template <typename T>
void Fill(void* memory, const rt::Column& old, const SplicePlan& plan, const PatchColumn& patch) {
  T* to = static_cast<T*>(memory);
  const T* same = static_cast<const T*>(old.data());
  const auto unknown = static_cast<T>(rt::UnknownOf(static_cast<rt::Width>(sizeof(T))));
  const bool same_width = static_cast<size_t>(rt::BytesOf(old.width())) == sizeof(T);
  for (const SplicePlan::Piece& piece : plan.pieces()) {
    const size_t n = piece.end - piece.begin;
    if (piece.from_patch) {
      for (size_t i = 0; i < n; ++i) {
        const size_t at = piece.begin + i;
        to[i] = patch.known[at] != 0 ? static_cast<T>(patch.values[at]) : unknown;
      }
    } else if (same_width) {
      std::memcpy(to, same + piece.begin, n * sizeof(T));
    } else {
      for (size_t i = 0; i < n; ++i) {
        const size_t at = piece.begin + i;
        to[i] = old.Known(at) ? static_cast<T>(old.Raw(at)) : unknown;
      }
    }
    to += n;
  }
}

}  // namespace

rt::Column Splice(const rt::Column& old, const SplicePlan& plan, const PatchColumn& patch) {
  rt::Width width = old.size() == 0 ? rt::Width::k1 : old.width();
  for (size_t i = 0; i < patch.size(); ++i) {
    if (patch.known[i] != 0) width = std::max(width, rt::WidthFor(patch.values[i], patch.values[i]));
  }
  if (plan.in_place() && width == old.width()) {
    // Of a row that was read again most values are as they were, and a page that is not written to is not copied.
    rt::Column column = old;
    bool writable = false;
    for (size_t i = 0; i < patch.size(); ++i) {
      const uint32_t row = plan.places()[i];
      const bool known = patch.known[i] != 0;
      if (column.Known(row) == known && (!known || column.Raw(row) == patch.values[i])) continue;
      if (!writable) MakeWritable(column.data(), column.size() * static_cast<size_t>(rt::BytesOf(width)));
      writable = true;
      known ? column.Set(row, patch.values[i]) : column.SetUnknown(row);
    }
    return column;
  }
  const size_t bytes = size_t{plan.new_size()} * static_cast<size_t>(rt::BytesOf(width));
  const std::shared_ptr<void> made = NewMemory(bytes);
  switch (width) {
    case rt::Width::kBit:
      SAITEN_UNREACHABLE("a property as bits");
    case rt::Width::k1:
      Fill<int8_t>(made.get(), old, plan, patch);
      break;
    case rt::Width::k2:
      Fill<int16_t>(made.get(), old, plan, patch);
      break;
    case rt::Width::k4:
      Fill<int32_t>(made.get(), old, plan, patch);
      break;
    case rt::Width::k8:
      Fill<int64_t>(made.get(), old, plan, patch);
      break;
  }
  return {width, plan.new_size(), made};
}

bool Fits(const rt::Column& column, const PatchColumn& patch) {
  for (size_t i = 0; i < patch.size(); ++i) {
    if (patch.known[i] != 0 && rt::WidthFor(patch.values[i], patch.values[i]) > column.width()) return false;
  }
  return true;
}

namespace {

std::vector<uint32_t> SecondsOf(const std::vector<int64_t>& micros) {
  std::vector<uint32_t> seconds;
  seconds.reserve(micros.size());
  for (int64_t time : micros) seconds.push_back(rt::Times::SecondOf(time));
  return seconds;
}

}  // namespace

bool Fits(const rt::Times& times, const std::vector<int64_t>& patch) {
  return !times.in_seconds() || std::ranges::all_of(patch, rt::Times::IsSecond);
}

rt::Times Splice(const rt::Times& old, const SplicePlan& plan, const std::vector<int64_t>& patch) {
  if (!Fits(old, patch)) {
    return rt::Times(Splice(rt::Array<int64_t>(std::vector<int64_t>(old.begin(), old.end())), plan, patch));
  }
  if (!old.in_seconds()) return rt::Times(Splice(old.micros(), plan, patch));
  return rt::Times(Splice(old.seconds(), plan, SecondsOf(patch)));
}

rt::Times Lengthen(const rt::Times& old, const Tail& tail, const std::vector<int64_t>& patch,
                   const std::shared_ptr<const void>& memory) {
  if (!old.in_seconds()) return rt::Times(Lengthen(old.micros(), tail, patch, memory));
  return rt::Times(Lengthen(old.seconds(), tail, SecondsOf(patch), memory));
}

RowNumbers Splice(const RowNumbers& old, const SplicePlan& plan, const std::vector<int64_t>& patch) {
  if (plan.in_place()) {
    bool same = true;
    for (size_t i = 0; i < patch.size(); ++i) same = same && old[plan.places()[i]] == patch[i];
    if (same) return old;
    std::vector<int64_t> numbers(old.begin(), old.end());
    for (size_t i = 0; i < patch.size(); ++i) numbers[plan.places()[i]] = patch[i];
    RowNumbersBuilder made;
    for (int64_t number : numbers) made.Append(number);
    return made.Finish();
  }
  RowNumbersBuilder made;
  for (const SplicePlan::Piece& piece : plan.pieces()) {
    for (size_t i = piece.begin; i < piece.end; ++i) made.Append(piece.from_patch ? patch[i] : old[i]);
  }
  return made.Finish();
}

rt::Column Lengthen(const rt::Column& old, const Tail& tail, const PatchColumn& patch,
                    const std::shared_ptr<const void>& memory) {
  rt::Column longer(old.width(), old.size() + tail.from.size(), {memory, old.data()});
  const auto each = static_cast<size_t>(rt::BytesOf(old.width()));
  MakeWritable(static_cast<const std::byte*>(old.data()) + old.size() * each, tail.from.size() * each);
  size_t to = old.size();
  for (uint32_t from : tail.from) {
    const uint32_t at = from & ~Tail::kRead;
    if ((from & Tail::kRead) == 0) {
      longer.Set(to++, old.Raw(at));
    } else {
      patch.known[at] != 0 ? longer.Set(to, patch.values[at]) : longer.SetUnknown(to);
      ++to;
    }
  }
  return longer;
}

rt::Column Renumber(const rt::Column& rows, const std::vector<uint32_t>& new_rows) {
  rt::ColumnBuilder out;
  out.Reserve(rows.size());
  for (size_t row = 0; row < rows.size(); ++row) {
    const uint32_t to = rows.Known(row) ? new_rows[static_cast<size_t>(rows.Raw(row))] : SplicePlan::kGone;
    to == SplicePlan::kGone ? out.AppendUnknown() : out.Append(to);
  }
  return out.Finish();
}

}  // namespace saiten::store
