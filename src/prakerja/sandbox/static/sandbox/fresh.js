"use strict";
// Keeps the part of the page that says `data-fresh` (in seconds) as new as the program's own, without loading the page again:
// whoever is on a button of it is left alone. Without this file one presses “Muat ulang kode”.
for (const part of document.querySelectorAll("[data-fresh]")) {
  setInterval(async () => {
    if (document.hidden || part.contains(document.activeElement)) return;
    try {
      const answer = await fetch(location.href);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = answer.ok && page.getElementById(part.id);
      if (fresh && fresh.innerHTML !== part.innerHTML) part.replaceChildren(...fresh.childNodes);
    } catch (error) {
      // The program is being restarted; the next look will find it.
    }
  }, Number(part.dataset.fresh) * 1000);
}
