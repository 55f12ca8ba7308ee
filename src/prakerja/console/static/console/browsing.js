// unfold opens its menu, its filters and its account with elements that only a mouse reaches, and names some with a picture alone.
// Here they become buttons with names. unfold's pages show nothing at all without scripts (ADR 0028).
document.addEventListener("DOMContentLoaded", () => {
  const words = document.getElementById("console-words").dataset;
  // Before what makes them scroll is begun: it gives them all one name.
  for (const one of document.querySelectorAll("[data-simplebar]")) {
    one.dataset.simplebarAriaLabel = one.closest("nav") ? words.dock_to_right : document.querySelector("h1").innerText;
  }
  for (const one of document.querySelectorAll("[x-on\\:click]:not(a[href], button, input)")) {
    if (!one.textContent.trim()) continue;
    one.role = "button";
    one.tabIndex = 0;
    one.addEventListener("keydown", (event) => {
      if (event.target !== one || (event.key !== "Enter" && event.key !== " ")) return;
      event.preventDefault();
      one.click();
    });
  }
  for (const one of document.querySelectorAll("[role=button], button, a[title]")) {
    const name = words[one.textContent.trim()];
    if (name) one.ariaLabel = name;
  }
  for (const field of document.querySelectorAll("input[placeholder]:not([aria-label])")) {
    if (!field.labels?.length) field.ariaLabel = field.placeholder;
  }
});
