/** The kinds of checkpoints on a learning path: what each needs, and when it counts as reached. */
import type { Knex } from 'knex';
import { DomainError } from '../types';

export type CheckpointType = 'quiz' | 'project' | 'peer_review' | 'time_spent' | 'composite';
export type CheckpointStatus = 'locked' | 'open' | 'in_review' | 'passed' | 'failed';

export type Definition =
  | { type: 'quiz'; pass_percent: number }
  | { type: 'project'; criteria: { name: string; weight: number; required?: boolean }[]; pass_score: number }
  | { type: 'peer_review'; reviews_needed: number; min_average: number }
  | { type: 'time_spent'; minutes: number; max_minutes_per_day?: number }
  | { type: 'composite'; mode: 'all' | 'any' | 'at_least'; at_least?: number; parts: Definition[] };

export interface Evidence {
  quiz_percent?: number;
  criteria?: Record<string, number>;
  reviews?: { reviewer_id: string; rating: number }[];
  days?: { date: string; minutes: number }[];
}

export interface Evaluation {
  status: 'passed' | 'failed' | 'in_review';
  score: number;
  missing: string[];
}

const MAX_DEPTH = 3;

/** Everything that is wrong with a definition; an empty list when nothing is. */
export function problemsOf(definition: Definition, path = 'definition', depth = 1): string[] {
  const problems: string[] = [];
  const between = (value: number, low: number, high: number, name: string): void => {
    if (!Number.isFinite(value) || value < low || value > high) {
      problems.push(`${path}.${name} must be between ${low} and ${high}`);
    }
  };
  switch (definition.type) {
    case 'quiz':
      between(definition.pass_percent, 1, 100, 'pass_percent');
      break;
    case 'project': {
      between(definition.pass_score, 1, 100, 'pass_score');
      if (definition.criteria.length === 0) {
        problems.push(`${path}.criteria must not be empty`);
      }
      const names = definition.criteria.map((criterion) => criterion.name);
      if (new Set(names).size !== names.length) {
        problems.push(`${path}.criteria must have different names`);
      }
      definition.criteria.forEach((criterion, index) =>
        between(criterion.weight, 1, 10, `criteria.${index}.weight`),
      );
      break;
    }
    case 'peer_review':
      between(definition.reviews_needed, 1, 10, 'reviews_needed');
      between(definition.min_average, 1, 5, 'min_average');
      break;
    case 'time_spent':
      between(definition.minutes, 1, 10_000, 'minutes');
      break;
    case 'composite':
      if (depth > MAX_DEPTH) {
        problems.push(`${path} is nested more than ${MAX_DEPTH} levels deep`);
        break;
      }
      if (definition.parts.length < 2) {
        problems.push(`${path}.parts must have at least two parts`);
      }
      if (definition.mode === 'at_least') {
        between(definition.at_least ?? 0, 1, definition.parts.length, 'at_least');
      }
      definition.parts.forEach((part, index) =>
        problems.push(...problemsOf(part, `${path}.parts.${index}`, depth + 1)),
      );
      break;
  }
  return problems;
}

function evaluateProject(
  definition: Extract<Definition, { type: 'project' }>,
  evidence: Evidence,
): Evaluation {
  const given = evidence.criteria ?? {};
  const missing = definition.criteria
    .filter((criterion) => !(criterion.name in given))
    .map((criterion) => criterion.name);
  if (missing.length > 0) {
    return { status: 'in_review', score: 0, missing };
  }
  const weights = definition.criteria.reduce((sum, criterion) => sum + criterion.weight, 0);
  const total = definition.criteria.reduce(
    (sum, criterion) => sum + criterion.weight * given[criterion.name],
    0,
  );
  const score = Math.round((total / weights) * 10) / 10;
  const unmet = definition.criteria.filter((criterion) => criterion.required && given[criterion.name] < 50);
  const passed = score >= definition.pass_score && unmet.length === 0;
  return { status: passed ? 'passed' : 'failed', score, missing: unmet.map((criterion) => criterion.name) };
}

function evaluatePeerReview(
  definition: Extract<Definition, { type: 'peer_review' }>,
  evidence: Evidence,
): Evaluation {
  const latest = new Map((evidence.reviews ?? []).map((review) => [review.reviewer_id, review.rating]));
  const ratings = [...latest.values()].sort((a, b) => a - b);
  const open = definition.reviews_needed - ratings.length;
  if (open > 0) {
    return { status: 'in_review', score: 0, missing: [`${open} more review${open === 1 ? '' : 's'}`] };
  }
  // With five reviews or more, the best and the worst are left out.
  const counted = ratings.length >= 5 ? ratings.slice(1, -1) : ratings;
  const average = counted.reduce((sum, rating) => sum + rating, 0) / counted.length;
  return {
    status: average >= definition.min_average ? 'passed' : 'failed',
    score: Math.round(average * 20),
    missing: [],
  };
}

function evaluateTime(
  definition: Extract<Definition, { type: 'time_spent' }>,
  evidence: Evidence,
): Evaluation {
  const perDay = new Map<string, number>();
  for (const day of evidence.days ?? []) {
    perDay.set(day.date, (perDay.get(day.date) ?? 0) + Math.max(0, day.minutes));
  }
  const cap = definition.max_minutes_per_day ?? Infinity;
  const minutes = [...perDay.values()].reduce((sum, spent) => sum + Math.min(spent, cap), 0);
  const score = Math.min(100, Math.round((minutes / definition.minutes) * 100));
  const left = definition.minutes - minutes;
  return left > 0
    ? { status: 'in_review', score, missing: [`${left} minutes`] }
    : { status: 'passed', score, missing: [] };
}

function evaluateComposite(
  definition: Extract<Definition, { type: 'composite' }>,
  evidence: Evidence,
): Evaluation {
  const results = definition.parts.map((part) => evaluate(part, evidence));
  const passed = results.filter((result) => result.status === 'passed').length;
  const possible = results.filter((result) => result.status !== 'failed').length;
  const needed = { all: results.length, any: 1, at_least: definition.at_least ?? results.length }[
    definition.mode
  ];
  const best = results.map((result) => result.score).sort((a, b) => b - a);
  const score = Math.round(best.slice(0, needed).reduce((sum, value) => sum + value, 0) / needed);
  const missing = results.flatMap((result) => result.missing);
  if (passed >= needed) {
    return { status: 'passed', score, missing: [] };
  }
  return { status: possible >= needed ? 'in_review' : 'failed', score, missing };
}

/** Judge evidence. `in_review` means that something is still missing, `failed` that it is all there and not enough. */
export function evaluate(definition: Definition, evidence: Evidence): Evaluation {
  switch (definition.type) {
    case 'quiz':
      if (evidence.quiz_percent === undefined) {
        return { status: 'in_review', score: 0, missing: ['quiz'] };
      }
      return {
        status: evidence.quiz_percent >= definition.pass_percent ? 'passed' : 'failed',
        score: evidence.quiz_percent,
        missing: [],
      };
    case 'project':
      return evaluateProject(definition, evidence);
    case 'peer_review':
      return evaluatePeerReview(definition, evidence);
    case 'time_spent':
      return evaluateTime(definition, evidence);
    case 'composite':
      return evaluateComposite(definition, evidence);
  }
}

const MOVES: Record<CheckpointStatus, readonly CheckpointStatus[]> = {
  locked: ['open'],
  open: ['in_review', 'passed', 'failed'],
  in_review: ['passed', 'failed', 'open'],
  failed: ['open'],
  passed: [],
};

export function canMove(from: CheckpointStatus, to: CheckpointStatus): boolean {
  return MOVES[from].includes(to);
}

export class CheckpointTypesService {
  constructor(private readonly db: Knex) {}

  async definition(id: string): Promise<Definition> {
    const row = await this.db('checkpoints').where({ id }).first();
    if (!row) {
      throw new DomainError('checkpoint_not_found', `there is no checkpoint "${id}"`, 404);
    }
    const stored = typeof row.definition === 'string' ? JSON.parse(row.definition) : row.definition;
    return { ...stored, type: row.type };
  }

  async create(id: string, communityId: string, title: string, definition: Definition): Promise<Definition> {
    const problems = problemsOf(definition);
    if (problems.length > 0) {
      throw new DomainError('invalid_definition', problems.join('; '));
    }
    const taken = await this.db('checkpoints').where({ id }).first();
    if (taken) {
      throw new DomainError('checkpoint_exists', `the checkpoint "${id}" exists already`, 409);
    }
    const { type, ...rest } = definition;
    await this.db('checkpoints').insert({
      id,
      community_id: communityId,
      title,
      type,
      definition: JSON.stringify(rest),
    });
    return definition;
  }

  async evaluate(id: string, evidence: Evidence): Promise<Evaluation> {
    return evaluate(await this.definition(id), evidence);
  }
}
