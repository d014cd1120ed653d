// Dialogs, and what opens over the page for a moment.

for (const dialog of document.querySelectorAll("dialog[data-open]")) {
  dialog.close();
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  for (const drop of document.querySelectorAll("details.drop[open]")) {
    if (!drop.contains(event.target)) drop.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  // What appears on hover or focus can be sent away without moving either.
  document.documentElement.dataset.tips = "off";
  const drop = document.querySelector("details.drop[open]");
  if (!drop) return;
  drop.open = false;
  drop.querySelector("summary").focus();
});

for (const type of ["pointermove", "focusin"]) {
  document.addEventListener(type, () => { delete document.documentElement.dataset.tips; });
}
