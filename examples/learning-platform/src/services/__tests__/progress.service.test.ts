import {
  estimateCompletion,
  openSteps,
  orderSteps,
  percentDone,
  streak,
  weeklyPace,
} from '../progress.service';

const active = (...days: number[]) =>
  days.map((day) => ({ date: `2024-03-${String(day).padStart(2, '0')}`, minutes: 20 }));

describe('streak', () => {
  it('counts days in a row up to today', () => {
    expect(streak(active(4, 5, 6), '2024-03-06')).toEqual({ current: 3, longest: 3, frozen: 0 });
  });

  it('lives on until the end of the next day', () => {
    expect(streak(active(4, 5), '2024-03-06').current).toBe(2);
  });

  it('forgives one missing day', () => {
    expect(streak(active(3, 4, 6), '2024-03-06')).toEqual({ current: 3, longest: 3, frozen: 1 });
  });

  it('does not forgive a second one', () => {
    expect(streak(active(2, 4, 6), '2024-03-06')).toEqual({ current: 1, longest: 2, frozen: 0 });
  });

  it('ends after two idle days', () => {
    expect(streak(active(1, 2), '2024-03-05')).toEqual({ current: 0, longest: 2, frozen: 0 });
  });

  it('adds up the minutes of a day and ignores days with too few', () => {
    const activities = [
      { date: '2024-03-05', minutes: 3 },
      { date: '2024-03-05', minutes: 3 },
      { date: '2024-03-06', minutes: 4 },
    ];
    expect(streak(activities, '2024-03-06').current).toBe(1);
  });

  it('is nothing without activity', () => {
    expect(streak([], '2024-03-06')).toEqual({ current: 0, longest: 0, frozen: 0 });
  });

  it('refuses what is not a date', () => {
    expect(() => streak([{ date: 'yesterday', minutes: 5 }], '2024-03-06')).toThrow(
      '"yesterday" is not a date',
    );
  });
});

describe('weeklyPace', () => {
  it('weighs the latest week most', () => {
    expect(weeklyPace([{ date: '2024-03-28', minutes: 100 }], '2024-03-28')).toBe(40);
    expect(weeklyPace([{ date: '2024-03-05', minutes: 100 }], '2024-03-28')).toBe(10);
  });

  it('ignores the future and what is older than four weeks', () => {
    expect(weeklyPace(active(1, 30), '2024-03-29')).toBe(0);
  });
});

describe('estimateCompletion', () => {
  it.each([
    [0, 60, '2024-03-28'],
    [60, 60, '2024-04-04'],
    [90, 60, '2024-04-08'],
  ])('needs %i minutes at %i per week until %s', (rest, pace, expected) => {
    expect(estimateCompletion(rest, pace, '2024-03-28')).toBe(expected);
  });

  it('never ends when nothing moves', () => {
    expect(estimateCompletion(60, 0, '2024-03-28')).toBeNull();
  });
});

describe('paths', () => {
  const path = [
    { id: 'c', requires: ['b'], minutes: 50 },
    { id: 'a', requires: [], minutes: 30 },
    { id: 'b', requires: ['a'], minutes: 20 },
  ];

  it('opens what requires nothing that is not done', () => {
    expect(openSteps(path, new Set())).toEqual(['a']);
    expect(openSteps(path, new Set(['a']))).toEqual(['b']);
  });

  it('counts minutes, not steps', () => {
    expect(percentDone(path, new Set(['a']))).toBe(30);
    expect(percentDone([], new Set())).toBe(0);
  });

  it('orders steps behind what they require', () => {
    expect(orderSteps(path)).toEqual(['a', 'b', 'c']);
  });

  it('names a circle', () => {
    const circle = [
      { id: 'a', requires: ['b'], minutes: 1 },
      { id: 'b', requires: ['a'], minutes: 1 },
    ];
    expect(() => orderSteps(circle)).toThrow('the steps form a circle: a > b > a');
  });

  it('names a step that does not exist', () => {
    expect(() => orderSteps([{ id: 'a', requires: ['x'], minutes: 1 }])).toThrow('step "a" requires "x"');
  });
});
