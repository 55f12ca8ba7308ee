// Everything works without this file; it only saves a step here and there.
import { Button, CharacterCount, ErrorSummary, SkipLink, createAll } from "./govuk-frontend.min.js";

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

// Seconds that remain are counted by the clock and not by ticks: a phone that slept counts nothing. The server alone decides.
const countdowns = new Map();
for (const counter of document.querySelectorAll("[data-countdown]")) {
  let timer = 0;
  const count = {
    ends: 0,
    over: () => {},
    left: () => Math.max(0, Math.ceil((count.ends - Date.now()) / 1000)),
    start: (seconds) => {
      count.ends = Date.now() + seconds * 1000;
      clearInterval(timer);
      timer = setInterval(look, 1000);
      look();
    },
  };
  const look = () => {
    counter.textContent = String(count.left());
    if (timer && count.left() === 0) {
      clearInterval(timer);
      timer = 0;
      count.over();
    }
  };
  count.start(Number(counter.dataset.countdown));
  document.addEventListener("visibilitychange", look);
  countdowns.set(counter, count);
}

// A film shows the text of the moment below its picture. One that runs follows the clock of the server: it is never ahead of
// it, and a press that comes too early changes nothing.
for (const film of document.querySelectorAll("[data-film]")) {
  const video = film.querySelector("video");
  const words = film.querySelector("[data-film-text]");
  const card = film.closest("section");
  const track = video.textTracks[0];
  track.mode = "hidden";
  track.addEventListener("cuechange", () => {
    if (track.activeCues.length) words.textContent = track.activeCues[0].text;
    words.hidden = words.textContent === "";
  });
  video.querySelector("source").addEventListener("error", () => {
    video.hidden = true;
    film.querySelector("[data-film-broken]").hidden = false;
    card.querySelector("[data-film-words]").open = true;
  });
  const count = countdowns.get(card.querySelector("[data-countdown]"));
  if (!count) continue;
  const status = card.querySelector("[data-film-status]");
  const length = Number(film.dataset.elapsed) + count.left();
  const follow = () => {
    if (count.left() === 0) return;
    if (video.playbackRate > 1) video.playbackRate = 1;
    const reached = length - (count.ends - Date.now()) / 1000;
    if (video.currentTime > reached + 1) video.currentTime = Math.max(0, reached);
  };
  for (const moment of ["timeupdate", "seeking", "ratechange"]) video.addEventListener(moment, follow);
  const seconds = card.querySelector("[data-film-clock]");
  count.over = () => {
    seconds.hidden = true;
    status.textContent = status.dataset.over;
  };
  const form = card.querySelector("form");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: new FormData(form), redirect: "manual", headers: { "X-Requested-With": "fetch" },
      });
      if (answer.status === 409 && answer.headers.get("Content-Type") === "application/json") {
        const { left, says } = await answer.json();
        seconds.hidden = false;
        status.textContent = says;
        count.start(left);
      } else {
        form.submit();
      }
    } catch {
      status.textContent = status.dataset.unheard;
    }
  });
}
// A page that the browser kept for the way back shows an old clock.
if (document.querySelector("[data-film]")) {
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
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

// The photo of a card is looked at before it costs anybody's data: kind, sharpness, light. What is too heavy is made smaller here.
// The server looks again; where this fails, the file goes as it is.
for (const field of document.querySelectorAll("input[type=file][accept*='image/jpeg']")) {
  // Only the card's page says what is wrong; elsewhere a photo may show anything, and is only made smaller.
  const words = document.getElementById(field.dataset.photo ?? "");
  const say = (reason) => {
    if (!words) return;
    words.textContent = reason ? words.dataset[reason] : "";
    words.hidden = !reason;
  };
  field.addEventListener("change", async () => {
    say("");
    const file = field.files[0];
    if (!file) return;
    if (!["image/jpeg", "image/png"].includes(file.type)) return say("kind");
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scaled = (side) => {
        const part = Math.min(1, side / Math.max(picture.width, picture.height));
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [Math.round(picture.width * part), Math.round(picture.height * part)];
        canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
        return canvas;
      };
      if (words) {
        const wrong = looked(picture, scaled);
        if (wrong) return say(wrong);
      }
      if (file.size > 1024 * 1024) {
        const smaller = await new Promise((done) => { scaled(1600).toBlob(done, "image/jpeg", 0.85); });
        const chosen = new DataTransfer();
        chosen.items.add(new File([smaller], "foto.jpg", { type: "image/jpeg" }));
        field.files = chosen.files;
      }
    } catch {
      // An old browser, or a file that it cannot read: the server says what is wrong with it.
    }
  });
}

// What is wrong with the photo of a card, "" for nothing; `scaled` draws it with sides of so many pixels at most.
function looked(picture, scaled) {
  if (Math.max(picture.width, picture.height) < 600 || Math.min(picture.width, picture.height) < 360) return "small";
  const canvas = scaled(500);
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  const grey = new Float32Array(width * height);
  let light = 0;
  for (let at = 0; at < grey.length; at += 1) {
    grey[at] = 0.299 * data[4 * at] + 0.587 * data[4 * at + 1] + 0.114 * data[4 * at + 2];
    light += grey[at] / grey.length;
  }
  if (light < 45) return "dark";
  if (light > 240) return "bright";
  let [sum, squares, count] = [0, 0, 0];
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const at = y * width + x;
      const edge = grey[at - 1] + grey[at + 1] + grey[at - width] + grey[at + width] - 4 * grey[at];
      sum += edge;
      squares += edge * edge;
      count += 1;
    }
  }
  if (squares / count - (sum / count) ** 2 < 60) return "blurred";
  return "";
}
