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

// What is asked before something happens. Without this script the server asks on a page of its own.
document.addEventListener("click", (event) => {
  const asked = event.target.closest("[data-confirm]");
  if (!asked || asked.dataset.confirmed) return;
  event.preventDefault();
  ask(asked, () => goOn(asked));
});

function ask(asked, then) {
  const dialog = document.querySelector("#confirm-dialog").content.firstElementChild.cloneNode(true);
  dialog.querySelector("h2").textContent = asked.dataset.confirm;
  dialog.querySelector("[value=yes]").classList.toggle("red", asked.value === "delete");
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (dialog.returnValue === "yes") then();
  });
  document.body.append(dialog);
  dialog.showModal();
}

function goOn(asked) {
  asked.dataset.confirmed = "yes";
  if (asked.form) asked.form.append(hidden("confirmed", "yes"));
  asked.click();
  delete asked.dataset.confirmed;
}

function hidden(name, value) {
  return Object.assign(document.createElement("input"), { type: "hidden", name, value });
}
