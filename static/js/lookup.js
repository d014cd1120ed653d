// A code and Enter, or 取新, fills what is known of a unit into its other fields.

import { clearMessage, showMessage } from "./errors.js";

async function lookUp(control) {
  const code = control.value.trim();
  if (!code) return;
  busy(control, true);
  try {
    const found = await ask(control.dataset.lookup, code);
    // Whoever typed on meanwhile asks again; this answer is about another code.
    if (control.value.trim() === code) tell(control, found);
  } finally {
    busy(control, false);
  }
}

async function ask(url, code) {
  const address = new URL(url, location.href);
  address.searchParams.set("code", code);
  const response = await fetch(address, { headers: { "X-Live": "1" } }).catch(() => null);
  if (!response?.ok || response.redirected) return null;
  return response.json();
}

function tell(control, found) {
  const texts = control.form.dataset;
  if (!found) showMessage(control, "warned", texts.shortFailed, texts.fullFailed);
  else if (!found.found) showMessage(control, "warned", texts.shortNotFound, found.message);
  else {
    clearMessage(control);
    control.value = found.code;
    for (const [known, name] of Object.entries(JSON.parse(control.dataset.fills))) fill(name, found[known]);
  }
}

// What is not known of this unit is emptied: the value that stands there belongs to another unit.
function fill(name, value) {
  const target = document.querySelector(`[data-cell="${CSS.escape(name)}"] :is(input:not(.face), select)`);
  if (!target) return;
  target.value = value || (target.readOnly ? "-" : "");
  for (const type of ["input", "change", "focusout"]) target.dispatchEvent(new Event(type, { bubbles: true }));
}

function busy(control, is) {
  const button = document.querySelector(`[data-fetch="${CSS.escape(control.id)}"]`);
  const icon = button.querySelector("use");
  button.disabled = is;
  button.setAttribute("aria-busy", String(is));
  icon.setAttribute("href", icon.getAttribute("href").replace(/#.*/, is ? "#clock" : "#refresh"));
}

const offer = () => document.querySelectorAll("[data-fetch]").forEach((button) => { button.hidden = false; });

offer();
document.addEventListener("portal:refreshed", offer);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fetch]");
  if (button) lookUp(document.getElementById(button.dataset.fetch));
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("[data-lookup]")) return;
  event.preventDefault();
  lookUp(event.target);
});
