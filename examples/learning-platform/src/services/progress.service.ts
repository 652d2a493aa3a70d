/** Progress of learners: streaks, pace, and when they will be done. */

export interface Activity {
  date: string; // YYYY-MM-DD
  minutes: number;
}

export interface Streak {
  current: number;
  longest: number;
  frozen: number;
}

const DAY_MS = 86_400_000;
const FREEZES_PER_STREAK = 1;

function dayNumber(date: string): number {
  const at = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(at)) {
    throw new RangeError(`"${date}" is not a date`);
  }
  return Math.floor(at / DAY_MS);
}

/** Days in a row with at least `minMinutes`; one missing day is forgiven per streak. */
export function streak(activities: readonly Activity[], today: string, minMinutes = 5): Streak {
  const perDay = new Map<number, number>();
  for (const activity of activities) {
    const day = dayNumber(activity.date);
    perDay.set(day, (perDay.get(day) ?? 0) + activity.minutes);
  }
  const active = [...perDay].filter(([, minutes]) => minutes >= minMinutes).map(([day]) => day);
  active.sort((a, b) => a - b);
  let longest = 0;
  let run = 0;
  let frozen = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const day of active) {
    const gap = day - last;
    if (gap === 1) {
      run += 1;
    } else if (gap === 2 && frozen < FREEZES_PER_STREAK) {
      run += 1;
      frozen += 1;
    } else {
      run = 1;
      frozen = 0;
    }
    longest = Math.max(longest, run);
    last = day;
  }
  const idle = dayNumber(today) - last;
  const alive = idle <= 1 || (idle === 2 && frozen < FREEZES_PER_STREAK);
  return { current: alive ? run : 0, longest, frozen: alive ? frozen : 0 };
}

/** Minutes per week over the last four weeks, the latest counting most. */
export function weeklyPace(activities: readonly Activity[], today: string): number {
  const end = dayNumber(today);
  const weeks = [0, 0, 0, 0];
  for (const activity of activities) {
    const age = end - dayNumber(activity.date);
    if (age >= 0 && age < 28) {
      weeks[Math.floor(age / 7)] += activity.minutes;
    }
  }
  const weights = [4, 3, 2, 1];
  const total = weeks.reduce((sum, minutes, index) => sum + minutes * weights[index], 0);
  return Math.round(total / 10);
}

/** The date on which the rest will be done at this pace; null when nothing moves. */
export function estimateCompletion(
  remainingMinutes: number,
  pacePerWeek: number,
  today: string,
): string | null {
  if (remainingMinutes <= 0) {
    return today;
  }
  if (pacePerWeek <= 0) {
    return null;
  }
  const days = Math.ceil((remainingMinutes / pacePerWeek) * 7);
  return new Date((dayNumber(today) + days) * DAY_MS).toISOString().slice(0, 10);
}

export interface PathStep {
  id: string;
  requires: string[];
  minutes: number;
}

/** Steps that may be started now: not done, and everything that they require is. */
export function openSteps(path: readonly PathStep[], done: ReadonlySet<string>): string[] {
  return path
    .filter((step) => !done.has(step.id) && step.requires.every((id) => done.has(id)))
    .map((step) => step.id);
}

export function percentDone(path: readonly PathStep[], done: ReadonlySet<string>): number {
  const total = path.reduce((sum, step) => sum + step.minutes, 0);
  if (total === 0) {
    return 0;
  }
  const reached = path.filter((step) => done.has(step.id)).reduce((sum, step) => sum + step.minutes, 0);
  return Math.round((reached / total) * 100);
}

/** Bring steps into an order in which each follows what it requires; a circle is an error that names it. */
export function orderSteps(path: readonly PathStep[]): string[] {
  const byId = new Map(path.map((step) => [step.id, step]));
  const ordered: string[] = [];
  const state = new Map<string, 'open' | 'closed'>();
  const visit = (id: string, trail: string[]): void => {
    if (state.get(id) === 'closed') {
      return;
    }
    if (state.get(id) === 'open') {
      throw new Error(`the steps form a circle: ${[...trail.slice(trail.indexOf(id)), id].join(' > ')}`);
    }
    state.set(id, 'open');
    for (const required of byId.get(id)?.requires ?? []) {
      if (!byId.has(required)) {
        throw new Error(`step "${id}" requires "${required}", which does not exist`);
      }
      visit(required, [...trail, id]);
    }
    state.set(id, 'closed');
    ordered.push(id);
  };
  path.forEach((step) => visit(step.id, []));
  return ordered;
}
