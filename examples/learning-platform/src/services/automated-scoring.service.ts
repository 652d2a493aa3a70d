/** Scores submissions of assessments: points per question, penalties, and whether that is a pass. */
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import {
  DomainError,
  type Answer,
  type AnswerValue,
  type Assessment,
  type Question,
  type Submission,
} from '../types';

export interface QuestionScore {
  question_id: string;
  points: number;
  max_points: number;
  feedback: string;
}

export interface ScoreReport {
  scores: QuestionScore[];
  raw_percent: number;
  penalty_percent: number;
  percent: number;
  passed: boolean;
  grade: 'A' | 'B' | 'C' | 'D' | 'F';
}

const DAY_MS = 86_400_000;
const HINT_PENALTY = 2;
const MAX_PENALTY = 50;

function asList(value: AnswerValue): string[] {
  return Array.isArray(value) ? value : [String(value)];
}

function normalized(text: string): string {
  return text.trim().toLowerCase().replace(/\s+/g, ' ');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Right picks count for, wrong picks count against; never below zero. */
export function multipleChoiceShare(expected: string[], given: string[], partial: boolean): number {
  const wanted = new Set(expected.map(normalized));
  const picked = new Set(given.map(normalized));
  const right = [...picked].filter((pick) => wanted.has(pick)).length;
  const wrong = picked.size - right;
  if (right === wanted.size && wrong === 0) {
    return 1;
  }
  if (!partial || wanted.size === 0) {
    return 0;
  }
  return Math.max(0, (right - wrong) / wanted.size);
}

/** Full points within the tolerance, half of them within twice the tolerance. */
export function numericShare(expected: number, given: number, tolerance: number): number {
  if (!Number.isFinite(given)) {
    return 0;
  }
  const distance = Math.abs(expected - given);
  if (distance <= tolerance) {
    return 1;
  }
  return tolerance > 0 && distance <= 2 * tolerance ? 0.5 : 0;
}

/** The share of keywords that the text contains as words. */
export function keywordShare(keywords: string[], text: string): number {
  if (keywords.length === 0) {
    return normalized(text).length > 0 ? 1 : 0;
  }
  const words = new Set(normalized(text).split(/[^\p{L}\p{N}]+/u));
  return keywords.filter((keyword) => words.has(normalized(keyword))).length / keywords.length;
}

export function questionShare(question: Question, value: AnswerValue): number {
  switch (question.type) {
    case 'single_choice':
      return normalized(asList(value)[0] ?? '') === normalized(asList(question.answer)[0]) ? 1 : 0;
    case 'multiple_choice':
      return multipleChoiceShare(asList(question.answer), asList(value), question.partial_credit ?? false);
    case 'numeric':
      return numericShare(Number(question.answer), Number(value), question.tolerance ?? 0);
    case 'short_text':
      return keywordShare(question.keywords ?? [], String(value));
  }
}

function feedbackFor(share: number): string {
  if (share === 1) {
    return 'correct';
  }
  return share > 0 ? 'partly correct' : 'incorrect';
}

/** Percent to take off: so much per day begun after the due date, and for each hint. */
export function penaltyPercent(assessment: Assessment, submittedAt: string, hintsUsed: number): number {
  let penalty = hintsUsed * HINT_PENALTY;
  if (assessment.due_at !== null) {
    const late = Date.parse(submittedAt) - Date.parse(assessment.due_at);
    if (late > 0) {
      penalty += Math.ceil(late / DAY_MS) * assessment.late_penalty_percent;
    }
  }
  return Math.min(penalty, MAX_PENALTY);
}

export function gradeFor(percent: number): ScoreReport['grade'] {
  if (percent >= 90) {
    return 'A';
  }
  if (percent >= 80) {
    return 'B';
  }
  if (percent >= 70) {
    return 'C';
  }
  return percent >= 60 ? 'D' : 'F';
}

/** Score all answers. A question without an answer earns nothing; an answer to no question is an error. */
export function scoreAnswers(
  assessment: Assessment,
  answers: readonly Answer[],
  submittedAt: string,
  hintsUsed = 0,
): ScoreReport {
  const byQuestion = new Map(answers.map((answer) => [answer.question_id, answer.value]));
  for (const id of byQuestion.keys()) {
    if (!assessment.questions.some((question) => question.id === id)) {
      throw new DomainError('unknown_question', `the assessment has no question "${id}"`);
    }
  }
  const scores = assessment.questions.map((question) => {
    const value = byQuestion.get(question.id);
    const share = value === undefined ? 0 : questionShare(question, value);
    return {
      question_id: question.id,
      points: round(share * question.points),
      max_points: question.points,
      feedback: value === undefined ? 'not answered' : feedbackFor(share),
    };
  });
  const possible = scores.reduce((sum, score) => sum + score.max_points, 0);
  const earned = scores.reduce((sum, score) => sum + score.points, 0);
  const raw = possible === 0 ? 0 : round((earned / possible) * 100);
  const penalty = penaltyPercent(assessment, submittedAt, hintsUsed);
  const percent = round(Math.max(0, raw - penalty));
  return {
    scores,
    raw_percent: raw,
    penalty_percent: penalty,
    percent,
    passed: percent >= assessment.pass_percent,
    grade: gradeFor(percent),
  };
}

export class AutomatedScoringService {
  constructor(private readonly db: Knex) {}

  async findAssessment(id: string): Promise<Assessment> {
    const row = await this.db('checkpoints').where({ id, type: 'quiz' }).first();
    if (!row) {
      throw new DomainError('assessment_not_found', `there is no assessment "${id}"`, 404);
    }
    const definition = typeof row.definition === 'string' ? JSON.parse(row.definition) : row.definition;
    return { ...definition, id: row.id, title: row.title, community_id: row.community_id };
  }

  /** Score a submission and keep the result. Attempts are counted; after a pass none is left. */
  async submit(
    assessmentId: string,
    userId: string,
    answers: Answer[],
    hintsUsed: number,
    submittedAt: string,
  ): Promise<ScoreReport & { attempt: number }> {
    const assessment = await this.findAssessment(assessmentId);
    const earlier: (Submission & { passed: boolean })[] = await this.db('submissions')
      .where({ assessment_id: assessmentId, user_id: userId })
      .select('*');
    if (earlier.some((row) => row.passed)) {
      throw new DomainError('already_passed', 'the assessment is passed already', 409);
    }
    if (earlier.length >= assessment.max_attempts) {
      throw new DomainError('no_attempts_left', `all ${assessment.max_attempts} attempts are used`, 409);
    }
    const report = scoreAnswers(assessment, answers, submittedAt, hintsUsed);
    const attempt = earlier.length + 1;
    await this.db('submissions').insert({
      id: randomUUID(),
      assessment_id: assessmentId,
      user_id: userId,
      attempt,
      answers: JSON.stringify(answers),
      percent: report.percent,
      passed: report.passed,
      submitted_at: submittedAt,
    });
    return { ...report, attempt };
  }

  /** Best, mean and number of results, and how many passed. */
  async statistics(
    assessmentId: string,
  ): Promise<{ count: number; best: number; mean: number; pass_rate: number }> {
    const rows: { percent: number; passed: boolean }[] = await this.db('submissions')
      .where({ assessment_id: assessmentId })
      .select('percent', 'passed');
    if (rows.length === 0) {
      return { count: 0, best: 0, mean: 0, pass_rate: 0 };
    }
    const total = rows.reduce((sum, row) => sum + row.percent, 0);
    return {
      count: rows.length,
      best: Math.max(...rows.map((row) => row.percent)),
      mean: round(total / rows.length),
      pass_rate: round(rows.filter((row) => row.passed).length / rows.length),
    };
  }
}
