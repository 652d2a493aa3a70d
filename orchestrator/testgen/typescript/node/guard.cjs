'use strict';
/**
 * Stands at the head of a test file while it is proven: what tests must not do fails them, with a word that tells why.
 *
 * The clock can be moved from outside, so that a test that depends on today shows itself.
 */
const { isOfProject } = require('./explorer/fence.cjs');

const WRITES = ['writeFileSync', 'writeFile', 'appendFileSync', 'appendFile', 'mkdirSync', 'rmSync', 'unlinkSync', 'renameSync', 'createWriteStream'];

/** `root` is the project's copy; what lies beside it is of the runner. */
function guard(core, afterEach, root) {
  const broken = [];
  const timers = new Map(); // timer -> where it was started: a stack in words costs more than most tests
  const refuse = (what) => () => {
    broken.push(what);
    throw new Error(`orchestrate: touches ${what}`);
  };
  const free = [core('os').tmpdir(), core('path').dirname(root)];
  const isOurs = (path) => free.some((each) => String(path).startsWith(each)) && !String(path).startsWith(root);
  const fs = core('fs');
  for (const name of WRITES) {
    const real = fs[name];
    fs[name] = function guarded(path, ...rest) { return isOurs(path) || typeof path === 'number' ? real.call(this, path, ...rest) : refuse('files')(); };
  }
  const net = core('net');
  reachOwnServers(net, refuse('the network'));
  for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'fork']) core('child_process')[name] = refuse('processes');
  process.exit = refuse('the process');
  moveClock(Number(process.env.ORCHESTRATE_CLOCK ?? 0));
  watchTimers(timers);
  afterEach(() => {
    const [first] = broken.splice(0);
    const left = [...timers].filter(([timer, start]) => timer.hasRef?.() !== false && isOfProject(start.stack, root)).length;
    timers.clear();
    if (first) throw new Error(`orchestrate: touches ${first}`);
    if (left > 0) throw new Error('orchestrate: leaves timers');
  });
}

/** A test may ask a server of its own on this machine, and nobody else. */
function reachOwnServers({ Server, Socket }, refused) {
  const servers = new Set();
  const { listen } = Server.prototype;
  Server.prototype.listen = function noted(...given) {
    servers.add(this);
    return listen.apply(this, given);
  };
  const { connect } = Socket.prototype;
  Socket.prototype.connect = function guarded(...given) {
    const first = Array.isArray(given[0]) ? given[0][0] : given[0];
    const { port, host } = typeof first === 'object' ? first : { port: first, host: given[1] };
    const isNear = host === undefined || typeof host === 'function' || /^(127\.0\.0\.1|::1|localhost)$/.test(host);
    return isNear && [...servers].some((each) => each.address()?.port === Number(port)) ? connect.apply(this, given) : refused();
  };
}

function moveClock(by) {
  if (by === 0) return;
  const Real = Date;
  globalThis.Date = class Date extends Real {
    constructor(...args) {
      if (args.length === 0) super(Real.now() + by);
      else super(...args);
    }

    static now() {
      return Real.now() + by;
    }

    static [Symbol.hasInstance](value) {
      return Object.prototype.toString.call(value) === '[object Date]';
    }
  };
}

function watchTimers(timers) {
  const note = (timer) => timers.set(timer, new Error());
  const { setTimeout: start, clearTimeout: stop, setInterval: repeat, clearInterval: end } = globalThis;
  globalThis.setTimeout = Object.assign((callback, ...rest) => {
    const timer = start((...args) => { timers.delete(timer); return callback(...args); }, ...rest);
    note(timer);
    return timer;
  }, start);
  globalThis.setInterval = (callback, ...rest) => {
    const timer = repeat(callback, ...rest);
    note(timer);
    return timer;
  };
  globalThis.clearTimeout = (timer) => { timers.delete(timer); stop(timer); };
  globalThis.clearInterval = (timer) => { timers.delete(timer); end(timer); };
}

module.exports = { guard };
