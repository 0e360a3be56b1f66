#include "driver/config.h"

#include <algorithm>
#include <charconv>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/memory_limit.h"
#include "compiler/types/type.h"
#include "driver/files.h"
#include "driver/outbox.h"
#include "driver/prune.h"
#include "driver/words.h"

namespace saiten::driver {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxExtends = 8;

// One key that may stand in the file: how it is read into a Config and printed again.
struct Key {
  std::string_view name;  // "run.threads"
  std::string_view type;  // for messages
  std::string_view type_ja;
  std::function<bool(const toml::node&, Config&)> read;  // false: wrong type or value
  std::function<std::string(const Config&, Language)> show;
};

// `means`: what an empty text stands for, said behind it by `config show`.
Key TextKey(std::string_view name, std::string Config::* member, const std::vector<std::string_view>& choices = {},
            const Text& means = {}) {
  return {name, "a text", "文字列",
          [member, choices](const toml::node& node, Config& config) {
            const auto text = node.value_exact<std::string>();
            if (!text || (!choices.empty() && std::ranges::find(choices, *text) == choices.end())) return false;
            config.*member = *text;
            return true;
          },
          [member, means](const Config& config, Language language) {
            const std::string text = "\"" + config.*member + "\"";
            const std::string_view said = (config.*member).empty() ? means.In(language) : std::string_view();
            return said.empty() ? text : fmt::format("{}  # {}", text, said);
          }};
}

// A secret: never written into a file, nor printed.
Key SecretKey(std::string_view name, std::string Config::* member) {
  Key key = TextKey(name, member);
  key.type = "the name of a variable that holds it, \"env:NAME\"";
  key.type_ja = "値を持つ環境変数の名前(\"env:名前\")";
  key.read = [member](const toml::node& node, Config& config) {
    const auto text = node.value_exact<std::string>();
    if (!text || !text->starts_with("env:") || text->size() == 4) return false;
    config.*member = *text;
    return true;
  };
  return key;
}

Key ListKey(std::string_view name, std::vector<std::string> Config::* member) {
  return {name, "a list of texts", "文字列のリスト",
          [member](const toml::node& node, Config& config) {
            const toml::array* list = node.as_array();
            if (list == nullptr) return false;
            std::vector<std::string> all;
            for (const toml::node& one : *list) {
              const auto text = one.value_exact<std::string>();
              if (!text) return false;
              all.push_back(*text);
            }
            config.*member = std::move(all);
            return true;
          },
          [member](const Config& config, Language) {
            std::string all;
            for (const std::string& one : config.*member) all += (all.empty() ? "\"" : ", \"") + one + "\"";
            return "[" + all + "]";
          }};
}

Key BoolKey(std::string_view name, bool Config::* member) {
  return {name, "true or false", "trueまたはfalse",
          [member](const toml::node& node, Config& config) {
            const auto value = node.value_exact<bool>();
            if (value) config.*member = *value;
            return value.has_value();
          },
          [member](const Config& config, Language) { return config.*member ? "true" : "false"; }};
}

// `special` is the value that stands for something else, which `config show` then says behind it.
Key NumberKey(std::string_view name, int64_t Config::* member, int64_t min, int64_t special, const Text& means) {
  return {name, "a whole number", "整数",
          [member, min](const toml::node& node, Config& config) {
            const auto value = node.value_exact<int64_t>();
            if (!value || *value < min) return false;
            config.*member = *value;
            return true;
          },
          [=](const Config& config, Language language) {
            const std::string number = std::to_string(config.*member);
            return config.*member == special ? fmt::format("{}  # {}", number, means.In(language)) : number;
          }};
}

// A text that `parse` takes.
template <typename Parse>
Key ParsedKey(std::string_view name, std::string Config::* member, const Text& type, Parse parse) {
  Key key = TextKey(name, member);
  key.read = [member, parse](const toml::node& node, Config& config) {
    const auto text = node.value_exact<std::string>();
    if (!text || !parse(*text)) return false;
    config.*member = *text;
    return true;
  };
  static std::deque<Text> types;  // a Key holds views
  const Text& kept = types.emplace_back(type);
  key.type = kept.en;
  key.type_ja = kept.ja;
  return key;
}

void AddOutboxKeys(std::vector<Key>& keys) {
  keys.push_back(ListKey("outbox.allow", &Config::outbox_allow));
  keys.push_back(SecretKey("outbox.secret", &Config::outbox_secret));
  keys.push_back(ParsedKey("outbox.smtp", &Config::outbox_smtp,
                           {"a server such as \"smtp://mail.example.com:587\" or \"smtps://...\"",
                            "\"smtp://mail.example.com:587\"や\"smtps://...\"のようなサーバー"},
                           [](const std::string& text) {
                             return (text.starts_with("smtp://") || text.starts_with("smtps://")) &&
                                    text.find('@') == std::string::npos;
                           }));
  keys.push_back(SecretKey("outbox.smtp_user", &Config::outbox_smtp_user));
  keys.push_back(SecretKey("outbox.smtp_password", &Config::outbox_smtp_password));
  keys.push_back(TextKey("outbox.smtp_tls", &Config::outbox_smtp_tls, {"required", "if offered", "none"}));
  keys.back().type = keys.back().type_ja = "\"required\", \"if offered\", \"none\"";
  keys.push_back(
      ParsedKey("outbox.unsubscribe_url", &Config::outbox_unsubscribe_url,
                {"a URL with {key} or {token} in it", "{key}か{token}を含むURL"}, [](const std::string& text) {
                  return (text.starts_with("https://") || text.starts_with("http://")) &&
                         (text.find("{key}") != std::string::npos || text.find("{token}") != std::string::npos) &&
                         text.find_first_of(" <>\r\n") == std::string::npos;
                }));
  keys.push_back(ParsedKey("outbox.timeout", &Config::outbox_timeout,
                           {"a time such as \"30s\", up to \"10m\"", "\"30s\"のような時間(\"10m\"まで)"},
                           [](const std::string& text) { return ParseTimeout(text).has_value(); }));
  keys.push_back(ParsedKey(
      "outbox.rate", &Config::outbox_rate,
      {"how many at most, such as \"10/s\", \"100/min\", \"1000/h\"", "\"10/s\"、\"100/min\"、\"1000/h\"のような上限"},
      [](const std::string& text) { return ParseRate(text).has_value(); }));
  keys.push_back(TextKey("outbox.ca_file", &Config::outbox_ca_file));
}

const std::vector<Key>& Keys() {
  static const std::vector<Key> keys = [] {
    std::vector<Key> k;
    k.push_back(TextKey("project.edition", &Config::edition, {"2026"}));
    k.back().type = k.back().type_ja = "\"2026\"";
    k.push_back(TextKey("project.currency", &Config::currency));
    k.back().type = "a currency of ISO 4217, such as \"JPY\"";
    k.back().type_ja = "ISO 4217の通貨コード(\"JPY\"など)";
    k.back().read = [](const toml::node& node, Config& config) {
      const auto text = node.value_exact<std::string>();
      if (!text || CurrencyDigits(CurrencyFromName(*text)) < 0) return false;
      config.currency = *text;
      return true;
    };
    k.push_back(BoolKey("project.strict", &Config::strict));
    k.push_back(TextKey("run.engine", &Config::engine, {"interp", "jit", "auto"}));
    k.back().type = k.back().type_ja = "\"interp\", \"jit\", \"auto\"";
    k.push_back(BoolKey("run.code_cache", &Config::code_cache));
    k.push_back(NumberKey("run.threads", &Config::threads, 0, 0, {"one a core", "コアごとに1つ"}));
    k.push_back(NumberKey("run.max_errors", &Config::max_errors, -1, -1, {"no limit", "無制限"}));
    k.push_back(NumberKey("run.steps_at_once", &Config::steps_at_once, 1, -1, {}));
    k.push_back(TextKey("run.memory", &Config::memory, {}, {"no limit", "無制限"}));
    k.back().type = "a size such as \"4G\", at least \"24M\"";
    k.back().type_ja = "\"4G\"のような大きさ(\"24M\"以上)";
    k.back().read = [](const toml::node& node, Config& config) {
      const auto text = node.value_exact<std::string>();
      if (!text || !ParseMemorySize(*text)) return false;
      config.memory = *text;
      return true;
    };
    k.push_back(TextKey("run.retention", &Config::retention, {}, {"for good", "すべて残す"}));
    k.back().type = "a number of days such as \"400d\"";
    k.back().type_ja = "\"400d\"のような日数";
    k.back().read = [](const toml::node& node, Config& config) {
      const auto text = node.value_exact<std::string>();
      if (!text || !ParseAge(*text)) return false;
      config.retention = *text;
      return true;
    };
    AddOutboxKeys(k);
    k.push_back(ListKey("lint.select", &Config::lint_select));
    k.push_back(ListKey("lint.ignore", &Config::lint_ignore));
    k.push_back(TextKey("lint.baseline", &Config::lint_baseline));
    k.push_back(ListKey("write", &Config::write));
    k.back().type = "a list of properties such as [\"contact.status\"]";
    k.back().type_ja = "[\"contact.status\"]のようなプロパティのリスト";
    return k;
  }();
  return keys;
}

// Sections and keys of the design that later versions read; known here so that they are not called mistakes.
constexpr std::string_view kLater[] = {"fmt", "test", "guards", "report", "metrics", "editor", "run.on_heavy"};
constexpr std::string_view kDataKeys[] = {"db", "url"};
constexpr std::string_view kDataLater[] = {"tables", "key", "timezone"};

// The TOML library speaks of control characters where a quote is missing.
bool HasOpenQuote(const std::string& file, size_t wanted) {
  std::ifstream in(file);
  std::string line;
  for (size_t number = 0; number < wanted; ++number) std::getline(in, line);
  if (line.find("\"\"\"") != std::string::npos) return false;
  size_t quotes = 0;
  for (size_t i = 0; i < line.size(); ++i) quotes += line[i] == '"' && (i == 0 || line[i - 1] != '\\');
  return quotes % 2 == 1;
}

class Loader {
 public:
  Status Read(const std::string& file, int depth) {
    // Bytes are read here, so that a file that cannot be read and one that is not TOML give different messages.
    SAITEN_ASSIGN_OR_RETURN(const std::string text, ReadFile(file));
    toml::table table;
    try {
      table = toml::parse(text, file);
    } catch (const toml::parse_error& e) {
      const auto at = e.source().begin;
      std::string_view why = e.description();
      constexpr std::string_view kOpening = "Error while parsing ";
      if (why.starts_with(kOpening)) why.remove_prefix(kOpening.size());
      if (HasOpenQuote(file, at.line)) {
        return Fail(ErrorKind::kCorrupt,
                    {fmt::format("{}:{}: a quote is opened and not closed", file, at.line),
                     fmt::format("{}:{}: 引用符が閉じていません", file, at.line)},
                    {"a text stands between two quotes on one line: db = \"crm.db\"",
                     "文字列は1行の中で引用符で囲みます: db = \"crm.db\""});
      }
      return Fail(ErrorKind::kCorrupt,
                  {fmt::format("{}:{}:{}: this is not TOML: {}", file, at.line, at.column, why),
                   fmt::format("{}:{}:{}: TOMLとして読めません: {}", file, at.line, at.column, why)});
    }
    file_ = file;
    if (const toml::node* extend = table.get("extend")) {
      const auto base = extend->value_exact<std::string>();
      if (!base) return Wrong("extend", "a text", "文字列", *extend);
      if (depth >= kMaxExtends) {
        return Fail(ErrorKind::kCorrupt,
                    {fmt::format("{}: `extend` goes deeper than {} files, or in a circle", file, kMaxExtends),
                     fmt::format("{}: `extend`が{}段を超えているか、循環しています", file, kMaxExtends)});
      }
      SAITEN_RETURN_IF_ERROR(Read((fs::path(file).parent_path() / *base).lexically_normal().string(), depth + 1));
      file_ = file;
    }
    return Table(table, "");
  }

  Status Set(const std::string& setting) {
    const size_t equals = setting.find('=');
    const std::string key = setting.substr(0, equals);
    const std::string value = setting.substr(equals + 1);
    toml::table table;
    // The value may stand without quotes: run.engine=jit.
    for (const std::string& text : {fmt::format("{} = {}", key, value), fmt::format("{} = '{}'", key, value)}) {
      try {
        table = toml::parse(text);
      } catch (const toml::parse_error&) {
        continue;
      }
      file_.clear();
      const size_t before = loaded_.warnings.size();
      SAITEN_RETURN_IF_ERROR(Table(table, ""));
      if (loaded_.warnings.size() == before) return {};
      const ConfigWarning& warning = loaded_.warnings.back();
      return Fail(ErrorKind::kUsage,
                  {"--config " + setting + ": " + warning.en, "--config " + setting + ": " + warning.ja});
    }
    return Fail(ErrorKind::kUsage,
                {fmt::format("--config takes a file or KEY=VALUE, not `{}`", setting),
                 fmt::format("--configにはファイルかキー=値を指定してください(`{}`は読めません)", setting)});
  }

  LoadedConfig Take() { return std::move(loaded_); }

 private:
  Error Wrong(std::string_view key, std::string_view type, std::string_view type_ja, const toml::node& node) const {
    const auto at = node.source().begin;
    const std::string place = file_.empty() ? "--config" : fmt::format("{}:{}", file_, at.line);
    return Fail(file_.empty() ? ErrorKind::kUsage : ErrorKind::kCorrupt,
                {fmt::format("{}: `{}` must be {}", place, key, type),
                 fmt::format("{}: `{}`の値は{}です", place, key, type_ja)});
  }

  Status Table(const toml::table& table, const std::string& prefix) {
    for (const auto& [name, node] : table) {
      const std::string key = prefix.empty() ? std::string(name.str()) : prefix + "." + std::string(name.str());
      if (key == "extend" && prefix.empty()) continue;
      if (key == "data") {
        SAITEN_RETURN_IF_ERROR(Data(node));
      } else if (key == "target") {
        SAITEN_RETURN_IF_ERROR(Targets(node));
      } else if (key == "lint.per-file-ignores") {
        SAITEN_RETURN_IF_ERROR(IgnoresByFile(node));
      } else if (key == "lint.naming") {
        SAITEN_RETURN_IF_ERROR(Namings(node));
      } else if (std::ranges::find(kLater, key) != std::end(kLater)) {
        Warn(node, fmt::format("`{}` is not used by this version yet", key),
             fmt::format("`{}`はこのバージョンではまだ使われません", key));
      } else if (auto found = std::ranges::find(Keys(), key, &Key::name); found != Keys().end()) {
        if (!found->read(node, loaded_.config)) return Wrong(key, found->type, found->type_ja, node);
        if (key == "outbox.ca_file") FromFolder(loaded_.config.outbox_ca_file);
        if (key == "lint.baseline") FromFolder(loaded_.config.lint_baseline);
        loaded_.config.origins[key] = {file_, node.source().begin.line};
      } else if (node.is_table() && (key == "project" || key == "run" || key == "outbox" || key == "lint")) {
        SAITEN_RETURN_IF_ERROR(Table(*node.as_table(), key));
      } else {
        Unknown(node, key);
      }
    }
    return {};
  }

  // A path is seen from the file's folder, as the database is.
  void FromFolder(std::string& path) const {
    if (path.empty() || file_.empty()) return;
    path = (fs::absolute(file_).parent_path() / path).lexically_normal().string();
  }

  Status IgnoresByFile(const toml::node& node) {
    const toml::table* table = node.as_table();
    if (table == nullptr) return Wrong("lint.per-file-ignores", "a section", "セクション", node);
    for (const auto& [name, value] : *table) {
      const std::string pattern(name.str());
      std::vector<std::string> codes;
      const toml::array* list = value.as_array();
      for (size_t i = 0; list != nullptr && i < list->size(); ++i) {
        const auto code = (*list)[i].value_exact<std::string>();
        if (!code) list = nullptr;
        if (code) codes.push_back(*code);
      }
      if (list == nullptr) {
        return Wrong("lint.per-file-ignores." + pattern, "a list such as [\"L1002\"]", "[\"L1002\"]のようなリスト",
                     value);
      }
      loaded_.config.lint_ignore_by_file[pattern] = std::move(codes);
    }
    return {};
  }

  Status Namings(const toml::node& node) {
    const toml::table* table = node.as_table();
    if (table == nullptr) return Wrong("lint.naming", "a section", "セクション", node);
    for (const auto& [name, value] : *table) {
      const auto pattern = value.value_exact<std::string>();
      const std::string key = "lint.naming." + std::string(name.str());
      if (!pattern || pattern->empty()) {
        return Wrong(key, "a regular expression such as \"[a-z_]+\"", "\"[a-z_]+\"のような正規表現", value);
      }
      loaded_.config.lint_naming[std::string(name.str())] = *pattern;
      loaded_.config.origins[key] = {file_, value.source().begin.line};
    }
    return {};
  }

  Status Data(const toml::node& node) {
    if (!node.is_table()) return Wrong("data", "a section", "セクション", node);
    DataSource plain;
    for (const auto& [name, value] : *node.as_table()) {
      if (const toml::table* named = value.as_table()) {
        DataSource source{std::string(name.str()), ""};
        for (const auto& [key, inner] : *named)
          SAITEN_RETURN_IF_ERROR(DataKey(source, "data." + source.name, std::string(key.str()), inner));
        Keep(std::move(source));
      } else {
        SAITEN_RETURN_IF_ERROR(DataKey(plain, "data", std::string(name.str()), value));
      }
    }
    if (!plain.db.empty()) Keep(std::move(plain));
    return {};
  }

  Status Targets(const toml::node& node) {
    if (!node.is_table()) return Wrong("target", "a section", "セクション", node);
    for (const auto& [name, value] : *node.as_table()) {
      const std::string section = "target." + std::string(name.str());
      const toml::table* table = value.as_table();
      if (table == nullptr) return Wrong(section, "a section", "セクション", value);
      Target target{.name = std::string(name.str())};
      for (const auto& [key, inner] : *table) {
        SAITEN_RETURN_IF_ERROR(TargetKey(target, section, std::string(key.str()), inner));
      }
      if (target.workflow.empty() || target.figure.empty() || !target.has_limit()) {
        return Wrong(section, "a section with `workflow`, `figure` and one of `at_least`, `at_most`, `rise`",
                     "workflowとfigure、それにat_least・at_most・riseのどれかを持つセクション", value);
      }
      if (target.rise >= 0 && target.since.empty()) {
        return Wrong(section + ".rise", "used with `since`: it is compared with what was before",
                     "sinceと一緒に使う項目です(それより前と比べます)", value);
      }
      std::erase_if(loaded_.config.targets, [&](const Target& other) { return other.name == target.name; });
      loaded_.config.targets.push_back(std::move(target));
      loaded_.config.origins[section] = {file_, value.source().begin.line};
    }
    return {};
  }

  Status TargetKey(Target& target, const std::string& section, const std::string& key, const toml::node& node) {
    const std::string full = section + "." + key;
    const auto text = node.value_exact<std::string>();
    const std::pair<std::string_view, std::string Target::*> texts[] = {{"workflow", &Target::workflow},
                                                                        {"step", &Target::step},
                                                                        {"figure", &Target::figure},
                                                                        {"since", &Target::since},
                                                                        {"by", &Target::by}};
    for (const auto& [name, member] : texts) {
      if (key != name) continue;
      if (!text || text->empty()) return Wrong(full, "a text", "文字列", node);
      target.*member = *text;
      return {};
    }
    const std::pair<std::string_view, double Target::*> shares[] = {
        {"at_least", &Target::at_least}, {"at_most", &Target::at_most}, {"rise", &Target::rise}};
    for (const auto& [name, member] : shares) {
      if (key != name) continue;
      const auto share = text ? ShareIn(*text) : std::nullopt;
      if (!share) return Wrong(full, "a share such as \"90%\"", "\"90%\"のような割合", node);
      target.*member = *share;
      return {};
    }
    if (key != "after") {
      Unknown(node, full);
      return {};
    }
    const auto after = node.value_exact<int64_t>();
    if (!after || *after < 1) return Wrong(full, "a whole number above 0", "1以上の整数", node);
    target.after = *after;
    return {};
  }

  // `90%`, `12.5%`
  static std::optional<double> ShareIn(std::string_view text) {
    if (!text.ends_with('%')) return std::nullopt;
    text.remove_suffix(1);
    double percent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
    if (error != std::errc() || end != text.data() + text.size() || percent < 0) return std::nullopt;
    return percent / 100;
  }

  void Keep(DataSource source) {
    std::erase_if(loaded_.config.data, [&](const DataSource& d) { return d.name == source.name; });
    if (!source.db.empty()) loaded_.config.data.push_back(std::move(source));
  }

  Status DataKey(DataSource& source, const std::string& section, const std::string& key, const toml::node& node) {
    const std::string full = section + "." + key;
    if (std::ranges::find(kDataLater, key) != std::end(kDataLater)) {
      Warn(node, fmt::format("`{}` is not used by this version yet", full),
           fmt::format("`{}`はこのバージョンではまだ使われません", full));
      return {};
    }
    if (std::ranges::find(kDataKeys, key) == std::end(kDataKeys)) {
      Unknown(node, full);
      return {};
    }
    const auto text = node.value_exact<std::string>();
    if (!text || text->empty()) return Wrong(full, "the path of a database", "データベースのパス", node);
    SAITEN_ASSIGN_OR_RETURN(std::string path, PathOf(*text, full));
    // A path in a file is seen from that file's folder, one on the command line from where one stands.
    source.db = file_.empty() ? path : (fs::absolute(file_).parent_path() / path).lexically_normal().string();
    loaded_.config.origins[section + ".db"] = {file_, node.source().begin.line};
    return {};
  }

  static Result<std::string> PathOf(std::string_view text, const std::string& key) {
    if (text.starts_with("env:")) {
      const std::string variable(text.substr(4));
      const char* value = std::getenv(variable.c_str());
      if (value && *value) return PathOf(value, key);
      return Fail(ErrorKind::kUsage,
                  {fmt::format("`{}` is read from the variable {}, which is not set", key, variable),
                   fmt::format("`{}`は環境変数{}から読みますが、設定されていません", key, variable)});
    }
    for (std::string_view scheme : {"sqlite://", "sqlite:", "file://"}) {
      if (text.starts_with(scheme)) return std::string(text.substr(scheme.size()));
    }
    if (const size_t colon = text.find("://"); colon != std::string_view::npos) {
      return Fail(ErrorKind::kUsage,
                  {fmt::format("not built yet: databases of the kind `{}` (`{}`); SQLite files are there",
                               text.substr(0, colon), key),
                   fmt::format("未実装です: `{}`のデータベース(`{}`)。使えるのはSQLiteファイルです",
                               text.substr(0, colon), key)});
    }
    return std::string(text);
  }

  void Warn(const toml::node& node, const std::string& en, const std::string& ja) {
    const std::string place = file_.empty() ? "" : fmt::format("{}:{}: ", file_, node.source().begin.line);
    loaded_.warnings.push_back({place + en, place + ja});
  }

  void Unknown(const toml::node& node, const std::string& key) {
    std::vector<std::string_view> known{"data.db", "data.url", "project", "data", "run", "outbox", "extend"};
    for (const Key& k : Keys()) known.push_back(k.name);
    for (std::string_view later : kLater) known.push_back(later);
    const std::string_view near = Nearest(key, known);
    if (near.empty()) {
      Warn(node, fmt::format("no setting `{}`", key), fmt::format("`{}`という設定はありません", key));
    } else {
      Warn(node, fmt::format("no setting `{}`; did you mean `{}`?", key, near),
           fmt::format("`{}`という設定はありません。`{}`のことですか", key, near));
    }
  }

  LoadedConfig loaded_;
  std::string file_;
};

}  // namespace

Result<LoadedConfig> LoadConfig(const std::string& file, const std::vector<std::string>& settings) {
  Loader loader;
  if (!file.empty()) SAITEN_RETURN_IF_ERROR(loader.Read(file, 0));
  for (const std::string& setting : settings) SAITEN_RETURN_IF_ERROR(loader.Set(setting));
  LoadedConfig loaded = loader.Take();
  loaded.file = file;
  return loaded;
}

std::vector<std::pair<std::string, std::string>> Show(const Config& config, Language language) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const Key& key : Keys()) out.emplace_back(key.name, key.show(config, language));
  for (const DataSource& data : config.data)
    out.emplace_back(data.name.empty() ? "data.db" : "data." + data.name + ".db", "\"" + data.db + "\"");
  for (const auto& [kind, pattern] : config.lint_naming) out.emplace_back("lint.naming." + kind, "\"" + pattern + "\"");
  for (const auto& [files, codes] : config.lint_ignore_by_file) {
    out.emplace_back("lint.per-file-ignores.\"" + files + "\"", fmt::format("[\"{}\"]", fmt::join(codes, "\", \"")));
  }
  return out;
}

}  // namespace saiten::driver
