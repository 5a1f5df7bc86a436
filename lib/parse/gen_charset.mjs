// SPDX-License-Identifier: MIT
// gen_charset.mjs - makes charset_labels.c and charset_tables.c out of the npm package
// @exodus/bytes, which carries the labels and indexes of the WHATWG Encoding standard.
//
//   npm install --no-save @exodus/bytes@1.16.0
//   node lib/parse/gen_charset.mjs labels >lib/parse/charset_labels.c
//   node lib/parse/gen_charset.mjs tables >lib/parse/charset_tables.c
//
// The single-byte tables are found by decoding each byte, so this script does not depend on how
// the package stores them. (The older package text-encoding 0.7.0 has the same tables, but not all
// labels of today.)
import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const root = path.join(process.cwd(), "node_modules/@exodus/bytes");
const load = name => import(pathToFileURL(path.join(root, name)));
const { default: labelsOf } = await load("fallback/encoding.labels.js");
// Not single-byte.js: where it can that one asks the JavaScript engine, whose tables differ.
const { encodingDecoder } = await load("fallback/single-byte.js");
const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));

const WAY = { // enum cr_charset_way of those that aren't single-byte
  "utf-8": "UTF8", "utf-16le": "UTF16LE", "utf-16be": "UTF16BE", "replacement": "REPLACEMENT",
  "x-user-defined": "USER_DEFINED", "gbk": "ICONV", "gb18030": "ICONV", "big5": "ICONV",
  "euc-jp": "EUCJP", "shift_jis": "ICONV", "euc-kr": "ICONV", "iso-2022-jp": "ISO2022JP",
};
const TABLE_OF = { "iso-8859-8-i": "iso-8859-8" }; // differs in direction of writing only
const ICONV_OF = { "gbk": "GB18030", "gb18030": "GB18030" };

const names = Object.keys(labelsOf).sort();
const tables = names.filter(name => !WAY[name] && !TABLE_OF[name]);

function which(name) {
  if (WAY[name] === "ICONV")
    return `CR_ICONV_${ICONV_OF[name] ?? name.toUpperCase().replace("-", "_")}`;
  return WAY[name] ? 0 : tables.indexOf(TABLE_OF[name] ?? name);
}

function head(file, what, more) {
  return `/* SPDX-License-Identifier: MIT */
/* ${file} - ${what}.
 *
 * Made by gen_charset.mjs from the npm package @exodus/bytes ${version}, which follows the WHATWG
 * Encoding standard. Don't edit; run the script again. ${more}
 */
#include "parse/charset_table.h"
`;
}

function labelFile() {
  const rows = [];
  for (const name of names)
    for (const label of new Set([name, ...labelsOf[name]])) rows.push([label, names.indexOf(name)]);
  rows.sort((a, b) => (a[0] < b[0] ? -1 : 1));
  if (names.some(name => name.length > 14) || rows.some(([label]) => label.length > 19))
    throw new Error("charset_table.h has no room for a name");
  const sets = names.map(name =>
    `  { "${name}", CR_CHARSET_${WAY[name] ?? "SINGLE"}, ${which(name)} },`);
  const lines = rows.map(([label, at]) => `  { "${label}", ${at} },`);
  return `${head("charset_labels.c", "the encodings of the web and the labels they go by",
    "Sorted.")}
const struct cr_charset cr_charsets[] = {
${sets.join("\n")}
};

const size_t cr_charset_label_count = ${rows.length};
const struct cr_charset_label cr_charset_labels[] = {
${lines.join("\n")}
};
`;
}

function codes(name) {
  const decode = encodingDecoder(name);
  const list = [];
  for (let byte = 0x80; byte <= 0xff; byte++) {
    const text = decode(Uint8Array.of(byte), true); // true: U+FFFD instead of an exception
    if (text.length !== 1) throw new Error(`${name} ${byte}: not one UTF-16 unit`);
    list.push(`0x${text.charCodeAt(0).toString(16).padStart(4, "0")}`);
  }
  return list;
}

function tableFile() {
  const blocks = tables.map(name => {
    const list = codes(name);
    const lines = [];
    for (let i = 0; i < list.length; i += 12) lines.push(`    ${list.slice(i, i + 12).join(", ")}`);
    return `  { /* ${name} */\n${lines.join(",\n")} },`;
  });
  return `${head("charset_tables.c", "what the bytes 0x80 to 0xff mean in single-byte encodings",
    "U+FFFD: nothing.")}
const uint16_t cr_charset_tables[][128] = {
${blocks.join("\n")}
};
`;
}

process.stdout.write(process.argv[2] === "labels" ? labelFile() : tableFile());
