// Enhancement only: every form works without it. Keys, places from line numbers, and when a draft was last saved.
"use strict";
const form = document.getElementById("rate");
const stops = [...form.querySelectorAll(".rate")];
const keys = document.getElementById("keys");
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const typing = (target) => target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
let current = stops[0];

form.addEventListener("focusin", (event) => {
  current = event.target.closest(".rate") ?? current;
});

const go = (step) => {
  const inside = document.activeElement.closest?.(".rate");
  const at = stops.indexOf(current) + (inside ? step : 0);
  current = stops[Math.max(0, Math.min(stops.length - 1, at))];
  current.querySelector("legend").focus({ preventScroll: true });
  current.scrollIntoView({ block: "start", behavior: still ? "auto" : "smooth" });
};

const choose = (level) => {
  const radio = document.activeElement.closest?.(".rate")?.querySelector(`.levels input[value="${level}"]`);
  if (!radio) return;
  radio.checked = true;
  radio.focus();
  radio.dispatchEvent(new Event("input", { bubbles: true }));
};

document.addEventListener("keydown", (event) => {
  const control = event.ctrlKey || event.metaKey;
  if (keys.open) return;
  if (control && event.key.toLowerCase() === "s") {
    event.preventDefault();
    form.dispatchEvent(new Event("input", { bubbles: true }));
    return;
  }
  if (control && event.key === "Enter") {
    event.preventDefault();
    form.requestSubmit(form.querySelector("button.main"));
    return;
  }
  if (control || event.altKey) return;
  if (typing(event.target)) {
    if (event.key === "Escape") current.querySelector("legend").focus({ preventScroll: true });
    return;
  }
  if (event.key === "j") go(1);
  else if (event.key === "k") go(-1);
  else if (event.key === "?") keys.showModal();
  else if (/^[1-9]$/.test(event.key)) choose(event.key);
});

// A line's number puts the line into the criterion that is being rated; with Shift the range up to it.
document.querySelector(".work").addEventListener("click", (event) => {
  const number = event.target.closest(".l > a:not(.m)");
  const field = current?.querySelector(".evidence");
  if (!number || !field || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const path = number.closest(".file").dataset.path;
  const line = Number(number.textContent);
  const places = field.value.split("\n").filter((text) => text.trim());
  const last = places.at(-1)?.match(/^(.*):(\d+)(?:-\d+)?$/);
  if (event.shiftKey && last && last[1] === path) {
    const [from, to] = [Number(last[2]), line].sort((a, b) => a - b);
    places[places.length - 1] = `${path}:${from}-${to}`;
  } else places.push(`${path}:${line}`);
  field.value = places.join("\n");
  number.closest(".l").classList.add("hit");
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// What is ticked says how far a level is covered; it chooses nothing.
form.addEventListener("change", (event) => {
  if (event.target.type !== "checkbox") return;
  const levels = [...event.target.closest(".levels").querySelectorAll(".level")];
  for (const level of levels) {
    const boxes = [...level.querySelectorAll("input[type=checkbox]")];
    level.classList.toggle("covered", boxes.length > 0 && boxes.every((box) => box.checked));
  }
});

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

// On a narrow screen the work lies below the assessment: going to and fro leads back to where one was.
const boundary = document.querySelector(".work > details, .work > section");
const places = new Map();
for (const jump of document.querySelectorAll(".jump a")) {
  jump.addEventListener("click", (event) => {
    const inWork = boundary.getBoundingClientRect().top < innerHeight / 2;
    const toWork = jump.hash !== "#rating";
    if (inWork === toWork) return;
    places.set(inWork, scrollY);
    if (!places.has(toWork) || jump.hash === "#instruction") return;
    event.preventDefault();
    scrollTo({ top: places.get(toWork), behavior: "instant" });
  });
}

const button = document.createElement("button");
button.type = "button";
button.textContent = "Keys";
button.className = "plain";
button.addEventListener("click", () => keys.showModal());
document.querySelector(".bottom").append(button);

// A first gap, or the notice of a conflict, is where one goes on.
document.querySelector(".rate .gap")?.closest(".rate").scrollIntoView({ block: "start" });
let saved = document.getElementById("saved").dataset.version;
addEventListener("beforeunload", (event) => {
  if (form.dataset.unsaved === "yes") event.preventDefault();
});
form.addEventListener("input", () => {
  form.dataset.unsaved = "yes";
  saved = document.getElementById("saved").dataset.version;
});
// A draft that is under way has a version of its own: what is sent waits for it, and no draft is sent after it.
let asking = false, sending = false, held = null;
document.addEventListener("htmx:before:request", (event) => {
  if (sending) event.preventDefault();
  else asking = true;
});
document.addEventListener("htmx:finally:request", () => {
  asking = false;
  if (!held) return;
  const { by } = held;
  held = null;
  form.requestSubmit(by);
});
form.addEventListener("submit", (event) => {
  if (asking) {
    event.preventDefault();
    held = { by: event.submitter };
    return;
  }
  sending = true;
  form.dataset.unsaved = "no";
});
addEventListener("pageshow", () => {
  sending = false;
});
document.addEventListener("htmx:after:swap", () => {
  const now = document.getElementById("saved");
  if (now && now.dataset.version !== saved) form.dataset.unsaved = "no";
});
