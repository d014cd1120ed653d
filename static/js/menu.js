// The menu folds to icons. It starts by the width of the window; the person's own choice is remembered and wins.

const KEY = "portal.menu";
const narrow = matchMedia("(max-width: 1360px)");
const button = document.querySelector(".fold");

function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(state) {
  try {
    localStorage.setItem(KEY, state);
  } catch {
    // A browser that keeps nothing starts by the width each time.
  }
}

function show(state) {
  document.documentElement.dataset.menu = state;
  button.setAttribute("aria-expanded", String(state === "open"));
  if (state === "folded") document.querySelectorAll(".menu details").forEach((group) => { group.open = true; });
}

const start = () => show(remembered() ?? (narrow.matches ? "folded" : "open"));

start();
narrow.addEventListener("change", start);
button.addEventListener("click", () => {
  const state = document.documentElement.dataset.menu === "open" ? "folded" : "open";
  remember(state);
  show(state);
});
// Folded, a group shows its leaves beside it on hover and focus; there is nothing to close.
document.querySelector(".menu").addEventListener("click", (event) => {
  if (document.documentElement.dataset.menu === "folded" && event.target.closest("summary")) event.preventDefault();
});
document.querySelector(".menu").addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.activeElement.blur();
});
