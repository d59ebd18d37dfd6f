// Pairs of texts or drawings that lie on each other, and texts beyond the edge of the page; what is cut off is not seen.
() => {
  const SLACK = 3; // pixels; letters of a line may reach that far into the next one
  const found = [];
  const boxes = [];
  const clip = (box, element) => {
    for (let at = element; at && at !== document.body; at = at.parentElement) {
      if (getComputedStyle(at).overflowX === "visible") continue;
      const edge = at.getBoundingClientRect();
      box = {
        left: Math.max(box.left, edge.left), right: Math.min(box.right, edge.right),
        top: Math.max(box.top, edge.top), bottom: Math.min(box.bottom, edge.bottom),
      };
    }
    return box;
  };
  const add = (rect, element, name) => {
    const box = clip(rect, element);
    if (box.right - box.left <= 1 || box.bottom - box.top <= 1) return;
    boxes.push({ ...box, name, left: box.left, right: box.right, top: box.top, bottom: box.bottom });
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.textContent.trim() || parent.closest("script, style, .skip") || !parent.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) add(rect, parent, node.textContent.trim().slice(0, 40));
  }
  for (const place of document.querySelectorAll(".canvas")) {
    if (place.checkVisibility()) add(place.getBoundingClientRect(), place, "picture");
  }
  for (const box of boxes) {
    if (box.right > innerWidth + 1 || box.left < -1) found.push(`beyond the edge: ${box.name}`);
  }
  boxes.sort((one, other) => one.top - other.top);
  boxes.forEach((box, place) => {
    for (const other of boxes.slice(place + 1)) {
      if (other.top >= box.bottom - SLACK) break;
      const across = Math.min(box.right, other.right) - Math.max(box.left, other.left);
      const down = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
      if (across > SLACK && down > SLACK) found.push(`${box.name} | ${other.name}`);
    }
  });
  return found;
};
