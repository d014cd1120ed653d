// The check page before declaring: the card of the user signs the frozen content, then the form is posted once.

import { CardError, readCard, sign } from "./ekey.js";

const STEPS = ["freeze", "pin", "sign", "submit"];

/** The signing dialog of the declaration form. Its state stands in the dialog's data-state for the style sheet. */
class SigningDialog {
  #form;
  #dialog;
  #pin;
  #messages;
  #triesText;
  #card = null;
  // Counts what was begun; an answer that comes after the dialog was closed belongs to an older turn and is dropped.
  #turn = 0;

  constructor(form, dialog, messages) {
    this.#form = form;
    this.#dialog = dialog;
    this.#messages = messages;
    this.#pin = dialog.querySelector("#pin");
    this.#triesText = this.#part("[data-tries]").textContent;
    this.#listen();
  }

  open() {
    if (![...this.#form.elements].every((field) => !field.name || field.reportValidity())) return;
    this.#showTries(null);
    this.#dialog.showModal();
    this.#read();
  }

  #listen() {
    this.#on("[data-sign]", "click", () => this.#sign());
    this.#on("[data-retry]", "click", () => this.#read());
    this.#on("[data-cancel]", "click", () => this.#cancel());
    this.#dialog.addEventListener("cancel", (event) => {
      if (this.#state === "submitting") event.preventDefault();
    });
    this.#dialog.addEventListener("close", () => this.#forget());
    this.#pin.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      this.#sign();
    });
    // Nothing is posted unsigned: the form is sent by #submit alone.
    this.#form.addEventListener("submit", (event) => event.preventDefault());
  }

  #on(selector, type, action) {
    this.#part(selector).addEventListener(type, (event) => {
      event.preventDefault();
      action();
    });
  }

  async #read() {
    this.#enter("reading", "pin");
    this.#clearFacts();
    this.#say("reading");
    const turn = ++this.#turn;
    try {
      const card = await readCard(this.#form.dataset.ekeyUrl);
      if (turn === this.#turn) this.#accept(card);
    } catch (error) {
      if (turn === this.#turn) this.#fail(error);
    }
  }

  #accept(card) {
    this.#showFacts(card);
    if (!this.#isBound(card.certificateNumber)) {
      this.#fail(new CardError("other_card"));
      return;
    }
    this.#card = card;
    this.#say(null);
    this.#askPin();
  }

  #askPin() {
    this.#enter("ready", "pin");
    this.#pin.focus();
  }

  async #sign() {
    if (this.#state !== "ready") return;
    const pin = this.#pin.value;
    this.#pin.value = "";
    if (!pin) {
      this.#pin.focus();
      return;
    }
    this.#enter("signing", "sign");
    this.#say("signing");
    const turn = ++this.#turn;
    try {
      const signed = await sign(this.#form.dataset.ekeyUrl, this.#form.dataset.signedInfo, pin);
      if (turn === this.#turn) this.#submit(signed);
    } catch (error) {
      if (turn === this.#turn) this.#fail(error);
    }
  }

  #submit({ signature, certificateNumber }) {
    if (!this.#isBound(certificateNumber)) {
      this.#fail(new CardError("other_card"));
      return;
    }
    this.#enter("submitting", "submit");
    this.#say(null);
    const fields = this.#form.elements;
    fields.namedItem("signature").value = signature;
    fields.namedItem("certificate_number").value = certificateNumber;
    fields.namedItem("certificate").value = this.#card.certificate;
    this.#form.submit();
  }

  #fail(error) {
    this.#say(error.code, { tries: error.triesLeft ?? "?", detail: error.detail });
    if (error.triesLeft !== null) this.#showTries(error.triesLeft);
    if (error.code === "wrong_pin") {
      this.#pin.setAttribute("aria-invalid", "true");
      this.#askPin();
      return;
    }
    this.#enter("failed", "pin");
    this.#part("[data-retry]").focus();
  }

  #cancel() {
    if (this.#state !== "submitting") this.#dialog.close();
  }

  #forget() {
    this.#turn += 1;
    this.#card = null;
    this.#pin.value = "";
    this.#dialog.dataset.state = "closed";
    this.#say(null);
  }

  #isBound(certificateNumber) {
    return certificateNumber.toLowerCase() === this.#form.dataset.certificateNumber.toLowerCase();
  }

  get #state() {
    return this.#dialog.dataset.state;
  }

  #enter(state, step) {
    this.#dialog.dataset.state = state;
    const button = this.#part("[data-sign]");
    const busy = state === "signing" || state === "submitting";
    this.#pin.disabled = state !== "ready";
    button.disabled = state !== "ready";
    button.setAttribute("aria-busy", String(busy));
    this.#part("[data-cancel]").disabled = state === "submitting";
    this.#part("[data-retry]").hidden = state !== "failed";
    if (state !== "ready") this.#pin.removeAttribute("aria-invalid");
    this.#showStep(step);
  }

  #showStep(current) {
    const position = STEPS.indexOf(current);
    STEPS.forEach((step, index) => {
      const element = this.#part(`[data-step="${step}"]`);
      element.dataset.state = index < position ? "done" : index === position ? "now" : "todo";
      if (index === position) element.setAttribute("aria-current", "step");
      else element.removeAttribute("aria-current");
    });
  }

  #clearFacts() {
    for (const element of this.#dialog.querySelectorAll("[data-card]")) element.textContent = "";
  }

  #showFacts(card) {
    this.#part('[data-card="number"]').textContent = card.cardNumber.replace(/(.{4})(?=.)/g, "$1 ");
    this.#part('[data-card="certificate"]').textContent = card.certificateNumber;
    this.#part('[data-card="holder"]').textContent = card.holder;
    this.#part('[data-card="unit"]').textContent = `${card.unitCode} ${card.unitName}`;
  }

  #showTries(tries) {
    const element = this.#part("[data-tries]");
    element.hidden = tries === null;
    element.textContent = this.#triesText.replace("{tries}", tries ?? "");
  }

  #say(code, values = {}) {
    const element = this.#part("[data-card-message]");
    const text = code ? this.#messages.content.querySelector(`[data-code="${code}"]`).textContent.trim() : "";
    element.dataset.cardMessage = code ?? "";
    element.textContent = text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  #part(selector) {
    return this.#dialog.querySelector(selector);
  }
}

// A page that the browser kept may have been posted already, and what is frozen is signed once only.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});

const form = document.querySelector("#declaration[data-ekey-url]");
if (form) {
  const dialog = new SigningDialog(
    form,
    document.querySelector("#sign-dialog"),
    document.querySelector("#card-messages"),
  );
  for (const button of document.querySelectorAll("[data-open-sign]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      dialog.open();
    });
  }
}
