#include "runtime/times.h"

namespace saiten::rt {

Times::Times(std::vector<int64_t>&& micros) {
  if (!std::ranges::all_of(micros, IsSecond)) {
    micros_ = std::move(micros);
    in_seconds_ = false;
    return;
  }
  std::vector<uint32_t> seconds;
  seconds.reserve(micros.size());
  for (int64_t time : micros) seconds.push_back(SecondOf(time));
  seconds_ = std::move(seconds);
}

Times TimesBuilder::Finish() {
  Times made = in_seconds_ ? Times(Array<uint32_t>(std::move(seconds_))) : Times(Array<int64_t>(std::move(micros_)));
  *this = TimesBuilder();
  return made;
}

void TimesBuilder::Widen() {
  micros_.reserve(std::max(seconds_.capacity(), seconds_.size() + 1));
  for (uint32_t second : seconds_) micros_.push_back(int64_t{second} * Times::kSecond);
  seconds_ = {};
  in_seconds_ = false;
}

Times Gather(const Times& times, const std::vector<uint32_t>& order) {
  if (times.empty()) return times;
  const auto some = [&]<typename T>(const Array<T>& all) {
    std::vector<T> picked;
    picked.reserve(order.size());
    for (uint32_t at : order) picked.push_back(all[at]);
    return Times(Array<T>(std::move(picked)));
  };
  return times.in_seconds() ? some(times.seconds()) : some(times.micros());
}

}  // namespace saiten::rt
