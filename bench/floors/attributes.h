#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bench/floors/memory.h"

// What a programmer would write by hand for bench/rules/w1.rules, in three layouts. No rule, table or engine: the
// numbers of the rules stand in the code.
namespace saiten::bench {

// Columns as narrow as their values allow. Of the one-byte columns -128 is unknown, of the two-byte ones -32768, of
// `company` -1. Texts and enum members are places in the lists of population.h.
struct Attributes {
  size_t rows = 0;
  Array<int8_t> industry, title, origin, source, do_not_email, occupation, specialization;
  Array<int16_t> employees, time_spent, created;
  Array<int32_t> company;
  // One more word than needed, so that the last may be read with its neighbour.
  std::vector<int16_t> company_employees;
  // `created in last 90 days`: after this day, up to and with that one.
  int16_t created_after = 0;
  int16_t created_until = 0;

  size_t bytes_read() const { return rows * (7 * 1 + 3 * 2 + 4) + company_employees.size() * 2; }
};

enum SegmentBit : uint8_t { kReferred = 1, kManagement = 2, kRecent = 4, kBare = 8, kEnterprise = 16 };

// Whole points; bands from the lowest; members as bits.
struct AttributeScores {
  explicit AttributeScores(size_t rows) : fit(rows), priority(rows), card(rows), grade(rows), segments(rows) {}
  Array<int8_t> fit, priority, card, grade;
  Array<uint8_t> segments;

  size_t bytes_written() const { return fit.size() * 5; }
};

// What is worked out once a run: one bit a company, whether it has a thousand employees.
std::vector<uint32_t> LargeCompanies(const Attributes& in);

// Each computes rows [begin, end); `begin` is a multiple of 64.
using AttributeLoop = void (*)(const Attributes& in, const std::vector<uint32_t>& large, AttributeScores& out,
                               size_t begin, size_t end);
// A row at a time, all rules of it.
void AttributesByRow(const Attributes&, const std::vector<uint32_t>&, AttributeScores&, size_t, size_t);
// A column at a time over blocks that stay in the nearest cache; written so that the compiler makes vector code.
void AttributesByColumn(const Attributes&, const std::vector<uint32_t>&, AttributeScores&, size_t, size_t);
// 64 rows at a time in AVX-512 registers: points by table in a register, masks for conditions, stores past the caches.
// Where the machine has no AVX-512 VBMI, the same as by column.
void AttributesByVector(const Attributes&, const std::vector<uint32_t>&, AttributeScores&, size_t, size_t);
bool HasVectorLoop();

}  // namespace saiten::bench
