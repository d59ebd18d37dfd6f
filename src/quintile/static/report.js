// Draws the pictures of a report. Without it the page still tells everything, in tables.
(() => {
  "use strict";
  const { roles, pictures } = JSON.parse(document.getElementById("pictures").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const PAPER_WIDTH = 680, PAPER_GAP = 24; // pixels of an A4 page between its margins, and between two columns
  const PAPER_HEIGHT = 0.85; // of the height on a screen
  const FONT = 14, LEAST_FONT = 10, LABEL_MARGIN = 10; // pixels of an area's label
  const ROLE = "role:";
  const ESCAPED = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  const escaped = (text) => String(text).replace(/[&<>"']/g, (sign) => ESCAPED[sign]);
  const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

  function tip(params) {
    const lines = [params].flat().flatMap((one) => (one.data && one.data.tip) || []);
    return lines.map((line, place) => (place ? escaped(line) : `<b>${escaped(line)}</b>`)).join("<br>");
  }

  // The lines of an area: whole, in smaller letters if need be. A name too long for that is cut, numbers never are: without
  // room for them there is no label.
  function fit({ rect, text }) {
    const needed = text.split("\n").map((line) => echarts.format.getTextRect(line, `${FONT}px system-ui, sans-serif`).width);
    const room = (rect.width - 2 * LABEL_MARGIN) * FONT;
    if (room / Math.max(...needed.slice(1)) < LEAST_FONT) return { x: -rect.x - 9999 };
    return { fontSize: Math.max(LEAST_FONT, Math.min(FONT, Math.floor(room / Math.max(...needed)))) };
  }

  const named = {
    "quintile:fit": fit,
    "quintile:label": (params) => (params.data && params.data.said) || "",
    "quintile:tip": tip,
    "quintile:percent": (value) => `${value}%`,
    "quintile:count": (value) => short.format(value),
  };

  // The option with its roles as colours and its named functions as functions.
  function ready(value, key, colours) {
    if (Array.isArray(value)) return value.map((one) => ready(one, key, colours));
    if (value !== null && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, ready(one, name, colours)]));
    }
    if (typeof value !== "string") return value;
    if (key.endsWith("olor") && value.startsWith(ROLE)) return colours[value];
    return ["formatter", "labelLayout"].includes(key) && value in named ? named[value] : value;
  }

  const drawn = [];
  let onPaper = false;

  // Two pictures stand side by side, the last of an odd number alone; print layout cannot be measured beforehand.
  function paperWidth(place) {
    const figure = place.closest(".picture");
    const all = [...figure.parentElement.children];
    const isAlone = all.length % 2 === 1 && all.at(-1) === figure;
    return isAlone ? PAPER_WIDTH : (PAPER_WIDTH - PAPER_GAP) / 2;
  }

  function show({ chart, option, height }) {
    const colours = roles[dark.matches && !onPaper ? "dark" : "light"];
    chart.setOption(ready(option, "", colours), true);
    const place = chart.getDom();
    place.style.height = `${onPaper ? height * PAPER_HEIGHT : height}px`;
    chart.resize({ width: onPaper ? paperWidth(place) : "auto", height: "auto" });
  }

  // Paper neither waits for the next frame nor takes layers: each picture is printed as one canvas of its own.
  function copyForPaper({ chart }) {
    const copy = chart.renderToCanvas({ pixelRatio: 2 });
    copy.className = "paper";
    copy.style.width = `${chart.getWidth()}px`;
    chart.getDom().append(copy);
  }

  function showAll(paper) {
    onPaper = paper;
    document.querySelectorAll(".paper").forEach((copy) => copy.remove());
    drawn.forEach(show);
    if (paper) drawn.forEach(copyForPaper);
  }

  document.documentElement.classList.add("drawn");
  for (const place of document.querySelectorAll("[data-picture]")) {
    const { option, height } = pictures[place.dataset.picture];
    place.style.height = `${height}px`;
    const chart = echarts.init(place, null, { devicePixelRatio: Math.max(2, devicePixelRatio) });
    const picture = { chart, option, height };
    drawn.push(picture);
    show(picture);
    new ResizeObserver(() => onPaper || chart.resize()).observe(place);
  }
  dark.addEventListener("change", () => showAll(onPaper));
  addEventListener("beforeprint", () => showAll(true));
  addEventListener("afterprint", () => showAll(false));

  const links = new Map([...document.querySelectorAll(".contents a")].map((link) => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        links.forEach((link, id) => link.setAttribute("aria-current", id === entry.target.id));
      }
    },
    { rootMargin: "-10% 0px -80% 0px" },
  );
  links.forEach((_, id) => seen.observe(document.getElementById(id)));
})();
