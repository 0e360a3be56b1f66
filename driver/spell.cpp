#include "driver/spell.h"

#include <algorithm>

#include "compiler/diag/text_width.h"
#include "runtime/decimal_text.h"

namespace saiten::driver {

std::string OneLine(std::string_view text, size_t width) {
  std::string flat;
  for (char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!space)
      flat += c;
    else if (!flat.empty() && flat.back() != ' ')
      flat += ' ';
  }
  while (flat.ends_with(' ')) flat.pop_back();
  const diag::DisplayLine line(flat);
  if (line.width() <= width) return diag::Printable(flat);
  std::string out;
  for (const diag::Cell& cell : line.cells()) {
    if (cell.column + cell.width + 1 > width) break;
    out += cell.shown;
  }
  return out + "…";
}

namespace {

// `JPY 5000000` as a rule would write it: `JPY 5_000_000`.
void GroupDigits(std::string& money) {
  const size_t begin = money.find_first_of("0123456789");
  if (begin == std::string::npos) return;
  const size_t end = std::min(money.find('.', begin), money.size());
  for (size_t at = end; at > begin + 3;) money.insert(at -= 3, "_");
}

}  // namespace

std::string Speller::operator()(Type type, CallValue value) const {
  if (!value.known) return std::string(In(language, "unknown", "不明"));
  constexpr size_t kLongest = 60;
  if (type.is(TypeKind::kText)) return "\"" + OneLine(texts->View(value.value), kLongest) + "\"";
  if (type.is(TypeKind::kRef) && data) {
    const rt::Keys& keys = data->tables[type.ref].keys;
    const auto row = static_cast<size_t>(value.value);
    return row < keys.size() ? (*catalog)[type.object_id()].name + " " + keys.Spell(row) : "?";
  }
  if (type.is(TypeKind::kDecimal)) {
    std::string number;
    rt::AppendDecimalShort(&number, value.value, type.scale);
    return number;
  }
  std::string text = catalog->SpellValue(type, value.value, zone);
  if (type.is(TypeKind::kMoney)) GroupDigits(text);
  return text;
}

}  // namespace saiten::driver
