#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace saiten::outbox {

// What a mail that is about to go out is for.
struct Addressee {
  std::string object;  // of whom it is for
  std::string id;
  std::string workflow;
  std::string message;        // the template
  std::string message_class;  // as the template was when the mail was made
};

// Whether a mail may still go out at the instant at which it does (sem G5): between the run that made it and its
// delivery somebody may have opted out. The outbox knows no rules, so somebody who does answers.
class Recheck {
 public:
  virtual ~Recheck() = default;
  // Before the first question: fails where no question could be answered.
  virtual Status Open() = 0;
  // The database has changed: nothing that was read before counts.
  virtual void Forget() = 0;
  // A stable English word or phrase for what stands in the way; empty: nothing does. Fails where that cannot be known.
  virtual Result<std::string> WhyNot(const Addressee& to) = 0;
};

// Reasons beside those of flow::Reach.
inline constexpr std::string_view kRecordGone = "record gone";
inline constexpr std::string_view kFlowOff = "workflow off";
inline constexpr std::string_view kRunEnded = "run ended";

}  // namespace saiten::outbox
