// json-rules-engine: json_rules_engine.mjs FOLDER SAMPLE.json. One rule a line of w1.rules; points are added up from the
// events it gives, bands made of the sums, as its own documentation does.
import { band, require, serve } from "./serve.mjs";

const { Engine } = require("json-rules-engine");
const is = (fact, operator, value) => ({ fact, operator, value });
const all = (...conditions) => ({ all: conditions });
const any = (...conditions) => ({ any: conditions });
const not = (condition) => ({ not: condition });
const unknown = (fact) => is(fact, "equal", null);

const POINTS = [
  ["fit", 15, is("industry", "in", ["IT", "Finance", "Healthcare"])],
  ["fit", 15, all(is("employees", "greaterThanInclusive", 100), is("employees", "lessThanInclusive", 500))],
  ["fit", 5, is("employees", "greaterThanInclusive", 501)],
  ["fit", 20, is("title", "equal", "Executive")],
  ["fit", 15, is("title", "equal", "Director")],
  ["fit", 10, is("title", "equal", "Manager")],
  ["card_a", 40, is("origin", "equal", "Lead Add Form")],
  ["card_a", 10, is("source", "in", ["Reference", "Welingak Website"])],
  ["card_a", 30, is("time_spent", "greaterThanInclusive", 1000)],
  ["card_a", 15, all(is("time_spent", "greaterThanInclusive", 500), is("time_spent", "lessThanInclusive", 999))],
  ["card_a", 5, all(is("time_spent", "greaterThanInclusive", 200), is("time_spent", "lessThanInclusive", 499))],
  ["card_a", 25, is("occupation", "equal", "Working Professional")],
  ["card_a", -15, unknown("occupation")],
  ["card_a", -10, unknown("specialization")],
  ["card_a", -20, is("do_not_email", "equal", true)],
  ["card_a", -5, all(is("source", "equal", "Olark Chat"), is("time_spent", "equal", 0))],
];
const SEGMENTS = {
  referred: is("source", "in", ["Reference", "Welingak Website"]),
  management: all(is("specialization", "includes", "Management"), not(is("do_not_email", "equal", true))),
  recent: all(is("created", "greaterThan", 20544), is("created", "lessThanInclusive", 20634)),
  bare: all(unknown("occupation"), any(is("source", "notEqual", "Google"), unknown("source"))),
  enterprise: all(is("company_employees", "greaterThanInclusive", 1000), is("industry", "in", ["IT", "Finance"])),
};

const engine = new Engine();
engine.addOperator("includes", (text, part) => text !== null && text.includes(part));
const single = (c) => ("fact" in c || "not" in c ? all(c) : c);
for (const [score, points, condition] of POINTS) {
  engine.addRule({ conditions: single(condition), event: { type: score, params: { points } } });
}
for (const [segment, condition] of Object.entries(SEGMENTS)) {
  engine.addRule({ conditions: single(condition), event: { type: segment } });
}

await serve("json-rules-engine", async (contact) => {
  const { events } = await engine.run(contact);
  const answer = { fit: 0, card_a: 0, referred: 0, management: 0, recent: 0, bare: 0, enterprise: 0 };
  for (const { type, params } of events) answer[type] += params ? params.points : 1;
  answer.fit = Math.min(answer.fit, 50);
  answer.priority = band(answer.fit, [20, 35]);
  answer.grade = band(answer.card_a, [20, 30, 40]);
  return answer;
});
