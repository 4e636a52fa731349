// The states of a connection, drawn from the table that the server sends: nodes with how many connections are in
// each, edges with how often each was taken, and a dot for each connection that moves.

import {svg, say, count, isStill} from './draw.js';

/** Where each state stands: how far its output is, and what its input does. */
const PLACES = {
  CONNECTING: [0, 0], OPEN: [1, 0], OPEN_ENDING: [2, 0], OPEN_ENDED: [3, 0], OPEN_DRAINING: [4, 0],
  OPEN_LINGERING: [5, 0], ENDED_OPEN: [1, 1], ENDED_ENDING: [2, 1], ENDED_DRAINING: [4, 1],
};

const OUTPUTS = ['', 'output open', 'ending', 'ended', 'draining', 'lingering'];

const W = 126;
const H = 54;

/** More at once nobody can tell apart. */
const MOST_DOTS = 48;
const DOT_MILLIS = 900;

export class Diagram {
  /** On a narrow screen it goes down, and else from left to right. */
  constructor(place, states, isNarrow) {
    this.layout = isNarrow ? DOWN : ACROSS;
    this.nodes = new Map();
    this.edges = new Map();
    this.dots = [];
    this.before = null;
    this.root = svg('svg', {
      viewBox: `0 0 ${this.layout.width} ${this.layout.height}`, class: `diagram ${isNarrow ? 'down' : 'across'}`, role: 'img', 'aria-labelledby': 'diagram-title', 'aria-describedby': 'diagram-desc',
    });
    this.title = svg('title', {id: 'diagram-title'}, 'The states of a connection');
    this.desc = svg('desc', {id: 'diagram-desc'});
    const arrow = svg('marker', {
      id: 'arrow', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto-start-reverse',
    }, svg('path', {d: 'M0 .6 7.400 4 0 7.400z', class: 'tip'}));
    this.lines = svg('g');
    this.labels = svg('g');
    this.boxes = svg('g');
    this.moving = svg('g', {'aria-hidden': 'true'});
    this.root.append(this.title, this.desc, svg('defs', {}, arrow), this.headings(), this.lines, this.boxes, this.labels, this.moving);
    this.draw(states);
    place.replaceChildren(this.root);
    this.frame = this.frame.bind(this);
  }

  headings() {
    const g = svg('g', {class: 'axis'});
    OUTPUTS.forEach((text, i) => g.append(this.layout.heading(text, i)));
    return g;
  }

  draw(states) {
    let spare = 0;
    for (const state of Object.keys(states)) {
      if (state !== 'CLOSED' && !PLACES[state]) {
        PLACES[state] = [[0, 3, 5][spare++ % 3], 1]; // one that this page does not know yet
      }
      this.node(state);
    }
    for (const [from, row] of Object.entries(states)) {
      const events = new Map();
      for (const [event, to] of Object.entries(row)) {
        if (to !== from) {
          events.set(to, [...(events.get(to) ?? []), event]);
        }
      }
      for (const [to, names] of events) {
        this.edge(from, to, names);
      }
    }
  }

  node(state) {
    const box = boxOf(this.layout, state);
    const g = svg('g', {class: 'node', 'data-state': state});
    const [input, output] = state.split('_');
    g.append(svg('rect', {x: box.x, y: box.y, width: box.w, height: box.h, rx: state === 'CLOSED' ? 23 : 12}));
    const middle = box.x + box.w / 2;
    const label = svg('text', {x: middle, y: box.y + 21, 'text-anchor': 'middle', class: 'name'});
    label.append(output ? `${input} · ${output}` : input);
    const n = svg('text', {x: middle, y: box.y + 43, 'text-anchor': 'middle', class: 'count'}, '0');
    if (state === 'CLOSED') {
      label.setAttribute('x', middle - 14);
      label.setAttribute('y', box.y + 28);
      label.setAttribute('text-anchor', 'end');
      n.setAttribute('x', middle + 2);
      n.setAttribute('y', box.y + 30);
      n.setAttribute('text-anchor', 'start');
    }
    g.append(label, n);
    this.boxes.append(g);
    this.nodes.set(state, {g, n});
  }

  edge(from, to, events) {
    const route = this.layout.route(from, to, boxOf(this.layout, from), boxOf(this.layout, to));
    const path = svg('path', {d: route.d, class: 'edge', 'marker-end': 'url(#arrow)', 'data-edge': `${from} ${to}`});
    if (to === 'CLOSED') {
      path.classList.add('down');
    }
    path.append(svg('title', {}, `${from} to ${to}: ${events.join(', ')}`));
    const label = svg('text', {x: route.x, y: route.y, 'text-anchor': route.anchor ?? 'middle', class: 'edge-label'});
    const name = svg('tspan', {}, to === 'CLOSED' ? '' : events.filter((e) => e !== 'TERMINATE').map((e) => eventName(e, this.layout)).join(' '));
    const n = svg('tspan', {class: 'edge-count'});
    label.append(name, n);
    this.lines.append(path);
    this.labels.append(label);
    this.edges.set(`${from} ${to}`, {path, n, name: name.textContent, taken: 0, cools: 0});
  }

  update(snapshot) {
    const total = new Map(snapshot.moves.map(([from, to, n]) => [`${from} ${to}`, n]));
    let closed = 0;
    for (const [key, n] of total) {
      const edge = this.edges.get(key);
      if (edge && this.before) {
        this.send(edge, n - edge.taken);
      }
      if (edge && n !== edge.taken) {
        edge.taken = n;
        say(edge.n, (edge.name ? ' ' : '') + count(n));
      }
      if (key.endsWith(' CLOSED')) {
        closed += n;
      }
    }
    this.before = total;
    const told = [];
    for (const [state, {g, n}] of this.nodes) {
      const here = state === 'CLOSED' ? closed : snapshot.counts[state] ?? 0;
      say(n, count(here));
      g.classList.toggle('some', here > 0);
      if (here > 0) {
        told.push(`${state} ${here}`);
      }
    }
    say(this.desc, told.length ? `Connections by state: ${told.join(', ')}.` : 'No connections.');
  }

  /** A server that was started anew counts from zero. */
  forget() {
    this.before = null;
    for (const edge of this.edges.values()) {
      edge.taken = 0;
      say(edge.n, '');
    }
  }

  send(edge, n) {
    if (n <= 0) {
      return;
    }
    edge.path.classList.add('hot');
    clearTimeout(edge.cools);
    edge.cools = setTimeout(() => edge.path.classList.remove('hot'), DOT_MILLIS + 300);
    if (isStill() || document.hidden) {
      return;
    }
    const length = edge.path.getTotalLength();
    const most = Math.min(n, 8);
    for (let i = 0; i < most && this.dots.length < MOST_DOTS; i++) {
      const dot = svg('circle', {r: 4, class: 'dot'});
      dot.setAttribute('visibility', 'hidden');
      this.moving.append(dot);
      this.dots.push({dot, path: edge.path, length, start: performance.now() + i * 70});
    }
    if (!this.isRunning) {
      this.isRunning = true;
      requestAnimationFrame(this.frame);
    }
  }

  frame(now) {
    this.dots = this.dots.filter((each) => {
      const t = (now - each.start) / DOT_MILLIS;
      if (t >= 1) {
        each.dot.remove();
        return false;
      }
      if (t >= 0) {
        const eased = t < .5 ? 2 * t * t : 1 - 2 * (1 - t) * (1 - t);
        const at = each.path.getPointAtLength(eased * each.length);
        each.dot.setAttribute('cx', at.x);
        each.dot.setAttribute('cy', at.y);
        each.dot.removeAttribute('visibility');
      }
      return true;
    });
    this.isRunning = this.dots.length > 0;
    if (this.isRunning) {
      requestAnimationFrame(this.frame);
    }
  }
}

function eventName(event, layout) {
  return {INPUT_END: layout === DOWN ? 'FIN' : 'peer’s FIN', END_OUTPUT: 'half-close', FLUSHED: 'flushed', CLOSE: 'close', CONNECTED: 'connected', TERMINATE: 'cut'}[event]
      ?? event.toLowerCase();
}

function boxOf(layout, state) {
  if (state === 'CLOSED') {
    return layout.basin;
  }
  const [output, input] = PLACES[state];
  return {...layout.place(output, input), w: W, h: H, output, input};
}

const GAP = 196;
const LEFT = 14;

/** From left to right: a column for what the output does, a row for what the input does. */
const ACROSS = {
  width: 5 * GAP + W + 2 * LEFT,
  height: 420,
  basin: {x: LEFT, y: 356, w: 5 * GAP + W, h: 46},
  place: (output, input) => ({x: LEFT + output * GAP, y: input === 0 ? 104 : 238}),
  heading: (text, output) => svg('text', {x: LEFT + output * GAP + W / 2, y: 20, 'text-anchor': 'middle'}, text),

  /** Beside its neighbour, down, in an arc over or under those between, or down into the basin. */
  route(from, to, a, b) {
    if (to === 'CLOSED') {
      if (['OPEN', 'OPEN_ENDING', 'OPEN_DRAINING'].includes(from)) {
        // Through the gap between two columns, past what stands below.
        const gap = a.x + a.w + (GAP - W) / 2;
        const start = a.x + a.w - 12;
        const y = a.y + a.h;
        return {
          d: `M${start} ${y} C${start} ${y + 26} ${gap} ${y + 10} ${gap} ${y + 44} V${b.y - 3}`,
          x: gap + 5, y: b.y - 10, anchor: 'start',
        };
      }
      const middle = a.x + a.w / 2;
      return {d: `M${middle} ${a.y + a.h} V${b.y - 3}`, x: middle + 6, y: b.y - 10, anchor: 'start'};
    }
    if (a.output === b.output) {
      const x = a.x + a.w / 2 - 20;
      return {d: `M${x} ${a.y + a.h} V${b.y - 3}`, x: x - 6, y: (a.y + a.h + b.y) / 2 + 4, anchor: 'end'};
    }
    if (isNothingBetween(a, b)) {
      const y = a.y + a.h / 2;
      return {d: `M${a.x + a.w} ${y} H${b.x - 3}`, x: (a.x + a.w + b.x) / 2, y: y - 7};
    }
    const isAbove = a.input === 0;
    const far = b.output - a.output;
    const lift = (isAbove ? -1 : 1) * (18 + 13 * far);
    const start = {x: a.x + W / 2 + (isAbove ? 0 : 20), y: isAbove ? a.y : a.y + a.h};
    const end = {x: b.x + W / 2 - 12 * far, y: isAbove ? b.y - 3 : b.y + b.h + 3};
    return {
      d: `M${start.x} ${start.y} C${start.x + 30} ${start.y + lift} ${end.x - 30} ${end.y + lift} ${end.x} ${end.y}`,
      x: (start.x + end.x) / 2, y: start.y + lift * .75 + (isAbove ? -5 : 13),
    };
  },
};

const STEP = 96;

/** Downwards: a row for what the output does, a column for what the input does. */
const DOWN = {
  width: 420,
  height: 6 * STEP + 66,
  basin: {x: 30, y: 6 * STEP + 8, w: 376, h: 46},
  place: (output, input) => ({x: input === 0 ? 54 : 256, y: 8 + output * STEP}),
  heading: () => svg('text'),

  /** The same ways, turned; what is cut goes down a rail beside its column. */
  route(from, to, a, b) {
    const down = {x: a.x + a.w / 2, y: a.y + a.h};
    if (to === 'CLOSED') {
      if (from === 'OPEN_LINGERING' || from === 'ENDED_DRAINING') {
        return {d: `M${down.x} ${down.y} V${b.y - 3}`, x: down.x + 6, y: b.y - 10, anchor: 'start'};
      }
      const rail = a.x + a.w + 20;
      const y = a.y + a.h - 10;
      return {d: `M${a.x + a.w} ${y} C${rail} ${y} ${rail} ${y + 6} ${rail} ${y + 26} V${b.y - 3}`, x: a.x + a.w + 4, y: y - 4, anchor: 'start'};
    }
    if (a.output === b.output) {
      const y = a.y + a.h / 2 - 8;
      return {d: `M${a.x + a.w} ${y} H${b.x - 3}`, x: (a.x + a.w + b.x) / 2 - 2, y: y - 6};
    }
    if (isNothingBetween(a, b)) {
      return {d: `M${down.x} ${down.y} V${b.y - 3}`, x: down.x - 8, y: (down.y + b.y) / 2 + 4, anchor: 'end'};
    }
    const isLeft = a.input === 0;
    const far = b.output - a.output;
    const lift = isLeft ? -6 - 14 * far : 46;
    const start = {x: isLeft ? a.x : a.x + a.w, y: a.y + a.h / 2 + (isLeft ? 6 : -8)};
    const end = {x: isLeft ? b.x - 3 : b.x + b.w + 3, y: b.y + b.h / 2 - 5 * far + 6};
    return {
      d: `M${start.x} ${start.y} C${start.x + lift} ${start.y + 24} ${end.x + lift} ${end.y - 24} ${end.x} ${end.y}`,
      x: isLeft ? start.x + lift * .72 + 4 : start.x + 14, y: (start.y + end.y) / 2 + (isLeft && far > 2 ? -26 : isLeft ? 26 : 44),
      anchor: isLeft ? 'middle' : 'end',
    };
  },
};

/** Whether nobody stands between the two, who are in a line. */
function isNothingBetween(a, b) {
  return a.input === b.input && !Object.values(PLACES).some(([output, input]) =>
    input === a.input && output > a.output && output < b.output);
}
