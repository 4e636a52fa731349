// The timer wheel: a ring for each level, the finest outside; a slot that holds timers is filled. The hands go on by
// themselves between two snapshots, as time does.

import {svg, html, say, isStill} from './draw.js';

const SLOTS = 64;
const CENTRE = 170;
const OUTER = 160;
const RING = 15.5;

export class Wheel {
  constructor(place, tickNanos, levels) {
    this.tickNanos = tickNanos;
    this.rings = [];
    this.root = svg('svg', {viewBox: '0 0 340 340', class: 'wheel', role: 'img', 'aria-labelledby': 'wheel-title', 'aria-describedby': 'wheel-desc'});
    this.desc = svg('desc', {id: 'wheel-desc'});
    this.root.append(svg('title', {id: 'wheel-title'}, 'The timer wheel'), this.desc);
    for (let level = 0; level < levels; level++) {
      const outer = OUTER - level * RING;
      const inner = outer - RING + 3.5;
      const slots = [];
      const ring = svg('g', {class: 'ring'});
      for (let slot = 0; slot < SLOTS; slot++) {
        const made = svg('path', {d: segment(inner, outer, slot)});
        ring.append(made);
        slots.push(made);
      }
      const hand = svg('path', {d: segment(inner - 1, outer + 1, 0), class: 'hand'});
      ring.append(hand);
      this.root.append(ring);
      this.rings.push({slots, hand, mask: 0n, at: 0});
    }
    this.middle = svg('text', {x: CENTRE, y: CENTRE + 6, 'text-anchor': 'middle', class: 'middle'}, '0');
    this.root.append(this.middle);
    this.list = html('ul', {class: 'levels'});
    for (let level = 0; level < levels; level++) {
      const nanos = tickNanos * SLOTS ** level;
      const n = html('span', {class: 'n'}, '0');
      this.list.append(html('li', {}, html('span', {}, `${level}`), ` ${long(nanos / 1e6)} `, n));
      this.rings[level].n = n;
      this.rings[level].line = this.list.lastChild;
    }
    place.replaceChildren(html('div', {class: 'wheel-box'}, this.root, this.list));
    setInterval(() => this.goOn(), 100);
  }

  update(snapshot) {
    let tick = 0;
    const told = [];
    snapshot.wheel.forEach(([hand, slots], level) => {
      tick += hand * SLOTS ** level;
      const ring = this.rings[level];
      const mask = BigInt(`0x${slots}`);
      const changed = mask ^ ring.mask;
      let here = 0;
      for (let slot = 0; slot < SLOTS; slot++) {
        const bit = 1n << BigInt(slot);
        if (mask & bit) {
          here++;
        }
        if (changed & bit) {
          ring.slots[slot].classList.toggle('full', (mask & bit) !== 0n);
        }
      }
      ring.mask = mask;
      say(ring.n, String(here));
      ring.line.classList.toggle('some', here > 0);
      if (here > 0) {
        told.push(`level ${level}: ${here}`);
      }
    });
    this.tick = tick;
    this.readAt = performance.now();
    say(this.middle, String(snapshot.loop.timers));
    say(this.desc, `${snapshot.loop.timers} timers are armed. Slots that hold timers: ${told.join(', ') || 'none'}.`);
    this.turnTo(tick);
  }

  /** The time that has passed since the snapshot, drawn. */
  goOn() {
    const since = performance.now() - (this.readAt ?? 0);
    if (this.tick !== undefined && since < 1500 && !isStill() && !document.hidden) {
      this.turnTo(this.tick + Math.floor(since * 1e6 / this.tickNanos));
    }
  }

  turnTo(tick) {
    this.rings.forEach((ring, level) => {
      const slot = Math.floor(tick / SLOTS ** level) % SLOTS;
      if (slot !== ring.at) {
        ring.at = slot;
        ring.hand.setAttribute('transform', `rotate(${slot * 360 / SLOTS} ${CENTRE} ${CENTRE})`);
      }
    });
  }
}

function segment(inner, outer, slot) {
  const step = 2 * Math.PI / SLOTS;
  const from = slot * step - Math.PI / 2 + step * .08;
  const to = from + step * .84;
  const p = (r, angle) => `${(CENTRE + r * Math.cos(angle)).toFixed(2)} ${(CENTRE + r * Math.sin(angle)).toFixed(2)}`;
  return `M${p(inner, from)} L${p(outer, from)} A${outer} ${outer} 0 0 1 ${p(outer, to)} L${p(inner, to)} A${inner} ${inner} 0 0 0 ${p(inner, from)}z`;
}

function long(millis) {
  const day = 86_400_000;
  if (millis >= 365.25 * day) {
    return `${trim(millis / (365.25 * day))} y`;
  }
  if (millis >= day) {
    return `${trim(millis / day)} d`;
  }
  if (millis >= 3_600_000) {
    return `${trim(millis / 3_600_000)} h`;
  }
  if (millis >= 60_000) {
    return `${trim(millis / 60_000)} min`;
  }
  return millis >= 1000 ? `${trim(millis / 1000)} s` : `${trim(millis)} ms`;
}

function trim(n) {
  return n >= 100 ? n.toFixed(0) : n.toFixed(2).replace(/\.?0+$/, '');
}
