// 大写金额 of an amount as it is typed, shown under its field. The same rules as documents/capital.py.

const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const UNITS = [[10 ** 8, "亿"], [10 ** 4, "万"], [1000, "仟"], [100, "佰"], [10, "拾"]];
const ENTRY = /^0*(\d{1,13})(?:\.(\d{0,2}))?$/;

/** Returns an amount of yuan in words, "" for what is no amount with at most 2 decimals. Exact: yuan below 10^13. */
export function capitalOf(text) {
  const match = ENTRY.exec(plainNumber(text));
  if (!match) return "";
  const decimals = (match[2] ?? "").replace(/0+$/, "");
  const whole = wholeInWords(Number(match[1]));
  if (!whole && !decimals) return "";
  const gap = whole && decimals.startsWith("0") ? "零" : "";
  return `人民币${whole && `${whole}元`}${gap}${decimalsInWords(decimals)}${decimals.length < 2 ? "整" : ""}`;
}

/** Returns the figures of a typed or pasted amount: full-width ones made plain, without commas and spaces. */
export function plainNumber(text) {
  return text.normalize("NFKC").replace(/[,\s]/g, "");
}

function wholeInWords(number) {
  for (const [size, unit] of UNITS) {
    if (number < size) continue;
    const rest = number % size;
    const gap = rest > 0 && rest < size / 10 ? "零" : "";
    return wholeInWords((number - rest) / size) + unit + gap + wholeInWords(rest);
  }
  return number ? DIGITS[number] : "";
}

function decimalsInWords(decimals) {
  return [...decimals].map((digit, place) => (digit === "0" ? "" : DIGITS[digit] + "角分"[place])).join("");
}

function show(event) {
  if (!event.target.matches("[data-money]")) return;
  const line = document.querySelector(`[data-capital-of="${CSS.escape(event.target.id)}"] b`);
  if (line) line.textContent = capitalOf(event.target.value);
}

if (globalThis.document) document.addEventListener("input", show);
