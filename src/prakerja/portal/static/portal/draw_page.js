// The page that checks a draw: files in, words out. What is typed or chosen stays on this page; only a draw's published files are
// asked for, of the same site, and only by the button that says so.
"use strict";
(function (ours) {
  const page = document.getElementById("draw-check");
  if (!page) return;
  const { need, Wrong } = ours, words = page.dataset;
  const find = (name) => page.querySelector(`[data-part="${name}"]`);
  const show = (part, is) => { find(part).hidden = !is; };
  const say = (part, text) => { find(part).textContent = text; };
  let keys = JSON.parse(words.keys);

  // --- a zip, read from the disk piece by piece --------------------------------------------------------------------------
  async function zipped(file) {
    const bytesOf = async (begin, end) => new Uint8Array(await file.slice(begin, end).arrayBuffer());
    const begin = Math.max(0, file.size - 66000), tail = await bytesOf(begin, file.size);
    let at = tail.length - 22;
    while (at >= 0 && !(tail[at] === 0x50 && tail[at + 1] === 0x4b && tail[at + 2] === 5 && tail[at + 3] === 6)) at--;
    need(at >= 0, words.noZip);
    const end = new DataView(tail.buffer, at), count = end.getUint16(10, true), listed = end.getUint32(16, true);
    need(listed < file.size, words.noZip);
    const index = await bytesOf(listed, begin + at), view = new DataView(index.buffer), known = new Map();
    for (let place = 0, left = count; left; left--) {
      need(place + 46 <= index.length && view.getUint32(place, true) === 0x02014b50, words.noZip);
      const sizes = [28, 30, 32].map((one) => view.getUint16(place + one, true));
      const name = ours.text(index.subarray(place + 46, place + 46 + sizes[0]));
      if (!name.endsWith("/")) known.set(name, { packed: view.getUint16(place + 10, true), size: view.getUint32(place + 20, true), begin: view.getUint32(place + 42, true) });
      place += 46 + sizes[0] + sizes[1] + sizes[2];
    }
    return {
      names: [...known.keys()],
      read: async (name) => {
        const told = known.get(name), head = new DataView((await bytesOf(told.begin, told.begin + 30)).buffer);
        const from = told.begin + 30 + head.getUint16(26, true) + head.getUint16(28, true), content = file.slice(from, from + told.size);
        if (!told.packed) return new Uint8Array(await content.arrayBuffer());
        try { return new Uint8Array(await new Response(content.stream().pipeThrough(new DecompressionStream("deflate-raw"))).arrayBuffer()); }
        catch { throw new Wrong(`${name}: ${words.noZip}`); }
      },
    };
  }

  // --- the files of this site --------------------------------------------------------------------------------------------
  function fetched(names = Object.keys(JSON.parse(words.sizes)), folder = "") {
    const kept = new Map();
    return {
      names,
      read: async (name) => {
        if (kept.has(name)) return kept.get(name);
        const answer = await fetch(words.files + folder + name, { credentials: "omit" });
        need(answer.ok, `${name}: ${answer.status}`);
        const content = new Uint8Array(await answer.arrayBuffer());
        // The second look takes rows from the browser's own store of files.
        if (!/^(?:list|results)\//.test(name) || names.length < 60) kept.set(name, content);
        return content;
      },
    };
  }

  const TAGS = { yes: "green", no: "red", unseen: "yellow", running: "blue" };
  function mark(item, state, detail) {
    const tag = item.querySelector("[data-mark]");
    tag.className = `govuk-tag govuk-tag--${TAGS[state]}`;
    tag.textContent = words[state];
    item.querySelector("[data-detail]").textContent = detail;
  }
  const clear = (list) => {
    for (const item of page.querySelectorAll(`${list} > li`)) {
      item.querySelector("[data-mark]").className = "govuk-tag govuk-tag--grey";
      item.querySelector("[data-mark]").textContent = words.waiting;
      item.querySelector("[data-detail]").textContent = "";
    }
  };
  const grouped = (number) => number.toLocaleString(document.documentElement.lang === "en" ? "en" : "id");
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  // --- the whole draw ----------------------------------------------------------------------------------------------------
  async function whole(open, openRecalls) {
    clear("#whole-checks");
    show("recalls", false);
    show("whole", true);
    show("whole-verdict", false);
    let report;
    const inform = (text) => say("whole-far", text);
    try {
      await reading;
      inform("");
      const typed = find("own-ticket").value.trim().toLowerCase();
      report = await ours.verify(await open(), keys, {
        ticket: typed,
        tell: (number, state, detail) => mark(document.getElementById(number), state, state === "no" ? detail : ""),
        far: (name, done, all) => inform(filled(words.far, { done: grouped(done), all: grouped(all) })),
      });
      inform("");
      if (report.holds && report.draw !== words.draw) inform(filled(words.otherDraw, { draw: report.draw }));
      const holds = report.holds && await recalled(report, await openRecalls());
      const verdict = holds ? filled(words.holds, { draw: report.draw, winners: grouped(report.winners), rows: grouped(report.rows) }) : words.fails;
      tell("whole-verdict", holds, verdict);
      say("whole-own", !report.holds || !typed ? "" : report.own ? `${words.ownRow} ${told(report)}` : words.ownMissing);
      page.dataset.winners = report.winnersSha256 || "";
    } catch (error) {
      tell("whole-verdict", false, `${words.unread} ${error.message}`);
    }
  }
  // Seats that came back, each recall after those before it.
  async function recalled(report, recalls) {
    if (!recalls.length) return true;
    const list = page.querySelector("#recall-checks");
    list.replaceChildren(...recalls.map((_, at) => {
      const item = document.createElement("li"), tag = document.createElement("strong"), detail = document.createElement("span");
      tag.className = "govuk-tag govuk-tag--grey";
      tag.dataset.mark = detail.dataset.detail = "";
      tag.textContent = words.waiting;
      detail.className = "pk-small";
      detail.lang = "en";
      item.append(`${filled(words.recall, { n: at + 1 })} `, tag, document.createElement("br"), detail);
      return item;
    }));
    show("recalls", true);
    const found = await ours.verifyRecalls(report.work, recalls, keys, { tell: (number, state, detail) => mark(list.children[number - 1], state, state === "no" ? detail : "") });
    return found.holds;
  }
  function told({ own, eligible }) {
    const [, position, outcome, more] = own.result.split(" ");
    return ofOutcome(outcome || position, { position: Number(position) || 0, of: eligible, reserve: Number(more) || 0 });
  }
  const ofOutcome = (outcome, { position, of, reserve }) =>
    filled(words[`outcome${outcome}`], { position: grouped(position || 0), of: grouped(of), reserve: grouped(reserve || 0) });
  function tell(part, holds, text) {
    const box = find(part);
    box.className = `pk-next ${holds ? "pk-next--calm" : "pk-next--warn"}`;
    box.querySelector("[data-words]").textContent = text;
    box.hidden = false;
    box.focus();
  }

  // --- one's own row -----------------------------------------------------------------------------------------------------
  let proof = null, reading = Promise.resolve();
  async function own() {
    await reading;
    if (!proof) { tell("own-verdict", false, words.chooseProof); return; }
    const nik = find("nik").value.replace(/\D/g, "");
    if (nik && nik.length !== 16) { tell("own-verdict", false, words.nikWrong); find("nik").focus(); return; }
    const card = find("card").value.replace(/\D/g, "");
    if (card && card.length !== 16) { tell("own-verdict", false, words.cardWrong); find("card").focus(); return; }
    clear("#own-checks");
    show("own", true);
    let found;
    // Somebody's file may be anything: whatever goes wrong with it is said, and never waited for.
    try { found = await ours.checkOwn(proof, keys, nik, card); } catch (error) { tell("own-verdict", false, `${words.unread} ${error.message}`); return; }
    for (const item of page.querySelectorAll("#own-checks > li")) {
      const told = found.states[item.dataset.check];
      item.hidden = !told;
      if (told) mark(item, told.state, told.state === "no" ? told.detail : "");
    }
    const { row, outcome } = found;
    let text = words.ownFails;
    if (found.holds && !proof.result) text = words.ownListed;
    else if (found.holds) text = ofOutcome(outcome, found);
    tell("own-verdict", found.holds, text);
    show("own-line", found.holds && Boolean(found.rank));
    if (found.holds && found.rank) {
      const place = parseInt(found.rank.slice(0, 12), 16) / 2 ** 48;
      find("own-point").setAttribute("cx", String(10 + 280 * place));
      say("own-place", filled(words.place, { place: (100 * place).toFixed(1).replace(".", document.documentElement.lang === "en" ? "." : ","), position: grouped(found.position), of: grouped(found.of) }));
      say("own-rank", found.rank);
    }
    if (row && find("own-ticket")) find("own-ticket").value = row.ticket;
  }

  // --- a receipt, without signing in -------------------------------------------------------------------------------------
  async function receipt() {
    await reading;
    const typed = find("receipt").value;
    if (!typed.trim()) { tell("receipt-verdict", false, words.receiptEmpty); say("receipt-row", ""); find("receipt").focus(); return; }
    let found;
    try {
      const chosen = find("zip") && find("zip").files[0];
      found = await ours.checkReceipt(chosen ? await zipped(chosen) : fetched(), keys, typed, { far: (_, done, all) => say("receipt-far", filled(words.far, { done: grouped(done), all: grouped(all) })) });
    } catch (error) { tell("receipt-verdict", false, `${words.unread} ${error.message}`); say("receipt-row", ""); return; }
    say("receipt-far", "");
    const [, kind, stratum, groups] = found.row.split(" "), [, position, outcome, more] = found.result.split(" ");
    const signed = found.isSigned ? words.receiptSigned : found.isSigned === null ? words.receiptUnseen : "";
    if (!found.row) { tell("receipt-verdict", false, found.isSigned ? words.receiptMissing : words.ticketMissing); say("receipt-row", signed); return; }
    tell("receipt-verdict", true, kind === "X" ? words.receiptExcluded : filled(words.receiptEligible, { stratum: JSON.parse(words.provinces)[stratum] || stratum, groups: groups === "-" ? words.noGroup : groups }));
    const result = found.result ? filled(words[`row${outcome || "X"}`], { position: grouped(Number(position) || 0), reserve: grouped(Number(more) || 0) }) : words.receiptSoon;
    say("receipt-row", `${result} ${signed}`);
  }
  find("check-receipt").addEventListener("click", receipt);
  find("receipt-file").addEventListener("change", () => { const file = find("receipt-file").files[0]; reading = (async () => { if (file) find("receipt").value = await file.slice(0, 4000).text(); })(); });
  if (location.protocol === "file:") show("receipt-how", false);

  // Whoever presses the button sooner than a file is read waits for it.
  find("proof").addEventListener("change", () => { reading = takeProof(find("proof").files[0]); });
  find("keys-file").addEventListener("change", () => { reading = takeKeys(find("keys-file").files[0]); });
  async function takeProof(file) {
    try { proof = file ? JSON.parse(await file.text()) : null; } catch { proof = null; }
    if (file && !proof) tell("own-verdict", false, words.noProof);
  }
  async function takeKeys(file) {
    try {
      keys = JSON.parse(file ? await file.text() : words.keys);
      need(Array.isArray(keys.operators) && Array.isArray(keys.chains), "");
      say("keys-said", file ? filled(words.keysTaken, { name: file.name }) : "");
    } catch { keys = JSON.parse(words.keys); say("keys-said", words.noKeys); }
  }
  // In the order of the numbers in their names.
  function chosenRecalls() {
    const chosen = find("recall-zips") ? [...find("recall-zips").files] : [], number = (file) => Number((/recall-(\d+)/.exec(file.name) || [0, 0])[1]);
    return Promise.all(chosen.sort((one, other) => number(one) - number(other)).map(zipped));
  }
  find("check-own").addEventListener("click", own);
  // Before there is a result there is no draw to check, only rows.
  if (find("zip")) {
    // A browser says nothing of a file that is chosen again.
    find("zip").addEventListener("click", () => { find("zip").value = ""; });
    find("zip").addEventListener("change", () => { const file = find("zip").files[0]; if (file) whole(() => zipped(file), chosenRecalls); });
    const recalls = Object.entries(JSON.parse(words.recalls));
    find("fetch").addEventListener("click", () => whole(async () => fetched(), async () => recalls.map(([name, names]) => fetched(names, `${name}/`))));
    // A saved page has no site to ask.
    find("fetch-block").hidden = location.protocol === "file:";
  }
  page.hidden = false;
})(PrakerjaDraw);
