#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/ir/flow.h"
#include "flow/evaluator.h"
#include "flow/record.h"

// Who may be written to (sem G4, G5, G7): asked by the engine when a workflow sends, and by the delivery when the
// message goes out.
namespace saiten::flow {

std::string_view NameOf(ir::MessageClass message_class);
std::optional<ir::MessageClass> MessageClassOf(std::string_view name);

class Reach {
 public:
  // What stands in the way of a message.
  static constexpr std::string_view kNoAddress = "no address";
  static constexpr std::string_view kBounced = "bounced";
  static constexpr std::string_view kOptedOut = "opted out";
  static constexpr std::string_view kNoMarketing = "no marketing contact";
  static constexpr std::string_view kNoConsent = "no consent";
  static constexpr std::string_view kLaw = "law";

  // Both must outlive it.
  Reach(Evaluator& evaluator, const ir::Automation& automation) : evaluator_(evaluator), automation_(automation) {}

  // Why the record may not get the message at `now`, by the message's class; empty: it may. `consent`: what the
  // workflow requires, empty for nothing.
  std::string_view WhyNot(RecordId to, const ir::MessageTemplate& message, const std::string& consent, int64_t now);
  // The value that stands in the way: `opt_out = true`.
  std::string Saw(std::string_view why, RecordId to, int64_t now);
  std::string Saw(RecordId record, Role role, int64_t now);
  bool HasConsent(RecordId record, const std::string& purpose, int64_t now);
  // Empty: none is known.
  std::string AddressOf(RecordId record, int64_t now);

 private:
  const ir::RoleValue* Find(RecordId record, Role role) const;
  bool IsTrue(RecordId record, Role role, int64_t now);

  Evaluator& evaluator_;
  const ir::Automation& automation_;
};

}  // namespace saiten::flow
