// What a peer in Node is to the harness; see serve.py.
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

export const COLUMNS = ["fit", "priority", "card_a", "grade", "referred", "management", "recent", "bare", "enterprise"];
const SCORES = new Set(["fit", "card_a"]);

// The packages stand in a folder of the benchmark's data, not beside this file.
export const [, , folder, sample] = process.argv;
export const require = createRequire(folder + "/");
export const contacts = JSON.parse(readFileSync(sample, "utf8"));
export const version = (name) => JSON.parse(readFileSync(`${folder}/node_modules/${name}/package.json`, "utf8")).version;
export const band = (points, limits) => limits.filter((limit) => points >= limit).length;

const say = (message) => writeSync(1, JSON.stringify(message) + "\n");

// `evaluate` takes a contact and gives an object with COLUMNS, points whole.
export async function serve(name, evaluate) {
  say({ names: ["evaluate"], version: version(name) });
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, ...rest] = line.split(" ");
    const answers = [];
    const begin = process.hrtime.bigint();
    for (const contact of contacts) answers.push(await evaluate(contact));
    const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
    if (command === "answers") {
      const to = rest.join(" ").split("\t")[1];
      for (const column of COLUMNS) {
        const values = Int32Array.from(answers, (a) => Number(a[column]) * (SCORES.has(column) ? 1000 : 1));
        const file = openSync(`${to}/${column}.i32`, "w");
        writeSync(file, new Uint8Array(values.buffer));
        closeSync(file);
      }
    }
    say({ seconds, peak_mb: Math.round(process.resourceUsage().maxRSS / 1024) });
  }
}
