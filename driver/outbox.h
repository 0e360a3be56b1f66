#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "driver/project.h"
#include "flow/outbox/delivery.h"
#include "flow/outbox/send.h"

// Delivery of what automation has written into a database (flow/outbox), with the settings of a project.
namespace saiten::driver {

// Microseconds between two of `10/s`, `100/min`, `1000/h`; nullopt for anything else.
std::optional<int64_t> ParseRate(std::string_view text);
// Milliseconds of `30s`, `2m`, from 1 to ten minutes; nullopt for anything else.
std::optional<int64_t> ParseTimeout(std::string_view text);

struct OutboxOptions {
  std::string db;    // --db; empty: what saiten.toml says
  std::string rate;  // --rate; empty: what saiten.toml says
  std::string wait;  // --wait, an elapsed time; empty: none
  bool dry = false;
  outbox::SendOptions send;  // its clock, pause and wait are set here
};

struct OutboxReport {
  std::string db;
  outbox::SendReport report;
  std::vector<outbox::Listed> in_doubt;  // after it
};

// Sends, or looks what would be sent. kUsage: a setting is wrong or not there; kBusy: another one sends.
Result<OutboxReport> SendOutbox(const ProjectOptions& project, const OutboxOptions& options);

// The actions in any of these states, in order.
Result<std::vector<outbox::Listed>> ListOutbox(const ProjectOptions& project, const std::string& db,
                                               const std::vector<flow::ActionState>& states, int64_t limit);

}  // namespace saiten::driver
