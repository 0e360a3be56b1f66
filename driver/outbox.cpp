#include "driver/outbox.h"

#include <charconv>
#include <cstdlib>

#include <fmt/format.h>

#include "driver/loaded.h"
#include "driver/outbox_recheck.h"
#include "driver/outbox_wire.h"
#include "driver/words.h"
#include "runtime/time_parse.h"
#include "store/runs/run_lock.h"

namespace saiten::driver {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;

// What `env:NAME` stands for; empty for a setting that is not there.
Result<std::string> FromEnvironment(const std::string& setting, std::string_view key) {
  if (setting.empty()) return std::string();
  const std::string name = setting.substr(setting.find(':') + 1);
  const char* value = std::getenv(name.c_str());
  if (value != nullptr && *value != '\0') return std::string(value);
  return Fail(ErrorKind::kUsage, {fmt::format("`{}` is read from the variable {}, which is not set", key, name),
                                  fmt::format("`{}`は環境変数{}から読みますが、設定されていません", key, name)});
}

Result<outbox::Settings> SettingsOf(const Config& config) {
  outbox::Settings settings;
  settings.allow = config.outbox_allow;
  settings.unsubscribe_url = config.outbox_unsubscribe_url;
  settings.timeout_ms = *ParseTimeout(config.outbox_timeout);
  settings.ca_file = config.outbox_ca_file;
  SAITEN_ASSIGN_OR_RETURN(settings.secret, FromEnvironment(config.outbox_secret, "outbox.secret"));
  if (settings.unsubscribe_url.find("{token}") != std::string::npos && settings.secret.empty()) {
    return Fail(ErrorKind::kUsage,
                {"`{token}` of `outbox.unsubscribe_url` is signed with `outbox.secret`, which is not in saiten.toml",
                 "`outbox.unsubscribe_url`の`{token}`の署名に使う`outbox.secret`がsaiten.tomlにありません"},
                {"[outbox] secret = \"env:SAITEN_SECRET\"", "[outbox] secret = \"env:SAITEN_SECRET\"と書いてください"});
  }
  outbox::MailServer& server = settings.server;
  server.url = config.outbox_smtp;
  server.timeout_ms = settings.timeout_ms;
  server.ca_file = settings.ca_file;
  server.tls = config.outbox_smtp_tls == "none"         ? outbox::Tls::kNone
               : config.outbox_smtp_tls == "if offered" ? outbox::Tls::kIfOffered
                                                        : outbox::Tls::kRequired;
  SAITEN_ASSIGN_OR_RETURN(server.user, FromEnvironment(config.outbox_smtp_user, "outbox.smtp_user"));
  SAITEN_ASSIGN_OR_RETURN(server.password, FromEnvironment(config.outbox_smtp_password, "outbox.smtp_password"));
  return settings;
}

}  // namespace

std::optional<int64_t> ParseRate(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + slash, count);
  if (error != std::errc() || end != text.data() + slash || count < 1 || count > 1'000'000) return std::nullopt;
  const std::string_view unit = text.substr(slash + 1);
  const int64_t seconds = unit == "s" ? 1 : unit == "min" ? 60 : unit == "h" ? 3600 : 0;
  if (seconds == 0) return std::nullopt;
  return seconds * kMicrosPerSecond / count;
}

std::optional<int64_t> ParseTimeout(std::string_view text) {
  int64_t micros = 0;
  constexpr int64_t kLongest = 600 * kMicrosPerSecond;
  if (rt::ParseElapsed(text, &micros) != rt::ParseStatus::kOk || micros < 1000 || micros > kLongest)
    return std::nullopt;
  return micros / 1000;
}

Result<OutboxReport> SendOutbox(const ProjectOptions& project, const OutboxOptions& options) {
  SAITEN_ASSIGN_OR_RETURN(const LoadedConfig loaded, FindConfig(project));
  OutboxReport report;
  SAITEN_ASSIGN_OR_RETURN(report.db, DatabaseOf(loaded.config, options.db));
  outbox::SendOptions send = options.send;
  send.now = MachineNow;
  const std::string rate = options.rate.empty() ? loaded.config.outbox_rate : options.rate;
  if (!rate.empty()) {
    const auto pause = ParseRate(rate);
    if (!pause) {
      return Fail(ErrorKind::kUsage,
                  {fmt::format("`{}` is no rate", rate), fmt::format("`{}`は速度として使えません", rate)},
                  {"write it as `10/s`, `100/min` or `1000/h`", "`10/s`、`100/min`、`1000/h`のように書いてください"});
    }
    send.pause_us = *pause;
  }
  if (!options.wait.empty() &&
      (rt::ParseElapsed(options.wait, &send.wait_us) != rt::ParseStatus::kOk || send.wait_us < 0)) {
    return Fail(ErrorKind::kUsage,
                {fmt::format("`{}` is no time to wait", options.wait),
                 fmt::format("`{}`は待つ時間として使えません", options.wait)},
                {"write it as `90s` or `10m`", "`90s`や`10m`のように書いてください"});
  }
  SAITEN_ASSIGN_OR_RETURN(const outbox::Settings settings, SettingsOf(loaded.config));
  SAITEN_ASSIGN_OR_RETURN(const std::unique_ptr<outbox::Wire> wire, LoadWire());
  RulesRecheck recheck(project, report.db);
  send.recheck = &recheck;
  // The library is loaded, so another wire of it is there.
  send.another = [] {
    auto another = LoadWire();
    return another.ok() ? std::move(*another) : nullptr;
  };
  if (options.dry) {
    SAITEN_ASSIGN_OR_RETURN(outbox::Deliveries deliveries, outbox::Deliveries::Open(report.db, store::OpenMode::kRead));
    SAITEN_ASSIGN_OR_RETURN(report.report, outbox::DryRun(deliveries, *wire, settings, send));
    return report;
  }
  // Two senders would deliver one action each.
  SAITEN_ASSIGN_OR_RETURN(const store::RunLock lock, store::RunLock::Take(report.db, store::LockedFor::kDelivery));
  SAITEN_ASSIGN_OR_RETURN(outbox::Deliveries deliveries, outbox::Deliveries::Open(report.db, store::OpenMode::kWrite));
  SAITEN_ASSIGN_OR_RETURN(report.report, outbox::Send(deliveries, *wire, settings, send));
  if (report.report.in_doubt > 0) {
    SAITEN_ASSIGN_OR_RETURN(report.in_doubt, deliveries.List({flow::ActionState::kInDoubt}, -1));
  }
  return report;
}

Result<std::vector<outbox::Listed>> ListOutbox(const ProjectOptions& project, const std::string& db,
                                               const std::vector<flow::ActionState>& states, int64_t limit) {
  SAITEN_ASSIGN_OR_RETURN(const LoadedConfig loaded, FindConfig(project));
  SAITEN_ASSIGN_OR_RETURN(const std::string path, DatabaseOf(loaded.config, db));
  SAITEN_ASSIGN_OR_RETURN(outbox::Deliveries deliveries, outbox::Deliveries::Open(path, store::OpenMode::kRead));
  SAITEN_ASSIGN_OR_RETURN(const bool any, deliveries.HasActions());
  if (!any) return std::vector<outbox::Listed>();
  return deliveries.List(states, limit);
}

}  // namespace saiten::driver
