#include "compiler/lint/ignores.h"

#include <algorithm>
#include <optional>

namespace saiten::lint {
namespace {

using diag::Code;

constexpr std::string_view kWord = "saiten ";

std::string_view Trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// What a comment says, cut into its parts; the views are into the file.
struct Said {
  std::string_view word;  // `ignore`, `ignore-start`, ...
  std::vector<std::string_view> codes;
  std::string_view reason;
};

// nullopt: the comment is about something else.
std::optional<Said> Cut(std::string_view comment) {
  if (!comment.starts_with("//")) return std::nullopt;
  std::string_view text = Trimmed(comment.substr(2));
  if (!text.starts_with(kWord)) return std::nullopt;
  text = Trimmed(text.substr(kWord.size()));
  Said said;
  const size_t end = std::min(text.find_first_of(" :\t"), text.size());
  said.word = text.substr(0, end);
  if (said.word != "ignore" && said.word != "ignore-start" && said.word != "ignore-end" && said.word != "ignore-file") {
    return std::nullopt;
  }
  text = text.substr(end);
  const size_t colon = std::min(text.find(':'), text.size());
  std::string_view codes = text.substr(0, colon);
  if (colon < text.size()) said.reason = Trimmed(text.substr(colon + 1));
  while (!codes.empty()) {
    const size_t comma = std::min(codes.find(','), codes.size());
    if (const std::string_view code = Trimmed(codes.substr(0, comma)); !code.empty()) said.codes.push_back(code);
    codes.remove_prefix(std::min(comma + 1, codes.size()));
  }
  return said;
}

}  // namespace

class Ignores::Reader {
 public:
  Reader(const SourceSet& sources, diag::Sink& sink, std::vector<Ignore>& out)
      : sources_(sources), sink_(sink), out_(out) {}

  void Read(const ast::File& file) {
    file_ = file.id;
    const SourceFile& source = sources_[file.id];
    if (source.text().find(kWord) == std::string_view::npos) return;
    open_.clear();
    for (const ast::Comment& comment : file.comments) {
      if (comment.kind != ast::Comment::Kind::kLine) continue;
      comment_ = &comment;
      if (const auto said = Cut(source.Slice(comment.span))) Take(*said, source);
    }
    for (const size_t index : open_) {
      const Ignore& ignore = out_[index];
      Report(Code::kIgnoreNotEnded, ignore.at, std::string(diag::InfoOf(ignore.code).id))
          .Note("write `// saiten ignore-end CODE` below, or `ignore-file` for the rest of the file",
                "下に`// saiten ignore-end コード`を書くか、ファイル全体なら`ignore-file`を使ってください");
    }
  }

 private:
  diag::Sink::Builder Report(Code code, Span at, std::string what) {
    return sink_.Report(code, {file_, at}, {std::move(what)});
  }

  Span SpanOf(std::string_view part, const SourceFile& source) const {
    const auto begin = static_cast<uint32_t>(part.data() - source.text().data());
    return {begin, begin + static_cast<uint32_t>(part.size())};
  }

  void Take(const Said& said, const SourceFile& source) {
    const bool ends = said.word == "ignore-end";
    if (said.codes.empty() || (said.reason.empty() && !ends)) {
      Report(Code::kIgnoreNeedsReason, comment_->span, std::string(said.word))
          .Note("write it as `// saiten ignore L1002: the name says it all`",
                "`// saiten ignore L1002: 名前のとおりです`のように書いてください");
      return;
    }
    for (const std::string_view written : said.codes) {
      const Span at = SpanOf(written, source);
      const diag::CodeInfo* info = diag::FindCode(written);
      if (info == nullptr) {
        Report(Code::kIgnoreUnknownCode, at, std::string(written));
      } else if (info->severity == diag::Severity::kError) {
        Report(Code::kIgnoreOfError, at, std::string(written));
      } else if (ends) {
        End(*info, at, source);
      } else {
        Begin(said, *info, at, source);
      }
    }
  }

  void Begin(const Said& said, const diag::CodeInfo& info, Span at, const SourceFile& source) {
    Ignore ignore{
        .file = file_, .code = info.code, .at = at, .comment = comment_->span, .alone = said.codes.size() == 1};
    const uint32_t line = source.LineOf(comment_->span.begin);
    if (said.word == "ignore-file") {
      ignore.first = 1;
      ignore.last = UINT32_MAX;
    } else if (said.word == "ignore-start") {
      ignore.first = line;
      ignore.last = UINT32_MAX;
      open_.push_back(out_.size());
    } else {
      ignore.first = line;
      ignore.last = comment_->own_line ? NextLine(line, source) : line;
    }
    out_.push_back(ignore);
  }

  void End(const diag::CodeInfo& info, Span at, const SourceFile& source) {
    const auto found =
        std::find_if(open_.rbegin(), open_.rend(), [&](size_t index) { return out_[index].code == info.code; });
    if (found == open_.rend()) {
      Report(Code::kUnusedIgnore, at, std::string(info.id));
      return;
    }
    out_[*found].last = source.LineOf(comment_->span.begin);
    open_.erase(std::next(found).base());
  }

  // The first line below that is neither empty nor a comment.
  static uint32_t NextLine(uint32_t line, const SourceFile& source) {
    while (++line <= source.line_count()) {
      const std::string_view text = Trimmed(source.Slice(source.LineSpan(line)));
      if (!text.empty() && !text.starts_with("//")) break;
    }
    return line;
  }

  const SourceSet& sources_;
  diag::Sink& sink_;
  std::vector<Ignore>& out_;
  FileId file_;
  const ast::Comment* comment_ = nullptr;
  std::vector<size_t> open_;  // of ignores: `ignore-start` without its end
};

Ignores::Ignores(const std::vector<std::unique_ptr<ast::File>>& files, const SourceSet& sources, diag::Sink& sink) {
  Reader reader(sources, sink, ignores_);
  for (const auto& file : files) reader.Read(*file);
}

void Ignores::Apply(const SourceSet& sources, diag::Sink& sink) {
  if (ignores_.empty()) return;
  sink.RemoveIf([&](const diag::Diagnostic& diagnostic) {
    if (!diagnostic.at.file.valid()) return false;
    const uint32_t line = sources[diagnostic.at.file].LineOf(diagnostic.at.span.begin);
    bool ignored = false;
    for (Ignore& ignore : ignores_) {
      if (ignore.code != diagnostic.code || ignore.file != diagnostic.at.file) continue;
      if (line < ignore.first || line > ignore.last) continue;
      ignore.used = ignored = true;
    }
    return ignored;
  });
}

void Ignores::ReportUnused(const Ignore& ignore, const SourceSet& sources, diag::Sink& sink) {
  auto builder =
      sink.Report(Code::kUnusedIgnore, {ignore.file, ignore.at}, {std::string(diag::InfoOf(ignore.code).id)});
  if (!ignore.alone || ignore.last == UINT32_MAX) return;
  const SourceFile& source = sources[ignore.file];
  const uint32_t line = source.LineOf(ignore.comment.begin);
  const Span of_line = source.LineSpan(line);
  Span whole = ignore.comment;
  if (Trimmed(source.Slice({of_line.begin, whole.begin})).empty()) {
    // A line of its own goes with its end.
    whole = {of_line.begin, line < source.line_count() ? source.LineSpan(line + 1).begin : of_line.end};
  } else {
    while (whole.begin > of_line.begin && source.text()[whole.begin - 1] == ' ') --whole.begin;
  }
  builder.Fix("take the comment away", "コメントを取り除く", {{{ignore.file, whole}, ""}});
}

}  // namespace saiten::lint
