#pragma once

#include <cstdint>
#include <optional>

// How sure shares of counted things are: for comparing the arms of a split.
namespace saiten::driver {

// `k` of `n`.
struct Share {
  uint64_t k = 0;
  uint64_t n = 0;
  // Nothing where nothing was counted.
  std::optional<double> value() const;
};

struct Interval {
  double low = 0;
  double high = 0;
};

// Wilson's score interval of a share, 95 %. n must not be 0.
Interval Wilson(Share share);
// Newcombe's interval of a - b (his method 10: from Wilson's of both), 95 %. Neither n may be 0.
Interval Newcombe(Share a, Share b);
// Fisher's exact test, two-sided: how probable counts at least this unlikely are if a and b are the same. 1 where an n
// is 0. Above 10,000 things the normal approximation with the pooled share, which then is the same to three digits.
double PValue(Share a, Share b);

}  // namespace saiten::driver
