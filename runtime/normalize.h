#pragma once

#include <string>
#include <string_view>

// Unicode normal forms and case (sem N3, N3a). Bytes that are not UTF-8 become U+FFFD in what is returned. The same
// text gives the same result on every machine with the same UnicodeVersion().
namespace saiten::rt {

// True if the text surely is its own NFKC form: ASCII, kana and unified ideographs only. False decides nothing.
bool SurelyNfkc(std::string_view text);

// The composed form (for identifiers).
std::string Nfc(std::string_view text);

// The composed form after compatibility mapping, by which texts compare: `ＩＴ` and `IT` are one (sem N3a).
std::string Nfkc(std::string_view text);

// `fold(x)`, `ignoring case`: NFKC_Casefold, which also drops characters without any appearance of their own.
std::string Fold(std::string_view text);

// Simple case mapping, character by character; the language of the text is not known, so no Turkish rules.
std::string Lower(std::string_view text);
std::string Upper(std::string_view text);

// The Unicode version of the tables ("14.0.0"), recorded with a run (sem T3c).
std::string_view UnicodeVersion();

}  // namespace saiten::rt
