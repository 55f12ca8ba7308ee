// What is wrong with the page that is shown now, as sentences, where its links lead, and of which pieces it is made. Run in the page
// by checks.py.
({ language, least }) => {
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
  const before = root.style.fontSize;
  for (const percent of [100, 130, Math.min(200, Math.round(innerWidth / 1.8))]) {
    root.style.fontSize = percent === 100 ? before : `${percent}%`;
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

  // Pages with the same pieces are of one kind: axe looks at names, roles, classes and the order of headings.
  const pieces = [...document.querySelectorAll("body, body *")].filter(see).map((one) =>
    `${one.localName}.${one.className} ${one.getAttributeNames().map((name) => (name === "role" ? one.role : name)).sort()}`);
  const order = [...document.querySelectorAll("h1, h2, h3, h4")].filter(see).map((one) => one.localName);
  const kind = [root.lang, ...order.filter((one, at) => one !== order[at - 1]), ...new Set(pieces)].join(" ");
  return { problems: found, links: [...document.links].map((link) => link.href), kind };
}
