// Documents, rows, seats and the walk of a draw (docs/draw.md 4, 5, 8, 9), as an own reading of that page: it shares nothing
// with the two programs but the words.
"use strict";
(function (ours) {
  const need = ours.need;

  // --- documents: JSON in its one spelling ------------------------------------------------------------------------------
  // The members of each document with what may stand there: a pattern of a text, a kind, a list of, one of, or members again. A
  // member whose name is a pattern stands for any number of them.
  const HASH = /^[0-9a-f]{64}$/, LONG = /^[0-9a-f]{128}$/, DRAW = /^[a-z0-9-]{1,32}\/[1-9][0-9]{0,3}$/;
  const WHEN = (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) && Number.isFinite(ours.seconds(value));
  const number = (value) => Number.isSafeInteger(value) && value >= 0, flag = (value) => typeof value === "boolean";
  const from = (least, most) => (value) => number(value) && least <= value && value <= most;
  const only = (...some) => (value) => some.includes(value);
  const any = (pattern, shape) => ({ pattern, shape });
  const oneOf = (...shapes) => (value) => shapes.some((shape) => fits(value, shape));
  const ROWS = { rows: number, bytes: number, sha256: HASH, root: HASH };
  const NIST = { kind: only("nist-beacon-2"), chain: only(2), time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:00\.000Z$/, certificate: LONG, optional: only(true) };
  const DRAND = { kind: only("drand"), chain: HASH, round: from(1, Number.MAX_SAFE_INTEGER), optional: only(false) };
  const short = from(0, 0xffffffff);
  const SHAPES = {
    rules: { wave: /^[a-z0-9-]{1,32}$/, seats: number, weights: any(/^[0-9]{1,8}$/, number), family_cap: from(1, 9), released_counts: flag, min_lead_s: number,
      groups: [{ code: /^[A-Z]$/, seats: number, scope: only("stratum", "national") }], published_at: WHEN },
    commitment: { draw: DRAW, rules: HASH, closed_at: WHEN, committed_at: WHEN, list: { ...ROWS, eligible: number }, secret: HASH, sources: [oneOf(NIST, DRAND)] },
    result: { draw: DRAW, commitment: HASH, drawn_at: WHEN, secret: HASH, seed: HASH, results: ROWS, winners: { count: number, sha256: HASH }, unfilled: number,
      values: [oneOf({ value: only(null) }, { value: LONG }, { value: HASH, signature: /^[0-9a-f]{96}$/ })] },
    manifest: { draw: DRAW, files: any(/./, { bytes: number, sha256: HASH }) },
    recall: { draw: DRAW, recall: from(1, 9999), result: HASH, ...Object.fromEntries(["released", "declined", "awarded"].map((name) => [name, { count: number, sha256: HASH }])) },
    void: { draw: DRAW, commitment: HASH, reason: only("source", "secret", "list"), voided_at: WHEN },
    pulse: { uri: /^/, version: only("2.0"), cipher_suite: only(0), period: short, chain: only(2), number: short, time: NIST.time, external_status: short,
      status: only(0), signature: /^[0-9a-f]{1024}$/, output: LONG },
  };
  for (const name of "certificate local_random external_source external_value previous hour day month year precommitment".split(" ")) SHAPES.pulse[name] = LONG;
  for (const name of ["rules", "commitment", "result", "manifest", "void", "recall"]) Object.assign(SHAPES[name], { type: only(`prakerja-draw-${name}`), version: only(1) });
  const isPlain = (value) => Boolean(value) && typeof value === "object" && !Array.isArray(value);
  function fits(value, shape) {
    if (typeof shape === "function") return shape(value);
    if (shape instanceof RegExp) return typeof value === "string" && shape.test(value);
    if (Array.isArray(shape)) return Array.isArray(value) && value.every((one) => fits(one, shape[0]));
    if (!isPlain(value)) return false;
    if (shape.pattern instanceof RegExp) return Object.entries(value).every(([name, one]) => shape.pattern.test(name) && fits(one, shape.shape));
    const names = Object.keys(shape);
    return Object.keys(value).length === names.length && names.every((name) => Object.hasOwn(value, name) && fits(value[name], shape[name]));
  }
  const spelled = (value) => {
    if (Array.isArray(value)) return `[${value.map(spelled).join(",")}]`;
    if (value && typeof value === "object") return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${spelled(value[name])}`).join(",")}}`;
    need(typeof value !== "number" || Number.isSafeInteger(value), "a number that is not whole");
    need(typeof value !== "string" || /^[\x20-\x7e]*$/.test(value), "a text with other signs than ASCII");
    return JSON.stringify(value);
  };
  ours.spelled = spelled;
  ours.document = (content, name) => {
    let value;
    try { value = JSON.parse(ours.text(content)); } catch { throw new ours.Wrong(`${name || "a document"} cannot be read`); }
    need(ours.same(ours.bytes(spelled(value)), content), `${name || "a document"} is spelled another way`);
    if (SHAPES[name]) need(fits(value, SHAPES[name]), `${name} has other members, or other things in them`);
    return value;
  };
  ours.seconds = (instant) => {
    need(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.000)?Z$/.test(instant), "an instant that cannot be read");
    const found = Date.parse(instant);
    // A 31 February is read as March by some.
    need(Number.isFinite(found) && new Date(found).toISOString() === instant.replace(/(?:\.000)?Z$/, ".000Z"), "an instant that does not exist");
    return found / 1000;
  };
  ours.documentText = (origin, about, name, content) => `${origin}/draw/${about}\n${name}\n${ours.base64(ours.sha256(content))}\n`;
  ours.treeText = (origin, draw, name, told) => `${origin}/draw/${draw}/${name}\n${told.rows}\n${ours.base64(ours.unhex(told.root))}\n`;
  ours.VALUE_BYTES = { drand: 32, "nist-beacon-2": 64 };
  ours.seedOf = (commitmentBytes, commitment, result) => {
    const parts = [ours.sha256(commitmentBytes)];
    need(commitment.sources.length === result.values.length, "not every source has a value");
    commitment.sources.forEach((source, number) => {
      const told = result.values[number].value, size = ours.VALUE_BYTES[source.kind];
      need(told !== null || source.optional, "a required source has no value");
      need(told === null || told.length === 2 * size, "a value of another length");
      parts.push(Uint8Array.of(told === null ? 0 : 1), told === null ? new Uint8Array(size) : ours.unhex(told));
    });
    return ours.tagged("seed", ...parts, ours.unhex(result.secret));
  };
  ours.ticketOf = (wave, nik, nonce) => ours.tagged("ticket", ours.bytes(`${wave}\n${nik}\n`), nonce);
  ours.labelOf = (wave, card, nonce) => ours.tagged("family", ours.bytes(`${wave}\n${card}\n`), nonce);
  ours.rankOf = (seed, ticket) => ours.tagged("rank", seed, ticket);
  ours.markOf = (ticket, nonce, codes) => ours.hex(ours.tagged("reason", ticket, nonce, ours.bytes([...codes].sort().join(",")))).slice(0, 32);

  // --- rows ----------------------------------------------------------------------------------------------------------------
  const ROW = /^([0-9a-f]{64}) (?:E ([0-9]{1,8}) (-|[A-Z]{1,26}) (?:([0-9a-f]{64}) ([1-9])|- -)|X ([0-9a-f]{32}))$/;
  ours.row = (line) => {
    const found = ROW.exec(line);
    need(found, "a row that cannot be read");
    const [, ticket, stratum, groups, family, allowance, mark] = found;
    const letters = groups && groups !== "-" ? groups : "";
    need([...letters].every((one, at) => !at || letters[at - 1] < one), "groups that do not ascend");
    return { ticket, stratum, letters, family, allowance: Number(allowance || 0), mark };
  };

  // --- seats -----------------------------------------------------------------------------------------------------------------
  ours.apportion = (total, weights) => {
    const codes = Object.keys(weights), whole = codes.reduce((sum, code) => sum + BigInt(weights[code]), 0n);
    need(whole > 0n || !total, "no stratum has a weight");
    const shares = new Map(codes.map((code) => [code, whole ? Number(BigInt(total) * BigInt(weights[code]) / whole) : 0]));
    const remainder = (code) => whole ? BigInt(total) * BigInt(weights[code]) % whole : 0n;
    const left = total - [...shares.values()].reduce((sum, one) => sum + one, 0);
    const byRemainder = codes.sort((one, other) => remainder(other) > remainder(one) ? 1 : remainder(other) < remainder(one) ? -1 : one < other ? -1 : 1);
    for (const code of byRemainder.slice(0, left)) shares.set(code, shares.get(code) + 1);
    return shares;
  };
  ours.planOf = (rules) => {
    const national = rules.groups.reduce((sum, one) => sum + (one.scope === "national" ? one.seats : 0), 0);
    need(new Set(rules.groups.map((one) => one.code)).size === rules.groups.length, "a group stands twice in the rules");
    need(national <= rules.seats, "national groups reserve more seats than there are");
    const quotas = ours.apportion(rules.seats - national, rules.weights), seats = new Map(quotas);
    seats.set("*", 0);
    for (const group of rules.groups) {
      if (group.scope === "national") { seats.set("*" + group.code, group.seats); continue; }
      for (const [code, share] of ours.apportion(group.seats, Object.fromEntries(quotas))) {
        seats.set(code + group.code, share);
        seats.set(code, seats.get(code) - share);
      }
    }
    need([...seats.values()].every((one) => one >= 0), "groups reserve more seats of a stratum than it has");
    const phases = rules.groups.map((group) => ({ letter: group.code, everywhere: group.scope === "national" }));
    return { seats, phases: [...phases, { letter: "", everywhere: false }, { letter: "", everywhere: true }] };
  };

  // Everybody in line, then pool by pool. Rows come in the list's order; of each 24 bytes are kept.
  class Ranking {
    constructor(seed, rules, rows) {
      need(rows < 1 << 24, "more rows than this page can rank");
      this.seed = seed;
      this.plan = ours.planOf(rules);
      this.strata = Object.keys(rules.weights).sort();
      this.letters = rules.groups.map((one) => one.code);
      this.keys = new Uint32Array(2 * rows);
      this.more = new Uint32Array(rows);
      this.stratum = new Uint16Array(rows);
      this.groups = new Uint32Array(rows);
      this.family = new Uint32Array(rows);
      this.families = new Map();
      this.allowance = [Infinity];
      this.crowd = [0];
      this.rows = this.eligible = 0;
    }
    add(row) {
      const number = this.rows++;
      if (row.mark) return;
      this.stratum[number] = this.strata.indexOf(row.stratum);
      need(this.strata.includes(row.stratum), "a stratum that the rules do not have");
      for (const letter of row.letters) {
        need(this.letters.includes(letter), "a group that the rules do not have");
        this.groups[number] |= 1 << this.letters.indexOf(letter);
      }
      if (row.family) {
        let known = this.families.get(row.family);
        if (known === undefined) {
          known = this.allowance.length;
          this.families.set(row.family, known);
          this.allowance.push(row.allowance);
          this.crowd.push(0);
        }
        need(this.allowance[known] === row.allowance, "a family with two allowances");
        this.crowd[known]++;
        this.family[number] = known;
      }
      const rank = ours.rankOf(this.seed, ours.unhex(row.ticket)), view = new DataView(rank.buffer);
      // As one number of 64 bits: forty of the rank, then the row; the next thirty-two stand aside.
      this.keys[2 * this.eligible + 1] = view.getUint32(0);
      this.keys[2 * this.eligible++] = (rank[4] << 24 | number) >>> 0;
      this.more[number] = view.getUint32(5);
    }
    areLabelsNeeded(cap) { return this.crowd.every((size, family) => !family || (size > this.allowance[family] && this.allowance[family] <= cap)); }
    seat() {
      const left = this.allowance.slice(), names = [...this.plan.seats.keys()], pool = new Uint16Array(this.rows), line = this._line();
      Object.assign(this, { line, left, names, pool });
      const unfilled = this._walk(new Map(this.plan.seats), left, pool.slice(), (row, name) => { pool[row] = names.indexOf(name) + 1; });
      this.unfilled = unfilled;
      this.words = (row) => this._word(row, names, pool, left);
      this.position = new Uint32Array(this.rows);
      this.reserve = new Uint32Array(this.rows);
      let reserves = 0;
      line.forEach((row, at) => {
        this.position[row] = at + 1;
        if (!pool[row] && left[this.family[row]]) this.reserve[row] = ++reserves;
      });
      this.winners = line.reduce((sum, row) => sum + (pool[row] ? 1 : 0), 0);
    }
    // Seats that came back, by the same line and phases: who gets which, by row, and how many stay. `never` get none beside those who won.
    seatAgain(seats, never, had, back) {
      const isOut = this.pool.slice(), left = this.left.slice(), given = new Map();
      for (const row of never) isOut[row] = 1;
      for (const row of back) if (this.family[row]) left[this.family[row]]++;
      for (const row of had) if (this.family[row]) left[this.family[row]] = Math.max(0, left[this.family[row]] - 1);
      const unfilled = this._walk(seats, left, isOut, (row, name) => { given.set(row, name); });
      return { given, unfilled };
    }
    _walk(seats, left, isOut, take) {
      for (const { letter, everywhere } of this.plan.phases) {
        const bit = letter ? 1 << this.letters.indexOf(letter) : 0;
        const poolOf = this.strata.map((code) => (everywhere ? "*" : code) + letter);
        for (const row of this.line) {
          const name = poolOf[this.stratum[row]], family = this.family[row];
          if (isOut[row] || (this.groups[row] & bit) !== bit || !seats.get(name) || !left[family]) continue;
          isOut[row] = 1;
          seats.set(name, seats.get(name) - 1);
          left[family]--;
          take(row, name);
        }
        for (const name of new Set(poolOf)) {
          const free = seats.get(name), to = letter ? name.slice(0, -1) : "*";
          seats.set(name, 0);
          seats.set(to, seats.get(to) + free);
        }
      }
      return seats.get("*");
    }
    _word(row, names, pool) {
      const at = this.position[row];
      if (!at) return "- X";
      return pool[row] ? `${at} W ${names[pool[row] - 1]}` : this.reserve[row] ? `${at} R ${this.reserve[row]}` : `${at} K`;
    }
    _line() {
      need(new Uint8Array(Uint32Array.of(1).buffer)[0] === 1, "this machine writes its numbers the other way round");
      new BigUint64Array(this.keys.buffer, 0, this.eligible).sort();
      const line = new Uint32Array(this.eligible);
      for (let at = 0; at < this.eligible; at++) line[at] = this.keys[2 * at] & 0xffffff;
      const begins = (at) => this.keys[2 * at + 1] * 256 + (this.keys[2 * at] >>> 24);
      for (let at = 0; at + 1 < this.eligible;) {
        let end = at + 1;
        while (end < this.eligible && begins(end) === begins(at)) end++;
        if (end - at > 1) {
          const alike = line.subarray(at, end).sort((one, other) => this.more[one] - this.more[other]);
          for (let i = 1; i < alike.length; i++) need(this.more[alike[i - 1]] !== this.more[alike[i]], "two ranks that agree too far");
        }
        at = end;
      }
      return line;
    }
  }
  ours.Ranking = Ranking;
})(PrakerjaDraw);
