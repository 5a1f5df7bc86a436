// SPDX-License-Identifier: MIT
// gen_idna.mjs - makes idna_table.c out of the npm package tr46, which carries Unicode's
// IdnaMappingTable (UTS46) and the property sets that IDNA's rules ask for as regexes.
//
//   npm install --no-save tr46@6.0.0 && node lib/url/gen_idna.mjs >lib/url/idna_table.c
//
// The properties are found by asking each regex about each code point, so this script does not
// depend on how the regexes are written. The format of the tables: idna_table.h.
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.cwd(), "gen_idna.mjs"));
const mapping = require("tr46/lib/mappingTable.json");
const regex = require("tr46/lib/regexes.js");
const { version, unicodeVersion } = require("tr46/package.json");

const LAST = 0x10ffff;
const VALID = 0, DISALLOWED = 1, IGNORED = 2, TEXTS = 0xd800, TEXTS_END = 0xf900; // idna_table.h
const STATUS = { 1: "mapped", 2: "valid", 3: "disallowed", 6: "deviation", 7: "ignored" };

// ---- what each code point becomes: runs of equal treatment ----

let pool = Buffer.alloc(0); // UTF-8 texts, each behind a byte with its length

function poolOffset(text) {
  const bytes = Buffer.from(text, "utf8");
  const entry = Buffer.concat([Buffer.from([bytes.length]), bytes]);
  let at = pool.indexOf(entry);
  if (at < 0) {
    at = pool.length;
    pool = Buffer.concat([pool, entry]);
  }
  if (TEXTS + at >= TEXTS_END || bytes.length > 0xff) throw new Error("the pool is too small");
  return TEXTS + at;
}

function treatment([, status, text]) {
  switch (STATUS[status]) {
    case "valid":
    case "deviation": // valid in nontransitional processing, the only one in use
      return VALID;
    case "disallowed":
      return DISALLOWED;
    case "ignored":
      return IGNORED;
    case "mapped": {
      const code = [...text].length === 1 ? text.codePointAt(0) : 0;
      const isPlain = code > IGNORED && code <= 0xffff && (code < TEXTS || code >= TEXTS_END);
      return isPlain ? code : poolOffset(text);
    }
    default:
      throw new Error(`unknown status ${status}`);
  }
}

const runs = [];
let next = 0;
for (const row of mapping) {
  const [first, last] = Array.isArray(row[0]) ? row[0] : [row[0], row[0]];
  if (first !== next) throw new Error(`a hole at ${next}`);
  next = last + 1;
  const becomes = treatment(row);
  if (runs.at(-1)?.value !== becomes) runs.push({ first, value: becomes });
}
if (next !== LAST + 1) throw new Error("the mapping table ends early");

// ---- what IDNA's label rules ask about each code point ----

const L = "a", R = "\u05d0"; // bidi classes L and R, joining type U
const DUAL = "\u0628", RIGHT = "\u0627", ZWNJ = "\u200c"; // beh joins on both sides, alef on one

function bidi(ch) { // enum cr_idna_bidi
  if (regex.bidiS1LTR.test(ch)) return 1;
  if (regex.bidiS1RTL.test(ch)) return 2; // R and AL
  if (regex.bidiS4AN.test(ch)) return 3;
  if (regex.bidiS4EN.test(ch)) return 4;
  if (!regex.bidiS2.test(R + ch)) return 0; // no class that a label may hold
  return regex.bidiS6.test(L + ch) ? 5 : 6; // NSM; or ES, CS, ET, ON, BN
}

function joining(ch) { // enum cr_idna_joining
  const left = regex.validZWNJ.test(ch + ZWNJ + RIGHT);
  const right = regex.validZWNJ.test(DUAL + ZWNJ + ch);
  if (left && right) return 3;
  if (left) return 1;
  if (right) return 2;
  return regex.validZWNJ.test(DUAL + ZWNJ + ch + RIGHT) ? 4 : 0; // transparent
}

function properties(code) {
  const ch = String.fromCodePoint(code);
  const mark = regex.combiningMarks.test(ch) ? 1 : 0;
  const virama = regex.combiningClassVirama.test(ch) ? 1 : 0;
  return bidi(ch) | joining(ch) << 3 | mark << 6 | virama << 7;
}

const props = [];
for (let code = 0; code <= LAST; code++) {
  const surrogate = code >= 0xd800 && code <= 0xdfff;
  const bits = surrogate ? 0 : properties(code);
  if (props.at(-1)?.value !== bits) props.push({ first: code, value: bits });
}

// ---- the C file ----

function rows(numbers) {
  const lines = [];
  let line = " ";
  for (const number of numbers) {
    const word = ` ${number},`;
    if (line.length + word.length > 100) {
      lines.push(line);
      line = " ";
    }
    line += word;
  }
  lines.push(line);
  return lines.join("\n");
}

function table(type, name, numbers) {
  return `const ${type} ${name}[] = {\n${rows(numbers)}\n};\n`;
}

// A run starts anew at each plane, so that the lower 16 bits say where it starts.
function byPlane(list) {
  const split = [];
  const planes = [];
  for (let plane = 0; plane <= LAST >> 16; plane++) {
    const start = plane << 16;
    const inside = list.filter(run => run.first >> 16 === plane);
    planes.push(split.length);
    if (inside[0]?.first !== start)
      split.push({ first: start, value: list.findLast(run => run.first < start).value });
    split.push(...inside);
  }
  return { planes: [...planes, split.length], runs: split };
}

// NAME_planes, NAME_firsts and NAME_values.
function tables(name, type, { planes, runs }) {
  return [
    table("uint16_t", `${name}_planes`, planes),
    table("uint16_t", `${name}_firsts`, runs.map(run => run.first & 0xffff)),
    table(type, `${name}_values`, runs.map(run => run.value)),
  ].join("\n");
}

const mapped = byPlane(runs);
const known = byPlane(props);
const bytes = mapped.runs.length * 4 + known.runs.length * 3 + pool.length;
process.stdout.write(`/* SPDX-License-Identifier: MIT AND Unicode-3.0 */
/* idna_table.c - Unicode's facts for domain names, as data (${(bytes / 1024).toFixed(1)} KiB).
 *
 * Made by gen_idna.mjs from the npm package tr46 ${version}: Unicode ${unicodeVersion}, file
 * IdnaMappingTable.txt and the properties General_Category, Canonical_Combining_Class,
 * Joining_Type and Bidi_Class. Don't edit; run the script again. Format: idna_table.h.
 * Unicode's data: Copyright (c) 1991-2025 Unicode, Inc., Unicode License v3.
 */
#include "url/idna_table.h"

${tables("cr_idna_map", "uint16_t", mapped)}
${table("uint8_t", "cr_idna_pool", [...pool])}
${tables("cr_idna_prop", "uint8_t", known)}`);
