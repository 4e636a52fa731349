// Brings the server's snapshots to the drawings, and what is chosen to the server.

import {say, bytes, count, span} from './draw.js';
import {Diagram} from './diagram.js';
import {Wheel} from './wheel.js';
import {Failures} from './failures.js';
import {Connections, Records} from './tables.js';
import {Lab} from './lab.js';
import {guests} from './guests.js';

const $ = (id) => document.getElementById(id);

// ---- what the user chose, kept where the browser keeps things; a browser that doesn't is no reason to fail

const kept = {
  read(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  write(key, value) {
    try {
      localStorage.setItem(key, value);
    } catch {
      // Chosen for this page only, then.
    }
  },
};

const dark = matchMedia('(prefers-color-scheme: dark)');

function theme(chosen) {
  const isDark = chosen ? chosen === 'dark' : dark.matches;
  if (chosen) {
    document.documentElement.dataset.theme = chosen;
  }
  $('theme').setAttribute('aria-pressed', String(isDark));
}

theme(kept.read('theme'));
dark.addEventListener('change', () => theme(kept.read('theme')));
$('theme').addEventListener('click', () => {
  const chosen = $('theme').getAttribute('aria-pressed') === 'true' ? 'light' : 'dark';
  kept.write('theme', chosen);
  theme(chosen);
});

const language = $('language');
const wanted = kept.read('language') ?? navigator.language.slice(0, 2);
language.value = [...language.options].some((option) => option.value === wanted) ? wanted : 'en';

const texts = new Map();

/** What the kinds mean, in the language chosen; null if it is not to be had. */
async function advice() {
  const lang = language.value;
  if (!texts.has(lang)) {
    const answer = await fetch(`/advice/${lang}`);
    if (!answer.ok) {
      return null;
    }
    texts.set(lang, await answer.json());
  }
  return {...texts.get(lang), lang};
}

// ---- the server

let parts = null;
let events = null;
let last = null;
let started = null;

function link(state, text) {
  $('link').dataset.state = state;
  say($('link-text'), text);
}

async function model() {
  const answer = await fetch('/model');
  if (!answer.ok) {
    throw new Error(`the model is not to be had: ${answer.status}`);
  }
  return answer.json();
}

function build(known) {
  const failures = new Failures({chart: $('chart'), legend: $('legend'), about: $('about')}, known, advice);
  const lab = new Lab({list: $('experiments'), find: $('find'), said: $('lab-said'), timeline: $('timeline')}, known, () => language.value, advice);
  language.addEventListener('change', () => {
    kept.write('language', language.value);
    failures.again();
    lab.again();
  });
  guests($('guests'), $('said'));
  const narrow = matchMedia('(max-width: 640px)');
  narrow.addEventListener('change', () => {
    parts.diagram = new Diagram($('diagram'), known.states, narrow.matches);
    if (last) {
      parts.diagram.update(last);
    }
  });
  return {
    diagram: new Diagram($('diagram'), known.states, narrow.matches),
    wheel: new Wheel($('wheel'), known.tickNanos, known.levels),
    failures,
    connections: new Connections($('connections'), $('unlisted'), known.mostConnections),
    records: new Records($('records')),
  };
}

function tiles(s) {
  const open = s.servers.map((server) => server.open);
  say($('t-open'), count(open.reduce((a, b) => a + b, 0)));
  say($('t-open-more'), s.servers.map((server) => `${count(server.open)} ${server.name}`).join(' · '));
  say($('t-in'), bytes(s.bytes.in));
  say($('t-out'), bytes(s.bytes.out));
  say($('t-queued'), bytes(s.servers.reduce((sum, server) => sum + server.queued, 0)));
  say($('t-queued-more'), `${bytes(s.loop.lentBytes)} in buffers`);
  say($('t-timers'), count(s.loop.timers));
  say($('t-timers-more'), `${count(s.loop.registered)} channels`);
  const kinds = Object.entries(s.failures.totals);
  say($('t-ended'), count(kinds.reduce((sum, [, n]) => sum + n, 0)));
  say($('t-ended-more'), `${count(kinds.filter(([kind]) => kind !== 'NONE').reduce((sum, [, n]) => sum + n, 0))} with a failure`);
  if (last && s.upMillis > last.upMillis) {
    const seconds = (s.upMillis - last.upMillis) / 1000;
    say($('t-in-more'), `${bytes(Math.max(0, s.bytes.in - last.bytes.in) / seconds)}/s`);
    say($('t-out-more'), `${bytes(Math.max(0, s.bytes.out - last.bytes.out) / seconds)}/s`);
  }
}

function show(snapshot) {
  if (started !== null && snapshot.run !== started) {
    parts.diagram.forget();
    parts.failures.forget();
    parts.records.forget();
    last = null;
  }
  started = snapshot.run;
  link('live', `live, up ${span(snapshot.upMillis)}`);
  $('link').dataset.up = snapshot.upMillis;
  tiles(snapshot);
  for (const part of Object.values(parts)) {
    part.update(snapshot);
  }
  last = snapshot;
}

function watch() {
  if (events || document.hidden) {
    return;
  }
  events = new EventSource('/events');
  events.addEventListener('snapshot', (event) => show(JSON.parse(event.data)));
  events.addEventListener('error', () => {
    if (events?.readyState === EventSource.CLOSED) {
      // It was told no, and would not come again by itself.
      link('lost', 'too many watch; trying again');
      events.close();
      events = null;
      setTimeout(watch, 5000);
    } else {
      link('lost', 'reconnecting');
    }
  });
}

// A page that nobody sees does not watch, so that the server may sleep.
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) {
    watch();
  } else if (events) {
    events.close();
    events = null;
    link('paused', 'paused');
  }
});

async function begin() {
  try {
    parts = build(await model());
    watch();
  } catch (e) {
    console.warn(e);
    link('lost', 'the server does not answer; trying again');
    setTimeout(begin, 2000);
  }
}

begin();
