/** Who may do what: roles of the platform, roles inside a community, and what belongs to oneself. */
import type { Knex } from 'knex';
import { DomainError, type Membership, type Role, type User } from '../types';

export type Resource = 'content' | 'community' | 'assessment' | 'user' | 'audit' | 'notification';
export type Action = 'read' | 'create' | 'update' | 'delete' | 'review' | 'publish' | 'manage';
export type Permission = `${Resource}:${Action}` | `${Resource}:*` | '*';

const RANK: Record<Role, number> = { learner: 1, mentor: 2, moderator: 3, admin: 4 };

const GRANTS: Record<Role, readonly Permission[]> = {
  learner: ['content:read', 'community:read', 'assessment:read', 'notification:read'],
  mentor: ['content:create', 'assessment:create', 'community:create', 'user:read'],
  moderator: ['content:review', 'content:publish', 'community:update', 'notification:*'],
  admin: ['*'],
};

/** What an owner may do with a thing of their own, whatever their role. */
const OWNER_GRANTS: readonly Permission[] = [
  'content:update',
  'content:delete',
  'community:manage',
  'community:update',
  'user:update',
  'user:read',
];

export interface Subject {
  id: string;
  role: Role;
  suspended?: boolean;
}

export interface Target {
  owner_id?: string;
  community_id?: string;
  locked?: boolean;
}

export interface Decision {
  allowed: boolean;
  reason: string;
}

export function permissionMatches(granted: Permission, resource: Resource, action: Action): boolean {
  if (granted === '*') {
    return true;
  }
  const [grantedResource, grantedAction] = granted.split(':');
  return grantedResource === resource && (grantedAction === '*' || grantedAction === action);
}

/** The permissions of a role with those of all roles beneath it. */
export function permissionsOf(role: Role): Permission[] {
  const roles = (Object.keys(RANK) as Role[]).filter((candidate) => RANK[candidate] <= RANK[role]);
  return [...new Set(roles.flatMap((candidate) => GRANTS[candidate]))];
}

/** Decide without looking at the database. The first rule that has something to say decides. */
export function decide(subject: Subject, resource: Resource, action: Action, target: Target = {}): Decision {
  if (subject.suspended) {
    return { allowed: false, reason: 'the account is suspended' };
  }
  if (target.locked && action !== 'read' && subject.role !== 'admin') {
    return { allowed: false, reason: 'the resource is locked' };
  }
  if (resource === 'content' && action === 'review' && target.owner_id === subject.id) {
    return { allowed: false, reason: 'nobody reviews their own content' };
  }
  if (permissionsOf(subject.role).some((granted) => permissionMatches(granted, resource, action))) {
    return { allowed: true, reason: `granted to ${subject.role}` };
  }
  const owns = target.owner_id !== undefined && target.owner_id === subject.id;
  if (owns && OWNER_GRANTS.some((granted) => permissionMatches(granted, resource, action))) {
    return { allowed: true, reason: 'granted to the owner' };
  }
  return { allowed: false, reason: `${subject.role} lacks ${resource}:${action}` };
}

export class RbacService {
  constructor(private readonly db: Knex) {}

  /** Decide with what the database knows: the user's status and their role in the community. */
  async can(userId: string, resource: Resource, action: Action, target: Target = {}): Promise<Decision> {
    const user: User | undefined = await this.db('users').where({ id: userId }).first();
    if (!user) {
      return { allowed: false, reason: 'the user does not exist' };
    }
    const subject = { id: user.id, role: user.role, suspended: user.status === 'suspended' };
    const decision = decide(subject, resource, action, target);
    if (decision.allowed || subject.suspended || target.community_id === undefined || target.locked) {
      return decision;
    }
    const membership: Membership | undefined = await this.db('community_members')
      .where({ community_id: target.community_id, user_id: userId, status: 'active' })
      .first();
    if (membership && membership.role !== 'member') {
      const raised = decide({ ...subject, role: 'moderator' }, resource, action, target);
      return raised.allowed
        ? { allowed: true, reason: `granted to the community's ${membership.role}` }
        : decision;
    }
    return decision;
  }

  /** Like `can`, but a refusal is an error with status 403. */
  async require(userId: string, resource: Resource, action: Action, target: Target = {}): Promise<void> {
    const decision = await this.can(userId, resource, action, target);
    if (!decision.allowed) {
      throw new DomainError('forbidden', decision.reason, 403);
    }
  }

  /** Give a user another role. Nobody changes their own, promotes beyond their own, or removes the last admin. */
  async assignRole(actor: Subject, userId: string, role: Role): Promise<User> {
    if (actor.id === userId) {
      throw new DomainError('forbidden', 'nobody changes their own role', 403);
    }
    if (RANK[actor.role] < RANK.moderator || RANK[role] > RANK[actor.role]) {
      throw new DomainError('forbidden', `${actor.role} cannot make anyone ${role}`, 403);
    }
    const user: User | undefined = await this.db('users').where({ id: userId }).first();
    if (!user) {
      throw new DomainError('user_not_found', 'the user does not exist', 404);
    }
    if (RANK[user.role] >= RANK[actor.role] && actor.role !== 'admin') {
      throw new DomainError('forbidden', `${actor.role} cannot change the role of a ${user.role}`, 403);
    }
    if (user.role === 'admin' && role !== 'admin') {
      const admins = await this.db('users').where({ role: 'admin', status: 'active' }).select('id');
      if (admins.length <= 1) {
        throw new DomainError('last_admin', 'the last admin cannot be removed', 409);
      }
    }
    await this.db('users').where({ id: userId }).update({ role });
    return { ...user, role };
  }
}
