#include "flow/outbox/allow.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/words.h"

namespace saiten::outbox {
namespace {

// Servers disagree on what these mean in a path, so they might lead out of the part that is allowed.
bool HidesParts(const std::string& path) {
  std::string lower = path;
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::ranges::any_of(std::vector<std::string_view>{"%2e", "%2f", "%5c", "\\", "/../", "/./", "%00"},
                             [&](std::string_view part) { return lower.find(part) != std::string::npos; }) ||
         lower.ends_with("/..");
}

bool IsBelow(const std::string& path, const std::string& top) {
  if (!path.starts_with(top)) return false;
  return path.size() == top.size() || top.ends_with('/') || path[top.size()] == '/';
}

}  // namespace

Result<AllowList> AllowList::Parse(Wire& wire, const std::vector<std::string>& entries) {
  AllowList list;
  for (const std::string& entry : entries) {
    if (entry == kMail) {
      list.mail_ = true;
      continue;
    }
    const auto url = wire.Parse(entry);
    if (!url || !url->scheme.starts_with("http") || url->has_user || HidesParts(url->path)) {
      return Fail(ErrorKind::kUsage,
                  {fmt::format("`[outbox] allow`: `{}` is no place to deliver to", entry),
                   fmt::format("`[outbox] allow`: `{}`は送信先として使えません", entry)},
                  {"write `smtp`, or a URL such as \"https://hooks.example.com/\"",
                   "`smtp`、または\"https://hooks.example.com/\"のようなURLを書いてください"});
    }
    list.urls_.push_back(*url);
  }
  return list;
}

bool AllowList::Permits(const Url& url) const {
  if (url.has_user) return false;
  return std::ranges::any_of(urls_, [&](const Url& known) {
    return known.scheme == url.scheme && known.host == url.host && known.port == url.port &&
           (known.path == "/" || (!HidesParts(url.path) && IsBelow(url.path, known.path)));
  });
}

}  // namespace saiten::outbox
