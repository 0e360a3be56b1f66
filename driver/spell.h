#pragma once

#include <string>

#include "compiler/types/catalog.h"
#include "compiler/types/function_record.h"
#include "driver/words.h"
#include "runtime/dataset.h"
#include "runtime/text_store.h"
#include "runtime/zone.h"

// Values of the engines as people write them.
namespace saiten::driver {

// What is needed to name a value: the catalog for members, the texts of the row, the data for keys, the zone for times.
struct Speller {
  const Catalog* catalog = nullptr;
  const rt::TextStore* texts = nullptr;
  const rt::Dataset* data = nullptr;
  const rt::Zone* zone = nullptr;  // null: UTC
  Language language = Language::kEnglish;

  // `IT`, `"text"`, `2026-04-01`, `unknown`; long texts are cut. A record is its key.
  std::string operator()(Type type, CallValue value) const;
};

// `text` on one line, runs of spaces as one, cut to `width` columns with `…`.
std::string OneLine(std::string_view text, size_t width);

}  // namespace saiten::driver
