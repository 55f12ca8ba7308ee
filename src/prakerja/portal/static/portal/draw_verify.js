// The checks V1 to V11 of docs/draw.md 11 over a whole published draw, and the shorter ones over one applicant's own proof.
"use strict";
(function (ours) {
  const need = ours.need, PART = 65536;
  const breath = () => new Promise((resolve) => { setTimeout(resolve); });
  const UNSIGNED = "this browser cannot check signatures here";

  // `files`: {names, read(name) → Uint8Array}. `keys`: the file of keys, as an object. `tell(number, state, detail)` hears of every
  // check when it begins and ends ("running", "yes", "no", "unseen"); `far(done, all)` of rows. `ticket`: whose row is wanted.
  ours.verify = async (files, keys, { tell = () => {}, far = () => {}, ticket = "" } = {}) => {
    const work = new Work(files, keys, far, ticket), states = {};
    for (const [number, step] of [["V1", "files"], ["V3", "documents"], ["V2", "notes"], ["V4", "rules"], ["V11", "log"], ["V6", "time"],
      ["V7", "secret"], ["V8", "sources"], ["V9", "seed"], ["V5", "list"], ["V10", "results"]]) {
      tell(number, "running", "");
      await breath();
      let state = "yes", detail = "";
      try {
        detail = await work[step]() || "";
        if (detail) state = "unseen";
      } catch (error) {
        // Whatever goes wrong over somebody's file: it does not hold.
        state = "no";
        detail = error.message;
      }
      states[number] = { state, detail };
      tell(number, state, detail);
      if (state === "no") break;
    }
    const holds = Object.values(states).every((one) => one.state !== "no");
    return { holds, states, draw: work.draw, winners: work.winners, winnersSha256: work.winnersSha256, unfilled: work.unfilled, rows: work.rows, eligible: work.ranking ? work.ranking.eligible : 0, own: work.own, work };
  };

  class Work {
    constructor(source, keys, far, ticket) { Object.assign(this, { source, names: source.names, keys, far, ticket, draw: "", rows: 0, own: null, content: {} }); }
    async read(name) {
      need(this.names.includes(name), `${name} is missing`);
      return this.source.read(name);
    }
    async files() {
      this.content.manifest = await this.read("manifest.json");
      this.manifest = ours.document(this.content.manifest, "manifest");
      this.draw = this.manifest.draw;
      const named = [...Object.keys(this.manifest.files), "manifest.json", "manifest.note"].sort().join("\n");
      need([...this.names].sort().join("\n") === named, "a file is missing or one too many");
      for (const [name, told] of Object.entries(this.manifest.files)) {
        const content = await this.read(name);
        need(content.length === told.bytes && ours.hex(await ours.fileHash(content)) === told.sha256, `${name} is not the file that the manifest names`);
      }
    }
    async documents() {
      for (const name of ["rules", "commitment", "result"]) {
        this.content[name] = await this.read(`${name}.json`);
        this[`_${name}`] = ours.document(this.content[name], name);
      }
      ours.document(await this.read("stats.json"), "stats");
      need(this._commitment.draw === this.draw && this._result.draw === this.draw, "documents of several draws");
      need(this.draw.split("/")[0] === this._rules.wave, "rules of another wave");
      this.rows = this._commitment.list.rows;
      const parts = Math.max(1, Math.ceil(this.rows / PART)), expected = new Set(["list.note", "results.note", "stats.json", "manifest.json", "manifest.note"]);
      for (const name of ["rules", "commitment", "result"]) { expected.add(`${name}.json`); expected.add(`${name}.note`); }
      for (let part = 0; part < parts; part++) for (const name of ["list", "results"]) expected.add(pathOf(name, part));
      for (let before = 1; before < Number(this.draw.split("/")[1]); before++) expected.add(`void-${before}.note`);
      const known = /^(?:beacon\/.*|log\/entries\/\d{6}\.json|log\/checkpoints\/\d{6}\.note)$/;
      for (const name of this.names) need(expected.has(name) || known.test(name), `${name} is a file that nobody needs`);
    }
    async notes() {
      const { origin, operators } = this.keys, draw = this.draw;
      const texts = new Map(["rules", "commitment", "result", "manifest"].map((name) => [name, ours.documentText(origin, name === "rules" ? this._rules.wave : draw, name, this.content[name])]));
      texts.set("list", ours.treeText(origin, draw, "list", this._commitment.list));
      texts.set("results", ours.treeText(origin, draw, "results", this._result.results));
      let unseen = "";
      for (const [name, text] of texts) {
        const found = await ours.signers(await this.read(`${name}.note`), text, operators);
        if (found === null) unseen = UNSIGNED;
        else need(found.length >= 2, `${name}.note needs two operators`);
      }
      return unseen;
    }
    async rules() {
      need(ours.hex(ours.sha256(this.content.rules)) === this._commitment.rules, "the rules are not those of the commitment");
      need(ours.hex(ours.sha256(this.content.commitment)) === this._result.commitment, "a result of another list");
      ours.planOf(this._rules);
    }
    async log() {
      const tree = new ours.Tree(), places = {}, commitments = new Map(), voids = new Map();
      const roots = new Map(), count = this.names.filter((name) => name.startsWith("log/entries/")).length;
      for (let index = 0; index < count; index++) {
        const entry = await this.read(`log/entries/${String(index).padStart(6, "0")}.json`);
        tree.add(entry);
        roots.set(tree.size, tree.root());
        for (const name of ["rules", "commitment", "result"]) if (ours.same(entry, this.content[name])) {
          need(places[name] === undefined, `the ${name} stands twice in the log`);
          places[name] = index;
        }
        let value;
        try { value = ours.document(entry); } catch { continue; }
        for (const [name, found] of [["commitment", commitments], ["void", voids]]) if (value && value.type === `prakerja-draw-${name}`) {
          ours.document(entry, name);
          need(!found.has(value.draw), `two documents of the kind ${name} of ${value.draw}`);
          found.set(value.draw, { index, entry, value });
        }
      }
      need(places.rules < places.commitment && places.commitment < places.result, "documents are missing in the log, or in another order");
      need(!voids.has(this.draw), "this draw was ended without a result");
      let unseen = await this.ended(commitments, voids, places.commitment) ? UNSIGNED : "";
      this.seen = null;
      let largest = 0, smallest = Infinity;
      for (const name of this.names.filter((one) => one.startsWith("log/checkpoints/"))) {
        const size = Number(/^log\/checkpoints\/(\d{6})\.note$/.exec(name)[1]), root = roots.get(size);
        need(root, `${name} is not of these documents`);
        const text = `${this.keys.origin}/documents\n${size}\n${ours.base64(root)}\n`;
        const by = await ours.signers(await this.read(name), text, [...this.keys.documents, ...this.keys.witnesses]);
        largest = Math.max(largest, size);
        if (by === null) { unseen = UNSIGNED; continue; }
        const witnesses = by.filter((one) => one.isWitness);
        need(witnesses.length >= 2 && witnesses.length < by.length, `${name} needs the log and two witnesses`);
        if (size > places.commitment && size < smallest) { smallest = size; this.seen = witnesses; }
      }
      need(largest === count, "a document that no checkpoint knows");
      return unseen;
    }
    // The draws of this wave that ended before it: each by the rule, when it might, and with the word of two. Returns whether
    // signatures could not be looked at.
    async ended(commitments, voids, last) {
      const [wave, number] = this.draw.split("/");
      let isUnseen = false, end = -1;
      this.over = 0;
      for (let before = 1; before < Number(number); before++) {
        const name = `${wave}/${before}`, commitment = commitments.get(name), done = voids.get(name);
        need(commitment && done, `nothing says why ${name} has no result`);
        const { value: told } = commitment, { value: { reason, voided_at: at, commitment: of } } = done, when = ours.seconds(at), begun = ours.seconds(told.committed_at);
        need(end < commitment.index && commitment.index < done.index && done.index < last, `the documents of ${name} came in another order`);
        need(this.over <= begun && begun <= when, `${name} began before the one before it ended, or after its own end`);
        need(of === ours.hex(ours.sha256(commitment.entry)), `what ended ${name} is of another commitment`);
        const times = told.sources.map((source) => this.appears(source));
        if (reason === "list") need(when < times[0], `${name} was ended for its list when its randomness was there`);
        else need(when >= times[times.length - 1] + (reason === "source" ? 7 : 3) * 86400, `${name} was ended too soon`);
        if (reason !== "list") for (const what of ["rules", "list"]) need(ours.spelled(told[what]) === ours.spelled(this._commitment[what]), `${what} changed after ${name}`);
        const by = await ours.signers(await this.read(`void-${before}.note`), ours.documentText(this.keys.origin, name, "void", done.entry), this.keys.operators);
        if (by === null) isUnseen = true;
        else need(by.length >= 2, `void-${before}.note needs two operators`);
        this.over = when;
        end = done.index;
      }
      return isUnseen;
    }
    // When a source gives its value, in seconds.
    appears(source) {
      if (source.kind === "nist-beacon-2") return ours.seconds(source.time);
      const chain = this.keys.chains.find((one) => one.hash === source.chain);
      need(source.kind === "drand" && chain, "this beacon is not one of those that you know");
      return chain.genesis + (source.round - 1) * chain.period;
    }
    async time() {
      const { sources } = this._commitment, committed = ours.seconds(this._commitment.committed_at), last = sources.length - 1;
      need(sources.length && sources.every((one, at) => (one.kind === "drand") === (at === last)), "the last source is drand, and no other");
      this.at = sources.map((source) => this.appears(source));
      need(ours.seconds(this._rules.published_at) < committed, "the rules came after the commitment");
      need(ours.seconds(this._commitment.closed_at) <= committed, "committed before the wave was closed");
      need(this.over <= committed, "committed before the draw before it ended");
      need(committed + this._rules.min_lead_s <= this.at[0], "the first source came too soon after the commitment");
      need(this.at.every((one, at) => !at || this.at[at - 1] < one), "the sources are not in the order of their times");
      need(this.at[last] <= ours.seconds(this._result.drawn_at), "drawn before the last source");
      if (this.seen === null) return UNSIGNED;
      need(this.seen.every((one) => one.seconds >= this.over), "witnesses saw a draw ended before it may have been");
      need(this.seen.filter((one) => one.seconds < this.at[0]).length >= 2, "witnesses saw the commitment too late");
      return "";
    }
    async secret() {
      const found = ours.tagged("secret", ours.bytes(`${this.draw}\n`), ours.unhex(this._result.secret));
      need(ours.hex(found) === this._commitment.secret, "the secret is not the one whose hash was published");
    }
    async sources() {
      let unseen = "";
      const expected = [];
      for (const [number, source] of this._commitment.sources.entries()) {
        const told = this._result.values[number];
        // Whoever may name a certificate of their own signs as many pulses as they like, and chooses the winners.
        if (source.kind !== "drand") need((this.keys.certificates || []).includes(source.certificate), "the pulse's certificate is none of those that you know");
        if (told.value === null) {
          need(source.optional, "a required source has no value");
          expected.push(`beacon/${number}.absent.note`);
          const text = ours.documentText(this.keys.origin, this.draw, `absent-${number}`, ours.bytes(ours.spelled(source)));
          const by = await ours.signers(await this.read(`beacon/${number}.absent.note`), text, this.keys.witnesses);
          if (by === null) unseen = UNSIGNED;
          else need(by.filter((one) => one.seconds >= this.at[number] + 86400).length >= 2, "too few witnesses waited for an absent source");
          continue;
        }
        expected.push(`beacon/${number}.json`);
        const kept = ours.document(await this.read(`beacon/${number}.json`), source.kind === "drand" ? `beacon ${number}` : "pulse");
        if (source.kind === "drand") {
          need(ours.spelled(kept) === ours.spelled({ chain: source.chain, round: source.round, signature: told.signature }), "another round");
          need(ours.hex(ours.sha256(ours.unhex(told.signature))) === told.value, "a value is not that of its source");
          unseen = unseen || `the signature of drand's round ${source.round}: ${told.signature}`;
        } else {
          expected.push("beacon/nist.pem");
          const value = await pulse(kept, source, ours.text(await this.read("beacon/nist.pem")));
          if (value === null) unseen = UNSIGNED;
          else need(value === told.value, "a value is not that of its source");
        }
      }
      need(this.names.filter((name) => name.startsWith("beacon/")).sort().join() === expected.sort().join(), "beacon/ has other files than the sources need");
      return unseen;
    }
    async seed() {
      this._seed = ours.seedOf(this.content.commitment, this._commitment, this._result);
      need(ours.hex(this._seed) === this._result.seed, "the seed does not follow");
    }
    async list() {
      const told = this._commitment.list, lines = new Lines(this, "list", told.rows);
      this.ranking = new ours.Ranking(this._seed, this._rules, told.rows);
      let before = "";
      await lines.each((line, number) => {
        const row = ours.row(line);
        need(before < row.ticket, "the tickets do not ascend");
        before = row.ticket;
        if (row.ticket === this.ticket) this.own = { number, row: line };
        this.ranking.add(row);
      });
      need(ours.spelled({ ...lines.told(), eligible: this.ranking.eligible }) === ours.spelled(told), "the list is not the one of the commitment");
      need(this.ranking.areLabelsNeeded(this._rules.family_cap), "a family's label that nothing needs");
    }
    async results() {
      const told = this._result.results, lines = new Lines(this, "results", told.rows), winners = new ours.Sha256();
      need(told.rows === this._commitment.list.rows, "the results have other rows than the list");
      this.ranking.seat();
      const list = new Lines(this, "list", told.rows), tickets = list.tickets();
      for (let part = 0; part < lines.parts; part++) {
        const known = await tickets(part);
        await lines.part(part, (line, number) => {
          const words = this.ranking.words(number), ticket = known[number - part * PART];
          need(line === `${ticket} ${words}`, `the result of ${ticket} is another`);
          if (words.includes(" W ")) winners.update(ours.bytes(`${ticket}\n`));
          if (ticket === this.ticket) this.own.result = line;
        });
      }
      need(ours.spelled(lines.told()) === ours.spelled(told), "the results are not those of the document");
      this.winners = this.ranking.winners;
      this.winnersSha256 = ours.hex(winners.digest());
      this.unfilled = this.ranking.unfilled;
      need(this.winners === this._result.winners.count && this.winnersSha256 === this._result.winners.sha256, "the winners are not those of the document");
      need(this.unfilled === this._result.unfilled, "another number of seats is left");
    }
  }
  const pathOf = ours.pathOf = (name, part) => `${name}/${String(part).padStart(5, "0")}.txt`;

  // The lines of list/… or results/…, part after part; what they are in all.
  class Lines {
    constructor(work, name, rows) { Object.assign(this, { work, name, rows, size: 0, tree: new ours.Tree(), hash: new ours.Sha256(), parts: Math.max(1, Math.ceil(rows / PART)) }); }
    async each(look) { for (let part = 0; part < this.parts; part++) await this.part(part, look); }
    async part(part, look) {
      const content = await this.work.read(pathOf(this.name, part)), expected = Math.min(PART, this.rows - part * PART);
      this.hash.update(content);
      this.size += content.length;
      const lines = splitted(content, this.name, part, expected);
      let begin = 0;
      lines.forEach((line, at) => {
        this.tree.add(content.subarray(begin, begin + line.length));
        begin += line.length + 1;
        look(line, part * PART + at);
      });
      this.work.far(this.name, Math.min(this.rows, (part + 1) * PART), this.rows);
      await breath();
    }
    tickets() { return async (part) => splitted(await this.work.read(pathOf("list", part)), "list", part, Math.min(PART, this.rows - part * PART)).map((line) => line.slice(0, 64)); }
    told() { return { rows: this.tree.size, bytes: this.size, sha256: ours.hex(this.hash.digest()), root: ours.hex(this.tree.root()) }; }
  }
  ours.Lines = Lines;
  function splitted(content, name, part, expected) {
    const lines = new TextDecoder("latin1").decode(content).split("\n");
    need(lines.pop() === "" && lines.length === expected, `${pathOf(name, part)} has other rows`);
    return lines;
  }

  // A pulse of the NIST beacon that its certificate signed (RSA, PKCS #1 v1.5, SHA-512); its value, null where SHA-512 is missing.
  async function pulse(kept, source, pem) {
    need(kept.chain === source.chain && kept.time === source.time && kept.status === 0, "another pulse");
    const der = ours.unbase64(pem.split("-----")[2].replace(/\s+/g, "")), certificate = await ours.sha512(der);
    if (certificate === null) return null;
    need(ours.hex(certificate) === source.certificate && kept.certificate === source.certificate, "another certificate");
    const be = (value, size) => { const found = new Uint8Array(size); for (let at = size; at--; value = Math.floor(value / 256)) found[at] = value % 256; return found; };
    const sized = (data) => ours.joined(be(data.length, 4), data);
    const message = ours.joined(...("uri version cipher_suite=4 period=4 certificate chain=8 number=8 time local_random external_source "
      + "external_status=4 external_value previous hour day month year precommitment status=4").split(" ").map((part) => {
      const [name, size] = part.split("=");
      if (size) return be(kept[name], Number(size));
      return sized(["uri", "version", "time"].includes(name) ? ours.bytes(kept[name]) : ours.unhex(kept[name]));
    }));
    const mark = "06092a864886f70d0101010500", at = ours.hex(der).indexOf(mark) / 2 + 22;
    const n = ours.big(der.subarray(at + 4, at + 4 + der[at + 2] * 256 + der[at + 3])), signature = ours.unhex(kept.signature);
    const padded = ours.joined(Uint8Array.of(0, 1), new Uint8Array(426).fill(255), ours.unhex("003051300d060960864801650304020305000440"), await ours.sha512(message));
    need(ours.power(ours.big(signature), 65537n, n) === ours.big(padded), "the pulse's signature");
    const value = ours.hex(await ours.sha512(ours.joined(message, signature)));
    need(value === kept.output, "the pulse's value is not that of its signature");
    return value;
  }

  // --- one's own proof ------------------------------------------------------------------------------------------------------
  // `proof`: what the portal gave its owner. `nik`, `card`: 16 digits, or "" for whoever does not type them. Nothing is sent anywhere.
  // Returns {holds, states: {ticket, listed, signed, family, reason, seed, outcome}, row, result, rank}; a step that does not concern this
  // row, or was not asked for, is not in it or "unseen".
  ours.checkOwn = async (proof, keys, nik = "", card = "") => {
    const states = {}, found = { states, row: null, outcome: null, rank: null, position: null };
    const check = async (name, step) => {
      try { const detail = await step() || ""; states[name] = { state: detail ? "unseen" : "yes", detail }; }
      catch (error) {
        // Whatever goes wrong over somebody's file: it does not hold.
        states[name] = { state: "no", detail: error.message };
      }
    };
    let row, ticket, commitment, commitmentBytes, rules, result;
    await check("listed", () => {
      need(proof.type === "prakerja-draw-proof" && proof.version === 1, "this is no proof of a draw");
      row = ours.row(proof.row);
      ticket = ours.unhex(row.ticket);
      commitmentBytes = ours.bytes(proof.commitment);
      commitment = ours.document(commitmentBytes, "commitment");
      rules = ours.document(ours.bytes(proof.rules), "rules");
      need(ours.hex(ours.sha256(ours.bytes(proof.rules))) === commitment.rules, "the rules are not those of the commitment");
      need(commitment.draw === proof.draw && proof.draw.split("/")[0] === rules.wave, "documents of several draws");
      const root = ours.rootFrom(ours.leaf(ours.bytes(proof.row)), proof.number, commitment.list.rows, proof.list_path.map(ours.unhex));
      need(ours.hex(root) === commitment.list.root, "this row is not in the list that was committed to");
    });
    if (states.listed.state === "no") return { ...found, holds: false };
    found.row = row;
    let nonce;
    await check("ticket", () => {
      nonce = ours.unhex(proof.nonce);
      if (!nik) return "no NIK was typed";
      need(/^\d{16}$/.test(nik), "a NIK has sixteen digits");
      need(ours.hex(ours.ticketOf(rules.wave, nik, nonce)) === row.ticket, "this row is not that of this NIK");
    });
    if (row.family) await check("family", () => {
      const familyNonce = ours.unhex(proof.family_nonce);
      need(familyNonce.length === 32, "the proof lacks what the family's label is made of");
      if (!card) return "no family card was typed";
      need(/^\d{16}$/.test(card), "a family card has sixteen digits");
      need(ours.hex(ours.labelOf(rules.wave, card, familyNonce)) === row.family, "the label is not that of this family card");
    });
    if (row.mark) await check("reason", () => need(ours.markOf(ticket, nonce, proof.codes) === row.mark, "the reasons are not those that were committed to"));
    await check("signed", async () => {
      const { origin, operators } = keys, texts = new Map([
        ["rules", ours.documentText(origin, rules.wave, "rules", ours.bytes(proof.rules))],
        ["commitment", ours.documentText(origin, proof.draw, "commitment", commitmentBytes)],
        ["list", ours.treeText(origin, proof.draw, "list", commitment.list)]]);
      if (proof.result) {
        result = ours.document(ours.bytes(proof.result), "result");
        texts.set("result", ours.documentText(origin, proof.draw, "result", ours.bytes(proof.result)));
        texts.set("results", ours.treeText(origin, proof.draw, "results", result.results));
      }
      for (const [name, text] of texts) {
        const by = await ours.signers(proof.notes[name], text, operators);
        if (by === null) return UNSIGNED;
        need(by.length >= 2, `${name}.note needs two operators`);
      }
    });
    if (!proof.result) return { ...found, holds: Object.values(states).every((one) => one.state !== "no") };
    await check("seed", () => {
      result = ours.document(ours.bytes(proof.result), "result");
      need(result.draw === proof.draw && ours.hex(ours.sha256(commitmentBytes)) === result.commitment, "a result of another list");
      need(ours.hex(ours.tagged("secret", ours.bytes(`${proof.draw}\n`), ours.unhex(result.secret))) === commitment.secret, "the secret is not the one whose hash was published");
      const seed = ours.seedOf(commitmentBytes, commitment, result);
      need(ours.hex(seed) === result.seed, "the seed does not follow");
      if (!row.mark) found.rank = ours.hex(ours.rankOf(seed, ticket));
    });
    await check("outcome", () => {
      const line = /^([0-9a-f]{64}) (?:- (X)|([1-9][0-9]*) (?:(W) (\S+)|(K)|(R) ([1-9][0-9]*)))$/.exec(proof.outcome);
      need(line && line[1] === row.ticket && Boolean(line[2]) === Boolean(row.mark), "a result of another row");
      need(result.results.rows === commitment.list.rows, "the results have other rows than the list");
      const root = ours.rootFrom(ours.leaf(ours.bytes(proof.outcome)), proof.number, result.results.rows, proof.results_path.map(ours.unhex));
      need(ours.hex(root) === result.results.root, "this is not the result that was published");
      found.outcome = line[2] || line[4] || line[6] || line[7];
      found.position = line[3] ? Number(line[3]) : null;
      found.pool = line[5] || "";
      found.reserve = line[8] ? Number(line[8]) : null;
      found.of = commitment.list.eligible;
    });
    return { ...found, holds: Object.values(states).every((one) => one.state !== "no") };
  };
})(PrakerjaDraw);
