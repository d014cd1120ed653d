// A WebSocket whose other end is a scripted card client, for Node versions without WebSocket.

export const CARD = {
  GetCardID: "8800000000003107",
  GetCertNo: "012c14a9",
  GetSignCertAsPEM: "MIIC",
  GetUName: "王小明",
  GetEntID: "1111510001",
  GetEntName: "北京天竺示范加工有限公司",
};

/** Puts a WebSocket in place that hands each request to `onRequest(request, answer, socket)`; returns a log of its use. */
export function installClient(onRequest, { greets = true, refuses = false } = {}) {
  const log = { sockets: [], frames: [] };
  globalThis.WebSocket = class FakeWebSocket extends EventTarget {
    static OPEN = 1;
    readyState = 0;

    constructor(url) {
      super();
      this.url = url;
      log.sockets.push(this);
      queueMicrotask(() => this.#start());
    }

    send(frame) {
      log.frames.push(frame);
      const request = JSON.parse(frame);
      queueMicrotask(() => onRequest(request, (answer) => this.deliver({ ...envelope(request), ...answer }), this));
    }

    close() {
      if (this.readyState === 3) return;
      this.readyState = 3;
      queueMicrotask(() => this.dispatchEvent(new Event("close")));
    }

    deliver(message) {
      if (this.readyState === 3) return;
      this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) }));
    }

    #start() {
      if (refuses) {
        this.dispatchEvent(new Event("error"));
        this.close();
        return;
      }
      this.readyState = 1;
      if (greets) this.deliver({ _id: 0, _method: "open", _status: "00" });
    }
  };
  return log;
}

export const success = (...data) => ({ _args: { Result: true, Data: data, Error: [] } });
export const refused = (...error) => ({ _args: { Result: false, Data: [], Error: error } });
export const NO_CARD = refused("[读卡器底层库]复位读卡器失败:错误码=50070", "Err:Custom50070");
export const WRONG_PIN = refused("[卡]密码错误，剩余重试次数=4", "Err:Custom50004");
export const LOCKED = refused("[卡]密码已锁定，剩余重试次数=0", "Err:Custom50005");

/** The method's name without the client's prefix. */
export const nameOf = (request) => request._method.replace("cus-sec_Spc", "");

/** Answers as a card in order: its facts, and a signature for the PIN 88888888. */
export function goodCard(request, answer) {
  if (nameOf(request) in CARD) answer(success(CARD[nameOf(request)]));
  else answer(request.args.passwd === "88888888" ? success("c2lnbmVk", CARD.GetCertNo) : WRONG_PIN);
}

function envelope(request) {
  return { _id: request._id, _method: request._method, _status: "00" };
}
