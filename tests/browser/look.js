// What is wrong with the page that is shown now, as sentences, where its links lead, and of which pieces it is made. Run in the page
// by checks.py.
async ({ language, least }) => {
  // After a click the old page is gone before the new one has anything to measure.
  if (document.readyState !== "complete") await new Promise((done) => addEventListener("load", done, { once: true }));
  const found = [];
  const root = document.documentElement;
  const see = (one) => one.checkVisibility({ checkVisibilityCSS: true });
  const words = (one) => one.textContent.trim().replace(/\s+/g, " ");
  const call = (one) => {
    const said = one.ariaLabel || words(one) || one.value || one.name || one.id || "";
    return `${one.localName}${one.className && `.${String(one.className).split(" ")[0]}`} “${said.slice(0, 50)}”`;
  };

  // --- words ---
  if (root.lang !== language) found.push(`says language ${root.lang}`);
  if (!document.title.trim()) found.push("has no title");
  const headings = [...document.querySelectorAll("h1")].filter(see).length;
  if (headings !== 1) found.push(`has ${headings} main headings`);
  for (const field of document.querySelectorAll("input, select, textarea")) {
    if (field.type !== "hidden" && !field.labels?.length && !field.ariaLabel && !field.getAttribute("aria-labelledby")) {
      found.push(`field without a label: ${field.name || field.id}`);
    }
  }
  const textless = [...document.images].filter((image) => !image.hasAttribute("alt")).length;
  if (textless) found.push(`${textless} pictures without a text`);
  for (const field of document.querySelectorAll("meta[http-equiv=refresh i]")) found.push(`loads itself again: ${field.content}`);

  // --- width: as it is, with letters of 130 %, and with letters as large as on 360 pixels at 200 % ---
  const scrolls = (one) => {
    for (let up = one.parentElement; up && up !== document.body; up = up.parentElement) {
      if (getComputedStyle(up).overflowX !== "visible") return true;
    }
    return false;
  };
  // Words of the main heading that stand on two lines. What is longer than these may: some line has to break it.
  const brokenWords = () => {
    const broken = [];
    for (const heading of document.querySelectorAll("h1")) {
      // The path over a row that is browsed at the console: numbers and names of tables, which may break anywhere.
      if (heading.closest("#main header")) continue;
      const texts = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT);
      for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        for (const { 0: word, index } of text.data.matchAll(/\p{L}+/gu)) {
          if (word.length > 11) continue;
          const range = document.createRange();
          range.setStart(text, index);
          range.setEnd(text, index + word.length);
          if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) broken.push(word);
        }
      }
    }
    return broken;
  };
  const before = root.style.fontSize;
  for (const percent of [100, 130, Math.min(200, Math.round(innerWidth / 1.8))]) {
    root.style.fontSize = percent === 100 ? before : `${percent}%`;
    if (percent > 130) {
      const warned = document.querySelector(".pk-demo, .demo")?.getBoundingClientRect().height || 0;
      if (warned > 110) found.push(`the demo's warning takes ${warned.toFixed(0)} pixels at ${percent} %`);
      found.push(...brokenWords().map((word) => `a heading breaks inside “${word}” at ${percent} %`));
    }
    const wide = root.scrollWidth - root.clientWidth;
    if (wide <= 0) continue;
    const over = [...document.body.querySelectorAll("*")].filter(
      (one) => one.getBoundingClientRect().right > root.clientWidth + 0.5 && !scrolls(one));
    found.push(`${wide} pixels too wide for ${root.clientWidth} at ${percent} %: ${over.slice(-3).map(call).join(", ")}`);
  }
  root.style.fontSize = before;

  // --- what is pressed: 24 pixels, and `least` where it looks like a button ---
  const inSentence = (link) => {
    if (getComputedStyle(link).display !== "inline") return false;
    let block = link.parentElement;
    while (getComputedStyle(block).display.startsWith("inline")) block = block.parentElement;
    const rest = block.cloneNode(true);
    for (const one of rest.querySelectorAll("a, button")) one.remove();
    return /[\p{L}\p{N}]/u.test(rest.textContent);
  };
  // A link with a border, a button with a border or a colour of its own.
  const isButton = (one) => {
    if (!one.matches("a, button, [role=button], input[type=submit]")) return false;
    const style = getComputedStyle(one);
    const hasBorder = parseFloat(style.borderLeftWidth) > 0 && parseFloat(style.borderRightWidth) > 0;
    return hasBorder || (one.localName !== "a" && !/^rgba\(.*, 0\)$/.test(style.backgroundColor));
  };
  for (const one of document.querySelectorAll("a[href], button, summary, [role=button], input:not([type=hidden]), select, textarea")) {
    if (!see(one) || one.disabled || (one.localName === "a" && inSentence(one))) continue;
    const label = ["checkbox", "radio"].includes(one.type) ? one.labels?.[0] : null;
    const boxes = [one, label].filter(Boolean).map((each) => each.getBoundingClientRect());
    const [high, wide] = ["height", "width"].map((side) => Math.max(...boxes.map((box) => box[side])));
    // Out of sight until it has the focus, or for those who listen only.
    if (boxes[0].right <= 0 || wide <= 1 || high <= 1) continue;
    const needed = isButton(one) ? least : 24;
    if (high < needed - 0.5) found.push(`${high.toFixed(1)} of ${needed} pixels high: ${call(one)}`);
    if (wide < 23.5) found.push(`${wide.toFixed(1)} of 24 pixels wide: ${call(one)}`);
  }

  // What axe looks at is a piece of a page in its place: names, roles, classes that a style sheet knows, of itself and of all that
  // it stands in, and the site's styles; of the page the order of its headings and landmarks, and that it says a language. Each is a
  // number here.
  const mix = (number, text) => {
    let [high, low] = [(number / 0x100000000) ^ 0x5eed, number | 0];
    for (let at = 0; at < text.length; at++) {
      low = Math.imul(low ^ text.charCodeAt(at), 0x9e3779b1);
      high = Math.imul(high ^ text.charCodeAt(at), 0x5f356495) ^ (low >>> 15);
    }
    return (high & 0x1fffff) * 0x100000000 + (low >>> 0);
  };
  const styled = new Set();
  let site = mix(0, "");
  const read = (rules) => {
    for (const rule of rules) {
      for (const [, name] of (rule.selectorText || "").matchAll(/\.((?:\\.|[\w-])+)/g)) styled.add(name.replace(/\\/g, ""));
      if (rule.cssRules) read(rule.cssRules);
    }
  };
  for (const { href, cssRules } of document.styleSheets) {
    read(cssRules);
    // Sites share names of sheets that hold their colours; those are short.
    const words = cssRules.length < 20 ? [...cssRules].map((rule) => rule.cssText).join() : cssRules.length;
    site = mix(site, `${href && new URL(href).pathname} ${words}`);
  }
  const places = new Map([[root, site]]);
  const pieces = new Set();
  const order = [];
  for (const one of document.querySelectorAll("body, body *")) {
    const names = one.getAttributeNames().map((name) => (name === "role" ? one.role : name)).sort();
    const classes = [...one.classList].filter((name) => styled.has(name));
    const place = mix(places.get(one.parentElement), `${one.localName}.${classes.join(".")} ${names}`);
    places.set(one, place);
    if (!see(one)) continue;
    pieces.add(place);
    const stop = one.matches("h1, h2, h3, h4, h5, h6, header, nav, main, aside, footer, [role]") && `${one.localName} ${one.role}`;
    if (stop && stop !== order.at(-1)) order.push(stop);
  }
  pieces.add(mix(site, order.join())).add(mix(site, `language ${root.lang}`));
  return { problems: found, links: [...document.links].map((link) => link.href), pieces: [...pieces] };
}
