#pragma once

#include <set>
#include <string>
#include <string_view>

namespace saiten::store {

// Names for rules, made of what a database has. All of them are identifiers of the language and no reserved words.

// `Lead Source` -> lead_source, `業種` -> 業種.
std::string PropertyName(std::string_view column);
// `companies` -> company, `contacts` -> contact.
std::string ObjectName(std::string_view table);
// `blue-collar` -> BlueCollar, `lead_source` -> LeadSource: for enums and their members.
std::string TypeName(std::string_view text);
// `name`, or with a number behind it if it is taken; taken then.
std::string Unique(const std::string& name, std::set<std::string>& taken);
// A text literal of the language.
std::string QuoteText(std::string_view text);

}  // namespace saiten::store
