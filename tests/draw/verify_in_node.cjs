// The page's scripts as a browser runs them: node verify_in_node.cjs SCRIPTS FOLDER KEYS → its report as JSON. With PROOF NIK CARD
// after them it is one applicant's own proof that is looked at; with --receipt FILE a receipt; with --leaf FILE a row of the books; with --recalls FOLDER … those of recalls.
"use strict";
const fs = require("fs"), path = require("path"), vm = require("vm");
const [, , scripts, folder, keys, ...more] = process.argv, [proof, nik, card] = more;
if (!globalThis.crypto) globalThis.crypto = require("crypto").webcrypto;
for (const name of ["draw_hashes", "draw_rules", "draw_verify", "draw_recalls", "ledger_check"]) vm.runInThisContext(fs.readFileSync(path.join(scripts, `${name}.js`), "utf8"));
function filesOf(top) {
  const names = [];
  (function walk(at) {
    for (const one of fs.readdirSync(path.join(top, at), { withFileTypes: true })) {
      if (one.isDirectory()) walk(`${at}${one.name}/`);
      else names.push(at + one.name);
    }
  })("");
  return { names, read: async (name) => new Uint8Array(fs.readFileSync(path.join(top, name))) };
}
const files = filesOf(folder), ours = vm.runInThisContext("PrakerjaDraw"), known = JSON.parse(fs.readFileSync(keys, "utf8"));
async function asked() {
  if (more[0] === "--receipt") return ours.checkReceipt(files, known, fs.readFileSync(more[1], "utf8"));
  if (more[0] === "--leaf") return ours.checkLeaf(JSON.parse(fs.readFileSync(more[1], "utf8")), known);
  if (more[0] === "--recalls") return ours.verifyRecalls((await ours.verify(files, known)).work, more.slice(1).map(filesOf), known);
  return proof ? ours.checkOwn(JSON.parse(fs.readFileSync(proof, "utf8")), known, nik, card) : ours.verify(files, known);
}
const replaced = (name, value) => (name === "work" ? undefined : value);
asked().then((told) => { process.stdout.write(JSON.stringify(told, replaced)); }, (error) => { process.stdout.write(JSON.stringify({ holds: false, error: error.message })); });
