'use strict';
/**
 * Looks for cases that reach new goals or tell new mutants from the original.
 *
 * Begins with natural inputs, varies what was worth keeping, and follows comparisons that were seen. Everything comes
 * from one seeded source of chance, and the limits are numbers of calls: the same module gives the same cases.
 */
const { Answering } = require('./answering.cjs');
const { common, insideOf } = require('./pictures.cjs');
const { withResults } = require('./sequences.cjs');
const { outcomeKey, tellsApart } = require('./verdicts.cjs');

const MUTANTS_AT_ONCE = 40;
const IN_VAIN = 30; // cases that a mutant stood before the next ones are tried on it more and more seldom
const MOST_ANSWERS = 8; // that what is asked in a call gets
const MOST_KEPT = 160;
const MOST_LATE = 40; // calls of one subject that do not end: each of them costs as much as hundreds of others
const MOST_LATE_FIRST = 6; // of one that never ended so far

class Search {
  /** `goals` are those that calls can reach; with all of them reached, `limits.enough` rounds do. */
  constructor({ caller, cases, subjects, goals, limits, now, journal }) {
    Object.assign(this, { caller, cases, subjects, goals, limits, now, journal });
    this.kept = [];
    this.reached = new Set();
    this.killed = new Set();
    this.inVain = new Map(); // mutant -> cases that did not notice it
    this.outcomes = new Set();
    this.dropped = {};
    this.defects = new Map();
    this.corpora = new Map(subjects.map((each) => [each, []]));
    this.late = new Map();
    this.ended = new Set(); // subjects of which a call ended
    this.isCutShort = false;
  }

  async run() {
    await this.beginAll();
    let fruitless = 0;
    for (let round = 0; round < this.most(round) && fruitless < this.limits.fruitless && !this.isOver(); round += 1) {
      const before = this.kept.length;
      for (const subject of this.subjects) await this.continue(subject, round);
      fruitless = this.kept.length === before ? fruitless + 1 : 0;
    }
  }

  /** How many rounds there are: more of them where there still is something to reach. */
  most(round) {
    const { rounds, enough } = this.limits;
    return round >= enough && this.goals.every((each) => this.reached.has(each)) ? enough : rounds;
  }

  /** Say whether so many calls of a subject did not end that trying it goes on at the cost of all others. */
  isStuck(subject) {
    const late = this.late.get(subject) ?? 0;
    return late > (this.ended.has(subject) ? MOST_LATE : MOST_LATE_FIRST);
  }

  isOver() {
    if (this.now() > this.limits.until || this.caller.waited > this.limits.patience) this.isCutShort = true;
    return this.isCutShort || this.caller.calls > this.limits.calls;
  }

  /** Begin with every subject; each has its share of what is left, and who has more to try goes on when all had theirs. */
  async beginAll() {
    let open = this.subjects.map((subject) => ({ subject, last: undefined }));
    for (const each of open) each.items = this.firstItems(each);
    while (open.length > 0 && !this.isOver()) {
      const left = [];
      for (const [index, each] of open.entries()) if (!(await this.begin(each, 1 / (open.length - index)))) left.push(each);
      open = left;
    }
  }

  /** Natural inputs and those beside them; then a subject after other calls, and with what these returned. */
  *firstItems(one) {
    const { subject } = one;
    const corpus = this.corpora.get(subject);
    if (subject.begin) subject.corpus = corpus;
    const answering = subject.begin ? undefined : new Answering(this.cases.values, MOST_ANSWERS);
    for (const item of this.cases.beginnings(subject)) {
      yield item;
      if (subject.kind === 'constant') return;
      if (answering?.done.size === 0) yield* answering.deepened(corpus);
    }
    if (answering) yield* answering.deepened(corpus);
    for (const item of this.cases.sequences(subject)) {
      yield item;
      yield* withResults(one.last);
    }
  }

  /** Try the first items of a subject as long as its share lasts; say whether there are no more. */
  async begin(one, share) {
    const { subject, items } = one;
    this.cases.values.subject = subject;
    const now = this.now();
    const [mostCalls, latest] = [this.caller.calls + (this.limits.calls - this.caller.calls) * share, now + (this.limits.until - now) * share];
    while (!this.isOver() && this.caller.calls <= mostCalls && this.now() <= latest) {
      const { value: item, done } = items.next();
      if (done || this.isStuck(subject)) return true;
      await this.tried(item);
      one.last = this.last;
    }
    return false;
  }

  async continue(subject, round) {
    this.cases.values.subject = subject;
    const kept = this.corpora.get(subject);
    if (subject.kind === 'constant') return;
    // Where nothing worked so far, what was tried first is varied until something does.
    const corpus = kept.length > 0 ? kept : [...this.cases.beginnings(subject)].slice(0, 5);
    const until = this.caller.calls + this.limits.perRound;
    let misses = 0;
    while (this.caller.calls < until && misses < this.limits.misses + round * 50 && !this.isOver() && !this.isStuck(subject)) {
      const parent = this.cases.values.pick(this.cases.random() < 0.5 ? corpus : corpus.slice(-12));
      const gained = await this.tried(this.cases.varied(parent, corpus));
      if (kept.length > 0 && corpus !== kept) return this.continue(subject, round);
      misses = gained ? 0 : misses + 1;
    }
  }

  /** Try a case, then those that follow from the comparisons that it made; say whether any was worth keeping. */
  async tried(item) {
    const first = await this.admitted(item);
    if (first === undefined) return false;
    this.last = first.item;
    let gained = first.gained;
    const solved = first.gained || this.cases.random() < 0.25 ? this.cases.solved(first.item, first.seen) : [];
    let count = 0;
    for (const other of solved) {
      count += 1;
      if (count > 24 || this.isOver()) break;
      const next = await this.admitted(other);
      gained ||= next?.gained ?? false;
    }
    return gained;
  }

  /** Carry a case out, twice if it looks new; keep it if it is stable and adds something. */
  async admitted(item) {
    this.journal(item);
    const seen = await this.caller.call(item, { collect: true });
    const complete = this.completed(item, seen);
    if (seen.kind === 'late' || seen.kind === 'endless') this.late.set(item.subject, (this.late.get(item.subject) ?? 0) + 1);
    else this.ended.add(item.subject);
    const reason = this.unfit(seen, complete);
    if (reason) {
      this.dropped[reason] = (this.dropped[reason] ?? 0) + 1;
      return { item: complete, seen: seen.seen ?? [], gained: false };
    }
    const goals = [...seen.goals].filter((each) => !this.reached.has(each));
    const outcome = this.outcomeOf(item, seen);
    const isNew = goals.length > 0 || !this.outcomes.has(outcome);
    const suspects = this.suspectsOf(seen);
    const noticed = isNew ? suspects : await this.noticed(complete, seen, suspects);
    if (!isNew && noticed.length === 0) return { item: complete, seen: seen.seen, gained: false };
    const stable = await this.steady(complete, seen);
    if (!stable) {
      this.dropped['does not pass every time'] = (this.dropped['does not pass every time'] ?? 0) + 1;
      return { item: complete, seen: seen.seen, gained: false };
    }
    const kills = await this.kills(complete, stable, noticed);
    if (!isNew && kills.length === 0) return { item: complete, seen: seen.seen, gained: false };
    this.keep(complete, stable, goals, kills, outcome);
    return { item: complete, seen: seen.seen, gained: goals.length > 0 || kills.length > 0 };
  }

  /** A case with the answers that it was given, and what its steps returned. */
  completed(item, seen) {
    const answers = new Map(item.answers);
    for (const { key, node } of seen.answered) answers.set(key, node);
    return { ...item, answers, leaves: seen.leaves };
  }

  outcomeOf(item, seen) {
    return item.subject.sort?.(item, seen) ?? outcomeKey(item.subject, seen);
  }

  /** Call again, a while later where the case bears it: what differs then is known by its kind only. */
  async steady(item, seen) {
    const { later } = item.subject;
    if (!later) return steady(seen, await this.caller.call(item));
    const afterwards = await this.caller.call(item, { later, isFresh: true });
    for (const first of [seen, undefined]) {
      const parts = steady(first ?? (await this.caller.call(item, { isFresh: true })), afterwards);
      if (parts) return { ...parts, broken: { ...parts.broken, clock: false } };
    }
    return steady(await this.caller.call(item, { isFresh: true }), await this.caller.call(item, { isFresh: true }));
  }

  keep(item, seen, goals, kills, outcome) {
    for (const each of goals) this.reached.add(each);
    for (const each of kills) this.killed.add(each);
    this.outcomes.add(outcome);
    const corpus = this.corpora.get(item.subject);
    corpus.push(item);
    if (goals.length > 0 || kills.length > 0 || corpus.length < MOST_KEPT) this.kept.push({ item, seen, goals, kills, outcome });
  }

  /** Mutants that a case reaches and none told from the original; those that stood many cases only now and then. */
  suspectsOf({ touched }) {
    const isTried = (count) => count < IN_VAIN || this.cases.random() < IN_VAIN / count;
    return [...touched].filter((each) => !this.killed.has(each) && isTried(this.inVain.get(each) ?? 0)).slice(0, MUTANTS_AT_ONCE);
  }

  /** The suspects from the first one on that makes a difference: whether it always does is seen later. */
  async noticed(item, seen, suspects) {
    for (const [index, mutant] of suspects.entries()) {
      if (this.isOver()) break;
      if (await this.tells(item, seen, mutant)) return suspects.slice(index);
    }
    return [];
  }

  async kills(item, seen, suspects) {
    const found = [];
    for (const mutant of suspects) {
      if (this.isOver()) break;
      if (await this.tells(item, seen, mutant)) found.push(mutant);
    }
    return found;
  }

  async tells(item, seen, mutant) {
    const isTold = tellsApart(seen, await this.caller.call(item, { active: mutant })).calls;
    if (!isTold) this.inVain.set(mutant, (this.inVain.get(mutant) ?? 0) + 1);
    return isTold;
  }

  /** Say why no test can come out of what happened. */
  unfit(seen, item) {
    if (seen.broken.touched.length > 0) return 'touches network, files or processes';
    if (seen.kind === 'astray') return 'breaks down before the call';
    if (seen.kind === 'late' || seen.kind === 'endless') return 'does not end';
    if (seen.broken.timers > 0) return 'leaves timers behind';
    if (seen.kind === 'error' && isAccident(seen.error)) {
      this.noteDefect(seen, item);
      return 'breaks down';
    }
    if (item.subject.kind === 'constant' && holds(seen.value, 'Function')) return 'has no short value';
    return '';
  }

  noteDefect(seen, item) {
    if (item.answers.size > 0) return; // the answer of a double may be one that never comes
    const key = [item.subject.export, item.subject.member, seen.error.name, placeOf(seen.error.raw)].join('|');
    if (!this.defects.has(key) && this.defects.size < 40) this.defects.set(key, { item, error: seen.error });
  }
}

/** Where an error was raised: other inputs give it other words. */
function placeOf({ stack, message }) {
  return /^\s+at .*:\d+:\d+\)?$/m.exec(stack ?? '')?.[0] ?? message;
}

/** Say whether a picture has a part of a kind. */
function holds(picture, kind) {
  return picture.t === 'any' ? picture.of === kind : insideOf(picture).some((each) => holds(each, kind));
}

/** Return what two runs have in common; undefined when one cannot tell what a test should expect. */
function steady(a, b) {
  if (a.kind !== b.kind || !['value', 'error'].includes(a.kind)) return undefined;
  const parts = { ...a };
  if (a.kind === 'value') parts.value = common(a.value, b.value);
  else if (a.error.message !== b.error.message) return undefined;
  if (parts.value === undefined && a.kind === 'value') return undefined;
  parts.clients = a.clients.map((each, index) => ({ ...each, calls: b.clients[index] && common(each.calls, b.clients[index].calls) }));
  if (parts.clients.some((each) => each.calls === undefined)) return undefined;
  // What a step before returned goes in as well: a random id differs without any mutant.
  parts.args = a.args.map((each, index) => common(each, b.args[index] ?? each));
  parts.spies = a.spies.map((each, index) => ({ ...each, calls: bothCalls(each.calls, b.spies[index]?.calls) }));
  return parts.args.includes(undefined) || parts.spies.some((each) => each.calls === undefined) ? undefined : parts;
}

/** What a spy was told both times; undefined when it was told otherwise the second time. */
function bothCalls(a, b) {
  if (a.length !== b?.length) return undefined;
  const calls = a.map((args, index) => common(args, b[index]));
  return calls.includes(undefined) ? undefined : calls;
}

const ACCIDENTS = /^(Cannot (read|set|destructure|convert|mix|access)|.* is not (a function|iterable|defined|an object|a constructor)|Invalid time value|Reduce of empty array|Invalid array length|Invalid count value|Unexpected (token|end|non-)|Expected property name|.*is not valid JSON|Bad control character|Maximum call stack|Converting circular|toString\(\) radix|The "[\w.]+" (argument|property) must be|The number .* cannot be converted to a BigInt|Invalid string length|precision|toFixed\(\))/;

/** An error that the engine raised, not the module. */
function isAccident(error) {
  return ['TypeError', 'ReferenceError', 'RangeError', 'SyntaxError'].includes(error.name) && ACCIDENTS.test(error.message);
}

module.exports = { Search, isAccident, placeOf, steady };
