// What every drawing needs: elements, numbers in words, and whether things may move.

const SVG = 'http://www.w3.org/2000/svg';

/** An SVG element with attributes and children. */
export function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** An HTML element; text never becomes markup. */
export function html(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** Sets a text where it is another one, so that nothing is laid out anew without need. */
export function say(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Bytes with three digits at the most. */
export function bytes(n) {
  let unit = 0;
  let value = n;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** A time that has passed. */
export function span(millis) {
  if (millis < 1000) {
    return `${Math.round(millis)} ms`;
  }
  const seconds = millis / 1000;
  if (seconds < 60) {
    return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  }
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
      ? `${minutes} min ${Math.floor(seconds % 60)} s`
      : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A count, with thin gaps between thousands. */
export function count(n) {
  return n.toLocaleString('en').replaceAll(',', '\u202f');
}

const still = matchMedia('(prefers-reduced-motion: reduce)');

/** Whether the user asked for less motion. */
export function isStill() {
  return still.matches;
}

/** HALF_CLOSED_TIMEOUT as it is read: half closed timeout. */
export function words(symbol) {
  return symbol.toLowerCase().replaceAll('_', ' ');
}
