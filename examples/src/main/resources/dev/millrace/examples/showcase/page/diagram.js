// The states of a connection, drawn from the table that the server sends: nodes with how many connections are in
// each, edges with how often each was taken, and a dot for each connection that moves.

import {svg, say, count, isStill} from './draw.js';

const W = 126;
const H = 54;
const GAP = 196;
const LEFT = 14;
const ROWS = [104, 238];
const BASIN = {x: LEFT, y: 356, w: 6 * GAP - (GAP - W), h: 46};

/** Where each state stands: a column for what its output does, a row for what its input does. */
const PLACES = {
  CONNECTING: [0, 0], OPEN: [1, 0], OPEN_ENDING: [2, 0], OPEN_ENDED: [3, 0], OPEN_DRAINING: [4, 0],
  OPEN_LINGERING: [5, 0], ENDED_OPEN: [1, 1], ENDED_ENDING: [2, 1], ENDED_DRAINING: [4, 1],
};

/** More at once nobody can tell apart. */
const MOST_DOTS = 48;
const DOT_MILLIS = 900;

export class Diagram {
  constructor(place, states) {
    this.nodes = new Map();
    this.edges = new Map();
    this.dots = [];
    this.before = null;
    this.root = svg('svg', {
      viewBox: `0 0 ${BASIN.w + 2 * LEFT} 420`, class: 'diagram', role: 'img', 'aria-labelledby': 'diagram-title', 'aria-describedby': 'diagram-desc',
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
    const columns = ['', 'output open', 'ending', 'ended', 'draining', 'lingering'];
    columns.forEach((text, i) => g.append(svg('text', {x: x(i) + W / 2, y: 20, 'text-anchor': 'middle'}, text)));
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
    const box = boxOf(state);
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
    const route = routeOf(from, to);
    const path = svg('path', {d: route.d, class: 'edge', 'marker-end': 'url(#arrow)', 'data-edge': `${from} ${to}`});
    if (to === 'CLOSED') {
      path.classList.add('down');
    }
    path.append(svg('title', {}, `${from} to ${to}: ${events.join(', ')}`));
    const label = svg('text', {x: route.x, y: route.y, 'text-anchor': route.anchor ?? 'middle', class: 'edge-label'});
    const name = svg('tspan', {}, to === 'CLOSED' ? '' : events.filter((e) => e !== 'TERMINATE').map(eventName).join(' '));
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

function eventName(event) {
  return {INPUT_END: 'peer’s FIN', END_OUTPUT: 'half-close', FLUSHED: 'flushed', CLOSE: 'close', CONNECTED: 'connected', TERMINATE: 'cut'}[event]
      ?? event.toLowerCase();
}

function x(column) {
  return LEFT + column * GAP;
}

function boxOf(state) {
  if (state === 'CLOSED') {
    return BASIN;
  }
  const [column, row] = PLACES[state];
  return {x: x(column), y: ROWS[row], w: W, h: H, column, row};
}

/** How an edge goes: beside its neighbour, down, in an arc over or under those between, or down into the basin. */
function routeOf(from, to) {
  const a = boxOf(from);
  const b = boxOf(to);
  if (to === 'CLOSED') {
    const left = a.x + a.w + (GAP - W) / 2;
    if (a.row === 0 && from !== 'OPEN_LINGERING' && from !== 'CONNECTING' && from !== 'OPEN_ENDED') {
      // Through the gap between two columns, past what stands below.
      const start = a.x + a.w - 12;
      return {
        d: `M${start} ${a.y + a.h} C${start} ${a.y + a.h + 26} ${left} ${a.y + a.h + 10} ${left} ${a.y + a.h + 44} V${BASIN.y - 3}`,
        x: left + 5, y: BASIN.y - 10, anchor: 'start',
      };
    }
    const middle = a.x + a.w / 2;
    return {d: `M${middle} ${a.y + a.h} V${BASIN.y - 3}`, x: middle + 6, y: BASIN.y - 10, anchor: 'start'};
  }
  if (a.column === b.column) {
    const middle = a.x + a.w / 2 - 20;
    return {d: `M${middle} ${a.y + a.h} V${b.y - 3}`, x: middle - 6, y: (a.y + a.h + b.y) / 2 + 4, anchor: 'end'};
  }
  const isNext = b.column - a.column === 1 || (a.row === 1 && b.column - a.column === 2);
  if (a.row === b.row && isNext && from !== 'OPEN_ENDED') {
    const y = a.y + a.h / 2;
    return {d: `M${a.x + a.w} ${y} H${b.x - 3}`, x: (a.x + a.w + b.x) / 2, y: y - 7};
  }
  if (from === 'OPEN_ENDED') {
    const y = a.y + a.h / 2;
    return {d: `M${a.x + a.w} ${y} H${b.x - 3}`, x: (a.x + a.w + b.x) / 2, y: y - 7};
  }
  // Above the first row, or below the second.
  const isAbove = a.row === 0;
  const span = b.column - a.column;
  const lift = (isAbove ? -1 : 1) * (18 + 13 * span);
  const start = {x: a.x + W / 2 + (isAbove ? 0 : 20), y: isAbove ? a.y : a.y + a.h};
  const end = {x: b.x + W / 2 - 12 * span, y: isAbove ? b.y - 3 : b.y + b.h + 3};
  return {
    d: `M${start.x} ${start.y} C${start.x + 30} ${start.y + lift} ${end.x - 30} ${end.y + lift} ${end.x} ${end.y}`,
    x: (start.x + end.x) / 2, y: start.y + lift * .75 + (isAbove ? -5 : 13),
  };
}
