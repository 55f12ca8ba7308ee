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

// Five minutes before a session ends for want of use its page says so; one press and it goes on, with all that was typed.
for (const warning of document.querySelectorAll("[data-session-ends]")) {
  const form = warning.querySelector("form");
  let ends = 0;
  const goOn = (seconds) => {
    ends = Date.now() + seconds * 1000;
    warning.hidden = true;
  };
  // By the clock and not by counting: a phone that slept counts nothing.
  const look = () => { warning.hidden = Date.now() < ends - 300_000; };
  goOn(Number(warning.dataset.sessionEnds));
  setInterval(look, 15_000);
  document.addEventListener("visibilitychange", look);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await fetch(form.action, {
      method: "POST", body: new FormData(form), redirect: "manual", headers: { "X-Requested-With": "fetch" },
    });
    // Too late: nothing is sent from here, because what was typed would be lost; the form itself gives it back.
    if (answer.ok) goOn(Number(await answer.text()));
    else warning.querySelector("p").textContent = warning.dataset.over;
  });
}
