#pragma once

#include <string>

#include "store/schema/table_profile.h"

namespace saiten::store {

// What a proposal says of a column behind its declaration: what is unknown, which values are not of its type, why it is
// text. With `  // ` in front; empty where there is nothing to say.
std::string CommentOn(const ColumnProfile& column);

// `"yesterday" 22, "?" 1`: the most frequent of them, with how often each was seen.
std::string ListOf(const Misfits& misfits, bool words_too);

}  // namespace saiten::store
