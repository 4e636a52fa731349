// The error lab: its experiments as buttons, and what came of one as a timeline. Two programs meet the same failure,
// one of bare NIO and Millrace; in each, who did or saw something has a lane.

import {svg, html, say, bytes, words, count} from './draw.js';
import {adviceOf, colour} from './failures.js';
import {post} from './guests.js';

const ACTORS = ['PEER', 'KERNEL', 'JDK', 'MILLRACE'];
const NAMES = {PEER: 'Peer', KERNEL: 'Kernel', JDK: 'JDK', MILLRACE: 'Millrace'};
const PROGRAMS = [['NIO', 'Bare NIO', 'A few lines of java.nio.'], ['MILLRACE', 'Millrace', 'The same, with this library.']];

export class Lab {
  constructor(places, model, language, advice) {
    this.advice = advice;
    this.places = places;
    this.model = model;
    this.language = language;
    this.buttons = new Map();
    places.list.replaceChildren();
    for (const each of model.experiments) {
      const button = html('button', {type: 'button', class: 'experiment', 'data-name': each.name},
          html('span', {class: 'what'}, each.title),
          html('span', {class: 'about-kind'}, html('span', {class: `swatch ${colour(each.kind)}`, 'aria-hidden': 'true'}),
              `${each.kind === 'NONE' ? 'orderly' : each.kind}${each.missing ? ` · needs ${each.missing}` : ''}`));
      button.addEventListener('click', () => this.run(each.name));
      const item = html('li', {}, button);
      this.buttons.set(each.name, {button, item, text: `${each.name} ${each.title} ${each.kind}`.toLowerCase()});
      places.list.append(item);
    }
    places.find.addEventListener('input', () => this.find(places.find.value));
    this.find(places.find.value);
  }

  find(text) {
    const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
    for (const {item, text: own} of this.buttons.values()) {
      item.hidden = !wanted.every((word) => own.includes(word));
    }
  }

  async run(name) {
    if (this.running) {
      say(this.places.said, `One at a time: ${this.running} is still under way.`);
      return;
    }
    this.running = name;
    const {button} = this.buttons.get(name);
    button.setAttribute('aria-busy', 'true');
    say(this.places.said, `${name} is under way …`);
    const {isDone, text} = await post(`/lab/${name}?lang=${this.language()}`);
    button.removeAttribute('aria-busy');
    this.running = null;
    if (!isDone) {
      say(this.places.said, text.trim());
      return;
    }
    for (const each of this.buttons.values()) {
      each.button.removeAttribute('aria-current');
    }
    button.setAttribute('aria-current', 'true');
    this.shown = JSON.parse(text);
    this.show(this.shown);
  }

  /** Draws a timeline. */
  show(t) {
    const outcome = {AS_EXPECTED: 'as expected', DIFFERENT: 'not as expected', SKIPPED: 'skipped'}[t.outcome] ?? t.outcome;
    say(this.places.said, `${t.name}: ${outcome}${t.skipped ? ` (${t.skipped})` : ''}, ${t.steps.length} steps in ${micros(t.tookMicros)}.`);
    const box = html('article', {class: 'run', 'aria-label': t.title});
    box.append(html('h3', {}, t.title));
    box.append(html('p', {class: 'hint'}, html('span', {class: `outcome ${t.outcome.toLowerCase()}`}, outcome), ` ${t.situation ?? ''}`));
    if (t.differences?.length) {
      box.append(html('ul', {class: 'differences'}, ...t.differences.map((text) => html('li', {}, text))));
    }
    const both = html('div', {class: 'programs'});
    for (const [lane, title, hint] of PROGRAMS) {
      const steps = t.steps.filter((step) => step.lane === lane);
      if (steps.length) {
        both.append(this.program(title, hint, steps));
      }
    }
    box.append(both);
    if (t.measures?.length) {
      box.append(html('dl', {class: 'measures'}, ...t.measures.map((m) =>
        html('div', {}, html('dt', {}, m.name), html('dd', {}, measure(m))))));
    }
    if (t.record) {
      box.append(this.record(t.record));
    }
    this.about = html('div');
    box.append(this.about);
    this.again();
    this.places.timeline.replaceChildren(box);
    for (const each of box.querySelectorAll('.steps')) {
      connect(each);
    }
  }

  /** What is said of the kind that was met, in the language that is chosen now. */
  async again() {
    const t = this.shown;
    const texts = t && await this.advice();
    if (texts && this.shown === t) {
      this.about.replaceChildren(adviceOf(t.kind, texts));
    }
  }

  program(title, hint, steps) {
    const actors = ACTORS.filter((actor) => steps.some((step) => step.actor === actor));
    const section = html('section', {class: `program lanes-${actors.length}`, 'aria-label': title});
    section.append(html('h4', {}, title, html('small', {}, hint)));
    const heads = html('div', {class: 'lane-heads', 'aria-hidden': 'true'}, html('span'));
    actors.forEach((actor) => heads.append(html('span', {class: `actor ${actor.toLowerCase()}`}, NAMES[actor])));
    const list = html('ol', {class: 'steps'});
    for (const step of steps) {
      const item = html('li', {class: `step lane-${actors.indexOf(step.actor) + 1} ${step.actor.toLowerCase()}`});
      item.append(html('span', {class: 'at'}, micros(step.atMicros)), html('span', {class: 'point', 'aria-hidden': 'true'}),
          html('div', {class: 'saying'}, html('b', {}, NAMES[step.actor] ?? step.actor), ` ${step.what}`,
              step.detail ? html('span', {class: 'detail'}, step.detail) : ''));
      list.append(item);
    }
    section.append(heads, list);
    return section;
  }

  record(r) {
    const facts = [
      ['kind', r.kind === 'NONE' ? 'orderly' : r.kind], ['certainty', words(r.certainty)], ['ended by', words(r.endedBy)],
      ['state', `${r.stateBefore} → ${r.stateAfter}`], ['operation', words(r.operation)], ['received', bytes(r.bytesReceived)],
      ['handed to the kernel', bytes(r.bytesHandedToKernel)], ['unsent', bytes(r.bytesUnsent)],
    ];
    return html('section', {class: 'record', 'aria-label': 'Close record'}, html('h4', {}, 'Close record'),
        html('dl', {}, ...facts.map(([name, value]) => html('div', {}, html('dt', {}, name), html('dd', {}, value)))));
  }
}

/** A line through the points of a list, drawn when they have their places. */
function connect(list) {
  const path = svg('path', {class: 'thread'});
  const canvas = svg('svg', {class: 'threads', 'aria-hidden': 'true'}, path);
  list.prepend(html('li', {class: 'canvas', 'aria-hidden': 'true', role: 'presentation'}, canvas));
  const draw = () => {
    const at = list.getBoundingClientRect();
    const points = [...list.querySelectorAll('.point')].map((point) => {
      const box = point.getBoundingClientRect();
      return [box.left + box.width / 2 - at.left, box.top + box.height / 2 - at.top];
    });
    path.setAttribute('d', points.map(([px, py], i) => {
      if (i === 0) {
        return `M${px} ${py}`;
      }
      const [lx, ly] = points[i - 1];
      return lx === px ? `V${py}` : `C${lx} ${ly + (py - ly) * .6} ${px} ${ly + (py - ly) * .4} ${px} ${py}`;
    }).join(' '));
  };
  new ResizeObserver(draw).observe(list);
  draw();
}

function micros(n) {
  return n < 1000 ? `${n} µs` : n < 1e6 ? `${(n / 1000).toFixed(n < 10_000 ? 1 : 0)} ms` : `${(n / 1e6).toFixed(1)} s`;
}

function measure({value, unit}) {
  return unit === 'bytes' || unit === 'B' ? bytes(value) : `${count(value)} ${unit ?? ''}`.trim();
}
