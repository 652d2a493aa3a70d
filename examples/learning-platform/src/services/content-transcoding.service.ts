/** Transcoding of lesson videos: which renditions are worth making, and the queue that makes them. */
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { DomainError } from '../types';

export interface SourceVideo {
  width: number;
  height: number;
  seconds: number;
  kbps: number;
  codec: string;
}

export interface Rendition {
  name: string;
  height: number;
  width: number;
  kbps: number;
}

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
export type JobEvent = 'start' | 'finish' | 'fail' | 'cancel' | 'retry';

export interface Job {
  id: string;
  content_id: string;
  rendition: string;
  state: JobState;
  attempts: number;
  error: string | null;
  not_before: number;
}

const LADDER = [
  { name: '240p', height: 240, kbps: 400 },
  { name: '360p', height: 360, kbps: 800 },
  { name: '480p', height: 480, kbps: 1400 },
  { name: '720p', height: 720, kbps: 2800 },
  { name: '1080p', height: 1080, kbps: 5000 },
] as const;

export const MAX_ATTEMPTS = 4;
const BASE_DELAY_MS = 15_000;

/** Rungs that are not larger than the source and not better than its quality; the lowest one always. */
export function planRenditions(source: SourceVideo): Rendition[] {
  if (source.width <= 0 || source.height <= 0 || source.seconds <= 0) {
    throw new DomainError('invalid_video', 'the video has no picture or no length');
  }
  const portrait = source.height > source.width;
  const shortSide = Math.min(source.width, source.height);
  const ratio = Math.max(source.width, source.height) / shortSide;
  return LADDER.filter((rung, index) => index === 0 || rung.height <= shortSide)
    .filter((rung, index) => index === 0 || rung.kbps <= source.kbps * 1.2)
    .map((rung) => {
      const long = Math.round((rung.height * ratio) / 2) * 2;
      return {
        name: rung.name,
        height: portrait ? long : rung.height,
        width: portrait ? rung.height : long,
        kbps: rung.kbps,
      };
    });
}

/** Bytes of all renditions together, with three percent for the container. */
export function estimateBytes(source: SourceVideo, renditions: readonly Rendition[]): number {
  const bits = renditions.reduce((sum, rendition) => sum + rendition.kbps * 1000 * source.seconds, 0);
  return Math.round((bits / 8) * 1.03);
}

/** A source in the right codec and size needs no work for that rung. */
export function isPassThrough(source: SourceVideo, rendition: Rendition): boolean {
  return source.codec === 'h264' && source.height === rendition.height && source.kbps <= rendition.kbps;
}

const NEXT: Record<JobState, Partial<Record<JobEvent, JobState>>> = {
  queued: { start: 'running', cancel: 'cancelled' },
  running: { finish: 'done', fail: 'failed', cancel: 'cancelled' },
  failed: { retry: 'queued' },
  done: {},
  cancelled: { retry: 'queued' },
};

/** Milliseconds to wait after so many failed attempts: 15 s, 60 s, 240 s … */
export function backoff(attempts: number): number {
  return BASE_DELAY_MS * 4 ** Math.max(0, attempts - 1);
}

/** The job after an event. A failure that may be tried again goes back to the queue. */
export function advance(job: Job, event: JobEvent, now: number, error: string | null = null): Job {
  const state = NEXT[job.state][event];
  if (state === undefined) {
    throw new DomainError('not_possible', `a job that is ${job.state} cannot ${event}`, 409);
  }
  if (event === 'start') {
    if (job.not_before > now) {
      throw new DomainError('too_early', 'the job waits for its next attempt', 409);
    }
    return { ...job, state, attempts: job.attempts + 1, error: null };
  }
  if (event === 'fail' && job.attempts < MAX_ATTEMPTS) {
    return { ...job, state: 'queued', error, not_before: now + backoff(job.attempts) };
  }
  if (event === 'retry') {
    return { ...job, state, attempts: 0, error: null, not_before: now };
  }
  return { ...job, state, error };
}

export class ContentTranscodingService {
  constructor(
    private readonly db: Knex,
    private readonly now: () => number = Date.now,
  ) {}

  /** Queue one job for each rendition that is not there yet. */
  async enqueue(contentId: string, source: SourceVideo): Promise<Job[]> {
    const existing: Job[] = await this.db('transcoding_jobs').where({ content_id: contentId }).select('*');
    const made = new Set(existing.filter((job) => job.state !== 'cancelled').map((job) => job.rendition));
    const jobs = planRenditions(source)
      .filter((rendition) => !made.has(rendition.name) && !isPassThrough(source, rendition))
      .map((rendition): Job => ({
        id: randomUUID(),
        content_id: contentId,
        rendition: rendition.name,
        state: 'queued',
        attempts: 0,
        error: null,
        not_before: this.now(),
      }));
    if (jobs.length > 0) {
      await this.db('transcoding_jobs').insert(jobs);
    }
    return jobs;
  }

  async apply(jobId: string, event: JobEvent, error: string | null = null): Promise<Job> {
    const job: Job | undefined = await this.db('transcoding_jobs').where({ id: jobId }).first();
    if (!job) {
      throw new DomainError('job_not_found', 'there is no such job', 404);
    }
    const after = advance(job, event, this.now(), error);
    await this.db('transcoding_jobs').where({ id: jobId }).update(after);
    return after;
  }

  /** How far the renditions of a content are, in percent; a failed one makes it incomplete for good. */
  async progress(contentId: string): Promise<{ percent: number; complete: boolean; failed: string[] }> {
    const jobs: Job[] = await this.db('transcoding_jobs').where({ content_id: contentId }).select('*');
    const counted = jobs.filter((job) => job.state !== 'cancelled');
    const done = counted.filter((job) => job.state === 'done').length;
    return {
      percent: counted.length === 0 ? 0 : Math.round((done / counted.length) * 100),
      complete: counted.length > 0 && done === counted.length,
      failed: counted.filter((job) => job.state === 'failed').map((job) => job.rendition),
    };
  }
}
