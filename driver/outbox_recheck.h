#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/result.h"
#include "compiler/lower/lower.h"
#include "driver/compile.h"
#include "driver/project.h"
#include "flow/outbox/recheck.h"

namespace saiten::driver {

// Asks the rules of now, of the data of now, by the class of the message (sem G4, G5). Read is what addresses,
// opt-outs, bounces, consents and countries need, and again when the database has changed. A template that is not in
// the rules any more counts by its class alone.
class RulesRecheck : public outbox::Recheck {
 public:
  RulesRecheck(ProjectOptions project, std::string db);
  ~RulesRecheck() override;

  // kUsage: there are no rules, or they have errors.
  Status Open() override;
  void Forget() override;
  Result<std::string> WhyNot(const outbox::Addressee& to) override;

 private:
  struct Read;

  void LowerAsked();

  const ProjectOptions project_;
  const std::string db_;
  std::unique_ptr<Compiled> compiled_;
  std::set<ObjectId> objects_;                 // mail to whom was asked about
  std::optional<lower::LowerResult> lowered_;  // narrowed to the roles of these
  std::unique_ptr<Read> read_;                 // null: not read yet
};

}  // namespace saiten::driver
