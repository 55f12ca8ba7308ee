"use strict";
// Loads the page again as soon as a message arrives; without this file one presses “Muat ulang”.
const inbox = document.getElementById("inbox");
const field = document.getElementById("email");

for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = inbox.dataset.copied;
  });
}

async function look() {
  try {
    const answer = await fetch(`${inbox.dataset.messages}?after=${inbox.dataset.newest}`);
    // Nobody loses what is being typed to a message that arrives.
    if (answer.ok && (await answer.json()).length > 0 && !(field && field.value)) location.reload();
  } catch (error) {
    // The program is being restarted; the next look will find it.
  }
}
setInterval(look, 2000);
