'use strict';
/**
 * Keeps what a module does while it is explored inside: no process.exit, no sockets, no children, no files written.
 *
 * This is a seat belt, not a wall. Whatever is refused is noted, so that no test comes out of such a call. The clock
 * stands still while a module is explored; that someone read it is noted as well.
 */
const NOW = Date.parse('2024-01-31T12:30:00.000Z');
const PATIENT_READS = 50;
const LONG_WAIT = 5000; // milliseconds: a time limit for something else, which ends it when it is done
const WRITES = [
  'appendFile', 'chmod', 'chown', 'copyFile', 'cp', 'fchmod', 'fchown', 'ftruncate', 'futimes', 'lchmod', 'lchown', 'link', 'lutimes',
  'mkdir', 'mkdtemp', 'rename', 'rm', 'rmdir', 'symlink', 'truncate', 'unlink', 'utimes', 'writeFile',
].flatMap((name) => [name, `${name}Sync`]).concat('createWriteStream');
const STARTS = ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'];

class Refused extends Error {}

/** Say whether the flags of `open` let a file be made or changed; without flags it is read. */
function opensToWrite(flags, { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND }) {
  if (typeof flags === 'number') return (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND)) !== 0;
  return typeof flags === 'string' && /[wa+]/.test(flags);
}

/** `load` gives modules of Node's own; below the folder `cache` the runner writes what it transformed. */
function buildFence(load, cache, root = '/') {
  const broken = new Set();
  const notes = { clock: false, reads: 0, timers: [], later: 0, tick: 0 };
  const undo = [];
  const put = (owner, name, value) => {
    const before = owner[name];
    if (before === undefined) return;
    try {
      owner[name] = value;
      undo.push(() => { owner[name] = before; });
    } catch {
      // a frozen module cannot be fenced
    }
  };
  const refuse = (what) => () => {
    broken.add(what);
    throw new Refused(`${what} is not allowed while tests are generated`);
  };
  const fs = load('fs');
  const guarded = (real) => function guard(...args) {
    return String(args[0]).startsWith(cache) ? real.apply(this, args) : refuse('files')();
  };
  const opening = (real, otherwise) => function open(...args) {
    return opensToWrite(args[1], fs.constants) ? otherwise.apply(this, args) : real.apply(this, args);
  };
  for (const name of WRITES) put(fs, name, guarded(fs[name]));
  for (const name of WRITES) put(fs.promises, name, async () => refuse('files')());
  for (const name of ['open', 'openSync']) put(fs, name, opening(fs[name], guarded(fs[name])));
  put(fs.promises, 'open', opening(fs.promises.open, async () => refuse('files')()));
  const children = load('child_process');
  for (const name of STARTS) put(children, name, refuse('processes'));
  const net = load('net');
  put(net.Socket.prototype, 'connect', refuse('network'));
  put(net.Server.prototype, 'listen', refuse('network'));
  put(load('dgram').Socket.prototype, 'bind', refuse('network'));
  put(load('dgram').Socket.prototype, 'send', refuse('network'));
  put(load('dns'), 'lookup', lookingUp(refuse('network')));
  put(globalThis, 'fetch', async () => refuse('network')());
  put(process, 'exit', refuse('process.exit'));
  put(process, 'abort', refuse('process.exit'));
  put(process, 'kill', refuse('processes'));
  put(globalThis, 'Date', stoppedDate(notes));
  put(process, 'uptime', running());
  for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) put(globalThis, name, ending(globalThis[name], notes));
  for (const name of ['setTimeout', 'setInterval', 'setImmediate']) put(globalThis, name, timer(globalThis[name], notes, name));
  for (const name of ['log', 'info', 'warn', 'error', 'debug']) put(console, name, () => undefined);
  return {
    begin() { broken.clear(); notes.clock = false; notes.reads = 0; notes.timers = []; },
    end() { return { touched: [...broken], clock: notes.clock, timers: notes.timers.filter((each) => isLeft(each, root)).length }; },
    /** Let it be later by so many milliseconds, and by some more whenever somebody looks. */
    move(by, tick = 0) { Object.assign(notes, { later: by, tick }); },
    /** End what the call started and left running: it would take the time of all that follows. */
    clear() { for (const each of notes.timers) each.cancel(); },
    restore() { for (const each of undo.reverse()) each(); },
  };
}

/** This machine's own name is known without asking anybody: servers look it up before they listen. */
function lookingUp(otherwise) {
  return (host, ...rest) => {
    const answer = rest.at(-1);
    if (host !== 'localhost' || typeof answer !== 'function') return otherwise();
    const own = { address: '127.0.0.1', family: 4 };
    return process.nextTick(() => (rest[0].all ? answer(null, [own]) : answer(null, own.address, own.family)));
  };
}

/** The time stands still, but not for one who asks again and again: that is a loop that waits for it to pass. */
function time(notes) {
  notes.clock = true;
  notes.reads += 1;
  return NOW + notes.later + notes.tick * notes.reads + Math.max(0, notes.reads - PATIENT_READS) * 50;
}

/** How long the process runs is never the same again. */
function running() {
  let count = 0;
  return () => {
    count += 1;
    return 1000.5 + 37 * count;
  };
}

function stoppedDate(notes) {
  const Real = Date;
  return class Date extends Real {
    constructor(...args) {
      if (args.length === 0) {
        super(time(notes));
      } else super(...args);
    }

    static now() {
      return time(notes);
    }

    static [Symbol.hasInstance](value) {
      return Object.prototype.toString.call(value) === '[object Date]';
    }
  };
}

function ending(real, notes) {
  return (handle) => {
    for (const each of notes.timers) if (each.handle === handle) each.done = true;
    return real(handle);
  };
}

/** Say whether code of the project stands behind a call; what packages start for themselves is their own business. */
function isOfProject(stack, root) {
  return stack.split('\n').some((each) => each.includes(root) && !each.includes('/node_modules/'));
}

/** Say whether the project left a timer behind. Who started one is asked last: a stack in words costs more than a call. */
function isLeft({ done, handle, start }, root) {
  return !done && handle.hasRef?.() !== false && isOfProject(start.stack, root);
}

/** Long waits are cut short; what was started and not ended is counted. */
function timer(real, notes, name) {
  return (callback, wait = 0, ...rest) => {
    const isShort = name === 'setImmediate';
    const entry = { done: isShort, start: isShort ? undefined : new Error(), cancel: () => undefined };
    const run = (...args) => { entry.done = name !== 'setInterval'; return callback(...args); };
    const handle = name === 'setImmediate' ? real(run, wait, ...rest) : real(run, wait > LONG_WAIT ? wait : Math.min(wait, 20), ...rest);
    const stop = name === 'setImmediate' ? clearImmediate : clearTimeout;
    entry.handle = handle;
    entry.cancel = () => stop(handle);
    notes.timers?.push(entry);
    return handle;
  };
}

module.exports = { NOW, buildFence, isOfProject };
