// Seats that came back and were given on, after the draw that they are of (docs/draw.md 9, 11); and a receipt against the list (3).
"use strict";
(function (ours) {
  const need = ours.need, LISTS = ["released", "declined", "awarded"];
  const UNSIGNED = "this browser cannot check signatures here";

  // `work`: what `ours.verify` left of a draw that holds. `recalls`: the files of recall 1, 2, … as `verify` takes them. `tell(number, state,
  // detail)` hears of each when it begins and ends. Returns {holds, states: [{state, check, detail}]}.
  ours.verifyRecalls = async (work, recalls, keys, { tell = () => {} } = {}) => {
    const states = [], given = { unfilled: work.unfilled, awarded: new Map(), back: new Set() };
    for (const [at, files] of recalls.entries()) {
      tell(at + 1, "running", "");
      const one = new Recall(work, files, keys, at + 1, given);
      let found = { state: "yes", check: "", detail: "" };
      for (const [check, step] of [["R1", "files"], ["R2", "note"], ["R3", "document"], ["R4", "released"], ["R5", "declined"], ["R6", "awarded"], ["R7", "log"]]) {
        try {
          const detail = await one[step]();
          if (detail) found = { state: "unseen", check, detail };
        } catch (error) {
          found = { state: "no", check, detail: error.message };
          break;
        }
      }
      states.push(found);
      tell(at + 1, found.state, found.detail ? `${found.check}: ${found.detail}` : "");
      if (found.state === "no") break;
    }
    return { holds: states.every((one) => one.state !== "no"), states };
  };

  class Recall {
    constructor(work, files, keys, number, given) { Object.assign(this, { work, source: files, names: files.names, keys, number, given, rows: {} }); }
    async read(name) {
      need(this.names.includes(name), `${name} is missing`);
      return this.source.read(name);
    }
    async files() {
      const expected = ["recall.json", "recall.note", ...LISTS.map((name) => `${name}.txt`)];
      for (const name of this.names) need(expected.includes(name) || /^log\/(?:entries\/\d{6}\.json|checkpoints\/\d{6}\.note)$/.test(name), `${name} is a file that nobody needs`);
      this.content = await this.read("recall.json");
      this.told = ours.document(this.content, "recall");
      const tickets = {}, wanted = new Map();
      for (const name of LISTS) {
        tickets[name] = await this.tickets(name);
        for (const ticket of tickets[name]) wanted.set(ticket, -1);
      }
      await new ours.Lines(this.work, "list", this.work.rows).each((line, row) => { if (wanted.has(line.slice(0, 64))) wanted.set(line.slice(0, 64), row); });
      for (const name of LISTS) this.rows[name] = tickets[name].map((ticket) => {
        need(wanted.get(ticket) >= 0, `${ticket} is no ticket of the list`);
        return wanted.get(ticket);
      });
    }
    async tickets(name) {
      const content = await this.read(`${name}.txt`), lines = ours.text(content).split("\n"), told = this.told[name];
      need(lines.pop() === "" && lines.every((line, at) => /^[0-9a-f]{64}$/.test(line) && (!at || lines[at - 1] < line)), `${name}.txt has a ticket twice, or out of its order`);
      need(told.count === lines.length && told.sha256 === ours.hex(ours.sha256(content)), `${name}.txt is not the one that it names`);
      return lines;
    }
    async note() {
      const text = ours.documentText(this.keys.origin, this.work.draw, `recall-${this.number}`, this.content);
      const by = await ours.signers(await this.read("recall.note"), text, this.keys.operators);
      if (by === null) return UNSIGNED;
      need(by.length >= 2, "it needs two operators");
      return "";
    }
    async document() {
      need(this.told.draw === this.work.draw && this.told.recall === this.number, "it is another recall, or of another draw");
      need(this.told.result === ours.hex(ours.sha256(this.work.content.result)), "it is of another result");
    }
    async released() {
      const { ranking } = this.work;
      this.seats = new Map(ranking.names.map((name) => [name, 0]));
      for (const row of this.rows.released) {
        const pool = ranking.pool[row] ? ranking.names[ranking.pool[row] - 1] : this.given.awarded.get(row);
        need(pool, `row ${row} of the list had no seat that could come back`);
        need(!this.given.back.has(row), `the seat of row ${row} came back before`);
        this.seats.set(pool, this.seats.get(pool) + 1);
      }
      this.seats.set("*", this.seats.get("*") + this.given.unfilled);
    }
    async declined() {
      for (const row of this.rows.declined) need(this.work.ranking.position[row], `row ${row} of the list is excluded anyway`);
    }
    async awarded() {
      const { ranking, _rules: rules } = this.work, { given } = this, { awarded } = this.rows;
      for (const row of this.rows.released) given.back.add(row);
      for (const row of awarded) need(!ranking.pool[row] && !given.awarded.has(row), `row ${row} of the list had a seat before`);
      const found = ranking.seatAgain(this.seats, [...given.awarded.keys(), ...this.rows.declined], given.awarded.keys(), rules.released_counts ? [] : given.back);
      for (const row of awarded) need(found.given.has(row), `row ${row} of the list was not next in line`);
      need(found.given.size === awarded.length, "somebody who was next in line was passed over");
      for (const [row, pool] of found.given) given.awarded.set(row, pool);
      given.unfilled = found.unfilled;
    }
    async log() {
      const paths = (names, folder) => names.filter((name) => name.startsWith(`log/${folder}/`)).sort();
      const mine = paths(this.names, "entries"), theirs = paths(this.work.names, "entries"), notes = paths(this.names, "checkpoints");
      if (!mine.length || !notes.length) return "it came without the log: no two witnesses have seen it yet";
      const tree = new ours.Tree();
      let alike = 0, own = -1;
      for (const [at, name] of mine.entries()) {
        need(name === `log/entries/${String(at).padStart(6, "0")}.json`, "a document of the log is missing");
        const entry = await this.read(name);
        tree.add(entry);
        if (at < theirs.length) need(ours.same(entry, await this.work.read(theirs[at])), "the log is not the one that the draw has");
        if (ours.same(entry, this.content)) own = at;
        let value = null;
        try { value = ours.document(entry); } catch { continue; }
        if (value && value.type === "prakerja-draw-recall" && value.draw === this.work.draw && value.recall === this.number) alike++;
      }
      need(own >= theirs.length && alike === 1, "it does not stand in the log once, after the draw");
      need(notes.join() === `log/checkpoints/${String(mine.length).padStart(6, "0")}.note`, "the log's checkpoint is of something else");
      const text = `${this.keys.origin}/documents\n${mine.length}\n${ours.base64(tree.root())}\n`;
      const by = await ours.signers(await this.read(notes[0]), text, [...this.keys.documents, ...this.keys.witnesses]);
      if (by === null) return UNSIGNED;
      const seen = by.filter((one) => one.isWitness).length;
      need(seen >= 2 && seen < by.length, "the log's checkpoint needs the log and two witnesses");
      return "";
    }
  }

  // A receipt, or a ticket alone, against the list of a draw and what came of its row. `typed`: the text of the receipt, or 64 digits.
  // Returns {ticket, isSigned, row, result}: `isSigned` null where this browser cannot check it; `row` "" where the list lacks it.
  ours.checkReceipt = async (files, keys, typed, { far = () => {} } = {}) => {
    const work = { names: files.names, read: (name) => { need(files.names.includes(name), `${name} is missing`); return files.read(name); }, far };
    const content = await work.read("commitment.json"), { draw, list } = ours.document(content, "commitment"), [wave] = draw.split("/");
    let ticket = typed.trim().toLowerCase(), isSigned = false;
    if (!/^[0-9a-f]{64}$/.test(ticket)) {
      const note = `${typed.replace(/\r\n?/g, "\n").trim()}\n`, lines = note.split("\n");
      need(lines[0] === `${keys.origin}/receipt` && lines.length > 4, "this is no receipt of this site");
      need(lines[1] === wave, `this is a receipt of ${lines[1]}, and a draw of ${wave}`);
      ticket = ours.hex(ours.unbase64(lines[2]));
      const by = await ours.signers(note, `${lines.slice(0, 3).join("\n")}\n`, keys.receipts || []);
      need(by === null || by.length >= 1, "nobody signed this receipt");
      isSigned = by === null ? null : true;
    }
    const rows = new ours.Lines(work, "list", list.rows);
    let row = "", at = -1;
    await rows.each((line, number) => { if (line.startsWith(`${ticket} `)) { row = line; at = number; } });
    need(ours.spelled(rows.told()) === ours.spelled({ rows: list.rows, bytes: list.bytes, sha256: list.sha256, root: list.root }), "the list is not the one that was fixed");
    if (!row || !files.names.includes("result.json")) return { draw, ticket, isSigned, row, result: "" };
    const results = new ours.Lines(work, "results", list.rows), part = Math.floor(at / 65536);
    let result = "";
    await results.part(part, (line, number) => { if (number === at) result = line; });
    need(result.startsWith(`${ticket} `), "the results are of another list");
    return { draw, ticket, isSigned, row, result };
  };
})(PrakerjaDraw);
