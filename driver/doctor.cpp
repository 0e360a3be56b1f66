#include "driver/doctor.h"

#include <thread>

#include <fmt/format.h>

#include "compiler/diag/render.h"
#include "driver/compile.h"
#include "driver/loaded.h"
#include "driver/native.h"
#include "driver/runs.h"
#include "runtime/normalize.h"
#include "runtime/zone.h"

namespace saiten::driver {
namespace {

class Doctor {
 public:
  Doctor(const ProjectOptions& options, const std::string& db, Language language)
      : options_(options), db_(db), language_(language) {}

  std::vector<Finding> Examine() {
    const Versions versions = VersionsOfParts();
    Well("saiten", versions.saiten);
    for (const auto& [name, version] : versions.parts) Well(name, version);
    Zones();
    Native();
    Settings();
    return std::move(findings_);
  }

 private:
  void Well(std::string part, std::string text) { findings_.push_back({true, std::move(part), std::move(text), {}}); }
  void Ill(std::string part, const Error& error) {
    const bool ja = language_ == Language::kJapanese;
    findings_.push_back({false, std::move(part), ja && !error.message_ja.empty() ? error.message_ja : error.message,
                         ja && !error.hint_ja.empty() ? error.hint_ja : error.hint});
  }
  std::string Say(std::string_view en, std::string_view ja) const { return std::string(In(language_, en, ja)); }

  void Zones() {
    const auto zone = rt::Zone::Find("Asia/Tokyo");
    if (zone.ok())
      Well("zones", fmt::format(fmt::runtime(Say("{} time zones", "{}個の時間帯")), rt::ZoneNames().size()));
    else
      Ill("zones", zone.error());
  }

  void Native() {
    Well("cores", std::to_string(std::thread::hardware_concurrency()));
    const auto native = LoadNative();
    if (!native.ok()) return Ill("LLVM", native.error());
    const auto description = (*native)->description();
    if (description.ok())
      Well("LLVM", *description);
    else
      Ill("LLVM", description.error());
  }

  void Settings() {
    const auto config = FindConfig(options_);
    if (!config.ok()) return Ill("settings", config.error());
    Well("settings", config->file.empty() ? Say("no saiten.toml: defaults", "saiten.tomlなし(既定値)") : config->file);
    for (const ConfigWarning& warning : config->warnings)
      findings_.push_back({false, "settings", Say(warning.en, warning.ja), {}});
    Rules();
    const auto path = DatabaseOf(config->config, db_);
    if (!path.ok()) {
      // Without a database named there is none to be ill.
      Well("database",
           Say("none named: --db FILE, or [data] in saiten.toml", "指定なし(--dbまたはsaiten.tomlの[data])"));
      return;
    }
    const auto runs = store::ListRuns(*path);
    if (!runs.ok()) return Ill("database", runs.error());
    Well("database", fmt::format(fmt::runtime(Say("{}, {} run(s) so far", "{}、実行回数{}")), *path, runs->size()));
  }

  void Rules() {
    const auto compiled = Compile(options_);
    if (!compiled.ok()) return Well("rules", Say("none here", "このフォルダーにはありません"));
    const diag::Counts counts = diag::Count((*compiled)->sink.all());
    const std::string summary = diag::Summary(counts, language_);
    findings_.push_back({counts.errors == 0, "rules",
                         fmt::format(fmt::runtime(Say("{} file(s) in {}", "{}ファイル({})")),
                                     (*compiled)->project.files.size(), (*compiled)->project.root) +
                             (summary.empty() ? "" : ": " + summary),
                         counts.errors == 0 ? "" : Say("`saiten check` shows them", "`saiten check`で表示します")});
  }

  const ProjectOptions& options_;
  const std::string& db_;
  Language language_;
  std::vector<Finding> findings_;
};

}  // namespace

Versions VersionsOfParts() {
  Versions versions;
  versions.saiten = SAITEN_VERSION;
  versions.parts.emplace_back("sqlite", store::SqliteVersion());
  versions.parts.emplace_back("unicode", rt::UnicodeVersion());
  versions.parts.emplace_back("tz_data", rt::ZoneDataVersion());
  versions.parts.emplace_back("compiler", __VERSION__);
  return versions;
}

std::vector<Finding> Examine(const ProjectOptions& options, const std::string& db, Language language) {
  return Doctor(options, db, language).Examine();
}

}  // namespace saiten::driver
