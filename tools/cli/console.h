#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "driver/words.h"

namespace saiten::cli {

// Where a command speaks: results on stdout, everything else on stderr, in the language, colour and loudness asked for.
class Console {
 public:
  enum class ColorMode { kAuto, kAlways, kNever };
  struct Options {
    driver::Language language = driver::Language::kEnglish;
    ColorMode color = ColorMode::kAuto;
    int verbosity = 0;      // -q: -1, -v: 1
    bool json_log = false;  // --log-format json: one object a line on stderr
    bool progress = true;
  };

  explicit Console(Options options);

  driver::Language language() const { return options_.language; }
  bool color_out() const { return color_out_; }
  bool color_err() const { return color_err_; }
  bool quiet() const { return options_.verbosity < 0; }
  bool verbose() const { return options_.verbosity > 0; }
  bool progress() const { return options_.progress && !quiet(); }
  bool tty_err() const { return tty_err_; }

  // A result; as it is.
  void Result(std::string_view text);
  // Further text for people, as it is (snippets, tables); not with --log-format json or -q.
  void Side(std::string_view text);
  // Diagnostics of the rules where they are not the result; also with -q. One line `note` with --log-format json.
  void Beside(std::string_view text);
  // One line on what happened; not with -q. `Detail` only with -v.
  void Info(std::string_view message);
  void Detail(std::string_view message);
  void Warn(std::string_view message);
  // `saiten: message`, and the hint on a line of its own.
  void Failure(std::string_view message, std::string_view hint = {});
  // False if something could not be written (a full disk). A reader that goes away early (`| head`) has what it wanted.
  bool Flush();

 private:
  void NoteFailure();
  void FlushOut();
  void Line(std::string_view level, std::string_view prefix, std::string_view message, std::string_view hint);

  Options options_;
  bool tty_err_ = false;
  bool color_out_ = false;
  bool color_err_ = false;
  bool failed_ = false;
  bool reader_gone_ = false;
};

}  // namespace saiten::cli
