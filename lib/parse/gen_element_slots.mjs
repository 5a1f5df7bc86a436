// SPDX-License-Identifier: MIT
// gen_element_slots.mjs - makes html_element_slots.c out of the names in html_element.c.
//
//   node lib/parse/gen_element_slots.mjs >lib/parse/html_element_slots.c
//
// Looks for a factor that sends every name to a slot of its own (see cr_html_element_at).
import { readFileSync } from "node:fs";

const BITS = 10n;
const MASK = (1n << 64n) - 1n;
const source = readFileSync("lib/parse/html_element.c", "utf8");
const elements = [...source.matchAll(/^ {2}\{ "([^"]+)", KIND.*SET\(\w+\), (.+) \},$/gm)];
const names = elements.map(match => match[1]);
const flags = elements.map(match => match[2].match(/LINKS|TELLS/g)?.join(" | ") ?? "0");

const key = name => {
  let word = 0n;
  [...name.slice(0, 8)].forEach((c, i) => { word |= BigInt(c.charCodeAt(0)) << BigInt(8 * i); });
  return word + BigInt(name.length);
};
const keys = names.map(key);

let state = 88172645463325252n; // xorshift64, so that the same names give the same table
const next = () => {
  state ^= (state << 13n) & MASK;
  state ^= state >> 7n;
  state ^= (state << 17n) & MASK;
  return state;
};

let factor;
let slots;
do {
  factor = next() | 1n;
  slots = new Map();
  for (const [at, k] of keys.entries()) slots.set(((k * factor) & MASK) >> (64n - BITS), at);
} while (slots.size < names.length);

const rows = [];
for (let i = 0; i < 1 << Number(BITS); i += 6) {
  const row = [];
  for (let j = i; j < Math.min(i + 6, 1 << Number(BITS)); j++) {
    const at = slots.get(BigInt(j));
    row.push(at === undefined ? "{ 0, 0, 0 }" : `{ ${at}, ${names[at].length}, ${flags[at]} }`);
  }
  rows.push(`  ${row.join(", ")},`);
}
console.log(`/* SPDX-License-Identifier: MIT */
/* html_element_slots.c - where each name of html_element.c is found.
 *
 * Made by gen_element_slots.mjs. Don't edit; run the script again.
 */
#include "parse/html_element.h"

#define LINKS CR_ELEMENT_LINKS
#define TELLS CR_ELEMENT_FEEDBACK

const uint64_t cr_html_element_factor = UINT64_C(0x${factor.toString(16)});

const struct cr_element_slot cr_html_element_slots[1 << CR_ELEMENT_SLOT_BITS] = {
${rows.join("\n")}
};`);
