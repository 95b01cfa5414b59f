"use strict";
(() => {
  const items = JSON.parse(document.getElementById("items").textContent);
  const by = (id) => document.getElementById(id);
  const cards = by("cards"), dialog = by("viewer"), stage = by("stage"), facts = by("facts");
  const order = { failed: 0, lost: 1, ok: 2 };
  let sort = { key: "status", down: false }, shown = [], current = -1, objectUrl = null;

  const make = (tag, cls, text) => {
    const node = document.createElement(tag);
    if (cls) node.className = cls;
    if (text !== undefined && text !== null) node.textContent = text;
    return node;
  };
  const picture = (cls, src, alt) => {
    const node = make("img", cls);
    node.src = src;
    node.alt = alt;
    node.loading = "lazy";
    return node;
  };
  const time = (s) => (s === null ? "" : s < 60 ? s.toFixed(1) + " s" : Math.floor(s / 60) + " min " + Math.round(s % 60) + " s");
  const number = (n) => n.toString().replace(/\B(?=(\d{3})+$)/g, "\u202f");

  // What a card shows instead of a mesh: why there is none.
  function absent(item) {
    const box = make("div", "none", item.error ? null : "no picture");
    if (item.error) {
      box.append(make("b", "", item.error.code), make("span", "why", item.error.message));
      box.title = [item.error.message, item.error.hint].filter(Boolean).join(" ");
    }
    return box;
  }

  function card(item) {
    const node = make("button", "card");
    node.type = "button";
    node.dataset.id = item.name;
    node.dataset.status = item.status;
    const pictures = make("div", "pictures");
    if (item.thumbnail) pictures.append(picture("mesh", item.thumbnail, "mesh"));
    else pictures.append(absent(item));
    if (item.picture) pictures.append(picture("input", item.picture, "input"));
    const line = make("div", "line");
    line.append(make("span", "chip " + item.status, item.status), make("span", "", time(item.seconds)));
    if (item.faces !== null) line.append(make("span", "", number(item.faces) + " faces"));
    node.append(pictures, make("span", "name", item.name), line);
    node.addEventListener("click", () => open(item));
    return node;
  }
  const nodes = new Map(items.map((item) => [item, card(item)]));

  function compare(a, b) {
    const key = sort.key;
    let x = key === "status" ? order[a.status] ?? 9 : a[key];
    let y = key === "status" ? order[b.status] ?? 9 : b[key];
    if (x === null || y === null) return x === y ? byName(a, b) : x === null ? 1 : -1; // unknown values last
    const sign = sort.down ? -1 : 1;
    return x < y ? -sign : x > y ? sign : byName(a, b);
  }
  const byName = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

  function show() {
    const text = by("search").value.trim().toLowerCase(), status = by("status").value;
    const fits = (item) =>
      (!status || item.status === status) &&
      (!text || (item.name + " " + (item.error ? item.error.code + " " + item.error.message : "")).toLowerCase().includes(text));
    shown = items.filter(fits).sort(compare);
    cards.replaceChildren(...shown.map((item) => nodes.get(item)));
    by("count").textContent = shown.length + " of " + items.length;
    for (const button of document.querySelectorAll("[data-sort]")) {
      const active = button.dataset.sort === sort.key;
      button.setAttribute("aria-pressed", active);
      button.textContent = button.textContent.replace(/ [↑↓]$/, "") + (active ? (sort.down ? " ↓" : " ↑") : "");
    }
  }

  // Meshes are in the page as base64 text, or beside it as scripts: a page opened from disk may load scripts, not data.
  const waiting = new Map();
  window.varco3dAsset = (number, text) => waiting.get(number)?.(text);
  function assetText(item) {
    const inline = document.getElementById("asset-" + item.asset);
    if (inline) return Promise.resolve(inline.textContent);
    return new Promise((resolve, reject) => {
      const script = make("script");
      waiting.set(item.asset, resolve);
      script.onerror = () => reject(new Error(item.sidecar + " is missing"));
      script.onload = () => script.remove();
      script.src = item.sidecar;
      document.head.append(script);
    });
  }
  function bytes(text) {
    const raw = atob(text.trim()), out = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
    return out;
  }

  async function open(item) {
    current = shown.indexOf(item);
    by("viewer-name").textContent = item.name;
    clear();
    describe(item);
    if (!dialog.open) dialog.showModal();
    if (item.asset === null) {
      stage.append(make("p", "", item.error ? item.error.code + ": no mesh" : "no GLB to show"));
      return;
    }
    stage.append(make("p", "", "loading"));
    try {
      const text = await assetText(item);
      if (shown[current] !== item || !dialog.open) return;
      objectUrl = URL.createObjectURL(new Blob([bytes(text)], { type: "model/gltf-binary" }));
      const viewer = document.createElement("model-viewer");
      viewer.setAttribute("camera-controls", "");
      viewer.setAttribute("interaction-prompt", "none");
      viewer.setAttribute("shadow-intensity", "1");
      viewer.setAttribute("camera-orbit", "25deg 75deg auto");
      viewer.setAttribute("alt", item.name);
      viewer.addEventListener("load", () => (stage.dataset.state = "loaded"));
      viewer.addEventListener("error", () => (stage.dataset.state = "error"));
      viewer.src = objectUrl;
      stage.replaceChildren(viewer);
    } catch (problem) {
      stage.replaceChildren(make("p", "", problem.message));
      stage.dataset.state = "error";
    }
  }

  function describe(item) {
    facts.replaceChildren();
    if (item.picture) facts.append(picture("", item.picture, "input"));
    if (item.error) {
      facts.append(make("p", "error", item.error.code + ": " + item.error.message));
      if (item.error.hint) facts.append(make("p", "", item.error.hint));
    }
    const list = make("dl");
    for (const [name, value] of item.facts) list.append(make("dt", "", name), make("dd", "", value));
    facts.append(list);
    for (const text of item.warnings) facts.append(make("p", "", "warning: " + text));
    for (const path of item.files) {
      const link = make("a", "", path.name);
      link.href = path.href;
      link.download = "";
      facts.append(link, make("br"));
    }
  }

  function clear() {
    stage.replaceChildren();
    delete stage.dataset.state;
    if (objectUrl) URL.revokeObjectURL(objectUrl);
    objectUrl = null;
  }
  function step(by) {
    const next = shown[current + by];
    if (next) open(next);
  }

  for (const button of document.querySelectorAll("[data-sort]"))
    button.addEventListener("click", () => {
      const key = button.dataset.sort;
      // Slowest and largest first: what one looks for; the same button again turns the order round.
      sort = { key, down: sort.key === key ? !sort.down : key === "seconds" || key === "faces" };
      show();
    });
  for (const name of [...new Set(items.map((item) => item.status))].sort()) {
    const option = make("option", "", name + " (" + items.filter((item) => item.status === name).length + ")");
    option.value = name;
    by("status").append(option);
  }
  by("search").addEventListener("input", show);
  by("status").addEventListener("change", show);
  by("close").addEventListener("click", () => dialog.close());
  by("previous").addEventListener("click", () => step(-1));
  by("next").addEventListener("click", () => step(1));
  dialog.addEventListener("close", clear);
  dialog.addEventListener("keydown", (event) => {
    if (event.target.tagName === "MODEL-VIEWER") return; // its arrow keys turn the model
    if (event.key === "ArrowLeft") step(-1);
    if (event.key === "ArrowRight") step(1);
  });
  show();
})();
