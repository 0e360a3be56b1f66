#include "bench/floors/attributes.h"

#include <algorithm>

#include "bench/floors/codes.h"

namespace saiten::bench {

using namespace code;  // NOLINT(google-build-using-namespace): all names of the population are meant

std::vector<uint32_t> LargeCompanies(const Attributes& in) {
  std::vector<uint32_t> large(in.company_employees.size() / 32 + 2);
  for (size_t i = 0; i < in.company_employees.size(); ++i) {
    large[i / 32] |= static_cast<uint32_t>(in.company_employees[i] >= 1000) << (i % 32);
  }
  return large;
}

void AttributesByRow(const Attributes& in, const std::vector<uint32_t>& large, AttributeScores& out, size_t begin,
                     size_t end) {
  for (size_t i = begin; i < end; ++i) {
    const int8_t industry = in.industry[i];
    const int16_t employees = in.employees[i];
    const int8_t title = in.title[i];
    int fit = industry >= kIt && industry <= kHealthcare ? 15 : 0;
    if (employees >= 501) {
      fit += 5;
    } else if (employees >= 100) {
      fit += 15;
    }
    fit += title == kExecutive ? 20 : title == kDirector ? 15 : title == kManager ? 10 : 0;
    out.fit[i] = static_cast<int8_t>(std::min(fit, 50));
    out.priority[i] = static_cast<int8_t>((fit >= 20) + (fit >= 35));

    const int8_t source = in.source[i];
    const int8_t occupation = in.occupation[i];
    const int8_t specialization = in.specialization[i];
    const int16_t spent = in.time_spent[i];
    const bool referred = source == kReference || source == kWelingak;
    int card = in.origin[i] == kLeadAddForm ? 40 : 0;
    card += referred ? 10 : 0;
    card += spent >= 1000 ? 30 : spent >= 500 ? 15 : spent >= 200 ? 5 : 0;
    card += occupation == kWorkingProfessional ? 25 : occupation == kUnknown8 ? -15 : 0;
    card -= specialization == kUnknown8 ? 10 : 0;
    card -= in.do_not_email[i] ? 20 : 0;
    card -= source == kOlarkChat && spent == 0 ? 5 : 0;
    out.card[i] = static_cast<int8_t>(card);
    out.grade[i] = static_cast<int8_t>((card >= 20) + (card >= 30) + (card >= 40));

    const int32_t company = in.company[i];
    uint8_t segments = referred ? kReferred : 0;
    if (specialization >= 0 && (kManagementBits >> specialization & 1) != 0 && !in.do_not_email[i]) {
      segments |= kManagement;
    }
    if (in.created[i] > in.created_after && in.created[i] <= in.created_until) segments |= kRecent;
    if (occupation == kUnknown8 && source != kGoogle) segments |= kBare;
    if ((industry == kIt || industry == kFinance) && company >= 0 &&
        (large[static_cast<size_t>(company) / 32] >> (company % 32) & 1) != 0) {
      segments |= kEnterprise;
    }
    out.segments[i] = segments;
  }
}

namespace {

constexpr size_t kBlock = 4096;

// One block: `n` rows from `in` on. Every loop reads one or two columns and is vector code for GCC.
struct Block {
  const Attributes& in;
  size_t at;
  size_t n;
  int8_t points[kBlock];
  int8_t flags[kBlock];

  void Fit(AttributeScores& out) {
    const int8_t* industry = in.industry.data() + at;
    const int16_t* employees = in.employees.data() + at;
    const int8_t* title = in.title.data() + at;
    int8_t* fit = out.fit.data() + at;
    int8_t* priority = out.priority.data() + at;
    for (size_t i = 0; i < n; ++i) {
      points[i] = static_cast<int8_t>(employees[i] >= 501 ? 5 : employees[i] >= 100 ? 15 : 0);
    }
    for (size_t i = 0; i < n; ++i) {
      const int8_t t = title[i];
      const int8_t by_title = t == kExecutive ? 20 : t == kDirector ? 15 : t == kManager ? 10 : 0;
      const int8_t by_industry = static_cast<uint8_t>(industry[i]) <= kHealthcare ? 15 : 0;
      const auto sum = static_cast<int8_t>(points[i] + by_title + by_industry);
      const int8_t cut = sum > 50 ? 50 : sum;
      fit[i] = cut;
      priority[i] = static_cast<int8_t>((cut >= 20) + (cut >= 35));
    }
  }

  void Card(AttributeScores& out) {
    const int16_t* spent = in.time_spent.data() + at;
    const int8_t* origin = in.origin.data() + at;
    const int8_t* source = in.source.data() + at;
    const int8_t* occupation = in.occupation.data() + at;
    const int8_t* specialization = in.specialization.data() + at;
    const int8_t* do_not_email = in.do_not_email.data() + at;
    int8_t* card = out.card.data() + at;
    int8_t* grade = out.grade.data() + at;
    for (size_t i = 0; i < n; ++i) {
      points[i] = static_cast<int8_t>(spent[i] >= 1000 ? 30 : spent[i] >= 500 ? 15 : spent[i] >= 200 ? 5 : 0);
    }
    for (size_t i = 0; i < n; ++i) flags[i] = static_cast<int8_t>(spent[i] == 0);
    for (size_t i = 0; i < n; ++i) {
      const int8_t s = source[i];
      const int8_t o = occupation[i];
      int8_t sum = points[i];
      sum = static_cast<int8_t>(sum + (origin[i] == kLeadAddForm ? 40 : 0));
      sum = static_cast<int8_t>(sum + ((s == kReference) | (s == kWelingak) ? 10 : 0));
      sum = static_cast<int8_t>(sum + (o == kWorkingProfessional ? 25 : o == kUnknown8 ? -15 : 0));
      sum = static_cast<int8_t>(sum - (specialization[i] == kUnknown8 ? 10 : 0));
      sum = static_cast<int8_t>(sum - (do_not_email[i] ? 20 : 0));
      sum = static_cast<int8_t>(sum - ((s == kOlarkChat) & flags[i] ? 5 : 0));
      card[i] = sum;
      grade[i] = static_cast<int8_t>((sum >= 20) + (sum >= 30) + (sum >= 40));
    }
  }

  void Segments(const std::vector<uint32_t>& large, AttributeScores& out) {
    const int16_t* created = in.created.data() + at;
    const int8_t* industry = in.industry.data() + at;
    const int8_t* source = in.source.data() + at;
    const int8_t* occupation = in.occupation.data() + at;
    const int8_t* specialization = in.specialization.data() + at;
    const int8_t* do_not_email = in.do_not_email.data() + at;
    const int32_t* company = in.company.data() + at;
    const uint32_t* words = large.data();
    uint8_t* segments = out.segments.data() + at;
    const int16_t after = in.created_after;
    const int16_t until = in.created_until;
    for (size_t i = 0; i < n; ++i) flags[i] = (created[i] > after) & (created[i] <= until) ? kRecent : 0;
    for (size_t i = 0; i < n; ++i) {
      const uint32_t c = company[i] < 0 ? 0 : static_cast<uint32_t>(company[i]);
      points[i] = static_cast<int8_t>(company[i] >= 0 ? words[c / 32] >> (c % 32) & 1 : 0);
    }
    for (size_t i = 0; i < n; ++i) {
      const int8_t s = source[i];
      const int8_t p = specialization[i];
      const bool management = (p < 0 ? 0 : kManagementBits >> (p & 31) & 1) != 0;
      uint8_t bits = static_cast<uint8_t>(flags[i]);
      bits |= (s == kReference) | (s == kWelingak) ? kReferred : 0;
      bits |= management & !do_not_email[i] ? kManagement : 0;
      bits |= (occupation[i] == kUnknown8) & (s != kGoogle) ? kBare : 0;
      bits |= (points[i] != 0) & (static_cast<uint8_t>(industry[i]) <= kFinance) ? kEnterprise : 0;
      segments[i] = bits;
    }
  }
};

}  // namespace

void AttributesByColumn(const Attributes& in, const std::vector<uint32_t>& large, AttributeScores& out, size_t begin,
                        size_t end) {
  for (size_t at = begin; at < end; at += kBlock) {
    Block block{.in = in, .at = at, .n = std::min(kBlock, end - at)};
    block.Fit(out);
    block.Card(out);
    block.Segments(large, out);
  }
}

}  // namespace saiten::bench
