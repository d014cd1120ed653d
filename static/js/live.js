// What customs answers appears without a reload: while the page says so, its marked parts are fetched and changed in
// place.

const EAGER = 60_000;

/** Returns the milliseconds to wait, `since` milliseconds after the page was opened. */
export function delay(since) {
  return since < EAGER ? 2000 : 5000;
}

class LivePage {
  #opened = Date.now();
  // What the server last sent of each part: the page itself is changed by what is typed.
  #seen = new Map();
  // Names the state that was sent last; the server sends nothing while it is the same.
  #mark = "";

  constructor() {
    for (const part of document.querySelectorAll("[data-live]")) this.#seen.set(part.id, part.outerHTML);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.#look(); });
    this.#wait();
  }

  #wait() {
    clearTimeout(this.timer);
    if (!document.querySelector("[data-live-poll]")) return;
    this.timer = setTimeout(() => this.#look(), delay(Date.now() - this.#opened));
  }

  async #look() {
    clearTimeout(this.timer);
    if (document.hidden || !document.querySelector("[data-live-poll]")) return;
    const headers = { "X-Live": "1", "If-None-Match": this.#mark };
    const response = await fetch(location.href, { headers }).catch(() => null);
    if (response && (response.redirected || response.status === 401)) return;
    if (response?.ok) this.#mark = response.headers.get("ETag") ?? "";
    if (response?.ok) this.#show(new DOMParser().parseFromString(await response.text(), "text/html"));
    this.#wait();
  }

  #show(page) {
    const parts = [...page.querySelectorAll("[data-live]")];
    const changed = parts.filter((part) => this.#seen.get(part.id) !== part.outerHTML);
    const shown = changed.filter((part) => this.#replace(part));
    if (!shown.length) return;
    document.dispatchEvent(new Event("portal:refreshed"));
    if (shown.some((part) => part.id === "sheet-state")) announce();
  }

  #replace(part) {
    const present = document.getElementById(part.id);
    if (!present) return false;
    if (present.closest("form")?.dataset.dirty) {
      if (versionIn(part) !== versionIn(present)) warnOnce();
      return false;
    }
    this.#seen.set(part.id, part.outerHTML);
    const focused = present.contains(document.activeElement) ? document.activeElement.id : "";
    present.replaceWith(document.importNode(part, true));
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    return true;
  }
}

const versionIn = (part) => part.querySelector("[name=version]")?.value;

function announce() {
  const states = document.querySelectorAll("#sheet-state :is(.badge, .money-state)");
  document.querySelector("#announcer").textContent = [...states].map((state) => state.textContent).join(", ");
}

function warnOnce() {
  if (document.querySelector("#stale-note")) return;
  const note = document.querySelector("#stale").content.firstElementChild.cloneNode(true);
  note.id = "stale-note";
  document.querySelector("#sheet-notes").after(note);
}

if (globalThis.document?.querySelector("[data-live-poll]")) new LivePage();
