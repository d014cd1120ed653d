// Judges a field on leaving it; the strip in the toolbar counts what is wrong and leads to the first.

const DATE = /^(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})$/;

/** Returns what is wrong with a value: "required", "date", or "" when nothing is. */
export function judge(value, { required = false, date = false } = {}) {
  const text = value.trim();
  if (!text) return required ? "required" : "";
  return date && !isDate(text) ? "date" : "";
}

// What TypedDateField in documents/forms.py accepts.
function isDate(text) {
  const [, year, separator, month, day] = DATE.exec(text) ?? [];
  if (!year || (!separator && text.length !== 8)) return false;
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === Number(day);
}

/** Puts a message into the field of `control`: `level` is "wrong" or "warned". */
export function showMessage(control, level, short, full) {
  clearMessage(control);
  const message = document.querySelector(level === "wrong" ? "#field-error" : "#field-warning").content.cloneNode(true);
  message.querySelector(".say span").textContent = short;
  message.querySelector(".full span").textContent = full;
  message.querySelector(".full").id = `${control.id}_say`;
  control.setAttribute("aria-describedby", `${control.id}_say`);
  if (level === "wrong") control.setAttribute("aria-invalid", "true");
  const box = control.closest(".box");
  box.append(message);
  box.classList.add(level);
  count();
}

export function clearMessage(control) {
  const box = control.closest(".box");
  box.classList.remove("wrong", "warned");
  box.querySelectorAll(".say, .full").forEach((element) => element.remove());
  control.removeAttribute("aria-invalid");
  control.removeAttribute("aria-describedby");
  count();
}

function leave({ target: control }) {
  if (!control.name || control.readOnly || !control.closest("#document .box")) return;
  const { short, full } = textsOf(control) ?? {};
  if (short) showMessage(control, "wrong", short, full);
  else if (control.dataset.changed) clearMessage(control);
  delete control.dataset.changed;
}

function textsOf(control) {
  const wrong = judge(control.value, {
    required: control.getAttribute("aria-required") === "true",
    date: "date" in control.dataset,
  });
  const texts = control.form.dataset;
  return {
    required: { short: texts.shortRequired, full: texts.fullRequired },
    date: { short: texts.shortFormat, full: texts.fullDate },
  }[wrong];
}

function count() {
  const strip = document.querySelector("#error-strip");
  const wrong = [...document.querySelectorAll("#document .box.wrong:not(.locked)")];
  if (!strip) return;
  strip.hidden = !wrong.length;
  if (!wrong.length) return;
  const control = wrong[0].querySelector("[id]:is(input, select)");
  const label = wrong[0].closest(".cell").querySelector(".label").textContent.replace(/^\*/, "");
  strip.querySelector("[data-count]").textContent = wrong.length;
  const message = wrong[0].querySelector(".say.error").textContent.trim();
  strip.querySelector("[data-first]").textContent = `${label} ${message}`;
  strip.querySelector("a").hash = control.id;
}

function goToFirst(event) {
  const link = event.target.closest("#error-strip a");
  if (!link) return;
  event.preventDefault();
  document.getElementById(decodeURIComponent(link.hash.slice(1)))?.focus();
}

if (globalThis.document) {
  document.addEventListener("focusout", leave);
  document.addEventListener("input", ({ target }) => { target.dataset.changed = "yes"; });
  document.addEventListener("change", count);
  document.addEventListener("click", goToFirst);
  document.addEventListener("portal:refreshed", count);
}
