#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/words.h"

// What saiten.toml says (tooling.md, Config). One loader for the command line and every other tool.
namespace saiten::driver {

// Where a setting comes from, for `saiten config show --origin` and for messages.
struct Origin {
  std::string file;  // empty: the command line or the environment
  uint32_t line = 0;
};

// One `[data]` or `[data.NAME]`.
struct DataSource {
  std::string name;  // empty for [data]
  std::string db;    // path, made absolute by the folder of the file that says it
};

// One `[target.NAME]`: what a figure of a workflow is to be.
struct Target {
  std::string name;
  std::string workflow;
  std::string step;      // empty: of the workflow
  std::string figure;    // `goal_rate`, `completion`, ...: as in `workflow show --json`
  std::string since;     // of those enrolled from then on; empty: of all
  std::string by;        // deadline, a date; empty: at any time
  double at_least = -1;  // a share; -1: none of the three
  double at_most = -1;
  double rise = -1;   // so much above those enrolled before `since`, as a share of theirs
  int64_t after = 1;  // nothing is said of fewer
  bool has_limit() const { return at_least >= 0 || at_most >= 0 || rise >= 0; }
};

// The settings of a project, defaults where the file says nothing.
struct Config {
  // [project]
  std::string edition = "2026";
  std::string currency;  // what bare `money` means; empty: none
  bool strict = false;   // warnings about unknown values are errors
  // [data]
  std::vector<DataSource> data;
  // [run]
  std::string engine = "auto";     // interp, jit, auto
  bool code_cache = true;          // keep machine code in the user's cache folder
  int64_t threads = 0;             // 0: all cores
  int64_t max_errors = -1;         // data errors before a run ends 4; -1: no limit
  int64_t steps_at_once = 50'000;  // of workflows, in one transaction
  std::string memory;              // what a run may hold, as `4G`; empty: no limit
  std::string retention;           // how long runs stay in the list, as `400d`; empty: for good

  // [outbox]; a secret is `env:NAME`, the variable that holds it
  std::vector<std::string> outbox_allow;  // URLs, `smtp`
  std::string outbox_secret;              // signs webhooks
  std::string outbox_smtp;                // smtp:// or smtps://; empty: no mail
  std::string outbox_smtp_user;
  std::string outbox_smtp_password;
  std::string outbox_smtp_tls = "required";  // if offered, none
  std::string outbox_unsubscribe_url;
  std::string outbox_timeout = "30s";
  std::string outbox_rate;     // as `10/s`; empty: no limit
  std::string outbox_ca_file;  // made absolute by the folder of the file that says it

  // [lint]: codes or beginnings of codes (`L1`)
  std::vector<std::string> lint_select;  // empty: what is on by itself
  std::vector<std::string> lint_ignore;
  std::string lint_baseline;  // made absolute by the folder of the file that says it; empty: none
  std::map<std::string, std::vector<std::string>> lint_ignore_by_file;  // by pattern of paths, seen from the project
  std::map<std::string, std::string> lint_naming;                       // by kind of declaration: RE2, of whole names

  // Properties that workflows write into the source, as `contact.status` (sem O1a).
  std::vector<std::string> write;

  std::vector<Target> targets;

  std::map<std::string, Origin, std::less<>> origins;  // by key: "run.engine"
};

// A word about the file that does not stop anything: an unknown key with the nearest known one, a section for later.
struct ConfigWarning {
  std::string en;
  std::string ja;
};

// The settings and what is wrong with the file.
struct LoadedConfig {
  Config config;
  std::string file;  // empty: none was read
  std::vector<ConfigWarning> warnings;
};

// Reads `file` (none if empty), follows `extend`, then applies `KEY=VAL` settings from the command line.
// kCorrupt: not TOML, or a value of the wrong type; the message has file and line.
Result<LoadedConfig> LoadConfig(const std::string& file, const std::vector<std::string>& settings);

// The keys this version knows, with what they mean now: for `config show`.
std::vector<std::pair<std::string, std::string>> Show(const Config& config, Language language);

}  // namespace saiten::driver
