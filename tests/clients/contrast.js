// Every colour of text with the ground behind it, as the browser shows them: [ink, ground, size, bold, words].
(() => {
  const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [red, green, blue, alpha = 1] = parts(getComputedStyle(at).backgroundColor);
      if (alpha > 0.99) return [red, green, blue];
    }
    return [255, 255, 255];
  };
  const seen = new Map();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.replace(/[\s\u2007\u034f]+/g, " ").trim();
    const element = walker.currentNode.parentElement;
    if (!text || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const pair = [parts(style.color).slice(0, 3), ground(element)];
    if (!seen.has(String(pair))) seen.set(String(pair), [...pair, text.slice(0, 40)]);
  }
  return [...seen.values()];
})()
