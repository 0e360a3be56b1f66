#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

// The people of the benchmark: companies, contacts and events as pure functions of their number, so that the database
// and the columns in memory are the same on every machine, made by any number of threads.
//
// Events are skewed as in a real CRM: three contacts in five never did anything, one in a thousand has done a fifth of
// all there is. Values of attributes are distributed like those of the X Education leads.
namespace saiten::bench {

struct Sizes {
  uint64_t contacts = 0;
  uint64_t events = 0;

  uint64_t companies() const { return contacts / 50 + 1; }
};

// The clock of every run: 2026-06-30 09:00 in Tokyo, seconds of the epoch.
inline constexpr int64_t kAsOf = 1'782'777'600;
inline constexpr int64_t kDay = 86'400;

// Texts and enum members are numbers into these lists; -1: unknown.
extern const std::span<const std::string_view> kIndustries;  // members of the enum Industry
extern const std::span<const std::string_view> kTitles;
extern const std::span<const std::string_view> kOrigins;
extern const std::span<const std::string_view> kSources;
extern const std::span<const std::string_view> kOccupations;
extern const std::span<const std::string_view> kSpecializations;
// Spellings of the enums in the database, in the order of their members.
extern const std::span<const std::string_view> kIndustrySpellings;
extern const std::span<const std::string_view> kTitleSpellings;

inline constexpr int64_t kUnknown = -1;

// `number` counts from 0; the key in the database is one more.
struct Company {
  int64_t employees;  // -1: unknown
};
Company MakeCompany(uint64_t number);

struct Contact {
  int8_t industry;
  int8_t title;
  int8_t origin;
  int8_t source;
  int8_t occupation;
  int8_t specialization;
  bool do_not_email;
  int32_t employees;   // -1: unknown
  int32_t time_spent;  // seconds on the website; -1: unknown
  int32_t created;     // days of the epoch; -1: unknown
  int64_t company;     // number; -1: none
};
Contact MakeContact(const Sizes& sizes, uint64_t number);
// One contact in four is at example.jp; the address begins with its key.
std::string EmailOf(uint64_t number);

struct Event {
  uint64_t contact;  // number
  int64_t time;      // seconds of the epoch, nearly in the order of the events' numbers; the last ones are after kAsOf
  int32_t path;      // -1: unknown
  bool is_open;      // else a page view
};
Event MakeEvent(const Sizes& sizes, uint64_t number);
inline constexpr int32_t kPaths = 1'004;
std::string PathOf(int32_t path);

}  // namespace saiten::bench
