// Everything works without this file; it only saves a step here and there.
import { Button, CharacterCount, ErrorSummary, SkipLink, createAll } from "../build/govuk-frontend.min.js";

document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("govuk-frontend-supported");
}
for (const component of [Button, CharacterCount, ErrorSummary, SkipLink]) {
  createAll(component);
}

// "Copy": the number or code that stands in the element named by data-copy.
for (const button of document.querySelectorAll("button[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  const label = button.textContent;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent.replace(/\s+/g, ""));
      button.textContent = button.dataset.done;
    } catch {
      button.textContent = button.dataset.failed;
    }
    setTimeout(() => { button.textContent = label; }, 4000);
  });
}

// The seconds that remain of a video count down here; the server alone decides when it is finished.
for (const counter of document.querySelectorAll("[data-countdown]")) {
  let left = Number(counter.dataset.countdown);
  const timer = setInterval(() => {
    left -= 1;
    counter.textContent = String(Math.max(left, 0));
    if (left <= 0) clearInterval(timer);
  }, 1000);
}
