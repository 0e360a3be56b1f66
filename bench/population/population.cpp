#include "bench/population/population.h"

#include <array>

namespace saiten::bench {
namespace {

// A choice with its share in a thousand; what is left of the thousand is unknown.
struct Share {
  std::string_view text;
  int share;
};

template <size_t N>
constexpr std::array<std::string_view, N> TextsOf(const std::array<Share, N>& shares) {
  std::array<std::string_view, N> texts;
  for (size_t i = 0; i < N; ++i) texts[i] = shares[i].text;
  return texts;
}

constexpr std::array<Share, 4> kIndustryShares = {
    {{"IT", 200}, {"Finance", 150}, {"Healthcare", 150}, {"Manufacturing", 200}}};
constexpr std::array<std::string_view, 4> kIndustrySpelt = {"IT", "金融", "医療業界", "製造"};
constexpr std::array<Share, 4> kTitleShares = {
    {{"Staff", 450}, {"Manager", 200}, {"Director", 100}, {"Executive", 50}}};
constexpr std::array<std::string_view, 4> kTitleSpelt = {"一般", "課長", "部長", "役員"};
constexpr std::array<Share, 4> kOriginShares = {
    {{"Landing Page Submission", 529}, {"API", 387}, {"Lead Add Form", 78}, {"Lead Import", 6}}};
constexpr std::array<Share, 9> kSourceShares = {{{"Google", 310},
                                                 {"Direct Traffic", 275},
                                                 {"Olark Chat", 190},
                                                 {"Organic Search", 125},
                                                 {"Reference", 58},
                                                 {"Welingak Website", 15},
                                                 {"Referral Sites", 14},
                                                 {"Facebook", 6},
                                                 {"google", 3}}};
constexpr std::array<Share, 5> kOccupationShares = {
    {{"Unemployed", 606}, {"Working Professional", 76}, {"Student", 23}, {"Other", 2}, {"Housewife", 1}}};
constexpr std::array<Share, 19> kSpecializationShares = {{{"Select", 210},
                                                          {"Finance Management", 106},
                                                          {"Human Resource Management", 92},
                                                          {"Marketing Management", 91},
                                                          {"Operations Management", 54},
                                                          {"Business Administration", 44},
                                                          {"IT Projects Management", 40},
                                                          {"Supply Chain Management", 38},
                                                          {"Banking, Investment And Insurance", 37},
                                                          {"Travel and Tourism", 22},
                                                          {"Media and Advertising", 22},
                                                          {"International Business", 19},
                                                          {"Healthcare Management", 17},
                                                          {"Hospitality Management", 12},
                                                          {"E-COMMERCE", 12},
                                                          {"Retail Management", 11},
                                                          {"Rural and Agribusiness", 8},
                                                          {"E-Business", 6},
                                                          {"Services Excellence", 4}}};

constexpr auto kIndustryTexts = TextsOf(kIndustryShares);
constexpr auto kTitleTexts = TextsOf(kTitleShares);
constexpr auto kOriginTexts = TextsOf(kOriginShares);
constexpr auto kSourceTexts = TextsOf(kSourceShares);
constexpr auto kOccupationTexts = TextsOf(kOccupationShares);
constexpr auto kSpecializationTexts = TextsOf(kSpecializationShares);

// Every property draws from a stream of its own.
enum Stream : uint64_t {
  kCompanyEmployees = 1,
  kIndustry,
  kTitle,
  kOrigin,
  kSource,
  kOccupation,
  kSpecialization,
  kDoNotEmail,
  kEmployees,
  kTimeSpent,
  kCreated,
  kCompany,
  kEventClass,
  kEventRank,
  kEventKind,
  kEventPath,
  kEventJitter,
};

// SplitMix64 (Steele, Lea, Flood 2014): neighbours in, nothing alike out.
uint64_t Draw(Stream stream, uint64_t number) {
  uint64_t x = number * 32 + stream;
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

template <size_t N>
int8_t Choose(const std::array<Share, N>& shares, uint64_t drawn) {
  auto left = static_cast<int>(drawn % 1000);
  for (size_t i = 0; i < N; ++i) {
    left -= shares[i].share;
    if (left < 0) return static_cast<int8_t>(i);
  }
  return kUnknown;
}

// Who is the `rank`-th most active; contacts of all classes lie mixed in the table.
uint64_t ContactOfRank(uint64_t rank, uint64_t contacts) {
  uint64_t step = 2'654'435'761;
  while (contacts % step == 0 || step % contacts == 0) ++step;
  return rank * step % contacts;
}

}  // namespace

const std::span<const std::string_view> kIndustries = kIndustryTexts;
const std::span<const std::string_view> kTitles = kTitleTexts;
const std::span<const std::string_view> kOrigins = kOriginTexts;
const std::span<const std::string_view> kSources = kSourceTexts;
const std::span<const std::string_view> kOccupations = kOccupationTexts;
const std::span<const std::string_view> kSpecializations = kSpecializationTexts;
const std::span<const std::string_view> kIndustrySpellings = kIndustrySpelt;
const std::span<const std::string_view> kTitleSpellings = kTitleSpelt;

Company MakeCompany(uint64_t number) {
  const uint64_t drawn = Draw(kCompanyEmployees, number);
  if (drawn % 10 == 0) return {kUnknown};
  // A cube law: most companies are small.
  const uint64_t place = (drawn >> 8) % 1000;
  return {static_cast<int64_t>(1 + place * place * place / 50'000)};
}

Contact MakeContact(const Sizes& sizes, uint64_t number) {
  const auto draw = [number](Stream stream) { return Draw(stream, number); };
  Contact contact{};
  contact.industry = Choose(kIndustryShares, draw(kIndustry));
  contact.title = Choose(kTitleShares, draw(kTitle));
  contact.origin = Choose(kOriginShares, draw(kOrigin));
  contact.source = Choose(kSourceShares, draw(kSource));
  contact.occupation = Choose(kOccupationShares, draw(kOccupation));
  contact.specialization = Choose(kSpecializationShares, draw(kSpecialization));
  contact.do_not_email = draw(kDoNotEmail) % 1000 < 79;
  const uint64_t employees = draw(kEmployees);
  contact.employees = employees % 5 == 0 ? -1 : static_cast<int32_t>((employees >> 8) % 2000);
  // One in four never looked around, one in twenty is not known to.
  const uint64_t spent = draw(kTimeSpent);
  contact.time_spent = spent % 20 == 0 ? -1 : spent % 4 == 0 ? 0 : static_cast<int32_t>((spent >> 8) % 2272);
  const uint64_t created = draw(kCreated);
  contact.created =
      created % 50 == 0 ? -1 : static_cast<int32_t>(kAsOf / kDay) - static_cast<int32_t>((created >> 8) % 2000);
  const uint64_t company = draw(kCompany);
  contact.company = company % 4 == 0 ? kUnknown : static_cast<int64_t>((company >> 8) % sizes.companies());
  return contact;
}

std::string EmailOf(uint64_t number) {
  return "user" + std::to_string(number + 1) + (number % 4 == 0 ? "@example.jp" : "@example.com");
}

Event MakeEvent(const Sizes& sizes, uint64_t number) {
  // The most active thousandth, the next tenth, and those up to two in five; everybody else stays quiet.
  const uint64_t heavy = sizes.contacts / 1000 + 1;
  const uint64_t busy = sizes.contacts / 10 + 1;
  const uint64_t awake = sizes.contacts / 5 * 2 + 2;
  const uint64_t part = Draw(kEventClass, number) % 100;
  const uint64_t drawn = Draw(kEventRank, number);
  const uint64_t rank = part < 20   ? drawn % heavy
                        : part < 80 ? heavy + drawn % (busy - heavy + 1)
                                    : busy + drawn % (awake - busy);
  Event event{};
  event.contact = ContactOfRank(rank % sizes.contacts, sizes.contacts);
  // A year and a day, the last of it after the clock; an event may arrive up to an hour late.
  const auto place = static_cast<double>(number) / static_cast<double>(sizes.events);
  event.time = kAsOf - 365 * kDay + static_cast<int64_t>(place * static_cast<double>(366 * kDay)) -
               static_cast<int64_t>(Draw(kEventJitter, number) % 3600);
  event.is_open = Draw(kEventKind, number) % 3 == 0;
  const uint64_t path = Draw(kEventPath, number);
  switch (path % 16) {
    case 0:
      event.path = -1;
      break;
    case 1:
    case 2:
      event.path = 0;
      break;
    case 3:
      event.path = 1;
      break;
    case 4:
      event.path = 2;
      break;
    case 5:
      event.path = 3;
      break;
    default:
      event.path = 4 + static_cast<int32_t>((path >> 8) % (kPaths - 4));
  }
  return event;
}

std::string PathOf(int32_t path) {
  switch (path) {
    case 0:
      return "/pricing";
    case 1:
      return "/pricing/team";
    case 2:
      return "/demo";
    case 3:
      return "/";
    default:
      return "/blog/" + std::to_string(path - 4);
  }
}

}  // namespace saiten::bench
