// SPDX-License-Identifier: MIT
// gen_entities.mjs - makes html_entity_table.c out of the npm packages character-entities (all
// names) and character-entities-legacy (those that need no semicolon), which carry the named
// character references of the HTML standard, section 13.5. That list is closed: the standard says
// that it won't grow.
//
//   npm install --no-save character-entities@2.0.2 character-entities-legacy@3.0.0
//   node lib/parse/gen_entities.mjs >lib/parse/html_entity_table.c
//
// The format of the table: html_entity_table.h. (The package html-entities 2.6.0 has other texts for
// lang and rang, those of HTML 4.)
import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const modules = path.join(process.cwd(), "node_modules");
const load = name => import(pathToFileURL(path.join(modules, name, "index.js")));
const version = name => JSON.parse(readFileSync(path.join(modules, name, "package.json"))).version;
const { characterEntities } = await load("character-entities");
const { characterEntitiesLegacy } = await load("character-entities-legacy");

const NAME_MAX = 31, BARE_MIN = 2, BARE_MAX = 6; // as in html_entity_table.h
const TEXT_MAX = 6; // what cr_html_decode promises of its output rests on this and BARE_MIN
const SLOTS = 4096, BARE = 0x8000;

const bare = new Set(characterEntitiesLegacy);
// Those without semicolon go first: they are the oldest and most used, and so find their own slot.
const names = Object.keys(characterEntities).sort(
  (a, b) => bare.has(b) - bare.has(a) || (a < b ? -1 : 1));
if (names.length !== 2125 || bare.size !== 106) throw new Error("not the standard's list");

function slotOf(name) { // cr_entity_hash and cr_entity_home
  const bytes = Buffer.alloc(NAME_MAX + 1);
  bytes.write(name);
  let hash = 0n;
  for (let at = 0; at < name.length; at += 8)
    hash = BigInt.asUintN(64, (hash ^ bytes.readBigUInt64LE(at)) * 0x9e3779b97f4a7c15n);
  return Number(hash >> 52n);
}

const pool = [0]; // no entry begins at 0, which stands for an empty slot
const slots = new Array(SLOTS).fill(0);
for (const name of names) {
  const text = Buffer.from(characterEntities[name]);
  const isBare = bare.has(name);
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(name) || name.length > NAME_MAX) throw new Error(name);
  if (isBare && (name.length < BARE_MIN || name.length > BARE_MAX)) throw new Error(name);
  if (text.length > TEXT_MAX || name.length < BARE_MIN) throw new Error(name);
  let slot = slotOf(name);
  while (slots[slot] !== 0) slot = (slot + 1) % SLOTS;
  slots[slot] = pool.length | (isBare ? BARE : 0);
  pool.push(name.length | text.length << 5, ...Buffer.from(name), ...text);
}
pool.push(...new Array(7).fill(0)); // eight bytes can be read from the last one on
if (pool.length > BARE) throw new Error("the pool is too large");

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

const kib = ((SLOTS * 2 + pool.length) / 1024).toFixed(1);
process.stdout.write(`/* SPDX-License-Identifier: MIT */
/* html_entity_table.c - the named character references of HTML, as data (${kib} KiB).
 *
 * Made by gen_entities.mjs from the npm packages character-entities ${version("character-entities")} and
 * character-entities-legacy ${version("character-entities-legacy")}, which follow the HTML standard, section 13.5. Don't edit; run
 * the script again. Format: html_entity_table.h.
 */
#include "parse/html_entity_table.h"

const uint16_t cr_entity_slots[CR_ENTITY_SLOTS] = {
${rows(slots)}
};

const uint8_t cr_entity_pool[] = {
${rows(pool)}
};
`);
