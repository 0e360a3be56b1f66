#include "bench/floors/attributes.h"
#include "bench/floors/codes.h"

#if defined(__AVX512VBMI__) && defined(__AVX512BW__)
// GCC 12 takes the undefined operand of its own intrinsics for a mistake.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#endif

namespace saiten::bench {

#if defined(__AVX512VBMI__) && defined(__AVX512BW__)

using namespace code;  // NOLINT(google-build-using-namespace): all names of the population are meant

namespace {

__m512i Load(const void* at) { return _mm512_load_si512(at); }
void Store(void* at, __m512i value) { _mm512_stream_si512(static_cast<__m512i*>(at), value); }

// Which of 64 two-byte numbers pass the comparison.
struct Wide {
  __m512i low, high;
  explicit Wide(const int16_t* at) : low(Load(at)), high(Load(at + 32)) {}
  __mmask64 Join(__mmask32 a, __mmask32 b) const { return _mm512_kunpackd(b, a); }
  __mmask64 AtLeast(int16_t limit) const {
    const __m512i l = _mm512_set1_epi16(limit);
    return Join(_mm512_cmpge_epi16_mask(low, l), _mm512_cmpge_epi16_mask(high, l));
  }
  __mmask64 Is(int16_t value) const {
    const __m512i v = _mm512_set1_epi16(value);
    return Join(_mm512_cmpeq_epi16_mask(low, v), _mm512_cmpeq_epi16_mask(high, v));
  }
};

__mmask64 Is(__m512i codes, int8_t code) { return _mm512_cmpeq_epi8_mask(codes, _mm512_set1_epi8(code)); }
__mmask64 AtLeast(__m512i values, int8_t limit) { return _mm512_cmpge_epi8_mask(values, _mm512_set1_epi8(limit)); }
// Numbers 0..limit; unknown is negative and so a large one without its sign.
__mmask64 UpTo(__m512i codes, int8_t limit) { return _mm512_cmple_epu8_mask(codes, _mm512_set1_epi8(limit)); }
__m512i If(__mmask64 mask, int8_t points) { return _mm512_maskz_set1_epi8(mask, points); }
__m512i AddIf(__m512i sum, __mmask64 mask, int8_t points) {
  return _mm512_mask_add_epi8(sum, mask, sum, _mm512_set1_epi8(points));
}

// The bits of 16 companies; `who` says whose are wanted.
__mmask16 IsLarge(const uint32_t* large, const int32_t* company, __mmask16 who) {
  const __m512i number = Load(company);
  const __mmask16 known = _mm512_mask_cmpge_epi32_mask(who, number, _mm512_setzero_si512());
  const __m512i word =
      _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), known, _mm512_srli_epi32(number, 5), large, 4);
  const __m512i bit = _mm512_sllv_epi32(_mm512_set1_epi32(1), _mm512_and_si512(number, _mm512_set1_epi32(31)));
  return _mm512_test_epi32_mask(word, bit);
}

}  // namespace

void AttributesByVector(const Attributes& in, const std::vector<uint32_t>& large, AttributeScores& out, size_t begin,
                        size_t end) {
  for (size_t i = begin; i < end; i += 64) {
    const __m512i industry = Load(in.industry.data() + i);
    const __m512i title = Load(in.title.data() + i);
    const Wide employees(in.employees.data() + i);
    __m512i fit = If(UpTo(industry, kHealthcare), 15);
    // 15 from 100 on, 10 less from 501 on.
    fit = AddIf(fit, employees.AtLeast(100), 15);
    fit = AddIf(fit, employees.AtLeast(501), -10);
    fit = AddIf(fit, Is(title, kExecutive), 20);
    fit = AddIf(fit, Is(title, kDirector), 15);
    fit = AddIf(fit, Is(title, kManager), 10);
    fit = _mm512_min_epi8(fit, _mm512_set1_epi8(50));
    Store(out.fit.data() + i, fit);
    __m512i band = If(AtLeast(fit, 20), 1);
    Store(out.priority.data() + i, AddIf(band, AtLeast(fit, 35), 1));

    const __m512i source = Load(in.source.data() + i);
    const __m512i occupation = Load(in.occupation.data() + i);
    const __m512i specialization = Load(in.specialization.data() + i);
    const __m512i opted_out = Load(in.do_not_email.data() + i);
    const Wide spent(in.time_spent.data() + i);
    const __mmask64 referred = Is(source, kReference) | Is(source, kWelingak);
    const __mmask64 jobless = Is(occupation, kUnknown8);
    const __mmask64 no_mail = _mm512_test_epi8_mask(opted_out, opted_out);
    __m512i card = If(Is(Load(in.origin.data() + i), kLeadAddForm), 40);
    card = AddIf(card, referred, 10);
    card = AddIf(card, spent.AtLeast(200), 5);
    card = AddIf(card, spent.AtLeast(500), 10);
    card = AddIf(card, spent.AtLeast(1000), 15);
    card = AddIf(card, Is(occupation, kWorkingProfessional), 25);
    card = AddIf(card, jobless, -15);
    card = AddIf(card, Is(specialization, kUnknown8), -10);
    card = AddIf(card, no_mail, -20);
    card = AddIf(card, Is(source, kOlarkChat) & spent.Is(0), -5);
    Store(out.card.data() + i, card);
    band = If(AtLeast(card, 20), 1);
    band = AddIf(band, AtLeast(card, 30), 1);
    Store(out.grade.data() + i, AddIf(band, AtLeast(card, 40), 1));

    alignas(64) static constexpr int8_t kManagementTable[64] = {0, 1, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 1};
    const __m512i is_management = _mm512_permutexvar_epi8(specialization, Load(kManagementTable));
    const __mmask64 management =
        _mm512_test_epi8_mask(is_management, is_management) & ~_mm512_movepi8_mask(specialization) & ~no_mail;
    const Wide created(in.created.data() + i);
    const __mmask64 recent = created.AtLeast(static_cast<int16_t>(in.created_after + 1)) &
                             ~created.AtLeast(static_cast<int16_t>(in.created_until + 1));
    const __mmask64 bare = jobless & ~Is(source, kGoogle);
    const __mmask64 sector = UpTo(industry, kFinance);
    __mmask64 enterprise = 0;
    for (size_t part = 0; part < 4; ++part) {
      const auto who = static_cast<__mmask16>(sector >> (16 * part));
      enterprise |= static_cast<__mmask64>(IsLarge(large.data(), in.company.data() + i + 16 * part, who))
                    << (16 * part);
    }
    __m512i segments = If(referred, kReferred);
    segments = AddIf(segments, management, kManagement);
    segments = AddIf(segments, recent, kRecent);
    segments = AddIf(segments, bare, kBare);
    segments = AddIf(segments, enterprise, kEnterprise);
    Store(out.segments.data() + i, segments);
  }
  _mm_sfence();
}

bool HasVectorLoop() { return true; }

#else

void AttributesByVector(const Attributes& in, const std::vector<uint32_t>& large, AttributeScores& out, size_t begin,
                        size_t end) {
  AttributesByColumn(in, large, out, begin, end);
}

bool HasVectorLoop() { return false; }

#endif

}  // namespace saiten::bench
