// Enhancement only: the page says and does everything that matters without it.
"use strict";
const stops = [...document.querySelectorAll("section[id], .crit")];
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const go = (step) => {
  const here = stops.findLastIndex((stop) => stop.getBoundingClientRect().top < 80);
  const next = stops[Math.max(0, Math.min(stops.length - 1, here + step))];
  next.tabIndex = -1;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ behavior: still ? "auto" : "smooth" });
};

const tree = document.querySelector(".tree > div");
let find = null;
if (tree) {
  find = document.createElement("input");
  find.type = "search";
  find.placeholder = "Search the code";
  find.setAttribute("aria-label", "Search the code");
  const found = document.createElement("output");
  tree.prepend(find, found);
  let hits = [];
  let at = -1;
  const show = (step) => {
    if (!hits.length) return;
    hits[at]?.classList.remove("now");
    at = (at + step + hits.length) % hits.length;
    hits[at].classList.add("now");
    hits[at].closest("details").open = true;
    hits[at].scrollIntoView({ block: "center" });
    found.textContent = `${at + 1} of ${hits.length} lines`;
  };
  const search = () => {
    for (const line of hits) line.classList.remove("hit", "now");
    const word = find.value.trim().toLowerCase();
    hits = word.length < 2 ? [] : [...document.querySelectorAll(".code .l")].filter((line) => {
      let before = 0;
      for (const link of line.querySelectorAll("a")) before += link.textContent.length;
      return line.textContent.toLowerCase().includes(word, before);
    });
    for (const line of hits) line.classList.add("hit");
    at = -1;
    found.textContent = word.length < 2 ? "" : "no line";
    show(1);
  };
  let wait = 0;
  find.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(search, 150);
  });
  find.addEventListener("keydown", (event) => {
    if (event.key === "Enter") show(event.shiftKey ? -1 : 1);
  });
}

// A link to a line of a folded file opens it.
const reveal = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const folded = target?.closest("details:not([open])");
  if (!folded) return;
  folded.open = true;
  target.scrollIntoView({ block: "center" });
};
addEventListener("hashchange", reveal);
reveal();

const keys = document.querySelector("dialog");
const help = document.createElement("li");
const button = document.createElement("button");
const hint = document.createElement("kbd");
button.type = "button";
button.setAttribute("aria-haspopup", "dialog");
hint.textContent = "?";
button.append("Keys ", hint);
button.addEventListener("click", () => keys.showModal());
help.append(button);
document.querySelector("nav ul").append(help);
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
  if (event.key === "j") go(1);
  else if (event.key === "k") go(-1);
  else if (event.key === "?") keys.showModal();
  else if (event.key === "/" && find) {
    event.preventDefault();
    find.focus();
  }
});
