// The proof that a row is in the books that are signed every night (docs/draw.md 14), checked in the browser: leaf, way up, the night's
// signature, its place in the public log, the witnesses. It asks nothing of any site.
"use strict";
(function (ours) {
  const { need, Wrong } = ours;

  // A C2SP tlog-proof: {index, path, note}.
  const proofOf = (spelled) => {
    const gap = spelled.indexOf("\n\n"), [head, index, ...path] = spelled.slice(0, gap).split("\n");
    need(gap > 0 && head === "c2sp.org/tlog-proof@v1" && /^index (0|[1-9][0-9]{0,15})$/.test(index), "this is no proof");
    return { index: Number(index.slice(6)), path: path.map(ours.unbase64), note: spelled.slice(gap + 2) };
  };
  // What a checkpoint's note says: {text, size, root}; of this origin, or it is another tree's.
  const checkpointOf = (note, origin) => {
    const text = note.slice(0, note.lastIndexOf("\n\n") + 1), lines = text.split("\n");
    need(lines.length === 4 && lines[3] === "" && lines[0] === origin && /^[1-9][0-9]{0,15}$/.test(lines[1]), `no checkpoint of ${origin}`);
    return { text, size: Number(lines[1]), root: lines[2] };
  };
  const under = (data, { index, path, note }, origin) => {
    const told = checkpointOf(note, origin);
    need(ours.base64(ours.rootFrom(ours.leaf(ours.bytes(data)), index, told.size, path)) === told.root, "the way up does not lead to the signed root");
    return told;
  };

  // {holds, states}: of each check "yes", "no" or "unseen", and why.
  ours.checkLeaf = async (told, keys) => {
    const states = {}, seen = {};
    const check = async (name, step) => {
      try { const detail = await step() || ""; states[name] = { state: detail ? "unseen" : "yes", detail }; }
      catch (error) { states[name] = { state: "no", detail: error.message }; }
    };
    const signed = async (note, text, known, enough) => {
      const by = await ours.signers(note, text, known);
      if (by === null) return "this browser knows no Ed25519";
      need(enough(by), "a signature is missing");
      return "";
    };
    await check("leaf", () => {
      need(told && told.type === "prakerja-ledger-proof" && told.version === 1 && typeof told.lines === "string", "this is no proof of a row of the books");
      need(/^prakerja-v1:(?:transfer\n(?:[^\n]*\n){8}|award\n(?:[^\n]*\n){6})$/.test(told.lines), "these are not the lines of a leaf");
      seen.day = proofOf(told.proof);
      seen.told = under(told.lines, seen.day, `${keys.origin}/ledger`);
    });
    if (states.leaf.state === "yes") {
      await check("day", () => signed(seen.day.note, seen.told.text, keys.ledger || [], (by) => by.length === 1));
      if (told.log === null) states.log = states.witnesses = { state: "unseen", detail: "the log's documents are not public yet" };
      else {
        await check("log", async () => {
          seen.log = proofOf(told.log);
          seen.entry = under(`${told.day}\n${seen.day.note}`, seen.log, `${keys.origin}/documents`);
          return signed(seen.log.note, seen.entry.text, [...keys.documents, ...keys.witnesses], (by) => by.some((one) => !one.isWitness));
        });
        if (states.log.state !== "no") await check("witnesses", () => signed(seen.log.note, seen.entry.text, [...keys.documents, ...keys.witnesses], (by) => by.filter((one) => one.isWitness).length >= 2));
      }
    }
    return { holds: states.leaf.state === "yes" && Object.values(states).every((one) => one.state !== "no"), states };
  };

  // --- the page ----------------------------------------------------------------------------------------------------------
  const page = globalThis.document && document.getElementById("ledger-check");
  if (!page) return;
  const words = page.dataset, find = (name) => page.querySelector(`[data-part="${name}"]`), TAGS = { yes: "green", no: "red", unseen: "yellow" };
  async function check(text) {
    let found;
    try {
      let told;
      try { told = JSON.parse(text); } catch { throw new Wrong("no JSON"); }
      found = await ours.checkLeaf(told, JSON.parse(words.keys));
    } catch (error) { verdict(false, `${words.unread} ${error.message}`); return; }
    find("checks").hidden = false;
    for (const item of page.querySelectorAll("[data-check]")) {
      const { state, detail } = found.states[item.dataset.check] || { state: "unseen", detail: "" }, tag = item.querySelector("[data-mark]");
      tag.className = `govuk-tag govuk-tag--${TAGS[state]}`;
      tag.textContent = words[state];
      item.querySelector("[data-detail]").textContent = detail;
    }
    verdict(found.holds, found.holds ? words.holds : words.fails);
  }
  function verdict(holds, text) {
    const box = find("verdict");
    box.className = `pk-next ${holds ? "pk-next--calm" : "pk-next--warn"}`;
    box.querySelector("[data-words]").textContent = text;
    box.hidden = false;
    box.focus();
  }
  find("check").addEventListener("click", () => check(words.proof));
  // A browser says nothing of a file that is chosen again.
  find("file").addEventListener("click", () => { find("file").value = ""; });
  find("file").addEventListener("change", async () => { const file = find("file").files[0]; if (file) check(await file.text()); });
  page.hidden = false;
})(PrakerjaDraw);
