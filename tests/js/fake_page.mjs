// The check page as far as declare.js looks at it: elements by selector, without a browser.

const MESSAGES = {
  no_client: "未连接到电子口岸客户端",
  no_card: "请插入电子钥匙",
  wrong_pin: "密码错误，还可试 {tries} 次",
  pin_locked: "密码已锁定",
  other_card: "请插入当前用户绑定的电子钥匙",
  timeout: "超时",
  client_error: "客户端报错：{detail}",
  reading: "正在读卡…",
  signing: "正在签名…",
};

class FakeElement extends EventTarget {
  dataset = {};
  attributes = {};
  hidden = false;
  disabled = false;
  value = "";
  textContent = "";
  parts = {};

  setAttribute(name, value) {
    this.attributes[name] = value;
  }

  removeAttribute(name) {
    delete this.attributes[name];
  }

  focus() {
    globalThis.document.activeElement = this;
  }

  querySelector(selector) {
    return this.parts[selector] ?? null;
  }

  querySelectorAll(selector) {
    const prefix = selector.slice(0, -1);
    return Object.entries(this.parts).filter(([name]) => name.startsWith(`${prefix}=`)).map(([, part]) => part);
  }

  fire(type, properties = {}) {
    const event = Object.assign(new Event(type, { cancelable: true }), properties);
    this.dispatchEvent(event);
    return event;
  }
}

class FakeDialog extends FakeElement {
  open = false;

  showModal() {
    this.open = true;
  }

  close() {
    this.open = false;
    this.fire("close");
  }

  pressEscape() {
    if (!this.fire("cancel").defaultPrevented) this.close();
  }
}

/** Builds the page's elements; `fields` are further named fields of the form. */
export function buildPage({ fields = [] } = {}) {
  const dialog = new FakeDialog();
  const facts = ["number", "certificate", "holder", "unit"].map((name) => `[data-card="${name}"]`);
  const steps = ["freeze", "pin", "sign", "submit"].map((name) => `[data-step="${name}"]`);
  const rest = ["#pin", "[data-card-message]", "[data-tries]", "[data-sign]", "[data-cancel]", "[data-retry]"];
  for (const selector of [...facts, ...steps, ...rest]) dialog.parts[selector] = new FakeElement();
  dialog.parts["[data-tries]"].textContent = "还可试 {tries} 次";

  const form = new FakeElement();
  form.dataset = { ekeyUrl: "ws://127.0.0.1:61232", signedInfo: "<ds:SignedInfo/>", certificateNumber: "012c14a9" };
  const hidden = ["signature", "certificate_number", "certificate"].map((name) => hiddenInput(name));
  form.elements = [...hidden, ...fields];
  form.elements.namedItem = (name) => form.elements.find((field) => field.name === name);
  form.submissions = [];
  form.submit = () => form.submissions.push(Object.fromEntries(hidden.map((field) => [field.name, field.value])));

  const openButton = new FakeElement();
  const selectors = { "#declaration[data-ekey-url]": form, "#sign-dialog": dialog, "#card-messages": messages() };
  globalThis.document = {
    activeElement: null,
    querySelector: (selector) => selectors[selector] ?? null,
    querySelectorAll: () => [openButton],
  };
  globalThis.window = new EventTarget();
  return { form, dialog, openButton, part: (selector) => dialog.parts[selector] };
}

function hiddenInput(name) {
  return Object.assign(new FakeElement(), { name, reportValidity: () => true });
}

function messages() {
  const template = { content: new FakeElement() };
  for (const [code, text] of Object.entries(MESSAGES)) {
    template.content.parts[`[data-code="${code}"]`] = Object.assign(new FakeElement(), { textContent: text });
  }
  return template;
}
