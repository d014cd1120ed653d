// Rows are chosen by their checkboxes; the toolbar follows: a button that is not allowed for what is chosen says why.

/** Returns why a button is grey for the chosen rows, "" when it is not. `rows` are {button name: reason} of each. */
export function reasonFor(name, rows, { chooseFirst, chooseOne }) {
  if (!rows.length) return chooseFirst;
  if (rows.length > 1) return chooseOne;
  return rows[0][name] ?? "";
}

/** Returns the sum of shown amounts such as "16,409.02", exact to 5 decimals, with thousands separators. */
export function sumOf(amounts) {
  const units = amounts.map(unitsOf).reduce((sum, one) => sum + one, 0n);
  const decimals = String(units % 100000n).padStart(5, "0").replace(/0+$/, "");
  const whole = String(units / 100000n).replace(/\B(?=(\d{3})+$)/g, ",");
  return decimals ? `${whole}.${decimals}` : whole;
}

function unitsOf(amount) {
  const [whole, decimals = ""] = amount.trim().replaceAll(",", "").split(".");
  return BigInt(whole + decimals.padEnd(5, "0"));
}

class Selection {
  constructor(table, toolbar) {
    this.table = table;
    this.toolbar = toolbar;
    this.all = table.querySelector("[data-all]");
    this.all.hidden = false;
    this.all.addEventListener("change", () => this.choose(this.all.checked));
    table.addEventListener("change", () => this.show());
    toolbar.querySelector("[data-unselect]").addEventListener("click", () => this.choose(false));
    // The browser brings back what was chosen when one comes back to the page.
    window.addEventListener("pageshow", () => this.show());
    this.show();
  }

  get boxes() {
    return [...this.table.querySelectorAll("tbody input[type=checkbox]")];
  }

  choose(chosen) {
    for (const box of this.boxes) box.checked = chosen;
    this.show();
  }

  show() {
    const rows = this.boxes.filter((box) => box.checked).map((box) => box.closest("tr"));
    this.all.checked = rows.length > 0 && rows.length === this.boxes.length;
    this.all.indeterminate = rows.length > 0 && !this.all.checked;
    this.showButtons(rows.map((row) => JSON.parse(row.dataset.actions)));
    this.showSum(rows);
  }

  showButtons(rows) {
    for (const button of this.toolbar.querySelectorAll("button[name=open]")) {
      explain(button, reasonFor(button.value, rows, this.toolbar.dataset));
    }
  }

  showSum(rows) {
    const line = this.toolbar.querySelector("#selection");
    const amounts = rows.map((row) => row.querySelector("td.money")?.textContent).filter(Boolean);
    line.hidden = !rows.length;
    line.querySelector("[data-count]").textContent = rows.length;
    line.querySelector("[data-sum-of]").hidden = !amounts.length;
    line.querySelector("[data-sum]").textContent = sumOf(amounts);
  }
}

// A disabled button takes no focus: its wrapper does, and shows the reason.
function explain(button, reason) {
  const wrapper = button.parentElement;
  const tip = wrapper.querySelector(".tip");
  button.disabled = Boolean(reason);
  button.title = tip.textContent = reason;
  if (!reason) {
    for (const name of ["tabindex", "role", "aria-label", "aria-describedby"]) wrapper.removeAttribute(name);
    return;
  }
  wrapper.tabIndex = 0;
  wrapper.setAttribute("role", "group");
  wrapper.setAttribute("aria-label", button.textContent);
  wrapper.setAttribute("aria-describedby", tip.id);
}

if (globalThis.document) {
  const table = document.querySelector("#rows");
  const toolbar = document.querySelector("#chosen");
  if (table) new Selection(table, toolbar);
  else toolbar.querySelectorAll("button[name=open]").forEach((button) => explain(button, toolbar.dataset.chooseFirst));
}
