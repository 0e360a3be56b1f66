#include "tools/cli/console.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include <unistd.h>

#include "base/json.h"

namespace saiten::cli {
namespace {

bool WantsColor(Console::ColorMode mode, bool tty) {
  switch (mode) {
    case Console::ColorMode::kAlways:
      return true;
    case Console::ColorMode::kNever:
      return false;
    case Console::ColorMode::kAuto:
      break;
  }
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color && *no_color) return false;
  const char* term = std::getenv("TERM");
  return tty && !(term && std::string_view(term) == "dumb");
}

}  // namespace

Console::Console(Options options) : options_(options), tty_err_(!options.json_log && isatty(STDERR_FILENO) == 1) {
  color_out_ = WantsColor(options.color, isatty(STDOUT_FILENO) == 1);
  color_err_ = !options.json_log && WantsColor(options.color, tty_err_);
}

void Console::Result(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) NoteFailure();
}

void Console::Side(std::string_view text) {
  if (!options_.json_log && !quiet()) std::fwrite(text.data(), 1, text.size(), stderr);
}

void Console::Beside(std::string_view text) {
  if (options_.json_log) {
    while (text.ends_with('\n')) text.remove_suffix(1);
    if (!text.empty()) Line("note", "", text, {});
    return;
  }
  FlushOut();
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void Console::Info(std::string_view message) {
  if (!quiet()) Line("info", "", message, {});
}

void Console::Detail(std::string_view message) {
  if (verbose()) Line("debug", "", message, {});
}

void Console::Warn(std::string_view message) {
  Line("warning", driver::In(language(), "saiten: warning: ", "saiten: 警告: "), message, {});
}

void Console::Failure(std::string_view message, std::string_view hint) { Line("error", "saiten: ", message, hint); }

void Console::NoteFailure() { (errno == EPIPE ? reader_gone_ : failed_) = true; }

void Console::FlushOut() {
  if (std::fflush(stdout) != 0) NoteFailure();
}

bool Console::Flush() {
  FlushOut();
  std::fflush(stderr);
  return !failed_ && (reader_gone_ || std::ferror(stdout) == 0);
}

void Console::Line(std::string_view level, std::string_view prefix, std::string_view message, std::string_view hint) {
  // What was printed first is to be read first where both streams go to one place.
  FlushOut();
  std::string out;
  if (options_.json_log) {
    Json line = {{"level", level}, {"message", message}};
    if (!hint.empty()) line["hint"] = hint;
    out = JsonLine(line) + "\n";
  } else {
    out = std::string(prefix) + std::string(message) + "\n";
    if (!hint.empty()) out += std::string(driver::In(language(), "  help: ", "  ヒント: ")) + std::string(hint) + "\n";
  }
  std::fwrite(out.data(), 1, out.size(), stderr);
}

}  // namespace saiten::cli
