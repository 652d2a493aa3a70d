/** Communities: founding, joining, leaving, and the rules between members, moderators and the owner. */
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import {
  DomainError,
  type Community,
  type Membership,
  type MembershipRole,
  type MembershipStatus,
  type Visibility,
} from '../types';
import { slugify } from '../utils/validation';

export type MembershipEvent = 'request' | 'invite' | 'approve' | 'reject' | 'leave' | 'ban' | 'unban';
type State = MembershipStatus | 'none';

const TRANSITIONS: Record<State, Partial<Record<MembershipEvent, State>>> = {
  none: { request: 'pending', invite: 'active', ban: 'banned' },
  pending: { approve: 'active', reject: 'none', leave: 'none', ban: 'banned' },
  active: { leave: 'none', ban: 'banned' },
  banned: { unban: 'none' },
};

/** The state after an event; an error with status 409 when the event is not possible now. */
export function nextState(state: State, event: MembershipEvent): State {
  const next = TRANSITIONS[state][event];
  if (next === undefined) {
    throw new DomainError(
      'not_possible',
      `"${event}" is not possible for a membership that is "${state}"`,
      409,
    );
  }
  return next;
}

const AUTHORITY: Record<MembershipRole, number> = { member: 0, moderator: 1, owner: 2 };

export function outranks(actor: MembershipRole, other: MembershipRole): boolean {
  return AUTHORITY[actor] > AUTHORITY[other];
}

export interface NewCommunity {
  name: string;
  visibility: Visibility;
  member_limit?: number;
}

export class CommunityService {
  constructor(private readonly db: Knex) {}

  async find(id: string): Promise<Community> {
    const community: Community | undefined = await this.db('communities').where({ id }).first();
    if (!community) {
      throw new DomainError('community_not_found', `there is no community "${id}"`, 404);
    }
    return community;
  }

  async membership(communityId: string, userId: string): Promise<Membership | undefined> {
    return this.db('community_members').where({ community_id: communityId, user_id: userId }).first();
  }

  /** Found a community; a name that is taken gets a number behind its slug. */
  async create(ownerId: string, input: NewCommunity): Promise<Community> {
    const limit = input.member_limit ?? 100;
    if (limit < 2 || limit > 10_000) {
      throw new DomainError('invalid_limit', 'a community has room for 2 to 10,000 members');
    }
    const base = slugify(input.name);
    if (base.length < 3) {
      throw new DomainError('invalid_name', 'the name needs at least three letters or digits');
    }
    const taken: string[] = (await this.db('communities').select('slug')).map(
      (row: { slug: string }) => row.slug,
    );
    let slug = base;
    for (let number = 2; taken.includes(slug); number += 1) {
      slug = `${base}-${number}`;
    }
    const community: Community = {
      id: randomUUID(),
      name: input.name.trim(),
      slug,
      visibility: input.visibility,
      owner_id: ownerId,
      member_count: 1,
      member_limit: limit,
      archived: false,
      created_at: new Date().toISOString(),
    };
    await this.db('communities').insert(community);
    await this.write(community.id, ownerId, 'active', 'owner');
    return community;
  }

  /** Join: at once where everybody may, after an approval in private communities, never uninvited otherwise. */
  async join(communityId: string, userId: string): Promise<MembershipStatus> {
    const community = await this.find(communityId);
    if (community.archived) {
      throw new DomainError('archived', 'the community is archived', 409);
    }
    const state = (await this.membership(communityId, userId))?.status ?? 'none';
    if (community.visibility === 'invite_only') {
      throw new DomainError('invitation_needed', 'only invited people may join', 403);
    }
    const event = community.visibility === 'public' ? 'invite' : 'request';
    const status = nextState(state, event) as MembershipStatus;
    if (status === 'active') {
      await this.takeSeat(community);
    }
    await this.write(communityId, userId, status, 'member');
    return status;
  }

  /** Approve, reject, ban or unban; the actor must outrank whom they decide about. */
  async moderate(
    communityId: string,
    actorId: string,
    userId: string,
    event: MembershipEvent,
  ): Promise<State> {
    const community = await this.find(communityId);
    const actor = await this.membership(communityId, actorId);
    const member = await this.membership(communityId, userId);
    if (!actor || actor.status !== 'active' || !outranks(actor.role, member?.role ?? 'member')) {
      throw new DomainError('forbidden', 'only a moderator or the owner may do that', 403);
    }
    const before: State = member?.status ?? 'none';
    const after = nextState(before, event);
    if (after === 'active') {
      await this.takeSeat(community);
    } else if (before === 'active') {
      await this.freeSeat(community);
    }
    await this.write(communityId, userId, after, 'member');
    return after;
  }

  /** Leave. The owner hands over first. */
  async leave(communityId: string, userId: string): Promise<void> {
    const community = await this.find(communityId);
    if (community.owner_id === userId) {
      throw new DomainError('owner_leaves', 'hand the community over before you leave it', 409);
    }
    const state: State = (await this.membership(communityId, userId))?.status ?? 'none';
    const after = nextState(state, 'leave');
    if (state === 'active') {
      await this.freeSeat(community);
    }
    await this.write(communityId, userId, after, 'member');
  }

  async transferOwnership(communityId: string, ownerId: string, heirId: string): Promise<Community> {
    const community = await this.find(communityId);
    if (community.owner_id !== ownerId) {
      throw new DomainError('forbidden', 'only the owner hands the community over', 403);
    }
    const heir = await this.membership(communityId, heirId);
    if (heir?.status !== 'active') {
      throw new DomainError('not_a_member', 'the new owner must be an active member', 409);
    }
    await this.write(communityId, heirId, 'active', 'owner');
    await this.write(communityId, ownerId, 'active', 'moderator');
    await this.db('communities').where({ id: communityId }).update({ owner_id: heirId });
    return { ...community, owner_id: heirId };
  }

  private async takeSeat(community: Community): Promise<void> {
    if (community.member_count >= community.member_limit) {
      throw new DomainError('full', `all ${community.member_limit} places are taken`, 409);
    }
    await this.db('communities').where({ id: community.id }).increment('member_count', 1);
  }

  private async freeSeat(community: Community): Promise<void> {
    await this.db('communities').where({ id: community.id }).increment('member_count', -1);
  }

  private async write(
    communityId: string,
    userId: string,
    state: State,
    role: MembershipRole,
  ): Promise<void> {
    const key = { community_id: communityId, user_id: userId };
    if (state === 'none') {
      await this.db('community_members').where(key).del();
      return;
    }
    const row = { ...key, role, status: state, joined_at: new Date().toISOString() };
    await this.db('community_members').insert(row).onConflict(['community_id', 'user_id']).merge();
  }
}
