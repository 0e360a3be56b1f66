#include "tests/generate/expr_generator.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace saiten::test {
namespace {

// A column of the schema: its name in the rules, its SQL as the engine's number or text, whether it may be unknown.
struct Leaf {
  const char* name;
  const char* sql;
  bool optional;
};

// Enums compare by the order of their members, decimals by hundredths, dates by day number.
const char* const kLevelSql = "(case {0}.level when 'Low' then 0 when 'Mid' then 1 when 'High' then 2 end)";
const char* const kKindSql = "(case {0}.kind when 'Red' then 0 when 'Green' then 1 when 'Blue' then 2 end)";

const std::map<std::pair<GenFrame, GenType>, std::vector<Leaf>>& Leaves() {
  static const std::map<std::pair<GenFrame, GenType>, std::vector<Leaf>> leaves = {
      {{GenFrame::kContact, GenType::kBool}, {{"flag", "c.flag", false}, {"opted", "c.opted", true}}},
      {{GenFrame::kContact, GenType::kInt},
       {{"a", "c.a", false}, {"b", "c.b", true}, {"company.size", "v.size", true}}},
      {{GenFrame::kContact, GenType::kDecimal}, {{"d", "c.d_cents", true}}},
      {{GenFrame::kContact, GenType::kKind}, {{"kind", kKindSql, true}}},
      {{GenFrame::kContact, GenType::kLevel}, {{"level", kLevelSql, true}}},
      {{GenFrame::kContact, GenType::kText}, {{"t", "c.t", true}, {"name", "c.name", false}}},
      {{GenFrame::kContact, GenType::kDate}, {{"born", "c.born", true}}},
      {{GenFrame::kContact, GenType::kTime}, {{"seen", "c.seen", true}}},
      {{GenFrame::kContact, GenType::kMoney}, {{"price", "c.price", true}}},
      {{GenFrame::kCompany, GenType::kBool}, {{"active", "v.active", false}}},
      {{GenFrame::kCompany, GenType::kInt}, {{"size", "v.size", true}}},
      {{GenFrame::kPing, GenType::kBool}, {{"good", "e.good", true}}},
      {{GenFrame::kPing, GenType::kInt}, {{"n", "e.n", true}}},
      {{GenFrame::kPing, GenType::kKind}, {{"kind", kKindSql, true}}},
      {{GenFrame::kPing, GenType::kText}, {{"note", "e.note", true}}},
  };
  return leaves;
}

const char* Alias(GenFrame frame) {
  return frame == GenFrame::kContact ? "c" : frame == GenFrame::kCompany ? "v" : "e";
}

const std::vector<std::string> kCompares = {"==", "!=", "<", "<=", ">", ">="};
const std::vector<std::string> kKinds = {"Red", "Green", "Blue"};
const std::vector<std::string> kLevels = {"Low", "Mid", "High"};
const std::vector<std::string> kTexts = {"", "google", "Google", "営業", "ｸﾞｰｸﾞﾙ", "a b", "100%", "x_y", "é"};

int MemberNumber(const std::vector<std::string>& members, const std::string& name) {
  return static_cast<int>(std::find(members.begin(), members.end(), name) - members.begin());
}

}  // namespace

GenExpr ExprGenerator::Literal(GenType type) {
  switch (type) {
    case GenType::kBool:
      return random_.Chance(50) ? GenExpr{"true", "1"} : GenExpr{"false", "0"};
    case GenType::kInt: {
      static const std::vector<int> values = {0, 1, 2, 3, 5, 10, 50, 99, 100, 101, 500, 501, 1000, 65535, 2147483647};
      const int value = random_.Pick(values);
      if (random_.Chance(25) && value) return {fmt::format("-{}", value), fmt::format("(-{})", value)};
      return {std::to_string(value), std::to_string(value)};
    }
    case GenType::kDecimal: {
      const int cents = random_.Below(20000);
      return {fmt::format("{}.{:02}", cents / 100, cents % 100), std::to_string(cents)};
    }
    case GenType::kKind: {
      const std::string& name = random_.Pick(kKinds);
      return {"Kind." + name, std::to_string(MemberNumber(kKinds, name))};
    }
    case GenType::kLevel: {
      const std::string& name = random_.Pick(kLevels);
      return {"Level." + name, std::to_string(MemberNumber(kLevels, name))};
    }
    case GenType::kText: {
      const std::string& text = random_.Pick(kTexts);
      // SQLite compares bytes and does not know NFKC or that an empty text is unknown.
      const bool plain = text != "ｸﾞｰｸﾞﾙ" && !text.empty();
      return {fmt::format("\"{}\"", text), plain ? fmt::format("'{}'", text) : ""};
    }
    case GenType::kDate: {
      const std::string date =
          fmt::format("20{:02}-{:02}-{:02}", random_.Below(40), 1 + random_.Below(12), 1 + random_.Below(28));
      return {date, fmt::format("'{}'", date)};
    }
    case GenType::kTime: {
      const std::string time =
          fmt::format("2026-0{}-{:02}T{:02}:00Z", 5 + random_.Below(3), 1 + random_.Below(28), random_.Below(24));
      return {time, fmt::format("'{}'", time.substr(0, 16) + ":00Z")};
    }
    case GenType::kMoney: {
      const int yen = random_.Below(3000);
      return {fmt::format("JPY {}", yen), std::to_string(yen)};
    }
  }
  return {};
}

GenExpr ExprGenerator::Leaf(GenType type, GenFrame frame) {
  auto found = Leaves().find({frame, type});
  if (found == Leaves().end() || random_.Chance(15)) return Literal(type);
  const auto& leaf = random_.Pick(found->second);
  // SQLite compares bytes, the rules NFKC forms: only `name` is the same in both.
  const bool sql = type != GenType::kText || std::string_view(leaf.name) == "name";
  return {leaf.name, sql ? fmt::format(fmt::runtime(leaf.sql), Alias(frame)) : "", leaf.optional};
}

GenExpr ExprGenerator::Known(GenExpr expr, GenType type, GenFrame) {
  if (!expr.optional || random_.Chance(60)) return expr;
  const GenExpr other = Literal(type);
  return {fmt::format("({} else {})", expr.text, other.text),
          expr.sql.empty() || other.sql.empty() ? "" : fmt::format("coalesce({}, {})", expr.sql, other.sql), false};
}

GenExpr ExprGenerator::Int(GenFrame frame, int depth) {
  if (depth <= 0 || random_.Chance(40)) return Known(Leaf(GenType::kInt, frame), GenType::kInt, frame);
  switch (random_.Below(frame == GenFrame::kContact ? 7 : 4)) {
    case 0:
    case 1: {
      const GenExpr a = Int(frame, depth - 1), b = Int(frame, depth - 1);
      const char* op = random_.Chance(50) ? "+" : "-";
      const bool sql = !a.sql.empty() && !b.sql.empty();
      return {fmt::format("({} {} {})", a.text, op, b.text), sql ? fmt::format("({} {} {})", a.sql, op, b.sql) : "",
              a.optional || b.optional};
    }
    case 2: {
      const GenExpr a = Leaf(GenType::kInt, frame);
      const int k = 1 + random_.Below(9);
      return {fmt::format("({} * {})", a.text, k), a.sql.empty() ? "" : fmt::format("({} * {})", a.sql, k), a.optional};
    }
    case 3: {
      const GenExpr c = Bool(frame, depth - 1), a = Int(frame, depth - 1), b = Int(frame, depth - 1);
      const bool sql = !a.sql.empty() && !b.sql.empty() && !c.sql.empty();
      return {fmt::format("(if {} then {} else {})", c.text, a.text, b.text),
              sql ? fmt::format("(case when {} then {} else {} end)", c.sql, a.sql, b.sql) : "",
              a.optional || b.optional};
    }
    case 4: {
      const GenExpr window = Window(frame), where = Bool(GenFrame::kPing, depth - 1);
      const bool sql = !where.sql.empty();
      return {fmt::format("count(ping where {} {})", where.text, window.text),
              sql ? fmt::format(
                        "(select count(*) from pings e where e.contact_id = c.id and e.time <= '{}' and {} and ({}))",
                        kGeneratedNow, window.sql, where.sql)
                  : ""};
    }
    case 5: {
      const GenExpr window = Window(frame);
      return {
          fmt::format("sum(ping.n {})", window.text),
          fmt::format("(select coalesce(sum(e.n), 0) from pings e where e.contact_id = c.id and e.time <= '{}' and {})",
                      kGeneratedNow, window.sql)};
    }
    default: {
      const char* fn = random_.Chance(50) ? "min" : "max";
      return Known(
          {fmt::format("{}(ping.n)", fn),
           fmt::format("(select {}(e.n) from pings e where e.contact_id = c.id and e.time <= '{}')", fn, kGeneratedNow),
           true},
          GenType::kInt, frame);
    }
  }
}

GenExpr ExprGenerator::Window(GenFrame) {
  switch (random_.Below(4)) {
    case 0:
      return {"", "1"};
    case 1: {
      const int days = 1 + random_.Below(60);
      return {fmt::format("in last {} days", days),
              fmt::format("e.time > strftime('%Y-%m-%dT%H:%M:%SZ', '{}', '-{} days')", kGeneratedNow, days)};
    }
    case 2: {
      const int hours = 1 + random_.Below(100);
      return {fmt::format("in last {}h", hours),
              fmt::format("e.time > strftime('%Y-%m-%dT%H:%M:%SZ', '{}', '-{} hours')", kGeneratedNow, hours)};
    }
    default: {
      const GenExpr from = Literal(GenType::kTime);
      return {fmt::format("since {}", from.text), fmt::format("e.time >= {}", from.sql)};
    }
  }
}

GenExpr ExprGenerator::Value(GenType type, GenFrame frame, int depth) {
  if (type == GenType::kBool) return Bool(frame, depth);
  if (type == GenType::kInt) return Int(frame, depth);
  return Known(Leaf(type, frame), type, frame);
}

GenExpr ExprGenerator::Compare(GenFrame frame, int depth) {
  static const std::vector<GenType> of_contact = {GenType::kInt,  GenType::kInt,   GenType::kDecimal,
                                                  GenType::kKind, GenType::kLevel, GenType::kText,
                                                  GenType::kDate, GenType::kTime,  GenType::kMoney};
  static const std::vector<GenType> of_others = {GenType::kInt, GenType::kKind, GenType::kText};
  const GenType type = frame == GenFrame::kContact ? random_.Pick(of_contact)
                       : frame == GenFrame::kPing  ? random_.Pick(of_others)
                                                   : GenType::kInt;
  const GenExpr a = Value(type, frame, depth - 1);
  const GenExpr b = Value(type, frame, depth - 1);
  const bool ordered = type != GenType::kText && type != GenType::kKind;
  const std::string& op = kCompares[random_.Below(ordered ? 6 : 2)];
  const bool optional = a.optional || b.optional;
  const bool sql = !a.sql.empty() && !b.sql.empty();
  GenExpr out{fmt::format("{} {} {}", a.text, op, b.text),
              sql ? fmt::format("({} {} {})", a.sql, op == "==" ? "=" : op, b.sql) : "", optional};
  if (optional && random_.Chance(20)) {
    out.text += " or unknown";
    if (sql) out.sql = fmt::format("coalesce({}, 1)", out.sql);
    out.optional = false;
  }
  return out;
}

GenExpr ExprGenerator::Membership(GenFrame frame, int depth) {
  const GenType type = frame == GenFrame::kCompany || random_.Chance(50) ? GenType::kInt : GenType::kKind;
  const GenExpr value = Value(type, frame, depth - 1);
  const bool negated = random_.Chance(30);
  if (type == GenType::kInt && random_.Chance(50)) {
    const int low = random_.Below(300), high = low + random_.Below(300);
    return {
        fmt::format("{} {}in {}..{}", value.text, negated ? "not " : "", low, high),
        value.sql.empty() ? "" : fmt::format("({} {}between {} and {})", value.sql, negated ? "not " : "", low, high),
        value.optional};
  }
  std::string items, sql_items;
  for (int i = 0, n = 1 + random_.Below(3); i < n; ++i) {
    const GenExpr item = Literal(type);
    items += (i ? ", " : "") + item.text;
    sql_items += (i ? ", " : "") + item.sql;
  }
  return {fmt::format("{} {}in [{}]", value.text, negated ? "not " : "", items),
          value.sql.empty() ? "" : fmt::format("({} {}in ({}))", value.sql, negated ? "not " : "", sql_items),
          value.optional};
}

GenExpr ExprGenerator::TextTest(GenFrame frame, int) {
  if (frame == GenFrame::kCompany) return Leaf(GenType::kBool, frame);
  static const std::vector<std::string> tests = {"contains \"oo\"",
                                                 "starts with \"G\"",
                                                 "ends with \"e\"",
                                                 "like \"*o?g*\"",
                                                 "matches /^[a-z]+$/",
                                                 "contains [\"営\", \"b\"]",
                                                 "== \"google\" ignoring case"};
  GenExpr text = Leaf(GenType::kText, frame);
  const int which = random_.Below(static_cast<int>(tests.size()));
  GenExpr out{fmt::format("{} {}", text.text, tests[which]), "", text.optional};
  if (!text.sql.empty() && text.text[0] != '"') {
    // SQLite's functions on text as it is: right where the data is NFKC already, which GenerateData keeps to for
    // `name`.
    if (which == 0 && text.text == "name") out.sql = fmt::format("(instr({}, 'oo') > 0)", text.sql);
    if (which == 1 && text.text == "name") out.sql = fmt::format("(substr({}, 1, 1) = 'G')", text.sql);
  }
  return out;
}

GenExpr ExprGenerator::Aggregate(GenFrame frame, int depth) {
  if (frame != GenFrame::kContact) return Leaf(GenType::kBool, frame);
  const GenExpr window = Window(frame);
  const std::string visible = fmt::format("e.contact_id = c.id and e.time <= '{}' and {}", kGeneratedNow, window.sql);
  switch (random_.Below(4)) {
    case 0: {
      const GenExpr where = Bool(GenFrame::kPing, depth - 1);
      return {
          fmt::format("exists(ping where {} {})", where.text, window.text),
          where.sql.empty() ? "" : fmt::format("exists(select 1 from pings e where {} and ({}))", visible, where.sql)};
    }
    case 1:
      return {fmt::format("no(ping {})", window.text),
              fmt::format("not exists(select 1 from pings e where {})", visible)};
    case 2: {
      const int k = 1 + random_.Below(3);
      return {fmt::format("count(ping distinct by kind {}) >= {}", window.text, k), ""};
    }
    default: {
      return {fmt::format("exists(company.contacts where a > contact.a and flag)"),
              "exists(select 1 from contacts o where o.company_id = c.company_id and o.a > c.a and o.flag)"};
    }
  }
}

GenExpr ExprGenerator::Bool(GenFrame frame, int depth) {
  if (depth <= 0) return random_.Chance(70) ? Compare(frame, 0) : Leaf(GenType::kBool, frame);
  switch (random_.Below(10)) {
    case 0:
    case 1:
    case 2:
      return Compare(frame, depth);
    case 3:
      return Membership(frame, depth);
    case 4:
      return TextTest(frame, depth);
    case 5:
      return Aggregate(frame, depth);
    case 6: {
      const GenExpr a = Bool(frame, depth - 1);
      return {fmt::format("not ({})", a.text), a.sql.empty() ? "" : fmt::format("(not {})", a.sql), a.optional};
    }
    case 7: {
      const GenExpr leaf = Leaf(random_.Chance(50) ? GenType::kInt : GenType::kBool, frame);
      const bool known = random_.Chance(50);
      return {fmt::format("{} is {}", leaf.text, known ? "known" : "unknown"),
              leaf.sql.empty() ? "" : fmt::format("({} is {}null)", leaf.sql, known ? "not " : "")};
    }
    default: {
      const GenExpr a = Bool(frame, depth - 1), b = Bool(frame, depth - 1);
      const char* op = random_.Chance(50) ? "and" : "or";
      const bool sql = !a.sql.empty() && !b.sql.empty();
      return {fmt::format("({} {} {})", a.text, op, b.text), sql ? fmt::format("({} {} {})", a.sql, op, b.sql) : "",
              a.optional || b.optional};
    }
  }
}

}  // namespace saiten::test
