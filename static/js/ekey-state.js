// Says in the head bar whether an e-key is plugged in; says nothing on a machine without the card's client.

import { CardError, connect } from "./ekey.js";

const state = document.querySelector("#ekey-state");

async function look() {
  if (document.hidden) return;
  const found = await cardIsThere();
  state.hidden = found === null;
  if (found !== null) state.querySelector("span").textContent = found ? state.dataset.present : state.dataset.absent;
}

async function cardIsThere() {
  let connection;
  try {
    connection = await connect(state.dataset.ekeyUrl);
    await connection.request("GetCardID", {}, 10_000);
    return true;
  } catch (error) {
    if (!(error instanceof CardError)) throw error;
    return error.code === "no_card" ? false : null;
  } finally {
    connection?.close();
  }
}

look();
document.addEventListener("visibilitychange", look);
