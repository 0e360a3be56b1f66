// zen-engine: zen_engine.mjs FOLDER SAMPLE.json. w1.rules as two expression nodes of a decision: points, then bands.
import { require, serve } from "./serve.mjs";

const { ZenEngine } = require("@gorules/zen-engine");

const POINTS = {
  fit: `min([50,
    (industry in ['IT', 'Finance', 'Healthcare'] ? 15 : 0)
    + (employees == null ? 0 : employees >= 501 ? 5 : employees >= 100 ? 15 : 0)
    + (title == 'Executive' ? 20 : title == 'Director' ? 15 : title == 'Manager' ? 10 : 0)])`,
  card_a: `(origin == 'Lead Add Form' ? 40 : 0)
    + (source in ['Reference', 'Welingak Website'] ? 10 : 0)
    + (time_spent == null ? 0 : time_spent >= 1000 ? 30 : time_spent >= 500 ? 15 : time_spent >= 200 ? 5 : 0)
    + (occupation == 'Working Professional' ? 25 : 0)
    + (occupation == null ? -15 : 0)
    + (specialization == null ? -10 : 0)
    + (do_not_email ? -20 : 0)
    + (source == 'Olark Chat' and time_spent == 0 ? -5 : 0)`,
  referred: `source in ['Reference', 'Welingak Website']`,
  management: `specialization == null ? false : contains(specialization, 'Management') and not(do_not_email)`,
  recent: `created == null ? false : created > 20544 and created <= 20634`,
  bare: `occupation == null and source != 'Google'`,
  enterprise: `company_employees == null ? false : company_employees >= 1000 and industry in ['IT', 'Finance']`,
};
const BANDS = {
  fit: "fit",
  card_a: "card_a",
  referred: "referred",
  management: "management",
  recent: "recent",
  bare: "bare",
  enterprise: "enterprise",
  priority: "fit >= 35 ? 2 : fit >= 20 ? 1 : 0",
  grade: "card_a >= 40 ? 3 : card_a >= 30 ? 2 : card_a >= 20 ? 1 : 0",
};

const node = (id, type, content) => ({ id, name: id, type, position: { x: 0, y: 0 }, content });
const expressions = (id, of) =>
  node(id, "expressionNode", {
    expressions: Object.entries(of).map(([key, value]) => ({ id: key, key, value: value.replace(/\s+/g, " ") })),
  });
const edge = (sourceId, targetId) => ({ id: sourceId + targetId, sourceId, targetId, type: "edge" });
const decision = new ZenEngine().createDecision({
  contentType: "application/vnd.gorules.decision",
  nodes: [node("in", "inputNode", {}), expressions("points", POINTS), expressions("bands", BANDS), node("out", "outputNode", {})],
  edges: [edge("in", "points"), edge("points", "bands"), edge("bands", "out")],
});

await serve("@gorules/zen-engine", async (contact) => (await decision.evaluate(contact)).result);
