"use strict";

// The page around textual-serve's terminal: where the screen is, links, the clipboard, and who has the focus.

const terminal = document.getElementById("terminal");
const scheme = location.protocol === "https:" ? "wss:" : "ws:";
terminal.dataset.sessionWebsocketUrl = `${scheme}//${location.host}/screen`;

// A page opens in a tab of its own that knows nothing of this one. The terminal also looks for addresses in its
// text and opens an empty window for a click on one; the reader gets the same click, so it opens the page alone.
const open = window.open.bind(window);
window.open = (address) => {
  if (/^https?:\/\//i.test(address || "")) open(address, "_blank", "noopener,noreferrer");
  return null;
};

// Browsers have no clipboard for pages that come over a network without TLS; there the old way still works. What a
// visitor has copied elsewhere is never read.
function copy(text) {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  focused?.focus();
}
const clipboard = navigator.clipboard;
Object.defineProperty(navigator, "clipboard", {
  value: {
    writeText: async (text) => {
      try {
        await clipboard.writeText(text);
      } catch {
        copy(text);
      }
    },
    readText: async () => "",
  },
});

function focus() {
  document.querySelector(".xterm-helper-textarea")?.focus();
}
const body = document.body;
new MutationObserver(() => {
  if (body.classList.contains("-closed")) document.getElementById("again").focus();
  else if (body.classList.contains("-loaded")) focus();
}).observe(body, { attributeFilter: ["class"] });
window.addEventListener("focus", focus);
document.getElementById("again").addEventListener("click", () => location.reload());

// The terminal measures its letters once, so they must be there.
const start = window.onload;
window.onload = async (event) => {
  const fonts = Promise.all(["", "bold ", "italic "].map((kind) => document.fonts.load(`${kind}16px "Roboto Mono"`)));
  await Promise.race([fonts, new Promise((resolve) => setTimeout(resolve, 3000))]).catch(() => {});
  start.call(window, event);
};
