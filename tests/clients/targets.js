// How wide the page is, and what is pressed alone and smaller than a finger: words and size in px.
(() => {
  // A link that shares its line with words is part of them; so is the title of a paper.
  const within = (element) => {
    if (element.tagName !== "A" || getComputedStyle(element).display !== "inline") return false;
    const parent = element.parentElement;
    return parent.matches("h2,h3,th,figure,svg,svg *")
      || [...parent.childNodes].some((node) => node !== element && node.textContent.trim());
  };
  const kinds = "a[href],button,select,summary,textarea,label.choice,input[type=text],input[type=search],input[type=email],"
    + "input[type=date],input:not([type])";
  const pressed = [...document.querySelectorAll(kinds)].filter((element) => element.checkVisibility()
    && !element.closest(".trap,svg") && !within(element));
  const small = pressed.filter((element) => {
    const box = element.getBoundingClientRect();
    return box.height < 43.5 || box.width < 23.5;
  });
  const told = small.map((element) => {
    const box = element.getBoundingClientRect();
    return `${(element.textContent || element.name).trim().slice(0, 60)} ${Math.round(box.width)} x ${Math.round(box.height)}`;
  });
  return [document.documentElement.scrollWidth, told];
})()
