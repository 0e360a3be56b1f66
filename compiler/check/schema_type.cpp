#include <algorithm>

#include <fmt/format.h>

#include "compiler/check/checker.h"

// A type as it is written in a declaration.
namespace saiten::check {
namespace {

using diag::Code;

}  // namespace

Type Checker::ResolveType(const ast::TypeRef& ref) {
  if (!ref.name.valid()) return Type::Error();
  const std::string_view name = ref.name.text;
  auto done = [&](Type type) { return type.Optional(ref.optional); };
  if (name == "bool") return done(Type::Bool());
  if (name == "int") return done(Type::Int());
  if (name == "text") return done(Type::Text());
  if (name == "date") return done(Type::Date());
  if (name == "time" || name == "instant") return done(Type::Instant());
  if (name == "duration") return done(Type::Duration());
  if (name == "decimal") {
    auto* digits = ast::As<ast::NumberLit>(ref.argument);
    if (!digits || digits->scale != 0 || digits->mantissa < 0 || digits->mantissa > 9) {
      sink_.Report(Code::kBadScale, At(ref.span)).Note("as in `decimal(2)`", "`decimal(2)` のように書きます");
      return Type::Error();
    }
    return done(Type::Decimal(static_cast<int>(digits->mantissa)));
  }
  if (name == "money") {
    const std::string code = ref.argument_name.valid() ? std::string(ref.argument_name.text) : options_.currency;
    if (code.empty()) {
      sink_.Report(Code::kNoCurrency, At(ref.span))
          .Note("write `money(JPY)`, or set `currency` under [project] in saiten.toml",
                "`money(JPY)` と書くか、saiten.toml の [project] に `currency` を書いてください");
      return Type::Error();
    }
    const uint32_t currency = CurrencyFromName(code);
    if (!currency || CurrencyDigits(currency) < 0) {
      sink_.Report(Code::kBadCurrency, At(ref.span), {code});
      return Type::Error();
    }
    return done(Type::Money(currency));
  }
  if (name == "set") {
    auto id = catalog().FindEnum(ref.argument_name.text);
    if (!id) {
      if (ref.argument_name.valid()) {
        sink_.Report(Code::kUnknownDecl, At(ref.argument_name.span), {"enum", std::string(ref.argument_name.text)});
      }
      return Type::Error();
    }
    if (catalog()[*id].members.size() > 63) {
      sink_.Report(Code::kSetTooLarge, At(ref.span),
                   {catalog()[*id].name, std::to_string(catalog()[*id].members.size())});
    }
    return done(Type::Set(*id));
  }
  if (auto id = catalog().FindEnum(name); id && (catalog()[*id].origin == EnumInfo::Origin::kDeclared ||
                                                 catalog()[*id].origin == EnumInfo::Origin::kTemplates)) {
    return done(Type::Enum(*id));
  }
  if (auto id = catalog().FindObject(name)) return done(Type::Ref(*id));
  if (name == "many" && sink_.has_errors()) return Type::Error();  // `many x` without its `by`
  auto builder = sink_.Report(Code::kUnknownDecl, At(ref.name.span), {"type", std::string(name)});
  std::vector<std::string> names = {"bool", "int", "decimal", "text", "date", "time", "duration", "money", "set"};
  for (const EnumInfo& info : catalog().enums) {
    if (info.origin == EnumInfo::Origin::kDeclared) names.push_back(info.name);
  }
  for (const ObjectInfo& info : catalog().objects) names.push_back(info.name);
  struct Foreign {
    std::string_view word;
    const char* ours;
  };
  constexpr Foreign kForeign[] = {
      {"string", "text"},        {"str", "text"},         {"varchar", "text"},      {"char", "text"},
      {"integer", "int"},        {"bigint", "int"},       {"smallint", "int"},      {"number", "int"},
      {"numeric", "decimal(2)"}, {"float", "decimal(2)"}, {"double", "decimal(2)"}, {"real", "decimal(2)"},
      {"boolean", "bool"},       {"datetime", "time"},    {"timestamp", "time"},    {"文字列", "text"},
      {"数値", "int"},           {"整数", "int"},         {"日付", "date"},         {"日時", "time"},
  };
  const auto* foreign = std::ranges::find_if(kForeign, [&](const Foreign& row) {
    return row.word.size() == name.size() && std::ranges::equal(row.word, name, [](char a, char b) {
             return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
           });
  });
  if (foreign != std::end(kForeign)) {
    // `varchar(20)`: the length goes, too.
    const std::string source = Source(ref.span);
    const size_t close = source.find(')');
    Span span = ref.name.span;
    if (close != std::string::npos) span.end = ref.span.begin + static_cast<uint32_t>(close) + 1;
    builder.Fix(fmt::format("write `{}`", foreign->ours), fmt::format("`{}` と書く", foreign->ours),
                {{At(span), foreign->ours}}, diag::FixSafety::kUnsafe);
  } else {
    Suggest(builder, ref.name, names);
  }
  return Type::Error();
}

}  // namespace saiten::check
