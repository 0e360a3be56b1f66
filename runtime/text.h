#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/trim.h"

// What rules do with texts. Comparing operations take NFKC forms (sem N3a; StringPool keeps them), the others the text
// as it is kept. A character is a code point; byte order and case count. Text that is not UTF-8 harms nothing.
namespace saiten::rt {

// `text contains part`: part anywhere in text, on whole characters (sem N8); the empty part is everywhere. NFKC forms.
inline bool Contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }
inline bool StartsWith(std::string_view text, std::string_view part) { return text.starts_with(part); }
inline bool EndsWith(std::string_view text, std::string_view part) { return text.ends_with(part); }

// `text contains word w`: w between separators or ends of the text (sem N8). Separators are the characters of
// `separators`; if that is empty, all that is no letter, mark, digit or `_`. NFKC forms; the empty word is in no text.
bool ContainsWord(std::string_view text, std::string_view word, std::string_view separators = {});

// `slice(text, start, count)`: characters from number `start` (the first is 1, the last -1; 0 is 1), at most `count` of
// them. A view into `text`.
std::string_view Slice(std::string_view text, int64_t start, int64_t count);

// `split(text, separator, n)`: the n-th piece (the first is 1, the last -1); nullopt if there are fewer or n is 0. With
// an empty separator the whole text is the only piece. A view into `text`.
std::optional<std::string_view> SplitPart(std::string_view text, std::string_view separator, int64_t n);

// `replace(text, what, with)`: every occurrence from left to right; an empty `what` changes nothing.
std::string Replace(std::string_view text, std::string_view what, std::string_view with);

// `domain(text)`: the host of a mail address or URL, in lower case, without user, port and final dot; nullopt if the
// text holds none.
std::optional<std::string> Domain(std::string_view text);

// `width(text)`: columns on a terminal: 2 for East Asian wide characters, 0 for marks that stand on others.
int64_t Width(std::string_view text);

// `kana(text)`: NFKC, and hiragana as katakana, so that `ﾔﾏﾀﾞ`, `やまだ` and `ヤマダ` are one.
std::string ToKatakana(std::string_view text);
// NFKC, and katakana as hiragana.
std::string ToHiragana(std::string_view text);

}  // namespace saiten::rt
