// The page's three scripts as a browser runs them: node verify_in_node.cjs SCRIPTS FOLDER KEYS → its report as JSON. With PROOF NIK CARD
// after them it is one applicant's own proof that is looked at.
"use strict";
const fs = require("fs"), path = require("path"), vm = require("vm");
const [, , scripts, folder, keys, proof, nik, card] = process.argv;
if (!globalThis.crypto) globalThis.crypto = require("crypto").webcrypto;
for (const name of ["draw_hashes", "draw_rules", "draw_verify"]) vm.runInThisContext(fs.readFileSync(path.join(scripts, `${name}.js`), "utf8"));
const names = [];
(function walk(at) {
  for (const one of fs.readdirSync(path.join(folder, at), { withFileTypes: true })) {
    if (one.isDirectory()) walk(`${at}${one.name}/`);
    else names.push(at + one.name);
  }
})("");
const files = { names, read: async (name) => new Uint8Array(fs.readFileSync(path.join(folder, name))) };
const ours = vm.runInThisContext("PrakerjaDraw"), known = JSON.parse(fs.readFileSync(keys, "utf8"));
const asked = proof ? ours.checkOwn(JSON.parse(fs.readFileSync(proof, "utf8")), known, nik, card) : ours.verify(files, known);
asked.then(({ holds, states, winners }) => { process.stdout.write(JSON.stringify({ holds, states, winners })); });
