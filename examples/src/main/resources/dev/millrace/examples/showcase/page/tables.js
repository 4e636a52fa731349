// The connections that are open, and the records of those that are over. A row is kept as long as what it shows: what
// is selected or read does not jump.

import {html, say, bytes, span, count, words} from './draw.js';
import {colour} from './failures.js';

export class Connections {
  constructor(table, note, most) {
    this.body = table.tBodies[0];
    this.note = note;
    this.most = most;
    this.rows = new Map();
  }

  update(snapshot) {
    const seen = new Set();
    let after = null;
    for (const each of snapshot.connections) {
      seen.add(each.id);
      let row = this.rows.get(each.id);
      if (!row) {
        row = html('tr', {'data-id': each.id});
        for (let i = 0; i < 8; i++) {
          row.append(html('td', i === 0 || i > 3 ? {class: 'n'} : {}));
        }
        row.cells[3].append(html('span', {class: 'state'}));
        this.rows.set(each.id, row);
      }
      fill(row, [each.id, each.server, each.peer, null, bytes(each.in), bytes(each.out), bytes(each.queued), span(each.idleMillis)]);
      const state = row.cells[3].firstChild;
      say(state, each.state);
      const kind = each.state.includes('_') ? 'ending' : 'open';
      state.className = `state ${kind}`;
      row.classList.toggle('queued', each.queued > 0);
      const next = after ? after.nextSibling : this.body.firstChild;
      if (next !== row) {
        this.body.insertBefore(row, next);
      }
      after = row;
    }
    for (const [id, row] of this.rows) {
      if (!seen.has(id)) {
        row.remove();
        this.rows.delete(id);
      }
    }
    say(this.note, snapshot.unlisted > 0
        ? `The newest ${this.most}; ${count(snapshot.unlisted)} more are not listed.`
        : 'The newest first.');
  }
}

export class Records {
  constructor(table) {
    this.body = table.tBodies[0];
    this.newest = 0;
  }

  update(snapshot) {
    const fresh = snapshot.records.filter((each) => each.number > this.newest);
    for (const r of fresh.reverse()) {
      const row = html('tr', {'data-number': r.number, class: r.kind === 'NONE' ? '' : 'failed'});
      const kind = html('td', {}, html('span', {class: 'kind-cell'},
          html('span', {class: `swatch ${colour(r.kind)}`, 'aria-hidden': 'true'}), r.kind === 'NONE' ? 'orderly' : r.kind));
      row.append(number(r.id), html('td', {}, r.server), kind, html('td', {}, r.kind === 'NONE' ? '' : words(r.certainty)),
          html('td', {}, words(r.endedBy)), html('td', {}, r.state), html('td', {}, r.operation === 'NONE' ? '' : words(r.operation)),
          number(bytes(r.in)), number(bytes(r.out)), number(r.unsent > 0 ? bytes(r.unsent) : ''), number(span(r.ageMillis)),
          html('td', {class: 'wide'}, r.reason ?? r.cause ?? ''));
      this.body.prepend(row);
      this.newest = r.number;
    }
    while (this.body.rows.length > Math.max(snapshot.records.length, 1)) {
      this.body.lastChild.remove();
    }
  }

  forget() {
    this.newest = 0;
    this.body.replaceChildren();
  }
}

function number(text) {
  return html('td', {class: 'n'}, String(text));
}

function fill(row, texts) {
  texts.forEach((text, i) => {
    if (text !== null) {
      say(row.cells[i], String(text));
    }
  });
}
