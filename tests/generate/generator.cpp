#include "tests/generate/generator.h"

#include <fmt/format.h>

#include "tests/generate/expr_generator.h"

namespace saiten::test {

uint64_t Random::Next() {
  state_ += 0x9E3779B97F4A7C15u;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

std::string GeneratedSchema() {
  return R"(timezone "UTC"

enum Kind { Red  Green  Blue }
enum Level ordered { Low  Mid  High }

object company from "companies" {
  id:       int key
  size:     int?
  active:   bool
  contacts: many contact by company
}

object contact from "contacts" {
  id:      int key
  a:       int
  b:       int?
  d:       decimal(2)?
  flag:    bool
  opted:   bool?
  kind:    Kind?
  level:   Level?
  kinds:   set<Kind>?
  t:       text?
  name:    text
  born:    date?
  seen:    time?
  price:   money(JPY)?
  company: company?
}

event ping of contact from "pings" { n: int?  kind: Kind?  note: text?  good: bool? }
event pong of contact from "pongs" { kind: Kind? }
event any of contact = ping, pong

)";
}

namespace {

class RuleGenerator {
 public:
  explicit RuleGenerator(Random& random) : random_(random), exprs_(random) {}

  GeneratedRule Make(int index) {
    const std::string name = fmt::format("p{}", index);
    if (random_.Chance(50)) {
      const GenExpr condition = exprs_.Bool(GenFrame::kContact, 3);
      return {name, fmt::format("segment {} for contact where {}\n", name, condition.text), false, condition.sql};
    }
    return {name, Score(name), true, ""};
  }

 private:
  std::string Points() {
    static const std::vector<std::string> points = {"+1", "+5", "-10", "+0.5", "+12.345", "-0.001", "+1000"};
    if (random_.Chance(15)) return fmt::format("({}) points", exprs_.Int(GenFrame::kContact, 1).text);
    return random_.Pick(points);
  }

  std::string PlainPoints() {
    static const std::vector<std::string> points = {"+1", "+5", "-10", "+0.5", "+12.345", "+15"};
    return random_.Pick(points);
  }

  std::string Limits() {
    std::string text;
    if (random_.Chance(30)) text += fmt::format(" max {}", random_.Below(60));
    if (random_.Chance(30)) text += fmt::format(" min {}", -random_.Below(60));
    return text;
  }

  std::string Options(bool decay) {
    std::string text;
    if (random_.Chance(25)) text += random_.Chance(50) ? " distinct by kind" : " distinct by kind latest";
    if (random_.Chance(30)) {
      static const std::vector<std::string> periods = {"day", "week", "month"};
      text += fmt::format(" at most {} per {}", 1 + random_.Below(3), random_.Pick(periods));
    }
    if (random_.Chance(25))
      text += fmt::format(" at most {} every {} days", 1 + random_.Below(3), 1 + random_.Below(10));
    if (random_.Chance(25)) text += fmt::format(" at most {}", 1 + random_.Below(5));
    if (random_.Chance(30)) text += fmt::format(" in last {} days", 1 + random_.Below(60));
    if (decay && random_.Chance(50)) {
      switch (random_.Below(4)) {
        case 0:
          text += fmt::format(" decay linear {}% every {} days", 1 + random_.Below(50), 1 + random_.Below(40));
          break;
        case 1:
          text += fmt::format(" decay compound {}% every {} days", 1 + random_.Below(90), 1 + random_.Below(40));
          break;
        case 2:
          text += fmt::format(" decay half-life {} days", 1 + random_.Below(60));
          break;
        default:
          text += fmt::format(" expires after {} days", 1 + random_.Below(60));
          break;
      }
    }
    return text + Limits();
  }

  std::string Item() {
    switch (random_.Below(5)) {
      case 0:
        return fmt::format("  {} when {}{}\n", Points(), exprs_.Bool(GenFrame::kContact, 2).text, Limits());
      case 1: {
        std::string rows;
        for (int i = 0, low = -50; i < 3; ++i) {
          const int high = low + 10 + random_.Below(200);
          rows += fmt::format("    {}..{} => {}\n", low, high, PlainPoints());
          low = high + 1;
        }
        return fmt::format("  match {} {{\n{}{}  }}\n", random_.Chance(50) ? "a" : "b", rows,
                           random_.Chance(50) ? fmt::format("    otherwise => {}\n", PlainPoints()) : "");
      }
      case 2:
        return fmt::format("  match kind {{ Red => {}  Green, Blue => {}  unknown => {} }}\n", PlainPoints(),
                           PlainPoints(), PlainPoints());
      case 3:
        return fmt::format("  -10 when no ping in last {} days, and -10 more every {} days min -{}\n",
                           1 + random_.Below(30), 1 + random_.Below(30), 10 + random_.Below(50));
      default: {
        const std::string where = random_.Chance(50) ? " where " + exprs_.Bool(GenFrame::kPing, 1).text : "";
        return fmt::format("  {} per ping{}{}\n", PlainPoints(), where, Options(true));
      }
    }
  }

  std::string Score(const std::string& name) {
    if (random_.Chance(15)) {
      std::string text = fmt::format("score {} for contact running min {} max {}{} {{\n", name, -random_.Below(20),
                                     10 + random_.Below(100), random_.Chance(40) ? " reset on pong" : "");
      for (int i = 0, n = 1 + random_.Below(3); i < n; ++i) {
        if (random_.Chance(70))
          text += fmt::format("  {} per {}{}{}\n", PlainPoints(), random_.Chance(60) ? "ping" : "any",
                              random_.Chance(50) ? fmt::format(" at most {} per day", 1 + random_.Below(3)) : "",
                              random_.Chance(30) ? Limits() : "");
        else
          text += fmt::format("  -{} per {} days without ping\n", 1 + random_.Below(20), 1 + random_.Below(30));
      }
      return text + "}\n";
    }
    std::string text = fmt::format("score {} for contact{} {{\n", name, Limits());
    for (int i = 0, n = 1 + random_.Below(3); i < n; ++i) {
      if (random_.Chance(20))
        text += fmt::format("  group g{}{} {{\n  {}  {}  }}\n", i, Limits(), Item(), Item());
      else
        text += Item();
    }
    if (random_.Chance(30)) {
      const int mid = random_.Below(20);
      const int high = 20 + random_.Below(20);
      const int leave = mid - 1 - random_.Below(20);
      const bool lingers = random_.Chance(30);
      text += fmt::format("  bands {}_band {{ low  mid from {}{}  high from {}{} }}\n", name, mid,
                          lingers ? fmt::format(" leave below {}", leave) : "", high,
                          random_.Chance(40) ? fmt::format(" leave below {}",
                                                           lingers ? std::min(leave + random_.Below(5), high - 1) : mid)
                                             : "");
    }
    return text + "}\n";
  }

  Random& random_;
  ExprGenerator exprs_;
};

}  // namespace

std::vector<GeneratedRule> GenerateRules(uint64_t seed, int count) {
  Random random(seed);
  RuleGenerator generator(random);
  std::vector<GeneratedRule> rules;
  for (int i = 0; i < count; ++i) rules.push_back(generator.Make(i));
  return rules;
}

std::string GenerateData(uint64_t seed, int contacts) {
  Random random(seed ^ 0x5A17E2);
  std::string sql = R"(
create table companies (id integer primary key, size integer, active integer);
create table contacts (id integer primary key, a integer, b integer, d text, d_cents integer, flag integer, opted integer,
  kind text, level text, kinds text, t text, name text, born text, seen text, price integer, company_id integer);
create table pings (contact_id integer, time text, n integer, kind text, note text, good integer);
create table pongs (contact_id integer, time text, kind text);
create table saiten_run (run integer, as_of text);
insert into saiten_run values (1, '2026-01-01T00:00:00Z');
create table saiten_scores (object text, id integer, score text, points integer, band text);
)";
  auto maybe = [&](const std::string& value) { return random.Chance(30) ? std::string("null") : value; };
  auto number = [&] {
    static const std::vector<std::string> edges = {"0",   "1",   "-1",  "99",         "100",
                                                   "101", "500", "501", "2147483647", "-2147483648"};
    return random.Chance(40) ? random.Pick(edges) : std::to_string(random.Below(1000) - 200);
  };
  static const std::vector<std::string> kinds = {"'Red'", "'Green'", "'Blue'"}, levels = {"'Low'", "'Mid'", "'High'"};
  static const std::vector<std::string> texts = {"'google'", "'Google'", "'営業部'", "'ｸﾞｰｸﾞﾙ'",
                                                 "'a b'",    "'GOOGLE'", "'x_y'",    "'Ｇｏｏｇｌｅ'"};
  static const std::vector<std::string> names = {"'google'", "'Google'", "'Goose'", "'book'", "'zone'"};
  const int companies = 1 + contacts / 4;
  for (int i = 1; i <= companies; ++i) {
    sql += fmt::format("insert into companies values ({}, {}, {});\n", i, maybe(number()), random.Below(2));
  }
  auto time = [&] {
    // Seconds around the clock and its windows, some exactly on a border, some in the future.
    return fmt::format("strftime('%Y-%m-%dT%H:%M:%SZ', '{}', '{} days', '{} seconds')", kGeneratedNow,
                       3 - random.Below(100), random.Chance(40) ? 0 : random.Below(7200) - 3600);
  };
  for (int i = 1; i <= contacts; ++i) {
    const int cents = random.Below(30000) - 5000;
    const bool no_d = random.Chance(30);
    const std::string d =
        no_d ? "null" : fmt::format("'{}{}.{:02}'", cents < 0 ? "-" : "", std::abs(cents) / 100, std::abs(cents) % 100);
    sql += fmt::format(
        "insert into contacts values ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {});\n", i, number(),
        maybe(number()), d, no_d ? "null" : std::to_string(cents), random.Below(2),
        maybe(std::to_string(random.Below(2))), maybe(random.Pick(kinds)), maybe(random.Pick(levels)),
        maybe(random.Chance(50) ? "'Red;Blue'" : "'Green'"), maybe(random.Pick(texts)), random.Pick(names),
        maybe(fmt::format("'20{:02}-{:02}-{:02}'", random.Below(40), 1 + random.Below(12), 1 + random.Below(28))),
        maybe(time()), maybe(std::to_string(random.Below(3000))), maybe(std::to_string(1 + random.Below(companies))));
    const int events = random.Chance(30) ? 0 : random.Chance(10) ? 40 : random.Below(8);
    for (int e = 0; e < events; ++e) {
      sql += fmt::format("insert into pings values ({}, {}, {}, {}, {}, {});\n", i, time(), maybe(number()),
                         maybe(random.Pick(kinds)), maybe(random.Pick(texts)), maybe(std::to_string(random.Below(2))));
    }
    if (random.Chance(40))
      sql += fmt::format("insert into pongs values ({}, {}, {});\n", i, time(), maybe(random.Pick(kinds)));
  }
  // A run before: most records have a band, some of a name that is no more.
  sql += R"(
with recursive n(i) as (select 0 union all select i + 1 from n where i < 99)
insert into saiten_scores select 'contact', c.id, 'p' || n.i, 0,
  case (c.id * 7 + n.i * 13) % 6 when 0 then 'low' when 1 then 'mid' when 2 then 'high' when 3 then 'high' when 4 then 'gone' end
from contacts c, n;
)";
  return sql;
}

}  // namespace saiten::test
