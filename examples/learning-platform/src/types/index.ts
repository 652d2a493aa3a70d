/** The rows and values that more than one module speaks of. Column names are property names. */

export type Role = 'learner' | 'mentor' | 'moderator' | 'admin';
export type UserStatus = 'active' | 'suspended';

export interface User {
  id: string;
  email: string;
  display_name: string;
  password_hash: string;
  role: Role;
  status: UserStatus;
  mfa_secret: string | null;
  created_at: string;
}

export type Visibility = 'public' | 'private' | 'invite_only';

export interface Community {
  id: string;
  name: string;
  slug: string;
  visibility: Visibility;
  owner_id: string;
  member_count: number;
  member_limit: number;
  archived: boolean;
  created_at: string;
}

export type MembershipRole = 'member' | 'moderator' | 'owner';
export type MembershipStatus = 'pending' | 'active' | 'banned';

export interface Membership {
  community_id: string;
  user_id: string;
  role: MembershipRole;
  status: MembershipStatus;
  joined_at: string;
}

export type QuestionType = 'single_choice' | 'multiple_choice' | 'numeric' | 'short_text';
export type AnswerValue = string | string[] | number;

export interface Question {
  id: string;
  type: QuestionType;
  prompt: string;
  points: number;
  answer: AnswerValue;
  tolerance?: number;
  keywords?: string[];
  partial_credit?: boolean;
}

export interface Assessment {
  id: string;
  title: string;
  community_id: string;
  questions: Question[];
  pass_percent: number;
  max_attempts: number;
  late_penalty_percent: number;
  due_at: string | null;
}

export interface Answer {
  question_id: string;
  value: AnswerValue;
}

export interface Submission {
  id: string;
  assessment_id: string;
  user_id: string;
  attempt: number;
  answers: Answer[];
  submitted_at: string;
  hints_used: number;
}

/** An error that the API answers with its own status and code; every other error is a 500. */
export class DomainError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number = 400,
  ) {
    super(message);
    this.name = 'DomainError';
  }
}
