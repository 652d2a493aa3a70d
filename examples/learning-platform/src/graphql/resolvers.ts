/** What the fields of the schema answer. */
import type { Knex } from 'knex';
import { CommunityService } from '../services/community.service';
import { ContentService, type Content } from '../services/content.service';
import { NotificationService } from '../services/notifications';
import { textMode } from '../services/text-mode.service';
import { TrustService, type TrustLevel, type TrustSummary } from '../services/trust.service';
import { DomainError, type Community, type Visibility } from '../types';
import type { AccessClaims } from '../utils/jwt';

export interface GraphContext {
  db: Knex;
  user?: AccessClaims;
}

interface GraphLeader {
  userId: string;
  score: number;
  level: TrustLevel;
}

const MAX_LIMIT = 50;

function checkedLimit(limit: number): number {
  if (limit < 1 || limit > MAX_LIMIT) {
    throw new DomainError('invalid_limit', `limit is a number from 1 to ${MAX_LIMIT}`);
  }
  return limit;
}

function signedIn(context: GraphContext): AccessClaims {
  if (!context.user) {
    throw new DomainError('token_missing', 'sign in first', 401);
  }
  return context.user;
}

/** Private communities are seen by their members and by moderators only. */
export async function isVisible(community: Community, context: GraphContext): Promise<boolean> {
  if (community.visibility === 'public') {
    return true;
  }
  if (!context.user) {
    return false;
  }
  if (context.user.role === 'admin' || context.user.role === 'moderator') {
    return true;
  }
  const member = await new CommunityService(context.db).membership(community.id, context.user.sub);
  return member?.status === 'active';
}

export function toGraphCommunity(community: Community): Record<string, unknown> {
  return {
    id: community.id,
    name: community.name,
    slug: community.slug,
    visibility: community.visibility,
    memberCount: community.member_count,
    isFull: community.member_count >= community.member_limit,
    leaders: async ({ limit }: { limit: number }, context: GraphContext): Promise<GraphLeader[]> => {
      const leaders = await new TrustService(context.db).leaderboard(community.id, checkedLimit(limit));
      return leaders.map(({ user_id: userId, score, level }) => ({ userId, score, level }));
    },
  };
}

export function toGraphContent(content: Content): Record<string, unknown> {
  return {
    id: content.id,
    title: content.title,
    state: content.state,
    version: content.version,
    readingMinutes: textMode.render(content.body).reading_minutes,
  };
}

export const resolvers = {
  viewer: (_args: unknown, context: GraphContext): Record<string, unknown> | null => {
    const { user } = context;
    if (!user) {
      return null;
    }
    return {
      id: user.sub,
      role: user.role,
      unread: async (): Promise<number> =>
        (await new NotificationService(() => context.db).list(user.sub)).unread,
      trust: ({ communityId }: { communityId: string }): Promise<TrustSummary> =>
        new TrustService(context.db).summary(communityId, user.sub),
    };
  },

  community: async (
    { id }: { id: string },
    context: GraphContext,
  ): Promise<Record<string, unknown> | null> => {
    const community: Community | undefined = await context.db('communities').where({ id }).first();
    if (!community || !(await isVisible(community, context))) {
      return null;
    }
    return toGraphCommunity(community);
  },

  communities: async (
    { visibility, limit }: { visibility?: Visibility; limit: number },
    context: GraphContext,
  ): Promise<Record<string, unknown>[]> => {
    const where = visibility ? { visibility, archived: false } : { archived: false };
    const rows: Community[] = await context.db('communities').where(where).orderBy('name').select('*');
    const visible: Community[] = [];
    for (const community of rows) {
      if (visible.length < checkedLimit(limit) && (await isVisible(community, context))) {
        visible.push(community);
      }
    }
    return visible.map(toGraphCommunity);
  },

  contents: async (
    { limit }: { limit: number },
    context: GraphContext,
  ): Promise<Record<string, unknown>[]> => {
    const contents = await new ContentService(context.db).list({ state: 'published' }, checkedLimit(limit));
    return contents.map(toGraphContent);
  },

  joinCommunity: ({ id }: { id: string }, context: GraphContext): Promise<string> =>
    new CommunityService(context.db).join(id, signedIn(context).sub),

  leaveCommunity: async ({ id }: { id: string }, context: GraphContext): Promise<boolean> => {
    await new CommunityService(context.db).leave(id, signedIn(context).sub);
    return true;
  },
};
