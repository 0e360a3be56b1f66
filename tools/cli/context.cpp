#include <charconv>

#include <fmt/format.h>

#include "tools/cli/command.h"

namespace saiten::cli {

bool Context::Flag(std::string_view name) const { return arguments_.options.contains(name); }

std::optional<std::string> Context::Value(std::string_view name) const {
  auto found = arguments_.options.find(name);
  return found == arguments_.options.end() ? std::nullopt : std::optional(found->second.back());
}

std::vector<std::string> Context::Values(std::string_view name) const {
  auto found = arguments_.options.find(name);
  return found == arguments_.options.end() ? std::vector<std::string>() : found->second;
}

Result<std::optional<int64_t>> Context::Number(std::string_view name, int64_t min) const {
  const auto text = Value(name);
  if (!text) return std::optional<int64_t>();
  int64_t number = 0;
  const auto end = std::from_chars(text->data(), text->data() + text->size(), number);
  if (end.ec != std::errc() || end.ptr != text->data() + text->size() || number < min) {
    return driver::Fail(ErrorKind::kUsage,
                        {fmt::format("`--{}` takes a whole number from {} on, not `{}`", name, min, *text),
                         fmt::format("`--{}`には{}以上の整数を指定してください(`{}`は使えません)", name, min, *text)});
  }
  return std::optional(number);
}

Result<std::vector<OutputSpec>> Context::Outputs() const {
  std::vector<OutputSpec> outputs;
  for (const std::string& text : Values("output")) {
    const size_t colon = text.find(':');
    const std::string name = text.substr(0, colon);
    const auto format = driver::FindReportFormat(name);
    if (!format && name == "html") {
      return driver::Fail(ErrorKind::kUsage, {"not built yet: `--output html`", "未実装です: `--output html`"},
                          {"there are: " + driver::ReportFormatNames(), "使える形式: " + driver::ReportFormatNames()});
    }
    if (!format) {
      return driver::Fail(
          ErrorKind::kUsage,
          {fmt::format("no output format `{}`: one of {}, and `:FILE` behind it if it shall go to a file", name,
                       driver::ReportFormatNames()),
           fmt::format(
               "出力形式`{}`はありません。{}のいずれかを指定し、ファイルに出すときは後ろに`:FILE`を付けてください",
               name, driver::ReportFormatNames())});
    }
    OutputSpec output{*format, colon == std::string::npos ? "" : text.substr(colon + 1)};
    if (colon != std::string::npos && output.file.empty()) {
      return driver::Fail(ErrorKind::kUsage, {fmt::format("`--output {}` names no file behind the colon", text),
                                              fmt::format("`--output {}`のコロンの後にファイル名がありません", text)});
    }
    outputs.push_back(std::move(output));
  }
  if (outputs.empty()) outputs.push_back({});
  return outputs;
}

Exit Context::Fail(const Error& error) const {
  const bool ja = language() == driver::Language::kJapanese;
  console_.Failure(ja && !error.message_ja.empty() ? error.message_ja : error.message,
                   ja && !error.hint_ja.empty() ? error.hint_ja : error.hint);
  return ExitOf(error.kind);
}

}  // namespace saiten::cli
