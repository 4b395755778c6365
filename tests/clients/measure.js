// What a reader's eye and finger meet: returned as one object, measured after layout.
(() => {
  const round = (number) => Math.round(number * 10) / 10;
  const words = (element) => (element.getAttribute("aria-label") || element.textContent).trim().slice(0, 60);
  const shown = (element) => element.checkVisibility() && !element.closest(".pre,[data-preheader]");
  const edge = document.documentElement.clientWidth;
  const found = { width: document.documentElement.scrollWidth, height: document.documentElement.scrollHeight };
  found.outside = [];
  found.clipped = [];
  for (const element of document.body.querySelectorAll("*")) {
    if (!shown(element)) continue;
    const box = element.getBoundingClientRect();
    if (box.width && (box.right > edge + 0.5 || box.left < -0.5)) found.outside.push(words(element));
    const hides = getComputedStyle(element).overflow !== "visible";
    if (hides && (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1))
      found.clipped.push(words(element));
  }
  // Buttons and lone links are things one presses; a link inside a sentence is part of its line.
  found.links = [];
  for (const link of document.querySelectorAll("a[href]")) {
    const display = getComputedStyle(link).display;
    const box = link.getBoundingClientRect();
    found.links.push({ words: words(link), block: display !== "inline", top: round(box.top), left: round(box.left),
      width: round(box.width), height: round(box.height), shown: shown(link) });
  }
  found.order = [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].map((heading) => heading.tagName.toLowerCase());
  found.small = [...document.querySelectorAll("body *")].filter((element) => shown(element)
    && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
    && parseFloat(getComputedStyle(element).fontSize) < 12).map(words);
  found.fonts = [...new Set([...document.querySelectorAll("h1,h2,p,a,td")].map((element) => getComputedStyle(element).fontFamily))];
  return found;
})()
