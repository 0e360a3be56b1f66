#include "compiler/ast/print.h"

#include "compiler/ast/printer.h"

namespace saiten::ast {

Printer& Printer::Line(std::string_view word) {
  if (!text_.empty()) text_ += '\n';
  text_.append(static_cast<size_t>(depth_) * 2, ' ');
  text_ += word;
  return *this;
}

Printer& Printer::Add(std::string_view word) {
  text_ += ' ';
  text_ += word;
  return *this;
}

Printer& Printer::Add(std::string_view key, const Name& name) {
  if (name.valid()) Add(key).Add(name.text);
  return *this;
}

Printer& Printer::Add(const Expr* expr) { return expr ? Add(Print(expr)) : *this; }

Printer& Printer::Add(std::string_view key, const Expr* expr) {
  if (expr) Add(key).Add(expr);
  return *this;
}

Printer& Printer::Add(std::string_view key, const Duration& duration) {
  if (!duration.span.empty()) Add(key).Add(TextOf(duration));
  return *this;
}

Printer& Printer::AddQuoted(std::string_view key, std::string_view text) {
  if (!text.empty()) Add(key).Add(QuotedText(text));
  return *this;
}

Printer& Printer::Add(std::string_view key, const Window& window) {
  using Kind = Window::Kind;
  switch (window.kind) {
    case Kind::kNone:
      return *this;
    case Kind::kLast:
      return Add(key).Add("last").Add(TextOf(window.duration));
    case Kind::kLastCalendar:
      return Add(key).Add("last-calendar").Add(TextOf(window.duration));
    case Kind::kSince:
      return Add(key).Add("since").Add(window.from);
    case Kind::kBetween:
      return Add(key).Add("between").Add(window.from).Add(window.to);
    case Kind::kBeforeIt:
      return Add(key).Add("before-it").Add(TextOf(window.duration));
  }
  return *this;
}

std::string QuotedText(std::string_view text) {
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '\n') {
      quoted += "\\n";
    } else {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string TextOf(const Duration& duration) {
  static constexpr std::string_view kUnits[] = {"second", "minute", "hour", "day", "week", "month", "quarter", "year"};
  return std::to_string(duration.count) + (duration.business ? "-business-" : "-") +
         std::string(kUnits[static_cast<size_t>(duration.unit)]);
}

std::string Print(const Decl& decl) {
  Printer out;
  PrintDecl(out, decl);
  return out.Take() + "\n";
}

std::string Print(const File& file) {
  Printer out;
  for (const Decl* decl : file.decls) PrintDecl(out, *decl);
  const std::string text = out.Take();
  return text.empty() ? text : text + "\n";
}

}  // namespace saiten::ast
