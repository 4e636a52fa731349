// How connections ended, two seconds a bar, and what a kind means.

import {svg, html, say, count} from './draw.js';

const LEFT = 34;
const WIDTH = 600;
const HEIGHT = 168;
const TOP = 10;

/** Colours of the kinds that one meets; the others share one. */
const COLOURS = {
  NONE: 'none', ECONNRESET: 'a', EPIPE: 'b', READ_IDLE: 'c', WRITE_STALL: 'd', DRAIN_TIMEOUT: 'e', LINGER_TIMEOUT: 'f',
  ABORTED: 'g',
};

export function colour(kind) {
  return `k-${COLOURS[kind] ?? 'x'}`;
}

export class Failures {
  constructor(places, model, advice) {
    this.places = places;
    this.model = model;
    this.advice = advice;
    this.chosen = null;
    this.root = svg('svg', {viewBox: `0 0 ${WIDTH} ${HEIGHT + TOP + 22}`, class: 'chart', role: 'img', 'aria-labelledby': 'chart-title', 'aria-describedby': 'chart-desc'});
    this.desc = svg('desc', {id: 'chart-desc'});
    this.bars = svg('g');
    this.scale = svg('g', {class: 'scale'});
    this.root.append(svg('title', {id: 'chart-title'}, 'Connections that ended, by kind'), this.desc, this.scale, this.bars, this.times());
    places.chart.replaceChildren(this.root);
    this.items = new Map();
    places.legend.replaceChildren(html('li', {class: 'hint'}, 'No connection has ended yet.'));
  }

  times() {
    const g = svg('g', {class: 'scale'});
    const seconds = this.model.binMillis * this.model.bins / 1000;
    for (let i = 0; i <= 4; i++) {
      const ago = seconds * (1 - i / 4);
      g.append(svg('text', {
        x: LEFT + (WIDTH - LEFT) * i / 4, y: TOP + HEIGHT + 17, 'text-anchor': i === 0 ? 'start' : i === 4 ? 'end' : 'middle',
      }, ago === 0 ? 'now' : `${ago} s ago`));
    }
    return g;
  }

  update(snapshot) {
    const key = JSON.stringify(snapshot.failures);
    if (key === this.last) {
      return;
    }
    this.last = key;
    this.draw(snapshot.failures.bins);
    this.list(snapshot.failures.totals);
  }

  draw(entries) {
    const bins = this.model.bins;
    const stacks = Array.from({length: bins}, () => []);
    for (const [ago, kind, n] of entries) {
      stacks[bins - 1 - ago].push([kind, n]);
    }
    const most = Math.max(4, ...stacks.map((stack) => stack.reduce((sum, [, n]) => sum + n, 0)));
    const top = nice(most);
    this.scale.replaceChildren();
    for (const value of [0, top / 2, top]) {
      const y = TOP + HEIGHT - HEIGHT * value / top;
      this.scale.append(svg('line', {x1: LEFT, x2: WIDTH, y1: y, y2: y}),
          svg('text', {x: LEFT - 6, y: y + 4, 'text-anchor': 'end'}, count(value)));
    }
    const step = (WIDTH - LEFT) / bins;
    this.bars.replaceChildren();
    stacks.forEach((stack, i) => {
      let y = TOP + HEIGHT;
      for (const [kind, n] of stack) {
        const h = HEIGHT * n / top;
        y -= h;
        this.bars.append(svg('rect', {
          x: (LEFT + i * step + step * .12).toFixed(2), y: y.toFixed(2), width: (step * .76).toFixed(2), height: Math.max(h - .8, .8).toFixed(2),
          rx: 1.5, class: colour(kind), 'data-kind': kind,
        }, svg('title', {}, `${kind}: ${n}`)));
      }
    });
    const sums = new Map();
    for (const [, kind, n] of entries) {
      sums.set(kind, (sums.get(kind) ?? 0) + n);
    }
    say(this.desc, [...sums].map(([kind, n]) => `${kind} ${n}`).join(', ') || 'Nothing ended in the last two minutes.');
  }

  list(totals) {
    const kinds = Object.keys(totals);
    if (kinds.length > 0 && this.items.size === 0) {
      this.places.legend.replaceChildren();
    }
    for (const kind of kinds) {
      let item = this.items.get(kind);
      if (!item) {
        const n = html('span', {class: 'n'});
        const button = html('button', {type: 'button', class: 'kind', 'aria-pressed': 'false'},
            html('span', {class: `swatch ${colour(kind)}`, 'aria-hidden': 'true'}), kind === 'NONE' ? 'orderly' : kind, ' ', n);
        button.addEventListener('click', () => this.choose(this.chosen === kind ? null : kind));
        item = {n, button};
        this.items.set(kind, item);
        this.places.legend.append(html('li', {}, button));
      }
      say(item.n, count(totals[kind]));
    }
  }

  /** Shows what a kind means, in the language that was chosen. */
  async choose(kind) {
    this.chosen = kind;
    for (const [each, {button}] of this.items) {
      button.setAttribute('aria-pressed', String(each === kind));
    }
    const texts = kind && await this.advice();
    if (this.chosen !== kind) {
      return; // another one was chosen meanwhile
    }
    this.places.about.replaceChildren();
    if (texts) {
      this.places.about.append(adviceOf(kind, texts));
    }
  }

  /** The language has changed. */
  again() {
    this.choose(this.chosen);
  }

  forget() {
    this.items.clear();
    this.last = null;
    this.places.legend.replaceChildren();
  }
}

/** What happened, why, and what prevents it, with words around it in the same language. */
export function adviceOf(kind, {lang, headings, kinds}) {
  const texts = kinds[kind];
  const list = html('dl');
  for (const part of ['what', 'why', 'prevent']) {
    list.append(html('dt', {}, headings[part.toUpperCase()]), html('dd', {}, ...code(texts[part])));
  }
  return html('div', {class: 'advice', lang}, html('h3', {},
      html('span', {class: `swatch ${colour(kind)}`, 'aria-hidden': 'true'}), kind,
      html('span', {class: 'fault'}, `${headings.FAULT}: ${texts.fault}`)), list);
}

/** What stands between backticks is code. */
function code(text) {
  return text.split('`').map((part, i) => i % 2 === 0 ? part : html('code', {}, part));
}

/** The next number of 1, 2 or 5 with zeros, and even. */
function nice(n) {
  for (let scale = 1; ; scale *= 10) {
    for (const step of [2, 4, 6, 10]) {
      if (n <= step * scale) {
        return step * scale;
      }
    }
  }
}
