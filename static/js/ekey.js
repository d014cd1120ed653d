// The China E-Port card client on this machine: JSON over a WebSocket on loopback.

const PREFIX = "cus-sec_Spc";
const NO_CARD = new Set(["Err:Custom50070", "Err:Custom50200", "Err:Custom51590"]);

/**
 * What went wrong with the card. `code` is one of no_client, no_card, wrong_pin (with `triesLeft`, null if the client
 * does not say), pin_locked (`triesLeft` 0), timeout, client_error (with `detail`, the client's own words).
 */
export class CardError extends Error {
  constructor(code, { triesLeft = null, detail = "" } = {}) {
    super(detail || code);
    this.name = "CardError";
    this.code = code;
    this.triesLeft = triesLeft;
    this.detail = detail;
  }
}

/** Opens a connection to the client. Rejects with CardError no_client if it does not greet within `timeout` ms. */
export function connect(url, { timeout = 3000 } = {}) {
  return new Promise((resolve, reject) => {
    const socket = open(url);
    const fail = () => {
      clearTimeout(timer);
      socket?.close();
      reject(new CardError("no_client"));
    };
    const timer = setTimeout(fail, timeout);
    if (!socket) {
      fail();
      return;
    }
    socket.addEventListener("error", fail);
    socket.addEventListener("close", fail);
    socket.addEventListener("message", function greeted(event) {
      const greeting = parse(event.data);
      if (greeting?._method !== "open" || greeting._status !== "00") return;
      clearTimeout(timer);
      socket.removeEventListener("error", fail);
      socket.removeEventListener("close", fail);
      socket.removeEventListener("message", greeted);
      resolve(new Connection(socket));
    });
  });
}

/** Reads what the card says of itself, without a PIN. Times are in milliseconds. */
export function readCard(url, { connectTimeout = 3000, timeout = 30000 } = {}) {
  return withConnection(url, connectTimeout, async (connection) => {
    const read = async (method) => text(await connection.request(method, {}, timeout), 0);
    return {
      cardNumber: await read("GetCardID"),
      certificateNumber: await read("GetCertNo"),
      certificate: await read("GetSignCertAsPEM"),
      holder: await read("GetUName"),
      unitCode: await read("GetEntID"),
      unitName: await read("GetEntName"),
    };
  });
}

/** Has the card sign `inData`. The PIN goes to the client on this machine only. Times are in milliseconds. */
export function sign(url, inData, pin, { connectTimeout = 3000, timeout = 30000 } = {}) {
  return withConnection(url, connectTimeout, async (connection) => {
    const data = await connection.request("SignDataAsPEM", { inData, passwd: pin }, timeout);
    return { signature: text(data, 0), certificateNumber: text(data, 1) };
  });
}

function text(data, index) {
  if (typeof data[index] === "string") return data[index];
  throw new CardError("client_error", { detail: "incomplete answer" });
}

async function withConnection(url, connectTimeout, use) {
  const connection = await connect(url, { timeout: connectTimeout });
  try {
    return await use(connection);
  } finally {
    connection.close();
  }
}

class Connection {
  #socket;
  #waiting = new Map();
  #lastId = 0;

  constructor(socket) {
    this.#socket = socket;
    socket.addEventListener("message", (event) => this.#receive(parse(event.data)));
    socket.addEventListener("close", () => this.#abandon());
  }

  /** Asks for one of the client's cus-sec_Spc methods; resolves to its data. Rejects with CardError. */
  request(name, args, timeout) {
    const method = PREFIX + name;
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(id, (waiting) => waiting.reject(new CardError("timeout"))), timeout);
      this.#waiting.set(id, { method, resolve, reject, timer });
      if (this.#socket.readyState === WebSocket.OPEN) {
        this.#socket.send(JSON.stringify({ _method: method, _id: id, args }));
      } else {
        this.#abandon();
      }
    });
  }

  close() {
    this.#socket.close();
  }

  #receive(answer) {
    if (this.#waiting.get(answer?._id)?.method !== answer?._method) return;
    this.#settle(answer._id, (waiting) => {
      if (answer._status === "00" && answer._args?.Result === true) waiting.resolve(answer._args.Data ?? []);
      else waiting.reject(refusal(answer._args?.Error ?? []));
    });
  }

  #abandon() {
    for (const id of [...this.#waiting.keys()]) {
      this.#settle(id, (waiting) => waiting.reject(new CardError("client_error", { detail: "connection closed" })));
    }
  }

  #settle(id, outcome) {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    outcome(waiting);
  }
}

function open(url) {
  try {
    return new WebSocket(url);
  } catch {
    return null;
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// Only the codes of an empty reader are public; what is wrong with a PIN is told by the client's words.
function refusal([text = "", code = ""]) {
  if (NO_CARD.has(code)) return new CardError("no_card", { detail: text });
  if (!text.includes("密码")) return new CardError("client_error", { detail: [text, code].filter(Boolean).join(" ") });
  const tries = /次数\D*(\d+)/.exec(text);
  if (/锁/.test(text) || tries?.[1] === "0") return new CardError("pin_locked", { triesLeft: 0, detail: text });
  return new CardError("wrong_pin", { triesLeft: tries && Number(tries[1]), detail: text });
}
