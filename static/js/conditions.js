// Fields that are asked only for some choices: locked and opened at once when a choice changes.

/**
 * Returns the names of the fields that `values` lock. `conditions` maps a field to {field it depends on: [values]};
 * all must hold. A locked field is not sent, so it counts as empty for the conditions of others.
 */
export function lockedFields(conditions, values) {
  const locked = new Set();
  const valueOf = (name) => (locked.has(name) ? "" : values[name]);
  for (;;) {
    const found = Object.keys(conditions).filter((name) => !locked.has(name) && !holds(conditions[name], valueOf));
    if (!found.length) return locked;
    found.forEach((name) => locked.add(name));
  }
}

function holds(condition, valueOf) {
  return Object.entries(condition).every(([name, wanted]) => wanted.includes(valueOf(name) ?? ""));
}

// A grey field is drawn without a name: it is not sent, and nothing on this page can change it.
const controlOf = (cell) => cell.querySelector(":is(select, input)[name]");

function apply() {
  const cells = [...document.querySelectorAll("#document [data-cell]")].filter(controlOf);
  const values = Object.fromEntries(cells.map((cell) => [cell.dataset.cell, controlOf(cell).value]));
  const asked = cells.filter((cell) => cell.dataset.when);
  const conditions = Object.fromEntries(asked.map((cell) => [cell.dataset.cell, changeable(cell, values)]));
  const locked = lockedFields(conditions, values);
  for (const cell of asked) lock(cell, locked.has(cell.dataset.cell));
}

// What hangs on grey fields was settled by the server.
function changeable(cell, values) {
  return Object.fromEntries(Object.entries(JSON.parse(cell.dataset.when)).filter(([name]) => name in values));
}

// The control keeps what was typed while it is locked; a disabled control is not sent.
function lock(cell, locked) {
  const control = controlOf(cell);
  control.disabled = control.hidden = locked;
  cell.querySelector(".face").hidden = !locked;
  cell.querySelector(".box").classList.toggle("locked", locked);
}

if (globalThis.document) {
  apply();
  document.addEventListener("change", (event) => {
    if (event.target.closest("#document")) apply();
  });
  document.addEventListener("portal:refreshed", apply);
}
