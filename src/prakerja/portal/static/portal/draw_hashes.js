// Hashes, trees and signatures for whoever checks a draw in a browser (docs/draw.md 3, 4, 6). Plain script, no build step, no
// request: it works from a saved page as well. SHA-256 is our own, because the browser's takes a detour for every row and is
// missing where a page came without TLS; Ed25519 is the browser's where it has it.
"use strict";
var PrakerjaDraw = {};
(function (ours) {
  class Wrong extends Error {}
  ours.Wrong = Wrong;
  ours.need = (condition, sentence) => { if (!condition) throw new Wrong(sentence); };
  const need = ours.need;

  // --- bytes ---------------------------------------------------------------------------------------------------------
  const encoder = new TextEncoder();
  ours.bytes = (text) => encoder.encode(text);
  ours.text = (data) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  const HEX = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, "0"));
  ours.hex = (data) => { let found = ""; for (const one of data) found += HEX[one]; return found; };
  ours.unhex = (text) => {
    need(typeof text === "string" && /^(?:[0-9a-f]{2})*$/.test(text), "no hexadecimal digits");
    return Uint8Array.from({ length: text.length / 2 }, (_, at) => parseInt(text.substr(2 * at, 2), 16));
  };
  ours.base64 = (data) => btoa(String.fromCharCode(...data));
  ours.unbase64 = (text) => {
    let found;
    try { found = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)); } catch { throw new Wrong("no base64"); }
    // The last sign before the padding has bits that a decoder passes over.
    need(ours.base64(found) === text, "base64 in another spelling");
    return found;
  };
  ours.joined = (...parts) => {
    const found = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
    let at = 0;
    for (const part of parts) { found.set(part, at); at += part.length; }
    return found;
  };
  ours.same = (left, right) => left.length === right.length && left.every((one, at) => one === right[at]);

  // --- SHA-256 (FIPS 180-4) -------------------------------------------------------------------------------------------
  // The constants are the first bits of the fractions of roots of the first primes.
  const primes = [];
  for (let one = 2; primes.length < 64; one++) if (primes.every((prime) => one % prime)) primes.push(one);
  const fraction = (root) => (root - Math.floor(root)) * 4294967296 | 0;
  const K = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
  const BEGIN = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
  const W = new Int32Array(64);
  function compress(state, data, at) {
    for (let i = 0; i < 16; i++, at += 4) W[i] = data[at] << 24 | data[at + 1] << 16 | data[at + 2] << 8 | data[at + 3];
    for (let i = 16; i < 64; i++) {
      const x = W[i - 15], y = W[i - 2];
      W[i] = W[i - 16] + W[i - 7] + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3)
        + ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10) | 0;
    }
    let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (let i = 0; i < 64; i++) {
      const one = h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + (e & f ^ ~e & g) + K[i] + W[i] | 0;
      const two = ((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b ^ a & c ^ b & c) | 0;
      h = g; g = f; f = e; e = d + one | 0; d = c; c = b; b = a; a = one + two | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d; state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }
  class Sha256 {
    constructor() { this.state = Int32Array.from(BEGIN); this.rest = new Uint8Array(64); this.waiting = 0; this.size = 0; }
    update(data) {
      this.size += data.length;
      let at = 0;
      if (this.waiting) {
        at = Math.min(64 - this.waiting, data.length);
        this.rest.set(data.subarray(0, at), this.waiting);
        this.waiting += at;
        if (this.waiting < 64) return this;
        compress(this.state, this.rest, 0);
        this.waiting = 0;
      }
      for (; at + 64 <= data.length; at += 64) compress(this.state, data, at);
      this.rest.set(data.subarray(at), 0);
      this.waiting = data.length - at;
      return this;
    }
    digest() {
      const size = this.size, end = new Uint8Array(this.waiting < 56 ? 64 - this.waiting : 128 - this.waiting);
      end[0] = 128;
      new DataView(end.buffer).setUint32(end.length - 4, size * 8 >>> 0);
      new DataView(end.buffer).setUint32(end.length - 8, Math.floor(size / 536870912));
      this.update(end);
      const found = new Uint8Array(32), view = new DataView(found.buffer);
      this.state.forEach((word, i) => view.setInt32(4 * i, word));
      return found;
    }
  }
  ours.Sha256 = Sha256;
  ours.sha256 = (...parts) => { const hash = new Sha256(); for (const part of parts) hash.update(part); return hash.digest(); };
  ours.tagged = (tag, ...parts) => ours.sha256(ours.bytes(`prakerja-v1:${tag}\n`), ...parts);
  // Of a whole file the browser's own is faster, where there is one.
  const subtle = globalThis.crypto && globalThis.crypto.subtle;
  ours.fileHash = async (data) => subtle ? new Uint8Array(await subtle.digest("SHA-256", data)) : ours.sha256(data);
  ours.sha512 = async (data) => subtle ? new Uint8Array(await subtle.digest("SHA-512", data)) : null;

  // --- trees (RFC 6962) -----------------------------------------------------------------------------------------------
  const LEAF = Uint8Array.of(0), NODE = Uint8Array.of(1);
  ours.leaf = (data) => ours.sha256(LEAF, data);
  class Tree {
    constructor() { this.full = []; this.size = 0; }
    add(data) {
      let hash = ours.leaf(data);
      for (let count = this.size; count & 1; count >>>= 1) hash = ours.sha256(NODE, this.full.pop(), hash);
      this.full.push(hash);
      this.size++;
    }
    root() {
      if (!this.full.length) return ours.sha256();
      return this.full.reduceRight((right, left) => ours.sha256(NODE, left, right));
    }
  }
  ours.Tree = Tree;
  // The root that a leaf and the hashes beside its way up lead to.
  ours.rootFrom = (leaf, number, size, path) => {
    need(Number.isInteger(number) && 0 <= number && number < size, "a row that the list has not");
    let at = number, last = size - 1, found = leaf;
    for (const one of path) {
      need(last > 0 && one.length === 32, "a proof that is too long");
      if (at % 2 || at === last) {
        found = ours.sha256(NODE, one, found);
        while (at && at % 2 === 0) { at /= 2; last = Math.floor(last / 2); }
      } else found = ours.sha256(NODE, found, one);
      at = Math.floor(at / 2);
      last = Math.floor(last / 2);
    }
    need(last === 0, "a proof that is too short");
    return found;
  };

  // --- Ed25519 (RFC 8032) ---------------------------------------------------------------------------------------------
  const P = 2n ** 255n - 19n, L = 2n ** 252n + 27742317777372353535851937790883648493n;
  const mod = (value) => ((value % P) + P) % P;
  const power = (base, exponent, modulus) => {
    let found = 1n;
    for (base %= modulus; exponent; exponent >>= 1n, base = base * base % modulus) if (exponent & 1n) found = found * base % modulus;
    return found;
  };
  ours.power = power;
  const inverse = (value) => power(mod(value), P - 2n, P);
  const little = (data) => data.reduceRight((found, one) => found << 8n | BigInt(one), 0n);
  ours.big = (data) => data.reduce((found, one) => found << 8n | BigInt(one), 0n);
  const D = mod(-121665n * inverse(121666n));
  // Points as (X : Y : Z : T).
  const plus = ([x, y, z, t], [u, v, w, s]) => {
    const a = mod((y - x) * (v - u)), b = mod((y + x) * (v + u)), c = mod(2n * t * s * D), d = mod(2n * z * w);
    const e = b - a, f = d - c, g = d + c, h = b + a;
    return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
  };
  const times = (scalar, point) => {
    let found = [0n, 1n, 1n, 0n];
    for (; scalar; scalar >>= 1n, point = plus(point, point)) if (scalar & 1n) found = plus(found, point);
    return found;
  };
  const point = (data) => {
    const number = little(data), y = number & (1n << 255n) - 1n;
    need(y < P, "no point");
    const square = mod((y * y - 1n) * inverse(D * y * y + 1n));
    let x = power(square, (P + 3n) / 8n, P);
    if (mod(x * x) !== square) x = mod(x * power(2n, (P - 1n) / 4n, P));
    need(mod(x * x) === square, "no point");
    if (x % 2n !== number >> 255n) x = P - x;
    return [x, y, 1n, mod(x * y)];
  };
  async function byHand(key, message, signature) {
    const digest = await ours.sha512(ours.joined(signature.subarray(0, 32), key, message));
    if (digest === null) return null;
    const s = little(signature.subarray(32));
    if (s >= L) return false;
    try {
      const left = times(s, point(BASE)), right = plus(point(signature.subarray(0, 32)), times(little(digest) % L, point(key)));
      return mod(left[0] * right[2]) === mod(right[0] * left[2]) && mod(left[1] * right[2]) === mod(right[1] * left[2]);
    } catch (error) {
      if (error instanceof Wrong) return false;
      throw error;
    }
  }
  const BASE = Uint8Array.from({ length: 32 }, (_, at) => at ? 0x66 : 0x58);
  // Whether a key signed this; null where this browser cannot tell.
  ours.hasSigned = async (key, message, signature) => {
    if (subtle && !ours.withoutTheBrowsers) {
      try {
        const known = await subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
        return await subtle.verify({ name: "Ed25519" }, known, signature, message);
      } catch { /* It knows no Ed25519. */ }
    }
    return byHand(key, message, signature);
  };

  // --- notes (C2SP), stricter: no unknown line, one spelling ------------------------------------------------------------
  const keyOf = (spelled) => {
    const [, name, id, data] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(spelled) || [];
    need(name, "a key that cannot be read");
    const raw = ours.unbase64(data);
    need(raw.length === 33, "a key that cannot be read");
    const found = ours.sha256(ours.bytes(`${name}\n`), raw).subarray(0, 4);
    need(ours.hex(found) === id, `the key of ${name}`);
    return { name, id, isWitness: raw[0] === 4, key: raw.subarray(1) };
  };
  // Who of these keys signed the note, of exactly this text: [{name, isWitness, seconds}]; null where this browser cannot tell.
  ours.signers = async (content, text, spelled) => {
    const told = typeof content === "string" ? content : ours.text(content);
    const gap = told.lastIndexOf("\n\n");
    need(gap >= 0 && told.slice(0, gap + 1) === text && told.endsWith("\n"), `a note of something else than ${text.split("\n").slice(0, 2)}`);
    const keys = spelled.map(keyOf), found = [];
    for (const line of told.slice(gap + 2, -1).split("\n")) {
      const parts = line.split(" ");
      need(parts.length === 3 && parts[0] === "—", "a note with another line");
      const data = ours.unbase64(parts[2]), by = keys.find((one) => one.name === parts[1] && one.id === ours.hex(data.subarray(0, 4)));
      need(by, `${parts[1]} is no key that you know`);
      need(!found.some((one) => one.name === by.name), `${by.name} signed twice`);
      need(data.length === (by.isWitness ? 76 : 68), `the signature of ${by.name}`);
      const seconds = by.isWitness ? Number(ours.big(data.subarray(4, 12))) : null;
      const message = ours.bytes((by.isWitness ? `cosignature/v1\ntime ${seconds}\n` : "") + text);
      const holds = await ours.hasSigned(by.key, message, data.subarray(-64));
      if (holds === null) return null;
      need(holds, `the signature of ${by.name} does not hold`);
      found.push({ name: by.name, isWitness: by.isWitness, seconds });
    }
    return found;
  };
})(PrakerjaDraw);
